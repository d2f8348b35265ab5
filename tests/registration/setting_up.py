"""Builds an event that takes registrations, and people who are registered or wait, in one line each."""

from __future__ import annotations

import datetime as dt
import itertools

from nsr_events.core.models import Event
from nsr_events.registration.models import (
    ChosenOption,
    ParticipantCategory,
    Question,
    Registration,
    RegistrationDay,
    RegistrationSetup,
)
from tests.factories import NOW, make_event

_numbers = itertools.count(1)


def make_open_event(*, days=1, date=dt.date(2027, 6, 8), **setup) -> Event:
    """A confirmed event whose registration has been open since yesterday."""
    event = make_event("Samling", days=days, date=date)
    values = {"mode": "open", "opens": NOW - dt.timedelta(days=1), **setup}
    RegistrationSetup.objects.filter(event=event).update(**values)
    return Event.objects.get(pk=event.pk)


def make_category(event: Event, name: str, **fields) -> ParticipantCategory:
    """Another group, last in the order."""
    order = event.categories.count()
    return ParticipantCategory.objects.create(
        event=event, key=name.lower(), name={"nb": name}, sort_order=order, **fields
    )


def make_question(event: Event, label: str = "Hotell?", kind: str = "yes_no", **fields) -> Question:
    """A question, last in the order; ``options`` may be plain words."""
    number = next(_numbers)
    options = [
        option
        if isinstance(option, dict)
        else {"key": f"o_{option.lower()[:6]}", "label": {"nb": option}, "places": None, "retired": False}
        for option in fields.pop("options", [])
    ]
    return Question.objects.create(
        event=event, key=f"q_{number:08d}", label={"nb": label}, kind=kind, options=options,
        sort_order=event.questions.count(), **fields,
    )  # fmt: skip


def people(
    event: Event, count: int, status: str = "confirmed", *, category=None, answers=None, days=None
) -> list:
    """So many registrations of one status, coming all days."""
    category = category or event.categories.first()
    return [_person(event, status, category, answers or {}, days) for _n in range(count)]


def _person(event, status, category, answers, days):
    number = next(_numbers)
    row = Registration.objects.create(
        event=event,
        status=status,
        category=category,
        first_name="Per",
        last_name=f"Prøve {number}",
        email=f"person{number}@example.org",
        language="nb",
        answers=answers,
        queue_number=number if status == "waitlisted" else None,
        offer_expires=NOW + dt.timedelta(days=2) if status == "offered" else None,
    )
    for day in days or event.days.all():
        RegistrationDay.objects.create(registration=row, day=day)
    choose(event, row)
    return row


def choose(event, row):
    """Write the rows of chosen options that stand in the answers."""
    for question in event.questions.filter(kind__in=["one", "several"], sensitive=False):
        answer = row.answers.get(question.key) or []
        for option in [answer] if isinstance(answer, str) else answer:
            ChosenOption.objects.create(registration=row, question=question, option=option)
