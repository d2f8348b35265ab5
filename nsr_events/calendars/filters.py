"""Filters of feeds (calendars, section 7): alternatives within a key, keys narrow, in one canonical form.

Unknown keys are ignored; an unknown value is a 404, so that a mistyped subscription is noticed at once.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast
from django.http import Http404, QueryDict

from nsr_events.core.models import Event, EventOrganisation, EventType, Organisation, Region, Series
from nsr_events.programme.current import Item, Programme
from nsr_events.programme.models import Session

Filters = dict[str, tuple[str, ...]]
"""Wanted values by key, sorted and without doubles."""

INDEX_KEYS = ("type", "region", "organiser", "series")
PROGRAMME_KEYS = ("track", "room", "kind", "person", "day")
MOST_VALUES = 10
MOST_FAVOURITES = 60

_WORD = re.compile(r"[\w-]{1,64}", re.ASCII)


def parse_filters(query: QueryDict, keys: Iterable[str], *, most: int = MOST_VALUES) -> Filters:
    """Return the values of ``keys`` in a query, split at commas, sorted, without doubles, ``most`` a key."""
    wanted = {}
    for key in keys:
        values = {word.strip() for value in query.getlist(key) for word in value.split(",")} - {""}
        if values:
            wanted[key] = tuple(sorted(values)[:most])
    return wanted


def index_filters(query: QueryDict) -> Filters:
    """Return the filters of an index: slugs of types, regions and series, uids of organisers.

    At most one query. Raises ``Http404`` for a value that is none of ours.
    """
    filters = parse_filters(query, INDEX_KEYS)
    unknown = {(key, value) for key, values in filters.items() for value in values} - _known_words(filters)
    if unknown:
        raise Http404("Unknown filter value.")
    return filters


def filter_events(events: QuerySet[Event], filters: Filters) -> QuerySet[Event]:
    """Return the events that match: one function for the index's list and its feed, so that they agree."""
    for key in filters.keys() & {"type", "region", "series"}:
        events = events.filter(**{f"{key}__slug__in": filters[key]})
    if "organiser" in filters:
        rows = EventOrganisation.objects.filter(
            event=OuterRef("pk"),
            role=EventOrganisation.Role.ORGANISER,
            organisation__uid__in=filters["organiser"],
        )
        events = events.filter(Exists(rows))
    return events


def programme_filters(query: QueryDict, programme: Programme) -> Filters:
    """Return the filters of a programme: uids of tracks, rooms, people; kinds; dates (or uids) of days.

    ``only`` holds up to 60 uids of favourites; unknown ones are left out, as sessions come and go. Raises
    ``Http404`` for any other value that the programme does not have.
    """
    filters = parse_filters(query, PROGRAMME_KEYS)
    for key, values in filters.items():
        if not set(values) <= _values_of(programme, key):
            raise Http404("Unknown filter value.")
    favourites = parse_filters(query, ["only"], most=MOST_FAVOURITES)
    if favourites:
        filters["only"] = tuple(uid for uid in favourites["only"] if programme.get(uid))
    return filters


def matches(item: Item, filters: Filters, programme: Programme) -> bool:
    """Whether a session passes every key."""
    return all(set(values) & _words_of(item, key, programme) for key, values in filters.items())


def with_query(address: str, filters: Filters) -> str:
    """Return the address with its filters in canonical form."""
    query = urlencode({key: ",".join(filters[key]) for key in sorted(filters)}, safe=",")
    return f"{address}?{query}" if query else address


def _known_words(filters: Filters) -> set[tuple[str, str]]:
    """Those (key, value) pairs that exist, in one query."""
    taxonomies: Mapping[str, Any] = {"type": EventType, "region": Region, "series": Series}
    questions = [
        taxonomies[key]
        .objects.filter(slug__in=_well_formed(filters[key]))
        .order_by()
        .values_list(_key(key), "slug")
        for key in filters.keys() & taxonomies.keys()
    ]
    organisers = {value for value in filters.get("organiser", ()) if _is_uid(value)}
    if organisers:
        rows = Organisation.objects.filter(uid__in=organisers).order_by()
        questions.append(rows.values_list(_key("organiser"), Cast("uid", CharField())))
    if not questions:
        return set()
    # Django 6.1 would order even a union by its first model's Meta.
    found = questions[0].union(*questions[1:]).order_by()
    return {(key, _as_written(key, word)) for key, word in found}


def _key(name: str) -> Value:
    return Value(name, output_field=CharField())


def _as_written(key: str, word: str) -> str:
    """SQLite stores uids without dashes."""
    return str(uuid.UUID(word)) if key == "organiser" else word


def _is_uid(value: str) -> bool:
    try:
        return str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _well_formed(values: Iterable[str]) -> list[str]:
    """What could be a slug at all: PostgreSQL refuses NUL in a query."""
    return [value for value in values if _WORD.fullmatch(value)]


def _values_of(programme: Programme, key: str) -> set[str]:
    """What a programme knows under a key."""
    answers = {
        "track": lambda: set(programme.tracks),
        "room": lambda: set(programme.rooms),
        "kind": lambda: set(Session.Kind.values) - {Session.Kind.INTERNAL},
        "person": lambda: {role.uid for item in programme.sessions for role in item.people},
        "day": lambda: {word for day in programme.days for word in (day.uid, day.date.isoformat())},
    }
    return answers[key]()


def _words_of(item: Item, key: str, programme: Programme) -> set[str]:
    """What a session answers to under a key."""
    answers = {
        "track": lambda: {item.track},
        "room": lambda: set(item.rooms),
        "kind": lambda: {item.kind},
        "person": lambda: {role.uid for role in item.people},
        "day": partial(_day_words, item, programme),
        "only": lambda: {item.uid},
    }
    return answers[key]()


def _day_words(item: Item, programme: Programme) -> set[str]:
    return {item.day, *(day.date.isoformat() for day in programme.days if day.uid == item.day)}
