"""Deleting an event that nothing rests on; else the screen says what holds it."""

from __future__ import annotations

from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from nsr_events.core import events
from nsr_events.core.workspace import WorkspaceView
from nsr_events.outbox.models import OutgoingMail

from .pages import pages_of

NEVER_LEFT = (OutgoingMail.Status.PENDING, OutgoingMail.Status.SKIPPED)
"""Mail in any other state has reached somebody, or may have."""


def holders_of(event) -> list[str]:
    """What keeps ``event`` from being deleted, in words: people by number only, since not all may see them."""
    pages = [_("the page “%(page)s”") % {"page": page.title} for page in pages_of(event)]
    return [*pages, *_people_of(event)]


def _people_of(event) -> list[str]:
    registered = event.registrations.count()
    mailed = event.mails.exclude(status__in=NEVER_LEFT).count()
    words = [
        (registered, ngettext("%(count)d registration", "%(count)d registrations", registered)),
        (mailed, ngettext("%(count)d mail that was sent", "%(count)d mails that were sent", mailed)),
    ]
    return [text % {"count": count} for count, text in words if count]


def delete_if_free(event, *, by) -> list[str]:
    """Delete ``event``; returns what holds it instead, empty when it is gone."""
    if holders := holders_of(event):
        return holders
    try:
        events.delete_event(event, by=by)
    except ProtectedError as refusal:
        return sorted({f"{row._meta.verbose_name} “{row}”" for row in refusal.protected_objects})
    return []


class DeleteEventView(WorkspaceView):
    """Asks before it deletes."""

    event_action = "delete"
    template_name = "nsr_events/admin/delete_event.html"
    page_title = gettext_lazy("Delete the event")

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(holders=holders_of(self.event)))

    def post(self, request, *args, **kwargs):
        name = str(self.event)
        holders = delete_if_free(self.event, by=request.user)
        if holders:
            return self.render_to_response(self.get_context_data(holders=holders))
        messages.success(request, _("“%(event)s” is deleted.") % {"event": name})
        return redirect("nsr_events_admin:index")
