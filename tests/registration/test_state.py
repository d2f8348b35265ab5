"""One tag, one sentence, at most one action: the first rule that matches decides."""

import datetime as dt
from collections import Counter

import pytest

from nsr_events.registration.room import CategoryRules, Limit, LimitKind, Occupancy, Waiting
from nsr_events.registration.state import Action, Name, Rule, SetupRules, public_state

NOW = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
GUEST, PRESS = 1, 2


def state(*, taken=0, capacity=None, categories=None, queue=(), invited_to=None, now=NOW, days=None, **setup):
    rules = SetupRules(**{
        "mode": "open", "event_status": "confirmed", "event_end": NOW + 100 * HOUR, "opens": NOW - HOUR,
        "closes": NOW + 50 * HOUR, **setup,
    })  # fmt: skip
    categories = categories or [CategoryRules(GUEST)]
    counts = Occupancy(
        now, capacity, {each.id: each for each in categories}, days or {1: None}, Counter({GUEST: taken}),
        Counter(), tuple(queue),
    )  # fmt: skip
    return public_state(rules, counts, now=now, invited_to=invited_to)


@pytest.mark.parametrize(
    ("given", "name", "rule", "action"),
    [
        ({"mode": "none"}, Name.NONE, Rule.MODE, Action.NONE),
        ({"mode": "external"}, Name.ELSEWHERE, Rule.MODE, Action.LINK_OUT),
        ({"event_status": "cancelled"}, Name.CANCELLED, Rule.EVENT_CANCELLED, Action.RELATED),
        ({"event_status": "postponed"}, Name.CANCELLED, Rule.EVENT_POSTPONED, Action.RELATED),
        ({"event_end": NOW}, Name.OVER, Rule.EVENT_OVER, Action.REPORT),
        ({"paused": True}, Name.CLOSED, Rule.PAUSED, Action.CONTACT),
        ({"closes": NOW}, Name.CLOSED, Rule.CLOSES, Action.CONTACT),
        ({"mode": "invited"}, Name.INVITED, Rule.MODE_INVITED, Action.RESEND),
        ({"event_status": "planned"}, Name.NOT_OPEN, Rule.PLANNED, Action.CALENDAR),
        ({"opens": None}, Name.NOT_OPEN, Rule.NOT_ANNOUNCED, Action.CALENDAR),
        ({"opens": NOW + HOUR}, Name.NOT_OPEN, Rule.OPENS, Action.CALENDAR),
        ({"capacity": 5, "taken": 5, "waiting_list": True}, Name.WAITING_LIST, Rule.LIMIT, Action.JOIN),
        ({"capacity": 5, "taken": 5}, Name.FULL, Rule.LIST_OFF, Action.CONTACT),
        ({"capacity": 100, "taken": 90}, Name.FEW_LEFT, Rule.SEATS, Action.REGISTER),
        ({"capacity": 100, "taken": 89}, Name.OPEN, Rule.SEATS, Action.REGISTER),
        ({"capacity": 20, "taken": 17}, Name.FEW_LEFT, Rule.SEATS, Action.REGISTER),
        ({"capacity": 20, "taken": 16}, Name.OPEN, Rule.SEATS, Action.REGISTER),
        ({}, Name.OPEN, Rule.SEATS, Action.REGISTER),
    ],
)
def test_each_state_has_its_rule_and_its_one_action(given, name, rule, action):
    found = state(**given)
    assert (found.state, found.rule, found.action) == (name, rule, action)


def test_a_full_list_is_full():
    queue = [Waiting(number, GUEST, frozenset({1})) for number in range(3)]
    found = state(capacity=5, taken=5, waiting_list=True, waiting_limit=3, queue=queue)
    assert (found.state, found.rule) == (Name.FULL, Rule.LIST_FULL)
    assert (
        state(capacity=5, taken=5, waiting_list=True, waiting_limit=4, queue=queue).state == Name.WAITING_LIST
    )


def test_free_seats_that_others_wait_for_are_no_free_seats():
    found = state(capacity=5, taken=4, waiting_list=True, queue=[Waiting(1, GUEST, frozenset({1}))])
    assert found.state == Name.WAITING_LIST
    assert found.params["limit"] == Limit(LimitKind.QUEUE)


def test_a_category_may_close_later_and_open_earlier_than_the_event():
    later = [CategoryRules(GUEST), CategoryRules(PRESS, closes=NOW + HOUR)]
    assert state(closes=NOW, categories=later).state == Name.OPEN
    earlier = [CategoryRules(GUEST), CategoryRules(PRESS, opens=NOW - HOUR)]
    assert state(opens=None, categories=earlier).state == Name.OPEN


def test_a_category_whose_own_date_passed_is_the_rule_that_closed():
    found = state(closes=NOW + HOUR, categories=[CategoryRules(GUEST, closes=NOW - HOUR)])
    assert (found.rule, found.params) == (Rule.CATEGORY_CLOSES, {"at": NOW - HOUR, "category": GUEST})


def test_an_invitation_opens_what_is_for_the_invited():
    only = [CategoryRules(GUEST, invited_only=True)]
    assert state(categories=only).rule == Rule.CATEGORIES_INVITED
    assert state(categories=only, invited_to=GUEST).state == Name.OPEN
    assert state(mode="invited", invited_to=GUEST).state == Name.OPEN
    assert state(mode="invited", closes=NOW).state == Name.CLOSED


def test_the_state_says_when_time_alone_changes_it():
    assert state(opens=NOW + HOUR).next_change == NOW + HOUR
    assert state().next_change == NOW + 50 * HOUR
    assert state(closes=NOW).next_change == NOW + 100 * HOUR
    reserve = [CategoryRules(GUEST, reserved=1, reserved_until=NOW + 2 * HOUR)]
    assert state(categories=reserve).next_change == NOW + 2 * HOUR
    assert state(event_end=NOW, closes=NOW).next_change is None


def test_one_free_day_is_enough_where_people_choose():
    days = {1: 1, 2: None}
    assert state(days=days, all_days=False).state == Name.OPEN
    full = {1: 0, 2: None}
    assert state(days=full, all_days=False).state == Name.OPEN
    assert state(days=full).params["limit"] == Limit(LimitKind.DAY, 1)
