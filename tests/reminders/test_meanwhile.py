"""What happens after a sender took a mail and before it sends it (mail, section 11)."""

import datetime as dt

import pytest
from django.core import mail as django_mail

from nsr_events.core.events import change_status, save_days
from nsr_events.core.models import Event
from nsr_events.outbox import claims, delivery
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.registration import seats
from nsr_events.registration.models import Invitation, Registration
from nsr_events.reminders import messages, notices, planning, timeline
from nsr_events.reminders.models import Message, ReminderRule
from tests.factories import NOW, invite, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def drain(monkeypatch):
    """Send what is due now; ``meanwhile`` happens once the sender holds the mails."""

    def run(now, *, meanwhile=None):
        django_mail.outbox.clear()
        left = [meanwhile] if meanwhile else []
        real = claims.claim

        def claim(*args, **options):
            keys = real(*args, **options)
            if keys and left:
                left.pop()()
            return keys

        with monkeypatch.context() as patched:
            patched.setattr(claims, "claim", claim)
            delivery.drain(clock=lambda: now)
        assert not left, "no mail was due"
        return sorted(to for message in django_mail.outbox for to in message.to)

    return run


def move(event, *, by, now):
    event = Event.objects.get(pk=event.pk)
    days = list(event.days.all())
    for day in days:
        day.date += dt.timedelta(days=by)
    save_days(event, days, now=now)


def reasons(kind):
    return list(OutgoingMail.objects.filter(kind=kind).values_list("status", "reason"))


def cancel_seat(now):
    seats.cancel(Registration.objects.get(), now=now)


OF_REMINDERS = {
    "the seat is cancelled": (cancel_seat, Reason.CHANGED),
    "the event is cancelled": (
        lambda now: change_status(Event.objects.get(), Event.Status.CANCELLED, now=now), Reason.EVENT_OFF
    ),
    "the event is postponed": (
        lambda now: change_status(Event.objects.get(), Event.Status.POSTPONED, now=now), Reason.EVENT_OFF
    ),
    "the event is moved": (lambda now: move(Event.objects.get(), by=7, now=now), Reason.SUPERSEDED),
    "the person is erased": (lambda now: Registration.objects.update(anonymised_at=now), Reason.ERASED),
    "no more reminders are wanted": (
        lambda now: Registration.objects.update(reminders_stopped=now), Reason.UNSUBSCRIBED
    ),
    "the address is known to be bad": (
        lambda now: Registration.objects.update(bad_address=True), Reason.BAD_ADDRESS
    ),
    "the rule is switched off": (lambda now: ReminderRule.objects.update(active=False), Reason.STOPPED),
    "the rule is deleted": (lambda now: ReminderRule.objects.get().delete(), Reason.STOPPED),
}  # fmt: skip


@pytest.mark.parametrize("what", OF_REMINDERS)
def test_a_reminder_is_left_out_when_meanwhile(event, rule, local, drain, what):
    happens, reason = OF_REMINDERS[what]
    register(event)
    drain(NOW)
    rule()
    now = local(6, 6, 9)
    planning.plan_reminders(now=now)
    drain(now, meanwhile=lambda: happens(now))
    assert [message for message in django_mail.outbox if "Påminnelse" in message.subject] == []
    assert reasons("reminder") == [("skipped", reason)]


OF_INVITATIONS = {
    "they answered": ({"state": Invitation.State.DECLINED}, Reason.ANSWERED),
    "the invitation is withdrawn": ({"state": Invitation.State.WITHDRAWN}, Reason.WITHDRAWN),
    "no more reminders are wanted": ({"reminders_stopped": NOW}, Reason.UNSUBSCRIBED),
}


@pytest.mark.parametrize("what", OF_INVITATIONS)
def test_an_invited_person_is_left_alone_when_meanwhile(event, rule, local, drain, what):
    values, reason = OF_INVITATIONS[what]
    invite(event, answer_by=local(5, 1, 12))
    rule(anchor="answer_by", days=-3)
    now = local(4, 28, 9)
    planning.plan_reminders(now=now)
    assert drain(now, meanwhile=lambda: Invitation.objects.update(**values)) == []
    assert reasons("invitation.reminder") == [("skipped", reason)]


