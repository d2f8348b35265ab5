"""How many: seats taken and free, who waits, answers chosen, meals; for the list, the overview and the kitchen."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from nsr_events.core import numbers
from nsr_events.core.models import Event, EventDay
from nsr_events.core.permissions import may
from nsr_events.core.texts import text_in
from nsr_events.registration import questions, sensitive
from nsr_events.registration.counting import occupancy
from nsr_events.registration.models import (
    Attendance,
    ChosenOption,
    Invitation,
    ParticipantCategory,
    Registration,
    RegistrationDay,
    RegistrationSetup,
    SensitiveAnswers,
)
from nsr_events.registration.questions import Asked
from nsr_events.registration.room import Occupancy

from .screens import SEE, address
from .words import day_words, language

Status = Registration.Status
BATCH = 500


@dataclass(frozen=True)
class Seats:
    """Seats of the event or of a part of it; ``capacity`` None is without a limit."""

    label: str
    taken: int
    capacity: int | None

    @property
    def free(self) -> int | None:
        """How many are left."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


@dataclass
class Standing:
    """How an event's seats stand. ``first`` is who could be seated first, where nobody is moved by itself."""

    event: Seats
    waiting: int
    categories: list[Seats] = field(default_factory=list)
    days: list[Seats] = field(default_factory=list)
    stopped: bool = False
    first: Registration | None = None

    @property
    def parts(self) -> list[list[Seats]]:
        """Categories and days, each only where there are several."""
        return [seats for seats in (self.categories, self.days) if len(seats) > 1]


def standing(
    setup: RegistrationSetup,
    *,
    now: dt.datetime,
    categories: Sequence[ParticipantCategory],
    days: Sequence[EventDay],
) -> Standing:
    """Return how the seats of an event with these categories and days stand now; four queries at most."""
    counts = occupancy(setup, now=now)
    found = Standing(
        event=_event_seats(counts),
        waiting=len(counts.queue),
        categories=[Seats(str(each.name), counts.taken[each.pk], each.capacity) for each in categories],
        days=[Seats(day_words(day), counts.taken_on[day.pk], day.capacity) for day in days],
        stopped=bool(counts.queue) and not moves_by_itself(setup, now),
    )
    if found.stopped:
        found.first = _first_eligible(counts)
    return found


def moves_by_itself(setup: RegistrationSetup, now: dt.datetime) -> bool:
    """Whether free seats go to the next in line without an organiser (registration, section 5)."""
    kinds = {RegistrationSetup.WaitingList.AUTOMATIC, RegistrationSetup.WaitingList.OFFER}
    return setup.waiting_list in kinds and not setup.event.is_off and now < setup.last_offer


def _event_seats(counts: Occupancy) -> Seats:
    using = [rules.id for rules in counts.categories.values() if rules.uses_event_seats]
    return Seats(_("Registered"), sum(counts.taken[pk] for pk in using), counts.capacity)


def _first_eligible(counts: Occupancy) -> Registration | None:
    waiting = next(iter(counts.eligible()), None)
    return Registration.objects.get(pk=waiting.id) if waiting else None


def status_counts(rows: QuerySet) -> Counter[str]:
    """How many of ``rows`` have each status; one query."""
    return Counter(dict(rows.order_by().values_list("status").annotate(n=Count("pk"))))


@dataclass(frozen=True)
class Total:
    """One answer to a question: how many of the confirmed gave it on each day, and all together."""

    label: str
    by_day: tuple[int, ...]
    together: int


@dataclass(frozen=True)
class Totals:
    """The answers to one question, counted."""

    label: str
    rows: tuple[Total, ...]
    sensitive: bool = False


def days_of(event: Event) -> dict[int, frozenset[int]]:
    """The days on which each confirmed person comes, by registration."""
    rows = RegistrationDay.objects.filter(registration__event=event, registration__status=Status.CONFIRMED)
    found: dict[int, set[int]] = defaultdict(set)
    for pk, day in rows.values_list("registration_id", "day_id").iterator():
        found[pk].add(day)
    return {pk: frozenset(days) for pk, days in found.items()}


def ordinary_totals(event: Event, days: list[EventDay]) -> list[Totals]:
    """What the confirmed chose in ordinary questions with options."""
    attended = days_of(event)
    chosen: dict[str, list[tuple[str, int]]] = defaultdict(list)
    rows = ChosenOption.objects.filter(registration__event=event, registration__status=Status.CONFIRMED)
    for key, option, pk in rows.values_list("question__key", "option", "registration_id").iterator():
        chosen[key].append((option, pk))
    form = questions.as_form(event.questions.all())
    asked = [each for each in form.questions if each.kind in questions.CHOICES and not each.sensitive]
    return [_totals(each, chosen[each.key], attended, days) for each in asked]


def _totals(
    asked: Asked, given: Iterable[tuple[str, int]], attended: dict[int, frozenset[int]], days: list[EventDay]
) -> Totals:
    by_day: dict[str, Counter[int]] = defaultdict(Counter)
    together: Counter[str] = Counter()
    for value, pk in given:
        together[value] += 1
        by_day[value].update(attended.get(pk, ()))
    rows = (
        Total(label, tuple(by_day[key][day.pk] for day in days), together[key])
        for key, label in _values(asked)
    )
    return Totals(in_words(asked.label), tuple(rows), sensitive=asked.sensitive)


