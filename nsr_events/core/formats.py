"""Dates, times and ranges in words, in the languages participants read (design, section 4).

Templates never build ranges themselves. Norwegian: "9.–11. mars 2027", "tirsdag 9. mars", "kl. 14:15", "13:30–15:00",
with no-break spaces inside and en dashes between. English: "9–11 March 2027", "Tuesday 9 March", "14:15".
"""

from __future__ import annotations

import datetime as dt

from django.utils import dates, translation

NBSP = "\u00a0"
DASH = "–"


def _in_words(table, key: int, language: str) -> str:
    with translation.override(language):
        return str(table[key])


def _is_english(language: str) -> bool:
    return language.split("-")[0] == "en"


def weekday(date: dt.date, language: str) -> str:
    """ "tirsdag", "tysdag", "Tuesday"."""
    return _in_words(dates.WEEKDAYS, date.weekday(), language)


def month(date: dt.date, language: str) -> str:
    """ "mars", "March"."""
    return _in_words(dates.MONTHS, date.month, language)


def day_number(date: dt.date, language: str) -> str:
    """ "9." in Norwegian, "9" in English."""
    return str(date.day) if _is_english(language) else f"{date.day}."


def day_month(date: dt.date, language: str) -> str:
    """ "9. mars"."""
    return f"{day_number(date, language)}{NBSP}{month(date, language)}"


def full_date(date: dt.date, language: str) -> str:
    """ "9. mars 2027"."""
    return f"{day_month(date, language)}{NBSP}{date.year}"


def weekday_date(date: dt.date, language: str) -> str:
    """ "tirsdag 9. mars"."""
    return f"{weekday(date, language)} {day_month(date, language)}"


def date_range(first: dt.date, last: dt.date, language: str) -> str:
    """ "9.–11. mars 2027"; what the two dates share is written once."""
    if first >= last:
        return full_date(first, language)
    end = full_date(last, language)
    if first.year != last.year:
        return f"{full_date(first, language)} {DASH} {end}"
    if first.month != last.month:
        return f"{day_month(first, language)} {DASH} {end}"
    return f"{day_number(first, language)}{DASH}{end}"


def clock(moment: dt.datetime | dt.time) -> str:
    """ "09:30" on a 24-hour clock."""
    return f"{moment:%H:%M}"


def at_clock(moment: dt.datetime | dt.time, language: str) -> str:
    """ "kl. 14:15" in Norwegian, "14:15" in English."""
    return clock(moment) if _is_english(language) else f"kl.{NBSP}{clock(moment)}"


def clock_range(start: dt.datetime | dt.time, end: dt.datetime | dt.time) -> str:
    """ "13:30–15:00"."""
    return f"{clock(start)}{DASH}{clock(end)}"


def hours_line(start: dt.datetime, end: dt.datetime, language: str) -> str:
    """The hours of an event: "tirsdag 10:00 – torsdag 14:30", or "tirsdag kl. 10:00–14:30" within a day."""
    if start.date() == end.date() or end - start < dt.timedelta(hours=12):
        lead = weekday(start, language)
        return f"{lead} {at_clock(start, language)}{DASH}{clock(end)}"
    return f"{weekday(start, language)} {clock(start)} {DASH} {weekday(end, language)} {clock(end)}"


def capitalised(words: str) -> str:
    """The words with a capital first letter, for the start of a line."""
    return words[:1].upper() + words[1:]
