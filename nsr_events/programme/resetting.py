"""Gives working rows the content of a released programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from i18nfield.strings import LazyI18nString

from nsr_events.core.models import Event, EventDay, Person, Room

from .clock import parse_stamp
from .models import Session, SessionPerson, Track

PLAIN = ("kind", "for_all", "status", "language", "link", "bookable")
TEXTS = ("where", "title", "abstract")


def reset_rows_to(event: Event, snapshot: Mapping[str, Any], *, now: dt.datetime, by: Any) -> None:
    """Give the rows of ``event`` the content of ``snapshot``, by uid; rows it does not name go to the tray.

    Internal items and drafts, which no release holds, stay as they are.
    """
    known = _Known(event, snapshot)
    wanted = {entry["uid"]: entry for entry in snapshot["sessions"]}
    for session in event.sessions.all():
        entry = wanted.get(str(session.uid))
        if entry is None and (session.start is None or _never_released(session)):
            continue
        _fill(session, entry, known)
        session.version += 1
        session.changed_at, session.changed_by = now, by
        session.save()
        if entry is not None:
            session.also_rooms.set(known.rooms[uid] for uid in entry["rooms"][1:] if uid in known.rooms)
            _relink(session, entry, known)


def _never_released(session: Session) -> bool:
    return session.kind == Session.Kind.INTERNAL or session.status == Session.Status.DRAFT


class _Known:
    """The rows a snapshot's uids stand for."""

    def __init__(self, event: Event, snapshot: Mapping[str, Any]) -> None:
        sessions = snapshot["sessions"]
        self.days = _by_uid(EventDay.objects.filter(event=event))
        self.tracks = _by_uid(Track.objects.filter(event=event))
        self.rooms = _by_uid(
            Room.objects.filter(uid__in={uid for entry in sessions for uid in entry["rooms"]})
        )
        people = {role["uid"] for entry in sessions for role in entry["people"]}
        self.people = _by_uid(Person.objects.filter(uid__in=people))


def _by_uid(rows: Any) -> dict[str, Any]:
    return {str(row.uid): row for row in rows}


def _fill(session: Session, entry: Mapping[str, Any] | None, known: _Known) -> None:
    if entry is None:
        session.day = session.start = session.end = None
        return
    session.day = known.days[entry["day"]]
    session.start, session.end = parse_stamp(entry["start"]), parse_stamp(entry["end"])
    session.minutes = int((session.end - session.start).total_seconds()) // 60
    session.room = known.rooms.get(entry["rooms"][0]) if entry["rooms"] else None
    session.track = known.tracks.get(entry["track"])
    for name in PLAIN:
        setattr(session, name, entry[name])
    for name in TEXTS:
        setattr(session, name, LazyI18nString(entry[name]))


def _relink(session: Session, entry: Mapping[str, Any], known: _Known) -> None:
    session.people.all().delete()
    SessionPerson.objects.bulk_create(
        SessionPerson(
            session=session,
            person=known.people[role["uid"]],
            role=role["role"],
            title=role["title"],
            employer=role["employer"],
            sort_order=order,
        )
        for order, role in enumerate(entry["people"])
        if role["uid"] in known.people
    )