OF_MESSAGES = {
    "it is stopped": (lambda row: messages.stop(row), Reason.STOPPED),
    "the person is erased": (lambda row: Registration.objects.update(anonymised_at=NOW), Reason.ERASED),
    "the address is known to be bad": (
        lambda row: Registration.objects.update(bad_address=True), Reason.BAD_ADDRESS
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OF_MESSAGES)
@pytest.mark.parametrize("kind", [Message.Kind.MESSAGE, Message.Kind.CHANGED])
def test_a_message_is_left_out_when_meanwhile(event, drain, kind, what):
    happens, reason = OF_MESSAGES[what]
    register(event)
    drain(NOW)
    if kind == Message.Kind.CHANGED:
        move(event, by=7, now=NOW)
        (row,) = notices.open_notices(event)
    else:
        row = Message.objects.create(event=event, subject={"nb": "Hei"}, body={"nb": "Hei!"})
    messages.confirm(row, count=1, now=NOW)
    assert drain(NOW + dt.timedelta(minutes=10), meanwhile=lambda: happens(row)) == []
    assert reasons(kind) == [("skipped", reason)]


def test_a_notice_of_a_move_is_left_out_when_meanwhile_the_seat_is_cancelled(event, drain):
    register(event)
    drain(NOW)
    move(event, by=7, now=NOW)
    messages.confirm(notices.open_notices(event)[0], count=1, now=NOW)
    drain(NOW + dt.timedelta(minutes=10), meanwhile=lambda: cancel_seat(NOW))
    assert reasons("event.changed") == [("skipped", Reason.CHANGED)]


class TestMovedWhileItIsSent:
    @pytest.fixture
    def after_the_first(self, monkeypatch):
        """Something that happens when the first mail has left."""

        def arrange(act):
            real, left = delivery._Drain.settle, [act]

            def settle(drain, *args):
                real(drain, *args)
                if left:
                    left.pop()()

            monkeypatch.setattr(delivery._Drain, "settle", settle)

        return arrange

    def test_nobody_hears_of_the_old_date_after_it_and_all_of_the_new(
        self, event, rule, local, drain, after_the_first
    ):
        people = sorted(register(event, number).email for number in (1, 2, 3))
        drain(NOW)
        rule()
        now = local(6, 6, 9)
        planning.plan_reminders(now=now)
        after_the_first(lambda: move(event, by=14, now=now))
        assert len(drain(now)) == 1
        assert sorted(reasons("reminder")) == [
            ("sent", ""), ("skipped", Reason.SUPERSEDED), ("skipped", Reason.SUPERSEDED)
        ]  # fmt: skip
        later = local(6, 20, 9)
        planning.plan_reminders(now=later)
        assert drain(later) == people

    def test_moved_back_the_others_hear_of_it_and_the_first_not_again(
        self, event, rule, local, drain, after_the_first
    ):
        people = sorted(register(event, number).email for number in (1, 2, 3))
        drain(NOW)
        rule()
        now = local(6, 6, 9)
        planning.plan_reminders(now=now)
        after_the_first(lambda: move(event, by=14, now=now))
        told = drain(now)
        back = now + dt.timedelta(minutes=5)
        move(event, by=-14, now=back)
        planning.plan_reminders(now=back)
        told += drain(back)
        assert sorted(told) == people


@pytest.mark.parametrize(("month", "day"), [(3, 28), (10, 31)])
@pytest.mark.parametrize("there", [True, False])
def test_a_move_over_the_change_of_clocks_keeps_the_hour_on_the_wall(
    event, rule, local, drain, month, day, there
):
    """From the day before the clocks change to the day after, and the other way."""
    old, new = (dt.date(2027, month, day) + dt.timedelta(days=n) for n in ((-1, 2) if there else (2, -1)))
    move(event, by=(old - dt.date(2027, 6, 8)).days, now=NOW)
    register(event)
    drain(NOW)
    rule(days=-1)
    move(event, by=(new - old).days, now=NOW)
    before = new - dt.timedelta(days=1)
    wall = local(before.month, before.day, 9)
    for early in (wall - dt.timedelta(hours=1), wall - dt.timedelta(minutes=1)):
        planning.plan_reminders(now=early)
        assert drain(early) == []
    planning.plan_reminders(now=wall)
    assert drain(wall) == ["deltaker1@example.no"]


def test_after_three_days_of_standstill_what_nobody_got_is_listed_as_missed(event, rule, local, drain):
    """Planner and sender were both away: not even a row was made."""
    for number in (1, 2):
        register(event, number)
    drain(NOW)
    rule(late_by=60)
    now = local(6, 7, 12)
    planning.plan_reminders(now=now)
    assert drain(now) == []
    (entry,) = [entry for entry in timeline.draw(event, now=now) if entry.kind == "reminder"]
    assert (entry.tally.missed, entry.tally.sent, entry.may_send_now) == (2, 0, True)
    assert planning.send_missed(entry.rule, entry.occurrence, now=now) == 2
    assert len(drain(now)) == 2
    planning.plan_reminders(now=local(6, 8, 9))
    assert drain(local(6, 8, 9)) == [], "it has begun"
