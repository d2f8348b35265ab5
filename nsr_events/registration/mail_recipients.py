"""Whom mails about registrations and invitations are for, as staff see it in the outbox."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from nsr_events.outbox.models import OutgoingMail
from nsr_events.outbox.recipients import Party, Recipient

from .addresses import email_key


def describe(mail: OutgoingMail, may_see: bool) -> Recipient | None:
    """The name for those who may see registrations, the reference for others."""
    if row := mail.registration:
        if not may_see:
            return Recipient(row.shown_reference)
        url = reverse("nsr_events_participants:person", args=[mail.event_id, row.uid])
        return Recipient(f"{row.full_name}, {row.shown_reference}", url)
    if row := mail.invitation:
        name = f"{row.first_name} {row.last_name}".strip() or row.email
        return Recipient(name if may_see else str(row.uid)[:8])
    return None


def search(words: str, may_see: bool) -> Q:
    """By reference; by name and address too for those who may see registrations."""
    found = Q(registration__reference__iexact=words.replace("-", ""))
    if not may_see:
        return found
    for relation in ("registration", "invitation"):
        found |= Q(**{f"{relation}__first_name__icontains": words})
        found |= Q(**{f"{relation}__last_name__icontains": words})
        found |= Q(**{f"{relation}__email_key": email_key(words)})
    return found


PARTY = Party(("registration", "invitation"), describe, search)
