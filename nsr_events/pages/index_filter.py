"""What a visitor asks an index to show: the filters calendars know, and month, format and words.

The list ignores what it does not know and says so; a feed answers 404 instead (``calendars.filters``).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from nsr_events.calendars.filters import INDEX_KEYS, filter_events, parse_filters
from nsr_events.core import formats
from nsr_events.core.models import LATEST_CLOSE, Event, EventOrganisation
from nsr_events.core.searching import plain_words
from nsr_events.registration.listing import open_for_registration

from .page_types import get_event_page_models

KEYS = (*INDEX_KEYS, "month", "format", "registration", "q")
OPEN = "open"
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
MOST_WORDS = 100


@dataclass(frozen=True)
class Choice:
    """A value of a filter with the words shown for it."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class IndexFilter:
    """The filters in force, the choices there are, and values that meant nothing."""

    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict, events: QuerySet[Event], language: str) -> IndexFilter:
        """Read ``query`` against the choices that ``events`` (everything listed) offer; two queries."""
        known = _choices(events, language)
        wanted = parse_filters(query, [key for key in KEYS if key != "q"])
        chosen, unknown = {}, []
        for key, values in wanted.items():
            right = tuple(value for value in values if value in known[key])
            unknown += [value for value in values if value not in right]
            if right:
                chosen[key] = right
        if words := query.get("q", "").replace("\x00", "").strip()[:MOST_WORDS]:
            chosen["q"] = (words,)
        choices = {
            key: tuple(Choice(value, label, value in chosen.get(key, ())) for value, label in labels.items())
            for key, labels in known.items()
        }
        return cls(chosen, choices, tuple(unknown))

    def __bool__(self) -> bool:
        return bool(self.chosen)

    @property
    def words(self) -> str:
        """What was searched for."""
        return self.chosen.get("q", ("",))[0]

    @property
    def query(self) -> str:
        """The filters as a query string, in one order."""
        return urlencode([(key, value) for key in KEYS for value in self.chosen.get(key, ())])

    @property
    def feed_query(self) -> str:
        """The part of the filters that feeds know."""
        return urlencode(
            {key: ",".join(self.chosen[key]) for key in sorted(INDEX_KEYS) if key in self.chosen}, safe=","
        )

    def apply(self, events: QuerySet[Event], index: Page) -> QuerySet[Event]:
        """Narrow ``events``: values of a key are alternatives, keys narrow."""
        events = filter_events(
            events, {key: values for key, values in self.chosen.items() if key in INDEX_KEYS}
        )
        if "format" in self.chosen:
            events = events.filter(format__in=self.chosen["format"])
        if "registration" in self.chosen:
            events = events.filter(open_for_registration(timezone.now()))
        if "month" in self.chosen:
            events = events.filter(_in_months(self.chosen["month"]))
        if self.words:
            events = events.filter(pk__in=_found(self.words, index))
        return events


def month_bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a month such as "2027-09", and of the next, on the site's clocks.

    Raises ``ValueError`` for anything else.
    """
    match = MONTH.fullmatch(month)
    if not match or not 1970 <= int(match[1]) <= 2200:
        raise ValueError(month)
    first = dt.datetime(int(match[1]), int(match[2]), 1)  # noqa: DTZ001 - made aware below
    after = (first + dt.timedelta(days=32)).replace(day=1)
    return timezone.make_aware(first), timezone.make_aware(after)


def touches(month: str) -> Q:
    """Events that take place in a month such as "2027-09"; a night until 05:00 belongs to the day before."""
    first, after = month_bounds(month)
    night = dt.timedelta(hours=LATEST_CLOSE.hour)
    return Q(start__lt=after) & (Q(start__gte=first) | Q(end__gt=first + night))


def _in_months(months: tuple[str, ...]) -> Q:
    return reduce(or_, (touches(month) for month in months))


def _found(words: str, index: Page) -> list[int]:
    """Events whose page, programme or people hold the words, through Wagtail's search index."""
    plain = plain_words(words)
    if not plain:
        return []
    return [
        page.event_id
        for model in get_event_page_models()
        for page in model.objects.live()
        .public()
        .descendant_of(index)
        .filter(locale_id=index.locale_id)
        .search(plain)
    ]


def _choices(events: QuerySet[Event], language: str) -> dict[str, dict[str, str]]:
    """Every value that some listed event has, with its words, by key."""
    names = (
        "type__slug",
        "type__name",
        "region__slug",
        "region__name",
        "series__slug",
        "series__name",
        "format",
    )
    events = events.annotate(takes_registrations=Q(open_for_registration(timezone.now())))
    rows = list(
        events.order_by("type__sort_order", "start").values_list(*names, "start", "takes_registrations")
    )
    formats_used = {row[6] for row in rows}
    return {
        "type": _labels((row[0], row[1]) for row in rows if row[0]),
        "region": _labels((row[2], row[3]) for row in rows if row[2]),
        "series": _labels((row[4], row[5]) for row in rows if row[4]),
        "organiser": _organisers(events),
        "month": _months((row[7] for row in rows), language),
        "format": {value: str(label) for value, label in Event.Format.choices if value in formats_used},
        "registration": {OPEN: _("Open for registration")} if any(row[8] for row in rows) else {},
    }


def _labels(pairs) -> dict[str, str]:
    return {slug: str(name) for slug, name in pairs}


def _organisers(events: QuerySet[Event]) -> dict[str, str]:
    rows = (
        EventOrganisation.objects.filter(event__in=events.order_by(), role=EventOrganisation.Role.ORGANISER)
        .order_by("organisation__name")
        .values_list("organisation__uid", "organisation__short_name", "organisation__name")
        .distinct()
    )
    return {str(uid): short or name for uid, short, name in rows}


def _months(starts, language: str) -> dict[str, str]:
    """Months in which something starts, as "2027-09": "September 2027"."""
    firsts = sorted({timezone.localtime(start).date().replace(day=1) for start in starts})
    return {
        f"{day:%Y-%m}": formats.capitalised(f"{formats.month(day, language)} {day.year}") for day in firsts
    }
