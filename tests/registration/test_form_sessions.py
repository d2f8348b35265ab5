"""Sessions in the form: what is full, elsewhere or at the same time is told, and the rest is kept."""

import datetime as dt

import pytest
from django.utils import timezone

from nsr_events.core.models import Venue
from nsr_events.programme.models import Session
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from nsr_events.registration.models import Registration
from tests.factories import make_index, make_page, open_registration

from .asking import form, open_event, said, send

pytestmark = pytest.mark.django_db


def add(event, title, start, *, day=0, **values):
    """A bookable session of an hour."""
    uid = event.days.all()[day].uid
    made = create_session(
        event,
        day=uid,
        start=start,
        minutes=60,
        title={"nb": title},
        now=timezone.now(),
        bookable=True,
        **values,
    )
    return str(made.sessions[0].uid)


@pytest.fixture
def event():
    event = open_event(days=2)
    event.venue = Venue.objects.create(name="Huset", city="Oslo")
    event.save()
    open_registration(event, opens=timezone.now() - dt.timedelta(days=9), days="choose")
    return event


@pytest.fixture
def sessions(event):
    """Two at the same time, one right after, one on the second day, and a small one."""
    found = {
        "a": add(event, "Innbrudd", "10:00"),
        "b": add(event, "Innsidere", "10:30"),
        "c": add(event, "Reise", "11:00"),
        "d": add(event, "Dag to", "10:00", day=1),
        "small": add(event, "Liten", "13:00", capacity=1),
    }
    release_programme(event, now=timezone.now())
    return found


@pytest.fixture
def page(event, sessions):
    return make_page(event, make_index())


def first_day(event):
    return [str(event.days.first().uid)]


def booked():
    row = Registration.objects.last()
    return sorted(str(each.session.title) for each in row.bookings.select_related("session"))


def test_sessions_are_booked_with_the_registration(client, page, event, sessions):
    response = send(client, page, {"days": first_day(event), "sessions": [sessions["a"], sessions["c"]]})

    assert response.status_code == 303
    assert booked() == ["Innbrudd", "Reise"]


def test_two_at_the_same_time_come_back_with_both_named(client, page, event, sessions):
    response = send(client, page, {"days": first_day(event), "sessions": [sessions["a"], sessions["b"]]})
    html = response.content.decode()

    assert response.status_code == 200
    error = html[html.index('id="id_sessions_error"') :][:1500]
    assert "Innbrudd" in error
    assert "Innsidere" in error
    assert 'value="Åse"' in html
    assert not Registration.objects.exists()


def test_one_that_fills_up_meanwhile_comes_back(client, page, event, sessions):
    wish = {"days": first_day(event), "sessions": [sessions["small"]]}
    send(client, page, {**wish, "email": "en@example.no"})
    late = form(event, wish)
    response = send(client, page, {**wish, "email": "to@example.no"})

    assert dict(late.fields["sessions"].widget.choices)[sessions["small"]].disabled
    assert response.status_code == 200
    assert "Liten" in response.content.decode().split('id="id_sessions_error"')[1][:1500]
    assert Registration.objects.count() == 1


def test_one_on_a_day_that_is_not_attended_is_an_error_without_scripts(event, sessions):
    asked = form(event, {"days": first_day(event), "sessions": [sessions["d"]]})

    assert "Dag to" in said(asked, "sessions")[0]


def test_what_is_not_bookable_or_not_released_is_not_offered(event, sessions):
    add(event, "Ny", "15:00")
    Session.objects.filter(uid=sessions["c"]).update(bookable=False)
    release_programme(event, now=timezone.now() + dt.timedelta(minutes=1))
    unreleased = add(event, "Senere", "16:00")
    offered = form(event).fields["sessions"].keys

    assert sessions["c"] not in offered
    assert unreleased not in offered
    assert said(form(event, {"days": first_day(event), "sessions": [unreleased]}), "sessions")
