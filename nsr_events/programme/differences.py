"""Compares a wished programme with the newest release and writes the next snapshot: plain data in and out.

Beside its content, a session in a snapshot has what only releases give it: ``seq``, ``stamp``, ``moved``
(with the moment of the move), ``ended`` once cancelled; ``gone`` marks what left and is carried on
for calendars.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .clock import parse_stamp, stamp

Snapshot = dict[str, Any]
Entry = dict[str, Any]

VERSION = 1
CARRIED_ON = dt.timedelta(days=90)
"""How long calendars are told that a session is gone (calendars, section 6)."""

GIVEN_BY_RELEASES = ("seq", "stamp", "moved", "ended", "gone")
PLACE = ("start", "end", "rooms")
FACTS = ("tz", "languages", "days")

IN_LOG = frozenset({"new", "restored", "moved", "renamed", "cancelled", "edited"})


@dataclass(frozen=True)
class Change:
    """One difference: new, restored, moved, renamed, cancelled, edited; or facts, which has no session.

    ``before`` and ``after`` hold start, end and rooms (uids) where it had a place; ``was`` the title before.
    """

    kind: str
    uid: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    day: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    was: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The change as a release stores it."""
        return {
            "kind": self.kind, "uid": self.uid, "title": dict(self.title), "day": self.day,
            "from": self.before, "to": self.after, "was": dict(self.was),
        }  # fmt: skip


@dataclass(frozen=True)
class Composed:
    """The next snapshot and what it changes.

    ``raised`` are sessions (uids) whose sequence grows by one, ``stamped`` all that get a new stamp.
    ``token`` identifies the wished content, whenever it is composed.
    """

    snapshot: Snapshot
    changes: tuple[Change, ...]
    raised: frozenset[str]
    stamped: frozenset[str]
    token: str


def canonical(value: Any) -> str:
    """Return ``value`` as JSON in which equal content has equal characters."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def compose(
    wished: Snapshot,
    newest: Snapshot | None,
    *,
    number: int,
    at: dt.datetime,
    floors: Mapping[str, int],
    over: bool = False,
) -> Composed:
    """Return the snapshot of release ``number``, made ``at``, that makes ``wished`` of ``newest``.

    ``wished`` is a snapshot without what releases give. ``floors`` are the highest sequences ever issued, by
    uid; none is ever lowered. When the event is ``over``, what was cancelled drops out after its 90 days.
    """
    release = _Release(
        wished, newest or {"sessions": [], "rooms": [], "tracks": []}, number, at, floors, over
    )
    sessions = [*release.kept(), *release.carried()]
    if newest is not None and any(wished[name] != newest[name] for name in FACTS):
        release.changes.append(Change("facts"))
    snapshot = {**wished, "v": VERSION, "sessions": in_order(sessions, wished["rooms"])}
    for name in ("rooms", "tracks"):
        snapshot[name] = [*wished[name], *_still_named(name, sessions, wished, release.newest)]
    return Composed(
        snapshot=json.loads(canonical(snapshot)),
        changes=tuple(release.changes),
        raised=frozenset(release.raised),
        stamped=frozenset(release.stamped),
        token=token(wished),
    )


def token(wished: Snapshot) -> str:
    """Return a digest of a wished programme; anything an editor changes changes it."""
    return hashlib.sha256(canonical(wished).encode()).hexdigest()


def in_order(sessions: Iterable[Entry], rooms: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Sort sessions by instant, room order and uid."""
    order = {room["uid"]: index for index, room in enumerate(rooms)}

    def key(entry: Entry) -> tuple[str, int, str]:
        return (
            entry["start"],
            min((order.get(uid, len(order)) for uid in entry["rooms"]), default=-1),
            entry["uid"],
        )

    return sorted(sessions, key=key)


