"""How long an offered seat waits for its answer: a clock that respects nights and weekends. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

EVENING = dt.time(21)
MORNING = dt.time(7)
OFFICE = dt.time(9)
SHORTEST = dt.timedelta(hours=2)
NEAR = dt.timedelta(days=7)
TOLERANCE = dt.timedelta(minutes=15)
"""An answer is taken so long after the deadline that was shown."""


@dataclass(frozen=True)
class Offer:
    """When the clock of an offer starts (and its mail may go), and when it ends; both aware, in UTC."""

    starts: dt.datetime
    expires: dt.datetime


def make_offer(
    now: dt.datetime,
    *,
    hours: int,
    zone: ZoneInfo,
    event_start: dt.datetime,
    until: dt.datetime,
    is_holiday: Callable[[dt.date], bool] = lambda date: False,
) -> Offer | None:
    """Return the offer made ``now`` with ``hours`` to answer, or None when less than two hours would be left.

    Made between 21:00 and 07:00 it starts at 07:00 (event's zone). While the event is more than seven days off,
    Saturdays, Sundays and holidays do not count; a deadline between 21:00 and 09:00 moves to 09:00; none is later than
    ``until`` (registration, section 5).
    """
    starts = _daytime(now.astimezone(zone), MORNING)
    far = event_start - starts > NEAR

    def counts(date: dt.date) -> bool:
        return not far or (date.weekday() < 5 and not is_holiday(date))

    expires = _daytime(_add_hours(starts, hours, counts), OFFICE)
    while not counts(expires.date()):
        expires = _at(expires.date() + dt.timedelta(days=1), OFFICE, zone)
    expires = min(expires, until)
    if expires - starts < SHORTEST:
        return None
    return Offer(starts.astimezone(dt.UTC), expires.astimezone(dt.UTC))


def _at(date: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(date, time, tzinfo=zone)


def _daytime(local: dt.datetime, morning: dt.time) -> dt.datetime:
    """Move what falls between 21:00 and ``morning`` to that morning."""
    zone = local.tzinfo
    assert isinstance(zone, ZoneInfo)
    if local.time() >= EVENING:
        return _at(local.date() + dt.timedelta(days=1), morning, zone)
    return _at(local.date(), morning, zone) if local.time() < morning else local


def _add_hours(local: dt.datetime, hours: int, counts: Callable[[dt.date], bool]) -> dt.datetime:
    """Add elapsed hours, of which those on dates that do not count are free of charge."""
    zone = local.tzinfo
    assert isinstance(zone, ZoneInfo)
    left = dt.timedelta(hours=hours)
    moment = local.astimezone(dt.UTC)
    while True:
        date = moment.astimezone(zone).date()
        midnight = _at(date + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
        if counts(date):
            if moment + left <= midnight:
                return (moment + left).astimezone(zone)
            left -= midnight - moment
        moment = midnight
