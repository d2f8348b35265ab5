"""The person's own days: what is for everybody and what they booked, from the newest release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from nsr_events.core import formats
from nsr_events.core.models import EventDay
from nsr_events.core.texts import Text, text_in
from nsr_events.programme.current import Item, Programme, current_programme
from nsr_events.registration.models import Registration


@dataclass(frozen=True)
class Entry:
    """One line of the person's day; times on the event's clocks."""

    uid: str
    title: Text
    start: dt.datetime
    end: dt.datetime
    place: str
    booked: bool
    cancelled: bool
    past: bool
    running: bool

    @property
    def hours(self) -> str:
        """ "13:30–15:00"."""
        return formats.clock_range(self.start, self.end)


@dataclass(frozen=True)
class OwnDay:
    """A day the person comes."""

    date: dt.date
    name: str
    entries: tuple[Entry, ...]


def own_days(registration: Registration, programme: Programme | None, *, now: dt.datetime) -> list[OwnDay]:
    """Return each attended day with what the person takes part in."""
    booked = {str(row.session.uid) for row in registration.bookings.select_related("session")}
    return [_own_day(registration, day, programme, booked, now) for day in registration.attended_days]


def programme_of(registration: Registration) -> Programme | None:
    """Return the programme the person may see."""
    return current_programme(registration.event_id)


def next_entry(days: Iterable[OwnDay], now: dt.datetime) -> Entry | None:
    """Return what the person is to be at now or next."""
    entries = [entry for day in days for entry in day.entries if not entry.cancelled and entry.end > now]
    return min(entries, key=lambda entry: entry.start, default=None)


def _own_day(
    registration: Registration, day: EventDay, programme: Programme | None, booked: set[str], now: dt.datetime
) -> OwnDay:
    zone, language = registration.event.zone, registration.language
    items = programme.on(str(day.uid)) if programme else ()
    mine = [item for item in items if item.uid in booked or (item.for_all and item.kind != "internal")]
    return OwnDay(
        day.date,
        formats.capitalised(formats.weekday_date(day.date, language)),
        tuple(
            _entry(item, programme, item.uid in booked, zone=zone, language=language, now=now)
            for item in sorted(mine, key=lambda item: (item.start, item.uid))
        ),
    )


def _entry(item: Item, programme, booked: bool, *, zone, language: str, now: dt.datetime) -> Entry:
    rooms = [programme.rooms[uid].name for uid in item.rooms if uid in programme.rooms]
    return Entry(
        uid=item.uid,
        title=text_in(item.title, language),
        start=item.start.astimezone(zone),
        end=item.end.astimezone(zone),
        place=", ".join(rooms) or text_in(item.where, language).value,
        booked=booked,
        cancelled=item.is_cancelled,
        past=item.end <= now,
        running=item.start <= now < item.end and not item.is_cancelled,
    )
