"""Two editors change the same facts at once, on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from wagtail.models import Collection

from nsr_events.core import events
from nsr_events.core.models import Event
from tests.factories import NOW, make_event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event(db):
    """The flush after an earlier test of this kind took Wagtail's root collection with it."""
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    return make_event()


def cancel_while_another_confirms(event):
    """The first cancels and is slow to commit; the second begins meanwhile. What the second met."""
    cancelled, go_on = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            events.change_status(event, "cancelled", now=NOW)
            cancelled.set()
            go_on.wait(2)  # as long as the second may take to read without a lock
        connection.close()

    def second():
        cancelled.wait(10)
        try:
            events.change_status(Event.objects.get(pk=event.pk), "planned", now=NOW)
        except ValidationError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        slow, quick = pool.submit(first), pool.submit(second)
        slow.result()
        return quick.result()


def test_without_the_lock_a_cancelled_event_comes_back_unnoticed(event, monkeypatch):
    monkeypatch.setattr(events, "lock_event", lambda pk: Event.objects.get(pk=pk))
    assert cancel_while_another_confirms(event) is None
    assert Event.objects.get().status == "planned"


def test_with_it_the_second_meets_the_cancellation(event):
    assert isinstance(cancel_while_another_confirms(event), ValidationError)
    assert Event.objects.get().status == "cancelled"
