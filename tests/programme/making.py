"""What the programme's tests stand on: a gathering of three days in one house, and items in it."""

import datetime as dt

from i18nfield.strings import LazyI18nString
from wagtail.models import Collection

from nsr_events.core.events import create_event
from nsr_events.core.models import EventDay, EventType, Person, Room, Venue
from nsr_events.programme.sessions import create_session

NOW = dt.datetime(2027, 5, 3, 10, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
FIRST_DAY = dt.date(2027, 9, 28)


def make_event(*, days=3, zone="Europe/Oslo", first_day=FIRST_DAY):
    """A gathering in a house with a hall, a loft and a cellar."""
    root = Collection.get_first_root_node()
    kind, _made = EventType.objects.get_or_create(
        slug="samling", defaults={"name": LazyI18nString({"nb": "Samling"})}
    )
    venue = Venue.objects.create(name="Huset", city="Oslo")
    for order, (name, seats) in enumerate([("Storsalen", 80), ("Loftet", 20), ("Kjelleren", None)]):
        Room.objects.create(venue=venue, name=name, seats=seats, sort_order=order)
    rows = [
        EventDay(date=first_day + dt.timedelta(days=number), opens=dt.time(9), closes=dt.time(16))
        for number in range(days)
    ]
    name = LazyI18nString({"nb": "Introduksjonssamling"})
    facts = {"type": kind, "venue": venue, "timezone": zone, "collection": root}
    return create_event(days=rows, now=NOW, name=name, **facts)


def day_of(event, number=1):
    """The uid of a day, from 1."""
    return str(event.days.all()[number - 1].uid)


def room_of(event, name="Storsalen"):
    """The uid of a room."""
    return str(Room.objects.get(venue=event.venue, name=name).uid)


def make_person(given="Kari", family="Nordmann", **fields):
    """A speaker with a post of today."""
    return Person.objects.create(
        given_name=given, family_name=family, **{"title": "Leder", "employer": "Kripos", **fields}
    )


def make_session(event, title="Trusselbildet", start="10:00", *, day=1, room="Storsalen", **values):
    """An item of 45 minutes in the hall, on the first day unless told otherwise."""
    place = {"day": day_of(event, day) if start else None, "start": start}
    whole = {"kind": "workshop", "room": room_of(event, room) if room else None, **values}
    words = title if isinstance(title, dict) else {"nb": title}
    return create_session(event, now=NOW, title=words, **place, **whole).session
