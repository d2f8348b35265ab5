"""Time zones as calendars want them: a VTIMEZONE of yearly rules, or none at all (calendars, section 4).

Only rules by weekday are written, never RDATE lists: desktop Outlook is an hour off with those
(iCalcreator/iCalcreator#86). A zone that no such rule describes gets no definition: its times are written in
UTC, as are those of UTC itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2028, 2037
"""The years from whose transitions a rule is derived."""

ONSET_YEAR = 1997
"""The year in which derived rules begin."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class YearlyRule:
    """The n-th (or, with ``LAST``, the last) weekday of a month, every year."""

    month: int
    nth: int
    weekday: int

    def date_in(self, year: int) -> dt.date:
        """Return the day this rule names in ``year``."""
        if self.nth == LAST:
            end = dt.date(year + self.month // 12, self.month % 12 + 1, 1) - ONE_DAY
            return end - (end.weekday() - self.weekday) % 7 * ONE_DAY
        first = dt.date(year, self.month, 1)
        return first + ((self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1)) * ONE_DAY

    def __str__(self) -> str:
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={self.nth}{WEEKDAYS[self.weekday]}"


@dataclass(frozen=True)
class Observance:
    """One STANDARD or DAYLIGHT part. ``onset`` is a naive local time on the clocks before the change."""

    kind: str
    onset: dt.datetime
    name: str
    before: dt.timedelta
    after: dt.timedelta
    rule: YearlyRule | None = None

    def latest_onset(self, local: dt.datetime) -> dt.datetime | None:
        """Return the last time at or before ``local`` at which this part began, None before the first."""
        if local < self.onset:
            return None
        if self.rule is None:
            return self.onset
        for year in (local.year, local.year - 1):
            onset = dt.datetime.combine(self.rule.date_in(year), self.onset.time())
            if self.onset <= onset <= local:
                return onset
        return self.onset

    def lines(self) -> list[str]:
        """Return the part as content lines, without line ends."""
        rule = [f"RRULE:{self.rule}"] if self.rule else []
        return [
            f"BEGIN:{self.kind}",
            f"DTSTART:{self.onset:%Y%m%dT%H%M%S}",
            *rule,
            f"TZNAME:{self.name}",
            f"TZOFFSETFROM:{_offset(self.before)}",
            f"TZOFFSETTO:{_offset(self.after)}",
            f"END:{self.kind}",
        ]


@dataclass(frozen=True)
class Definition:
    """A zone that yearly rules describe."""

    tzid: str
    observances: tuple[Observance, ...]

    def offset_at(self, local: dt.datetime) -> dt.timedelta | None:
        """Return the UTC offset the rules give at a naive local time, None before the first."""
        begun = [
            (onset, part) for part in self.observances if (onset := part.latest_onset(local)) is not None
        ]
        return max(begun, key=lambda pair: pair[0])[1].after if begun else None

    def text(self) -> str:
        """Return the VTIMEZONE, lines ended by CRLF."""
        lines = ["BEGIN:VTIMEZONE", f"TZID:{self.tzid}", f"X-LIC-LOCATION:{self.tzid}"]
        for part in self.observances:
            lines += part.lines()
        return "\r\n".join([*lines, "END:VTIMEZONE", ""])


# Onsets are local times by definition (RFC 5545, 3.6.5): naive on purpose.
SPRING_1981 = dt.datetime(1981, 3, 29, 2)  # noqa: DTZ001
AUTUMN_1996 = dt.datetime(1996, 10, 27, 3)  # noqa: DTZ001
YEAR_1970 = dt.datetime(1970, 1, 1)  # noqa: DTZ001

CET, CEST = dt.timedelta(hours=1), dt.timedelta(hours=2)

OSLO = Definition(
    "Europe/Oslo",
    (
        Observance("DAYLIGHT", SPRING_1981, "CEST", CET, CEST, YearlyRule(3, LAST, 6)),
        Observance("STANDARD", AUTUMN_1996, "CET", CEST, CET, YearlyRule(10, LAST, 6)),
    ),
)
"""Norway's rule since 1996. A test compares it with ``zoneinfo`` for the next five years."""


@lru_cache(maxsize=64)
def definition(tzid: str) -> Definition | None:
    """Return the zone as yearly rules, or None when times in it must be written in UTC.

    Raises ``ZoneInfoNotFoundError`` for an unknown name.
    """
    if tzid == OSLO.tzid:
        return OSLO
    zone = ZoneInfo(tzid)
    observances = _observances(zone)
    return Definition(tzid, observances) if observances else None


def local_time(instant: dt.datetime, tzid: str) -> dt.datetime | None:
    """Return the naive local time of ``instant`` if ``TZID=`` may carry it, else None: write it in UTC.

    It may when the zone has a definition, that gives the offset ``zoneinfo`` gives (it does not before its
    first onset), and the local time is neither ambiguous nor skipped.
    """
    zone_definition = definition(tzid)
    if zone_definition is None:
        return None
    local = instant.astimezone(ZoneInfo(tzid))
    naive = local.replace(tzinfo=None, fold=0)
    offset = local.utcoffset()
    # At the two changes of the year one fold or the other gives another offset.
    if any(naive.replace(tzinfo=local.tzinfo, fold=fold).utcoffset() != offset for fold in (0, 1)):
        return None
    return naive if zone_definition.offset_at(naive) == offset else None


def _offset(delta: dt.timedelta) -> str:
    """An offset as +hhmm (or +hhmmss), RFC 5545, 3.3.14."""
    seconds = int(delta.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02}{minutes:02}" + (f"{seconds:02}" if seconds else "")


@dataclass(frozen=True)
class _Change:
    """One transition: the naive local time on the clocks before it, the offsets and the new name."""

    local: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    name: str


def _observances(zone: ZoneInfo) -> tuple[Observance, ...]:
    changes = list(_changes(zone))
    if not changes:
        return _fixed(zone)
    ups = [change for change in changes if change.after > change.before]
    downs = [change for change in changes if change.after < change.before]
    daylight, standard = _yearly("DAYLIGHT", ups), _yearly("STANDARD", downs)
    return (daylight, standard) if daylight and standard else ()


def _fixed(zone: ZoneInfo) -> tuple[Observance, ...]:
    """One STANDARD part from 1970; none for UTC itself, which is written with a Z."""
    moment = dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC).astimezone(zone)
    offset, name = moment.utcoffset() or dt.timedelta(), moment.tzname() or zone.key
    if name == "UTC" and not offset:
        return ()
    return (Observance("STANDARD", YEAR_1970, name, offset, offset),)


