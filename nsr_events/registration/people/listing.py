"""The list of participants: tabs by status, filters, search, order, pages; without anything sensitive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Prefetch, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import gettext as _

from nsr_events.core import audit
from nsr_events.core.models import EventDay
from nsr_events.registration.models import Registration, RegistrationDay, RegistrationSetup

from .filters import PeopleFilterSet, sorted_rows, undelivered
from .numbers import standing, status_counts
from .screens import PeopleView
from .verbs import bulk_verbs
from .words import day_words, moment

Status = Registration.Status
PER_PAGE = 50
MAIN_TABS = (Status.CONFIRMED, Status.WAITLISTED, Status.PENDING, Status.OFFERED)
ALL_TABS = (*MAIN_TABS, Status.UNVERIFIED, Status.CANCELLED, Status.DECLINED, Status.LAPSED, Status.REJECTED)


class CountedPaginator(Paginator):
    """Pages of rows that are counted already."""

    count = 0


@dataclass(frozen=True)
class StatusTab:
    """One status with its number, as a link."""

    label: str
    count: int
    url: str
    current: bool


class ListView(PeopleView):
    """Everybody registered for the event, fifty on a page."""

    template_name = "nsr_events/registration/admin/people/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        audit.record_once(
            "registrations.listed",
            event=self.event,
            actor=self.request.user,
            now=self.now,
            request=self.request,
        )
        categories, days = list(self.event.categories.all()), list(self.event.days.all())
        filters = PeopleFilterSet(
            self.request.GET,
            event=self.event,
            setup=self.registration_setup,
            categories=categories,
            days=days,
        )
        counts = status_counts(filters.narrowed)
        rows, sort = ordered(filters)
        pages = CountedPaginator(rows_shown(rows), PER_PAGE)
        pages.count = counts[filters.data["status"]] if filters.data.get("status") else counts.total()
        page = pages.get_page(self.request.GET.get("p"))
        several_days = self.registration_setup.days == RegistrationSetup.Days.CHOOSE
        return super().get_context_data(
            standing=standing(self.registration_setup, now=self.now, categories=categories, days=days),
            status_tabs=list(status_tabs(counts, self.request.GET)),
            filters=filters,
            valid=filters.form.is_valid(),
            sort=sort,
            headings=[heading(key, label, sort, self.request.GET) for key, label in self.columns()],
            page=page,
            pages=page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            people=[Row.of(row, self, days=several_days) for row in page],
            several_days=several_days,
            narrowed=filters.active or bool(filters.data.get("status")),
            verbs=bulk_verbs(self),
            query=self.request.GET.urlencode(),
            paged=query_without(self.request.GET, "p"),
            **kwargs,
        )

    def columns(self) -> list[tuple[str, str]]:
        """(key, heading) of the columns that can be sorted by."""
        return [
            ("name", _("Name")),
            ("organisation", _("Organisation")),
            ("category", _("Category")),
            ("created", _("Registered")),
        ]


def ordered(filters: PeopleFilterSet) -> tuple[QuerySet, str]:
    """Return the rows that fit in the order asked for, and its key."""
    waiting = filters.data.get("status") == Status.WAITLISTED
    return sorted_rows(filters.qs, filters.data.get("sort", ""), waiting=waiting)


def rows_shown(rows: QuerySet) -> QuerySet:
    """What a list shows of each: no answers, nothing sensitive."""
    days = Prefetch("days", RegistrationDay.objects.select_related("day"))
    late = Case(When(undelivered(), then=Value(True)), default=Value(False))
    return rows.select_related("category").defer("answers").prefetch_related(days).annotate(undelivered=late)


@dataclass(frozen=True)
class Row:
    """One participant as the table shows them."""

    registration: Registration
    url: str
    days: str
    registered: str
    tags: list[str]

    @classmethod
    def of(cls, row: Registration, view: PeopleView, *, days: bool) -> Row:
        """Return the row of a registration; ``days`` where people choose them."""
        return cls(
            row,
            view.address("person", row.uid),
            short_days(row.attended_days) if days else "",
            moment(row.created, view.event),
            list(_tags(row)),
        )


def _tags(row: Any) -> Iterator[str]:
    if row.status == Status.WAITLISTED and row.priority:
        yield _("Priority %(number)d") % {"number": row.priority}
    if row.undelivered:
        yield _("Mail not delivered")
    if not row.email:
        yield _("Without e-mail")


def short_days(days: list[EventDay]) -> str:
    """ "9. 10." is enough beside the heading with the month."""
    return ", ".join(day_words(day).split()[0][:3].lower() + f" {day.date.day}." for day in days)


def status_tabs(counts: Counter[str], query: QueryDict) -> Iterator[StatusTab]:
    """All, the four that matter always, the others where there are any."""
    chosen = query.get("status", "")
    without = query_without(query, "status", "p")
    yield StatusTab(_("All"), counts.total(), f"?{without}", not chosen)
    for status in ALL_TABS:
        if counts[status] or status in MAIN_TABS:
            url = f"?{without}&status={status}" if without else f"?status={status}"
            yield StatusTab(str(status.label), counts[status], url, chosen == status)


def query_without(query: QueryDict, *names: str) -> str:
    """The address's query without some of its parts, for links that set them anew."""
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept.urlencode()


@dataclass(frozen=True)
class Heading:
    """A column's heading that sorts; ``sorted`` is for ``aria-sort``."""

    label: str
    url: str
    sorted: str


def heading(key: str, label: str, sort: str, query: QueryDict) -> Heading:
    """Return the heading of a column: pressed again it turns the order round."""
    state = {key: "ascending", f"-{key}": "descending"}.get(sort, "none")
    wish = f"-{key}" if sort == key else key
    without = query_without(query, "sort", "p")
    return Heading(label, f"?{without}&sort={wish}" if without else f"?sort={wish}", state)
