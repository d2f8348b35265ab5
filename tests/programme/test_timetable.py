"""A timetable never overlaps itself, whatever is put in it."""

import datetime as dt
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsr_events.programme.timetable import ELSEWHERE, Placed, lay_out

MORNING = dt.datetime(2027, 9, 29, 6, tzinfo=dt.UTC)
ROOMS = ["hall", "north", "south", "east"]


def at(uid, start, minutes, *rooms, for_all=False):
    begins = MORNING + dt.timedelta(minutes=start)
    return Placed(uid, begins, begins + dt.timedelta(minutes=minutes), rooms, for_all)


def cell(timetable, uid, *, taken=False):
    return next(cell for cell in timetable.cells if cell.uid == uid and cell.taken == taken)


@st.composite
def days(draw, most=14):
    size = draw(st.integers(0, most))
    return [
        at(
            f"s{number}",
            draw(st.integers(0, 200)) * 5,
            draw(st.integers(1, 40)) * 5,
            *draw(st.lists(st.sampled_from([*ROOMS, "gone"]), max_size=3, unique=True)),
            for_all=draw(st.booleans()),
        )
        for number in range(size)
    ]


def share_a_slot(one, two):
    rows = one.row < two.row + two.row_span and two.row < one.row + one.row_span
    columns = one.column < two.column + two.column_span and two.column < one.column + one.column_span
    if not (rows and columns):
        return False
    side_by_side = (one.column, one.column_span, one.lanes) == (two.column, two.column_span, two.lanes)
    return not side_by_side or one.lane == two.lane


@given(days())
def test_no_two_cells_share_a_slot(sessions):
    cells = lay_out(sessions, ROOMS).cells
    assert [pair for pair in combinations(cells, 2) if share_a_slot(*pair)] == []


@given(days())
def test_every_cell_lies_inside_the_table(sessions):
    table = lay_out(sessions, ROOMS)
    for found in table.cells:
        assert found.row >= 1
        assert found.row_span >= 1
        assert found.row + found.row_span - 1 <= len(table.lines)
        assert found.column >= 1
        assert found.column + found.column_span - 1 <= len(table.columns)
        assert 1 <= found.lane <= found.lanes <= 4


@given(days(), st.randoms())
def test_the_order_of_the_input_does_not_matter(sessions, random):
    shuffled = list(sessions)
    random.shuffle(shuffled)
    assert lay_out(shuffled, ROOMS) == lay_out(sessions, ROOMS)


@given(days())
def test_rows_and_gaps_add_up_to_the_day(sessions):
    table = lay_out(sessions, ROOMS)
    day = [session.start for session in sessions] + [session.end for session in sessions]
    whole = (max(day) - min(day)).total_seconds() / 60 if day else 0
    assert sum(line.minutes for line in table.lines) == whole
    assert [line.number for line in table.lines] == list(range(1, len(table.lines) + 1))


@given(days())
def test_each_session_is_shown_once_or_counted_as_more(sessions):
    table = lay_out(sessions, ROOMS)
    shown = [found.uid for found in table.cells if not found.taken]
    told = [uid for found in table.cells for uid in found.more]
    assert sorted(shown + told) == sorted(session.uid for session in sessions)


@given(days())
def test_a_cell_covers_exactly_the_time_of_its_session(sessions):
    table = lay_out(sessions, ROOMS)
    lines = {line.number: line for line in table.lines}
    times = {session.uid: (session.start, session.end) for session in sessions}
    for found in table.cells:
        assert (lines[found.row].start, lines[found.row + found.row_span - 1].end) == times[found.uid]


def test_parallel_sessions_stand_side_by_side_in_their_rooms():
    table = lay_out([at("a", 0, 60, "north"), at("b", 0, 30, "hall")], ROOMS)
    assert [column.room for column in table.columns] == ["hall", "north"]
    assert (cell(table, "a").column, cell(table, "a").row_span) == (2, 2)
    assert (cell(table, "b").column, cell(table, "b").row_span) == (1, 1)
    assert [row.minutes for row in table.rows] == [30, 30]


def test_unused_rooms_are_columns_only_when_asked_for():
    sessions = [at("a", 0, 60, "north")]
    assert len(lay_out(sessions, ROOMS).columns) == 1
    assert len(lay_out(sessions, ROOMS, all_rooms=True).columns) == 4


