"""What the month view shows: the table of weeks, and the way to the months beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from nsr_events.core import formats

from . import listing
from .month import Bar, Span, Week, lay_out_month


@dataclass(frozen=True)
class MonthCell:
    """A bar with the row of the list it stands for, if any."""

    bar: Bar
    row: listing.Row | None


@dataclass(frozen=True)
class MonthWeek:
    """A week with its dates and rows of cells."""

    number: int
    days: tuple[dt.date, ...]
    rows: tuple[tuple[MonthCell, ...], ...]


def month_context(month: str, rows: Sequence[listing.Row], language: str, *, query: str) -> dict[str, Any]:
    """Return the template context of a month such as "2027-09"."""
    first = dt.date.fromisoformat(f"{month}-01")
    by_key = {row.event.pk: row for row in rows}
    spans = [
        Span(pk, row.event.local_start.date(), listing.last_date(row.event)) for pk, row in by_key.items()
    ]
    return {
        "first": first,
        "title": _name(first, language),
        "weeks": [_week(week, by_key) for week in lay_out_month(spans, first.year, first.month)],
        "weekdays": [formats.weekday(dt.date(2027, 3, 1 + number), language) for number in range(7)],
        "earlier": _beside(first - dt.timedelta(days=1), language),
        "later": _beside(first + dt.timedelta(days=32), language),
        "today": timezone.localdate(),
        "query": f"?{query}" if query else "",
    }


def _week(week: Week, by_key: dict[int, listing.Row]) -> MonthWeek:
    rows = tuple(tuple(MonthCell(bar, by_key.get(bar.key)) for bar in bars) for bars in week.rows)
    return MonthWeek(week.number, week.days, rows)


def _name(day: dt.date, language: str) -> str:
    return formats.capitalised(f"{formats.month(day, language)} {day.year}")


def _beside(day: dt.date, language: str) -> tuple[str, str]:
    """The address part and the name of the month a date lies in."""
    return f"{day:%Y-%m}", _name(day, language)
