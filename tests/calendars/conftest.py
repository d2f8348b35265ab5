"""A small site with an event index in three languages, for feeds over HTTP."""

from __future__ import annotations

import datetime as dt

import pytest
from wagtail.models import Collection, Locale, Page, Site

from nsr_events.core.events import create_event
from nsr_events.core.models import Event, EventDay, EventOrganisation, EventType, Organisation, Region, Venue
from nsr_events.pages.models import EventIndexPage, EventPage
from nsr_events.programme.models import Track
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session

NOW = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)


@pytest.fixture
def now():
    """Well before every event of these tests."""
    return NOW


@pytest.fixture
def site(db):
    """The default site with an index per language; ``indexes`` by language code."""
    Locale.objects.get_or_create(language_code="nb")
    # A test with a live server before this one left an empty database.
    root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root"))
    home = root.add_child(instance=Page(title="Forside", slug="forside"))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
    )
    indexes = {}
    for code, title in [("nb", "Arrangementer"), ("nn", "Arrangement"), ("en", "Events")]:
        locale, _made = Locale.objects.get_or_create(language_code=code)
        parent = home if code == "nb" else home.copy_for_translation(locale)
        parent.live = True
        parent.save()
        slug = "events" if code == "en" else "arrangementer"
        indexes[code] = parent.add_child(instance=EventIndexPage(title=title, slug=slug, locale=locale))
    return indexes


@pytest.fixture
def venue(db):
    """A house by the fjord."""
    return Venue.objects.create(
        name="Clarion Hotel; Trondheim", address="Brattørkaia 1", postal_code="7010", city="Trondheim",
        latitude="63.44", longitude="10.4025",
    )  # fmt: skip


def make_event(
    name="Samling", *, dates=(dt.date(2027, 6, 8),), hours=("09:00", "16:00"), now=NOW, **facts
) -> Event:
    """A confirmed event with days of the same hours."""
    opens, closes = (dt.time.fromisoformat(hour) if hour else None for hour in hours)
    days = [EventDay(date=date, opens=opens, closes=closes) for date in dates]
    facts.setdefault("type", EventType.objects.get_or_create(slug="samling", defaults={"name": "Samling"})[0])
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    facts.setdefault("collection", root)
    facts.setdefault("status", Event.Status.CONFIRMED)
    return create_event(days=days, now=now, name=name, **facts)


def make_page(event, index, *, title="", live=True, **fields) -> EventPage:
    """A page of the event below an index, published as an editor would."""
    name = title or str(event.name)
    slug = fields.pop("slug", f"arrangement-{event.pk}")
    page = index.add_child(
        instance=EventPage(
            title=name, slug=slug, intro=fields.pop("intro", "Kort sagt."), event=event, locale=index.locale,
            live=False, **fields,
        )
    )  # fmt: skip
    if live:
        page.save_revision().publish()
    return page


def make_organiser(event, name="Næringslivets sikkerhetsråd") -> Organisation:
    """An organisation that organises the event."""
    organisation = Organisation.objects.create(name=name)
    EventOrganisation.objects.create(event=event, organisation=organisation)
    return organisation


def make_region(name="Nord", slug="nord") -> Region:
    """A region."""
    return Region.objects.create(name=name, slug=slug)


def make_track(event, name="Cyber") -> Track:
    """A track of the programme."""
    return Track.objects.create(event=event, name=name)


def add_session(event, title="Åpning", *, start="09:00", day=None, now=NOW, **values):
    """One more item of the working programme."""
    day = day or event.days.order_by("date").first()
    values = {"minutes": 45, "where": {"nb": "Storsalen"}, **values}
    saved = create_session(event, now=now, title={"nb": title}, day=str(day.uid), start=start, **values)
    return saved.sessions[0]


def release(event, *, now=NOW):
    """What the world sees from now on."""
    return release_programme(event, now=now)
