"""Dates and times in words."""

import datetime as dt

import pytest

from nsr_events.core import formats

MARCH_9, MARCH_11, APRIL_1 = dt.date(2027, 3, 9), dt.date(2027, 3, 11), dt.date(2027, 4, 1)


@pytest.mark.parametrize(
    ("first", "last", "language", "words"),
    [
        (MARCH_9, MARCH_9, "nb", "9. mars 2027"),
        (MARCH_9, MARCH_11, "nb", "9.–11. mars 2027"),
        (MARCH_9, APRIL_1, "nb", "9. mars – 1. april 2027"),
        (dt.date(2026, 12, 31), dt.date(2027, 1, 2), "nb", "31. desember 2026 – 2. januar 2027"),
        (MARCH_9, MARCH_11, "nn", "9.–11. mars 2027"),
        (MARCH_9, MARCH_11, "en", "9–11 March 2027"),
    ],
)
def test_a_range_says_once_what_its_dates_share(first, last, language, words):
    assert formats.date_range(first, last, language).replace("\xa0", " ") == words


def test_dates_never_break_between_day_and_month():
    assert formats.day_month(MARCH_9, "nb") == "9.\xa0mars"


@pytest.mark.parametrize(
    ("language", "words"), [("nb", "tirsdag 9. mars"), ("nn", "tysdag 9. mars"), ("en", "Tuesday 9 March")]
)
def test_weekdays_are_in_the_language(language, words):
    assert formats.weekday_date(MARCH_9, language).replace("\xa0", " ") == words


def test_hours_of_one_day_and_of_several():
    start = dt.datetime(2027, 3, 9, 10)

    one = formats.hours_line(start, dt.datetime(2027, 3, 9, 14, 30), "nb")
    several = formats.hours_line(start, dt.datetime(2027, 3, 11, 14, 30), "nb")

    assert one.replace("\xa0", " ") == "tirsdag kl. 10:00–14:30"
    assert several == "tirsdag 10:00 – torsdag 14:30"


def test_clock_ranges_use_an_en_dash_without_spaces():
    assert formats.clock_range(dt.time(13, 30), dt.time(15)) == "13:30–15:00"
