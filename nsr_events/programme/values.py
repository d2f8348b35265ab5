"""A session's fields as people and commands give them: uids, wall-clock times, plain lists.

``values_of`` reads them, ``set_values`` writes them to an unsaved row and tells all mistakes at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from nsr_events.core.fields import without_controls
from nsr_events.core.models import Event, Person, Room
from nsr_events.core.texts import as_dict

from .clock import NoSuchTime, date_on, instant
from .models import MOST_MINUTES, Session, SessionPerson

TEXTS = ("title", "abstract", "where")
PLAIN = ("kind", "for_all", "status", "language", "bookable", "capacity", "link", "note", "minutes")
PLACE = ("day", "start", "room", "also_rooms")
NAMES = (*TEXTS, *PLAIN, *PLACE, "track", "people")
MOST_PEOPLE = 60
NOTE = 5000


class NotInEvent(LookupError):  # noqa: N818
    """A day, room, track, person or session that this event does not have."""


@dataclass
class Links:
    """The rows beside a session: joined rooms and people, in order; None where they stay as they are."""

    also_rooms: list[Room] | None = None
    people: list[SessionPerson] | None = None
    errors: dict[str, list[Any]] = field(default_factory=dict)


def whole(text: str) -> int | None:
    """Read a whole number such as a version from an address or form; None when it is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def values_of(session: Session) -> dict[str, Any]:
    """Return every field of a saved session: uids as text, ``start`` as "10:00" on the wall or None."""
    local = session.start.astimezone(session.event.zone) if session.start else None
    return {
        **{name: as_dict(getattr(session, name)) for name in TEXTS},
        **{name: getattr(session, name) for name in PLAIN},
        "day": str(session.day.uid) if session.day else None,
        "start": f"{local:%H:%M}" if local else None,
        "room": str(session.room.uid) if session.room else None,
        "also_rooms": [str(room.uid) for room in session.also_rooms.all()],
        "track": str(session.track.uid) if session.track else None,
        "people": [people_value(link) for link in session.people.all()],
    }


def people_value(link: SessionPerson) -> dict[str, str]:
    """A person's part as a plain value."""
    return {
        "person": str(link.person.uid),
        "role": link.role,
        "title": link.title,
        "employer": link.employer,
    }


def set_values(session: Session, values: Mapping[str, Any]) -> Links:
    """Write ``values`` (any of ``NAMES``) to ``session``, not saved, and return what stands beside it.

    ``start`` is a time or "10:00"; without it the session lies in the tray. ``people`` are dicts of person
    (uid), role, title and employer; where the last two are missing they are copied from the person when the
    link is made, kept later, and copied again with ``refresh``.
    Raises ``ValidationError`` by field, ``NotInEvent`` for a foreign uid, ``TypeError`` for an unknown name.
    """
    if unknown := set(values) - set(NAMES):
        raise TypeError(f"a session has no {', '.join(sorted(unknown))}")
    links = Links()
    for name in TEXTS:
        if name in values:
            texts = as_dict(values[name])
            texts = {code: without_controls(str(text)) for code, text in texts.items()}
            setattr(session, name, LazyI18nString(texts))
    for name in PLAIN:
        if name in values:
            setattr(session, name, values[name])
    if isinstance(session.minutes, str):
        session.minutes = whole(session.minutes) or session.minutes
    if "track" in values:
        session.track = _one(session.event.tracks, values["track"])
    _set_place(session, values, links)
    if "people" in values:
        links.people = _links(session, values["people"], links.errors)
    _clean(session, links.errors)
    if links.errors:
        raise ValidationError(links.errors)
    return links


def _set_place(session: Session, values: Mapping[str, Any], links: Links) -> None:
    local = session.start.astimezone(session.event.zone).time() if session.start else None
    if "day" in values:
        session.day = _one(session.event.days, values["day"])
    if "room" in values or "also_rooms" in values:
        _set_rooms(session, values, links)
    if not {"day", "start", "minutes"} & set(values):
        return
    start = _collect(links.errors, "start", lambda: _time(values["start"])) if "start" in values else local
    _collect(links.errors, "start", lambda: place_at(session, start))


def place_at(session: Session, start: dt.time | None) -> None:
    """Derive ``start`` and ``end`` from day, minutes and a time on the wall; None: into the tray.

    Raises ``ValidationError`` when the clock skips that time, or when there is a time without a day.
    """
    if start is None:
        session.start = session.end = None
        return
    if session.day is None:
        raise ValidationError(_("Choose a day for this time."))
    date = date_on(session.day.date, start, session.day.opens)
    try:
        session.start = instant(date, start, session.event.zone)
    except NoSuchTime:
        raise ValidationError(_("The clock is put forward then: this time does not exist.")) from None
    minutes = (
        session.minutes if isinstance(session.minutes, int) and 0 < session.minutes <= MOST_MINUTES else 1
    )
    session.end = session.start + dt.timedelta(minutes=minutes)


