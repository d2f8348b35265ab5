"""The event with its mails on it, in the order of time: what the tab Messages draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from nsr_events.core.models import Event, EventDay
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.registration.models import RegistrationSetup

from . import audiences, occurrences, planning
from .models import Message, ReminderRule
from .segments import To
from .timing import Occurrence

Status = OutgoingMail.Status


@dataclass(frozen=True)
class Tally:
    """What became of the mails of one occurrence or message."""

    sent: int = 0
    waiting: int = 0
    missed: int = 0
    skipped: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Entry:
    """One point on the line: ``kind`` is day, moment, reminder, message or now. ``expected``: people it is for today.

    ``rule`` and ``occurrence``, or ``message``, are what the point is about. ``sleeps``: why it does not fire.
    """

    kind: str
    at: dt.datetime
    label: str
    rule: ReminderRule | None = None
    occurrence: Occurrence | None = None
    message: Message | None = None
    tally: Tally | None = None
    expected: int | None = None
    sleeps: str = ""
    past: bool = False

    @property
    def may_send_now(self) -> bool:
        """Whether those who missed it can still be told."""
        return bool(self.tally and self.tally.missed and self.occurrence)


def draw(event: Event, *, now: dt.datetime) -> list[Entry]:
    """Return everything on the event's time line, in order."""
    days = list(EventDay.objects.filter(event=event))
    found = [
        *_moments(event, days),
        *_reminders(event, days, now=now),
        *_messages(event),
        Entry("now", now, _("Now")),
    ]
    rank = {"moment": 0, "reminder": 1, "message": 1, "now": 2, "day": 3}
    ordered = sorted(found, key=lambda entry: (entry.at, rank[entry.kind]))
    return [replace(entry, past=entry.at < now) for entry in ordered]


def _moments(event: Event, days: list[EventDay]) -> Iterator[Entry]:
    setup = RegistrationSetup.objects.filter(event=event).first()
    if setup and setup.mode != RegistrationSetup.Mode.NONE:
        if setup.opens:
            yield Entry("moment", setup.opens, _("Registration opens"))
        yield Entry("moment", setup.closing, _("Registration closes"))
    for number, day in enumerate(days, start=1):
        opens = day.bounds()[0].replace(tzinfo=event.zone)
        yield Entry(
            "day", opens, _("Day %(number)d") % {"number": number} if len(days) > 1 else _("The event")
        )


def _reminders(event: Event, days: list[EventDay], *, now: dt.datetime) -> Iterator[Entry]:
    rules = list(ReminderRule.objects.filter(event=event).select_related("event__venue"))
    tallies = _tallies(OutgoingMail.objects.filter(rule__in=rules), "rule", "occurrence")
    for rule in rules:
        if rule.is_of_invitations:
            yield from _of_invitations(rule, event, tallies, now=now)
        for each in occurrences.of_event(rule, event, days):
            counts = tallies.get((rule.pk, each.key), Tally())
            tally = _with_missed(rule, event, each, counts, now)
            yield Entry(
                "reminder", each.due, "", rule=rule, occurrence=each, tally=tally,
                expected=_expected(rule, event, each), sleeps=_sleeps(rule, event, each, now),
            )  # fmt: skip


def _of_invitations(
    rule: ReminderRule, event: Event, tallies: dict[Any, Tally], *, now: dt.datetime
) -> Iterator[Entry]:
    """The next time a rule reminds somebody of an invitation, and the times it did."""
    due: dict[str, list[Occurrence]] = {}
    for invitation in audiences.silent(event, rule.segment, now=now).filter(reminders_stopped=None):
        each = occurrences.of_invitation(rule, event, invitation)
        if each and each.due >= rule.counts_from and each.expires > now:
            due.setdefault(each.key, []).append(each)
    for key, found in sorted(due.items()):
        counts = tallies.get((rule.pk, key), Tally())
        yield Entry(
            "reminder", found[0].due, "", rule=rule, tally=counts, expected=len(found),
            sleeps=_sleeps(rule, event, found[0], now),
        )  # fmt: skip
    for (pk, key), counts in tallies.items():
        if pk == rule.pk and key not in due and counts.sent:
            at = OutgoingMail.objects.filter(rule=rule, occurrence=key).order_by("due").first().due
            yield Entry("reminder", at, "", rule=rule, tally=counts)


def _expected(rule: ReminderRule, event: Event, each: Occurrence) -> int:
    if rule.segment.to == To.SPEAKERS:
        return audiences.speakers(event).exclude(email="").count()
    return planning.expected(rule, event, each).count()


def _with_missed(
    rule: ReminderRule, event: Event, each: Occurrence, counts: Tally, now: dt.datetime
) -> Tally:
    """Count those who should have had it and for whom no row was ever made, too."""
    if now < each.expires or each.due < rule.counts_from or event.is_off or rule.segment.to != To.REGISTERED:
        return counts
    rows = audiences.had_status(planning.expected(rule, event, each), rule.segment, each.due)
    never = rows.exclude(mails__in=OutgoingMail.objects.filter(rule=rule, occurrence=each.key)).count()
    return replace(counts, missed=counts.missed + never)


def _sleeps(rule: ReminderRule, event: Event, each: Occurrence, now: dt.datetime) -> str:
    if not rule.active:
        return _("switched off")
    if event.is_off:
        return _("sleeps while the event is cancelled or postponed")
    if each.due < rule.counts_from and each.due <= now:
        return _("its time had passed before the rule was made or woken")
    return ""


def _messages(event: Event) -> Iterator[Entry]:
    rows = list(Message.objects.filter(event=event, confirmed_at__isnull=False))
    tallies = _tallies(OutgoingMail.objects.filter(part_of__in=rows), "part_of")
    for row in rows:
        yield Entry("message", row.confirmed_at, "", message=row, tally=tallies.get((row.pk,), Tally()))


def _tallies(rows: Any, *by: str) -> dict[Any, Tally]:
    expired = Q(status=Status.SKIPPED, reason=Reason.EXPIRED)
    counted = {
        "n_sent": Q(status=Status.SENT),
        "n_waiting": Q(status__in=OutgoingMail.UNDER_WAY),
        "n_missed": expired,
        "n_skipped": Q(status=Status.SKIPPED) & ~expired,
        "n_failed": Q(status__in=(Status.FAILED, Status.UNKNOWN)),
    }
    found = (
        rows.order_by().values(*by).annotate(**{name: Count("pk", filter=of) for name, of in counted.items()})
    )
    return {tuple(row[name] for name in by): Tally(*(row[name] for name in counted)) for row in found}
