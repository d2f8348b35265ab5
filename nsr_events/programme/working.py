"""The working programme of an event, read in a fixed number of queries, and what others make of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q

from nsr_events.core.events import days_of
from nsr_events.core.models import Event, EventDay, EventDayHost, Room
from nsr_events.core.texts import as_dict, content_languages, default_language

from . import conflicts
from .clock import nearest_instant, stamp
from .models import ProgrammeRelease, Session, SessionPerson, Track


@dataclass(frozen=True)
class Working:
    """The rows of one event's programme. ``rooms``: those of its venues and sessions, in the order shown."""

    event: Event
    days: list[EventDay]
    rooms: list[Room]
    tracks: list[Track]
    sessions: list[Session]
    newest: ProgrammeRelease | None

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The content languages that any title is written in; the default always and first."""
        written = {code for session in self.sessions for code in as_dict(session.title)}
        default = default_language()
        return tuple(code for code, _name in content_languages() if code == default or code in written)

    @cached_property
    def by_uid(self) -> dict[str, Session]:
        """The sessions by uid."""
        return {str(session.uid): session for session in self.sessions}


def load_working(event: Event, *, days: list[EventDay] | None = None) -> Working:
    """Read the programme of ``event``: the same number of queries whatever its size.

    ``days`` are those of ``core.events.days_of`` where they have been read already.
    """
    if days is None:
        hosts = Prefetch("day_hosts", EventDayHost.objects.select_related("organisation"))
        days = list(event.days.select_related("venue").prefetch_related(hosts))
    sessions = list(load_sessions(event))
    return Working(
        event=event,
        days=days,
        rooms=_rooms(event, days, sessions),
        tracks=list(event.tracks.all()),
        sessions=sessions,
        newest=event.releases.select_related("by").order_by("-number").first(),
    )


def working_of(event: Event) -> Working:
    """As ``load_working``, read once for this instance: a page, its header and its checklist show the same."""
    if "_working" not in event.__dict__:
        event.__dict__["_working"] = load_working(event, days=days_of(event))
    return event.__dict__["_working"]


def load_sessions(event: Event) -> Any:
    """The sessions of ``event`` with everything a programme shows of them."""
    people = SessionPerson.objects.select_related("person")
    return (
        Session.objects.filter(event=event)
        .select_related("day", "room", "track", "changed_by")
        .prefetch_related("also_rooms", Prefetch("people", people))
    )


def _rooms(event: Event, days: Iterable[EventDay], sessions: Iterable[Session]) -> list[Room]:
    venues = {day.venue_id for day in days} | {event.venue_id} - {None}
    used = {room.pk for session in sessions for room in rooms_of(session)}
    rooms = Room.objects.filter(Q(venue_id__in=venues - {None}) | Q(pk__in=used)).select_related("venue")
    return sorted(
        rooms, key=lambda room: (room.venue_id != event.venue_id, room.venue_id, room.sort_order, room.pk)
    )


def rooms_of(session: Session) -> list[Room]:
    """The main room first, then those joined with it."""
    main = [session.room] if session.room else []
    return [*main, *(room for room in session.also_rooms.all() if room != session.room)]


def room_uids(session: Session) -> tuple[str, ...]:
    """The uids of ``rooms_of``."""
    return tuple(str(room.uid) for room in rooms_of(session))


def wished_snapshot(working: Working) -> dict[str, Any]:
    """Return what a release of the rows as they stand would show, without what only releases give.

    Drafts, internal items and what lies in the tray are left out. Rooms and tracks are those in use.
    """
    sessions = [entry_of(session) for session in working.sessions if _is_shown(session)]
    used = {uid for entry in sessions for uid in entry["rooms"]}
    tracks = {entry["track"] for entry in sessions}
    return {
        **facts_of(working.event, working.days),
        "languages": list(working.languages),
        "rooms": [room_entry(room) for room in working.rooms if str(room.uid) in used],
        "tracks": [track_entry(track) for track in working.tracks if str(track.uid) in tracks],
        "sessions": sorted(sessions, key=lambda entry: entry["uid"]),
    }


def _is_shown(session: Session) -> bool:
    if session.start is None or session.kind == Session.Kind.INTERNAL:
        return False
    return session.status != Session.Status.DRAFT


def facts_of(event: Event, days: Iterable[EventDay]) -> dict[str, Any]:
    """The event's facts as snapshots hold them."""
    return {"event": str(event.uid), "tz": event.timezone, "days": [_day_entry(day, event) for day in days]}


