"""Queries of the verbs, whatever the number of registrations (registration, section 12)."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nsr_events.registration import seats
from nsr_events.registration.models import ConsentText, Question
from tests.factories import NOW, application, make_category, make_event, open_registration, register

pytestmark = pytest.mark.django_db


def counted(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


@pytest.fixture
def event():
    event = make_event(days=3)
    for key in ("presse", "myndighet", "virksomhet"):
        make_category(event, key, capacity=500)
    return event


def full_application(event, number):
    """Somebody who answers with options that have places, consents, and has sensitive answers."""
    options = [{"key": "o_aaaaaa", "label": {"nb": "A"}, "places": 500}]
    question, _made = Question.objects.get_or_create(
        event=event, key="q_aaaaaaaa", defaults={"kind": "one", "label": {"nb": "Hva?"}, "options": options}
    )
    text, _made = ConsentText.objects.get_or_create(
        event=event, use="photo", digest="x", defaults={"number": 1, "text": {"nb": "Bilder"}, "made_at": NOW}
    )
    return application(
        event, number, idempotency_key=uuid.uuid4(), answers={"q_aaaaaaaa": "o_aaaaaa"}, sensitive="kryptert",
        choices=(seats.Choice(question.pk, "o_aaaaaa", 500, "A"),), consents=(seats.GivenConsent(text, "nb"),),
    )  # fmt: skip


@pytest.mark.parametrize("capacity", [1000, 2])
def test_registering_takes_the_same_queries_among_three_and_among_a_hundred(event, capacity):
    open_registration(event, capacity=capacity)
    for number in range(3):
        register(event, number)
    few = counted(lambda: seats.register(event, full_application(event, 500), now=NOW))
    for number in range(3, 100):
        register(event, number)
    asked = full_application(event, 501)
    many = counted(lambda: seats.register(event, asked, now=NOW))
    assert many <= 25
    assert many <= few


def test_promoting_takes_ten_and_at_most_four_for_each_person_moved(event):
    setup = open_registration(event, capacity=2, waiting_list="automatic")
    for number in range(40):
        register(event, number)
    assert counted(lambda: seats.promote(event, now=NOW)) <= 10
    setup.capacity = 32
    setup.save()
    assert counted(lambda: seats.promote(event, now=NOW)) <= 10 + 4 * 30
    assert event.registrations.filter(status="confirmed").count() == 32
