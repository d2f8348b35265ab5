"""Who is reminded, when, and that it happens once (mail, sections 7 and 11)."""

import datetime as dt

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from nsr_events.core.events import change_status, revive_event, save_days
from nsr_events.core.models import Event
from nsr_events.outbox import delivery
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.registration import seats
from nsr_events.registration.models import Registration, RegistrationDay
from nsr_events.reminders import planning
from nsr_events.reminders.models import ReminderRule
from nsr_events.reminders.segments import Segment
from tests.factories import NOW, invite, open_registration, register

pytestmark = pytest.mark.django_db
Status = Registration.Status


def reminded():
    return [to for message in django_mail.outbox for to in message.to if "Påminnelse" in message.subject]


def move(event, *, by, now):
    """Move every day of the event, as the workspace does."""
    days = list(event.days.all())
    for day in days:
        day.date += dt.timedelta(days=by)
    event.refresh_from_db()
    save_days(event, days, now=now)


def drain(now):
    delivery.drain(clock=lambda: now)


class TestWhoAndWhen:
    def test_a_reminder_comes_at_its_time_and_once(self, event, rule, tick, local):
        rule()
        row = register(event)
        assert tick(local(6, 6, 8, 59)) == ["deltaker1@example.no"]  # the confirmation
        assert reminded() == []
        assert tick(local(6, 6, 9)) == [row.email]
        for minutes in (1, 5, 60, 600):
            assert tick(local(6, 6, 9) + dt.timedelta(minutes=minutes)) == []

    def test_rows_are_made_within_the_hour_before(self, event, rule, local):
        rule()
        register(event)
        assert planning.plan_reminders(now=local(6, 6, 7, 59)).made == 0
        assert planning.plan_reminders(now=local(6, 6, 8)).made == 1

    @pytest.mark.parametrize("status", ["waitlisted", "offered", "pending"])
    def test_only_where_it_is_ticked_are_those_without_a_seat_reminded(
        self, event, rule, tick, local, status
    ):
        row = register(event)
        Registration.objects.update(status=status, queue_number=1, offer_expires=local(6, 7, 12))
        row.history.update(after=status)
        rule()
        tick(local(6, 6, 9))
        assert reminded() == []
        rule(at=dt.time(10), audience=Segment(statuses=frozenset({status})).as_json())
        tick(local(6, 6, 10))
        assert reminded() == ["deltaker1@example.no"]

    def test_who_registers_after_its_time_has_a_confirmation_instead(self, event, rule, tick, local):
        rule()
        register(event, now=local(6, 6, 9, 1))
        assert tick(local(6, 6, 9, 5)) == ["deltaker1@example.no"]  # the confirmation
        assert reminded() == []

    def test_who_registers_right_before_its_time_is_reminded(self, event, rule, tick, local):
        rule()
        tick(local(6, 6, 8, 30))
        register(event, now=local(6, 6, 8, 58))
        tick(local(6, 6, 9, 4))
        assert reminded() == ["deltaker1@example.no"]

    def test_who_cancels_before_it_leaves_is_left_alone(self, event, rule, local):
        rule()
        row = register(event)
        planning.plan_reminders(now=local(6, 6, 8, 30))
        seats.cancel(row, now=local(6, 6, 8, 45))
        drain(local(6, 6, 9))
        assert reminded() == []
        assert OutgoingMail.objects.get(kind="reminder").reason == Reason.CHANGED

    def test_who_wants_none_gets_none(self, event, rule, local):
        rule()
        register(event)
        planning.plan_reminders(now=local(6, 6, 8, 30))
        Registration.objects.update(reminders_stopped=NOW)
        drain(local(6, 6, 9))
        assert reminded() == []
        assert OutgoingMail.objects.get(kind="reminder").reason == Reason.UNSUBSCRIBED

    def test_an_address_that_bears_no_mail_gets_none(self, event, rule, tick, local):
        rule()
        register(event)
        Registration.objects.update(bad_address=True)
        tick(local(6, 6, 9))
        assert reminded() == []

    def test_every_attended_day_has_its_reminder(self, event, rule, tick, local):
        open_registration(event, days="choose")
        first, _second, third = event.days.all()
        register(event, days=(first, third))
        rule(anchor="day", days=-1, at=dt.time(18))
        sent = [
            date for date in (7, 8, 9) if "deltaker1@example.no" in tick(local(6, date, 18)) and reminded()
        ]
        assert sent == [7, 9]
        assert len(reminded()) == 2

    def test_a_dropped_day_is_not_reminded_of(self, event, rule, local):
        open_registration(event, days="choose")
        first, second, _third = event.days.all()
        register(event, days=(first, second))
        rule(anchor="day", days=-1, at=dt.time(18))
        planning.plan_reminders(now=local(6, 8, 17, 30))
        RegistrationDay.objects.filter(day=second).delete()
        drain(local(6, 8, 18))
        assert reminded() == []

    def test_an_audience_narrows_down(self, event, rule, tick, local):
        register(event, 1)
        register(event, 2, language="en")
        rule(audience=Segment(languages=frozenset({"en"})).as_json())
        tick(local(6, 6, 9))
        assert [
            to for message in django_mail.outbox for to in message.to if "Reminder" in message.subject
        ] == ["deltaker2@example.no"]

    def test_a_rule_made_after_its_time_does_not_fire(self, event, rule, tick, local):
        rule(counts_from=local(6, 6, 9, 30))
        register(event)
        tick(local(6, 6, 9, 31))
        assert reminded() == []

    def test_a_rule_that_is_switched_off_sends_nothing_more(self, event, rule, local):
        made = rule()
        register(event)
        planning.plan_reminders(now=local(6, 6, 8, 30))
        ReminderRule.objects.filter(pk=made.pk).update(active=False)
        drain(local(6, 6, 9))
        assert reminded() == []
        assert OutgoingMail.objects.get(kind="reminder").reason == Reason.STOPPED


