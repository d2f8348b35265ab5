"""Seats are counted, never stored: reserves, days, and those who wait."""

import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nsr_events.registration.room import CategoryRules, Limit, LimitKind, Occupancy, Waiting

NOW = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)
GUEST, PRESS, CREW = 1, 2, 3


def seats(capacity=10, *, taken=None, taken_on=None, queue=(), days=None, now=NOW, **categories):
    rules = {
        GUEST: CategoryRules(GUEST, **categories.get("guest", {})),
        PRESS: CategoryRules(PRESS, **categories.get("press", {})),
        CREW: CategoryRules(CREW, uses_event_seats=False),
    }
    return Occupancy(
        now,
        capacity,
        rules,
        days or {1: None, 2: None},
        Counter(taken or {}),
        Counter(taken_on or {}),
        tuple(queue),
    )


def test_the_last_seat_of_the_event_is_the_last():
    assert seats(10, taken={GUEST: 9}).room(GUEST, {1}) is None
    assert seats(10, taken={GUEST: 9, PRESS: 1}).room(GUEST, {1}) == Limit(LimitKind.EVENT)


def test_speakers_and_crew_take_no_seat_of_the_event():
    full = seats(10, taken={GUEST: 10})
    assert full.room(CREW, {1}) is None
    assert seats(10, taken={GUEST: 9, CREW: 50}).room(GUEST, {1}) is None


def test_a_reserve_is_kept_from_others_and_only_as_far_as_it_is_unfilled():
    reserved = {"press": {"reserved": 3}}
    assert seats(10, taken={GUEST: 7}, **reserved).room(GUEST, {1}) == Limit(LimitKind.EVENT)
    assert seats(10, taken={GUEST: 7}, **reserved).room(PRESS, {1}) is None
    assert seats(10, taken={GUEST: 7, PRESS: 2}, **reserved).room(GUEST, {1}) == Limit(LimitKind.EVENT)
    assert seats(10, taken={GUEST: 6, PRESS: 3}, **reserved).room(GUEST, {1}) is None


def test_a_reserve_ends_at_its_time():
    reserved = {"press": {"reserved": 3, "reserved_until": NOW}}
    before = NOW - dt.timedelta(seconds=1)
    assert seats(10, taken={GUEST: 7}, now=before, **reserved).room(GUEST, {1}) == Limit(LimitKind.EVENT)
    assert seats(10, taken={GUEST: 7}, **reserved).room(GUEST, {1}) is None


def test_a_full_category_and_a_full_day_are_named():
    assert seats(taken={PRESS: 2}, press={"capacity": 2}).room(PRESS, {1}) == Limit(LimitKind.CATEGORY, PRESS)
    full_day = seats(days={1: 5, 2: 1}, taken_on={2: 1})
    assert full_day.room(GUEST, {1, 2}) == Limit(LimitKind.DAY, 2)
    assert full_day.room(GUEST, {1}) is None


def test_a_newcomer_does_not_pass_somebody_who_could_have_the_seat():
    waiting = Waiting(7, GUEST, frozenset({1}))
    assert seats(10, taken={GUEST: 9}, queue=[waiting]).newcomer(GUEST, {1}) == Limit(LimitKind.QUEUE)


def test_somebody_who_waits_for_a_full_day_or_category_holds_nobody_up():
    for_day_two = Waiting(7, GUEST, frozenset({1, 2}))
    one_day_full = seats(10, days={1: None, 2: 1}, taken_on={2: 1}, queue=[for_day_two])
    assert one_day_full.newcomer(GUEST, {1}) is None
    for_press = Waiting(8, PRESS, frozenset({1}))
    press_full = seats(10, press={"capacity": 1}, taken={PRESS: 1}, queue=[for_press])
    assert press_full.newcomer(GUEST, {1}) is None


def test_crew_come_while_guests_wait_for_an_organiser_to_choose():
    waiting = Waiting(7, GUEST, frozenset({1}))
    assert seats(10, taken={GUEST: 9}, queue=[waiting]).newcomer(CREW, {1}) is None


def test_the_walk_reaches_whoever_fits_behind_a_head_that_does_not():
    queue = [
        Waiting(1, PRESS, frozenset({1})),
        Waiting(2, GUEST, frozenset({1})),
        Waiting(3, GUEST, frozenset({1})),
    ]
    counts = seats(10, press={"capacity": 1}, taken={PRESS: 1, GUEST: 8}, queue=queue)
    assert [each.id for each in counts.eligible()] == [2]


def test_what_somebody_holds_is_theirs_when_they_change():
    waiting = Waiting(7, GUEST, frozenset({1}))
    full = seats(10, taken={GUEST: 10}, days={1: None, 2: 10}, taken_on={1: 10, 2: 4}, queue=[waiting])
    assert full.change((GUEST, frozenset({1})), (GUEST, frozenset({1, 2}))) is None
    wanted = seats(
        11,
        taken={GUEST: 10},
        days={1: None, 2: 10},
        taken_on={2: 4},
        queue=[Waiting(7, GUEST, frozenset({2}))],
    )
    assert wanted.change((GUEST, frozenset({1})), (GUEST, frozenset({1, 2}))) == Limit(LimitKind.DAY, 2)


def test_a_category_that_people_wait_for_takes_nobody_from_another():
    queue = [Waiting(7, PRESS, frozenset({1}))]
    counts = seats(10, press={"capacity": 2}, taken={PRESS: 1, GUEST: 2}, queue=queue)
    assert counts.change((GUEST, frozenset({1})), (PRESS, frozenset({1}))) == Limit(LimitKind.QUEUE)


def test_seats_left_are_those_a_newcomer_gets():
    assert seats(10, taken={GUEST: 4}).seats_left(GUEST, all_days=True) == 6
    assert seats(None).seats_left(GUEST, all_days=True) is None
    days = {1: 5, 2: 3}
    assert seats(10, days=days, taken_on={1: 5, 2: 1}).seats_left(GUEST, all_days=True) == 0
    assert seats(10, days=days, taken_on={1: 5, 2: 1}).seats_left(GUEST, all_days=False) == 2


@given(
    capacity=st.integers(0, 12),
    press=st.integers(0, 6),
    day=st.integers(0, 8),
    reserved=st.integers(0, 4),
    people=st.lists(st.tuples(st.sampled_from([GUEST, PRESS]), st.sets(st.sampled_from([1, 2]), min_size=1))),
)
def test_no_order_of_arrivals_fills_a_limit_above_its_brim(capacity, press, day, reserved, people):
    counts = seats(
        capacity, days={1: None, 2: day}, press={"capacity": press, "reserved": min(reserved, capacity)}
    )
    for category, days in people:
        if counts.newcomer(category, days) is None:
            counts.seat(category, days)
    assert counts.taken[GUEST] + counts.taken[PRESS] <= capacity
    assert counts.taken[PRESS] <= press
    assert counts.taken_on[2] <= day
    unfilled = max(0, min(reserved, capacity) - counts.taken[PRESS])
    assert counts.taken[GUEST] <= capacity - unfilled


@given(st.lists(st.sampled_from([GUEST, PRESS]), max_size=20), st.integers(0, 5), st.integers(0, 3))
def test_the_walk_seats_in_order_whoever_fits(categories, capacity, press):
    queue = [Waiting(number, category, frozenset({1})) for number, category in enumerate(categories)]
    counts = seats(capacity, press={"capacity": press}, queue=queue)
    seated = [each.id for each in counts.eligible()]
    assert seated == sorted(seated)
    passed = [each for each in queue if each.id not in seated]
    assert all(counts.room(each.category, each.days) is not None for each in passed)
