"""Sentences of the closing list that hold for the real kinds, from the fact to the mail (mail, section 11)."""

from __future__ import annotations

import datetime as dt
import random
import re

import pytest
from django.core import mail as django_mail
from django.db import connection

from example_site.demo.load import add_many
from nsr_events.core.events import save_facts
from nsr_events.core.models import Venue
from nsr_events.outbox import delivery, rendering
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import seats
from nsr_events.reminders import messages, notices, planning
from nsr_events.reminders.models import Message, ReminderRule
from tests.factories import NOW, make_event, open_registration, register

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
SECRET = re.compile(r"https?://[^\s\"<>)]+/me/[^\s\"<>)]*|#[a-z_]+(?=[\s\")]|$)")


@pytest.fixture
def leave():
    """Let leave what is due at a moment; subjects and recipients."""

    def run(now, **options):
        django_mail.outbox.clear()
        delivery.drain(clock=lambda: now, **options)
        return [(message.subject, *message.to) for message in django_mail.outbox]

    return run


class TestAtNight:
    def test_an_offer_made_at_22_40_arrives_at_seven(self, event, leave, local):
        open_registration(event, capacity=1, waiting_list="offer")
        seated, _waits = register(event, 1), register(event, 2)
        leave(NOW)
        night = local(3, 5, 22, 40)
        seats.cancel(seated, now=night)
        assert [to for _subject, to in leave(night + MINUTE)] == ["deltaker1@example.no"]
        seven = local(3, 6, 7)
        assert leave(seven - MINUTE) == []
        ((subject, to),) = leave(seven)
        assert to == "deltaker2@example.no"
        assert "plass" in subject

    def test_an_hour_before_a_webinar_at_half_past_seven_arrives_at_half_past_six(self, rule, tick):
        webinar = make_event(
            "Nettseminar", hours=("07:30", "08:30"), format="online", online_url="https://x.example/"
        )
        open_registration(webinar)
        register(webinar)
        tick(NOW)
        ReminderRule.objects.create(event=webinar, minutes=-60, counts_from=NOW)
        due = webinar.start - dt.timedelta(hours=1)
        assert due.astimezone(webinar.zone).time() == dt.time(6, 30)
        assert tick(due - MINUTE) == []
        assert tick(due) == ["deltaker1@example.no"]

    @pytest.mark.parametrize(("late_by", "arrives"), [(24 * 60, 7), (60, 21)])
    def test_a_backlog_that_reaches_the_night_waits_unless_it_would_be_too_late_then(
        self, event, rule, leave, local, late_by, arrives
    ):
        for number in range(4):
            register(event, number)
        leave(NOW)
        rule(at=dt.time(20, 58), late_by=late_by)
        planning.plan_reminders(now=local(6, 6, 20, 58))
        assert len(leave(local(6, 6, 20, 58), limit=1)) == 1
        at_nine = leave(local(6, 6, 21))
        morning = leave(local(6, 7, 7))
        assert (len(at_nine), len(morning)) == ((0, 3) if arrives == 7 else (3, 0))


class TestMany:
    @pytest.fixture
    def crowd(self, event):
        """Three hundred who are registered."""
        add_many(event, 300, dice=random.Random(5), now=NOW)
        return event

    def message(self, event):
        return Message.objects.create(event=event, subject={"nb": "Hei"}, body={"nb": "Hei, {first_name}!"})

    def test_a_message_to_300_names_300_is_confirmed_twice_and_sends_300(self, crowd, leave):
        row = self.message(crowd)
        assert messages.reach(row, now=NOW).count == 300
        messages.confirm(row, count=300, now=NOW)
        with pytest.raises(messages.NotADraft):
            messages.confirm(row, count=300, now=NOW)
        row.refresh_from_db()
        assert row.told == 300
        sent = leave(NOW + 10 * MINUTE)
        assert len(sent) == len(set(sent)) == 300
        assert messages.progress(row) == messages.Progress(sent=300)

    def test_stopped_within_ten_minutes_it_sends_none(self, crowd, leave):
        row = self.message(crowd)
        messages.confirm(row, count=300, now=NOW)
        leave(NOW + 9 * MINUTE)
        assert messages.stop(row) == 300
        assert leave(NOW + 11 * MINUTE) == []
        assert messages.progress(row) == messages.Progress(skipped=300)

    def test_a_moved_event_tells_nobody_until_its_notice_is_confirmed_then_each_once_with_old_and_new(
        self, crowd, leave
    ):
        type(crowd).objects.update(venue=Venue.objects.create(name="Fjordhuset"))
        crowd.refresh_from_db()
        crowd.venue = Venue.objects.create(name="Strand hotell", city="Gjøvik")
        save_facts(crowd, now=NOW)
        assert leave(NOW + 60 * MINUTE) == []
        (notice,) = notices.open_notices(crowd)
        messages.confirm(notice, count=300, now=NOW + 61 * MINUTE)
        sent = leave(NOW + 71 * MINUTE)
        assert len(sent) == len(set(sent)) == 300
        for message in django_mail.outbox:
            assert "Sted: nå Strand hotell, Gjøvik (før: Fjordhuset)" in message.body


def rows_of_every_table():
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        found = {}
        for name in names:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            found[name] = sorted(map(repr, cursor.fetchall()))
        return found


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_what_staff_look_at_is_the_mail_but_for_its_links_and_writes_nothing(event, rule, local, language):
    event.venue = Venue.objects.create(name="Strand hotell", city="Gjøvik")
    event.save()
    row = register(event, language=language)
    rule()
    planning.plan_reminders(now=local(6, 6, 8, 30))
    words = dict.fromkeys(("nb", "nn", "en"), "Hei, {first_name}! [Min side]({own_page})")
    subject = dict.fromkeys(words, "Hei, {first_name}!")
    message = Message.objects.create(event=event, subject=subject, body=words)
    messages.confirm(message, count=1, now=NOW)
    seats.cancel(row, now=local(6, 6, 8, 40))
    mails = list(OutgoingMail.objects.all())
    assert {mail.kind for mail in mails} == {
        "registration.confirmed", "reminder", "message", "registration.cancelled"
    }  # fmt: skip
    before = rows_of_every_table()
    for mail in mails:
        real = rendering.render(mail, NOW)
        shown = rendering.render(mail, NOW, inert=True)
        assert shown.subject == real.subject
        assert SECRET.sub("*", shown.text) == SECRET.sub("*", real.text)
        assert re.sub("</?mark[^>]*>", "", SECRET.sub("*", shown.html)) == SECRET.sub("*", real.html)
        assert "/me/" not in shown.text + shown.html + str(shown.headers)
    assert rows_of_every_table() == before
