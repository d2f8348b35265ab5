"""When a reminder is due, how long it is worth sending, and which occurrence it is (mail, section 7). Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from nsr_events.outbox.quiet import NIGHT_BEGINS, NIGHT_ENDS, is_quiet, night_over

LEAST_LATE = dt.timedelta(hours=1)
AFTERWARDS = dt.timedelta(days=7)
"""How long a mail after the anchor is worth sending."""


@dataclass(frozen=True)
class When:
    """A distance from an anchor, negative before it: ``days`` on the wall clock ``at`` a time, or elapsed ``minutes``.

    ``late_by``: minutes after its time that a reminder before the anchor is still worth sending; None: half of what is
    left.
    """

    days: int | None = None
    at: dt.time | None = None
    minutes: int | None = None
    late_by: int | None = None


@dataclass(frozen=True)
class Occurrence:
    """One time that a rule fires. ``key`` names it for ever; instants are aware, UTC."""

    key: str
    anchor: dt.datetime
    due: dt.datetime
    expires: dt.datetime

    @property
    def is_before(self) -> bool:
        """Whether it comes before what it tells of."""
        return self.due <= self.anchor


def due(when: When, anchor: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the instant that lies ``when`` from ``anchor`` (aware).

    Days are calendar days on the clocks of ``zone``, so a day of 23 or 25 hours moves nothing. A time that does not
    exist moves forward by the gap; of one that comes twice it is the first.
    """
    if when.minutes is not None:
        return anchor.astimezone(dt.UTC) + dt.timedelta(minutes=when.minutes)
    date = anchor.astimezone(zone).date() + dt.timedelta(days=when.days or 0)
    return dt.datetime.combine(date, when.at or NIGHT_ENDS, tzinfo=zone).astimezone(dt.UTC)


def occurrence(when: When, anchor: dt.datetime, zone: ZoneInfo, *, day: str = "") -> Occurrence:
    """Return the occurrence at ``anchor``; ``day`` is the uid of the event's day that it belongs to.

    It is named by the local date of the anchor, so that a change of hours reminds nobody twice; rules in minutes by
    its instant, as "in an hour" is wrong once the hour moves.
    """
    raw = due(when, anchor, zone)
    late_by = None if when.late_by is None else dt.timedelta(minutes=when.late_by)
    ends = expires(raw, anchor, late_by=late_by)
    instant = anchor.astimezone(dt.UTC)
    name = f"{instant:%Y-%m-%dT%H:%MZ}" if when.minutes is not None else f"{anchor.astimezone(zone):%Y-%m-%d}"
    key = f"{day}:{name}" if day else name
    if when.minutes is None:
        raw = by_day(raw, ends, zone)
    return Occurrence(key, instant, raw, ends)


def expires(due: dt.datetime, anchor: dt.datetime, *, late_by: dt.timedelta | None) -> dt.datetime:
    """Return until when a reminder due at ``due`` is worth sending."""
    if due > anchor:
        return due + AFTERWARDS
    late_by = late_by if late_by is not None else max(LEAST_LATE, (anchor - due) / 2)
    return min(anchor.astimezone(dt.UTC), due + late_by)


def by_day(due: dt.datetime, ends: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return ``due`` moved out of the night: to the morning, or where that is too late, to the evening before."""
    if not is_quiet(due, zone):
        return due
    morning = night_over(due, zone)
    if morning < ends:
        return morning
    date = morning.astimezone(zone).date() - dt.timedelta(days=1)
    return dt.datetime.combine(date, NIGHT_BEGINS, tzinfo=zone).astimezone(dt.UTC)
