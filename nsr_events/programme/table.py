"""The working programme as a table: rows, filters, order. Texts are searched here, as SQL cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from nsr_events.core.texts import as_dict

from .checking import Checked
from .conflicts import Severity
from .models import Session
from .phrases import Link, day_words, sentence
from .working import Working, rooms_of

TRAY = "tray"


@dataclass(frozen=True)
class Chip:
    """A conflict on the row it concerns, in words."""

    severity: str
    words: SafeString


@dataclass(frozen=True)
class Row:
    """A session as the table shows it; times are local."""

    session: Session
    start: dt.datetime | None
    end: dt.datetime | None
    rooms: str
    people: str
    chips: list[Chip]

    @property
    def key(self) -> str:
        """What its box sends: uid and version."""
        return f"{self.session.uid}:{self.session.version}"


@dataclass(frozen=True)
class Group:
    """Rows under one heading; without a name when the order is not by time."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class Heading:
    """A column's heading: the address that sorts by it, and how it is sorted now."""

    label: str
    url: str = ""
    sorted: str = "none"


class Filters:
    """The table's GET parameters. Unknown values are ignored and said."""

    KEYS = ("day", "room", "track", "kind", "status")

    def __init__(self, data: Mapping[str, str], working: Working) -> None:
        self.options = _options(working)
        wished = {key: data.get(key, "") for key in self.KEYS}
        self.chosen = {key: value for key, value in wished.items() if value in dict(self.options[key])}
        self.ignored = sorted(key for key, value in wished.items() if value and key not in self.chosen)
        self.q = data.get("q", "").strip()[:100]
        sort = data.get("sort", "")
        self.sort = sort if sort.lstrip("-") in ORDERS else "start"

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return bool(self.chosen or self.q)

    @cached_property
    def fields(self) -> list[tuple[str, str, list[tuple[str, str]], str]]:
        """(name, label, choices, chosen) for the form."""
        labels = {
            "day": _("Day"),
            "room": _("Room"),
            "track": _("Track"),
            "kind": _("Kind"),
            "status": _("Status"),
        }
        return [(key, labels[key], self.options[key], self.chosen.get(key, "")) for key in self.KEYS]

    def matches(self, session: Session) -> bool:
        """Whether the table shows this session."""
        return all(_VALUES[key](session, value) for key, value in self.chosen.items()) and self._found(
            session
        )

    def _found(self, session: Session) -> bool:
        if not self.q:
            return True
        people = [f"{link.person.name} {link.employer}" for link in session.people.all()]
        words = [*as_dict(session.title).values(), *as_dict(session.abstract).values(), *people, session.note]
        return self.q.casefold() in "\n".join(words).casefold()

    def heading(self, key: str, label: str) -> Heading:
        """The heading of a column that can be sorted by."""
        now = self.sort.lstrip("-") == key
        down = now and not self.sort.startswith("-")
        query = {**self.chosen, "q": self.q, "sort": f"-{key}" if down else key}
        direction = ("descending" if self.sort.startswith("-") else "ascending") if now else "none"
        return Heading(
            label, "?" + urlencode({name: value for name, value in query.items() if value}), direction
        )


def _options(working: Working) -> dict[str, list[tuple[str, str]]]:
    return {
        "day": [*((str(day.uid), day_words(day.date)) for day in working.days), (TRAY, _("In the tray"))],
        "room": [(str(room.uid), room.name) for room in working.rooms],
        "track": [(str(track.uid), str(track)) for track in working.tracks],
        "kind": [(value, str(label)) for value, label in Session.Kind.choices],
        "status": [(value, str(label)) for value, label in Session.Status.choices],
    }


def _on_day(session: Session, uid: str) -> bool:
    if uid == TRAY:
        return session.start is None
    return session.start is not None and str(session.day.uid) == uid


_VALUES: dict[str, Callable[[Session, str], bool]] = {
    "day": _on_day,
    "room": lambda session, uid: any(str(room.uid) == uid for room in rooms_of(session)),
    "track": lambda session, uid: session.track is not None and str(session.track.uid) == uid,
    "kind": lambda session, value: session.kind == value,
    "status": lambda session, value: session.status == value,
}

LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)


def _by_start(session: Session) -> Any:
    return session.start or LATEST, session.room.sort_order if session.room else -1, session.pk


ORDERS: dict[str, Callable[[Session], Any]] = {
    "start": _by_start,
    "title": lambda session: (str(session.title).casefold(), session.pk),
    "room": lambda session: (session.room.name.casefold() if session.room else "", *_by_start(session)),
    "track": lambda session: (session.track.sort_order if session.track else 99, *_by_start(session)),
    "kind": lambda session: (str(session.get_kind_display()).casefold(), *_by_start(session)),
    "status": lambda session: (session.status, *_by_start(session)),
}


def groups(working: Working, checked: Checked, filters: Filters, *, link: Link) -> list[Group]:
    """The rows the filters leave, in order; by day when the order is by time."""
    shown = sorted(
        (session for session in working.sessions if filters.matches(session)),
        key=ORDERS[filters.sort.lstrip("-")],
        reverse=filters.sort.startswith("-"),
    )
    chips = chips_by_session(checked, link)
    rows = [_row(session, working, chips.get(str(session.uid), [])) for session in shown]
    if filters.sort.lstrip("-") != "start":
        return [Group("", rows)] if rows else []
    by_day: dict[str, list[Row]] = {}
    for row in rows:
        name = day_words(row.session.day.date) if row.start else _("Tray: not placed yet")
        by_day.setdefault(name, []).append(row)
    return [Group(name, found) for name, found in by_day.items()]


def chips_by_session(checked: Checked, link: Link) -> dict[str, list[Chip]]:
    """Each session's open conflicts of its own; what concerns the whole programme stands in the list only."""
    chips: dict[str, list[Chip]] = {}
    for found in checked.open:
        if "n" in found.conflict.values and found.conflict.rule in {
            "unplaced",
            "still_draft",
            "untranslated",
        }:
            continue
        for uid in found.conflict.sessions:
            words = sentence(found.conflict, checked.programme, link=link, seen_from=uid)
            chips.setdefault(uid, []).append(Chip(found.conflict.severity.value, words))
    return chips


def _row(session: Session, working: Working, chips: list[Chip]) -> Row:
    zone = working.event.zone
    return Row(
        session=session,
        start=session.start.astimezone(zone) if session.start else None,
        end=session.end.astimezone(zone) if session.end else None,
        rooms=" + ".join(room.name for room in rooms_of(session)) or str(session.where),
        people=", ".join(link.person.name for link in session.people.all()),
        chips=chips,
    )


def severity_name(severity: str) -> str:
    """The word for how much a conflict matters."""
    return {
        Severity.STOP.value: _("Stop"),
        Severity.WARN.value: _("Warning"),
        Severity.NOTE.value: _("Note"),
    }[severity]


def total(found: Iterable[Group]) -> int:
    """How many rows stand in the groups."""
    return sum(len(group.rows) for group in found)