def _yearly(kind: str, changes: Sequence[_Change]) -> Observance | None:
    """One part for changes that fall on the same weekday rule at the same local time each year, else None."""
    years = [change.local.year for change in changes]
    alike = {(c.local.time(), c.local.month, c.local.weekday(), c.before, c.after, c.name) for c in changes}
    if len(alike) != 1 or years != list(range(FIRST_YEAR, LAST_YEAR + 1)):
        return None
    first = changes[0].local
    for nth in (LAST, 1, 2, 3, 4):
        rule = YearlyRule(first.month, nth, first.weekday())
        if all(rule.date_in(change.local.year) == change.local.date() for change in changes):
            onset = dt.datetime.combine(rule.date_in(ONSET_YEAR), first.time())
            return Observance(kind, onset, changes[0].name, changes[0].before, changes[0].after, rule)
    return None


def _changes(zone: ZoneInfo) -> Iterator[_Change]:
    """Find the transitions of the years looked at: day by day, then by halves down to the minute."""
    day = dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(LAST_YEAR + 1, 1, 1, tzinfo=dt.UTC)
    while day < end:
        before, after = _offset_at(zone, day), _offset_at(zone, day + ONE_DAY)
        if before != after:
            instant = _first_minute_with(zone, after, day)
            name = instant.astimezone(zone).tzname() or zone.key
            yield _Change(instant.replace(tzinfo=None) + before, before, after, name)
        day += ONE_DAY


def _first_minute_with(zone: ZoneInfo, offset: dt.timedelta, day: dt.datetime) -> dt.datetime:
    """The first minute of the 24 hours from ``day`` at which ``offset`` holds."""
    low, high = 0, 24 * 60
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(zone, day + dt.timedelta(minutes=middle)) == offset:
            high = middle
        else:
            low = middle
    return day + dt.timedelta(minutes=high)


def _offset_at(zone: ZoneInfo, instant: dt.datetime) -> dt.timedelta:
    return instant.astimezone(zone).utcoffset() or dt.timedelta()
