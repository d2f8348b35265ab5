"""What the programme page and the session page show of the newest release."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.phrases import joined
from nsr_events.core.texts import Text, content_languages, text_in
from nsr_events.programme.current import Day, Item, Programme, Track
from nsr_events.programme.models import Session, SessionPerson
from nsr_events.programme.timetable import Placed, Timetable, lay_out

from .event_context import Speaker, with_profiles

QUIET_KINDS = {"break", "meal", "practical"}
"""Kinds drawn as a plain band."""

NEWS = dt.timedelta(days=7)
"""How long a moved session carries "New time" or "New room"."""

BODY_VERSION = 2
"""Raised when the markup of the days changes."""

BODY_SECONDS = 24 * 60 * 60

KEYS = ("track", "kind", "room", "person", "q")


@dataclass(frozen=True)
class Card:
    """A session in the grid and the list."""

    uid: str
    title: Text
    url: str
    people: str
    time: str
    rooms: str
    track: Track | None
    track_name: str
    classes: str
    tags: tuple[tuple[str, str], ...]
    quiet: bool
    start: str
    end: str
    more: int = 0


@dataclass(frozen=True)
class Slot:
    """Everything that starts at one moment."""

    id: str
    start: dt.datetime
    row: int
    cards: tuple[Card, ...]
    taken: tuple[str, ...]


@dataclass(frozen=True)
class DayView:
    """A day of the programme with its grid."""

    day: Day
    theme: Text
    hosts: str
    hours: str
    table: Timetable
    columns: tuple[tuple[str, int | None], ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class ProgrammeFilter:
    """What a visitor asked to see; values that mean nothing here are kept apart, to be said."""

    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: QueryDict, programme: Programme) -> ProgrammeFilter:
        """Read ``track kind room person q`` from an address."""
        known = {
            "track": set(programme.tracks),
            "kind": set(Session.Kind.values),
            "room": set(programme.rooms),
            "person": {role.uid for item in programme.shown for role in item.people},
        }
        chosen, unknown = {}, []
        for key in KEYS:
            values = sorted({value.strip()[:100] for value in query.getlist(key) if value.strip()})[:10]
            right = tuple(value for value in values if key == "q" or value in known[key])
            unknown += [value for value in values if value not in right]
            if right:
                chosen[key] = right
        return cls(chosen, tuple(unknown))

    def __bool__(self) -> bool:
        return bool(self.chosen)

    def matches(self, item: Item, language: str) -> bool:
        """Whether ``item`` is wanted: values of a key are alternatives, keys narrow."""
        tests = {
            "track": lambda values: item.track in values,
            "kind": lambda values: item.kind in values,
            "room": lambda values: bool(set(item.rooms) & set(values)),
            "person": lambda values: any(role.uid in values for role in item.people),
            "q": lambda values: all(_plain(value) in _searchable(item, language) for value in values),
        }
        return all(tests[key](values) for key, values in self.chosen.items())

    def toggled(self, key: str, value: str) -> str:
        """The query string with ``value`` switched on or off."""
        values = set(self.chosen.get(key, ())) ^ {value}
        wanted = {**self.chosen, key: tuple(sorted(values))}
        return urlencode([(name, one) for name in KEYS for one in wanted.get(name, ())])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _searchable(item: Item, language: str) -> str:
    people = (f"{role.name} {role.title} {role.employer}" for role in item.people)
    return _plain(
        " ".join([text_in(item.title, language).value, text_in(item.abstract, language).value, *people])
    )


def programme_context(
    page, programme: Programme | None, *, wanted: ProgrammeFilter | None, now: dt.datetime
) -> dict[str, Any]:
    """Return the template context of the programme page; the days come as finished HTML."""
    context = {"event": page.facts, "programme": programme, "wanted": wanted, "event_url": page.get_url()}
    if programme is None:
        return context
    return {
        **context,
        "body": programme_body(
            page, programme, wanted=ProgrammeFilter() if wanted is None else wanted, now=now
        ),
        "title_on_paper": f"{page.title} · {_dates(programme, page.language)}",
    }


def programme_body(page, programme: Programme, *, wanted: ProgrammeFilter, now: dt.datetime) -> SafeString:
    """Filters and days as HTML, kept in the cache under everything they depend on: there is nothing to invalidate.

    Filtered views are rendered anew: anybody could fill the cache with them.
    """
    cards = CardMaker(page, programme, now=now)
    if wanted or wanted.unknown:
        return _render_body(page, programme, wanted, cards)
    news = sorted(item.uid for item in programme.shown if cards.tags(item))
    parts = [
        BODY_VERSION,
        programme.event,
        programme.number,
        programme.at.isoformat(),
        page.language,
        cards.base,
        *news,
    ]
    key = f"nsr_events.programme.{sha256(repr(parts).encode()).hexdigest()}"
    return cache.get_or_set(key, lambda: _render_body(page, programme, wanted, cards), BODY_SECONDS)


def _render_body(page, programme: Programme, wanted: ProgrammeFilter, cards: CardMaker) -> SafeString:
    language = page.language
    items = [item for item in programme.shown if item.kind != "internal" and wanted.matches(item, language)]
    by_day = defaultdict(list)
    for item in items:
        by_day[item.day].append(item)
    kinds = {item.kind for item in programme.shown}
    context = {
        "programme": programme,
        "wanted": wanted,
        "days": [day_view(day, by_day[day.uid], cards, language) for day in programme.days],
        "count": len(items),
        "tracks": _track_chips(programme, wanted, language),
        "kinds": [(kind.value, kind.label) for kind in Session.Kind if kind.value in kinds],
        "LANGUAGE_CODE": language,
    }
    return render_to_string("nsr_events/components/programme_body.html", context)


def _dates(programme: Programme, language: str) -> str:
    return formats.date_range(programme.days[0].date, programme.days[-1].date, language)


def _track_chips(programme: Programme, wanted: ProgrammeFilter, language: str) -> list[dict[str, Any]]:
    chosen = wanted.chosen.get("track", ())
    return [
        {
            "uid": track.uid,
            "name": text_in(track.name, language).value,
            "colour": track.colour,
            "on": track.uid in chosen,
            "query": wanted.toggled("track", track.uid),
        }
        for track in programme.tracks.values()
    ]


def day_view(day: Day, items: list[Item], cards: CardMaker, language: str) -> DayView:
    """Lay a day out and collect its cards by start time."""
    rooms = list(cards.programme.rooms)
    table = lay_out([Placed(i.uid, i.start, i.end, i.rooms, i.for_all) for i in items], rooms)
    return DayView(
        day=day,
        theme=text_in(day.theme, language),
        hosts=joined(day.hosts),
        hours=formats.clock_range(day.opens, day.closes) if day.opens and day.closes else "",
        table=table,
        columns=tuple(cards.column(column.room) for column in table.columns),
        slots=tuple(_slots(table, {item.uid: item for item in items}, cards)),
    )


def _slots(table: Timetable, items: dict[str, Item], cards: CardMaker) -> Iterable[Slot]:
    starting = defaultdict(list)
    for cell in table.cells:
        starting[items[cell.uid].start].append(cell)
    for start, cells in sorted(starting.items()):
        local = start.astimezone(cards.zone)
        yield Slot(
            id=f"k-{local:%Y-%m-%d-%H%M}",
            start=local,
            row=cells[0].row,
            cards=tuple(cards.card(items[cell.uid], cell) for cell in cells if not cell.taken),
            taken=tuple(cell.classes for cell in cells if cell.taken),
        )


class CardMaker:
    """Turns items of one release into cards in one language."""

    def __init__(self, page, programme: Programme, *, now: dt.datetime):
        self.programme, self.language, self.now = programme, page.language, now
        self.zone = ZoneInfo(programme.zone)
        self.base = page.get_url() or ""
        self.track_names = {
            uid: text_in(track.name, self.language).value for uid, track in programme.tracks.items()
        }

    def column(self, uid: str) -> tuple[str, int | None]:
        """Name and seats of a room; what has no room stands under "Other places"."""
        room = self.programme.rooms.get(uid)
        return (room.name, room.seats) if room else (_("Other places"), None)

    def card(self, item: Item, cell) -> Card:
        """One session in its place."""
        track = self.programme.tracks.get(item.track)
        return Card(
            uid=item.uid,
            title=text_in(item.title, self.language),
            url=f"{self.base}sessions/{item.uid}/",
            people=people_line(item),
            time=self.time(item),
            rooms=self.place(item),
            track=track,
            track_name=self.track_names.get(item.track, ""),
            classes=" ".join([cell.classes, *self._looks(item, track)]),
            tags=self.tags(item),
            quiet=item.kind in QUIET_KINDS
            and not item.people
            and not text_in(item.abstract, self.language).value,
            start=item.start.isoformat(timespec="minutes"),
            end=item.end.isoformat(timespec="minutes"),
            more=len(cell.more),
        )

    def _looks(self, item: Item, track: Track | None) -> list[str]:
        quiet = item.kind in QUIET_KINDS
        return [
            name
            for name, wanted in (
                ("is-break", quiet),
                ("is-plenum", item.for_all and not quiet),
                ("is-off", item.is_cancelled),
                (f"ne-t{(track.colour - 1) % 6 + 1}" if track else "", track is not None),
            )
            if wanted
        ]

    def time(self, item: Item) -> str:
        """ "10:00–10:45" on the event's clocks."""
        return formats.clock_range(item.start.astimezone(self.zone), item.end.astimezone(self.zone))

    def place(self, item: Item) -> str:
        """Rooms by name, else the place in words."""
        rooms = [self.programme.rooms[uid].name for uid in item.rooms if uid in self.programme.rooms]
        return joined(rooms) or text_in(item.where, self.language).value

    def tags(self, item: Item) -> tuple[tuple[str, str], ...]:
        """(tone, words): cancelled, or what moved in the last seven days."""
        if item.is_cancelled:
            return (("danger", _("Cancelled")),)
        if not item.moved or self.now - item.moved.at > NEWS:
            return ()
        tags = []
        if item.moved.start != item.start:
            tags.append(("info", _("New time")))
        if tuple(item.moved.rooms) != tuple(item.rooms):
            tags.append(("info", _("New room")))
        return tuple(tags)


