"""What changed, in words, in the reader's language: the new fact first, the old one beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.models import Event
from nsr_events.core.texts import text_in
from nsr_events.programme.clock import parse_stamp
from nsr_events.programme.current import Programme

from .sessions import kind_of

FACTS = ("status", "days", "venue", "format", "online_url", "timezone")
"""In the order that readers care."""


def fact_lines(facts: Mapping[str, Any], language: str) -> list[str]:
    """Return a line for each changed fact of a notice."""
    before, after = facts.get("before", {}), facts.get("after", {})
    with translation.override(language):
        return [
            line
            for name in FACTS
            if name in after
            for line in _fact(name, before[name], after[name], language)
        ]


def session_lines(
    sessions: Mapping[str, Any],
    programme: Programme | None,
    language: str,
    *,
    only: Iterable[str] | None = None,
) -> list[str]:
    """Return a line for each changed session of a notice, in the order of the day; ``only`` those with these uids."""
    wanted = set(sessions if only is None else only)
    entries = [entry for uid, entry in sessions.items() if uid in wanted]
    with translation.override(language):
        return [_session(entry, programme, language) for entry in sorted(entries, key=_start)]


def _fact(name: str, before: Any, after: Any, language: str) -> list[str]:
    if name == "days":
        return _days(before, after, language)
    if name == "status":
        return [str(_status(after))]
    if name == "online_url":
        return [_("The link to the meeting is new. You find it on your own page.")]
    labels = {"venue": _("Place"), "format": _("Format"), "timezone": _("Time zone")}
    if name == "format":
        choices = dict(Event.Format.choices)
        # In the middle of a line: "Form: nå på nett".
        before, after = (str(choices.get(value, value)) for value in (before, after))
        before, after = before[:1].lower() + before[1:], after[:1].lower() + after[1:]
    return [_now_before(labels[name], after, before)]


def _status(status: str) -> str:
    return {
        Event.Status.POSTPONED: _("The event is postponed. The new date is not set yet."),
        Event.Status.CANCELLED: _("The event is cancelled."),
        Event.Status.MOVED_ONLINE: _("The event takes place online instead."),
    }.get(Event.Status(status), _("The event takes place after all."))


def _now_before(label: str, after: str, before: str) -> str:
    if not before:
        return _("%(label)s: %(new)s") % {"label": label, "new": after}
    if not after:
        return _("%(label)s: not set yet (before: %(old)s)") % {"label": label, "old": before}
    return _("%(label)s: now %(new)s (before: %(old)s)") % {"label": label, "new": after, "old": before}


def _days(before: list[dict[str, str]], after: list[dict[str, str]], language: str) -> list[str]:
    """Day by day: the same day at another time, days that are new, days that are gone."""
    old, new = ({day["uid"]: day for day in days} for days in (before, after))
    lines = []
    for uid, day in new.items():
        if uid not in old:
            lines.append(_("New day: %(day)s") % {"day": _day(day, language)})
        elif day != old[uid]:
            lines += _moved_day(old[uid], day, language)
    gone = [day for uid, day in old.items() if uid not in new]
    return lines + [_("No longer: %(day)s") % {"day": _day(day, language)} for day in gone]


def _moved_day(old: dict[str, str], new: dict[str, str], language: str) -> list[str]:
    lines = []
    if _day(old, language) != _day(new, language):
        lines.append(_now_before(_("Time"), _day(new, language), _day(old, language)))
    if old["venue"] != new["venue"]:
        date = formats.weekday_date(dt.date.fromisoformat(new["date"]), language)
        lines.append(_now_before(_("Place on %(day)s") % {"day": date}, new["venue"], old["venue"]))
    return lines


def _day(day: dict[str, str], language: str) -> str:
    date = dt.date.fromisoformat(day["date"])
    words = f"{formats.weekday(date, language)} {formats.full_date(date, language)}"
    if not (day["opens"] and day["closes"]):
        return words
    opens, closes = dt.time.fromisoformat(day["opens"]), dt.time.fromisoformat(day["closes"])
    return f"{words} {formats.at_clock(opens, language)}{formats.DASH}{formats.clock(closes)}"


def _start(entry: Mapping[str, Any]) -> str:
    return (entry["after"] or entry["before"] or {}).get("start") or ""


def _session(entry: Mapping[str, Any], programme: Programme | None, language: str) -> str:
    title = text_in(entry["title"], language).value
    kind, before, after = kind_of(entry), entry["before"], entry["after"]
    if kind == "cancelled":
        return _("Cancelled: %(title)s (%(old)s)") % {
            "title": title,
            "old": _place(before, programme, language),
        }
    new = _place(after, programme, language)
    if kind == "moved":
        old = _place(before, programme, language)
        return _("Moved: %(title)s, now %(new)s (before: %(old)s)") % {"title": title, "new": new, "old": old}
    if kind == "renamed":
        was = text_in(entry["was"], language).value
        return _("New title: %(title)s (before: %(old)s), %(new)s") % {"title": title, "old": was, "new": new}
    words = {"new": _("New: %(title)s, %(new)s"), "restored": _("Takes place after all: %(title)s, %(new)s")}
    return words[kind] % {"title": title, "new": new}


def _place(place: Mapping[str, Any], programme: Programme | None, language: str) -> str:
    """ "onsdag 29. september kl. 10:00, Storsalen"."""
    zone = ZoneInfo(programme.zone) if programme else dt.UTC
    start = parse_stamp(place["start"]).astimezone(zone)
    rooms = [programme.rooms[uid].name for uid in place["rooms"] if programme and uid in programme.rooms]
    when = f"{formats.weekday_date(start.date(), language)} {formats.at_clock(start, language)}"
    return ", ".join([when, *rooms])
