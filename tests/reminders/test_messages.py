"""A message to many: counted, confirmed, stopped; and notices that changes propose (mail, section 8)."""

import datetime as dt

import pytest
from django.core import mail as django_mail

from nsr_events.core.events import change_status, revive_event, save_days, save_facts
from nsr_events.core.models import Event, Venue
from nsr_events.outbox import delivery
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.registration import seats
from nsr_events.registration.models import Registration
from nsr_events.reminders import messages, notices
from nsr_events.reminders.models import Message
from nsr_events.reminders.segments import Segment, To
from tests.factories import NOW, invite, register

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=10)


def message(event, **values):
    return Message.objects.create(
        **{
            "event": event,
            "subject": {"nb": "Ta med legitimasjon"},
            "body": {"nb": "Hei, {first_name}!"},
            **values,
        }
    )


def drain(now):
    delivery.drain(clock=lambda: now)


def sent():
    """What left since the last time: recipients by subject."""
    found = [(message.subject, message.to[0]) for message in django_mail.outbox]
    django_mail.outbox.clear()
    return found


@pytest.fixture
def people(event):
    """Three who are registered, whose confirmations have gone."""
    rows = [register(event, number) for number in (1, 2, 3)]
    drain(NOW)
    django_mail.outbox.clear()
    return rows


class TestMessages:
    def test_it_leaves_ten_minutes_after_it_is_confirmed_with_the_number(self, event, people):
        row = message(event)
        assert messages.confirm(row, count=3, now=NOW) == 3
        drain(NOW + dt.timedelta(minutes=9))
        assert sent() == []
        drain(LATER)
        assert sorted(sent()) == [("Ta med legitimasjon", f"deltaker{n}@example.no") for n in (1, 2, 3)]
        assert messages.progress(row) == messages.Progress(sent=3)

    def test_confirming_twice_makes_nothing_new(self, event, people):
        row = message(event)
        messages.confirm(row, count=3, now=NOW)
        with pytest.raises(messages.NotADraft):
            messages.confirm(row, count=3, now=NOW)
        assert row.mails.count() == 3

    def test_another_number_than_was_shown_is_asked_about_again(self, event, people):
        row = message(event)
        seats.cancel(people[0], now=NOW)
        with pytest.raises(messages.NumberChanged) as refused:
            messages.confirm(row, count=3, now=NOW)
        assert refused.value.count == 2
        assert not row.mails.exists()

    def test_stopped_within_ten_minutes_it_reaches_nobody(self, event, people):
        row = message(event)
        messages.confirm(row, count=3, now=NOW)
        assert messages.stop(row) == 3
        drain(LATER)
        assert sent() == []
        assert set(row.mails.values_list("reason", flat=True)) == {Reason.STOPPED}

    def test_what_a_sender_holds_when_it_is_stopped_is_left_out_too(self, event, people):
        row = message(event)
        messages.confirm(row, count=3, now=NOW)
        Message.objects.filter(pk=row.pk).update(state=Message.State.STOPPED)
        drain(LATER)
        assert sent() == []

    def test_it_waits_for_the_morning_unless_it_is_urgent(self, event, people):
        night = dt.datetime(2027, 3, 1, 22, tzinfo=event.zone)
        messages.confirm(message(event), count=3, now=night)
        drain(night + dt.timedelta(minutes=11))
        assert sent() == []
        later = night + dt.timedelta(minutes=12)
        messages.confirm(message(event, subject={"nb": "Nå"}, urgent=True), count=3, now=later)
        drain(later)
        assert {subject for subject, _to in sent()} == {"Nå"}

    def test_the_count_says_who_is_left_out_and_why(self, event, people):
        Registration.objects.filter(pk=people[0].pk).update(bad_address=True)
        Registration.objects.filter(pk=people[1].pk).update(email="")
        found = messages.reach(message(event), now=NOW)
        assert (found.count, found.left_out) == (1, {"bad_address": 1, "no_address": 1})

    def test_each_reads_it_in_their_language_where_it_speaks_it(self, event, people):
        Registration.objects.filter(pk=people[0].pk).update(language="en")
        Registration.objects.filter(pk=people[1].pk).update(language="nn")
        texts = {"nb": "Hei", "en": "Hello"}
        row = message(event, subject=texts, body=texts)
        messages.confirm(row, count=3, now=NOW)
        drain(LATER)
        assert {to: subject for subject, to in sent()} == {
            "deltaker1@example.no": "Hello", "deltaker2@example.no": "Hei", "deltaker3@example.no": "Hei"
        }  # fmt: skip

    def test_the_silent_are_those_who_have_not_answered(self, event):
        invite(event, 1)
        invite(event, 2, state="declined")
        row = message(event, audience=Segment(to=To.SILENT).as_json())
        messages.confirm(row, count=1, now=NOW)
        drain(LATER)
        assert [to for _subject, to in sent()] == ["invitert1@example.no"]

    def test_who_leaves_or_answers_before_it_leaves_is_spared(self, event, people):
        silent = invite(event, 1)
        messages.confirm(message(event), count=3, now=NOW)
        to_silent = message(event, audience=Segment(to=To.SILENT).as_json())
        messages.confirm(to_silent, count=1, now=NOW)
        Registration.objects.filter(pk=people[0].pk).update(status="cancelled")
        type(silent).objects.update(state="declined")
        drain(LATER)
        assert sorted(to for _subject, to in sent()) == ["deltaker2@example.no", "deltaker3@example.no"]

    def test_who_is_erased_meanwhile_gets_nothing(self, event, people):
        messages.confirm(message(event), count=3, now=NOW)
        Registration.objects.update(anonymised_at=NOW)
        drain(LATER)
        assert sent() == []


