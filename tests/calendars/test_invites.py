"""Invitations by mail: one entry in the holder's calendar, followed by updates (calendars, section 10; RFC 6047)."""

import datetime as dt

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from nsr_events.calendars.checks import check_organizer
from nsr_events.calendars.models import CalendarInvite
from nsr_events.core.events import change_status, revive_event, save_days, save_facts
from nsr_events.core.models import Event, Venue
from nsr_events.outbox import actions, delivery
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import mails, seats
from nsr_events.reminders import messages, notices
from tests.admin.conftest import restore_wagtail
from tests.calendars import readers
from tests.factories import NOW, application, make_event, open_registration, register

pytestmark = pytest.mark.django_db
OF_TRANSACTIONS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
NAME, ADDRESS = "Sikkerhetsforum", "arrangement@sikkerhetsforum.example"


@pytest.fixture
def event(settings):
    """Three days at a hotel, for which people choose their days; the site invites."""
    restore_wagtail()
    settings.DEFAULT_FROM_EMAIL = f"{NAME} <{ADDRESS}>"
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "ICAL_ORGANIZER": f"{NAME} <{ADDRESS}>"}
    venue = Venue.objects.create(
        name="Strand hotell", city="Gjøvik", address="Strandgata 15", postal_code="2815"
    )
    event = make_event("Samling på Gjøvik", days=3, venue=venue, contact_email="post@example.org")
    open_registration(event, days="choose")
    return event


def sent(now=NOW):
    """The mails that left now, as the server got them."""
    django_mail.outbox.clear()
    delivery.drain(clock=lambda: now)
    return list(django_mail.outbox)


def calendar_of(message):
    """The calendar in a mail: text, method of the MIME type, and the parsed entry."""
    found = [part for part in message.message().walk() if part.get_content_type() == "text/calendar"]
    assert len(found) == 1
    text = found[0].get_payload(decode=True).decode()
    parsed = Calendar.from_ical(text)
    (entry,) = parsed.walk("VEVENT")
    assert parsed["METHOD"] == found[0].get_param("method")
    return text, parsed["METHOD"], entry


def come_only_on(row, *days):
    """What the person's own page does when days are dropped."""
    row.refresh_from_db()
    seats.change(row, application(row.event, days=days), now=NOW, row_version=row.row_version)


def has_calendar(message):
    return any(part.get_content_type() == "text/calendar" for part in message.message().walk())


def day(event, number):
    return list(event.days.all())[number - 1]


def move(event, by, now=NOW):
    days = list(event.days.all())
    for each in days:
        each.date += dt.timedelta(days=by)
    event.refresh_from_db()
    save_days(event, days, now=now)


def tell(event, now=NOW):
    """Confirm the notice that waits, and let it leave."""
    (notice,) = notices.open_notices(event)
    messages.confirm(notice, count=messages.reach(notice, now=now).count, now=now)
    return sent(now + dt.timedelta(minutes=10))


def test_the_confirmation_carries_one_entry_for_one_person(event):
    row = register(event, days=(day(event, 1),))
    (message,) = sent()
    text, method, entry = calendar_of(message)
    assert method == "REQUEST"
    assert entry["DTSTART"].dt.astimezone(event.zone) == dt.datetime(2027, 6, 8, 9, tzinfo=event.zone)
    assert (str(entry["ORGANIZER"]), entry["ORGANIZER"].params["CN"]) == (f"mailto:{ADDRESS}", NAME)
    assert str(entry["ATTENDEE"]) == f"mailto:{row.email}"
    assert entry["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert entry["ATTENDEE"].params["RSVP"] == "FALSE"
    assert (entry["SEQUENCE"], entry["LOCATION"]) == (0, "Strand hotell, Strandgata 15, 2815 Gjøvik")
    assert row.reference not in text
    types = [part.get_content_type() for part in message.message().walk()]
    assert types == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics"
    ]  # fmt: skip


