"""Two workers restamp the same event at once: the older content never wins. PostgreSQL has the row locks."""

import datetime as dt
import threading

import pytest
from django.db import connection

from nsr_events.calendars import stamps

from .conftest import make_event, make_page

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LATER = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)


def in_thread(function):
    """A thread with a database connection of its own."""

    def run():
        try:
            function()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_slow_worker_does_not_bring_back_an_older_digest(site, monkeypatch):
    event = make_event()
    page = make_page(event, site["nb"])
    type(page).objects.filter(pk=page.pk).update(title="Gammel tittel")
    looked, go_on = threading.Event(), threading.Event()
    real = stamps.content_digest

    def slow_the_first_time(*args):
        digest = real(*args)
        if not looked.is_set():
            looked.set()
            go_on.wait(10)
        return digest

    monkeypatch.setattr(stamps, "content_digest", slow_the_first_time)
    slow = in_thread(lambda: stamps.restamp([event.pk], now=LATER))
    assert looked.wait(10)
    type(page).objects.filter(pk=page.pk).update(title="Ny tittel")
    quick = in_thread(lambda: stamps.restamp([event.pk], now=LATER + dt.timedelta(hours=1)))
    quick.join(1)  # without the lock it is through by now, and the slow one overwrites it
    go_on.set()
    slow.join(10)
    quick.join(10)
    assert stamps.restamp([event.pk], now=LATER + dt.timedelta(hours=2)) == 0
