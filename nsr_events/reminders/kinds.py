"""The mails of this package: reminders, messages and notices (mail, section 2)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from nsr_events.outbox import health, kinds, texts
from nsr_events.outbox.kinds import Kind, Link, MailContext, Policy
from nsr_events.outbox.markup import Value
from nsr_events.outbox.models import OutgoingMail
from nsr_events.outbox.texts import MailText
from nsr_events.programme.current import current_programme
from nsr_events.registration import links
from nsr_events.registration import mail_values as values
from nsr_events.registration.links import Purpose

from . import guards, words
from .models import Message

TEXTS = Path(__file__).parent / "mail_texts"


def words_of_cause(mail: OutgoingMail, language: str) -> MailText | None:
    """What the rule or the message says in ``language``; None leaves it to the text of the kind."""
    cause = mail.rule or mail.part_of
    return texts.written(cause, language) if cause else None


def first_name(context: MailContext) -> str:
    """The first name of whoever gets the mail."""
    person = context.mail.person
    return person.given_name if person else values.first_name(context)


def full_name(context: MailContext) -> str:
    """First and last name of whoever gets the mail."""
    person = context.mail.person
    return person.name if person else values.full_name(context)


def days(context: MailContext) -> Value:
    """The days a registered person comes; nothing for others."""
    return values.days(context) if context.mail.registration else ""


def sessions(context: MailContext) -> Value:
    """The sessions a registered person booked; nothing for others."""
    return values.sessions(context) if context.mail.registration else ""


def answer_by(context: MailContext) -> str:
    """Until when an invitation wants an answer; nothing for others."""
    return values.answer_by(context) if context.mail.invitation else ""


def own_page(context: MailContext) -> str:
    """The secret address of the own page or of the form by invitation; speakers have neither."""
    return "" if context.mail.person else values.own_page(context)


def stop_address(mail: OutgoingMail) -> str:
    """The address that stops reminders, "" for those who have no page."""
    row = mail.invitation or mail.registration
    return links.address(Purpose.STOP, row) if row else ""


def fact_changes(context: MailContext) -> Value:
    """What changed about the event, a line each."""
    message = context.mail.part_of
    return words.fact_lines(message.facts, context.language) if message else ""


def programme_changes(context: MailContext) -> Value:
    """What changed in the programme for this person, a line each."""
    message = context.mail.part_of
    if message is None:
        return ""
    changed = message.facts.get("sessions", {})
    only = _booked(context.mail, changed) if context.mail.registration else _on_stage(context, changed)
    programme = current_programme(context.mail.event_id)
    return words.session_lines(changed, programme, context.language, only=only)


def _booked(mail: OutgoingMail, changed: dict[str, Any]) -> list[str]:
    """What the registered person booked, or meets on a day whose changes everybody is told of."""
    row = mail.registration
    booked = {str(uid) for uid in row.bookings.values_list("session__uid", flat=True)}
    told = set(mail.part_of.facts.get("everybody_of", ())) & {str(day.uid) for day in row.attended_days}
    on_stage = set()
    if row.person_id:
        on_stage = _sessions_of(mail, str(row.person.uid))
    return [uid for uid, entry in changed.items() if uid in booked | on_stage or entry["day"] in told]


def _on_stage(context: MailContext, changed: dict[str, Any]) -> list[str]:
    person = context.mail.person
    mine = _sessions_of(context.mail, str(person.uid)) if person else set()
    return [uid for uid in changed if uid in mine]


def _sessions_of(mail: OutgoingMail, person_uid: str) -> set[str]:
    programme = current_programme(mail.event_id)
    items = programme.sessions if programme else ()
    return {item.uid for item in items if any(role.uid == person_uid for role in item.people)}


def _for_a_week(mail: OutgoingMail, due: dt.datetime) -> dt.datetime:
    return due + dt.timedelta(days=7)


EVERYBODY = {"first_name": first_name, "full_name": full_name, "days": days, "sessions": sessions}
OWN_PAGE = {"own_page": Link(own_page, _("Open my page"))}
STOP = {"stop_reminders": Link(lambda context: stop_address(context.mail), _("No more reminders"))}
NOTICE: dict[str, Any] = {"priority": 3, "links": OWN_PAGE}

KINDS = (
    Kind(
        "reminder", _("Reminder"), TEXTS / "reminder.toml", priority=5, quiet_hours=True,
        placeholders=EVERYBODY, links={**OWN_PAGE, **STOP}, guard=guards.of_reminder, unsubscribe=stop_address,
        own_text=words_of_cause,
    ),
    Kind(
        "invitation.reminder", _("Reminder of an invitation"), TEXTS / "invitation.reminder.toml",
        policy=Policy.PARK, priority=7, quiet_hours=True, placeholders={**EVERYBODY, "answer_by": answer_by},
        links={"own_page": Link(own_page, _("Answer the invitation")), **STOP}, required=frozenset({"own_page"}),
        guard=guards.of_invitation_reminder, unsubscribe=stop_address, own_text=words_of_cause,
    ),
    Kind(
        Message.Kind.MESSAGE, _("Message"), None, policy=Policy.PARK, priority=9, quiet_hours=True, life=_for_a_week,
        placeholders={**EVERYBODY, "answer_by": answer_by}, links=OWN_PAGE, guard=guards.of_message,
        own_text=words_of_cause, editable=False,
    ),
    Kind(
        Message.Kind.CHANGED, _("Notice of a change"), TEXTS / "event.changed.toml", guard=guards.of_fact_notice,
        placeholders={**EVERYBODY, "changes": fact_changes}, own_text=words_of_cause, **NOTICE,
    ),
    Kind(
        Message.Kind.CANCELLED, _("Notice of cancellation"), TEXTS / "event.cancelled.toml",
        guard=guards.of_fact_notice, placeholders={**EVERYBODY, "changes": fact_changes},
        own_text=words_of_cause, **NOTICE,
    ),
    Kind(
        Message.Kind.PROGRAMME, _("Notice of programme changes"), TEXTS / "programme.changed.toml",
        guard=guards.of_programme_notice, placeholders={**EVERYBODY, "changes": programme_changes},
        own_text=words_of_cause, **NOTICE,
    ),
)  # fmt: skip


def register() -> None:
    """Make the kinds known, and let health depend on the planner."""
    health.expect("plan_reminders", minutes=20)
    for kind in KINDS:
        kinds.register(kind)
