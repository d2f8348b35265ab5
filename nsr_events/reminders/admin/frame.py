"""What the screens for reminders, messages and texts share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from nsr_events.core.models import Event
from nsr_events.core.workspace import WorkspaceView
from nsr_events.outbox.admin import MessagesMixin

NAMESPACE = "nsr_events_reminders"


def address(event: Event, name: str, *args: Any) -> str:
    """The address of one of these screens."""
    return reverse(f"{NAMESPACE}:{name}", args=[event.pk, *args])


class MessageScreen(MessagesMixin, WorkspaceView):
    """A screen of the tab Messages: whoever may send mail."""

    def address(self, name: str, *args: Any) -> str:
        """One of these screens for this event."""
        return address(self.event, name, *args)