class _Release:
    """One comparison under way: goes through the sessions and notes what it finds."""

    def __init__(
        self,
        wished: Snapshot,
        newest: Snapshot,
        number: int,
        at: dt.datetime,
        floors: Mapping[str, int],
        over: bool,
    ) -> None:
        self.wished, self.newest = wished, newest
        self.number, self.at, self.over = number, at, over
        self.floors = floors
        self.old: dict[str, Entry] = {entry["uid"]: entry for entry in newest["sessions"]}
        self.changes: list[Change] = []
        self.raised: set[str] = set()
        self.stamped: set[str] = set()
        self.settled: set[str] = set()

    def kept(self) -> list[Entry]:
        """What the wished programme holds and the world may see."""
        entries = []
        for wish in self.wished["sessions"]:
            old = self.old.get(wish["uid"])
            if wish["status"] == "cancelled" and (old is None or old.get("gone")):
                continue  # never released, or told as gone already
            if wish["status"] == "cancelled" and self.over and self._told_enough(old):
                self.settled.add(wish["uid"])
                continue
            self.settled.add(wish["uid"])
            entries.append(self._next(wish, old))
        return entries

    def carried(self) -> list[Entry]:
        """What left the programme: cancelled, with its last values, until calendars were told long enough."""
        left = [entry for uid, entry in self.old.items() if uid not in self.settled]
        return [self._farewell(entry) for entry in left if not self._told_enough(entry)]

    def _told_enough(self, entry: Entry | None) -> bool:
        ended = entry and entry.get("ended")
        return bool(ended) and parse_stamp(str(ended)) + CARRIED_ON <= self.at

    def _next(self, wish: Entry, old: Entry | None) -> Entry:
        found = list(self._found(wish, old))
        self.changes += found
        kinds = {change.kind for change in found}
        entry = {name: value for name, value in wish.items() if name not in GIVEN_BY_RELEASES}
        entry["seq"] = self._sequence(wish["uid"], old, raise_it=bool(kinds - {"edited"}))
        entry["stamp"] = self._stamp(wish["uid"], old, changed=bool(kinds))
        if moved := self._moved(old, kinds):
            entry["moved"] = moved
        if wish["status"] == "cancelled":
            entry["ended"] = (old or {}).get("ended") or stamp(self.at)
        return entry

    def _found(self, wish: Entry, old: Entry | None) -> Iterable[Change]:
        """The differences of one session, in the table of docs/explanation/programme.md."""
        about: dict[str, Any] = {"uid": wish["uid"], "title": wish["title"], "day": wish["day"]}
        after = _place(wish)
        if old is None:
            yield Change("new", **about, after=after)
            return
        before = _place(old)
        if wish["status"] == "cancelled" and old["status"] != "cancelled":
            yield Change("cancelled", **about, before=before)
            return
        if old["status"] == "cancelled" and wish["status"] != "cancelled":
            yield Change("restored", **about, before=before, after=after)
            return
        if before != after:
            yield Change("moved", **about, before=before, after=after)
        if wish["title"] != old["title"]:
            yield Change("renamed", **about, was=old["title"], before=before, after=after)
        if (
            before == after
            and wish["title"] == old["title"]
            and self._told(wish) != self._told(old, self.newest)
        ):
            yield Change("edited", **about, after=after)

    def _told(self, entry: Entry, snapshot: Snapshot | None = None) -> str:
        """Everything an entry shows, with the words of its rooms and track."""
        snapshot = snapshot or self.wished
        named = [row for name in ("rooms", "tracks") for row in snapshot[name] if row["uid"] in _uses(entry)]
        shown = {name: value for name, value in entry.items() if name not in GIVEN_BY_RELEASES}
        return canonical([shown, sorted(named, key=lambda row: str(row["uid"]))])

    def _sequence(self, uid: str, old: Entry | None, *, raise_it: bool) -> int:
        highest = max(self.floors.get(uid, 0), old["seq"] if old else 0)
        if not raise_it or (old is None and not highest):
            return highest
        self.raised.add(uid)
        return highest + 1

    def _stamp(self, uid: str, old: Entry | None, *, changed: bool) -> str:
        if old is not None and not changed:
            return str(old["stamp"])
        self.stamped.add(uid)
        return stamp(self.at)

    def _moved(self, old: Entry | None, kinds: set[str]) -> Any:
        if old is None or kinds & {"restored", "cancelled"}:
            return None
        if "moved" not in kinds:
            return old.get("moved")
        origin = {"start": old["start"], "rooms": old["rooms"]}
        return {"release": self.number, "at": stamp(self.at), "from": origin}

    def _farewell(self, old: Entry) -> Entry:
        entry = {**old, "status": "cancelled", "gone": True}
        entry.pop("moved", None)
        if old["status"] == "cancelled":
            return entry
        about: dict[str, Any] = {"uid": old["uid"], "title": old["title"], "day": old["day"]}
        self.changes.append(Change("cancelled", **about, before=_place(old)))
        entry["seq"] = self._sequence(old["uid"], old, raise_it=True)
        entry["stamp"] = self._stamp(old["uid"], old, changed=True)
        entry["ended"] = stamp(self.at)
        return entry


def _place(entry: Entry) -> dict[str, Any]:
    return {name: entry[name] for name in PLACE}


def _uses(entry: Entry) -> set[str]:
    """The uids of an entry's rooms and track."""
    return {*entry["rooms"], entry["track"]}


def _names(entry: Entry) -> set[str]:
    """As ``_uses``, with the rooms it was moved from."""
    origin = (entry.get("moved") or {}).get("from", {})
    return _uses(entry) | set(origin.get("rooms", ()))


def _still_named(
    name: str, sessions: Iterable[Entry], wished: Snapshot, newest: Snapshot
) -> list[Mapping[str, Any]]:
    """Rooms or tracks that only what left or moved still names."""
    known = {row["uid"] for row in wished[name]}
    wanted = {uid for entry in sessions for uid in _names(entry)} - known
    return [row for row in newest[name] if row["uid"] in wanted]
