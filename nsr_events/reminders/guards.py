"""Whether a reminder, a message or a notice is still wanted at the moment it is sent, and by whom."""

from __future__ import annotations

import datetime as dt

from nsr_events.core.models import EventDay
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.registration.models import Invitation, Registration

from . import audiences, occurrences, planning
from .models import Message, ReminderRule
from .segments import To
from .timing import LEAST_LATE, Occurrence

Status = OutgoingMail.Status
TOLD_OF_CHANGES = ("pending", "confirmed", "waitlisted", "offered")
"""Whom a moved or cancelled event concerns: everybody who has or may get a seat, and whose address is confirmed."""


def of_reminder(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """For reminders to registered people and speakers."""
    rule = mail.rule
    if rule is None or not rule.active:
        return Reason.STOPPED
    if mail.event.is_off:
        return Reason.EVENT_OFF
    each = _occurrence(rule, mail)
    if each is None or each.due > max(mail.due, now):
        return Reason.SUPERSEDED
    return _recipient_wants(rule, mail, each) or _nearer_one(mail, each, now)


def of_invitation_reminder(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """For reminders to invited people who have not answered."""
    rule, invitation = mail.rule, mail.invitation
    if rule is None or not rule.active:
        return Reason.STOPPED
    if invitation is None:
        return Reason.ERASED
    if mail.event.is_off:
        return Reason.EVENT_OFF
    if invitation.state == Invitation.State.WITHDRAWN:
        return Reason.WITHDRAWN
    if invitation.state != Invitation.State.SENT:
        return Reason.ANSWERED
    if invitation.reminders_stopped:
        return Reason.UNSUBSCRIBED
    each = occurrences.of_invitation(rule, mail.event, invitation)
    if each is None or each.key != mail.occurrence or each.expires <= now:
        return Reason.SUPERSEDED
    return None


def of_message(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """For what an organiser wrote to many: while the person is one of those it is for."""
    if reason := _stopped(mail) or _gone(mail) or _bad(mail):
        return reason
    if mail.invitation:
        return None if mail.invitation.state == Invitation.State.SENT else Reason.ANSWERED
    if mail.registration is None:
        return None
    meant = audiences.registrations(mail.event, mail.part_of.segment).filter(pk=mail.registration_id)
    return None if meant.exists() else Reason.CHANGED


def of_fact_notice(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """For notices of a moved or cancelled event: while the person has or may get a seat."""
    if reason := _stopped(mail) or _gone(mail) or _bad(mail):
        return reason
    if mail.registration and mail.registration.status not in TOLD_OF_CHANGES:
        return Reason.CHANGED
    is_cancelled = mail.event.status == mail.event.Status.CANCELLED
    return None if is_cancelled == (mail.kind == Message.Kind.CANCELLED) else Reason.SUPERSEDED


def of_programme_notice(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """For notices of programme changes: while the person holds a seat and the event takes place."""
    if reason := _stopped(mail) or _gone(mail) or _bad(mail):
        return reason
    if mail.registration and not mail.registration.is_active:
        return Reason.CHANGED
    return Reason.EVENT_OFF if mail.event.is_off else None


def _occurrence(rule: ReminderRule, mail: OutgoingMail) -> Occurrence | None:
    days = EventDay.objects.filter(event=mail.event_id) if rule.anchor == ReminderRule.Anchor.DAY else ()
    found = occurrences.of_event(rule, mail.event, days)
    return next((each for each in found if each.key == mail.occurrence), None)


def _recipient_wants(rule: ReminderRule, mail: OutgoingMail, each: Occurrence) -> str | None:
    """Why the person is none of those meant any more; one or two queries."""
    if rule.segment.to == To.SPEAKERS:
        there = mail.person_id and audiences.speakers(mail.event).filter(pk=mail.person_id).exists()
        return None if there else Reason.CHANGED
    if reason := _gone(mail) or _bad(mail):
        return reason
    if mail.registration.reminders_stopped:
        return Reason.UNSUBSCRIBED
    meant = planning.expected(rule, mail.event, each).filter(pk=mail.registration_id)
    return None if meant.exists() else Reason.CHANGED


def _nearer_one(mail: OutgoingMail, each: Occurrence, now: dt.datetime) -> str | None:
    """After a standstill only the reminder nearest to what it tells of is sent."""
    if not each.is_before or now - mail.due < LEAST_LATE:
        return None
    others = OutgoingMail.objects.filter(
        event=mail.event_id, kind=mail.kind, registration=mail.registration_id, person=mail.person_id,
        due__gt=mail.due, due__lte=now, status__in=(*OutgoingMail.UNDER_WAY, Status.SENT),
    )  # fmt: skip
    return Reason.NEARER if others.exclude(rule=mail.rule_id).exists() else None


def _stopped(mail: OutgoingMail) -> str | None:
    is_on = mail.part_of is not None and mail.part_of.state == Message.State.CONFIRMED
    return None if is_on else Reason.STOPPED


def _gone(mail: OutgoingMail) -> str | None:
    """Erased, or deleted with its row."""
    if mail.registration is not None:
        return Reason.ERASED if mail.registration.anonymised_at else None
    return None if mail.invitation_id or mail.person_id else Reason.ERASED


def _bad(mail: OutgoingMail) -> str | None:
    row: Registration | None = mail.registration
    return Reason.BAD_ADDRESS if row is not None and row.bad_address else None
