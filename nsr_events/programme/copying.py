"""Copies the working programme of an event into another: tracks, items, the people in them.

Releases and accepted conflicts stay with the original; the copy has never been released.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from i18nfield.strings import LazyI18nString

from nsr_events.core.copying import (
    Copying,
    EventPart,
    Moment,
    Shift,
    in_content_languages,
    register_part,
    values_of_row,
)
from nsr_events.core.models import Event, EventDay

from .clock import date_on, nearest_instant
from .models import Session, SessionPerson, Track

RESET = frozenset({
    "uid", "event", "day", "start", "end", "track", "status", "link", "version", "changed_at", "changed_by",
    "ical_sequence", "ical_stamp",
})  # fmt: skip
"""Columns of an item that its copy does not take over as they are."""


SESSION_KEYS = {
    "day": (int,), "start": (dt.time,), "minutes": (int,), "kind": (str,), "for_all": (bool,), "title": (dict,),
    "abstract": (dict,), "track": (int,), "bookable": (bool,),
}  # fmt: skip
"""Of an item in a preset; ``day`` and ``track`` count from 1, as in the file."""


def register() -> None:
    """Make the programme's parts known."""
    register_part(
        EventPart(
            "tracks",
            _("Tracks"),
            copy=copy_tracks,
            count=lambda event, by: event.tracks.count(),
            preset_keys={"name": (dict,), "colour": (int,)},
            apply_preset=apply_tracks,
        )
    )
    register_part(
        EventPart(
            "sessions",
            _("Programme items"),
            needs=("days",),
            copy=copy_sessions,
            count=lambda event, by: event.sessions.count(),
            moments=moments_of_sessions,
            preset_keys=SESSION_KEYS,
            apply_preset=apply_sessions,
        )
    )
    register_part(
        EventPart(
            "people",
            _("People in the programme"),
            needs=("sessions",),
            copy=copy_people,
            count=lambda event, by: SessionPerson.objects.filter(session__event=event).count(),
        )
    )


def copy_tracks(copying: Copying) -> None:
    """Copy the tracks with colours and order."""
    old = list(copying.source.tracks.all())
    new = [Track(**values_of_row(track, but={"uid", "event"}), event=copying.target) for track in old]
    Track.objects.bulk_create(new)
    copying.made["tracks"] = {before.pk: after for before, after in zip(old, new, strict=True)}


def copy_sessions(copying: Copying) -> None:
    """Copy every item to its day, with the same time on the wall and the same rooms."""
    old = list(copying.source.sessions.select_related("day").order_by("pk"))
    new = [_moved(session, copying) for session in old]
    Session.objects.bulk_create(new)
    copies = copying.made["sessions"] = {before.pk: after for before, after in zip(old, new, strict=True)}
    joined = Session.also_rooms.through
    joined.objects.bulk_create(
        joined(session_id=copies[row.session_id].pk, room_id=row.room_id)
        for row in joined.objects.filter(session__event=copying.source).order_by("pk")
    )


def copy_people(copying: Copying) -> None:
    """Keep who takes part, with job title and employer as they are today."""
    copies = copying.made["sessions"]
    links = SessionPerson.objects.filter(session__event=copying.source).select_related("person__organisation")
    SessionPerson.objects.bulk_create(
        SessionPerson(
            **values_of_row(link, but={"session", "title", "employer"}),
            session=copies[link.session_id],
            title=link.person.title,
            employer=link.person.employer_name,
        )
        for link in links.order_by("pk")
    )


def moments_of_sessions(event: Event, shift: Shift) -> Iterable[Moment]:
    """Every item that has a time, with where it goes."""
    for session in event.sessions.filter(start__isnull=False).select_related("day"):
        after = shift.moment(session.start, day=session.day.date)
        yield Moment(str(session.title), session.start.astimezone(shift.zone), after.astimezone(shift.zone))


def apply_tracks(event: Event, section: list[Mapping[str, Any]], *, now: dt.datetime, by: Any) -> None:
    """Make a preset's tracks, in the order of the file."""
    for order, row in enumerate(section):
        track = Track(
            event=event,
            name=LazyI18nString(in_content_languages(row.get("name", {}))),
            colour=row.get("colour", order % 6 + 1),
            sort_order=order,
        )
        track.full_clean()
        track.save()


def apply_sessions(event: Event, section: list[Mapping[str, Any]], *, now: dt.datetime, by: Any) -> None:
    """Make a preset's items; those of a day that the event does not have go to the tray."""
    days, tracks = list(event.days.all()), list(event.tracks.all())
    sessions = [_of_preset(event, row, days, tracks) for row in section]
    for session in sessions:
        session.changed_at, session.changed_by = now, by
        session.ical_stamp = now.replace(microsecond=0)
        session.full_clean(validate_unique=False, validate_constraints=False)
    Session.objects.bulk_create(sessions)


def _of_preset(event: Event, row: Mapping[str, Any], days: list[EventDay], tracks: list[Track]) -> Session:
    kind, minutes = row.get("kind", Session.Kind.TALK), row.get("minutes", 45)
    day, track = _numbered(days, row.get("day")), _numbered(tracks, row.get("track"))
    times = {}
    if day and "start" in row:
        start = nearest_instant(date_on(day.date, row["start"], day.opens), row["start"], event.zone)
        times = {"start": start, "end": start + dt.timedelta(minutes=minutes)}
    return Session(
        event=event,
        day=day,
        track=track,
        kind=kind,
        minutes=minutes,
        for_all=row.get("for_all", kind in Session.FOR_ALL_KINDS),
        bookable=row.get("bookable", False),
        title=LazyI18nString(in_content_languages(row.get("title", {}))),
        abstract=LazyI18nString(in_content_languages(row.get("abstract", {}))),
        **times,
    )


def _numbered(rows: list[Any], number: int | None) -> Any:
    return rows[number - 1] if number and 0 < number <= len(rows) else None


def _moved(session: Session, copying: Copying) -> Session:
    track = copying.made.get("tracks", {}).get(session.track_id)
    return Session(
        **values_of_row(session, but=RESET),
        **_times(session, copying),
        event=copying.target,
        day=copying.made["days"].get(session.day_id),
        track=track,
        status=_status(session, drafts=copying.drafts),
        changed_at=copying.now,
        changed_by=copying.by,
        ical_stamp=copying.now.replace(microsecond=0),
    )


def _times(session: Session, copying: Copying) -> dict[str, Any]:
    if session.start is None:
        return {}
    start = copying.shift.moment(session.start, day=session.day.date)
    return {"start": start, "end": start + (session.end - session.start)}


def _status(session: Session, *, drafts: bool) -> str:
    """What was called off last time is to be decided on again."""
    if drafts or session.status == Session.Status.CANCELLED:
        return Session.Status.DRAFT
    return session.status
