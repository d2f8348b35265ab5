"""What the tests of the tab Participants share: an event with people in every status, and who may look."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from django.urls import reverse
from django.utils import timezone

from nsr_events.registration import questions, seats
from nsr_events.registration.models import ChosenOption, Question, Registration
from nsr_events.registration.versions import version_of
from tests.factories import application, make_category, make_event, open_registration

SOON = dt.timedelta(days=60)
CORPUS = [
    '=HYPERLINK("https://evil.example";"x")',
    "+47 99 99 99 99",
    "-1+1",
    "@SUM(A1)",
    "＝1+1",
    "'already",
    "''=1",
    "<script>alert(1)</script>",
    "{own_page}",
    "[x](https://evil.example)",
    "\u202eabc",
]


def address(event, name, *args):
    """The address of a screen of the tab."""
    return reverse(f"nsr_events_participants:{name}", args=[event.pk, *args])


def coming_event(**options):
    """An event two months from now, open, with the given setup."""
    facts = {key: options.pop(key) for key in ("days", "collection", "name") if key in options}
    event = make_event(date=timezone.localdate() + SOON, **facts)
    open_registration(event, **{"opens": timezone.now() - dt.timedelta(days=1), **options})
    return event


def person(event, number=1, *, now=None, by=None, **fields):
    """A registration made as the form would, now."""
    outcome = seats.register(event, application(event, number, **fields), now=now or timezone.now(), by=by)
    return outcome.registration


def pending_category(event):
    """A category whose registrations await approval."""
    return make_category(event, "press", approval=True)


def ask(event, kind="one", label="Middag", *, options=(), **fields):
    """A question of the event; options by label."""
    made = [
        {"key": questions.make_option_key(), "label": {"nb": each}, "places": None, "retired": False}
        for each in options
    ]
    return Question.objects.create(
        event=event, key=questions.make_key(), kind=kind, label={"nb": label}, options=made, **fields
    )


def answer(row, question, value):
    """Give a registration an answer, with its version and chosen options."""
    row.answers[question.key] = value
    row.form_version = version_of(row.event, now=timezone.now())
    row.save()
    keys = {option["key"] for option in question.options}
    for option in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
        if option in keys:
            ChosenOption.objects.create(registration=row, question=question, option=option)
    return row


def fresh(row):
    """The registration as it stands in the database."""
    return Registration.objects.get(pk=row.pk)


def world_of(**values):
    """A bag of names."""
    return SimpleNamespace(**values)
