"""The personal feed: own days and sessions, nobody else's, under an address that can be renewed and stopped."""

import datetime as dt

import icalendar
import pytest
import vobject
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.events import change_status
from nsr_events.core.models import Event, EventDay
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from nsr_events.registration import links, seats
from nsr_events.registration.links import Purpose
from nsr_events.registration.models import Registration
from tests.factories import make_event, open_registration, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def event(now):
    event = make_event("Samling", date=now.date() + dt.timedelta(days=60), days=3, now=now)
    open_registration(event, opens=now - dt.timedelta(days=1), days="choose")
    return event


@pytest.fixture
def row(event, now):
    first, _second, third = event.days.all()
    row = register(event, now=now, days=(first, third))
    Registration.objects.filter(pk=row.pk).update(feed_version=1)
    row.refresh_from_db()
    return row


def address(row):
    return "/" + links.address(Purpose.FEED, row).split("/", 3)[3]


def read(row, client=None):
    response = (client or Client()).get(address(row))
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.content).events, response


def entered(row):
    client = Client()
    client.get("/" + links.address(Purpose.ME, row).split("/", 3)[3])
    return client


def make_session(event, title, hour, now, **values):
    place = {"day": str(event.days.first().uid), "start": f"{hour:02}:00", "minutes": 60}
    return create_session(event, now=now, title={"nb": title}, **place, **values).session


def test_the_feed_holds_the_persons_own_days_with_their_hours(row, event):
    found, response = read(row)
    assert [str(entry["uid"]) for entry in found] == [str(day.uid) for day in row.attended_days]
    assert all(isinstance(entry.decoded("dtstart"), dt.datetime) for entry in found)
    assert {str(entry["class"]) for entry in found} == {"PRIVATE"}
    assert response["Cache-Control"] == "private, no-cache"
    assert "Access-Control-Allow-Origin" not in response
    assert not response.cookies
    assert len(list(vobject.readOne(response.content.decode()).vevent_list)) == 2


def test_nothing_of_the_person_stands_in_it(row):
    body = Client().get(address(row)).content.decode()
    for secret in (
        "Oppdiktet",
        "example.no",
        row.reference,
        links.token(Purpose.FEED, row),
        "mailto",
        "ATTENDEE",
    ):
        assert secret not in body


def test_booked_sessions_stand_in_it_and_the_others_do_not(row, event, now):
    booked = make_session(event, "Øvelse", 10, now, kind="workshop", bookable=True)
    make_session(event, "Foredrag", 12, now)
    release_programme(event, now=now)
    seats.book(row, [str(booked.uid)], now=now)
    found, _response = read(row)
    assert {str(entry["uid"]) for entry in found} > {str(booked.uid)}
    titles = {str(entry["summary"]) for entry in found}
    assert "Øvelse" in titles
    assert "Foredrag" not in titles


def test_unchanged_it_answers_304_and_the_same_bytes(row):
    _found, first = read(row)
    assert Client().get(address(row)).content == first.content
    assert Client().get(address(row), headers={"if-none-match": first["ETag"]}).status_code == 304


def test_each_change_of_ones_own_raises_every_sequence(row, event, now):
    before = {str(entry["uid"]): entry["sequence"] for entry in read(row)[0]}
    seats.cancel(row, now=now)
    after = read(row)[0]
    assert {str(entry["status"]) for entry in after} == {"CANCELLED"}
    assert all(entry["sequence"] > before[str(entry["uid"])] for entry in after)
    assert all(str(entry["summary"]).startswith("AVLYST") for entry in after)


def test_who_waits_sees_it_as_tentative(event, now):
    open_registration(event, opens=now - dt.timedelta(days=1), days="choose", capacity=1)
    register(event, now=now)
    waits = register(event, 2, now=now)
    Registration.objects.filter(pk=waits.pk).update(feed_version=1)
    waits.refresh_from_db()
    found, _response = read(waits)
    assert {str(entry["status"]) for entry in found} == {"TENTATIVE"}
    assert all("Venteliste" in str(entry["summary"]) for entry in found)


@pytest.mark.parametrize("status", ["pending", "unverified", "declined", "lapsed", "rejected"])
def test_who_has_no_place_has_an_empty_calendar(row, status):
    Registration.objects.filter(pk=row.pk).update(status=status)
    assert read(row)[0] == []


def test_a_cancellation_shows_for_thirty_days(row, now):
    seats.cancel(row, now=now)
    Registration.objects.filter(pk=row.pk).update(ended_at=now - dt.timedelta(days=31))
    assert read(row)[0] == []


def test_a_cancelled_event_reaches_every_day(row, event, now):
    before = read(row)[0][0]["sequence"]
    change_status(event, Event.Status.CANCELLED, now=now)
    found, _response = read(row)
    assert all(entry["sequence"] == before + 1 for entry in found)
    assert {str(entry["status"]) for entry in found} == {"CANCELLED"}


def test_the_link_to_take_part_is_for_the_confirmed(row, event):
    Event.objects.filter(pk=event.pk).update(online_url="https://mote.example/rom")
    assert "https://mote.example/rom" in Client().get(address(row)).content.decode()
    Registration.objects.filter(pk=row.pk).update(status="offered", offer_expires=timezone.now())
    assert "mote.example" not in Client().get(address(row)).content.decode()


def test_switching_on_renewing_and_stopping_are_buttons_that_leave_other_links_alone(event, now):
    row = register(event, now=now)
    client, switch = entered(row), reverse("nsr_events:me_calendar", args=[row.reference])
    assert client.get(switch).status_code == 405
    seen = []
    for wish, opens in (("on", True), ("renew", True), ("stop", False), ("on", True)):
        client.post(switch, {"wish": wish})
        row.refresh_from_db()
        assert row.has_feed is opens
        if opens:
            assert all(Client().get(old).status_code == 404 for old in seen)
            seen.append(address(row))
            assert Client().get(address(row)).status_code == 200
    assert row.token_version == 0
    assert client.get(f"/me/{row.reference}/").status_code == 200


def test_every_dead_address_gives_one_and_the_same_404(row):
    good = address(row)
    Registration.objects.filter(pk=row.pk).update(feed_version=2)
    stopped = Client().get(good)
    unknown = Client().get("/cal/" + "A" * 22 + "-0_1." + "B" * 43 + ".ics")
    me = Client().get(f"/cal/{links.token(Purpose.ME, row)}.ics")
    Registration.objects.filter(pk=row.pk).update(feed_version=1, anonymised_at=timezone.now())
    erased = Client().get(good)
    assert {response.status_code for response in (stopped, unknown, me, erased)} == {404}
    assert stopped.content == unknown.content == me.content == erased.content


def test_the_file_stands_behind_the_browsers_session(row):
    url = reverse("nsr_events:me_calendar_file", args=[row.reference])
    assert Client().get(url).status_code == 404
    response = entered(row).get(url)
    assert response["Content-Disposition"].startswith('attachment; filename="samling.ics"')
    assert response["Cache-Control"] in {"private, no-store", "private, no-cache"}


def test_sixty_reads_an_hour_are_enough(row):
    client = Client()
    for _read in range(60):
        assert client.get(address(row)).status_code == 200
    response = client.get(address(row))
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_the_number_of_queries_does_not_grow(row, event, now, django_assert_max_num_queries):
    days = EventDay.objects.filter(event=event).count()
    assert days == 3
    for number in range(2, 20):
        register(event, number, now=now)
    read(row)
    with django_assert_max_num_queries(14):
        read(row)
