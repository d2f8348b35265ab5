"""Calendar entries as a real server gets them, read by Python's strict parser (calendars, section 14, line 12)."""

import datetime as dt

import pytest
from django.conf import settings as site_settings
from django.utils import timezone
from icalendar import Calendar

from nsr_events.calendars.models import CalendarInvite
from nsr_events.core.events import save_facts
from nsr_events.core.models import Venue
from nsr_events.outbox import delivery
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import seats
from nsr_events.reminders import messages, notices, planning
from nsr_events.reminders.models import ReminderRule
from tests.admin.conftest import restore_wagtail
from tests.factories import invite, make_event, open_registration, register
from tests.outbox import processes, sink
from tests.outbox.conftest import lead_to
from tests.outbox.processes import LEASES_OVER

pytestmark = pytest.mark.django_db(transaction=True)
CONTACT = "post@example.org"


@pytest.fixture
def server(settings):
    """A server that takes mail, and kills the sender where the address says so."""
    with sink.running() as running:
        lead_to(settings, running.port)
        yield running


@pytest.fixture
def event(settings):
    """An event in sixty days, by the real clock; the site invites in its sender's name."""
    restore_wagtail()
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "ICAL_ORGANIZER": site_settings.DEFAULT_FROM_EMAIL}
    now = timezone.now()
    event = make_event(
        "Samling på Gjøvik", date=now.date() + dt.timedelta(days=60), now=now, contact_email=CONTACT
    )
    open_registration(event, opens=now - dt.timedelta(days=1))
    return event


def sent(server, *, later=0):
    """What the server takes in this drain."""
    before = len(server.taken)
    now = timezone.now() + dt.timedelta(minutes=later)
    delivery.drain(clock=lambda: now)
    return server.taken[before:]


def parts_of(delivered, kind):
    return [part for part in delivered.message.walk() if part.get_content_type() == kind]


def calendar_bytes(delivered):
    (part,) = parts_of(delivered, "text/calendar")
    return part.get_payload(decode=True)


def entry_of(delivered):
    """The one entry of a mail, whose other parts agree with it."""
    message = delivered.message
    (shown,) = parts_of(delivered, "text/calendar")
    (attached,) = [part for part in message.walk() if part.get_content_disposition() == "attachment"]
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert attached.get_payload(decode=True) == shown.get_payload(decode=True)
    calendar = Calendar.from_ical(shown.get_payload(decode=True))
    assert calendar["METHOD"] == shown.get_param("method")
    assert shown.get_param("component") == "VEVENT"
    (entry,) = calendar.walk("VEVENT")
    assert str(entry["ATTENDEE"]) == f"mailto:{delivered.to}"
    (sender,) = message["From"].addresses
    assert str(entry["ORGANIZER"]) == f"mailto:{sender.addr_spec}"
    assert [each.addr_spec for each in message["Reply-To"].addresses] == [CONTACT]
    assert [each.addr_spec for each in message["To"].addresses] == [delivered.to]
    assert message["Cc"] is None
    assert message["Bcc"] is None
    return calendar["METHOD"], entry


def test_confirmation_change_and_cancellation_tell_of_one_entry(event, server):
    row = register(event, now=timezone.now())
    (confirmation,) = sent(server)
    method, first = entry_of(confirmation)
    assert (method, first["SEQUENCE"]) == ("REQUEST", 0)

    event.venue = Venue.objects.create(name="Strand hotell", city="Gjøvik")
    save_facts(event, now=timezone.now())
    (notice,) = notices.open_notices(event)
    messages.confirm(notice, count=1, now=timezone.now())
    (change,) = sent(server, later=11)
    method, second = entry_of(change)
    assert (method, second["UID"], second["SEQUENCE"]) == ("REQUEST", first["UID"], 1)
    assert second["LOCATION"] == "Strand hotell, Gjøvik"

    row.refresh_from_db()
    seats.cancel(row, now=timezone.now())
    (cancellation,) = sent(server, later=12)
    method, third = entry_of(cancellation)
    assert (method, third["UID"], third["SEQUENCE"]) == ("CANCEL", first["UID"], 2)
    assert third["STATUS"] == "CANCELLED"


def test_a_sender_killed_before_it_noted_the_answer_sends_the_same_calendar_again(event, server, settings):
    register(event, email="kill-data@sink.test", now=timezone.now())
    assert processes.run(server) == -9
    assert OutgoingMail.objects.get().status == "sending"
    processes.run(server, later=LEASES_OVER)
    assert OutgoingMail.objects.get().status == "sent"
    first, second = server.to("kill-data")
    assert first.id == second.id
    assert calendar_bytes(first) == calendar_bytes(second)
    assert entry_of(second)[1]["SEQUENCE"] == 0
    assert CalendarInvite.objects.count() == 1


def test_only_reminders_can_be_stopped_from_the_mail_program(event, server):
    row = register(event, now=timezone.now())
    silent = invite(event, sent_at=timezone.now() - dt.timedelta(hours=3), answer_by=event.start)
    minutes = -int((event.start - timezone.now()).total_seconds() // 60) - 1
    yesterday = timezone.now() - dt.timedelta(days=1)
    for values in ({"anchor": "start", "minutes": minutes}, {"anchor": "invited", "minutes": 120}):
        ReminderRule.objects.create(event=event, counts_from=yesterday, **values)
    type(row).objects.get().history.update(at=yesterday)
    planning.plan_reminders(now=timezone.now())
    event.venue = Venue.objects.create(name="Strand hotell", city="Gjøvik")
    save_facts(event, now=timezone.now())
    (notice,) = notices.open_notices(event)
    messages.confirm(notice, count=1, now=timezone.now())
    by_kind = {}
    for delivered in sent(server, later=11):
        mail = OutgoingMail.objects.get(message_id=delivered.id)
        by_kind[mail.kind] = delivered.message
    assert set(by_kind) == {"registration.confirmed", "event.changed", "reminder", "invitation.reminder"}
    stoppable = {kind for kind, message in by_kind.items() if message["List-Unsubscribe"]}
    assert stoppable == {"reminder", "invitation.reminder"}
    for kind in stoppable:
        assert by_kind[kind]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "/me/stop/" in by_kind[kind]["List-Unsubscribe"]
    assert by_kind["invitation.reminder"]["To"].addresses[0].addr_spec == silent.email
