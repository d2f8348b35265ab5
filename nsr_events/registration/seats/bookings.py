"""Seats in sessions: what may be booked, and writing it under the lock (registration, section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from nsr_events.core.models import Event
from nsr_events.programme.current import Item, Programme, current_programme
from nsr_events.programme.models import Session
from nsr_events.registration.applications import Problem, ProblemKind
from nsr_events.registration.counting import bookings_of
from nsr_events.registration.models import Registration, SessionBooking


def bookable(programme: Programme | None) -> dict[str, Item]:
    """Return the sessions of the newest release that take bookings, by uid."""
    if programme is None:
        return {}
    return {item.uid: item for item in programme.shown if item.bookable and not item.is_cancelled}


def seats_of(item: Item, programme: Programme, capacities: Mapping[str, int | None]) -> int | None:
    """Return the seats of a session: its own capacity in force, else what its rooms seat; None without a limit."""
    own = capacities.get(item.uid)
    if own is not None:
        return own
    rooms = [programme.rooms[uid].seats for uid in item.rooms if uid in programme.rooms]
    return sum(rooms) if rooms and None not in rooms else None


def capacities(event: Event, uids: Iterable[str]) -> dict[str, int | None]:
    """Return the capacity that each session's working row sets, by uid."""
    rows = Session.objects.filter(event=event, uid__in=list(uids)).values_list("uid", "capacity")
    return {str(uid): capacity for uid, capacity in rows}


def problems_of(
    event: Event, wished: Iterable[str], *, day_uids: frozenset[str], registration: Registration | None = None
) -> list[Problem]:
    """Return why somebody who comes on ``day_uids`` cannot book exactly ``wished``; nothing when they can.

    What the person holds already counts as held: a session that was full stays theirs.
    """
    wished = list(dict.fromkeys(wished))
    programme = current_programme(event.pk)
    offered = bookable(programme)
    held = (
        {str(uid) for uid in registration.bookings.values_list("session__uid", flat=True)}
        if registration
        else set()
    )
    unknown = [uid for uid in wished if uid not in offered or offered[uid].day not in day_uids]
    if unknown or programme is None:
        return [Problem(ProblemKind.SESSION_UNKNOWN, uid) for uid in unknown]
    taken = bookings_of(event.pk, but=registration)
    limits = capacities(event, wished)
    found = [
        Problem(ProblemKind.SESSION_FULL, uid, offered[uid])
        for uid in wished
        if uid not in held and _is_full(seats_of(offered[uid], programme, limits), taken[uid])
    ]
    return found + [
        Problem(ProblemKind.SESSION_OVERLAP, one, other)
        for one, other in combinations(wished, 2)
        if _overlap(offered[one], offered[other])
    ]


def write(registration: Registration, wished: Iterable[str]) -> bool:
    """Give a registration exactly these bookings; returns whether anything changed."""
    sessions = dict(
        Session.objects.filter(event_id=registration.event_id, uid__in=list(wished)).values_list("pk", "uid")
    )
    held = set(registration.bookings.values_list("session_id", flat=True))
    gone, new = held - set(sessions), set(sessions) - held
    if gone:
        registration.bookings.filter(session_id__in=gone).delete()
    SessionBooking.objects.bulk_create(
        SessionBooking(registration=registration, session_id=pk) for pk in sorted(new)
    )
    return bool(gone or new)


def kept_on(registration: Registration, day_uids: frozenset[str]) -> list[str]:
    """Return the sessions a person has booked on the days that stay; of working rows, so that none is forgotten."""
    rows = registration.bookings.select_related("session__day")
    return [str(row.session.uid) for row in rows if row.session.day and str(row.session.day.uid) in day_uids]


def _is_full(seats: int | None, taken: int) -> bool:
    return seats is not None and taken >= seats


def _overlap(one: Item, other: Item) -> bool:
    """Half-open stretches of time: one may end when the other begins."""
    return one.start < other.end and other.start < one.end
