"""The page of a person in a programme, the sheet for a room's door, and what is on right now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404

from nsr_events.core import formats
from nsr_events.core.models import Person
from nsr_events.core.texts import text_in
from nsr_events.programme.current import Item, Programme

from .programme_context import CardMaker


@dataclass(frozen=True)
class Appearance:
    """A session on a person's page or a room's sheet."""

    item: Item
    title: Any
    url: str
    date: str
    time: str
    place: str
    people: str


def person_context(page, programme: Programme, uid: str, *, now: dt.datetime) -> dict[str, Any]:
    """A person with title and employer as they were, and their sessions.

    Raises ``Http404`` for who is not in the programme, or does not want a page.
    """
    items = [item for item in _public(programme) if any(role.uid == uid for role in item.people)]
    person = Person.objects.select_related("photo").filter(uid=uid, public=True).first()
    if not items or person is None:
        raise Http404
    role = next(role for role in items[-1].people if role.uid == uid)
    cards = CardMaker(page, programme, now=now)
    return {
        "person": person,
        "role": role,
        "biography": text_in(person.biography, page.language),
        "appearances": [_appearance(item, cards) for item in items],
    }


def room_context(page, programme: Programme, uid: str, *, now: dt.datetime) -> dict[str, Any]:
    """One room's days. Raises ``Http404`` for a room the programme does not use."""
    room = programme.rooms.get(uid)
    items = [item for item in _public(programme) if uid in item.rooms and not item.is_cancelled]
    if room is None or not items:
        raise Http404
    cards = CardMaker(page, programme, now=now)
    days = [
        (day, [_appearance(item, cards) for item in items if item.day == day.uid]) for day in programme.days
    ]
    return {"room": room, "days": [(day, found) for day, found in days if found]}


def _public(programme: Programme) -> list[Item]:
    return [item for item in programme.shown if item.kind != "internal"]


def _appearance(item: Item, cards: CardMaker) -> Appearance:
    names = ", ".join(dict.fromkeys(role.name for role in item.people))
    return Appearance(
        item=item,
        title=text_in(item.title, cards.language),
        url=f"{cards.base}sessions/{item.uid}/",
        date=formats.capitalised(
            formats.weekday_date(item.start.astimezone(cards.zone).date(), cards.language)
        ),
        time=cards.time(item),
        place=cards.place(item),
        people=names,
    )


def now_and_next(programme: Programme, *, language: str, now: dt.datetime) -> dict[str, Any]:
    """What runs in each room and what comes next, with the moment the answer changes (``now.json``)."""
    zone = ZoneInfo(programme.zone)
    items = [item for item in _public(programme) if not item.is_cancelled]
    edges = sorted({edge for item in items for edge in (item.start, item.end) if edge > now})
    return {
        "now": now.astimezone(zone).isoformat(timespec="seconds"),
        "rooms": {
            uid: {
                "now": _told(
                    [item for item in items if uid in item.rooms and item.start <= now < item.end], language
                ),
                "next": _told(
                    [item for item in items if uid in item.rooms and item.start > now][:1], language
                ),
            }
            for uid in programme.rooms
        },
        "until": edges[0].astimezone(zone).isoformat(timespec="seconds") if edges else None,
    }


def _told(items: list[Item], language: str) -> dict[str, str] | None:
    if not items:
        return None
    item = items[0]
    return {
        "uid": item.uid,
        "title": text_in(item.title, language).value,
        "start": item.start.isoformat(timespec="seconds"),
        "end": item.end.isoformat(timespec="seconds"),
    }
