"""Two editors press at once, and an event moves while its notice is confirmed (mail, section 8)."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

from nsr_events.core.events import save_days
from nsr_events.core.models import Event
from nsr_events.reminders import messages, notices
from nsr_events.reminders.models import Message
from tests.factories import NOW, register

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def meet(monkeypatch):
    """Let both look at the people before either writes."""
    barrier = threading.Barrier(2)
    people = messages.people

    def together(*args, **kwargs):
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=2)
        return people(*args, **kwargs)

    monkeypatch.setattr(messages, "people", together)


def at_once(*acts):
    """What each act returned, or the exception it raised."""

    def run(act):
        try:
            return act()
        except Exception as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def move(event, by):
    event = Event.objects.get(pk=event.pk)
    days = list(event.days.all())
    for day in days:
        day.date += dt.timedelta(days=by)
    save_days(event, days, now=NOW)


def test_of_two_who_confirm_at_once_one_does(event, meet):
    for number in (1, 2, 3):
        register(event, number)
    row = Message.objects.create(event=event, subject={"nb": "Hei"}, body={"nb": "Hei!"})
    found = at_once(*[lambda: messages.confirm(row, count=3, now=NOW)] * 2)
    assert sorted(map(str, found)) == sorted(map(str, [3, messages.NotADraft]))
    assert row.mails.count() == 3


def test_an_event_that_moves_while_its_notice_is_confirmed_is_told_as_it_was_seen_or_not_at_all(event):
    for number in (1, 2, 3):
        register(event, number)
    for _turn in range(5):
        move(event, 1)
        (notice,) = notices.open_notices(event)
        seen = messages.content(notice)
        confirmed, _moved = at_once(
            lambda notice=notice, seen=seen: messages.confirm(notice, count=3, now=NOW, seen=seen),
            lambda: move(event, 1),
        )
        notice.refresh_from_db()
        (open_now,) = notices.open_notices(event)
        assert open_now.facts["after"]["days"][0]["date"] == str(event.days.first().date)
        if confirmed == 3:
            assert messages.content(notice) == seen
            assert open_now.pk != notice.pk
        else:
            assert confirmed is messages.ChangedMeanwhile
            assert (open_now.pk, notice.mails.count()) == (notice.pk, 0)
        messages.discard(open_now)
