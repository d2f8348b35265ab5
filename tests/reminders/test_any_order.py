"""A year at random: moves, cancellations, newcomers, crashes and late ticks, and still nobody is reminded wrongly.

Each run ticks before, at and after every due time, and at random moments between (mail, section 11, line 9).
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail as django_mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from nsr_events.core.events import change_status, revive_event, save_days
from nsr_events.core.models import Event
from nsr_events.outbox import delivery
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import seats
from nsr_events.registration.models import Registration
from nsr_events.reminders import occurrences, planning
from nsr_events.reminders.models import ReminderRule
from tests.admin.conftest import restore_wagtail
from tests.factories import make_event, open_registration, register

START = dt.datetime(2027, 1, 4, 12, tzinfo=dt.UTC)
RULES = [
    {"days": -14, "at": dt.time(9)}, {"days": -2, "at": dt.time(9)}, {"days": -1, "at": dt.time(22)},
    {"minutes": -60}, {"anchor": "day", "days": -1, "at": dt.time(18)}, {"anchor": "end", "days": 1, "at": dt.time(10)},
]  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tick", "tick", "tick", "crash", "move", "cancel", "revive", "join", "leave"]),
        st.integers(1, 60 * 24 * 20),
        st.integers(-20, 40),
    ),
    min_size=5,
    max_size=25,
)


class Year:
    """One event through a year, and what its people were told."""

    def __init__(self, date: dt.date) -> None:
        restore_wagtail()
        django_mail.outbox.clear()
        self.now = START
        self.people = 0
        self.event = make_event("Samling", days=2, date=date, now=START)
        open_registration(self.event, opens=START - dt.timedelta(days=1))
        for values in RULES:
            ReminderRule.objects.create(event=self.event, counts_from=START, **values)

    def dues(self) -> list[dt.datetime]:
        days = list(self.event.days.all())
        rules = ReminderRule.objects.filter(event=self.event)
        return sorted({each.due for rule in rules for each in occurrences.of_event(rule, self.event, days)})

    def pass_to(self, moment: dt.datetime, *, ticks: bool) -> None:
        """Let time pass, with ticks around every due time on the way."""
        if ticks:
            minute = dt.timedelta(minutes=1)
            due = [each for each in self.dues() if self.now - minute < each <= moment]
            for at in (each + step for each in due for step in (-minute, dt.timedelta(), 3 * minute)):
                if self.now <= at <= moment:
                    self.tick(at)
        self.now = max(self.now, moment)

    def tick(self, at: dt.datetime) -> None:
        self.now = at
        self.event.refresh_from_db()
        planning.plan_reminders(now=at)
        delivery.drain(clock=lambda: at)

    def do(self, what: str, number: int) -> None:
        self.event.refresh_from_db()
        if what == "tick":
            self.tick(self.now)
        elif what == "crash":  # planned, but nobody sends
            planning.plan_reminders(now=self.now)
        elif what == "move" and not self.event.is_off:
            days = list(self.event.days.all())
            for day in days:
                day.date += dt.timedelta(days=number)
            save_days(self.event, days, now=self.now)
        elif what == "cancel" and not self.event.is_off:
            change_status(self.event, Event.Status.CANCELLED, now=self.now)
        elif what == "revive" and self.event.status == Event.Status.CANCELLED:
            revive_event(self.event, now=self.now)
        elif what == "join" and not self.event.is_off and self.now < self.event.start:
            self.people += 1
            register(self.event, self.people, now=self.now)
        elif what == "leave":
            row = Registration.objects.filter(status="confirmed").first()
            if row and self.now < self.event.start:
                seats.cancel(row, now=self.now)


def check(year: Year) -> None:
    """What must hold however the year went."""
    sent = OutgoingMail.objects.filter(kind="reminder", status="sent").select_related("rule", "registration")
    told = [(mail.rule_id, mail.registration_id, mail.occurrence) for mail in sent]
    assert len(told) == len(set(told)), "somebody was reminded twice of one occurrence"
    delivered = [message for message in django_mail.outbox if message.subject.startswith("Påminnelse")]
    assert len(delivered) == len(told), "a reminder went out more than once"
    for mail in sent:
        assert mail.sent_at < mail.expires, "a reminder came when it was pointless"
        assert mail.sent_at >= mail.due, "a reminder came too early"


class TestAnyOrder(TestCase):
    @given(STEPS, st.sampled_from([dt.date(2027, 3, 28), dt.date(2027, 10, 31), dt.date(2027, 6, 8)]))
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def test_nobody_is_reminded_twice_too_late_or_wrongly(self, steps, date):
        year = Year(date)
        register(year.event, 900, now=START)
        year.people = 1
        for what, minutes, number in steps:
            year.pass_to(year.now + dt.timedelta(minutes=minutes), ticks=what != "crash")
            year.do(what, number)
        check(year)

    @given(
        st.sampled_from(
            [dt.date(2027, 3, 28), dt.date(2027, 3, 29), dt.date(2027, 10, 31), dt.date(2027, 11, 1)]
        )
    )
    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
    def test_in_a_quiet_year_everything_due_is_delivered(self, date):
        year = Year(date)
        row = register(year.event, 1, now=START)
        expected = len(RULES) + 1  # each day has its own
        year.pass_to(year.event.end + dt.timedelta(days=3), ticks=True)
        sent = OutgoingMail.objects.filter(kind="reminder", status="sent", registration=row)
        assert sent.count() == expected
        check(year)


@pytest.mark.django_db
def test_three_planners_at_once_make_each_row_once(event, rule, local):
    rule()
    for number in range(5):
        register(event, number)
    for _planner in range(3):
        planning.plan_reminders(now=local(6, 6, 8, 30))
    assert OutgoingMail.objects.filter(kind="reminder").count() == 5
