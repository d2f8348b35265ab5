"""Which events an index lists: one query function for the page, its archive and its feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, Exists, Q, QuerySet, When
from django.utils.translation import gettext as _
from wagtail.models import Page

from nsr_events.core import formats
from nsr_events.core.models import LATEST_CLOSE, Event
from nsr_events.core.phrases import former_date

from .event_context import Tag, state_tag
from .page_types import get_event_page_models

STAYS = dt.timedelta(days=14)
"""How long a cancelled event stays among the upcoming ones after its cancellation."""


WAITS = dt.timedelta(days=365)
"""How long after its old date a postponed event is thought to get a new one."""


@dataclass(frozen=True)
class Row:
    """One line of a list of events."""

    event: Event
    page: Page
    url: str
    when: str
    tag: Tag
    former: str = ""

    @property
    def is_online(self) -> bool:
        """Whether it takes place on the net only."""
        return self.event.is_online


def listed_events(index: Page) -> QuerySet[Event]:
    """Every event with a live, unrestricted page below ``index`` in its language, within the index's own limits."""
    shown = Q()
    for model in get_event_page_models():
        pages = model.objects.live().public().descendant_of(index).filter(locale_id=index.locale_id)
        shown |= Q(pk__in=pages.order_by().values("event_id"))
    return (
        Event.objects.filter(shown)
        .filter(_within(index, "types"), _within(index, "regions"))
        .order_by("start", "pk")
    )


def _within(index: Page, name: str) -> Q:
    """The index's limit to types or regions, as part of the same query; no limit where none is chosen."""
    field = index._meta.get_field(name)
    chosen = field.remote_field.through.objects.filter(**{field.m2m_field_name(): index.pk})
    wanted = chosen.values(field.m2m_reverse_field_name())
    return ~Exists(chosen) | Q(**{f"{name.removesuffix('s')}__in": wanted})


def upcoming(events: QuerySet[Event], *, now: dt.datetime) -> QuerySet[Event]:
    """Running events first, then by start, and what is postponed last, also when its old date has passed.

    What was cancelled more than 14 days ago is left out.
    """
    gone = Q(status=Event.Status.CANCELLED, status_changed_at__lt=now - STAYS)
    waits = Case(When(status=Event.Status.POSTPONED, then=1), default=0)
    return events.filter(Q(end__gte=now) | _waiting(now)).exclude(gone).order_by(waits, "start", "pk")


def past(events: QuerySet[Event], *, now: dt.datetime) -> QuerySet[Event]:
    """What is over, the newest first."""
    return events.filter(end__lt=now).exclude(_waiting(now)).order_by("-start", "pk")


def _waiting(now: dt.datetime) -> Q:
    """Postponed events that still wait for their new date."""
    return Q(status=Event.Status.POSTPONED, end__gte=now - WAITS)


def rows(
    events: Sequence[Event], *, locale_id: int, language: str, now: dt.datetime, request=None
) -> list[Row]:
    """Pair events with the page that shows them in a locale, in the order given; one query for each page type."""
    pages = pages_of(events, locale_id=locale_id)
    return [
        Row(
            event=event,
            page=pages[event.pk],
            url=pages[event.pk].get_url(request),
            when=formats.date_range(event.local_start.date(), last_date(event), language),
            tag=state_tag(event, now=now),
            former=former_date(event, language, now=now),
        )
        for event in events
        if event.pk in pages
    ]


def last_date(event: Event) -> dt.date:
    """The date of the last day: a night until 05:00 belongs to the day before, and so does midnight."""
    end = event.local_end
    return (end - dt.timedelta(hours=5)).date() if end.time() <= LATEST_CLOSE else end.date()


def by_month(found: Sequence[Row], language: str) -> list[tuple[str, list[Row]]]:
    """Rows under the month they start in, such as "Mars 2027"; what is postponed in a group of its own, last."""
    waiting = [row for row in found if row.event.status == Event.Status.POSTPONED]
    dated = [row for row in found if row.event.status != Event.Status.POSTPONED]
    return _by_month(dated, language) + ([(_("Postponed"), waiting)] if waiting else [])


def _by_month(found: Sequence[Row], language: str) -> list[tuple[str, list[Row]]]:
    return [
        (formats.capitalised(f"{formats.month(dt.date(year, month, 1), language)} {year}"), list(group))
        for (year, month), group in groupby(
            found, key=lambda row: (row.event.local_start.year, row.event.local_start.month)
        )
    ]


def by_year(found: Sequence[Row]) -> list[tuple[int, list[Row]]]:
    """Rows under the year they started in, as they come."""
    return [(year, list(group)) for year, group in groupby(found, key=lambda row: row.event.local_start.year)]


def pages_of(events: Iterable[Event], *, locale_id: int) -> dict[int, Page]:
    """The public page of each event in a locale; of several, the oldest that is no alias."""
    ids = [event.pk for event in events]
    found: dict[int, Page] = {}
    for model in get_event_page_models():
        pages = model.objects.live().public().filter(event_id__in=ids, locale_id=locale_id)
        for page in sorted(pages, key=lambda page: (page.alias_of_id is not None, page.pk)):
            found.setdefault(page.event_id, page)
    return found
