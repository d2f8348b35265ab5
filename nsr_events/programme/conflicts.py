"""Finds what clashes or is missing in a programme: pure, sorted, one sweep per room and person.

Saving is never blocked by a conflict; a *stop* blocks releasing until it is mended or accepted. Answers hold
rule names and values; ``phrases.py`` makes words of them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any

WALK = 5
"""Minutes a person needs from one room to another of the same venue."""
WALK_BETWEEN_VENUES = 20
LONGEST_WITHOUT_BREAK = 120
SHORTEST_BREAK = 10
"""A free stretch shorter than this is a change of rooms, not a break."""
DAY_THAT_NEEDS_A_MEAL = 5 * 60
DRAFTS_START_SOON = dt.timedelta(days=3)
PANEL_THAT_NEEDS_A_MODERATOR = 3

PAUSES = frozenset({"break", "meal", "social"})
ROOMLESS = PAUSES | {"practical", "internal"}
"""Kinds that may do without a room."""
SPOKEN = frozenset({"talk", "keynote", "panel"})

UNACCEPTABLE = frozenset({"untitled"})
"""Stops that no reason opens: a public page cannot show what has no name."""


class Severity(StrEnum):
    """What a conflict does to a release: a stop blocks it."""

    STOP = "stop"
    WARN = "warn"
    NOTE = "note"


SEVERITIES = list(Severity)


@dataclass(frozen=True)
class Part:
    """A person's role in a session."""

    person: str
    role: str


@dataclass(frozen=True)
class Room:
    """A room as conflicts see it. ``venue`` is a key; ``venue_name`` its words."""

    uid: str
    name: str = ""
    venue: str = ""
    venue_name: str = ""
    seats: int | None = None
    active: bool = True


@dataclass(frozen=True)
class Day:
    """A day's hours as aware datetimes, None where not set."""

    uid: str
    opens: dt.datetime | None = None
    closes: dt.datetime | None = None
    venue: str = ""
    venue_name: str = ""


@dataclass(frozen=True)
class Session:
    """An item of the working programme; without ``start`` it lies in the tray. ``titles`` by language."""

    uid: str
    titles: Mapping[str, str] = field(default_factory=dict, hash=False)
    kind: str = "talk"
    status: str = "confirmed"
    for_all: bool = False
    day: str = ""
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    rooms: tuple[str, ...] = ()
    has_place: bool = False
    """Whether a place in words or a link stands in for a room."""
    capacity: int | None = None
    people: tuple[Part, ...] = ()

    @property
    def is_released(self) -> bool:
        """Whether the next release would show it."""
        return self.status == "confirmed" and self.kind != "internal" and self.start is not None


@dataclass(frozen=True)
class Programme:
    """What ``find_conflicts`` reads. ``languages`` are those it is written in, the default first."""

    sessions: tuple[Session, ...]
    rooms: Mapping[str, Room]
    days: Mapping[str, Day]
    languages: tuple[str, ...]
    now: dt.datetime
    names: Mapping[str, str] = field(default_factory=dict)
    """Of people, by uid."""
    zone: dt.tzinfo = dt.UTC

    @cached_property
    def by_uid(self) -> dict[str, Session]:
        """The sessions by uid."""
        return {session.uid: session for session in self.sessions}


@dataclass(frozen=True)
class Conflict:
    """A broken rule. ``sessions`` are uids, ``values`` what the wording needs (uids, numbers, moments)."""

    rule: str
    severity: Severity
    sessions: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)

    def other(self, uid: str) -> str:
        """The session on the other side, seen from ``uid``; empty when there is none."""
        return next((session for session in self.sessions if session != uid), "")


Rule = Callable[[Programme, Sequence[Session]], Iterable[Conflict]]


def find_conflicts(programme: Programme) -> list[Conflict]:
    """Return every conflict, stops first, then by time, rule and session.

    Cancelled sessions clash with nothing. A stop that involves something the next release would not show (a
    draft, an internal item) is a warning, since releasing would do no harm yet.
    """
    alive = [session for session in programme.sessions if session.status != "cancelled"]
    alive.sort(key=_chronologically)
    shown = {session.uid for session in alive if session.is_released}
    found = [
        replace(conflict, severity=Severity.WARN)
        if conflict.severity == Severity.STOP and not shown.issuperset(conflict.sessions)
        else conflict
        for rule in RULES
        for conflict in rule(programme, alive)
    ]
    return in_order(found, programme)


def in_order(conflicts: Iterable[Conflict], programme: Programme) -> list[Conflict]:
    """Sort conflicts: stops first, then by the time of their first session, rule and session."""
    place = {
        session.uid: index for index, session in enumerate(sorted(programme.sessions, key=_chronologically))
    }
    rules = {rule.__name__.strip("_"): index for index, rule in enumerate(RULES)}

    def key(conflict: Conflict) -> tuple[Any, ...]:
        first = min((place.get(uid, len(place)) for uid in conflict.sessions), default=len(place))
        rank = rules.get(conflict.rule, len(rules))
        severity = SEVERITIES.index(conflict.severity)
        return severity, first, rank, conflict.rule, conflict.sessions, _text(conflict.values)

    return sorted(conflicts, key=key)


