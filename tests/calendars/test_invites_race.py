"""Two mails about one registration leave at once: only one tells the calendar, and it tells how things stand."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.core import mail as django_mail
from django.db import connection

from nsr_events.calendars import invites
from nsr_events.calendars.models import CalendarInvite
from nsr_events.core.models import Venue
from nsr_events.outbox import claims, delivery
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import mails, seats
from tests.admin.conftest import restore_wagtail
from tests.factories import NOW, application, make_event, open_registration, register

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def event(settings):
    """Two days from which people choose; the site invites, and two mails may leave at once."""
    restore_wagtail()
    settings.NSR_EVENTS = {
        **settings.NSR_EVENTS, "ICAL_ORGANIZER": settings.DEFAULT_FROM_EMAIL, "MAIL_SENDERS": 2, "MAIL_BATCH": 1
    }  # fmt: skip
    event = make_event("Samling", days=2)
    open_registration(event, days="choose")
    return event


@pytest.fixture
def meet(monkeypatch):
    """Two senders that have both compared go on together."""
    barrier = threading.Barrier(2)
    tell = invites._tell

    def together(*args):
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=2)
        return tell(*args)

    monkeypatch.setattr(invites, "_tell", together)


def drain(_number=0):
    try:
        return delivery.drain(clock=lambda: NOW).sent
    finally:
        connection.close()


def drain_twice_at_once():
    django_mail.outbox.clear()
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(drain, range(2)))


def told():
    """The calendar parts of the mails, in the order they left."""
    parts = (part for message in django_mail.outbox for part in message.message().walk())
    return [part for part in parts if part.get_content_type() == "text/calendar"]


def methods():
    return [part.get_param("method") for part in told()]


def test_two_senders_tell_a_change_once(event, meet):
    row = register(event)
    drain()
    type(event).objects.update(venue=Venue.objects.create(name="Strand hotell"))
    for version in (2, 3):
        type(row).objects.update(row_version=version)
        row.refresh_from_db()
        mails.tell(row, "registration.changed", now=NOW, facts={"changes": ["days"]})
    assert drain_twice_at_once() == 2
    assert len(told()) == 1
    assert CalendarInvite.objects.get().sequence == 1


def test_two_first_mails_tell_a_new_entry_once(event, meet):
    """The confirmation and a change: no row of the calendar is there yet that could be locked."""
    row = register(event)
    first, _second = event.days.all()
    seats.change(row, application(event, days=(first,)), now=NOW, row_version=row.row_version)
    assert drain_twice_at_once() == 2
    assert methods() == ["REQUEST"]
    invite = CalendarInvite.objects.get()
    assert (invite.sequence, invite.days) == (0, [str(first.uid)])


def test_who_leaves_while_the_confirmation_leaves_keeps_no_entry(event, monkeypatch):
    """The confirmation's sender has looked; the seat is cancelled, and that mail would leave first."""
    row = register(event)
    begin, later = claims.begin, []

    def cancel():
        try:
            seats.cancel(row, now=NOW)
            return delivery.drain(clock=lambda: NOW).sent
        finally:
            connection.close()

    def begin_and_look(*args):
        mail = begin(*args)
        if not later:
            assert mail.registration.status == "confirmed"
            later.append(pool.submit(cancel))
            with suppress(TimeoutError):
                later[0].result(timeout=1)
        return mail

    monkeypatch.setattr(claims, "begin", begin_and_look)
    with ThreadPoolExecutor(1) as pool:
        drain()
        later[0].result()
    drain()
    # Which of the two arrives first is up to the mail servers; the sequences tell calendars which is newer.
    assert sorted(methods()) in ([], ["CANCEL", "REQUEST"])
    assert not CalendarInvite.objects.filter(method="REQUEST").exists()


def test_sending_and_registering_do_not_wait_for_each_other_for_ever(event):
    """Both take rows of the registration and of its mails; a deadlock would end one of them."""
    days = list(event.days.all())
    people = [register(event, number) for number in range(6)]

    def change(row):
        try:
            for turn in range(5):
                row.refresh_from_db()
                seats.change(
                    row, application(event, email=row.email, days=days[turn % 2 : turn % 2 + 1]), now=NOW,
                    row_version=row.row_version,
                )  # fmt: skip
            seats.cancel(row, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        changed = [pool.submit(change, row) for row in people]
        while not all(each.done() for each in changed):
            drain()
        assert [each.result() for each in changed] == [None] * 6
    drain()
    assert set(OutgoingMail.objects.values_list("status", flat=True)) <= {"sent", "skipped"}
    assert not CalendarInvite.objects.filter(method="REQUEST").exists()
