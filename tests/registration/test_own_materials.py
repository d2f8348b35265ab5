"""Slides on the own page: for whom they are, from their moment on, and for nobody who only knows the address."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nsr_events.programme.materials import save_material
from nsr_events.programme.models import SessionMaterial
from nsr_events.registration import links, seats
from nsr_events.registration.links import Purpose
from nsr_events.registration.models import Attendance
from tests.factories import make_event, open_registration, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def event(now):
    event = make_event(date=now.date() + dt.timedelta(days=30), days=2, now=now)
    open_registration(event, opens=now - dt.timedelta(days=1))
    return event


@pytest.fixture
def row(event, now):
    return register(event, now=now)


@pytest.fixture
def guest(row):
    """The browser in which the participant opened the link."""
    client = Client()
    client.get("/" + links.address(Purpose.ME, row).split("/", 3)[3])
    return client


def add(event, *, access, title="Trusler og svar", **fields):
    uploaded = SimpleUploadedFile("Trusler.pdf", b"%PDF-1.7 lysbilder")
    fields = {"title": {"nb": title}, "visible_from": "now", **fields}
    return save_material(SessionMaterial(event=event, access=access, **fields), uploaded=uploaded)


def page_of(row):
    return reverse("nsr_events:me_page", args=[row.reference])


def address(row, material):
    return reverse("nsr_events:me_material", args=[row.reference, material.uid])


def attend(row, day, now):
    return Attendance.objects.create(registration=row, day=day, checked_in=now)


@pytest.mark.parametrize("access", ["public", "registered"])
def test_a_participant_finds_and_opens_them(guest, row, event, access):
    slides = add(event, access=access)
    assert "Trusler og svar" in guest.get(page_of(row)).text
    answer = guest.get(address(row, slides))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 lysbilder"
    assert answer["Content-Disposition"].startswith("attachment")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(" ", "").split(","))


def test_those_who_were_there_get_theirs_and_nobody_else(guest, row, event, now):
    slides = add(event, access="attended")
    assert "Trusler og svar" not in guest.get(page_of(row)).text
    assert guest.get(address(row, slides)).status_code == 404
    attend(row, event.days.first(), now)
    assert "Trusler og svar" in guest.get(page_of(row)).text
    assert guest.get(address(row, slides)).status_code == 200


def test_they_wait_for_their_moment(guest, row, event, now):
    slides = add(event, access="registered", visible_from="moment", visible_at=now + dt.timedelta(hours=1))
    assert guest.get(address(row, slides)).status_code == 404
    SessionMaterial.objects.update(visible_at=now - dt.timedelta(minutes=1))
    assert guest.get(address(row, slides)).status_code == 200


def test_who_gave_up_the_seat_opens_them_no_more_by_an_old_address(guest, row, event, now):
    slides = add(event, access="registered")
    assert guest.get(address(row, slides)).status_code == 200
    seats.cancel(row, now=now)
    assert guest.get(address(row, slides)).status_code == 404


def test_another_event_s_slides_and_another_browser_meet_nothing(guest, row, event, now):
    other = make_event("Fagdag", date=event.start.date(), now=now)
    assert guest.get(address(row, add(other, access="registered"))).status_code == 404
    assert Client().get(address(row, add(event, access="registered"))).status_code == 404
