"""Quiet hours on the wall clock of the event, over both changes of the clocks in 2027."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsr_events.outbox import quiet

OSLO = ZoneInfo("Europe/Oslo")
MOMENTS = st.datetimes(
    min_value=dt.datetime(2027, 1, 1), max_value=dt.datetime(2028, 1, 1), timezones=st.just(dt.UTC)
)
ZONES = st.sampled_from(["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]).map(
    ZoneInfo
)


def oslo(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.mark.parametrize(
    ("moment", "morning"),
    [
        ("2027-03-01T20:59", "2027-03-01T20:59"),
        ("2027-03-01T21:00", "2027-03-02T07:00"),
        ("2027-03-01T22:40", "2027-03-02T07:00"),
        ("2027-03-02T06:59", "2027-03-02T07:00"),
        ("2027-03-02T07:00", "2027-03-02T07:00"),
        ("2027-03-27T23:00", "2027-03-28T07:00"),
        ("2027-10-30T23:00", "2027-10-31T07:00"),
    ],
)
def test_the_night_ends_at_seven_on_the_wall(moment, morning):
    assert quiet.night_over(oslo(moment), OSLO) == oslo(morning)


@given(MOMENTS, ZONES)
def test_what_is_moved_is_moved_to_the_next_seven_o_clock(moment, zone):
    moved = quiet.night_over(moment, zone)
    assert not quiet.is_quiet(moved, zone)
    assert dt.timedelta(0) <= moved - moment <= dt.timedelta(hours=11)
    if moved != moment:
        assert moved.astimezone(zone).time() == dt.time(7)


@given(MOMENTS, ZONES, st.integers(min_value=1, max_value=30))
def test_nothing_is_moved_past_its_end(moment, zone, hours):
    expires = moment + dt.timedelta(hours=hours)
    assert quiet.due_by_day(moment, expires, zone) < expires
