"""Lays a month out as a table of weeks. Pure: spans in, rows out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WEEK = 7


@dataclass(frozen=True)
class Span:
    """Something that takes place from one date to another, both included; ``key`` says what."""

    key: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Bar:
    """A stretch of a week's row: ``days`` columns of one span, or of nothing (``key`` is None).

    ``begins`` and ``ends`` say whether the span's own ends lie in this week.
    """

    days: int
    key: int | None = None
    begins: bool = True
    ends: bool = True


@dataclass(frozen=True)
class Week:
    """An ISO week with its seven dates and the rows of bars below them."""

    number: int
    days: tuple[dt.date, ...]
    rows: tuple[tuple[Bar, ...], ...]


def lay_out_month(spans: Iterable[Span], year: int, month: int) -> tuple[Week, ...]:
    """Return the weeks that touch a month, each with as few rows of bars as its spans need.

    Raises ``ValueError`` for a span that ends before it begins.
    """
    ordered = sorted(spans, key=lambda span: (span.first, -(span.last - span.first).days, span.key))
    if any(span.last < span.first for span in ordered):
        raise ValueError("a span ends before it begins")
    first = dt.date(year, month, 1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    monday = first - dt.timedelta(days=first.weekday())
    weeks = []
    while monday < after:
        weeks.append(_week(monday, ordered))
        monday += dt.timedelta(days=WEEK)
    return tuple(weeks)


def _week(monday: dt.date, spans: Sequence[Span]) -> Week:
    sunday = monday + dt.timedelta(days=WEEK - 1)
    lanes: list[list[Span]] = []
    for span in (span for span in spans if span.first <= sunday and span.last >= monday):
        lane = next((lane for lane in lanes if max(lane[-1].last, monday) < max(span.first, monday)), None)
        if lane is None:
            lanes.append([span])
        else:
            lane.append(span)
    days = tuple(monday + dt.timedelta(days=number) for number in range(WEEK))
    return Week(monday.isocalendar().week, days, tuple(_bars(lane, monday, sunday) for lane in lanes))


def _bars(lane: Sequence[Span], monday: dt.date, sunday: dt.date) -> tuple[Bar, ...]:
    bars, free = [], monday
    for span in lane:
        first, last = max(span.first, monday), min(span.last, sunday)
        if first > free:
            bars.append(Bar((first - free).days))
        bars.append(Bar((last - first).days + 1, span.key, span.first >= monday, span.last <= sunday))
        free = last + dt.timedelta(days=1)
    if free <= sunday:
        bars.append(Bar((sunday - free).days + 1))
    return tuple(bars)