def people_line(item: Item) -> str:
    """ "Ingrid Solheim, Trusselsenteret" for one person, names for several."""
    if len(item.people) == 1:
        return ", ".join(filter(None, [item.people[0].name, item.people[0].employer]))
    return joined(dict.fromkeys(role.name for role in item.people))


def session_context(page, programme: Programme, item: Item, *, now: dt.datetime, request) -> dict[str, Any]:
    """Return the template context of a session page."""
    cards = CardMaker(page, programme, now=now)
    day = next((day for day in programme.days if day.uid == item.day), None)
    start = item.start.astimezone(ZoneInfo(programme.zone))
    return {
        "event": page.facts,
        "item": item,
        "title": text_in(item.title, page.language),
        "abstract": text_in(item.abstract, page.language),
        "date": start.date(),
        "start": start,
        "time": cards.time(item),
        "place": cards.place(item),
        "venue": day.venue if day else "",
        "track": programme.tracks.get(item.track),
        "track_name": cards.track_names.get(item.track, ""),
        "kind": Session.Kind(item.kind).label,
        "language_name": dict(content_languages()).get(item.language, item.language),
        "tags": cards.tags(item),
        "moved_from": _moved_from(item, cards),
        "people": _people(item),
        "neighbours": _neighbours(programme, item, cards),
        "event_url": page.get_url(request),
        "programme_url": page.get_url(request) + page.reverse_subpage("programme"),
        "calendar_url": page.full_file_url("session_calendar", uid=item.uid),
    }


