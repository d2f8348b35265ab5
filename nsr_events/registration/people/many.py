"""One act for many: what exactly will happen, then the same verbs in the order of submission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from nsr_events.core.models import Event
from nsr_events.registration.counting import occupancy
from nsr_events.registration.locking import Busy, seats_locked
from nsr_events.registration.models import Registration, RegistrationSetup
from nsr_events.registration.room import Limit, Occupancy, Waiting
from nsr_events.registration.seats import Refused, Stale
from nsr_events.registration.seats.queue import would_move

from .acting import VerbForm
from .filters import PeopleFilterSet
from .screens import ManageView
from .verbs import BY_KEY, Given, Verb
from .words import limit_words, reasons, status_word

Status = Registration.Status
A_TRANSACTION = 50
"""People per transaction: the lock is held no longer than their turn takes."""

MOST_IDS = 20_000


@dataclass
class Forecast:
    """What an act will do to each: ``ways`` names outcomes, ``skipped`` people by reason, ``moved`` who moves up."""

    ways: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, list[Registration]] = field(default_factory=dict)
    moved: int = 0

    @property
    def told(self) -> list[tuple[str, int]]:
        """The outcomes with their numbers; a template would ask a Counter for the key "items"."""
        return list(self.ways.items())

    @property
    def changing(self) -> int:
        """How many will change."""
        return sum(self.ways.values())

    def skip(self, row: Registration, why: str) -> None:
        """Somebody stays as they are."""
        self.skipped.setdefault(why, []).append(row)

    @property
    def left_out(self) -> int:
        """How many stay as they are."""
        return sum(len(rows) for rows in self.skipped.values())


def rows_in_order(event: Event, pks: Iterable[int]) -> list[Registration]:
    """Return these registrations of the event in the order of submission. Raises ``Http404`` when one is not its own.

    Silently leaving out what belongs to another event would tell that it exists, and do less than was asked.
    """
    wished = set(pks)
    rows = Registration.objects.filter(event=event, pk__in=wished).select_related("category", "invitation")
    found = list(rows.prefetch_related("days__day", "chosen_options").order_by("created", "pk"))
    if not found or len(found) != len(wished):
        raise Http404
    for row in found:
        row.event = event
    return found


def forecast(verb: Verb, rows: Iterable[Registration], setup: RegistrationSetup, given: Given) -> Forecast:
    """Return what ``verb`` would do to ``rows`` now, in their order; writes nothing and locks nothing."""
    found, counts = Forecast(), occupancy(setup, now=given.now)
    step = FORECASTS.get(verb.key, _as_told)
    for row in rows:
        if not verb.is_for(row, setup, given.now):
            found.skip(row, _why_not(verb, row))
            continue
        step(found, row, counts, setup, given, verb)
    if verb.key in {"cancel", "category", "days"}:
        found.moved = would_move(setup, counts, now=given.now)
    return found


def _why_not(verb: Verb, row: Registration) -> str:
    if row.status in verb.of:
        return _("no address") if verb.key == "link" and not row.email else _("not possible any more")
    return _("already: %(status)s") % {"status": status_word(row.status)}


def _days_of(row: Registration) -> frozenset[int]:
    return frozenset(each.day_id for each in row.days.all())


def _place(
    found: Forecast, row: Registration, counts: Occupancy, setup: Any, given: Given, verb: Verb
) -> None:
    """As a newcomer: a seat, a place in the queue, or nothing where the queue takes nobody."""
    days = _days_of(row)
    limit = None if given.above_capacity else counts.newcomer(row.category_id, days)
    if limit is None:
        counts.seat(row.category_id, days)
        found.ways[_("get a seat")] += 1
    elif setup.waiting_list == RegistrationSetup.WaitingList.OFF:
        found.skip(row, limit_words(limit))
    elif setup.waiting_limit is not None and len(counts.queue) >= setup.waiting_limit:
        found.skip(row, _("the waiting list is full"))
    else:
        counts.queue += (Waiting(row.pk, row.category_id, days),)
        found.ways[_("go on the waiting list")] += 1


def _seat(
    found: Forecast, row: Registration, counts: Occupancy, setup: Any, given: Given, verb: Verb
) -> None:
    days = _days_of(row)
    limit = None if given.above_capacity else counts.room(row.category_id, days)
    if limit is not None:
        found.skip(row, limit_words(limit))
        return
    counts.seat(row.category_id, days)
    found.ways[_("get a seat")] += 1


def _end(found: Forecast, row: Registration, counts: Occupancy, setup: Any, given: Given, verb: Verb) -> None:
    if row.holds_seat:
        counts.free(row.category_id, _days_of(row))
    counts.queue = tuple(each for each in counts.queue if each.id != row.pk)
    found.ways[_("are cancelled")] += 1


def _changed(
    found: Forecast, row: Registration, counts: Occupancy, setup: Any, given: Given, verb: Verb
) -> None:
    before = (row.category_id, _days_of(row))
    days = frozenset(day.pk for day in given.days) if verb.key == "days" else before[1]
    category = given.category.pk if given.category and verb.key == "category" else before[0]
    if (category, days) == before:
        found.skip(row, _("is so already"))
        return
    if row.holds_seat:
        limit: Limit | None = None if given.above_capacity else counts.change(before, (category, days))
        if limit is not None:
            found.skip(row, limit_words(limit))
            return
        counts.free(*before)
        counts.seat(category, days)
    found.ways[_("are changed")] += 1


def _as_told(
    found: Forecast, row: Registration, counts: Occupancy, setup: Any, given: Given, verb: Verb
) -> None:
    words = {"link": _("get a mail with their link"), "reject": _("are not approved")}
    found.ways[words.get(verb.key, _("are changed"))] += 1


FORECASTS: dict[str, Callable[..., None]] = {
    "approve": _place, "give_seat": _seat, "cancel": _end, "category": _changed, "days": _changed,
}  # fmt: skip


@dataclass
class Result:
    """What came of it."""

    done: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    skipped: list[tuple[Registration, str]] = field(default_factory=list)


def carry_out(verb: Verb, event: Event, rows: list[Registration], given: Given) -> Result:
    """Do ``verb`` to each of ``rows``, ``A_TRANSACTION`` of them at a time under one lock.

    Who was changed before is skipped, so that pressing twice does nothing twice.
    """
    result = Result()
    for start in range(0, len(rows), A_TRANSACTION):
        part = rows[start : start + A_TRANSACTION]
        try:
            with seats_locked(event.pk) as setup:
                told = list(_each(verb, setup, part, given))
        except Busy:
            told = [(row, "", _("many are registering just now: try again")) for row in part]
        for row, status, why in told:
            if why:
                result.skipped.append((row, why))
            else:
                result.done += 1
                result.ways[status] += 1
    return result


def _each(
    verb: Verb, setup: RegistrationSetup, rows: Iterable[Registration], given: Given
) -> Iterator[tuple[Registration, str, str]]:
    """Yield (row, its new status, why not)."""
    for row in rows:
        fresh = Registration.objects.select_related("category", "invitation").get(pk=row.pk)
        fresh.event = setup.event
        if not verb.is_for(fresh, setup, given.now):
            yield row, "", _why_not(verb, fresh)
            continue
        if verb.key in {"category", "days"} and _is_so(verb, fresh, given):
            yield row, "", _("is so already")
            continue
        try:
            after = verb.carry_out(fresh, given)
        except Refused as refused:
            yield row, "", reasons(refused.problems)
        except Stale:
            yield row, "", _("changed by somebody else meanwhile")
        else:
            yield row, after.status if isinstance(after, Registration) else "", ""


def _is_so(verb: Verb, row: Registration, given: Given) -> bool:
    if verb.key == "category":
        return given.category is not None and row.category_id == given.category.pk
    return _days_of(row) == {day.pk for day in given.days}


def chosen_ids(data: QueryDict, event: Event, setup: RegistrationSetup) -> list[int]:
    """Return the primary keys that were ticked, or all that fit the filters of the list."""
    if data.get("all"):
        filters = PeopleFilterSet(QueryDict(data.get("query", "")[:2000]), event=event, setup=setup)
        return list(filters.qs.values_list("pk", flat=True))
    typed = data.getlist("selected") or data.get("ids", "").split(",")
    wished = [each for each in typed if each]
    if (
        not all(each.isascii() and each.isdecimal() and len(each) < 19 for each in wished)
        or len(wished) > MOST_IDS
    ):
        raise Http404
    return [int(each) for each in wished]


class BulkView(ManageView):
    """First what will happen, then the deed."""

    http_method_names = ["post"]
    template_name = "nsr_events/registration/admin/people/bulk.html"
    most_named = 30

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wished = request.POST.get("verb", "")
        verb = BY_KEY.get(wished)
        pks = chosen_ids(request.POST, self.event, self.registration_setup)
        if not pks:
            messages.warning(request, _("Tick the people first."))
            return self.to("list")
        rows = rows_in_order(self.event, pks)
        if wished == "export":
            return self.export(rows)
        if verb is None or not verb.bulk:
            messages.warning(request, _("Choose what to do with the ticked people."))
            return self.to("list")
        self.page_title = verb.label
        return self.ask(verb, rows)

    def export(self, rows: list[Registration]) -> HttpResponse:
        """Lead to the export screen with those who were ticked."""
        self.template_name = "nsr_events/registration/admin/people/export_ticked.html"
        self.page_title = _("Export")
        return self.page(count=len(rows), ids=",".join(str(row.pk) for row in rows))

    def ask(self, verb: Verb, rows: list[Registration]) -> HttpResponse:
        """The form and what it will do; with the button pressed a second time, the result."""
        posted = "looked" in self.request.POST
        form = VerbForm(self.request.POST if posted else None, verb=verb, event=self.event)
        given = Given(now=self.now, by=self.request.user, request=self.request)
        if posted and form.is_valid():
            given = form.given(self.request, now=self.now)
            if self.request.POST.get("confirmed") == self.mark(verb, given, rows):
                return self.done(verb, rows, given)
        # Before the fields of its own are filled in, nobody can say what the act will do.
        ready = not verb.asks or (posted and form.is_valid())
        found = forecast(verb, rows, self.registration_setup, given) if ready else None
        if posted and not form.is_valid():
            messages.error(self.request, _("Nothing is done yet. Correct what is marked below."))
        return self.page(
            verb=verb, form=form, forecast=found, rows=rows, ids=",".join(str(row.pk) for row in rows),
            mark=self.mark(verb, given, rows) if found else "", query=self.request.POST.get("query", ""),
        )  # fmt: skip

    def mark(self, verb: Verb, given: Given, rows: list[Registration]) -> str:
        """What the shown forecast was made for: other values are looked at again before they are carried out."""
        days = "-".join(str(day.pk) for day in given.days)
        category = given.category.pk if given.category else ""
        return f"{verb.key}.{len(rows)}.{category}.{days}.{int(given.above_capacity)}"

    def done(self, verb: Verb, rows: list[Registration], given: Given) -> HttpResponse:
        """Carry it out and say what came of it, the skipped with their reasons."""
        result = carry_out(verb, self.event, rows, replace(given, now=timezone.now()))
        if result.done:
            words = ngettext("%(n)d person is done.", "%(n)d people are done.", result.done)
            messages.success(self.request, words % {"n": result.done})
        skipped: dict[str, list[Registration]] = {}
        for row, why in result.skipped:
            skipped.setdefault(why, []).append(row)
        ways = [(str(Status(status).label), count) for status, count in result.ways.items() if status]
        self.template_name = "nsr_events/registration/admin/people/bulk_done.html"
        return self.page(
            verb=verb, result=result, ways=ways, skipped=skipped, query=self.request.POST.get("query", "")
        )
