"""Zone definitions: they give what the time zone database gives, or they are not there."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from nsr_events.calendars.timezones import definition, local_time

HALF_HOUR = dt.timedelta(minutes=30)


def half_hours(years):
    """Each half-hour from the beginning of this year, in UTC."""
    first = dt.datetime(dt.datetime.now(dt.UTC).year, 1, 1, tzinfo=dt.UTC)
    return (first + HALF_HOUR * n for n in range(years * 366 * 48))


def test_the_definition_of_norway_agrees_with_the_database_for_each_half_hour_of_five_years():
    zone, oslo = ZoneInfo("Europe/Oslo"), definition("Europe/Oslo")
    for instant in half_hours(years=5):
        local = instant.astimezone(zone)
        naive = local.replace(tzinfo=None, fold=0)
        folds = {naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
        if len(folds) == 1:
            assert oslo.offset_at(naive) == local.utcoffset(), local


def test_the_comparison_would_notice_another_law():
    """The guard above works: a zone that gave up summer time disagrees with Norway's definition."""
    instant = dt.datetime(2027, 7, 1, 12, tzinfo=ZoneInfo("Africa/Lagos"))
    assert definition("Europe/Oslo").offset_at(instant.replace(tzinfo=None)) != instant.utcoffset()


@pytest.mark.parametrize(
    "name",
    [
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Asia/Tokyo",
        "Europe/Dublin",
    ],
)
def test_a_derived_definition_agrees_with_the_database_whenever_it_is_used(name):
    zone = ZoneInfo(name)
    used = 0
    for hour in range(0, 6 * 366 * 24, 5):
        instant = dt.datetime(2027, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
        local = local_time(instant, name)
        if local is not None:
            used += 1
            assert local - definition(name).offset_at(local) == instant.replace(tzinfo=None)
            assert local.replace(tzinfo=zone).astimezone(dt.UTC) == instant
    assert used > 10_000


@pytest.mark.parametrize(
    "name", ["Africa/Casablanca", "America/Santiago", "Asia/Jerusalem", "UTC", "Etc/UTC"]
)
def test_a_zone_without_yearly_rules_is_written_in_utc(name):
    assert definition(name) is None
    assert local_time(dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC), name) is None


def test_a_zone_without_changes_has_one_part_and_no_rule():
    text = definition("Asia/Tokyo").text()
    assert text.count("BEGIN:STANDARD") == 1
    assert "RRULE" not in text
    assert "DAYLIGHT" not in text


def test_no_definition_lists_single_dates():
    assert "RDATE" not in definition("America/New_York").text() + definition("Europe/Oslo").text()


def test_the_definition_of_norway_stands_as_outlook_reads_it():
    assert definition("Europe/Oslo").text().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Oslo",
        "X-LIC-LOCATION:Europe/Oslo",
        "BEGIN:DAYLIGHT",
        "DTSTART:19810329T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19961027T030000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


@pytest.mark.parametrize(
    ("instant", "local"),
    [
        # The night of 28 March 2027: 02:00 becomes 03:00.
        (dt.datetime(2027, 3, 28, 0, 59), dt.datetime(2027, 3, 28, 1, 59)),
        (dt.datetime(2027, 3, 28, 1, 0), dt.datetime(2027, 3, 28, 3, 0)),
        # The night of 31 October 2027: 03:00 becomes 02:00, so 02:00-02:59 is twice.
        (dt.datetime(2027, 10, 30, 23, 59), dt.datetime(2027, 10, 31, 1, 59)),
        (dt.datetime(2027, 10, 31, 0, 0), None),
        (dt.datetime(2027, 10, 31, 1, 59), None),
        (dt.datetime(2027, 10, 31, 2, 0), dt.datetime(2027, 10, 31, 3, 0)),
        # Before the rule: Norway's winter of 1975 and autumn of 1985 had another rule or none.
        (dt.datetime(1975, 1, 1, 12), None),
        (dt.datetime(1985, 12, 1, 12), None),
        (dt.datetime(1985, 7, 1, 12), dt.datetime(1985, 7, 1, 14)),
    ],
)
def test_a_local_time_is_used_only_where_it_is_certain(instant, local):
    assert local_time(instant.replace(tzinfo=dt.UTC), "Europe/Oslo") == local
