"""How many answered what, and moving answers to the encrypted ones when a question becomes sensitive."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from nsr_events.core.models import Event

from . import sensitive
from .models import ChosenOption, Consent, ConsentText, Question, Registration, SensitiveAnswers
from .questions import OTHER, spoken

BATCH = 200


def answered(event: Event, questions: Iterable[Question]) -> Counter[str]:
    """Return how many registrations hold an answer to each ordinary question, by key; two queries at most.

    Sensitive answers are not counted here: nobody may see who gave some.
    """
    questions = [each for each in questions if not each.sensitive]
    ordinary = [each.key for each in questions if each.kind not in Question.SILENT_KINDS]
    found = Counter(_ordinary(event, ordinary))
    if any(each.kind == Question.Kind.CONSENT for each in questions):
        rows = Consent.objects.filter(text__event=event, text__use=ConsentText.Use.QUESTION).order_by()
        found.update(dict(rows.values_list("text__key").annotate(n=Count("pk"))))
    return found


def _ordinary(event: Event, keys: list[str]) -> Mapping[str, int]:
    if not keys:
        return {}
    counts = {key: Count("pk", filter=Q(answers__has_key=key)) for key in keys}
    return Registration.objects.filter(event=event).aggregate(**counts)


def is_answered(question: Question) -> bool:
    """Whether anybody answered; of sensitive questions this is all that is told, and an unreadable row counts."""
    if question.sensitive:
        return any(_holds(row, question.key) for row in _safes(question.event_id))
    return answered(question.event, [question])[question.key] > 0


def lacking(question: Question) -> int:
    """How many of those who have or may get a seat have not answered an ordinary question."""
    rows = Registration.objects.filter(event_id=question.event_id, anonymised_at=None).active()
    return rows.exclude(answers__has_key=question.key).count()


def chosen(event: Event, question: Question) -> Counter[str]:
    """Return how many registrations chose each option of an ordinary question, by the option's key."""
    rows = ChosenOption.objects.filter(question=question, registration__event=event).order_by()
    return Counter(dict(rows.values_list("option").annotate(n=Count("pk"))))


def others(question: Question) -> int:
    """How many answered an ordinary question with a text of their own."""
    if question.sensitive:
        return 0
    rows = Registration.objects.filter(event_id=question.event_id)
    return rows.filter(**{f"answers__{question.key}__has_key": OTHER}).count()


def sensitive_options(question: Question) -> set[str]:
    """Return the options of a sensitive question that somebody chose."""
    found: set[str] = set()
    for row in _safes(question.event_id):
        try:
            opened = sensitive.decrypt(row.token, row.registration.uid)
        except sensitive.Unreadable:
            return {option["key"] for option in question.options}
        found |= spoken(opened.answers.get(question.key))
    return found


def _safes(event_id: int) -> Iterable[SensitiveAnswers]:
    rows = SensitiveAnswers.objects.filter(registration__event_id=event_id)
    return rows.select_related("registration").iterator(chunk_size=BATCH)


def _holds(row: SensitiveAnswers, key: str) -> bool:
    try:
        return key in sensitive.decrypt(row.token, row.registration.uid).answers
    except sensitive.Unreadable:
        return True


@dataclass(frozen=True)
class _Sealed:
    version: int
    before: str | None
    token: str


@dataclass
class Safe:
    """Encrypted answers of every registration of an event, made before the lock; ``key`` is the question's."""

    event: Event
    key: str
    now: dt.datetime
    sealed: dict[int, _Sealed] = field(default_factory=dict)

    def move(self, question: Question) -> int:
        """Under the lock: move all answers to ``question`` and wipe the copies in clear; returns how many.

        Every registration gets a row, answered or not, so that its presence tells nothing. What changed since the
        answers were encrypted is done anew. Raises ``ValidationError`` when stored answers cannot be read.
        """
        rows = list(_rows(self.event))
        tokens = {row.pk: self._token(row) for row in rows}
        moved = [row for row in rows if self.key in row.answers]
        for row in moved:
            del row.answers[self.key]
            row.row_version += 1
        Registration.objects.bulk_update(moved, ["answers", "row_version"], batch_size=BATCH)
        ChosenOption.objects.filter(question=question).delete()
        self._write(rows, tokens)
        return len(moved)

    def _token(self, row: Registration) -> str:
        known = self.sealed.get(row.pk)
        if known and (known.version, known.before) == (row.row_version, _token_of(row)):
            return known.token
        return _sealed(row, self.key, self.now).token

    def _write(self, rows: list[Registration], tokens: Mapping[int, str]) -> None:
        held = [row for row in rows if hasattr(row, "sensitive_answers")]
        for row in held:
            row.sensitive_answers.token = tokens[row.pk]
        stored = [row.sensitive_answers for row in held]
        SensitiveAnswers.objects.bulk_update(stored, ["token"], batch_size=BATCH)
        SensitiveAnswers.objects.bulk_create(
            [
                SensitiveAnswers(registration=row, token=tokens[row.pk], answered_at=self.now)
                for row in rows
                if not hasattr(row, "sensitive_answers")
            ],
            batch_size=BATCH,
        )


@sensitive_variables()
def seal(event: Event, key: str, *, now: dt.datetime) -> Safe:
    """Encrypt, before the lock, what ``Safe.move`` will store. Raises ``ValidationError`` when it cannot be done."""
    return Safe(event, key, now, {row.pk: _sealed(row, key, now) for row in _rows(event)})


def _rows(event: Event) -> Iterable[Registration]:
    rows = Registration.objects.filter(event=event, anonymised_at=None).select_related("sensitive_answers")
    return rows.order_by("pk")


def _token_of(row: Registration) -> str | None:
    return row.sensitive_answers.token if hasattr(row, "sensitive_answers") else None


@sensitive_variables()
def _sealed(row: Registration, key: str, now: dt.datetime) -> _Sealed:
    before = _token_of(row)
    try:
        opened = sensitive.decrypt(before, row.uid) if before else sensitive.Opened()
        answers: dict[str, Any] = dict(opened.answers)
        if key in row.answers:
            answers[key] = row.answers[key]
        token = sensitive.encrypt(row.uid, answers, at=opened.at or now)
    except sensitive.Unreadable:
        raise ValidationError({"sensitive": [_(
            "Sensitive answers of this event cannot be read, so nothing is changed. Tell whoever runs the site."
        )]}) from None  # fmt: skip
    return _Sealed(row.row_version, before, token)