def test_days_in_a_row_are_one_span_with_the_hours_in_words(event):
    register(event)
    (message,) = sent()
    _text, _method, entry = calendar_of(message)
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (dt.date(2027, 6, 8), dt.date(2027, 6, 11))
    assert entry["TRANSP"] == "OPAQUE"
    assert "Tirsdag 8.\u00a0juni 09:00–16:00" in entry["DESCRIPTION"]


def test_days_apart_are_two_entries_in_two_mails(event):
    register(event, days=(day(event, 1), day(event, 3)))
    first, second = sent()
    entries = [calendar_of(message)[2] for message in (first, second)]
    assert [entry["DTSTART"].dt.astimezone(event.zone).date().day for entry in entries] == [8, 10]
    assert entries[0]["UID"] != entries[1]["UID"]
    assert second.subject == "Kalenderoppføring: Samling på Gjøvik"
    assert sent() == []


def test_another_house_updates_the_same_entry_with_a_higher_sequence(event):
    register(event)
    before = calendar_of(sent()[0])[2]
    event.venue = Venue.objects.create(name="Quality", city="Hamar")
    save_facts(event, now=NOW)
    (message,) = tell(event)
    _text, method, entry = calendar_of(message)
    assert (method, entry["UID"], entry["SEQUENCE"]) == ("REQUEST", before["UID"], 1)
    assert entry["LOCATION"] == "Quality, Hamar"


def test_saving_without_change_sends_nothing(event):
    register(event)
    sent()
    save_facts(event, now=NOW)
    assert notices.open_notices(event) == []
    assert sent(NOW + dt.timedelta(hours=1)) == []


def test_what_is_no_matter_of_time_or_place_keeps_the_sequence(event):
    row = register(event)
    sent()
    type(row).objects.update(first_name="Mari", row_version=2)
    row.refresh_from_db()
    mails.tell(row, "registration.changed", now=NOW, facts={"changes": ["days"]})
    _text, _method, entry = calendar_of(sent()[0])
    assert entry["SEQUENCE"] == 0
    assert entry["ATTENDEE"].params["CN"].startswith("Mari ")


def test_cancelling_takes_the_entry_away_and_registering_again_makes_a_new_one(event):
    row = register(event)
    before = calendar_of(sent()[0])[2]
    seats.cancel(row, now=NOW)
    _text, method, entry = calendar_of(sent()[0])
    assert (method, entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == (
        "CANCEL",
        before["UID"],
        1,
        "CANCELLED",
    )
    register(event)
    assert calendar_of(sent()[0])[2]["UID"] != before["UID"]


def test_undoing_a_cancellation_takes_a_new_uid_as_calendars_revive_none(event):
    row = register(event)
    before = calendar_of(sent()[0])[2]
    seats.cancel(row, now=NOW)
    sent()
    seats.undo(row, now=NOW)
    _text, method, entry = calendar_of(sent()[0])
    assert method == "REQUEST"
    assert entry["UID"] != before["UID"]
    assert CalendarInvite.objects.filter(registration=row, method="REQUEST").count() == 1


def test_a_dropped_day_leaves_the_calendar(event):
    row = register(event, days=(day(event, 1), day(event, 3)))
    sent()
    come_only_on(row, day(event, 1))
    (message,) = sent()
    _text, method, entry = calendar_of(message)
    assert method == "CANCEL"
    assert entry["DTSTART"].dt.astimezone(event.zone).date().day == 10


def test_a_cancelled_event_cancels_and_a_revived_one_invites_anew(event):
    register(event)
    before = calendar_of(sent()[0])[2]
    change_status(event, Event.Status.CANCELLED, now=NOW)
    _text, method, entry = calendar_of(tell(event)[0])
    assert (method, entry["UID"]) == ("CANCEL", before["UID"])
    later = NOW + dt.timedelta(hours=1)
    revive_event(event, now=later)
    _text, method, entry = calendar_of(tell(event, later)[0])
    assert method == "REQUEST"
    assert entry["UID"] != before["UID"]


def test_a_second_try_of_a_mail_makes_the_same_bytes(event):
    register(event)
    (first,) = sent()
    OutgoingMail.objects.update(status="unknown")
    actions.resend(OutgoingMail.objects.all(), now=NOW + dt.timedelta(hours=3))
    (second,) = sent(NOW + dt.timedelta(hours=3))
    assert calendar_of(second)[0] == calendar_of(first)[0]


def test_an_older_mail_that_leaves_late_carries_the_newest_state_and_the_newer_one_nothing(event):
    row = register(event)
    come_only_on(row, day(event, 1))
    messages_sent = sent()
    carrying = [message for message in messages_sent if has_calendar(message)]
    assert len(carrying) == 1
    assert calendar_of(carrying[0])[2]["DTSTART"].dt.astimezone(event.zone).date().day == 8


def test_who_waits_gets_no_entry_before_the_seat(event):
    open_registration(event, days="choose", capacity=1, waiting_list="automatic")
    seated = register(event)
    register(event, 2)
    first, second = sent()
    assert has_calendar(first)
    assert not has_calendar(second)
    seats.cancel(seated, now=NOW)
    promoted = [message for message in sent() if message.to == ["deltaker2@example.no"]]
    assert calendar_of(promoted[0])[1] == "REQUEST"


def test_an_event_may_do_without(event):
    open_registration(event, days="choose", invites=False)
    register(event)
    assert not has_calendar(sent()[0])


def test_without_an_organizer_mails_carry_plain_files(event, settings):
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "ICAL_ORGANIZER": None}
    register(event)
    (message,) = sent()
    ((name, content, kind),) = message.attachments
    assert (name, "METHOD" in content, "ORGANIZER" in content) == ("calendar.ics", False, False)
    assert kind.startswith("text/calendar")
    assert not CalendarInvite.objects.exists()


