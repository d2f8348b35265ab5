"""Wall-clock times and instants: people type the one, the database holds the other. Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

NIGHT_ENDS = dt.time(5)
"""A start before this may belong to the evening before."""


class NoSuchTime(ValueError):  # noqa: N818
    """The clock skips this time when it is put forward in spring."""


def date_on(day: dt.date, start: dt.time, opens: dt.time | None) -> dt.date:
    """Return the date on which a session of ``day`` that starts at ``start`` takes place.

    Before 05:00 that is the night after the day, unless the day itself is open by then.
    """
    at_night = start < NIGHT_ENDS and opens is not None and start < opens
    return day + dt.timedelta(days=1) if at_night else day


def instant(date: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """Return the instant (aware, UTC) of a wall-clock time.

    In the autumn overlap the first of the two counts. Raises ``NoSuchTime`` in the spring gap.
    """
    local = dt.datetime.combine(date, time.replace(tzinfo=None), tzinfo=zone)
    there = local.astimezone(dt.UTC)
    if there.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(f"{date} {time} does not exist in {zone.key}")
    return there


def nearest_instant(date: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """As ``instant``, but a time in the spring gap counts as that much after the change."""
    return dt.datetime.combine(date, time.replace(tzinfo=None), tzinfo=zone).astimezone(dt.UTC)


def stamp(moment: dt.datetime) -> str:
    """Return an instant as snapshots and feeds write it: whole seconds, UTC, with Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_stamp(text: str) -> dt.datetime:
    """Read what ``stamp`` wrote."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
