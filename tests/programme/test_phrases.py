"""Conflicts in words, escaped, with the other side as a link."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from nsr_events.programme.conflicts import (
    Conflict,
    Day,
    Part,
    Programme,
    Room,
    Session,
    Severity,
    find_conflicts,
)
from nsr_events.programme.differences import Change
from nsr_events.programme.phrases import by_day, sentence

EIGHT = dt.datetime(2027, 9, 28, 6, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def session(uid, minutes=0, **fields):
    begins = EIGHT + dt.timedelta(minutes=minutes)
    fields = {"titles": {"nb": uid}, "rooms": ("r",), "kind": "workshop", "day": "d", **fields}
    return Session(uid, start=begins, end=begins + dt.timedelta(minutes=45), **fields)


def programme(*sessions):
    rooms = {"r": Room("r", "Storsalen", venue="v"), "r2": Room("r2", "Fløyen", venue="v")}
    day = Day("d", EIGHT + dt.timedelta(minutes=60), None, "v")
    zone = ZoneInfo("Europe/Oslo")
    return Programme(tuple(sessions), rooms, {"d": day}, ("nb",), EIGHT, {"p": "Kari Nordmann"}, zone)


def words(found, rule, **options):
    [conflict] = [each for each in find_conflicts(found) if each.rule == rule]
    return sentence(conflict, found, **options)


def test_a_taken_room_is_told_from_each_side():
    found = programme(session("Åpning", 60), session("Debatt", 90))
    assert words(found, "room_busy", seen_from="Debatt") == "Storsalen is taken 09:00–09:45 by Åpning."
    assert words(found, "room_busy", seen_from="Åpning") == "Storsalen is taken 09:30–10:15 by Debatt."
    assert words(found, "room_busy") == "Debatt: Storsalen is taken 09:00–09:45 by Åpning."


def test_the_other_side_is_a_link():
    found = programme(session("a", 60), session("b", 90))
    text = words(found, "room_busy", seen_from="a", link=lambda uid: f"/sessions/{uid}/")
    assert text == 'Storsalen is taken 09:30–10:15 by <a href="/sessions/b/">b</a>.'


def test_what_people_typed_is_data():
    found = programme(session("<script>", 60), session("{room}", 90))
    assert (
        words(found, "room_busy", seen_from="{room}") == "Storsalen is taken 09:00–09:45 by &lt;script&gt;."
    )
    assert words(found, "room_busy", seen_from="<script>") == "Storsalen is taken 09:30–10:15 by {room}."


def test_a_session_outside_the_hours_says_both_times():
    assert (
        words(programme(session("Tidlig", 30)), "outside_hours")
        == "Tidlig starts 08:30; the day opens 09:00."
    )


def test_a_busy_person_is_named():
    people = (Part("p", "host"),)
    found = programme(session("a", 60, people=people), session("b", 60, rooms=("r2",), people=people))
    assert words(found, "person_busy", seen_from="a") == "Kari Nordmann is in b at that time."


def test_a_session_for_everyone_is_named_first_on_both_rows():
    found = programme(session("Lunsj", 90, for_all=True), session("a", 80, rooms=("r2",)))
    expected = "Lunsj is for everyone, but a runs at the same time."
    assert words(found, "for_all_overlap", seen_from="a") == expected
    assert words(found, "for_all_overlap") == expected


def test_what_has_no_title_is_told_without_one():
    assert words(programme(session("x", 60, titles={})), "untitled").startswith("(no title) has no title in")


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 confirmed item is in the tray."), (2, "2 confirmed items are in the tray.")]
)
def test_numbers_agree_with_their_noun(count, text):
    conflict = Conflict("unplaced", Severity.WARN, tuple("ab"[:count]), {"n": count})
    assert sentence(conflict, programme()) == text


def test_every_rule_has_words():
    from nsr_events.programme.conflicts import RULES
    from nsr_events.programme.phrases import WORDINGS

    assert {rule.__name__.strip("_") for rule in RULES} <= set(WORDINGS)


def place(hour, room):
    return {"start": f"2027-09-28T{hour:02}:00:00Z", "end": f"2027-09-28T{hour:02}:45:00Z", "rooms": [room]}


def test_a_move_says_old_and_new():
    change = Change("moved", "u", {"nb": "Trusselbildet"}, "d", place(8, "r"), place(9, "r2"))
    day = Day("d")
    object.__setattr__(day, "date", dt.date(2027, 9, 28))
    [group] = by_day([change], [day], {"r": "Storsalen", "r2": "Fløyen"}, ZoneInfo("Europe/Oslo"))
    [line] = group.lines
    assert (group.name, line.label, line.title) == ("Tuesday 28\u00a0September", "Moved", "Trusselbildet")
    assert (line.before, line.after) == ("Tue.\u00a010:00–10:45\u00a0Storsalen", "11:00–11:45\u00a0Fløyen")
