"""Quiet hours: mail that can wait does not make a telephone buzz at night (mail, section 7). Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

NIGHT_BEGINS = dt.time(21)
NIGHT_ENDS = dt.time(7)


def is_quiet(moment: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether ``moment`` (aware) falls between 21:00 and 07:00 on the clocks of ``zone``."""
    clock = moment.astimezone(zone).time()
    return clock >= NIGHT_BEGINS or clock < NIGHT_ENDS


def night_over(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the end of the night that ``moment`` falls in, or ``moment`` itself by day.

    Wall clock of ``zone``: a night in which the clocks change still ends at 07:00.
    """
    if not is_quiet(moment, zone):
        return moment
    local = moment.astimezone(zone)
    date = local.date() if local.time() < NIGHT_ENDS else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(date, NIGHT_ENDS, tzinfo=zone).astimezone(dt.UTC)


def due_by_day(due: dt.datetime, expires: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return when a mail due at ``due`` may go out: by day, unless it would be too late by then."""
    morning = night_over(due, zone)
    return morning if morning < expires else due
