"""The table of a month."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from nsr_events.pages.month import WEEK, Bar, Span, lay_out_month


def test_a_span_over_two_weeks_stands_in_both():
    # 30 September 2027 is a Thursday.
    weeks = lay_out_month([Span(1, dt.date(2027, 9, 10), dt.date(2027, 9, 14))], 2027, 9)

    held = {week.number: week.rows for week in weeks if week.rows}
    assert held == {
        36: ((Bar(4), Bar(3, 1, begins=True, ends=False)),),
        37: ((Bar(2, 1, begins=False, ends=True), Bar(5)),),
    }


def test_weeks_carry_iso_numbers_over_new_year():
    assert [week.number for week in lay_out_month([], 2027, 1)] == [53, 1, 2, 3, 4]


def test_spans_of_different_days_share_a_row():
    spans = [
        Span(1, dt.date(2027, 9, 6), dt.date(2027, 9, 7)),
        Span(2, dt.date(2027, 9, 8), dt.date(2027, 9, 8)),
    ]

    week = lay_out_month(spans, 2027, 9)[1]

    assert week.rows == ((Bar(2, 1), Bar(1, 2), Bar(4)),)


@st.composite
def spans(draw):
    firsts = st.dates(dt.date(2027, 8, 1), dt.date(2027, 10, 31))
    found = draw(st.lists(st.tuples(firsts, st.integers(0, 40)), max_size=12))
    return [Span(key, first, first + dt.timedelta(days=length)) for key, (first, length) in enumerate(found)]


@given(spans())
def test_every_row_fills_the_week_and_every_span_stands_on_each_of_its_days(found):
    for week in lay_out_month(found, 2027, 9):
        assert all(sum(bar.days for bar in row) == WEEK for row in week.rows)
        on = {day: [] for day in week.days}
        for row in week.rows:
            column = 0
            for bar in row:
                for day in week.days[column : column + bar.days]:
                    if bar.key is not None:
                        on[day].append(bar.key)
                column += bar.days
        for day, keys in on.items():
            assert sorted(keys) == sorted(span.key for span in found if span.first <= day <= span.last)
