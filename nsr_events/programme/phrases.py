"""Words for what the pure modules answer: conflicts in sentences, differences in lines of a release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from nsr_events.core.formats import NBSP, clock, clock_range, day_month, weekday
from nsr_events.core.texts import content_languages, text_in

from . import conflicts
from .clock import parse_stamp
from .conflicts import Conflict
from .differences import Change

Link = Callable[[str], str]
"""The address of a session's screen, by uid."""


def session_title(session: conflicts.Session) -> str:
    """The title in the reader's language, else in any, else what stands in for one."""
    return text_in(session.titles, get_language() or "").value.strip() or _("(no title)")


def sentence(
    conflict: Conflict, programme: conflicts.Programme, *, link: Link | None = None, seen_from: str = ""
) -> SafeString:
    """Return the conflict in words, with ``link`` names of sessions as links.

    ``seen_from`` is the session (uid) on whose row it stands; it is not named when the words can do without.
    """
    words = _Words(conflict, programme, link, seen_from)
    template = str(WORDINGS.get(conflict.rule, _unknown)(conflict))
    text = format_html(template, **words.names())
    if seen_from or not conflict.sessions or "{session}" in template or "{n}" in template:
        return text
    return format_html("{}: {}", words.session(words.one), text)


def _unknown(conflict: Conflict) -> str:
    return "{rule}"


@dataclass(frozen=True)
class _Words:
    """The names a wording may use."""

    conflict: Conflict
    programme: conflicts.Programme
    link: Link | None
    seen_from: str

    @property
    def one(self) -> str:
        """The session the sentence is about: the row's own, else the one that came later."""
        return self.seen_from or (self.conflict.sessions[-1] if self.conflict.sessions else "")

    def session(self, uid: str) -> str | SafeString:
        """A session's title, as a link where there are links and it is another row's."""
        found = self.programme.by_uid.get(uid)
        if found is None:
            return ""
        title = session_title(found)
        if self.link is None or uid == self.seen_from:
            return title
        return format_html('<a href="{}">{}</a>', self.link(uid), title)

    def names(self) -> dict[str, Any]:
        """Every placeholder of ``WORDINGS`` that this conflict has."""
        values = self.conflict.values
        other = self.conflict.other(self.one)
        first = self.conflict.sessions[0] if self.conflict.sessions else ""
        moments = {
            name: clock(self._local(values[name])) for name in ("at", "limit", "from", "to") if name in values
        }
        rooms = {name: self._room(values[name]) for name in ("room", "room2") if name in values}
        return {
            "rule": self.conflict.rule,
            "session": self.session(self.one if self.conflict.rule != "for_all_overlap" else first),
            "other": self.session(other) if self.conflict.rule != "for_all_overlap" else self._second(),
            "hours": self._hours(other),
            "person": self.programme.names.get(str(values.get("person", "")), ""),
            "language": language_name(str(values.get("language", ""))),
            "day": self._day(str(values.get("day", ""))),
            **{name: values[name] for name in ("n", "m", "minutes", "venue", "venue2") if name in values},
            **moments,
            **rooms,
        }

    def _second(self) -> str | SafeString:
        return self.session(self.conflict.sessions[-1])

    def _local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.programme.zone)

    def _room(self, uid: str) -> str:
        room = self.programme.rooms.get(uid)
        return room.name if room else ""

    def _hours(self, uid: str) -> str:
        found = self.programme.by_uid.get(uid)
        if found is None or found.start is None or found.end is None:
            return ""
        return clock_range(self._local(found.start), self._local(found.end))

    def _day(self, uid: str) -> str:
        day = self.programme.days.get(uid)
        moments = [each.start for each in self.programme.sessions if each.day == uid and each.start]
        if day is None or not moments:
            return ""
        return day_words(self._local(day.opens or min(moments)).date())


def language_name(code: str) -> str:
    """The name of a content language."""
    return str(dict(content_languages()).get(code, code))


def day_words(date: dt.date) -> str:
    """ "tirsdag 28. september"."""
    language = get_language() or "en"
    return f"{weekday(date, language)} {day_month(date, language)}"


def _outside(conflict: Conflict) -> str:
    if conflict.values.get("edge") == "opens":
        return _("{session} starts {at}; the day opens {limit}.")
    return _("{session} ends {at}; the day closes {limit}.")


def _plural(one: str, many: str) -> Callable[[Conflict], str]:
    return lambda conflict: ngettext(one, many, int(conflict.values.get("n", 0)))