def _time(value: Any) -> dt.time | None:
    if value in (None, ""):
        return None
    if isinstance(value, dt.time):
        return value.replace(second=0, microsecond=0, tzinfo=None)
    try:
        time = parse_time(str(value))
    except ValueError:
        time = None
    if time is None:
        raise ValidationError(_("Write a time such as 09:30."))
    return time.replace(second=0, microsecond=0, tzinfo=None)


def _set_rooms(session: Session, values: Mapping[str, Any], links: Links) -> None:
    wanted = [values["room"]] if values.get("room") else []
    wanted += values.get("also_rooms") or []
    rooms = {str(room.uid): room for room in allowed_rooms(session.event, session).filter(uid__in=wanted)}
    if missing := [uid for uid in wanted if str(uid) not in rooms]:
        raise NotInEvent(f"room {missing[0]}")
    if "room" in values:
        session.room = rooms[str(values["room"])] if values["room"] else None
    if "also_rooms" in values:
        links.also_rooms = [rooms[str(uid)] for uid in dict.fromkeys(values["also_rooms"] or [])]


def allowed_rooms(event: Event, session: Session | None = None) -> Any:
    """Rooms a session may take: those of the event's venues, and those it has already."""
    venues = {event.venue_id, *event.days.values_list("venue_id", flat=True)} - {None}
    rooms = Room.objects.filter(venue_id__in=venues)
    if session is not None and session.pk:
        own = {session.room_id, *(room.pk for room in session.also_rooms.all())} - {None}
        rooms = rooms | Room.objects.filter(pk__in=own)
    return rooms


def _one(rows: Any, uid: Any) -> Any:
    if not uid:
        return None
    try:
        return rows.get(uid=uid)
    except (rows.model.DoesNotExist, ValidationError):
        raise NotInEvent(f"{rows.model._meta.model_name} {uid}") from None


def _links(
    session: Session, people: Iterable[Mapping[str, Any]], errors: dict[str, list[Any]]
) -> list[SessionPerson]:
    """The wished links: title and employer are copied when a link is made and kept from then on."""
    people = list(people)
    if len(people) > MOST_PEOPLE:
        errors["people"] = [_("At most %(most)d people in one session.") % {"most": MOST_PEOPLE}]
        return []
    uids = {str(part["person"]) for part in people}
    known = {str(p.uid): p for p in Person.objects.filter(uid__in=uids).select_related("organisation")}
    if missing := uids - set(known):
        raise NotInEvent(f"person {sorted(missing)[0]}")
    former = {(str(link.person.uid), link.role): link for link in session.people.all()} if session.pk else {}
    made = [_link(part, known[str(part["person"])], former, order) for order, part in enumerate(people)]
    if len({(link.person_id, link.role) for link in made}) < len(made):
        errors["people"] = [_("The same person has the same role twice.")]
    for link in made:
        _collect(errors, "people", lambda link=link: link.clean_fields(exclude=["session", "person"]))
    return made


def _link(
    part: Mapping[str, Any], person: Person, former: Mapping[Any, SessionPerson], order: int
) -> SessionPerson:
    role = part.get("role") or SessionPerson.Role.SPEAKER
    if part.get("refresh"):
        part, former = {}, {}
    old = former.get((str(person.uid), role))
    title, employer = part.get("title"), part.get("employer")
    if title is None:
        title = old.title if old else person.title
    if employer is None:
        employer = old.employer if old else person.employer_name
    return SessionPerson(person=person, role=role, title=title, employer=employer, sort_order=order)


OTHERS = ["uid", "event", "day", "start", "end", "room", "track", "changed_by", "changed_at", "ical_stamp"]


def _clean(session: Session, errors: dict[str, list[Any]]) -> None:
    """Check what one row can check, without a query."""
    _clean_title(session, errors)
    for name in (*TEXTS, *PLAIN):
        value = getattr(session, name)
        if any("\x00" in str(text) for text in (as_dict(value).values() if name in TEXTS else [value])):
            errors[name] = [_("This holds a character that cannot be stored.")]
    if len(str(session.note)) > NOTE:  # a TextField's max_length binds forms only
        errors["note"] = [_("Write at most %(limit)d characters.") % {"limit": NOTE}]
    try:
        session.clean_fields(exclude=[*OTHERS, "title", *errors])
    except ValidationError as error:
        errors.update(error.message_dict)


def _clean_title(session: Session, errors: dict[str, list[Any]]) -> None:
    """Any language will do: without the default one it is a conflict, and conflicts never block saving."""
    titles = as_dict(session.title)
    limit = Session._meta.get_field("title").characters
    if not "".join(titles.values()).strip():
        errors["title"] = [_("Write a title in at least one language.")]
    elif max(map(len, titles.values())) > limit:
        errors["title"] = [_("Write at most %(limit)d characters.") % {"limit": limit}]


def _collect(errors: dict[str, list[Any]], name: str, action: Callable[[], Any]) -> Any:
    try:
        return action()
    except ValidationError as error:
        errors.setdefault(name, []).extend(error.messages)
        return None
