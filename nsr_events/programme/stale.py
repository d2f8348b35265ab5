"""Two editors on one session: what each changed, in words, so that the second can choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from nsr_events.core.formats import clock
from nsr_events.core.texts import as_dict, text_in

from .forms import Choices
from .models import Session, SessionPerson
from .phrases import day_words
from .values import NAMES, PLACE, TEXTS, values_of

LABELS = {name: Session._meta.get_field(name).verbose_name for name in NAMES if name not in {"people"}}


@dataclass(frozen=True)
class Difference:
    """A field as it is now and as somebody wants it, in words."""

    label: str
    theirs: str
    mine: str


def editor_name(user: Any) -> str:
    """Who it was, for other editors."""
    return (user.get_full_name() or user.get_username()) if user else _("Somebody else")


def label_of(name: str) -> str:
    """The field's name for people."""
    return _("people") if name == "people" else str(LABELS[name])


def normal(name: str, value: Any) -> Any:
    """A value in the form in which equal values are equal."""
    if name in TEXTS:
        return as_dict(value if isinstance(value, LazyI18nString | Mapping) else str(value or ""))
    if name == "also_rooms":
        return sorted(value or [])
    if name == "start" and value:
        try:
            time = parse_time(str(value))
        except ValueError:
            time = None
        return f"{time:%H:%M}" if time else value
    if name == "people":
        return [dict(part) for part in value or []]
    return None if value == "" and name in {"day", "start", "room", "track", "capacity"} else value


def read_base(value: Any) -> dict[str, Any]:
    """The values a form was opened with, as it sent them back; what has the wrong shape is left out."""
    if not isinstance(value, dict):
        return {}
    return {name: each for name, each in value.items() if name in NAMES and _has_shape(name, each)}


def _has_shape(name: str, value: Any) -> bool:
    if name in TEXTS:
        return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    if name == "also_rooms":
        return isinstance(value, list) and all(isinstance(uid, str) for uid in value)
    if name == "people":
        return isinstance(value, list) and all(isinstance(part, dict) for part in value)
    return value is None or isinstance(value, str | int)


def changed(values: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``values`` that differ from ``base``: what an editor really changed on the form."""
    return {
        name: value
        for name, value in values.items()
        if name not in base or normal(name, value) != normal(name, base[name])
    }


def who_did_what(current: Session, base: Mapping[str, Any] | None) -> str:
    """ "Kari moved it to tirsdag 10:30, Fløyen at 10:32." """
    words = {"who": editor_name(current.changed_by), "time": clock(timezone.localtime(current.changed_at))}
    names = set(changed(values_of(current), base)) if base else set()
    if names and names <= {*PLACE, "minutes"}:
        return _("%(who)s moved it to %(place)s at %(time)s.") % {**words, "place": place_words(current)}
    if names:
        fields = ", ".join(label_of(name) for name in NAMES if name in names)
        return _("%(who)s changed %(fields)s at %(time)s.") % {**words, "fields": fields}
    return _("%(who)s changed it at %(time)s.") % words


def place_words(session: Session) -> str:
    """Day, time and room in one line."""
    if session.start is None:
        return _("the tray")
    local = session.start.astimezone(session.event.zone)
    parts = [f"{day_words(session.day.date)} {clock(local)}", session.room.name if session.room else ""]
    return ", ".join(filter(None, parts))


def differences(current: Session, mine: Mapping[str, Any], choices: Choices) -> list[Difference]:
    """The fields in which ``mine`` differs from the row as it is now."""
    theirs = values_of(current)
    return [
        Difference(label_of(name), readable(name, theirs[name], choices), readable(name, mine[name], choices))
        for name in NAMES
        if name in mine and normal(name, mine[name]) != normal(name, theirs[name])
    ]


def readable(name: str, value: Any, choices: Choices) -> str:
    """A value for people: names instead of uids."""
    if name in TEXTS:
        return text_in(normal(name, value), get_language() or "").value or "–"
    if name == "people":
        return _people(value, choices) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    words = _words(name, choices)
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(words.get(str(each), each)) for each in values if each not in (None, "")) or "–"


def _words(name: str, choices: Choices) -> dict[str, Any]:
    if name in {"room", "also_rooms"}:
        return choices.room_names
    pairs: Any = {
        "day": choices.days,
        "track": choices.tracks,
        "kind": Session.Kind.choices,
        "status": Session.Status.choices,
    }.get(name, [])
    return dict(pairs)


def _people(parts: Any, choices: Choices) -> str:
    names = {str(person.uid): person.name for person in choices.people.values()}
    roles = dict(SessionPerson.Role.choices)
    return ", ".join(f"{names.get(part['person'], '?')} ({roles.get(part['role'], '')})" for part in parts)
