"""Every rule appears when provoked and goes when mended."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsr_events.programme.conflicts import (
    Conflict,
    Day,
    Part,
    Programme,
    Room,
    Session,
    Severity,
    find_conflicts,
    fingerprint,
)

MORNING = dt.datetime(2027, 9, 29, 7, tzinfo=dt.UTC)
LONG_BEFORE = MORNING - dt.timedelta(days=60)
ROOMS = {
    "hall": Room("hall", "Storsalen", venue="house", venue_name="Huset", seats=80),
    "loft": Room("loft", "Loftet", venue="house", venue_name="Huset", seats=20),
    "far": Room("far", "Fløyen", venue="other", venue_name="Annekset", seats=30),
    "shut": Room("shut", "Kjelleren", venue="house", venue_name="Huset", active=False),
}
DAY = Day("day", MORNING, MORNING + dt.timedelta(hours=7), venue="house", venue_name="Huset")


def item(uid, start=0, minutes=45, *rooms, people=(), **fields):
    begins = None if start is None else MORNING + dt.timedelta(minutes=start)
    ends = None if begins is None else begins + dt.timedelta(minutes=minutes)
    parts = tuple(
        Part(*person) if isinstance(person, tuple) else Part(person, "speaker") for person in people
    )
    whole = {"titles": {"nb": uid}, "kind": "workshop", "day": "day", **fields}
    return Session(uid, start=begins, end=ends, rooms=rooms, people=parts, **whole)


def programme(*sessions, now=LONG_BEFORE, languages=("nb",), day=DAY):
    return Programme(tuple(sessions), ROOMS, {"day": day}, languages, now)


def found(*sessions, **options):
    return find_conflicts(programme(*sessions, **options))


def rules(*sessions, **options):
    return [conflict.rule for conflict in found(*sessions, **options)]


A = item("a", 0, 45, "hall")
PEOPLE = ["kari", "ola", "eva"]

CASES = {
    "untitled": ([replace(A, titles={"en": "Only English"})], [A], "stop"),
    "room_busy": ([A, item("b", 30, 45, "hall")], [A, item("b", 45, 45, "hall")], "stop"),
    "person_busy": (
        [item("a", 0, 45, "hall", people=["kari"]), item("b", 30, 45, "loft", people=[("kari", "host")])],
        [item("a", 0, 45, "hall", people=["kari"]), item("b", 50, 45, "loft", people=[("kari", "host")])],
        "stop",
    ),
    "for_all_overlap": (
        [A, item("lunch", 30, 45, kind="meal", for_all=True)],
        [A, item("lunch", 45, 45, kind="meal", for_all=True)],
        "warn",
    ),
    "outside_hours": ([item("a", 400, 45, "hall")], [item("a", 375, 45, "hall")], "warn"),
    "no_room": ([item("a")], [item("a", has_place=True)], "warn"),
    "wrong_venue": ([item("a", 0, 45, "far")], [item("a", 0, 45, "loft")], "warn"),
    "room_closed": ([item("a", 0, 45, "shut")], [item("a", 0, 45, "loft")], "warn"),
    "too_many": ([item("a", 0, 45, "loft", capacity=21)], [item("a", 0, 45, "loft", capacity=20)], "warn"),
    "short_walk": (
        [item("a", 0, 45, "hall", people=["kari"]), item("b", 49, 45, "loft", people=["kari"])],
        [item("a", 0, 45, "hall", people=["kari"]), item("b", 50, 45, "loft", people=["kari"])],
        "warn",
    ),
    "unplaced": ([item("a", None)], [A], "warn"),
    "no_people": (
        [item("a", 0, 45, "hall", kind="talk")],
        [item("a", 0, 45, "hall", kind="talk", people=PEOPLE)],
        "note",
    ),
    "no_moderator": (
        [item("a", 0, 45, "hall", kind="panel", people=PEOPLE)],
        [item("a", 0, 45, "hall", kind="panel", people=[*PEOPLE, ("liv", "moderator")])],
        "note",
    ),
    "no_break": (
        [item("a", 0, 90, "hall"), item("b", 95, 60, "hall")],
        [item("a", 0, 90, "hall"), item("pause", 90, 15, kind="break"), item("b", 105, 60, "hall")],
        "note",
    ),
    "no_meal": (
        [item("a", 0, 45, "hall"), item("b", 260, 45, "hall")],
        [item("a", 0, 45, "hall"), item("m", 100, 45, kind="meal"), item("b", 260, 45, "hall")],
        "note",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_appears_when_provoked(rule):
    provoked, _mended, severity = CASES[rule]
    assert [(one.rule, one.severity) for one in found(*provoked)] == [(rule, severity)]


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_goes_when_mended(rule):
    _provoked, mended, _severity = CASES[rule]
    assert rules(*mended) == []


def test_a_draft_that_starts_within_three_days_is_told():
    draft = replace(A, status="draft")
    assert rules(draft) == []
    assert rules(draft, now=MORNING - dt.timedelta(days=3)) == ["still_draft"]
    assert rules(draft, now=MORNING + dt.timedelta(days=1)) == []


def test_a_language_in_use_asks_for_all_titles():
    both = replace(A, titles={"nb": "Åpning", "en": "Opening"})
    lacking = item("b", 45, 45, "hall")
    [conflict] = found(both, lacking, languages=("nb", "en"))
    assert (conflict.rule, conflict.values) == ("untranslated", {"n": 1, "language": "en"})


def test_joined_halls_count_as_busy_each():
    joined = item("a", 0, 45, "hall", "loft")
    assert [one.values["room"] for one in found(joined, item("b", 0, 45, "loft"))] == ["loft"]
    assert sorted(one.values["room"] for one in found(joined, item("b", 0, 45, "loft", "hall"))) == [
        "hall",
        "loft",
    ]


def test_between_venues_a_walk_takes_twenty_minutes():
    first = item("a", 0, 45, "hall", people=["kari"])
    assert "short_walk" in rules(first, item("b", 60, 45, "far", people=["kari"]))
    assert "short_walk" not in rules(first, item("b", 65, 45, "far", people=["kari"]))


def test_what_is_cancelled_clashes_with_nothing():
    assert rules(A, item("b", 0, 45, "hall", status="cancelled")) == []


@pytest.mark.parametrize("unreleased", [{"status": "draft"}, {"kind": "internal"}])
def test_a_stop_is_a_warning_as_long_as_the_next_release_shows_only_one_side(unreleased):
    [conflict] = found(A, item("b", 0, 45, "hall", **unreleased))
    assert (conflict.rule, conflict.severity) == ("room_busy", "warn")


def test_rigging_before_the_doors_open_is_no_conflict():
    assert rules(item("rig", -120, 60, "hall", kind="internal")) == []


def test_an_evening_without_set_hours_is_not_outside_them():
    assert rules(item("a", 900, 45, "hall"), day=Day("day", venue="house")) == []


def test_a_person_with_two_roles_in_one_session_is_not_busy_with_herself():
    assert rules(item("a", 0, 45, "hall", people=[("kari", "host"), ("kari", "speaker")])) == []


def test_stops_come_first_then_time():
    late = item("late", 100, 45, "hall", titles={})
    early = item("early", 0, 45)
    assert [(one.severity, one.sessions) for one in found(early, late)] == [
        (Severity.STOP, ("late",)),
        (Severity.WARN, ("early",)),
    ]


def test_a_conflict_names_its_other_side():
    [conflict] = found(A, item("b", 0, 45, "hall"))
    assert (conflict.other("a"), conflict.other("b")) == ("b", "a")


B = item("b", 0, 45, "hall")


@pytest.mark.parametrize(
    "change",
    [
        {"start": B.start + dt.timedelta(minutes=5)},
        {"rooms": ("hall", "loft")},
        {"people": (Part("kari", "speaker"),)},
    ],
)
def test_a_fingerprint_changes_with_time_room_and_people(change):
    before, after = programme(A, B), programme(A, replace(B, **change))
    [old], new = find_conflicts(before), next(c for c in find_conflicts(after) if c.rule == "room_busy")
    assert fingerprint(old, before) != fingerprint(new, after)


def test_a_fingerprint_survives_a_new_title_and_changes_elsewhere():
    before = programme(A, B)
    after = programme(replace(A, titles={"nb": "Renamed"}), B, item("c", 45, 45, "hall"))
    assert fingerprint(*find_conflicts(before), before) == fingerprint(*find_conflicts(after), after)


def test_a_fingerprint_reads_conflicts_of_later_packages():
    extra = Conflict("bookings_lost", Severity.STOP, ("a",), {"n": 3})
    assert len(fingerprint(extra, programme(A))) == 64


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 20), st.sampled_from(["hall", "loft"])), max_size=12
    )
)
def test_a_busy_room_is_found_exactly_when_two_sessions_overlap_in_it(slots):
    sessions = [item(f"s{i}", start * 5, length * 5, room) for i, (start, length, room) in enumerate(slots)]
    expected = {
        (one.uid, two.uid)
        for one in sessions
        for two in sessions
        if one.uid < two.uid and one.rooms == two.rooms and one.start < two.end and two.start < one.end
    }
    busy = [one for one in found(*sessions) if one.rule == "room_busy"]
    assert {tuple(sorted(one.sessions)) for one in busy} == expected


@given(st.permutations([A, B, item("c", None), item("d", 300, 200, "far", people=PEOPLE)]))
def test_the_answer_does_not_depend_on_the_order_of_the_rows(sessions):
    assert found(*sessions) == found(*reversed(sessions))
