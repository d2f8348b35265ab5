"""The times at which a rule fires for an event as it stands now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from nsr_events.core.models import Event, EventDay
from nsr_events.registration.models import Invitation

from . import timing
from .models import ReminderRule
from .timing import Occurrence

Anchor = ReminderRule.Anchor


def of_event(rule: ReminderRule, event: Event, days: Iterable[EventDay]) -> list[Occurrence]:
    """Return the occurrences of a rule that looks at the event's own time, in order; ``days`` are all its days.

    A rule in minutes has none where the hours are not set yet.
    """
    if rule.is_of_invitations or (rule.minutes is not None and not event.times_known):
        return []
    if rule.anchor == Anchor.DAY:
        found = (
            timing.occurrence(rule.when, _opens(day, event), event.zone, day=str(day.uid))
            for day in days
            if rule.minutes is None or day.opens
        )
        return sorted(found, key=lambda each: each.due)
    anchor = event.end if rule.anchor == Anchor.END else event.start
    return [timing.occurrence(rule.when, anchor, event.zone)]


def of_invitation(rule: ReminderRule, event: Event, invitation: Invitation) -> Occurrence | None:
    """Return when a rule reminds somebody of an invitation; None where that person has no such point in time.

    No reminder is worth sending once the answer is no longer wanted, or the event begins.
    """
    anchor = invitation.sent_at if rule.anchor == Anchor.INVITED else invitation.answer_by
    if anchor is None:
        return None
    found = timing.occurrence(rule.when, anchor, event.zone)
    last = min(filter(None, (found.expires, invitation.answer_by, event.start)))
    return Occurrence(found.key, found.anchor, found.due, last)


def day_of(occurrence: str) -> str:
    """Return the uid of the day that an occurrence belongs to, "" for those of the whole event."""
    day, _colon, _date = occurrence.partition(":")
    return day if len(day) == len("00000000-0000-0000-0000-000000000000") else ""


def _opens(day: EventDay, event: Event) -> dt.datetime:
    return day.bounds()[0].replace(tzinfo=event.zone)
