"""What the screens of the tab Messages cost the database: the same for 30 people and 300 (style, tests)."""

import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from example_site.demo.load import add_many
from nsr_events.core import tabs
from nsr_events.core.events import save_facts
from nsr_events.core.models import Venue
from nsr_events.reminders import messages, notices, planning
from nsr_events.reminders.models import Message, ReminderRule
from tests.factories import make_event, open_registration

pytestmark = pytest.mark.django_db

A_RULE = 2
"""What a rule adds to the time line: whom it is for today, and once it is past who missed it."""


@pytest.fixture
def make(region):
    """A coming event of the region with so many people and rules; one rule was planned, one message is on its way."""

    def build(*, people, rules=0, notice=False):
        now = timezone.now()
        event = make_event(
            "Samling", days=3, collection=region, date=now.date() + dt.timedelta(days=60), now=now
        )
        open_registration(event, opens=now - dt.timedelta(days=1))
        add_many(event, people, dice=random.Random(event.pk), now=now)
        add_rules(event, rules)
        planning.plan_reminders(now=now)
        send(event, count=people)
        if notice:
            event.venue = Venue.objects.create(name="Strand hotell")
            save_facts(event, now=now)
            assert notices.open_notices(event)
        return event

    return build


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def at(event, name, *args):
    return reverse(f"nsr_events_reminders:{name}", args=[event.pk, *args])


def send(event, *, count):
    """A message to everybody."""
    message = Message.objects.create(event=event, subject={"nb": "Hei"}, body={"nb": "Hei, {first_name}!"})
    messages.confirm(message, count=count, now=timezone.now())


def add_rules(event, number):
    """The first is due; the others come later."""
    before = timezone.now() - dt.timedelta(days=2)
    left = int((event.start - timezone.now()).total_seconds() // 60)
    for position in range(number):
        when = {"days": -position, "at": dt.time(9)} if position else {"minutes": -left - 1}
        ReminderRule.objects.create(event=event, counts_from=before, **when)


@pytest.mark.parametrize("notice", [False, True])
def test_screens_cost_the_same_for_30_people_and_300(desk, make, notice):
    costs = []
    for people in (30, 300):
        event = make(people=people, rules=2, notice=notice)
        draft = Message.objects.create(event=event, subject={"nb": "Utkast"}, body={"nb": "Hei!"})
        names = {"timeline": (), "messages": (), "check": (draft.uid,), "texts": (), "text": ("reminder",)}
        costs.append({name: queries(desk, at(event, name, *args)) for name, args in names.items()})
    assert costs[0] == costs[1]


def test_the_check_of_a_notice_costs_the_same_for_30_people_and_300(desk, make):
    events = [make(people=people, notice=True) for people in (30, 300)]
    few, many = (queries(desk, at(event, "check", notices.open_notices(event)[0].uid)) for event in events)
    assert few == many


def test_the_list_of_messages_costs_the_same_for_2_and_20(desk, make):
    event = make(people=30)
    send(event, count=30)
    few = queries(desk, at(event, "messages"))
    for _message in range(18):
        send(event, count=30)
    assert queries(desk, at(event, "messages")) == few


def test_the_time_line_grows_by_the_rule_and_by_nothing_else(desk, make):
    few, many = (queries(desk, at(make(people=30, rules=rules), "timeline")) for rules in (2, 8))
    assert 0 < many - few <= 6 * A_RULE


def test_texts_cost_the_same_whatever_the_number_of_rules(desk, make):
    few, many = (queries(desk, at(make(people=30, rules=rules), "texts")) for rules in (2, 8))
    assert few == many


@pytest.mark.parametrize("people", [30, 300])
def test_the_header_asks_one_question_where_no_notice_waits(desk, make, monkeypatch, people):
    url = reverse("nsr_events_messages:outbox", args=[make(people=people).pk])
    asked = queries(desk, url)
    monkeypatch.delitem(tabs._states, "messages")
    assert asked - queries(desk, url) <= 1
