"""The clock of an offer respects nights, weekends and holidays."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsr_events.registration.holidays import norwegian
from nsr_events.registration.offers import make_offer

OSLO = ZoneInfo("Europe/Oslo")


def local(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=OSLO)


def offer(now, *, hours=24, event="2027-09-28T09:00", until=None, is_holiday=lambda date: False):
    start = local(event)
    return make_offer(
        local(now), hours=hours, zone=OSLO, event_start=start,
        until=local(until) if until else start - dt.timedelta(hours=24), is_holiday=is_holiday,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "starts", "expires"),
    [
        pytest.param("2027-06-09T10:00", "2027-06-09T10:00", "2027-06-10T10:00", id="a weekday"),
        pytest.param("2027-06-08T22:40", "2027-06-09T07:00", "2027-06-10T09:00", id="at night"),
        pytest.param("2027-06-09T03:00", "2027-06-09T07:00", "2027-06-10T09:00", id="before dawn"),
        pytest.param("2027-06-11T22:40", "2027-06-12T07:00", "2027-06-15T09:00", id="friday night"),
        pytest.param("2027-06-11T10:00", "2027-06-11T10:00", "2027-06-14T10:00", id="friday morning"),
        pytest.param("2027-06-12T12:00", "2027-06-12T12:00", "2027-06-15T09:00", id="saturday"),
    ],
)
def test_an_offer_starts_in_the_day_and_ends_on_a_working_day_in_the_day(made, starts, expires):
    found = offer(made)
    assert (found.starts, found.expires) == (local(starts), local(expires))


def test_close_to_the_event_weekends_count():
    found = offer("2027-09-24T10:00", event="2027-09-28T09:00", until="2027-09-28T08:00")
    assert found.expires == local("2027-09-25T10:00")


def test_no_offer_outlives_the_last_moment_for_offers():
    assert offer("2027-09-27T07:30", until="2027-09-27T12:00").expires == local("2027-09-27T12:00")


def test_under_two_hours_there_is_no_offer():
    assert offer("2027-09-27T10:01", until="2027-09-27T12:00") is None
    assert offer("2027-09-27T10:00", until="2027-09-27T12:00") is not None


def test_holidays_do_not_count_far_from_the_event():
    found = offer("2027-05-14T10:00", is_holiday=lambda date: date in norwegian(date.year))
    # Friday 14 May; 17 May is a Monday and Constitution Day, and so is Whit Monday that year.
    assert found.expires == local("2027-05-18T10:00")


def test_norwegian_holidays_of_2027():
    assert {
        dt.date(2027, 3, 25),
        dt.date(2027, 3, 26),
        dt.date(2027, 5, 6),
        dt.date(2027, 5, 17),
    } <= norwegian(2027)
    assert len(norwegian(2026)) == 12


@given(
    st.datetimes(dt.datetime(2027, 1, 1), dt.datetime(2027, 12, 20)), st.integers(2, 336), st.integers(1, 60)
)
def test_every_deadline_lies_in_the_day_and_leaves_time_to_answer(made, hours, days_off):
    now = made.replace(tzinfo=dt.UTC)
    start = now + dt.timedelta(days=days_off)
    found = make_offer(now, hours=hours, zone=OSLO, event_start=start, until=start - dt.timedelta(hours=24))
    if found is None:
        return
    assert found.expires - found.starts >= dt.timedelta(hours=2)
    assert found.expires <= start - dt.timedelta(hours=24)
    if found.expires < start - dt.timedelta(hours=24):
        assert dt.time(9) <= found.expires.astimezone(OSLO).time() <= dt.time(21)
    assert dt.time(7) <= found.starts.astimezone(OSLO).time() < dt.time(21)
