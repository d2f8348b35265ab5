"""When a reminder is due: on the wall clock, out of the night, and not for ever (mail, section 7)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from nsr_events.reminders import timing
from nsr_events.reminders.timing import When

OSLO = ZoneInfo("Europe/Oslo")
START = dt.datetime(2027, 6, 8, 9, tzinfo=OSLO)


def oslo(*parts):
    return dt.datetime(*parts, tzinfo=OSLO)


def days(count, at="09:00", **values):
    return When(days=count, at=dt.time.fromisoformat(at), **values)


@pytest.mark.parametrize(
    ("when", "anchor", "expected"),
    [
        (days(-14), START, oslo(2027, 5, 25, 9)),
        (days(0, "07:30"), START, oslo(2027, 6, 8, 7, 30)),
        (days(1, "12:00"), START, oslo(2027, 6, 9, 12)),
        # Over the night of 28 March a day has 23 hours, over that of 31 October 25: the wall clock stays.
        (days(-1), oslo(2027, 3, 28, 9), oslo(2027, 3, 27, 9)),
        (days(-1), oslo(2027, 3, 29, 9), oslo(2027, 3, 28, 9)),
        (days(-1), oslo(2027, 11, 1, 9), oslo(2027, 10, 31, 9)),
        (When(minutes=-60), START, oslo(2027, 6, 8, 8)),
    ],
)
def test_days_count_on_the_wall_clock_and_minutes_as_they_pass(when, anchor, expected):
    assert timing.due(when, anchor, OSLO) == expected


def test_a_time_that_does_not_exist_moves_forward_by_the_gap():
    assert timing.due(days(0, "02:30"), oslo(2027, 3, 28, 9), OSLO).astimezone(OSLO).time() == dt.time(3, 30)


def test_of_a_time_that_comes_twice_the_first_counts():
    due = timing.due(days(0, "02:30"), oslo(2027, 10, 31, 9), OSLO)
    assert due == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)


def test_an_hour_before_is_an_elapsed_hour_also_where_the_clock_jumps():
    anchor = oslo(2027, 3, 28, 3, 30)
    assert timing.due(When(minutes=-60), anchor, OSLO).astimezone(OSLO).time() == dt.time(1, 30)


@pytest.mark.parametrize(
    ("when", "last"),
    [
        (days(-14), oslo(2027, 6, 1, 9)),  # half the distance
        (days(-14, late_by=120), oslo(2027, 5, 25, 11)),
        (When(minutes=-60), START),  # at least an hour, never past the start
        (When(minutes=-30, late_by=600), START),
        (days(1), oslo(2027, 6, 16, 9)),  # a week afterwards
    ],
)
def test_a_reminder_is_worth_sending_until(when, last):
    assert timing.occurrence(when, START, OSLO).expires == last


@pytest.mark.parametrize(
    ("at", "anchor", "expected"),
    [
        ("22:30", START, oslo(2027, 6, 7, 7)),
        ("05:00", START, oslo(2027, 6, 6, 7)),
        ("21:00", START, oslo(2027, 6, 7, 7)),
        ("20:59", START, oslo(2027, 6, 6, 20, 59)),
    ],
)
def test_what_falls_in_the_night_waits_for_the_morning(at, anchor, expected):
    assert timing.occurrence(days(-2, at), anchor, OSLO).due == expected


def test_where_the_morning_is_too_late_it_comes_the_evening_before():
    breakfast = oslo(2027, 6, 8, 6, 30)
    assert timing.occurrence(days(0, "05:00"), breakfast, OSLO).due == oslo(2027, 6, 7, 21)


def test_an_hour_before_a_breakfast_meeting_comes_at_night():
    found = timing.occurrence(When(minutes=-60), oslo(2027, 6, 8, 6, 30), OSLO)
    assert found.due == oslo(2027, 6, 8, 5, 30)


def test_an_occurrence_is_named_by_the_date_and_one_in_minutes_by_the_instant():
    later = START + dt.timedelta(hours=1)
    assert timing.occurrence(days(-2), START, OSLO).key == timing.occurrence(days(-2), later, OSLO).key
    hour = When(minutes=-60)
    assert timing.occurrence(hour, START, OSLO).key != timing.occurrence(hour, later, OSLO).key
    assert timing.occurrence(days(-2), START, OSLO, day="x").key == "x:2027-06-08"
