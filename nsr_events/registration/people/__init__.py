"""The tab Participants: the list, one person, many at once, adding by hand, invitations, import and export."""
