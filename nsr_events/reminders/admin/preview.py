"""Showing a mail as a participant would get it, before anything is saved or sent (mail, section 3).

It is the sending code with links that lead nowhere. Who may not see registrations, or has none yet, looks at an
invented person, made in a transaction that is taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from nsr_events.core.models import Event, Person
from nsr_events.core.texts import content_languages
from nsr_events.outbox import kinds, rendering
from nsr_events.outbox.connections import Connection
from nsr_events.outbox.models import MailTemplate, OutgoingMail
from nsr_events.outbox.rendering import Rendered
from nsr_events.outbox.sender import message_id
from nsr_events.registration.models import Invitation, ParticipantCategory, Registration, RegistrationDay
from nsr_events.reminders import audiences
from nsr_events.reminders.models import Message, ReminderRule

MOST_TO_CHOOSE = 50
INVENTED = "invented"
FACTS = {"what": "late_cancellation", "changes": ["days"], "note": "", "given": True, "dropped": []}
"""What mails that carry facts show in a preview."""


@dataclass(frozen=True)
class Choice:
    """Somebody whose mail may be looked at."""

    value: str
    label: str


@dataclass(frozen=True)
class Preview:
    """A rendered mail of a kind about an event, or why it cannot be made."""

    event: Event
    kind: str
    rendered: Rendered | None
    language: str
    problem: str = ""


@dataclass(frozen=True)
class Words:
    """What is looked at: a kind, and whatever unsaved row brings its words."""

    kind: str
    rule: ReminderRule | None = None
    part_of: Message | None = None
    template: MailTemplate | None = None

    @property
    def to_invited(self) -> bool:
        """Whether the mail goes to invited people."""
        segment = (self.rule and self.rule.segment) or (self.part_of and self.part_of.segment)
        return self.kind.startswith("invitation.") or bool(segment and segment.to == "silent")

    @property
    def to_speakers(self) -> bool:
        """Whether the mail goes to people of the programme."""
        segment = (self.rule and self.rule.segment) or (self.part_of and self.part_of.segment)
        return not self.kind.startswith("invitation.") and bool(segment and segment.to == "speakers")


def chosen(request: HttpRequest) -> dict[str, str]:
    """As whom ("who") and in which language ("in") the editor wants to look at a mail; empty for the usual ones."""
    return {name: request.POST.get(name, "") for name in ("who", "in")}


def question(request: HttpRequest, *, label: str, people: list[Choice]) -> dict[str, Any]:
    """Return what the template needs to ask as whom (or at what, by ``label``) and in which language to look."""
    return {
        "who_label": label, "people": people, "languages": content_languages(), "chosen": chosen(request),
    }  # fmt: skip


def choices(event: Event, words: Words, *, may_see: bool, now: dt.datetime) -> list[Choice]:
    """Return whose mail may be looked at: those it is meant for first; an invented person always."""
    invented = Choice(INVENTED, _("An invented person"))
    if not may_see:
        return [invented]
    rows = _people(event, words, now=now)[:MOST_TO_CHOOSE]
    found = [Choice(str(row.uid), getattr(row, "full_name", "") or _name(row)) for row in rows]
    return [*found, invented]


def show(event: Event, words: Words, *, who: str, language: str, may_see: bool, now: dt.datetime) -> Preview:
    """Render ``words`` as the person ``who`` (a choice's value) would get them; nothing is written."""
    language = language if language in dict(content_languages()) else ""
    with _taken_back():
        person = _person(event, words, who, now=now) if may_see else None
        recipient = person or _invented(event, words, language)
        spoken = language or getattr(recipient, "language", "") or content_languages()[0][0]
        mail = _mail(event, words, recipient, spoken, now)
        shared = _with_template(event, words)
        try:
            return Preview(event, words.kind, rendering.render(mail, now, inert=True, shared=shared), spoken)
        except Exception as error:  # a text that is being written may be anything
            return Preview(event, words.kind, None, spoken, str(error) or type(error).__name__)


def send_to(address: str, preview: Preview, *, now: dt.datetime) -> None:
    """Mail what a preview shows to the editor. Raises what the mail server answers."""
    mail = OutgoingMail(event=preview.event, kind=preview.kind, language=preview.language, due=now)
    mail.message_id = message_id(mail.uid)
    rendered = preview.rendered
    if rendered is None:
        raise ValueError(preview.problem)
    headers = {**rendered.headers, "Message-ID": mail.message_id, "X-Mail-Ref": str(mail.uid)}
    test = Rendered(
        _("Test: %(subject)s") % {"subject": rendered.subject}, rendered.text, rendered.html, headers
    )
    connection = Connection()
    try:
        connection.ready()
        connection.send(rendering.message(mail, test, address))
    finally:
        connection.close()


def send_and_tell(request: HttpRequest, preview: Preview) -> None:
    """Mail a preview to the editor who asks, and say how that went."""
    address = request.user.email
    if not address:
        messages.error(request, _("Your account has no e-mail address."))
        return
    try:
        send_to(address, preview, now=timezone.now())
    except Exception as error:  # whatever the mail server answers is what the editor must know
        messages.error(request, _("The test was not sent: %(error)s") % {"error": error})
        return
    messages.success(request, _("The test is sent to %(address)s.") % {"address": address})


@contextmanager
def _taken_back() -> Iterator[None]:
    """Everything inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _people(event: Event, words: Words, *, now: dt.datetime) -> Any:
    if words.to_invited:
        return Invitation.objects.filter(event=event).order_by("last_name", "first_name", "pk")
    if words.to_speakers:
        return audiences.speakers(event).order_by("family_name", "given_name", "pk")
    segment = (words.rule and words.rule.segment) or (words.part_of and words.part_of.segment)
    rows = Registration.objects.filter(event=event, anonymised_at=None)
    if segment:
        rows = audiences.registrations(event, segment)
    return rows.order_by("last_name", "first_name", "pk")


def _person(event: Event, words: Words, who: str, *, now: dt.datetime) -> Any:
    if who == INVENTED:
        return None
    people = _people(event, words, now=now)
    return (
        next((row for row in people[:MOST_TO_CHOOSE] if str(row.uid) == who), None) if who else people.first()
    )


def _name(row: Any) -> str:
    return getattr(row, "name", "") or f"{row.first_name} {row.last_name}".strip() or row.email


def _invented(event: Event, words: Words, language: str) -> Any:
    language = language or content_languages()[0][0]
    if words.to_speakers:
        return Person(given_name="Kari", family_name=_("Example"), email="kari@example.org")
    values = {
        "event": event, "first_name": "Kari", "last_name": _("Example"), "email": "kari@example.invalid",
        "language": language, "category": ParticipantCategory.objects.filter(event=event).first(),
    }  # fmt: skip
    if words.to_invited:
        row = Invitation(**values, state=Invitation.State.SENT, sent_at=event.start)
        row.save()
        return row
    row = Registration(**values, status=Registration.Status.CONFIRMED, source=Registration.Source.STAFF)
    row.save()
    RegistrationDay.objects.bulk_create(
        RegistrationDay(registration=row, day=day) for day in event.days.all()
    )
    return row


def _mail(event: Event, words: Words, recipient: Any, language: str, now: dt.datetime) -> OutgoingMail:
    names = {Registration: "registration", Invitation: "invitation", Person: "person"}
    kind = kinds.get(words.kind)
    mail = OutgoingMail(
        kind=words.kind, event=event, language=language, due=now, created=now, facts=FACTS, rule=words.rule,
        part_of=words.part_of, priority=kind.priority, **{names[type(recipient)]: recipient},
    )  # fmt: skip
    mail.message_id = message_id(mail.uid)
    return mail


def _with_template(event: Event, words: Words) -> dict[Any, Any]:
    if words.template is None:
        return {}
    return {("templates", event.pk): {(words.kind, words.template.event_id is not None): words.template}}