def move(event, by, *, now=NOW):
    days = list(event.days.all())
    for day in days:
        day.date += dt.timedelta(days=by)
    event.refresh_from_db()
    save_days(event, days, now=now)


class TestNotices:
    def test_a_moved_event_tells_nobody_until_its_notice_is_confirmed(self, event, people):
        move(event, 7)
        drain(LATER)
        assert sent() == []
        (notice,) = notices.open_notices(event)
        messages.confirm(notice, count=3, now=NOW)
        drain(LATER)
        body = django_mail.outbox[0].body.replace("\u00a0", " ")
        assert (
            "Tid: nå tirsdag 15. juni 2027 kl. 09:00–16:00 (før: tirsdag 8. juni 2027 kl. 09:00–16:00)"
            in body
        )
        assert len(sent()) == 3

    def test_saving_without_change_proposes_nothing(self, event, people):
        save_facts(event, now=NOW)
        event.contact_name = "Kari"
        save_facts(event, now=NOW)
        assert notices.open_notices(event) == []

    def test_where_nobody_is_concerned_nothing_is_proposed(self, event):
        move(event, 7)
        assert notices.open_notices(event) == []

    def test_two_changes_make_one_notice_from_the_first_to_the_last(self, event, people):
        move(event, 7)
        event.venue = Venue.objects.create(name="Strand hotell", city="Gjøvik")
        save_facts(event, now=NOW)
        move(event, 7)
        (notice,) = notices.open_notices(event)
        assert set(notice.facts["after"]) == {"days", "venue"}
        assert notice.facts["before"]["days"][0]["date"] == "2027-06-08"
        assert notice.facts["after"]["days"][0]["date"] == "2027-06-22"

    def test_there_and_back_is_no_news(self, event, people):
        move(event, 7)
        move(event, -7)
        assert notices.open_notices(event) == []

    def test_a_newer_notice_takes_the_place_of_what_an_older_one_has_not_sent(self, event, people):
        move(event, 7)
        messages.confirm(notices.open_notices(event)[0], count=3, now=NOW)
        move(event, 7, now=NOW + dt.timedelta(minutes=1))
        (newer,) = notices.open_notices(event)
        messages.confirm(newer, count=3, now=NOW + dt.timedelta(minutes=2))
        drain(NOW + dt.timedelta(hours=1))
        assert len(sent()) == 3
        assert OutgoingMail.objects.filter(reason=Reason.SUPERSEDED).count() == 3

    def test_cancelling_proposes_a_notice_of_its_own_and_reviving_takes_it_back(self, event, people):
        change_status(event, Event.Status.CANCELLED, now=NOW)
        (notice,) = notices.open_notices(event)
        assert notice.kind == Message.Kind.CANCELLED
        revive_event(event, now=NOW)
        assert notices.open_notices(event) == []

    def test_reviving_after_people_were_told_is_told_too(self, event, people):
        change_status(event, Event.Status.CANCELLED, now=NOW)
        messages.confirm(notices.open_notices(event)[0], count=3, now=NOW)
        drain(LATER)
        assert {subject for subject, _to in sent()} == {"Avlyst: Samling på Gjøvik"}
        revive_event(event, now=LATER)
        (notice,) = notices.open_notices(event)
        messages.confirm(notice, count=3, now=LATER)
        drain(LATER + dt.timedelta(minutes=10))
        assert "Arrangementet blir likevel arrangert." in django_mail.outbox[0].body

    def test_a_cancellation_that_is_taken_back_before_it_leaves_reaches_nobody(self, event, people):
        change_status(event, Event.Status.CANCELLED, now=NOW)
        messages.confirm(notices.open_notices(event)[0], count=3, now=NOW)
        revive_event(event, now=NOW)
        drain(LATER)
        assert sent() == []

    def test_the_unverified_and_those_who_left_are_not_told(self, event, people):
        seats.cancel(people[0], now=NOW)
        Registration.objects.filter(pk=people[1].pk).update(status="unverified")
        move(event, 7)
        (notice,) = notices.open_notices(event)
        assert messages.reach(notice, now=NOW).count == 1

    def test_what_is_over_is_corrected_not_told(self, event, people):
        move(event, -1, now=dt.datetime(2027, 7, 1, tzinfo=dt.UTC))
        assert notices.open_notices(event) == []
