"""What no screen of the tabs Registration and Participants should be sent, in every field of every form of theirs.

An answer at the field or a refusal: never an error page, markup, a row of another event, or one here by accident.
"""

import uuid

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.urls import reverse

from nsr_events.registration.models import (
    Consent,
    HandOver,
    Invitation,
    ParticipantCategory,
    Question,
    Registration,
)
from nsr_events.registration.people import urls as people_urls
from nsr_events.registration.setup import urls as setup_urls
from tests.factories import invite, make_category
from tests.registration.people import answer, ask, coming_event, person

pytestmark = pytest.mark.django_db

HOSTILE = ["", "\x00", "'\"><script>alert(1)</script>", "9" * 40, "-1", "²", "x" * 70_000, "2027-13-45T99:99"]
FINE = {200, 302, 400, 403, 404, 405, 409, 413, 429}
TABLES = (Registration, Invitation, ParticipantCategory, Question, HandOver, Consent)


@pytest.fixture
def event(region):
    event = coming_event(collection=region, days=2, capacity=3, waiting_list="offer")
    event.registration_setup.days = "choose"
    event.registration_setup.save()
    make_category(event, "press", approval=True)
    dinner = ask(event, options=["Fisk", "Kjøtt"])
    answer(person(event, 1), dinner, dinner.options[0]["key"])
    person(event, 2)
    invite(event)
    return event


@pytest.fixture
def foreign(other_region):
    event = coming_event(collection=other_region, name="Åpning")
    person(event, 1, last_name="Hemmelig")
    invite(event)
    ask(event, options=["Ris"])
    return event


@pytest.fixture
def boss(client):
    """Somebody who may do everything."""
    client.force_login(User.objects.create_superuser("boss", "boss@example.org", "pass"))
    return client


def screens(event, rows_of):
    """Every address of both tabs of ``event`` with rows of ``rows_of``."""
    ids = {
        "groups": rows_of.categories.last().uid,
        "questions": rows_of.questions.first().uid,
        "invitations": rows_of.invitations.first().uid,
        "": rows_of.registrations.first().uid,
    }
    values = {"verb": "cancel", "proposal": uuid.uuid4(), "consent": 1}
    for namespace, urls in (
        ("nsr_events_registration", setup_urls),
        ("nsr_events_participants", people_urls),
    ):
        for pattern in urls.patterns:
            head = str(pattern.pattern).partition("/")[0]
            names = pattern.pattern.converters
            given = {name: ids.get(head, ids[""]) if name == "uid" else values[name] for name in names}
            verbs = ("revoke", "withdraw") if head == "invitations" else ("cancel", "approve", "days", "x")
            for verb in verbs if "verb" in given else ("",):
                if verb:
                    given["verb"] = verb
                yield (
                    f"{namespace}:{pattern.name}",
                    reverse(f"{namespace}:{pattern.name}", kwargs={"event_pk": event.pk, **given}),
                )


def fields_of(response):
    """Names and values of everything a screen's forms post: (carried unseen, typed or chosen)."""
    hidden, shown = {}, {}
    for field in BeautifulSoup(response.content, "html.parser").select(
        "form input, form select, form textarea, form button"
    ):
        if name := field.get("name"):
            (hidden if field.get("type") == "hidden" else shown)[name] = field.get("value") or ""
    return hidden, shown


def here(event):
    return [table.objects.filter(**{_event_of(table): event}).count() for table in TABLES]


def _event_of(table):
    return "event" if any(field.name == "event" for field in table._meta.fields) else "registration__event"


def snapshot(event):
    return [
        list(table.objects.filter(**{_event_of(table): event}).order_by("pk").values()) for table in TABLES
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_screen_breaks_whatever_is_posted_or_asked(boss, event, foreign, text):
    untouched = snapshot(foreign)
    for name, address in screens(event, event):
        looked = boss.get(
            address, dict.fromkeys(("q", "p", "sort", "status", "day", "kind", "language", "as"), text)
        )
        assert looked.status_code in FINE, name
        opened = boss.get(address)
        hidden, shown = fields_of(opened) if opened.status_code == 200 else ({}, {})
        for data in (
            {**dict.fromkeys(hidden, text), **dict.fromkeys(shown, text)},
            {**hidden, **dict.fromkeys(shown, text)},
            {**shown, **dict.fromkeys(hidden, text)},
            {},
        ):
            answered = boss.post(address, data)
            assert answered.status_code in FINE, (name, data)
            assert b"<script>alert" not in b"".join(answered), name
    assert snapshot(foreign) == untouched


def test_rows_of_another_event_are_not_found_on_any_screen(boss, event, foreign):
    untouched = snapshot(foreign)
    own = dict(screens(event, event))
    for name, address in screens(event, foreign):
        if address in own.values():
            continue
        for answered in (boss.get(address), boss.post(address, {"row_version": 1, "confirmed": "1"})):
            assert answered.status_code in {404, 405}, name
            assert b"Hemmelig" not in answered.content
    assert snapshot(foreign) == untouched