def fingerprint(conflict: Conflict, programme: Programme) -> str:
    """Return a digest of the conflict and of its sessions' time, rooms and people.

    An acceptance is kept under it, so any change of these facts wakes the conflict.
    """
    wanted = set(conflict.sessions)
    facts = [
        [
            session.uid,
            session.start,
            session.end,
            session.rooms,
            sorted(part.person for part in session.people),
        ]
        for session in sorted(programme.sessions, key=lambda session: session.uid)
        if session.uid in wanted
    ]
    text = _text([conflict.rule, conflict.sessions, conflict.values, facts])
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: Any) -> str:
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else str(value)


def _chronologically(session: Session) -> tuple[bool, dt.datetime, str]:
    return session.start is None, session.start or dt.datetime.max.replace(tzinfo=dt.UTC), session.uid


def _placed(sessions: Iterable[Session]) -> list[tuple[dt.datetime, dt.datetime, Session]]:
    """(start, end, session) of what has a time, in order."""
    return [(s.start, s.end, s) for s in sessions if s.start is not None and s.end is not None]


def _grouped(
    sessions: Iterable[Session], keys: Callable[[Session], Iterable[Hashable]]
) -> dict[Any, list[tuple[dt.datetime, dt.datetime, Session]]]:
    """Placed sessions by each of their ``keys`` (rooms, people), each session once a key."""
    groups: dict[Any, list[tuple[dt.datetime, dt.datetime, Session]]] = defaultdict(list)
    for placed in _placed(sessions):
        for key in dict.fromkeys(keys(placed[2])):
            groups[key].append(placed)
    return groups


def _overlaps(
    placed: Iterable[tuple[dt.datetime, dt.datetime, Session]],
) -> Iterator[tuple[Session, Session]]:
    """Every pair at the same time, in one sweep; touching ends are fine."""
    running: list[tuple[dt.datetime, Session]] = []
    for start, end, session in placed:
        running = [(until, other) for until, other in running if until > start]
        yield from ((other, session) for _until, other in running)
        running.append((end, session))


def _title(session: Session, language: str) -> str:
    return (session.titles.get(language) or "").strip()


