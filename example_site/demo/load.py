"""A conference of any size, the same for the same seed: for load tests, budgets and benchmarks."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Collection, Page

from nsr_events.core.events import create_event
from nsr_events.core.models import Event, EventDay, EventType, Person, Room, Venue
from nsr_events.pages.models import EventPage
from nsr_events.programme.models import Session, SessionPerson, Track
from nsr_events.programme.releases import release_programme
from nsr_events.registration.models import (
    UNAMBIGUOUS,
    Registration,
    RegistrationDay,
    RegistrationSetup,
    StatusChange,
)

GIVEN = (
    "Ada",
    "Bjørn",
    "Cecilie",
    "Dag",
    "Eva",
    "Finn",
    "Guro",
    "Håkon",
    "Ida",
    "Jon",
    "Kari",
    "Lars",
    "Åse",
)
FAMILY = (
    "Aas",
    "Berg",
    "Dahl",
    "Eide",
    "Foss",
    "Grøn",
    "Hagen",
    "Lie",
    "Moen",
    "Næss",
    "Ruud",
    "Strøm",
    "Øye",
)
SUBJECTS = ("Trusselbildet", "Samarbeid", "Beredskap", "Innsikt", "Metode", "Øvelse", "Erfaring", "Deling")
FIRST_HOUR, LAST_HOUR = 8, 20
ROOM_WALK = 5
"""Minutes kept free between two sessions of a room, so that nobody has too short a walk."""


@dataclass(frozen=True)
class Size:
    """How big a conference to build."""

    days: int = 3
    rooms: int = 6
    sessions: int = 300
    speakers: int = 250
    registrations: int = 0
    capacity: int | None = None


@transaction.atomic
def add_conference(
    index: Page, slug: str, *, size: Size, seed: int = 1, now: dt.datetime | None = None
) -> EventPage:
    """Add a published event with a released programme below ``index``; the same seed gives the same programme."""
    now = now or timezone.now()
    dice = random.Random(f"{seed} {slug}")
    venue = Venue.objects.create(name=f"Kongresshuset {slug}"[:200], city="Oslo", address="Eksempelveien 1")
    rooms = Room.objects.bulk_create(
        Room(
            venue=venue,
            name=f"Sal {number + 1}",
            seats=dice.choice([40, 80, 120]),
            sort_order=number,
            uid=_uid(dice),
        )
        for number in range(size.rooms)
    )
    event = _event(slug, venue, size, now)
    _programme(event, rooms, size, dice, now)
    release_programme(event, now=now)
    open_for_load(event, capacity=size.capacity, now=now)
    add_many(event, size.registrations, dice=dice, now=now)
    page = EventPage(
        title=f"Konferanse {slug}",
        slug=slug,
        event=event,
        locale=index.locale,
        intro="Bygd for å måle.",
        live=False,
    )
    index.add_child(instance=page)
    page.save_revision().publish()
    return EventPage.objects.get(pk=page.pk)


def _uid(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)


def _event(slug: str, venue: Venue, size: Size, now: dt.datetime) -> Event:
    kind, _made = EventType.objects.get_or_create(slug="konferanse", defaults={"name": {"nb": "Konferanse"}})
    first = now.date() + dt.timedelta(days=60)
    days = [
        EventDay(date=first + dt.timedelta(days=number), opens=dt.time(FIRST_HOUR), closes=dt.time(LAST_HOUR))
        for number in range(size.days)
    ]
    return create_event(
        days=days,
        now=now,
        name={"nb": f"Konferanse {slug}"[:120]},
        type=kind,
        venue=venue,
        collection=Collection.get_first_root_node(),
        status=Event.Status.CONFIRMED,
    )


def _programme(event: Event, rooms: list[Room], size: Size, dice: random.Random, now: dt.datetime) -> None:
    """Fill days and rooms evenly with talks that neither share a room nor a speaker."""
    tracks = Track.objects.bulk_create(
        Track(event=event, name={"nb": name}, colour=number + 1, sort_order=number, uid=_uid(dice))
        for number, name in enumerate(SUBJECTS[:6])
    )
    people = Person.objects.bulk_create(
        Person(
            given_name=dice.choice(GIVEN),
            family_name=f"{dice.choice(FAMILY)} {number + 1}",
            title="Rådgiver",
            employer="Oppdiktet virksomhet",
            uid=_uid(dice),
        )
        for number in range(size.speakers)
    )
    sessions = Session.objects.bulk_create(_sessions(event, rooms, tracks, size, dice, now))
    SessionPerson.objects.bulk_create(
        SessionPerson(
            session=session,
            person=people[number % len(people)],
            title="Rådgiver",
            employer="Oppdiktet virksomhet",
        )
        for number, session in enumerate(sessions)
        if people
    )


def _sessions(
    event: Event, rooms, tracks, size: Size, dice: random.Random, now: dt.datetime
) -> list[Session]:
    days = list(event.days.all())
    a_day_and_room = -(-size.sessions // (len(days) * len(rooms)))
    step = (LAST_HOUR - FIRST_HOUR) * 60 // a_day_and_room
    places: list[Any] = [(day, turn, room) for turn, day, room in product(range(a_day_and_room), days, rooms)]
    places.sort(key=lambda place: (place[0].date, place[1], place[2].sort_order))
    places = places[:: max(1, len(places) // size.sessions)][: size.sessions]
    minutes = max(5, min(45, step - ROOM_WALK))
    return [
        _session(
            event,
            place,
            number,
            step=step,
            minutes=minutes,
            track=dice.choice(tracks),
            uid=_uid(dice),
            now=now,
        )
        for number, place in enumerate(places)
    ]


def _session(event, place, number: int, *, step: int, minutes: int, track, uid, now: dt.datetime) -> Session:
    day, turn, room = place
    opens = dt.datetime.combine(day.date, dt.time(FIRST_HOUR), tzinfo=event.zone)
    start = opens + dt.timedelta(minutes=turn * step)
    subject = SUBJECTS[number % len(SUBJECTS)]
    return Session(
        event=event,
        uid=uid,
        day=day,
        start=start,
        end=start + dt.timedelta(minutes=minutes),
        minutes=minutes,
        room=room,
        track=track,
        title={"nb": f"{subject} {number + 1}: det vi vet, og det vi gjør"},
        abstract={"nb": f"En økt om {subject.lower()}, med tid til spørsmål."},
        changed_at=now,
        ical_stamp=now.replace(microsecond=0),
    )


def open_for_load(event: Event, *, capacity: int | None, now: dt.datetime) -> RegistrationSetup:
    """Open registration without the limit for one address and without traps, so that load can be measured."""
    setup = event.registration_setup
    setup.mode, setup.opens, setup.capacity = (
        RegistrationSetup.Mode.OPEN,
        now - dt.timedelta(days=1),
        capacity,
    )
    setup.rate_limit = setup.form_traps = False
    setup.save()
    return setup


def add_many(event: Event, count: int, *, dice: random.Random, now: dt.datetime) -> None:
    """Write many registrations as rows: those within the capacity confirmed, the rest waiting in order."""
    category, days = event.categories.first(), list(event.days.all())
    capacity = event.registration_setup.capacity
    rows = Registration.objects.bulk_create(
        [_registration(event, category, number, capacity, dice=dice, now=now) for number in range(count)],
        batch_size=500,
    )
    attended = (RegistrationDay(registration=row, day=day) for row in rows for day in days)
    RegistrationDay.objects.bulk_create(attended, batch_size=500)
    StatusChange.objects.bulk_create(
        (StatusChange(registration=row, at=row.created, after=row.status, who="person") for row in rows),
        batch_size=500,
    )


def _registration(event, category, number: int, capacity, *, dice: random.Random, now: dt.datetime):
    waits = capacity is not None and number >= capacity
    address = f"last{number}@load.example"
    return Registration(
        event=event,
        category=category,
        uid=_uid(dice),
        status="waitlisted" if waits else "confirmed",
        queue_number=number - capacity + 1 if waits else None,
        first_name=dice.choice(GIVEN),
        last_name=dice.choice(FAMILY),
        email=address,
        email_key=address,
        email_domain="load.example",
        organisation="Oppdiktet virksomhet",
        language="nb",
        reference="".join(dice.choices(UNAMBIGUOUS, k=8)),
        created=now - dt.timedelta(seconds=100_000 - number),
    )
