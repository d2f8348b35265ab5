"""An event with people, rules that remind them, and a day that goes by quickly."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail as django_mail
from wagtail.models import Collection

from nsr_events.outbox import delivery
from nsr_events.reminders import planning
from nsr_events.reminders.models import ReminderRule
from tests.admin.conftest import make_user, restore_wagtail
from tests.factories import NOW, make_event, open_registration


@pytest.fixture
def event(db):
    """Three days from Tuesday 8 June 2027, 09:00-16:00, open to everybody."""
    restore_wagtail()
    event = make_event("Samling på Gjøvik", days=3, contact_email="post@example.org")
    open_registration(event)
    return event


@pytest.fixture
def rule(event):
    """Make a rule; "2 days before the start at 09:00" if nothing else is said."""

    def make(**values) -> ReminderRule:
        if "minutes" not in values:
            values = {"days": -2, "at": dt.time(9), **values}
        return ReminderRule.objects.create(**{"event": event, "counts_from": NOW, **values})

    return make


@pytest.fixture
def tick():
    """One tick of the planner, then of the drain, at a moment; returns the addresses that got mail."""

    def run(now: dt.datetime) -> list[str]:
        before = len(django_mail.outbox)
        planning.plan_reminders(now=now)
        delivery.drain(clock=lambda: now)
        return [to for message in django_mail.outbox[before:] for to in message.to]

    return run


@pytest.fixture
def local(event):
    """An instant on the event's clocks: ``local(6, 6, 9)`` is 6 June 2027 09:00."""
    return lambda month, day, hour=0, minute=0: dt.datetime(2027, month, day, hour, minute, tzinfo=event.zone)


@pytest.fixture
def region(db):
    """A region's collection."""
    restore_wagtail()
    return Collection.get_first_root_node().add_child(name="Oslo krets")


@pytest.fixture
def organiser(region):
    """Changes events of the region, sees registrations and sends mail."""
    return make_user("organiser", collection=region, actions=["change", "see_registrations", "send_mail"])


@pytest.fixture
def desk(client, organiser):
    """A browser signed in as the organiser."""
    client.force_login(organiser)
    return client