def _values(asked: Asked) -> list[tuple[str, str]]:
    """The answers that are counted, with their words; retired ones stand last."""
    if asked.kind == "yes_no":
        return [(questions.YES, _("Yes")), (questions.NO, _("No"))]
    options = sorted(asked.options, key=lambda option: option.retired)
    found = [(option.key, in_words(option.label)) for option in options]
    return [*found, (questions.OTHER, _("Other"))] if asked.allow_other else found


def in_words(label: Any) -> str:
    """An editor's words in the language of the screen."""
    return text_in(label, language()).value


@dataclass
class Kitchen:
    """Sensitive answers counted; ``unreadable`` rows could not be decrypted, ``texts`` are free texts by question."""

    totals: list[Totals] = field(default_factory=list)
    texts: list[tuple[str, list[str]]] = field(default_factory=list)
    unreadable: int = 0


@sensitive_variables()
def kitchen(event: Event, days: list[EventDay]) -> Kitchen:
    """Count what the confirmed answered to sensitive questions, per day; free texts alphabetically, without names."""
    form = questions.as_form(event.questions.all())
    asked = [each for each in form.questions if each.sensitive and not each.silent]
    found = Kitchen()
    if not asked:
        return found
    attended = days_of(event)
    given: dict[str, list[tuple[str, int]]] = defaultdict(list)
    texts: dict[str, set[str]] = defaultdict(set)
    for pk, answers in _opened(event, found):
        for each in asked:
            _sort_answer(each, answers.get(each.key), pk, given, texts)
    countable = [each for each in asked if _values(each)]
    found.totals = [_totals(each, given[each.key], attended, days) for each in countable]
    found.texts = [(in_words(each.label), sorted(texts[each.key], key=str.casefold)) for each in asked]
    found.texts = [(label, words) for label, words in found.texts if words]
    return found


@sensitive_variables()
def _opened(event: Event, found: Kitchen) -> Iterator[tuple[int, Any]]:
    rows = SensitiveAnswers.objects.filter(registration__event=event, registration__status=Status.CONFIRMED)
    for token, uid, pk in rows.values_list("token", "registration__uid", "registration_id").iterator(BATCH):
        try:
            yield pk, sensitive.decrypt(token, uid).answers
        except sensitive.Unreadable:
            found.unreadable += 1


@sensitive_variables()
def _sort_answer(asked: Asked, answer: Any, pk: int, given: Any, texts: Any) -> None:
    if answer in (None, "", []):
        return
    if asked.kind in questions.CHOICES or asked.kind == "yes_no":
        given[asked.key] += [(value, pk) for value in questions.spoken(answer)]
        if isinstance(answer, dict):
            texts[asked.key].add(str(answer.get(questions.OTHER, "")))
        return
    texts[asked.key].update(str(each) for each in questions.label_of(asked, answer))


def overview_numbers(event: Event, user: Any, now: dt.datetime) -> Iterator[numbers.Number]:
    """Registered of capacity, waiting, awaiting approval, unanswered invitations, who came: for who may see them."""
    if not may(user, SEE, event):
        return
    setup = RegistrationSetup.objects.filter(event=event).first()
    if setup is None or setup.mode in {"none", "external"}:
        return
    setup.event = event
    counts = occupancy(setup, now=now)
    seats, statuses = _event_seats(counts), status_counts(event.registrations.all())
    people = address(event, "list")
    of = _("of %(capacity)d") % {"capacity": seats.capacity} if seats.capacity is not None else ""
    yield numbers.Number(seats.label, seats.taken, of, f"{people}?status=confirmed", 10)
    waiting = statuses[Status.WAITLISTED]
    yield numbers.Number(_("On the waiting list"), waiting, "", f"{people}?status=waitlisted", 20)
    if pending := statuses[Status.PENDING]:
        yield numbers.Number(_("Awaiting approval"), pending, "", f"{people}?status=pending", 30)
    yield from _invited(event, setup)
    yield from _checked_in(event, statuses[Status.CONFIRMED], now)


def _invited(event: Event, setup: RegistrationSetup) -> Iterator[numbers.Number]:
    """Unanswered invitations, and the colleagues that wait for approval; one query."""
    rows = Invitation.objects.filter(event=event)
    counts = rows.aggregate(
        sent=Count("pk", filter=Q(state=Invitation.State.SENT)),
        proposed=Count("pk", filter=Q(state=Invitation.State.DRAFT, proposed_by__isnull=False)),
    )
    if not (counts["sent"] or counts["proposed"] or setup.mode == RegistrationSetup.Mode.INVITED):
        return
    proposed = counts["proposed"]
    words = _("%(number)d proposed") % {"number": proposed} if proposed else ""
    url = f"{address(event, 'invitations')}?state=sent"
    yield numbers.Number(_("Unanswered invitations"), counts["sent"], words, url, 40)


def _checked_in(event: Event, confirmed: int, now: dt.datetime) -> Iterator[numbers.Number]:
    """How many came on any day, from the morning of the first day on; one query."""
    came = Attendance.objects.filter(registration__event=event, checked_in__isnull=False)
    number = came.aggregate(n=Count("registration", distinct=True))["n"]
    if not number and now.astimezone(event.zone).date() < event.local_start.date():
        return
    of = _("of %(capacity)d") % {"capacity": confirmed}
    yield numbers.Number(_("Checked in"), number, of, f"{address(event, 'list')}?only=checked_in", 60)
