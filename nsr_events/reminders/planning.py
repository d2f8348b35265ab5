"""Turns reminder rules into rows of the outbox: lazily, shortly before they are due (mail, section 7).

A tick looks at the rules and at who is registered now; nothing is counted down or remembered between ticks. The
outbox's unique key lets any number of planners run at once.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from nsr_events.core.models import Event, EventDay
from nsr_events.outbox import health, poke
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.outbox.queue import unsaved

from . import audiences, occurrences
from .models import ReminderRule
from .segments import To
from .timing import Occurrence

logger = logging.getLogger("nsr_events.reminders")

AHEAD = dt.timedelta(minutes=60)
"""How long before they are due rows are made."""

AT_ONCE = 1000
LONGEST_AFTER = dt.timedelta(days=400)
"""No rule reaches further from its event than a year and some days."""

Status = OutgoingMail.Status
REVIVED = (Reason.SUPERSEDED, Reason.EVENT_OFF)
"""Reasons that may go away again: the event moved back, or takes place after all."""
SETTLED = (Status.SENT, Status.SENDING, Status.UNKNOWN)


@dataclass
class Planned:
    """How many rows a tick made, and how many it woke."""

    made: int = 0
    woken: int = 0

    def __str__(self):
        return f"made {self.made}, woken {self.woken}"


def plan_reminders(*, now: dt.datetime) -> Planned:
    """Make the rows of every reminder that is due within the hour, and not too late."""
    tally = Planned()
    for event, rules in itertools.groupby(_rules(now), key=lambda rule: rule.event):
        try:
            plan_event(event, list(rules), now=now, tally=tally)
        except Exception:  # one event must not keep the others from their reminders
            logger.exception("The reminders of event %s cannot be planned", event.uid)
    health.beat("plan_reminders", now, str(tally))
    return tally


def plan_event(event: Event, rules: Iterable[ReminderRule], *, now: dt.datetime, tally: Planned) -> None:
    """Make the rows of one event's rules. Whatever comes nearest to its anchor first: it takes the place of others."""
    days = list(EventDay.objects.filter(event=event))
    wanted = [
        (each, rule)
        for rule in rules
        for each in _firing(rule, event, days, now=now)
        if each.due - AHEAD <= now < each.expires
    ]
    for each, rule in sorted(wanted, key=lambda pair: pair[0].due, reverse=True):
        with _by_itself(rule), transaction.atomic():
            tally.woken += _wake(rule, each)
            tally.made += _make(rule, event, each, now=now)
    for rule in rules:
        if rule.is_of_invitations:
            with _by_itself(rule), transaction.atomic():
                tally.made += _plan_invitations(rule, event, now=now)


@contextmanager
def _by_itself(rule: ReminderRule) -> Iterator[None]:
    """Keep what is wrong with one rule from the event's others."""
    try:
        yield
    except Exception:
        logger.exception("The reminders of rule %s cannot be planned", rule.uid)


def follow_event(event: Event, *, now: dt.datetime) -> None:
    """Let rows that wait go out at their new time, in the transaction that moved the event.

    Rows of a date that is no more are left to their guard; they wake if the event moves back.
    """
    days = list(EventDay.objects.filter(event=event))
    for rule in ReminderRule.objects.filter(event=event, active=True):
        for each in occurrences.of_event(rule, event, days):
            rows = OutgoingMail.objects.filter(rule=rule, occurrence=each.key, status=Status.PENDING)
            rows.update(due=each.due, expires=each.expires)


def send_missed(rule: ReminderRule, occurrence: Occurrence, *, now: dt.datetime) -> int:
    """Send a reminder now to those who should have had it and did not; returns how many.

    Possible until what it tells of begins.
    """
    last = occurrence.anchor if occurrence.is_before else now + dt.timedelta(days=1)
    if now >= last:
        return 0
    late = Occurrence(occurrence.key, occurrence.anchor, now, last)
    mine = OutgoingMail.objects.filter(rule=rule, occurrence=occurrence.key)
    with transaction.atomic():
        woken = mine.filter(status=Status.SKIPPED, reason=Reason.EXPIRED).update(
            status=Status.PENDING, reason="", due=now, expires=last
        )
        made = _make(rule, rule.event, late, now=now, due_then=occurrence.due)
        poke.on_commit()
    return woken + made


def expected(rule: ReminderRule, event: Event, occurrence: Occurrence) -> Any:
    """Return the registrations that a rule means at one occurrence, as they are now."""
    segment = rule.segment
    rows = audiences.reachable(audiences.registrations(event, segment), reminders=True)
    if day := occurrences.day_of(occurrence.key):
        rows = rows.filter(days__day__uid=day)
    return rows


