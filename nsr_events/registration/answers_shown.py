"""A person's answers in words, for their own page and for organisers; sensitive ones are never among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.texts import Text, text_in

from . import questions, wording
from .models import Registration
from .questions import Asked, Form


@dataclass(frozen=True)
class ShownAnswer:
    """A question and what was answered, each with the language it is in."""

    label: Text
    words: tuple[Text, ...]
    retired: bool = False


def of(registration: Registration) -> list[ShownAnswer]:
    """Return the ordinary answers of a registration, in the form's order; two queries.

    What is no longer asked stands last. A question that is gone altogether is read from the version of the form that
    was answered.
    """
    if not registration.answers:
        return []
    form = _form_of(registration)
    days = {
        str(day.uid): formats.weekday_date(day.date, registration.language)
        for day in registration.event.days.all()
    }
    answered = [
        asked for asked in form.questions if asked.key in registration.answers and not asked.sensitive
    ]
    return [
        _shown(asked, registration.answers[asked.key], days, registration.language)
        for asked in sorted(answered, key=lambda asked: asked.retired)
    ]


def missing(registration: Registration) -> list[Asked]:
    """Return the required questions, shown to this person, that have no answer yet."""
    form = questions.as_form(registration.event.questions.all())
    given: dict[str, Any] = {
        **registration.answers,
        questions.CATEGORY: registration.category.key,
        questions.DAYS: [str(day.uid) for day in registration.attended_days],
    }
    shown = questions.visible(form, given)
    return [
        asked
        for asked in form.questions
        if asked.key in shown
        and not asked.sensitive
        and not asked.retired
        and questions.missing(asked, registration.answers.get(asked.key))
    ]


def _form_of(registration: Registration) -> Form:
    today = questions.as_form(registration.event.questions.all())
    gone = set(registration.answers) - {asked.key for asked in today.questions}
    version = registration.form_version
    if not gone or version is None:
        return today
    old = questions.from_content(version.content)
    return Form(today.questions + tuple(asked for asked in old.questions if asked.key in gone))


def _shown(asked: Asked, answer: Any, days: Mapping[str, str], language: str) -> ShownAnswer:
    parts = questions.label_of(asked, answer, days=days, gone=wording.day_gone())
    words = tuple(_words(asked, part, language) for part in parts)
    return ShownAnswer(text_in(asked.label, language), words, asked.retired)


def _words(asked: Asked, part: Any, language: str) -> Text:
    if isinstance(part, Mapping):
        return text_in(part, language)
    if part in {questions.YES, questions.NO} and asked.kind == "yes_no":
        return Text(_("Yes") if part == questions.YES else _("No"), language)
    if asked.kind == "date":
        return Text(formats.full_date(dt.date.fromisoformat(part), language), language)
    return Text(part, language)