class TestInvited:
    def test_the_silent_are_reminded_before_the_answer_is_wanted(self, event, rule, tick, local):
        silent = invite(event, 1, answer_by=local(5, 1, 12))
        invite(event, 2, answer_by=local(5, 1, 12), state="accepted")
        invite(event, 3, answer_by=local(5, 8, 12))
        invite(event, 4, answer_by=local(5, 1, 12), reminders_stopped=NOW)
        rule(anchor="answer_by", days=-3)
        assert tick(local(4, 28, 9)) == [silent.email]
        assert tick(local(4, 28, 9, 5)) == []

    def test_an_answer_before_it_leaves_spares_the_reminder(self, event, rule, local):
        row = invite(event, answer_by=local(5, 1, 12))
        rule(anchor="answer_by", days=-3)
        planning.plan_reminders(now=local(4, 28, 8, 30))
        row.state = row.State.DECLINED
        row.save()
        drain(local(4, 28, 9))
        assert django_mail.outbox == []

    def test_days_after_it_was_sent_and_never_past_the_deadline(self, event, rule, tick, local):
        invite(event, 1, sent_at=local(4, 1, 15))
        invite(event, 2, sent_at=local(4, 1, 15), answer_by=local(4, 8, 8))
        rule(anchor="invited", days=7)
        assert tick(local(4, 8, 9)) == ["invitert1@example.no"]


