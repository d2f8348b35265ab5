"""A page per language, one event: seats, calendar identity and facts are shared; what is missing falls back."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone
from icalendar import Calendar

from nsr_events.core.models import Venue
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from tests.factories import make_event, make_index, make_page, open_registration, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages():
    """A Norwegian and an English page of an event with two seats, whose texts are Norwegian only."""
    now = timezone.now()
    venue = Venue.objects.create(name="Huset", directions={"nb": "Følg skiltene."})
    date = (now + dt.timedelta(days=60)).date()
    event = make_event({"nb": "Samling", "en": "Gathering"}, date=date, venue=venue, now=now)
    open_registration(event, opens=now - dt.timedelta(days=1), capacity=2, waiting_list=False)
    create_session(event, now=now, day=event.days.get().uid, start="10:00", title={"nb": "Trusselbildet"})
    release_programme(event, now=now)
    norwegian = make_page(event, make_index(), title="Samling", slug="samling")
    english = make_page(
        event, make_index("en", title="Events", slug="events"), title="Gathering", slug="gathering"
    )
    return norwegian, english


def soup_of(client, page, path=""):
    cache.clear()
    return BeautifulSoup(client.get(page.url + path).content, "html.parser")


def test_whoever_takes_the_last_seat_takes_it_on_both_pages(client, pages):
    norwegian, english = pages
    before = [soup_of(client, page).select_one(".ne-reg .ne-tag").get_text() for page in pages]
    for number in (1, 2):
        register(norwegian.event, number, now=timezone.now())
    after = [soup_of(client, page).select_one(".ne-reg .ne-tag").get_text() for page in pages]

    assert "Full" in after[1]
    assert "Full" in after[0]
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert english.event.registrations.count() == 2


@pytest.mark.parametrize("path", ["calendar.ics", "programme.ics"])
def test_calendars_of_both_languages_know_the_same_entry(client, pages, path):
    found = [
        {
            str(entry["UID"])
            for entry in Calendar.from_ical(client.get(page.url + path).content).walk("VEVENT")
        }
        for page in pages
    ]
    assert found[0] == found[1] != set()


def test_what_is_not_translated_falls_back_and_says_its_language(client, pages):
    _norwegian, english = pages
    for path, text in (("", "Følg skiltene."), ("programme/", "Trusselbildet")):
        soup = soup_of(client, english, path)
        [shown] = {node.find_parent(attrs={"lang": True})["lang"] for node in soup.find_all(string=text)}
        assert shown == "nb", text
    assert soup_of(client, english).html["lang"] == "en"
