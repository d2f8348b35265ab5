"""What the screens for reminders, messages and texts share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nsr_events.core.models import Event
from nsr_events.core.workspace import WorkspaceView
from nsr_events.outbox.admin import MessagesMixin

from . import preview
from .preview import Preview, Words

NAMESPACE = "nsr_events_reminders"


def address(event: Event, name: str, *args: Any) -> str:
    """The address of one of these screens."""
    return reverse(f"{NAMESPACE}:{name}", args=[event.pk, *args])


class MessageScreen(MessagesMixin, WorkspaceView):
    """A screen of the tab Messages: whoever may send mail."""

    def address(self, name: str, *args: Any) -> str:
        """One of these screens for this event."""
        return address(self.event, name, *args)

    def preview(self, words: Words) -> Preview:
        """The mail as the chosen person gets it."""
        asked = preview.chosen(self.request)
        return preview.show(
            self.event,
            words,
            who=asked["who"],
            language=asked["in"],
            may_see=self.may_see,
            now=timezone.now(),
        )

    def choices(self, words: Words) -> dict[str, Any]:
        """What the template needs to ask as whom and in which language."""
        people = preview.choices(self.event, words, may_see=self.may_see, now=timezone.now())
        return preview.question(self.request, label=_("As"), people=people)