def _untitled(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    language = programme.languages[0]
    for session in sessions:
        if not _title(session, language):
            yield Conflict("untitled", Severity.STOP, (session.uid,), {"language": language})


def _room_busy(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for room, placed in _grouped(sessions, lambda session: session.rooms).items():
        for one, two in _overlaps(placed):
            yield Conflict("room_busy", Severity.STOP, (one.uid, two.uid), {"room": room})


def _person_busy(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for person, placed in _by_person(sessions).items():
        for one, two in _overlaps(placed):
            yield Conflict("person_busy", Severity.STOP, (one.uid, two.uid), {"person": person})


def _by_person(sessions: Sequence[Session]) -> dict[Any, list[tuple[dt.datetime, dt.datetime, Session]]]:
    return _grouped(sessions, lambda session: [part.person for part in session.people])


def _for_all_overlap(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    public = [session for session in sessions if session.kind != "internal"]
    for one, two in _overlaps(_placed(public)):
        if one.for_all or two.for_all:
            first, second = (one, two) if one.for_all else (two, one)
            yield Conflict("for_all_overlap", Severity.WARN, (first.uid, second.uid))


def _outside_hours(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for start, end, session in _placed(sessions):
        day = programme.days.get(session.day)
        if day is None or session.kind == "internal":
            continue
        if day.opens and start < day.opens:
            values = {"edge": "opens", "at": start, "limit": day.opens}
            yield Conflict("outside_hours", Severity.WARN, (session.uid,), values)
        if day.closes and end > day.closes:
            values = {"edge": "closes", "at": end, "limit": day.closes}
            yield Conflict("outside_hours", Severity.WARN, (session.uid,), values)


def _no_room(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for _start, _end, session in _placed(sessions):
        if not session.rooms and not session.has_place and session.kind not in ROOMLESS:
            yield Conflict("no_room", Severity.WARN, (session.uid,))


def _wrong_venue(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for _start, _end, session, room in _room_uses(programme, sessions):
        day = programme.days.get(session.day)
        if day and day.venue and room.venue != day.venue:
            values = {"room": room.uid, "venue": room.venue_name, "venue2": day.venue_name}
            yield Conflict("wrong_venue", Severity.WARN, (session.uid,), values)


def _room_closed(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for _start, _end, session, room in _room_uses(programme, sessions):
        if not room.active:
            yield Conflict("room_closed", Severity.WARN, (session.uid,), {"room": room.uid})


def _room_uses(
    programme: Programme, sessions: Sequence[Session]
) -> Iterator[tuple[dt.datetime, dt.datetime, Session, Room]]:
    for start, end, session in _placed(sessions):
        for uid in session.rooms:
            if uid in programme.rooms:
                yield start, end, session, programme.rooms[uid]


def _too_many(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for session in sessions:
        seats = [programme.rooms[uid].seats for uid in session.rooms if uid in programme.rooms]
        known = [number for number in seats if number]
        if session.capacity and known and len(known) == len(seats) and session.capacity > sum(known):
            values = {"n": session.capacity, "m": sum(known), "room": session.rooms[0]}
            yield Conflict("too_many", Severity.WARN, (session.uid,), values)


def _short_walk(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for person, placed in _by_person(sessions).items():
        for (_, ends, one), (starts, _, two) in pairwise(placed):
            minutes = int((starts - ends).total_seconds()) // 60
            needed = _walk(programme, one, two)
            if 0 <= minutes < needed:
                values = {"person": person, "n": minutes, "room": one.rooms[0], "room2": two.rooms[0]}
                yield Conflict("short_walk", Severity.WARN, (one.uid, two.uid), values)


def _walk(programme: Programme, one: Session, two: Session) -> int:
    """Minutes from the room of one session to that of another; 0 when either has none or they share one."""
    if not one.rooms or not two.rooms or set(one.rooms) & set(two.rooms):
        return 0
    first, second = programme.rooms.get(one.rooms[0]), programme.rooms.get(two.rooms[0])
    if first is None or second is None:
        return 0
    return WALK if first.venue == second.venue else WALK_BETWEEN_VENUES


def _unplaced(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    tray = [s.uid for s in sessions if s.start is None and s.status == "confirmed" and s.kind != "internal"]
    if tray:
        yield Conflict("unplaced", Severity.WARN, tuple(tray), {"n": len(tray)})


def _still_draft(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    soon = programme.now + DRAFTS_START_SOON
    drafts = [
        session.uid
        for start, end, session in _placed(sessions)
        if session.status == "draft" and start <= soon and end > programme.now
    ]
    if drafts:
        yield Conflict("still_draft", Severity.WARN, tuple(drafts), {"n": len(drafts)})


def _no_people(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for session in sessions:
        if session.kind in SPOKEN and not session.people:
            yield Conflict("no_people", Severity.NOTE, (session.uid,))


def _no_moderator(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for session in sessions:
        panel = session.kind == "panel" and len(session.people) >= PANEL_THAT_NEEDS_A_MODERATOR
        if panel and not any(part.role == "moderator" for part in session.people):
            yield Conflict("no_moderator", Severity.NOTE, (session.uid,))


def _no_break(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    busy = [s for s in sessions if s.kind not in PAUSES and s.kind != "internal" and s.status == "confirmed"]
    for day, placed in _grouped(busy, lambda session: [session.day]).items():
        for start, end in _stretches(placed):
            minutes = int((end - start).total_seconds()) // 60
            if minutes > LONGEST_WITHOUT_BREAK:
                values = {"day": day, "from": start, "to": end, "minutes": minutes}
                yield Conflict("no_break", Severity.NOTE, (), values)


def _stretches(
    placed: Iterable[tuple[dt.datetime, dt.datetime, Session]],
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Times in which something always runs."""
    begun: dt.datetime | None = None
    until: dt.datetime | None = None
    for start, end, _session in placed:
        if begun is not None and until is not None and start - until < dt.timedelta(minutes=SHORTEST_BREAK):
            until = max(until, end)
            continue
        if begun is not None and until is not None:
            yield begun, until
        begun, until = start, end
    if begun is not None and until is not None:
        yield begun, until


def _no_meal(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    public = [session for session in sessions if session.is_released]
    for day, placed in _grouped(public, lambda session: [session.day]).items():
        first, last = placed[0][0], max(end for _start, end, _session in placed)
        long = last - first >= dt.timedelta(minutes=DAY_THAT_NEEDS_A_MEAL)
        if long and not any(session.kind == "meal" for _start, _end, session in placed):
            yield Conflict("no_meal", Severity.NOTE, (), {"day": day})


def _untranslated(programme: Programme, sessions: Sequence[Session]) -> Iterator[Conflict]:
    for language in programme.languages[1:]:
        lacking = [
            session.uid for session in sessions if session.is_released and not _title(session, language)
        ]
        if lacking:
            values = {"n": len(lacking), "language": language}
            yield Conflict("untranslated", Severity.NOTE, tuple(lacking), values)


RULES: tuple[Rule, ...] = (
    _untitled,
    _room_busy,
    _person_busy,
    _for_all_overlap,
    _outside_hours,
    _no_room,
    _wrong_venue,
    _room_closed,
    _too_many,
    _short_walk,
    _unplaced,
    _still_draft,
    _no_people,
    _no_moderator,
    _no_break,
    _no_meal,
    _untranslated,
)