def _day_entry(day: EventDay, event: Event) -> dict[str, Any]:
    return {
        "uid": str(day.uid),
        "date": day.date.isoformat(),
        "opens": f"{day.opens:%H:%M}" if day.opens else None,
        "closes": f"{day.closes:%H:%M}" if day.closes else None,
        "theme": as_dict(day.theme),
        "hosts": [host.organisation.name for host in day.day_hosts.all()],
        "venue": str(day.venue or event.venue or ""),
    }


def room_entry(room: Room) -> dict[str, Any]:
    """A room as snapshots hold it."""
    return {
        "uid": str(room.uid),
        "name": room.name,
        "venue": room.venue.name,
        "floor": room.floor,
        "seats": room.seats,
    }


def track_entry(track: Track) -> dict[str, Any]:
    """A track as snapshots hold it."""
    return {"uid": str(track.uid), "name": as_dict(track.name), "colour": track.colour}


def entry_of(session: Session) -> dict[str, Any]:
    """A placed session as snapshots hold it, without what only releases give."""
    return {
        "uid": str(session.uid),
        "day": str(session.day.uid),
        "start": stamp(session.start),
        "end": stamp(session.end),
        "rooms": list(room_uids(session)),
        "where": as_dict(session.where),
        "kind": session.kind,
        "for_all": session.for_all,
        "status": session.status,
        "title": as_dict(session.title),
        "abstract": as_dict(session.abstract),
        "track": str(session.track.uid) if session.track else "",
        "language": session.language,
        "link": session.link,
        "bookable": session.bookable,
        "people": [_person_entry(link) for link in session.people.all()],
    }


def _person_entry(link: SessionPerson) -> dict[str, str]:
    return {
        "uid": str(link.person.uid),
        "role": link.role,
        "name": link.person.name,
        "title": link.title,
        "employer": link.employer,
    }


def to_check(working: Working, *, now: dt.datetime) -> conflicts.Programme:
    """Return the rows as ``find_conflicts`` reads them."""
    event = working.event
    return conflicts.Programme(
        sessions=tuple(_checked_session(session, event) for session in working.sessions),
        rooms={str(room.uid): _checked_room(room) for room in working.rooms},
        days={str(day.uid): _checked_day(day, event) for day in working.days},
        languages=working.languages,
        now=now,
        names={str(link.person.uid): link.person.name for s in working.sessions for link in s.people.all()},
        zone=event.zone,
    )


def _checked_session(session: Session, event: Event) -> conflicts.Session:
    return conflicts.Session(
        uid=str(session.uid),
        titles=as_dict(session.title),
        kind=session.kind,
        status=session.status,
        for_all=session.for_all,
        day=str(session.day.uid) if session.day else "",
        start=session.start,
        end=session.end,
        rooms=room_uids(session),
        has_place=bool(as_dict(session.where) or session.link or event.format == Event.Format.ONLINE),
        capacity=session.capacity,
        people=tuple(conflicts.Part(str(link.person.uid), link.role) for link in session.people.all()),
    )


def _checked_room(room: Room) -> conflicts.Room:
    return conflicts.Room(
        str(room.uid), room.name, str(room.venue.uid), room.venue.name, seats=room.seats, active=room.active
    )


def _checked_day(day: EventDay, event: Event) -> conflicts.Day:
    opens, closes = day.bounds()
    venue = day.venue or event.venue
    return conflicts.Day(
        str(day.uid),
        nearest_instant(opens.date(), opens.time(), event.zone) if day.opens else None,
        nearest_instant(closes.date(), closes.time(), event.zone) if day.closes else None,
        str(venue.uid) if venue else "",
        venue.name if venue else "",
    )
