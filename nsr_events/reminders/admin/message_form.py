"""The forms of a message to many, and of a notice that a change proposed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nsr_events.core.models import Event
from nsr_events.core.texts import as_dict, content_languages
from nsr_events.outbox import kinds, texts
from nsr_events.outbox.kinds import Kind
from nsr_events.registration.people.words import day_words
from nsr_events.reminders.models import Message
from nsr_events.reminders.segments import To

from .segment_fields import SegmentForm
from .texts_form import MailTextForm

URGENT = forms.BooleanField(
    label=gettext_lazy("Urgent"), required=False,
    help_text=gettext_lazy("Goes out at once, also at night. It cannot be stopped."),
)  # fmt: skip


class MessageForm(SegmentForm, MailTextForm):
    """Whom, what, and whether it hurries."""

    urgent = URGENT
    default_required = True

    def __init__(self, *args: Any, event: Event, message: Message, **kwargs: Any) -> None:
        self.message = message
        initial = {
            **SegmentForm.initial_of(message.segment),
            "subject": message.subject,
            "body": message.body,
            "urgent": message.urgent,
        }
        super().__init__(*args, event=event, initial=initial, **kwargs)

    def kind(self) -> Kind:
        """Always the kind of messages."""
        return kinds.get(Message.Kind.MESSAGE)

    def has_own_page(self) -> bool:
        """Speakers have none."""
        return self.cleaned_data.get("to") != To.SPEAKERS

    def missing_language(self, name: str) -> str:
        return _("There is no text in %(language)s: those readers get the first language.") % {
            "language": name
        }

    def filled(self, message: Message) -> Message:
        """Return ``message`` with what was typed, unsaved."""
        values = self.cleaned_data
        message.subject, message.body, message.urgent = values["subject"], values["body"], values["urgent"]
        message.audience = self.segment().as_json()
        return message


class NoticeForm(MailTextForm):
    """The words of a notice, which begin as the text of its kind; whom it concerns follows from the change."""

    everybody_of = forms.MultipleChoiceField(
        label=gettext_lazy("Tell everybody who comes that day"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Else only those who booked what changed, and those on stage."),
    )  # fmt: skip
    urgent = URGENT

    def __init__(self, *args: Any, event: Event, message: Message, **kwargs: Any) -> None:
        self.message = message
        initial = {
            **words_now(message),
            "urgent": message.urgent,
            "everybody_of": message.facts.get("everybody_of", []),
        }
        super().__init__(*args, initial=initial, **kwargs)
        if message.kind != Message.Kind.PROGRAMME:
            del self.fields["everybody_of"]
            return
        touched = {entry["day"] for entry in message.facts.get("sessions", {}).values()}
        days = [day for day in event.days.all() if str(day.uid) in touched]
        self.fields["everybody_of"].choices = [(str(day.uid), day_words(day)) for day in days]

    def kind(self) -> Kind:
        """The kind of the notice."""
        return kinds.get(self.message.kind)

    def filled(self, message: Message) -> Message:
        """Return ``message`` with what was typed; words that are those of its kind are not kept."""
        values = self.cleaned_data
        standard = standard_words(message)
        same = {name: as_dict(values[name]) == standard[name] for name in ("subject", "body")}
        kept = not all(same.values())
        message.subject, message.body = (values["subject"], values["body"]) if kept else ("", "")
        message.urgent = values["urgent"]
        return message


def words_now(message: Message) -> dict[str, Any]:
    """The words a notice would go out with, by language."""
    if as_dict(message.body):
        return {"subject": message.subject, "body": message.body}
    return standard_words(message)


def standard_words(message: Message) -> dict[str, dict[str, str]]:
    """The words of the notice's kind, from the event, the site or the package."""
    kind, templates = kinds.get(message.kind), texts.templates_of(message.event_id)
    found = {code: texts.words_at(kind, code, templates) for code, _name in content_languages()}
    # A browser sends line ends as two signs; fields of ours keep what was typed.
    return {
        "subject": {code: text.subject for code, text in found.items() if text},
        "body": {code: text.body.strip() for code, text in found.items() if text},
    }
