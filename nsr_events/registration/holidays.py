"""Norwegian public holidays, the default of ``NSR_EVENTS["HOLIDAYS"]``."""

from __future__ import annotations

import datetime as dt
from functools import cache

from dateutil.easter import easter
from django.utils.module_loading import import_string

from nsr_events import conf

FIXED = ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)
"""Maundy Thursday, Good Friday, Easter, Easter Monday, Ascension, Whitsun, Whit Monday."""


@cache
def norwegian(year: int) -> frozenset[dt.date]:
    """Return the holidays of a year (lov om helligdager og helligdagsfred § 2; lov om 1 og 17 mai § 1)."""
    fixed = {dt.date(year, month, day) for month, day in FIXED}
    return frozenset(fixed | {easter(year) + dt.timedelta(days=days) for days in FROM_EASTER})


def is_holiday(date: dt.date) -> bool:
    """Whether the site counts a date as a holiday."""
    return date in import_string(conf.HOLIDAYS)(date.year)