class TestTheEventMoves:
    def test_a_row_follows_hours_that_move_within_the_date(self, event, rule, tick, local):
        """Times of a rule are on the wall; only one that counts from the hours moves."""
        rule(minutes=-60)
        register(event)
        tick(local(6, 8, 7, 30))
        for day in (days := list(event.days.all())):
            day.opens = dt.time(10)
        event.refresh_from_db()
        save_days(event, days, now=local(6, 8, 7, 40))
        tick(local(6, 8, 8))
        assert reminded() == []
        tick(local(6, 8, 9))
        assert reminded() == ["deltaker1@example.no"]

    def test_nobody_hears_of_the_old_date_and_everybody_of_the_new_one(self, event, rule, tick, local):
        rule()
        register(event)
        planning.plan_reminders(now=local(6, 6, 8, 30))
        move(event, by=14, now=local(6, 6, 8, 40))
        tick(local(6, 6, 9))
        assert reminded() == []
        tick(local(6, 20, 9))
        assert reminded() == ["deltaker1@example.no"]

    def test_who_was_reminded_is_reminded_again_of_a_later_date(self, event, rule, tick, local):
        rule()
        register(event)
        tick(local(6, 6, 9))
        move(event, by=14, now=local(6, 6, 12))
        tick(local(6, 20, 9))
        assert len(reminded()) == 2

    def test_moved_so_near_that_its_time_is_past_only_who_never_had_it_gets_it(
        self, event, rule, tick, local
    ):
        rule(days=-2, late_by=36 * 60)
        register(event, 1)
        tick(local(6, 6, 9))
        register(event, 2, now=local(6, 6, 10))
        move(event, by=-1, now=local(6, 6, 12))  # due 5 June 09:00, useful until 6 June 21:00
        Registration.objects.get(email="deltaker2@example.no").history.update(at=local(6, 1))
        tick(local(6, 6, 12, 5))
        assert reminded() == ["deltaker1@example.no", "deltaker2@example.no"]

    def test_there_and_back_wakes_what_slept(self, event, rule, tick, local):
        rule()
        register(event)
        planning.plan_reminders(now=local(6, 6, 8, 5))
        move(event, by=7, now=local(6, 6, 8, 10))
        tick(local(6, 6, 9, 1))
        assert OutgoingMail.objects.get(kind="reminder").reason == Reason.SUPERSEDED
        move(event, by=-7, now=local(6, 6, 9, 2))
        tick(local(6, 6, 9, 5))
        tick(local(6, 6, 9, 10))
        assert reminded() == ["deltaker1@example.no"]

    def test_while_it_is_cancelled_nothing_is_sent_and_what_passed_is_not_made_up_for(
        self, event, rule, tick, local
    ):
        rule(days=-7)
        rule(days=-2)
        register(event)
        change_status(event, Event.Status.CANCELLED, now=local(5, 30))
        tick(local(6, 1, 9))
        revive_event(event, now=local(6, 1, 12))
        tick(local(6, 1, 12, 5))
        assert reminded() == []
        tick(local(6, 6, 9))
        assert reminded() == ["deltaker1@example.no"]

    def test_cancelling_by_mistake_shortly_before_costs_no_reminder(self, event, rule, tick, local):
        rule()
        register(event)
        planning.plan_reminders(now=local(6, 6, 8, 5))
        change_status(event, Event.Status.CANCELLED, now=local(6, 6, 8, 10))
        assert OutgoingMail.objects.get(kind="reminder").reason == Reason.EVENT_OFF
        revive_event(event, now=local(6, 6, 8, 20))
        tick(local(6, 6, 9))
        assert reminded() == ["deltaker1@example.no"]


class TestDowntime:
    def test_after_three_days_each_person_gets_the_nearest_of_the_late_ones(self, event, rule, tick, local):
        for days in (-14, -7, -2):
            rule(days=days, late_by=30 * 24 * 60)
        register(event)
        tick(local(6, 7, 8))
        assert reminded() == ["deltaker1@example.no"]
        reasons = set(OutgoingMail.objects.filter(kind="reminder").values_list("status", "reason"))
        assert reasons == {("sent", ""), ("skipped", Reason.NEARER)}
        tick(local(6, 7, 8, 5))
        assert len(reminded()) == 1

    def test_nothing_comes_after_the_start(self, event, rule, tick, local):
        rule(late_by=30 * 24 * 60)
        register(event)
        tick(local(6, 8, 9))
        assert reminded() == []

    def test_rows_that_waited_too_long_are_left_out_and_can_be_sent_by_hand(self, event, rule, tick, local):
        made = rule(late_by=60)
        register(event, 1)
        planning.plan_reminders(now=local(6, 6, 8, 30))
        drain(local(6, 6, 11))
        assert OutgoingMail.objects.get(kind="reminder").reason == Reason.EXPIRED
        (each,) = planning.occurrences.of_event(made, event, ())
        assert planning.send_missed(made, each, now=local(6, 6, 12)) == 1
        assert planning.send_missed(made, each, now=local(6, 6, 12)) == 0
        drain(local(6, 6, 12))
        assert reminded() == ["deltaker1@example.no"]

    def test_sent_by_hand_it_comes_though_a_nearer_one_has_gone(self, event, rule, tick, local):
        missed = rule(days=-3, late_by=60)
        register(event)
        planning.plan_reminders(now=local(6, 5, 8, 30))
        drain(local(6, 5, 11))
        rule(days=-2)
        tick(local(6, 6, 9))
        (each,) = planning.occurrences.of_event(missed, event, ())
        planning.send_missed(missed, each, now=local(6, 6, 12))
        drain(local(6, 6, 12))
        assert len(reminded()) == 2

    def test_planning_is_a_heartbeat(self, event, rule):
        from nsr_events.outbox.models import Heartbeat

        now = timezone.now()
        planning.plan_reminders(now=now)
        assert Heartbeat.objects.get(task="plan_reminders").at == now
