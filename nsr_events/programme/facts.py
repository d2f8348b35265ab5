"""Carries a released programme over to changed facts: days that moved, another zone. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from .clock import nearest_instant, parse_stamp, stamp


def with_facts(snapshot: Mapping[str, Any], facts: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return ``snapshot`` on the days of ``facts``; each session keeps its distance and local time.

    Sessions of days that are no more are left out.
    """
    former = {day["uid"]: dt.date.fromisoformat(day["date"]) for day in snapshot["days"]}
    present = {day["uid"]: dt.date.fromisoformat(day["date"]) for day in facts["days"]}
    old_zone = ZoneInfo(snapshot["tz"])
    sessions = list(_shifted(snapshot, former, present, old_zone, zone))
    return {**snapshot, **facts, "sessions": sessions}


def _shifted(
    snapshot: Mapping[str, Any],
    former: Mapping[str, dt.date],
    present: Mapping[str, dt.date],
    old_zone: ZoneInfo,
    zone: ZoneInfo,
) -> Iterator[dict[str, Any]]:
    for entry in snapshot["sessions"]:
        if entry["day"] not in present:
            continue
        days = present[entry["day"]] - former[entry["day"]]
        start, end = parse_stamp(entry["start"]), parse_stamp(entry["end"])
        begins = moved(start, days, old_zone, zone)
        yield {**entry, "start": stamp(begins), "end": stamp(begins + (end - start))}


def moved(start: dt.datetime, days: dt.timedelta, old_zone: ZoneInfo, zone: ZoneInfo) -> dt.datetime:
    """Return the instant with the same time on the wall ``days`` later, in ``zone``."""
    local = start.astimezone(old_zone)
    if not days and old_zone.key == zone.key:
        return start
    return nearest_instant(local.date() + days, local.time(), zone)
