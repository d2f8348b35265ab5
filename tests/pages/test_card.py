"""The registration card: one tag, one sentence, one action for each public state, and no older than its state."""

import datetime as dt
import json

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from nsr_events.core.events import change_status
from nsr_events.registration.models import ParticipantCategory
from tests.factories import make_event, make_index, make_page, open_registration, register

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def page(now):
    event = make_event(date=now.date() + 60 * DAY, now=now, contact_email="arrangor@example.no")
    return make_page(event, make_index())


def card(client, page):
    response = client.get(page.url)
    soup = BeautifulSoup(response.content, "html.parser").select_one(".ne-reg")
    button = soup.select_one("a.ne-btn")
    return (
        soup.select_one(".ne-tag").text,
        soup.select_one(".ne-reg__big").text,
        button["href"] if button else None,
    )


def fill(event, now, number=2):
    for each in range(number):
        register(event, each, now=now)


@pytest.mark.parametrize(
    ("setup", "tag", "words", "leads_to"),
    [
        ({}, "Åpent", "Det er plass til deg.", "register/"),
        ({"capacity": 40}, "Åpent", "38 plasser", "register/"),
        ({"capacity": 4}, "Få plasser igjen", "to plasser", "register/"),
        ({"capacity": 2}, "Fullt, venteliste", "ventelisten", "register/"),
        ({"capacity": 2, "waiting_list": "off"}, "Fullt", "Alle plassene", "mailto:arrangor@example.no"),
        ({"opens": None}, "Ikke åpnet ennå", "ikke bestemt", "calendar.ics"),
        ({"mode": "invited"}, "Bare for inviterte", "invitert", "/me/"),
        ({"paused": True}, "Stengt", "pause", "mailto:arrangor@example.no"),
        ({"mode": "external", "external_url": "https://annet.example/"}, "På et annet nettsted", "annet", "https://annet.example/"),
    ],
)  # fmt: skip
def test_each_state_is_said_in_norwegian_with_one_way_on(client, page, now, setup, tag, words, leads_to):
    event = page.event
    open_registration(event, opens=now - DAY)
    fill(event, now)
    open_registration(event, **{"opens": now - DAY, **setup})
    found = card(client, page)
    assert found[0] == tag
    assert words in found[1]
    assert found[2].endswith(leads_to)


def test_registration_that_opens_and_closed_says_when(client, page, now):
    open_registration(page.event, opens=now + DAY)
    assert "åpner" in card(client, page)[1]
    open_registration(page.event, opens=now - 2 * DAY, closes=now - DAY)
    assert card(client, page)[0] == "Stengt"


def test_an_event_without_registration_offers_its_calendar(client, page):
    assert card(client, page)[2].endswith("calendar.ics")


def test_a_cancelled_event_takes_nobody_however_many_seats_it_has(client, page, now):
    open_registration(page.event, opens=now - DAY)
    change_status(page.event, "cancelled", now=now)
    tag, _words, way_on = card(client, page)
    assert (tag, way_on) == ("Avlyst", None)


def test_a_page_that_shows_a_state_lives_no_longer_than_the_state(client, page, now):
    open_registration(page.event, opens=now - DAY)
    assert client.get(page.url)["Cache-Control"] == "public, max-age=60"
    open_registration(page.event, opens=now - DAY, closes=now + dt.timedelta(seconds=20))
    seconds = int(client.get(page.url)["Cache-Control"].rpartition("=")[2])
    assert seconds <= 20


def test_the_card_sets_no_cookie_and_costs_at_most_five_queries(
    client, page, now, django_assert_max_num_queries
):
    client.get(page.url)
    with django_assert_max_num_queries(50) as without:
        client.get(page.url)
    open_registration(page.event, opens=now - DAY, capacity=30)
    for key in ("presse", "foredragsholder"):
        ParticipantCategory.objects.create(event=page.event, key=key, name={"nb": key})
    fill(page.event, now, 40)
    with django_assert_max_num_queries(len(without) + 5):
        response = client.get(page.url)
    assert not response.cookies


@pytest.mark.parametrize(
    ("setup", "availability"),
    [
        ({}, "InStock"),
        ({"capacity": 2}, "SoldOut"),
        ({"capacity": 4}, "LimitedAvailability"),
        ({"opens": None}, "PreOrder"),
    ],
)  # fmt: skip
def test_search_engines_are_told_whether_there_are_seats(client, page, now, setup, availability):
    open_registration(page.event, opens=now - DAY)
    fill(page.event, now)
    open_registration(page.event, **{"opens": now - DAY, **setup})
    soup = BeautifulSoup(client.get(page.url).content, "html.parser")
    data = json.loads(soup.select_one("script[type='application/ld+json']").string)
    assert data["offers"]["availability"] == f"https://schema.org/{availability}"