def test_names_that_would_break_a_parameter_do_not(event):
    row = register(event, first_name="Ola «O'Hara»", last_name='"Nils"; X=1:y\u2028')
    type(row).objects.filter(pk=row.pk).update(first_name='Ola "Q"', last_name="A;B:C,D")
    text, _method, entry = calendar_of(sent()[0])
    assert entry["ATTENDEE"].params["CN"] == "Ola 'Q' A;B:C,D"
    assert text.count("\nATTENDEE") == 1


def test_every_invitation_passes_libicals_itip_restrictions(event):
    readers.require_libical()
    row = register(event, days=(day(event, 1), day(event, 3)))
    found = [calendar_of(message)[0] for message in sent()]
    seats.cancel(row, now=NOW)
    found += [calendar_of(message)[0] for message in sent()]
    assert len(found) == 4
    for text in found:
        assert len(readers.by_libical(text.encode())) == 1  # says so itself where it finds something


@pytest.mark.parametrize(
    ("organizer", "good"), [(f"X <{ADDRESS}>", True), ("X <other@example.org>", False), (None, True)]
)
def test_the_organizer_is_the_sender(settings, organizer, good):
    settings.DEFAULT_FROM_EMAIL = f"{NAME} <{ADDRESS}>"
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "ICAL_ORGANIZER": organizer}
    assert (check_organizer(None) == []) is good


@pytest.mark.parametrize(
    ("days", "runs", "most"), [((1, 2, 3), 1, 10), ((1, 3), 2, 12)], ids=["one run", "two runs"]
)
def test_a_mail_with_an_entry_costs_the_same_few_queries_in_a_small_run_and_a_large_one(
    event, days, runs, most
):
    """Those of any mail, the comparison and the note of what is told; a further mail is asked whether it is wanted."""

    def cost(numbers):
        for number in numbers:
            register(event, number, days=tuple(day(event, each) for each in days))
        with CaptureQueriesContext(connection) as captured:
            while messages_sent := sent():
                found.extend(messages_sent)
        return len([query for query in captured if not query["sql"].startswith(OF_TRANSACTIONS)])

    found = []
    cost(range(1))
    few, many = cost(range(10, 15)), cost(range(20, 35))
    assert sum(has_calendar(message) for message in found) == len(found) == 21 * runs
    assert (many - few) / (10 * runs) <= most