def test_a_session_for_everyone_spans_all_rooms():
    table = lay_out(
        [at("a", 0, 60, "north"), at("b", 0, 60, "hall"), at("lunch", 60, 30, for_all=True)], ROOMS
    )
    lunch = cell(table, "lunch")
    assert (lunch.column, lunch.column_span, lunch.lanes) == (1, 2, 1)


def test_joined_neighbouring_rooms_are_spanned_and_others_marked_as_taken():
    sessions = [at("a", 0, 60, "hall", "north", "east"), at("b", 60, 60, "south")]
    table = lay_out(sessions, ROOMS)
    assert (cell(table, "a").column, cell(table, "a").column_span) == (1, 2)
    assert cell(table, "a", taken=True).column == 4


def test_what_has_no_room_gets_the_last_column_or_the_only_one():
    assert lay_out([at("a", 0, 60)], []).columns[0].room == ELSEWHERE
    table = lay_out([at("a", 0, 60), at("b", 0, 60, "hall")], ROOMS)
    assert [column.room for column in table.columns] == ["hall", ELSEWHERE]


def test_a_double_booked_room_is_drawn_in_lanes():
    table = lay_out([at("a", 0, 60, "hall"), at("b", 30, 60, "hall"), at("c", 60, 60, "hall")], ROOMS)
    assert [(found.uid, found.lane, found.lanes) for found in table.cells] == [
        ("a", 1, 2),
        ("b", 2, 2),
        ("c", 1, 2),
    ]


def test_what_finds_no_fourth_lane_is_counted():
    table = lay_out([at(f"s{number}", 0, 60, "hall") for number in range(6)], ROOMS)
    assert [found.lane for found in table.cells] == [1, 2, 3, 4]
    assert table.cells[-1].more == ("s4", "s5")


def test_a_session_for_everyone_gives_way_to_what_runs_beside_it():
    sessions = [at("a", 0, 60, "hall"), at("b", 60, 30, "north"), at("c", 60, 30, "south")]
    table = lay_out([*sessions, at("all", 0, 60, for_all=True)], ROOMS)
    assert (cell(table, "all").column, cell(table, "all").column_span) == (2, 2)
    assert cell(table, "a").lanes == 1


def test_two_sessions_for_everyone_share_the_width():
    sessions = [at("a", 60, 60, "hall"), at("b", 60, 60, "north")]
    table = lay_out([*sessions, at("x", 0, 60, for_all=True), at("y", 0, 30, for_all=True)], ROOMS)
    assert (cell(table, "x").lanes, cell(table, "y").lanes) == (2, 2)
    assert cell(table, "x").column_span == cell(table, "y").column_span == 2


def test_an_empty_half_hour_is_one_thin_row_and_a_short_one_is_not():
    table = lay_out([at("a", 0, 60, "hall"), at("b", 90, 30, "hall"), at("c", 145, 30, "hall")], ROOMS)
    assert [(found.number, found.minutes) for found in table.gaps] == [(2, 30)]
    assert [(row.number, row.minutes) for row in table.rows] == [(1, 60), (3, 30), (4, 25), (5, 30)]


@pytest.mark.parametrize(("minutes", "height"), [(3, 5), (5, 5), (12, 15), (60, 60), (90, 60)])
def test_height_classes_are_whole_steps_between_five_and_sixty(minutes, height):
    assert lay_out([at("a", 0, minutes, "hall")], ROOMS).rows[0].height == height


def test_more_columns_than_fit_scroll():
    rooms = [f"r{number}" for number in range(9)]
    sessions = [at(room, 0, 60, room) for room in rooms]
    assert lay_out(sessions, rooms).scrolls
    assert not lay_out(sessions[:8], rooms).scrolls


def test_places_are_shipped_classes():
    table = lay_out([at("a", 0, 60, "hall"), at("b", 0, 30, "hall")], ROOMS)
    assert cell(table, "a").classes == "ne-r1 ne-rs2 ne-c1 ne-cs1 ne-l1 ne-ls2"


def test_a_session_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends before it starts"):
        at("a", 60, 0, "hall")


def test_an_empty_day_is_an_empty_table():
    table = lay_out([], ROOMS)
    assert (table.columns, table.rows, table.cells, table.gaps) == ((), (), (), ())
