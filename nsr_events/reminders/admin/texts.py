"""The words of each kind of mail for one event: what the package or the site says, and what the event says instead."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from nsr_events.core.models import Event
from nsr_events.outbox.kinds import Kind
from nsr_events.outbox.models import OutgoingMail

from . import preview
from .frame import MessageScreen
from .kind_words import KindScreen, KindsScreen, Scope


class OfEvent(Scope, MessageScreen):
    """A screen about the words of one event."""

    section = "texts"

    @property
    def scope(self) -> Event:
        """Whose words they are."""
        return self.event

    def list_url(self) -> str:
        """The list of all kinds."""
        return self.address("texts")

    def url_of(self, kind: Kind) -> str:
        """The screen of one kind."""
        return self.address("text", kind.key)


class TextsView(KindsScreen, OfEvent):
    """Every kind of mail of an event, and whose words it has."""

    template_name = "nsr_events/reminders/admin/texts.html"


class TextView(KindScreen, OfEvent):
    """The words of one kind for an event."""

    template_name = "nsr_events/reminders/admin/text.html"

    def unsent(self) -> QuerySet[OutgoingMail]:
        """The event's mails of this kind."""
        return OutgoingMail.objects.filter(event=self.event, kind=self.kind.key).unsent()

    def look_at(self, words: preview.Words) -> preview.Preview:
        """As the chosen participant gets it."""
        return self.preview(words)

    def ask_how(self) -> dict[str, Any]:
        """As whom, and in which language."""
        return self.choices(preview.Words(self.kind.key))
