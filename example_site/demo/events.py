"""Adds events, programmes and pages to the demo through the package's verbs."""

from __future__ import annotations

import datetime as dt

from nsr_events.core.events import change_status, create_event, save_facts
from nsr_events.core.models import Event, EventDay, EventOrganisation
from nsr_events.pages.models import EventPage
from nsr_events.programme.models import Track
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session

from .gathering_nn import TITLES


def next_date(today: dt.date, *, month: int, day: int) -> dt.date:
    """The next time a date comes round, today not counted."""
    this_year = dt.date(today.year, month, day)
    return this_year if this_year > today else dt.date(today.year + 1, month, day)


def clock(text: str) -> dt.time:
    """ "09:30" as a time."""
    return dt.time.fromisoformat(text)


def add_event(
    demo, *, first, hours, themes, hosts, organisations, day_venues=None, now=None, **facts
) -> Event:
    """Create a confirmed event with its days, hosts and organisations; ``now`` is when that was."""
    now = now or demo.now
    days = [
        EventDay(
            date=first + dt.timedelta(days=number),
            opens=clock(opens),
            closes=clock(closes),
            theme=theme,
            venue=(day_venues or {}).get(number),
        )
        for number, ((opens, closes), theme) in enumerate(zip(hours, themes, strict=True))
    ]
    contact = {
        "contact_name": "Hanne Lie",
        "contact_email": "hanne@example.no",
        "contact_phone": "21 00 00 00",
    }
    event = create_event(days=days, now=now, by=demo.admin, **contact, **facts)
    save_facts(
        event,
        now=now,
        by=demo.admin,
        hosts={day.date: [demo.organisations[host]] for day, host in zip(days, hosts, strict=False)},
        organisations=[
            EventOrganisation(organisation=demo.organisations[key], role=role) for key, role in organisations
        ],
    )
    change_status(event, Event.Status.CONFIRMED, now=now, by=demo.admin)
    return event


def add_programme(demo, event: Event, days, *, tracks, abstracts=None, rooms=None) -> None:
    """Write the working programme and release it."""
    made = {
        key: Track.objects.create(event=event, name=name, colour=colour, sort_order=order)
        for order, (key, (name, colour)) in enumerate(tracks.items())
    }
    for day, sessions in zip(event.days.all(), days, strict=True):
        for session in sessions:
            alone = sum(other[0] < session[1] and session[0] < other[1] for other in sessions) == 1
            _add_session(demo, event, day, session, made, abstracts or {}, rooms or {}, for_all=alone)
    release_programme(event, expected_number=0, now=demo.now, by=demo.admin)


def _add_session(demo, event, day, session, tracks, abstracts, renamed, *, for_all) -> None:
    start, end, title, english, kind, rooms, track, people = session
    found = [demo.rooms[renamed.get(key, key)] for key in rooms]
    minutes = (
        dt.datetime.combine(day.date, clock(end)) - dt.datetime.combine(day.date, clock(start))
    ).seconds // 60
    create_session(
        event,
        now=demo.now,
        by=demo.admin,
        day=day.uid,
        start=start,
        minutes=minutes,
        room=found[0].uid if found else None,
        also_rooms=[room.uid for room in found[1:]],
        kind=kind,
        for_all=for_all,
        bookable=kind == "workshop" and not for_all,
        title=_in_every_language(title, english),
        abstract={"nb": abstracts[title]} if title in abstracts else {},
        track=tracks[track].uid if track in tracks else None,
        people=[
            {
                "person": demo.people[key].uid,
                "role": "moderator" if kind == "panel" and key == people[0] else "speaker",
            }
            for key in people
        ],
    )


def _in_every_language(title: str, english: str) -> dict[str, str]:
    """A title in the languages there is one in."""
    titles = {"nb": title, "en": english}
    return titles | ({"nn": TITLES[title]} if title in TITLES else {})


def add_page(demo, event: Event, slug: str, *, body, practical=(), **fields) -> EventPage:
    """Publish a page that presents ``event`` below the demo's index."""
    page = EventPage(
        event=event, slug=slug, locale=demo.locales["nb"], body=body, practical=list(practical), **fields
    )
    demo.index.add_child(instance=page)
    page.save_revision(user=demo.admin).publish()
    demo.events[slug] = event
    return EventPage.objects.get(pk=page.pk)
