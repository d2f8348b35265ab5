"""The pages around a programme: changes, people, rooms, and what is on now."""

import datetime as dt
import uuid

import feedparser
import pytest

from nsr_events.core.models import Person, Room, Venue
from nsr_events.pages.people_and_rooms import now_and_next
from nsr_events.programme.current import current_programme
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session, update_session
from tests.factories import NOW, make_event, make_index, make_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return Person.objects.create(
        given_name="Kari", family_name="Nordmann", title="Leder", employer="Kripos", email="kari@example.org"
    )


@pytest.fixture
def page(person):
    """A released programme: Kari at ten and Åpning at nine in one hall."""
    venue = Venue.objects.create(name="Huset", city="Oslo")
    room = Room.objects.create(venue=venue, name="Storsalen", seats=80)
    event = make_event("Samling", venue=venue)
    place = {"day": event.days.get().uid, "room": room.uid, "minutes": 45, "now": NOW}
    create_session(event, title={"nb": "Åpning"}, start="09:00", **place)
    create_session(
        event,
        title={"nb": "Trusselbildet"},
        start="10:00",
        people=[{"person": person.uid, "role": "speaker"}],
        **place,
    )
    release_programme(event, now=NOW)
    return make_page(event, make_index())


def move_to(page, start, now=NOW):
    """Move Kari's talk and release."""
    session = next(one for one in page.event.sessions.all() if "Trussel" in str(one.title))
    update_session(page.event, session.uid, version=session.version, now=now, start=start)
    return release_programme(page.event, now=now)


def test_a_person_has_a_page_with_their_sessions_and_no_address(client, page, person):
    body = client.get(f"{page.url}people/{person.uid}/").content.decode()

    for words in ("Kari Nordmann", "Leder", "Kripos", "Trusselbildet", "10:00–10:45"):
        assert words in body
    assert "kari@example.org" not in body


def test_title_and_employer_stay_as_they_were(client, page, person):
    person.title, person.employer = "Sjef", "Nytt sted"
    person.save()

    body = client.get(f"{page.url}people/{person.uid}/").content.decode()

    assert "Leder, Kripos" in body
    assert "Nytt sted" not in body


def test_who_wants_no_page_and_who_is_not_in_the_programme_are_not_found(client, page, person):
    stranger = Person.objects.create(given_name="Ola", family_name="Ukjent")
    assert client.get(f"{page.url}people/{stranger.uid}/").status_code == 404

    person.public = False
    person.save()

    assert client.get(f"{page.url}people/{person.uid}/").status_code == 404
    assert f"people/{person.uid}" not in client.get(page.url).content.decode()


def test_a_room_has_a_sheet_and_a_foreign_room_has_none(client, page):
    other = Room.objects.create(venue=Venue.objects.create(name="Annet"), name="Fremmed")
    uid = page.event.sessions.first().room.uid

    body = client.get(f"{page.url}rooms/{uid}/").content.decode()

    assert "Storsalen" in body
    assert "Åpning" in body
    assert client.get(f"{page.url}rooms/{other.uid}/").status_code == 404


def test_the_change_log_tells_what_moved_and_where_from(client, page):
    move_to(page, "12:00", NOW + dt.timedelta(days=1))

    body = client.get(f"{page.url}programme/changes/").content.decode()
    feed = feedparser.parse(client.get(f"{page.url}programme/changes.atom").content)

    assert "Flyttet" in body
    assert "Trusselbildet" in body
    assert "10:00–10:45" in body
    assert "12:00–12:45" in body
    assert "<bdi>Trusselbildet</bdi>" in body, "a title from right to left turns nothing around it"
    assert "Programmet ble gitt ut." in body
    assert not feed.bozo
    assert [entry.id for entry in feed.entries] == [
        uuid.uuid5(page.event.uid, f"release {number}").urn for number in (2, 1)
    ]


def test_a_working_row_never_reaches_the_change_log(client, page):
    before = client.get(f"{page.url}programme/changes/").content
    session = page.event.sessions.first()

    update_session(page.event, session.uid, version=session.version, now=NOW, title={"nb": "Hemmelig"})

    assert client.get(f"{page.url}programme/changes/").content == before


def test_now_and_next_follow_the_clock(page):
    programme = current_programme(page.event_id)
    room = next(iter(programme.rooms))

    def at(hour, minute):
        now = dt.datetime(2027, 6, 8, hour, minute, tzinfo=page.event.zone)
        found = now_and_next(programme, language="nb", now=now)
        told = found["rooms"][room]
        return told["now"] and told["now"]["title"], told["next"] and told["next"]["title"], found["until"]

    assert at(8, 0) == (None, "Åpning", "2027-06-08T09:00:00+02:00")
    assert at(9, 10) == ("Åpning", "Trusselbildet", "2027-06-08T09:45:00+02:00")
    assert at(10, 10) == ("Trusselbildet", None, "2027-06-08T10:45:00+02:00")
    assert at(18, 0) == (None, None, None)


def test_now_json_is_short_lived_and_without_a_cookie(client, page):
    response = client.get(f"{page.url}programme/now.json")

    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "public, max-age=15"
    assert set(response.json()) == {"now", "rooms", "until"}
    assert response.cookies == {}


@pytest.mark.parametrize("path", ["programme/changes/", "programme/changes.atom", "programme/now.json"])
def test_the_pages_of_a_draft_are_not_found(client, page, path):
    assert client.get(page.url + path).status_code == 200
    page.unpublish()

    assert client.get(page.url + path).status_code == 404