def _rules(now: dt.datetime) -> Iterator[ReminderRule]:
    near = Q(event__start__lt=now + LONGEST_AFTER, event__end__gt=now - LONGEST_AFTER)
    rows = ReminderRule.objects.filter(near, active=True).select_related("event__venue")
    off = (Event.Status.CANCELLED, Event.Status.POSTPONED)
    return iter(rows.exclude(event__status__in=off).order_by("event_id", "pk"))


def _firing(rule: ReminderRule, event: Event, days: list[EventDay], *, now: dt.datetime) -> list[Occurrence]:
    """The rule's occurrences that may fire: not those that lay in the past when it was made or woken."""
    return [each for each in occurrences.of_event(rule, event, days) if each.due >= rule.counts_from]


def _wake(rule: ReminderRule, occurrence: Occurrence) -> int:
    """Let rows wait again whose reason to be left out is gone."""
    asleep = OutgoingMail.objects.filter(
        rule=rule, occurrence=occurrence.key, status=Status.SKIPPED, reason__in=REVIVED
    )
    return asleep.update(status=Status.PENDING, reason="", due=occurrence.due, expires=occurrence.expires)


def _make(
    rule: ReminderRule,
    event: Event,
    occurrence: Occurrence,
    *,
    now: dt.datetime,
    due_then: dt.datetime | None = None,
) -> int:
    """Make the missing rows of an occurrence. ``due_then``: when it was due, where it is sent at another time."""
    if rule.segment.to == To.SPEAKERS:
        people = _speakers(rule, event, occurrence)
    else:
        people = _registered(rule, event, occurrence, now=now, due_then=due_then or occurrence.due)
    return _write(_row(rule, event, occurrence, now=now, **person) for person in people)


def _registered(
    rule: ReminderRule, event: Event, occurrence: Occurrence, *, now: dt.datetime, due_then: dt.datetime
) -> Iterator[dict[str, Any]]:
    rows = expected(rule, event, occurrence)
    if due_then <= now:
        rows = audiences.had_status(rows, rule.segment, due_then)
    if rule.moved_at and due_then <= rule.moved_at:
        told = OutgoingMail.objects.filter(rule=rule, registration=OuterRef("pk"), status__in=SETTLED)
        rows = rows.filter(~Exists(told))
    mine = OutgoingMail.objects.filter(rule=rule, occurrence=occurrence.key, registration=OuterRef("pk"))
    for pk, uid, language in rows.filter(~Exists(mine)).values_list("pk", "uid", "language"):
        yield {"registration_id": pk, "uid": uid, "language": language}


def _speakers(rule: ReminderRule, event: Event, occurrence: Occurrence) -> Iterator[dict[str, Any]]:
    mine = OutgoingMail.objects.filter(rule=rule, occurrence=occurrence.key, person=OuterRef("pk"))
    people = audiences.speakers(event).exclude(email="").filter(~Exists(mine))
    for pk, uid in people.values_list("pk", "uid"):
        yield {"person_id": pk, "uid": uid, "language": ""}


def _plan_invitations(rule: ReminderRule, event: Event, *, now: dt.datetime) -> int:
    """Make the rows for those who are invited and silent; the anchor is a date of each invitation."""
    invited = audiences.silent(event, rule.segment, now=now).filter(reminders_stopped=None)
    rows = []
    for invitation in invited.order_by("pk").iterator(AT_ONCE):
        each = occurrences.of_invitation(rule, event, invitation)
        if each and each.due >= rule.counts_from and each.due - AHEAD <= now < each.expires:
            rows.append(
                _row(
                    rule, event, each, now=now, invitation_id=invitation.pk,
                    uid=invitation.uid, language=invitation.language,
                )
            )  # fmt: skip
    known = (
        set(OutgoingMail.objects.filter(rule=rule).values_list("dedupe_key", flat=True)) if rows else set()
    )
    return _write(row for row in rows if row.dedupe_key not in known)


def _row(
    rule: ReminderRule,
    event: Event,
    occurrence: Occurrence,
    *,
    now: dt.datetime,
    uid: Any,
    language: str,
    **recipient: int,
) -> OutgoingMail:
    return unsaved(
        "invitation.reminder" if rule.is_of_invitations else "reminder",
        event=event,
        rule=rule,
        occurrence=occurrence.key,
        any_hour=rule.minutes is not None,
        language=language,
        dedupe_key=f"rule:{rule.uid}:{uid}:{occurrence.key}",
        due=occurrence.due,
        expires=occurrence.expires,
        created=now,
        **recipient,
    )


def _write(rows: Iterator[OutgoingMail]) -> int:
    """Insert rows in batches; one that another planner made meanwhile stays. Returns how many were asked for."""
    count = 0
    while batch := list(itertools.islice(rows, AT_ONCE)):
        OutgoingMail.objects.bulk_create(batch, ignore_conflicts=True)
        count += len(batch)
    return count
