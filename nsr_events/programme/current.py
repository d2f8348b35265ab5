"""The one reader of the newest release: what public pages, feeds and lists show of a programme.

Readers of older snapshot versions stay in ``READERS``, so that an upgrade needs no new release.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Subquery

from .clock import parse_stamp
from .models import ProgrammeRelease


class UnknownSnapshot(ValueError):  # noqa: N818
    """The stored programme was written by a newer version of this package."""


@dataclass(frozen=True)
class Day:
    """A day of the event. ``theme`` by language, ``hosts`` are names, ``venue`` is name and town."""

    uid: str
    date: dt.date
    opens: dt.time | None
    closes: dt.time | None
    theme: dict[str, str]
    hosts: tuple[str, ...]
    venue: str


@dataclass(frozen=True)
class Room:
    """A room the programme uses; ``venue`` is the name of its house."""

    uid: str
    name: str
    venue: str
    floor: str
    seats: int | None


@dataclass(frozen=True)
class Track:
    """A thread through the programme; ``colour`` is a token from 1 to 6."""

    uid: str
    name: dict[str, str]
    colour: int


@dataclass(frozen=True)
class Role:
    """A person's part in a session; ``uid`` is the person's, title and employer are as they were then."""

    uid: str
    role: str
    name: str
    title: str
    employer: str


@dataclass(frozen=True)
class Moved:
    """Where a session was before ``release`` (made ``at``) moved it."""

    release: int
    at: dt.datetime
    start: dt.datetime
    rooms: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """A session as released. Texts are ``{language: words}``, times are aware UTC.

    ``ended`` is the time of the release that cancelled it. ``gone``: it left the programme and is carried on
    for calendars only.
    """

    uid: str
    day: str
    start: dt.datetime
    end: dt.datetime
    rooms: tuple[str, ...]
    where: dict[str, str]
    kind: str
    for_all: bool
    status: str
    title: dict[str, str]
    abstract: dict[str, str]
    track: str
    language: str
    link: str
    bookable: bool
    seq: int
    stamp: dt.datetime
    moved: Moved | None
    ended: dt.datetime | None
    gone: bool
    people: tuple[Role, ...]

    @property
    def is_cancelled(self) -> bool:
        """Whether it will not take place."""
        return self.status == "cancelled"


@dataclass(frozen=True)
class Programme:
    """A released programme: ``number`` of the release made ``at``; rooms and tracks in the order shown."""

    event: str
    number: int
    at: dt.datetime
    zone: str
    languages: tuple[str, ...]
    days: tuple[Day, ...]
    rooms: dict[str, Room]
    tracks: dict[str, Track]
    sessions: tuple[Item, ...]

    @cached_property
    def shown(self) -> tuple[Item, ...]:
        """What pages show: everything but what is carried on for calendars only."""
        return tuple(item for item in self.sessions if not item.gone)

    def on(self, day_uid: str) -> tuple[Item, ...]:
        """What pages show of a day."""
        return tuple(item for item in self.shown if item.day == day_uid)

    @cached_property
    def _by_uid(self) -> dict[str, Item]:
        return {item.uid: item for item in self.sessions}

    def get(self, uid: str) -> Item | None:
        """The session with this uid, also when it left the programme; None when it never was in it."""
        return self._by_uid.get(str(uid))


def current_programme(event_id: int) -> Programme | None:
    """Return the newest release of an event, or None before the first. One query.

    Raises ``UnknownSnapshot`` when a newer version of this package wrote it.
    """
    release = ProgrammeRelease.objects.filter(event_id=event_id).order_by("-number").first()
    return read(release) if release else None


def current_programmes(event_ids: Iterable[int]) -> dict[int, Programme]:
    """Return the newest release of each event that has one, by event id. One query."""
    newest = ProgrammeRelease.objects.filter(event_id=OuterRef("event_id")).order_by("-number")
    releases = ProgrammeRelease.objects.filter(event_id__in=list(event_ids)).annotate(
        newest=Subquery(newest.values("number")[:1])
    )
    return {release.event_id: read(release) for release in releases.filter(number=F("newest"))}


def read(release: ProgrammeRelease) -> Programme:
    """Return a stored release as dataclasses. Raises ``UnknownSnapshot``."""
    snapshot = check_version(release.snapshot)
    return READERS[snapshot["v"]](snapshot, release.number, release.at)


def check_version(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return ``snapshot`` if its version is known. Raises ``UnknownSnapshot``."""
    version = snapshot.get("v")
    if version not in READERS:
        known = ", ".join(map(str, sorted(READERS)))
        raise UnknownSnapshot(
            f"The stored programme has format {version!r}; this nsr_events reads {known}. Upgrade it."
        )
    return snapshot


def _read_v1(snapshot: Mapping[str, Any], number: int, at: dt.datetime) -> Programme:
    return Programme(
        event=snapshot["event"],
        number=number,
        at=at,
        zone=snapshot["tz"],
        languages=tuple(snapshot["languages"]),
        days=tuple(_day(day) for day in snapshot["days"]),
        rooms={room["uid"]: Room(**room) for room in snapshot["rooms"]},
        tracks={track["uid"]: Track(**track) for track in snapshot["tracks"]},
        sessions=tuple(_item(entry) for entry in snapshot["sessions"]),
    )


def _day(day: Mapping[str, Any]) -> Day:
    opens, closes = (dt.time.fromisoformat(day[edge]) if day[edge] else None for edge in ("opens", "closes"))
    date = dt.date.fromisoformat(day["date"])
    return Day(day["uid"], date, opens, closes, day["theme"], tuple(day["hosts"]), day["venue"])


def _item(entry: Mapping[str, Any]) -> Item:
    moved, ended = entry.get("moved"), entry.get("ended")
    times = {name: parse_stamp(entry[name]) for name in ("start", "end", "stamp")}
    return Item(
        **{
            **entry,
            **times,
            "rooms": tuple(entry["rooms"]),
            "people": tuple(Role(**role) for role in entry["people"]),
            "moved": _moved(moved) if moved else None,
            "ended": parse_stamp(ended) if ended else None,
            "gone": entry.get("gone", False),
        }
    )


def _moved(moved: Mapping[str, Any]) -> Moved:
    origin = moved["from"]
    return Moved(
        moved["release"], parse_stamp(moved["at"]), parse_stamp(origin["start"]), tuple(origin["rooms"])
    )


READERS: dict[int, Callable[[Mapping[str, Any], int, dt.datetime], Programme]] = {1: _read_v1}