def _moved_from(item: Item, cards: CardMaker) -> str:
    """Where the session was, while that is news."""
    if item.is_cancelled or not cards.tags(item):
        return ""
    was = item.moved.start.astimezone(cards.zone)
    rooms = [cards.programme.rooms[uid].name for uid in item.moved.rooms if uid in cards.programme.rooms]
    return ", ".join(
        filter(None, [formats.weekday_date(was, cards.language), formats.clock(was), joined(rooms)])
    )


def _people(item: Item) -> list[tuple[Speaker, str]]:
    labels = dict(SessionPerson.Role.choices)
    speakers = [Speaker(role.uid, role.name, role.title, role.employer, None) for role in item.people]
    return [
        (speaker, "" if role.role == "speaker" else str(labels.get(role.role, "")))
        for speaker, role in zip(with_profiles(speakers), item.people, strict=True)
    ]


@dataclass(frozen=True)
class Neighbour:
    """A session near another one in time."""

    label: str
    title: Text
    url: str
    meta: str


def _neighbours(programme: Programme, item: Item, cards: CardMaker) -> list[Neighbour]:
    """What comes before and after for everybody or in the same track, and what runs at the same time."""
    others = [one for one in programme.shown if one.uid != item.uid and one.kind not in {"internal", "break"}]
    same = [one for one in others if one.for_all or one.track == item.track or item.for_all]
    before = [one for one in same if one.end <= item.start and one.day == item.day]
    after = [one for one in same if one.start >= item.end and one.day == item.day]
    beside = [one for one in others if one.start < item.end and item.start < one.end][:3]
    found = [(_("Before"), one) for one in before[-1:]]
    found += [(_("At the same time"), one) for one in beside]
    found += [(_("Next"), one) for one in after[:1]]
    return [
        Neighbour(
            label,
            text_in(one.title, cards.language),
            f"{cards.base}sessions/{one.uid}/",
            f"{cards.time(one)} {cards.place(one)}",
        )
        for label, one in found
    ]
