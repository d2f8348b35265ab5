"""Two mails about one registration leave at once: only one tells the calendar of the change."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.core import mail as django_mail
from django.db import connection

from nsr_events.calendars import invites
from nsr_events.calendars.models import CalendarInvite
from nsr_events.core.models import Venue
from nsr_events.outbox import delivery
from nsr_events.registration import mails
from tests.admin.conftest import restore_wagtail
from tests.factories import NOW, make_event, open_registration, register

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def row(settings):
    """Somebody whose calendar has the entry; the event has another house since, of which two mails tell."""
    restore_wagtail()
    settings.NSR_EVENTS = {
        **settings.NSR_EVENTS, "ICAL_ORGANIZER": settings.DEFAULT_FROM_EMAIL, "MAIL_SENDERS": 2, "MAIL_BATCH": 1
    }  # fmt: skip
    event = make_event("Samling")
    open_registration(event)
    row = register(event)
    delivery.drain(clock=lambda: NOW)
    django_mail.outbox.clear()
    type(event).objects.update(venue=Venue.objects.create(name="Strand hotell"))
    for version in (2, 3):
        type(row).objects.update(row_version=version)
        row.refresh_from_db()
        mails.tell(row, "registration.changed", now=NOW, facts={"changes": ["days"]})
    return row


def test_two_senders_tell_a_change_once(row, monkeypatch):
    barrier = threading.Barrier(2)
    tell = invites._tell

    def meet(*args):
        """Both have compared; without the lock both go on."""
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=2)
        return tell(*args)

    def drain(_number):
        try:
            return delivery.drain(clock=lambda: NOW).sent
        finally:
            connection.close()

    monkeypatch.setattr(invites, "_tell", meet)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(drain, range(2))) == 2
    carrying = [
        message
        for message in django_mail.outbox
        if any(part.get_content_type() == "text/calendar" for part in message.message().walk())
    ]
    assert (len(django_mail.outbox), len(carrying)) == (2, 1)
    assert CalendarInvite.objects.get().sequence == 1
