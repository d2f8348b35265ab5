"""Reminders in a new edition, and those that presets bring."""

import datetime as dt

import pytest

from nsr_events.core.copying import copy_event, event_parts, shift_to
from nsr_events.core.presets import apply_preset, presets
from nsr_events.outbox.models import MailTemplate, OutgoingMail
from nsr_events.reminders import occurrences, planning
from nsr_events.reminders.models import ReminderRule
from nsr_events.reminders.segments import Segment
from tests.factories import NOW, make_event, register

pytestmark = pytest.mark.django_db
EVERY_PART = [part.key for part in event_parts()]


def dues(event):
    days = list(event.days.all())
    return [
        each.due.astimezone(event.zone)
        for rule in ReminderRule.objects.filter(event=event)
        for each in occurrences.of_event(rule, event, days)
    ]


def test_rules_come_along_and_keep_their_hour_over_a_clock_change(event, rule):
    rule()
    copy = copy_event(event, now=NOW, first_day=dt.date(2027, 11, 2), parts=EVERY_PART)
    assert [(each.date(), each.hour) for each in dues(event)] == [(dt.date(2027, 6, 6), 9)]
    assert [(each.date(), each.hour) for each in dues(copy)] == [(dt.date(2027, 10, 31), 9)]


def test_mails_never_come_along_and_nothing_is_sent(event, rule, local):
    rule()
    register(event)
    planning.plan_reminders(now=local(6, 6, 8, 30))
    copy = copy_event(event, now=NOW, first_day=dt.date(2028, 6, 6), parts=EVERY_PART)
    assert not OutgoingMail.objects.filter(event=copy).exists()


def test_an_audience_names_the_days_and_groups_of_the_copy(event, rule):
    day, category = event.days.first(), event.categories.first()
    rule(
        audience=Segment(days=frozenset({str(day.uid)}), categories=frozenset({str(category.uid)})).as_json()
    )
    copy = copy_event(event, now=NOW, first_day=dt.date(2028, 6, 6), parts=EVERY_PART)
    segment = ReminderRule.objects.get(event=copy).segment
    assert segment.days == {str(copy.days.first().uid)}
    assert segment.categories == {str(copy.categories.first().uid)}


def test_the_events_own_words_come_along(event):
    MailTemplate.objects.create(event=event, kind="reminder", subject={"nb": "S"}, body={"nb": "T"})
    copy = copy_event(event, now=NOW, first_day=dt.date(2028, 6, 6), parts=EVERY_PART)
    assert str(MailTemplate.objects.get(event=copy).body) == "T"


def test_where_reminders_move_is_shown_before(event, rule):
    rule()
    part = next(each for each in event_parts() if each.key == "reminders")
    (moment,) = part.moments(event, shift_to(event, dt.date(2028, 6, 6)))
    assert (moment.before.date(), moment.after.date()) == (dt.date(2027, 6, 6), dt.date(2028, 6, 4))


@pytest.mark.parametrize("name", ["samling", "sikkerhetskonferanse", "apning", "webinar"])
def test_every_preset_brings_reminders_that_fire_before_the_event(event, name):
    preset = presets()[name]
    new = make_event("Ny", date=dt.date(2027, 9, 28), days=preset.number_of_days, hours=(None, None))
    apply_preset(new, preset, now=NOW)
    new.refresh_from_db()
    assert dues(new)
    assert all(due < new.start for due in dues(new))
