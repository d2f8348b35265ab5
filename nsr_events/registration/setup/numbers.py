"""How many people are registered, by group, day and option: a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import get_language

from nsr_events.core import formats
from nsr_events.core.models import Event
from nsr_events.core.texts import text_in
from nsr_events.registration.models import (
    ChosenOption,
    ParticipantCategory,
    Question,
    Registration,
    RegistrationDay,
    RegistrationSetup,
)

Status = Registration.Status
SHOWN = (Status.CONFIRMED, Status.OFFERED, Status.WAITLISTED, Status.PENDING)
"""The columns of the table."""


@dataclass(frozen=True)
class Line:
    """A row of the table: seats (None: no limit), of them reserved, and people by status in the order of ``SHOWN``."""

    name: str
    seats: int | None
    reserved: int
    people: tuple[int, ...]
    uid: str = ""

    @property
    def taken(self) -> int:
        """Seats that are held: confirmed and offered."""
        return self.people[0] + self.people[1]

    @property
    def over(self) -> bool:
        """Whether more are taken than there are."""
        return self.seats is not None and self.taken > self.seats


@dataclass(frozen=True)
class Options:
    """An ordinary question with how many chose each of its options."""

    question: str
    lines: list[Line]


@dataclass(frozen=True)
class Numbers:
    """Everything the tab counts."""

    total: Line
    categories: list[Line]
    days: list[Line]
    options: list[Options] = field(default_factory=list)


def numbers_of(
    event: Event,
    setup: RegistrationSetup,
    *,
    categories: Iterable[ParticipantCategory],
    questions: Iterable[Question],
    may_see: bool,
) -> Numbers:
    """Count; ``may_see`` also the options without a limit of places, which say more than how full it is."""
    by_category = _by_category(event)
    lines = [
        Line(
            _words(each.name), each.capacity, each.reserved, _people(by_category, each.pk), uid=str(each.uid)
        )
        for each in categories
    ]
    everybody = tuple(sum(numbers) for numbers in zip(*(line.people for line in lines), strict=True))
    return Numbers(
        total=Line("", setup.capacity, 0, everybody or (0,) * len(SHOWN)),
        categories=lines,
        days=_days(event),
        options=_options(event, questions, may_see=may_see),
    )


def _by_category(event: Event) -> Counter[tuple[int, str]]:
    rows = Registration.objects.filter(event=event).order_by().values_list("category_id", "status")
    return Counter({(category, status): n for category, status, n in rows.annotate(n=Count("pk"))})


def _days(event: Event) -> list[Line]:
    rows = RegistrationDay.objects.filter(registration__event=event).order_by()
    rows = rows.values_list("day_id", "registration__status")
    counted = Counter({(day, status): n for day, status, n in rows.annotate(n=Count("pk"))})
    language = get_language() or "en"
    return [
        Line(
            formats.capitalised(formats.weekday_date(day.date, language)),
            day.capacity,
            0,
            _people(counted, day.pk),
        )
        for day in event.days.all()
    ]


def _options(event: Event, questions: Iterable[Question], *, may_see: bool) -> list[Options]:
    asked = [each for each in questions if each.kind in Question.CHOICE_KINDS and not each.sensitive]
    if not asked:
        return []
    rows = ChosenOption.objects.filter(question__in=asked, registration__event=event).order_by()
    rows = rows.values_list("question_id", "option", "registration__status")
    counted = Counter({(q, option, status): n for q, option, status, n in rows.annotate(n=Count("pk"))})
    found = [Options(_words(each.label), _option_lines(each, counted, may_see)) for each in asked]
    return [each for each in found if each.lines]


def _option_lines(question: Question, counted: Counter, may_see: bool) -> list[Line]:
    return [
        Line(
            _words(option["label"]),
            option.get("places"),
            0,
            tuple(counted[question.pk, option["key"], status] for status in SHOWN),
        )
        for option in question.options
        if may_see or option.get("places") is not None
    ]


def _people(counted: Counter, pk: int) -> tuple[int, ...]:
    return tuple(counted[pk, status] for status in SHOWN)


def _words(value: object) -> str:
    return text_in(value, get_language() or "en").value