WORDINGS: dict[str, Callable[[Conflict], str]] = {
    "untitled": lambda _c: _("{session} has no title in {language}."),
    "room_busy": lambda _c: _("{room} is taken {hours} by {other}."),
    "person_busy": lambda _c: _("{person} is in {other} at that time."),
    "for_all_overlap": lambda _c: _("{session} is for everyone, but {other} runs at the same time."),
    "outside_hours": _outside,
    "no_room": lambda _c: _("{session} has no room."),
    "wrong_venue": lambda _c: _("{room} is at {venue}; this day is at {venue2}."),
    "room_closed": lambda _c: _("{room} is out of use."),
    "too_many": lambda _c: _("{session} takes {n}; {room} seats {m}."),
    "short_walk": lambda _c: _("{person} has {n} minutes from {room} to {room2}."),
    "unplaced": _plural("{n} confirmed item is in the tray.", "{n} confirmed items are in the tray."),
    "still_draft": _plural("{n} draft starts within 3 days.", "{n} drafts start within 3 days."),
    "no_people": lambda _c: _("{session} has no people."),
    "no_moderator": lambda _c: _("{session} has no moderator."),
    "no_break": lambda _c: _("{day} {from}–{to}: {minutes} minutes without a break."),
    "no_meal": lambda _c: _("{day} has no meal."),
    "untranslated": _plural("{n} title lacks {language}.", "{n} titles lack {language}."),
}
"""Wordings by rule, with placeholders; later packages add theirs."""


@dataclass(frozen=True)
class Line:
    """One change in words: "Moved: Trusselbildet, ons. 10:00 Storsalen -> 10:30 Fløyen"."""

    kind: str
    label: str
    title: str
    before: str = ""
    after: str = ""
    uid: str = ""


@dataclass(frozen=True)
class DayLines:
    """The changes of one day, under its name."""

    name: str
    lines: list[Line]


def change_label(kind: str) -> str:
    """The word for a kind of change."""
    return {
        "new": _("New"),
        "restored": _("Takes place after all"),
        "moved": _("Moved"),
        "renamed": _("Renamed"),
        "cancelled": _("Cancelled"),
        "edited": _("Edited"),
        "facts": _("Days and places"),
    }.get(kind, kind)


def by_day(
    changes: Iterable[Change], days: Iterable[Any], rooms: Mapping[str, str], zone: dt.tzinfo
) -> list[DayLines]:
    """Group changes by day (rows or snapshot days with ``uid`` and ``date``); ``rooms`` are names by uid."""
    lines: dict[str, list[Line]] = {}
    for change in sorted(changes, key=_when):
        lines.setdefault(change.day, []).append(_line(change, rooms, zone))
    named = [(str(day.uid), day_words(day.date)) for day in days]
    known = {uid for uid, _name in named}
    groups = [DayLines(name, lines[uid]) for uid, name in named if uid in lines]
    rest = [line for uid, found in lines.items() if uid not in known for line in found]
    return [*groups, DayLines(_("The whole programme"), rest)] if rest else groups


def _when(change: Change) -> str:
    place = change.after or change.before or {}
    return str(place.get("start", ""))


def _line(change: Change, rooms: Mapping[str, str], zone: dt.tzinfo) -> Line:
    title = text_in(change.title, get_language() or "").value
    label = change_label(change.kind)
    if change.kind == "renamed":
        return Line(
            change.kind, label, text_in(change.was, get_language() or "").value, after=title, uid=change.uid
        )
    if change.kind == "facts":
        return Line(change.kind, label, _("Days, venues, hosts or the names of rooms are up to date."))
    before = _place(change.before, rooms, zone, day=True) if change.before else ""
    other_day = change.before and change.after and _date(change.before, zone) != _date(change.after, zone)
    after = (
        _place(change.after, rooms, zone, day=not change.before or bool(other_day)) if change.after else ""
    )
    if change.kind == "edited":
        before = ""
    return Line(change.kind, label, title, before, after, change.uid)


def _date(place: Mapping[str, Any], zone: dt.tzinfo) -> dt.date:
    return parse_stamp(place["start"]).astimezone(zone).date()


def _place(place: Mapping[str, Any], rooms: Mapping[str, str], zone: dt.tzinfo, *, day: bool) -> str:
    start, end = (parse_stamp(place[edge]).astimezone(zone) for edge in ("start", "end"))
    names = " + ".join(rooms.get(uid, "?") for uid in place["rooms"])
    weekday_short = weekday(start.date(), get_language() or "en")[:3] + "." if day else ""
    return NBSP.join(filter(None, [weekday_short, clock_range(start, end), names]))
