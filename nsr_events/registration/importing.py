"""Importing registrations from a list: judged first, then through ``seats.register`` like everybody.

Sensitive questions and consents cannot be imported: the first belong on no list, the second only the person gives.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.models import Event, EventDay, validate_name
from nsr_events.core.texts import as_dict, content_languages, default_language

from . import questions, seats, sensitive
from .addresses import email_key
from .applications import Application, Choice, OutcomeKind
from .columns import PERSON_TARGETS, Target
from .counting import occupancy
from .locking import Busy, seats_locked
from .models import FormVersion, ParticipantCategory, Registration, RegistrationSetup
from .questions import Asked
from .room import Limit, Occupancy, Waiting
from .values import Wrong, clean_text, parse_email, parse_phone
from .versions import version_of
from .wording import say

A_TRANSACTION = 50
ANSWER = "answer:"
LINES = (
    ("first_name", 100), ("last_name", 100), ("organisation", 200), ("job_title", 200), ("badge_name", 100),
)  # fmt: skip
NAMES = frozenset({"first_name", "last_name", "badge_name"})


def targets(event: Event) -> list[Target]:
    """What a column may hold: the person's fields, and every ordinary question that is asked today."""
    form = questions.as_form(event.questions.all())
    found = list(PERSON_TARGETS)
    for asked in form.asked:
        if not asked.sensitive and not asked.silent:
            words = tuple(str(word) for word in asked.label.values())
            found.append(
                Target(f"{ANSWER}{asked.key}", words[0] if words else asked.key, (*words, asked.key))
            )
    return found


@dataclass(frozen=True)
class Line:
    """One row of a list, judged: ``outcome`` is "confirmed", "waitlisted", "known", "twice", "full" or "wrong"."""

    number: int
    name: str
    email: str
    outcome: str
    why: str = ""
    application: Application | None = None


@dataclass
class Judged:
    """A whole list, judged; nothing is written."""

    lines: list[Line] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """How many rows of each outcome."""
        return Counter(line.outcome for line in self.lines)

    @property
    def applications(self) -> list[tuple[int, Application]]:
        """What will be registered, with the numbers of the rows."""
        return [(line.number, line.application) for line in self.lines if line.application is not None]


@dataclass
class Reader:
    """Turns the cells of a row into an application, with what an event has read once for all rows."""

    event: Event
    setup: RegistrationSetup
    batch: uuid.UUID
    language: str
    category: ParticipantCategory
    version: FormVersion | None
    form: questions.Form
    days: list[EventDay]
    categories: Mapping[str, ParticipantCategory]
    asks_sensitive: bool

    def application(self, number: int, cells: Mapping[str, str]) -> Application:
        """Return the application of a row. Raises ``ValueError`` with a sentence when something is wrong."""
        person = {name: self._line(cells.get(name, ""), name, most) for name, most in LINES}
        if not (person["first_name"] or person["last_name"]):
            raise ValueError(_("There is no name"))
        category, days = self._category(cells), self._days(cells)
        answers = self._answers(cells, category, days)
        uid = uuid.uuid5(self.batch, f"registration {number}")
        return Application(
            category=category, days=days, email=self._email(cells.get("email", "")), uid=uid,
            language=self._language(cells.get("language", "")), mobile=self._mobile(cells.get("mobile", "")),
            answers=answers, choices=self._choices(answers), form_version=self.version,
            sensitive=sensitive.encrypt(uid, {}) if self.asks_sensitive else None,
            idempotency_key=uuid.uuid5(self.batch, f"row {number}"), source=Registration.Source.IMPORT, **person,
        )  # fmt: skip

    def _line(self, text: str, name: str, most: int) -> str:
        words = _taken(clean_text, text, most=most)
        try:
            if name in NAMES:
                validate_name(words)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from None
        return words

    def _email(self, text: str) -> str:
        if not text:
            return ""
        address = _taken(parse_email, text)
        try:
            validate_email(address)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from None
        return address

    def _mobile(self, text: str) -> str:
        return _taken(parse_phone, text) if text else ""

    def _language(self, text: str) -> str:
        wished = text.casefold()
        codes = {word.casefold(): code for code, name in content_languages() for word in (code, str(name))}
        return codes.get(wished, self.language)

    def _category(self, cells: Mapping[str, str]) -> ParticipantCategory:
        wished = cells.get("category", "").casefold()
        if wished and wished not in self.categories:
            raise ValueError(_("The event has no category “%(name)s”") % {"name": cells["category"][:80]})
        return self.categories[wished] if wished else self.category

    def _days(self, cells: Mapping[str, str]) -> tuple[EventDay, ...]:
        wished = cells.get("days", "")
        if not wished or self.setup.days == RegistrationSetup.Days.ALL:
            return tuple(self.days)
        named = {word: day for day in self.days for word in _day_names(day)}
        parts = [part.strip().casefold() for part in wished.replace(";", ",").split(",") if part.strip()]
        unknown = [part for part in parts if part not in named]
        if unknown or not parts:
            raise ValueError(_("The event has no day “%(name)s”") % {"name": "".join(unknown[:1])[:80]})
        chosen = {named[part].pk for part in parts}
        return tuple(day for day in self.days if day.pk in chosen)

    def _answers(
        self, cells: Mapping[str, str], category: ParticipantCategory, days: Sequence[EventDay]
    ) -> dict[str, Any]:
        uids = [str(day.uid) for day in days]
        given = {}
        for asked in self.form.asked:
            text = cells.get(f"{ANSWER}{asked.key}", "")
            if text and not asked.sensitive and not asked.silent:
                given[asked.key] = self._answer(asked, text, uids)
        basis = {questions.CATEGORY: category.key, questions.DAYS: uids, **given}
        shown = questions.visible(self.form, basis)
        return {key: answer for key, answer in given.items() if key in shown and answer is not None}

    def _answer(self, asked: Asked, text: str, uids: list[str]) -> Any:
        raw, other = _raw(asked, text, self.days)
        try:
            return questions.parse(asked, raw, other=other, days=uids)
        except Wrong as wrong:
            label = next(iter(asked.label.values()), asked.key)
            raise ValueError(f"{label}: {say(wrong, self.language)}") from None

    def _choices(self, answers: Mapping[str, Any]) -> tuple[Choice, ...]:
        return tuple(
            Choice(asked.id, option.key, option.places)
            for asked in self.form.asked
            if asked.key in answers
            for option in questions.chosen_options(asked, answers[asked.key])
        )


def _taken(parse: Callable[..., str], text: str, **options: Any) -> str:
    try:
        return parse(text, **options)
    except Wrong as wrong:
        raise ValueError(say(wrong, default_language())) from None


def _day_names(day: EventDay) -> list[str]:
    """How a day may be written: 9.3.2027, 2027-03-09, "tirsdag 9. mars" in any language."""
    date = day.date
    words = [formats.weekday_date(date, code) for code, _name in content_languages()]
    written = [*words, *(word.replace(formats.NBSP, " ") for word in words)]
    return [
        date.isoformat(),
        f"{date.day}.{date.month}.{date.year}",
        f"{date:%d.%m.%Y}",
        *(w.casefold() for w in written),
    ]


def _raw(asked: Asked, text: str, days: Sequence[EventDay]) -> tuple[list[str], str]:
    """Return what a form would have posted for the words in a cell, and the text beside "other"."""
    if asked.kind == "yes_no":
        words = {"yes": "yes", "ja": "yes", "true": "yes", "x": "yes", "1": "yes",
                 "no": "no", "nei": "no", "false": "no", "0": "no"}  # fmt: skip
        return [words.get(text.casefold(), text)], ""
    if asked.kind == "days":
        named = {word: str(day.uid) for day in days for word in _day_names(day)}
        return [named.get(part, part) for part in _parts(text)], ""
    if asked.kind not in questions.CHOICES:
        return [text], ""
    named = {
        word.casefold(): option.key
        for option in asked.options
        if not option.retired
        for word in (option.key, *option.label.values())
    }
    if asked.kind == "several":
        whole = named.get(text.casefold())
        return [whole] if whole else [named.get(part, part) for part in _parts(text)], ""
    chosen = named.get(text.casefold())
    if chosen is None and asked.allow_other:
        return [questions.OTHER], text
    return [chosen or text], ""


def _parts(text: str) -> list[str]:
    """The values of a cell: our export puts them apart by ``|``; people write ``;`` or commas."""
    sign = next((sign for sign in "|;," if sign in text), "|")
    return [part.strip().casefold() for part in text.split(sign) if part.strip()]


def reader_for(
    event: Event, setup: RegistrationSetup, *, batch: uuid.UUID, language: str, category: ParticipantCategory,
    now: dt.datetime,
) -> Reader:  # fmt: skip
    """Read what all rows share; writes the form's version, as an answer will refer to it."""
    form = questions.as_form(event.questions.all())
    categories = {
        word.casefold(): each
        for each in event.categories.all()
        for word in (each.key, *as_dict(each.name).values())
    }
    return Reader(
        event=event, setup=setup, batch=batch, language=language, category=category, form=form,
        version=version_of(event, form, now=now) if form.questions else None, days=list(event.days.all()),
        categories=categories,
        asks_sensitive=sensitive.available() and any(each.sensitive and not each.silent for each in form.asked),
    )  # fmt: skip


def judge(reader: Reader, rows: Iterable[Mapping[str, str]], *, now: dt.datetime) -> Judged:
    """Say what becomes of each row, in their order, with the seats there are now. Registers nobody."""
    taken = Registration.objects.filter(event=reader.event).active().exclude(email_key="")
    known = set(taken.exclude(status=Registration.Status.UNVERIFIED).values_list("email_key", flat=True))
    used = set(
        Registration.objects.filter(event=reader.event, source=Registration.Source.IMPORT)
        .exclude(idempotency_key=None)
        .values_list("idempotency_key", flat=True)
    )
    counts, seen, found = occupancy(reader.setup, now=now), set(), Judged()
    for number, cells in enumerate(rows, start=1):
        name = f"{cells.get('first_name', '')} {cells.get('last_name', '')}".strip()[:200]
        shown = (number, name, cells.get("email", "")[:254])
        try:
            application = reader.application(number, cells)
        except ValueError as error:
            found.lines.append(Line(*shown, "wrong", str(error)))
            continue
        key = email_key(application.email)
        if application.idempotency_key in used or (key and key in known):
            found.lines.append(Line(*shown, "known"))
        elif key and key in seen:
            found.lines.append(Line(*shown, "twice"))
        else:
            seen.add(key)
            outcome = _place(counts, reader.setup, application, number)
            found.lines.append(Line(*shown, outcome, "", None if outcome == "full" else application))
    return found


def _place(counts: Occupancy, setup: RegistrationSetup, application: Application, number: int) -> str:
    """As ``seats.register`` will place somebody an organiser adds."""
    category, days = application.category.pk, frozenset(day.pk for day in application.days)
    limit: Limit | None = counts.newcomer(category, days)
    if limit is None:
        counts.seat(category, days)
        return "confirmed"
    off = setup.waiting_list == RegistrationSetup.WaitingList.OFF
    if off or (setup.waiting_limit is not None and len(counts.queue) >= setup.waiting_limit):
        return "full"
    counts.queue += (Waiting(-number, category, days),)
    return "waitlisted"


@dataclass
class Imported:
    """What came of an import: numbers by outcome, and (row, why) of what was left out."""

    made: Counter[str] = field(default_factory=Counter)
    skipped: list[tuple[int, str]] = field(default_factory=list)


def import_registrations(
    event: Event,
    applications: Sequence[tuple[int, Application]],
    *,
    now: dt.datetime,
    by: Any,
    notify: bool = False,
    refusal: Callable[[seats.Refused], str],
) -> Imported:
    """Register each in order, ``A_TRANSACTION`` at a time under one lock; the same batch again adds nobody."""
    result = Imported()
    for start in range(0, len(applications), A_TRANSACTION):
        part = applications[start : start + A_TRANSACTION]
        try:
            with seats_locked(event.pk):
                told = [
                    _registered(event, each, now=now, by=by, notify=notify, refusal=refusal) for each in part
                ]
        except Busy:
            told = [(number, "", _("many are registering just now: try again")) for number, _each in part]
        for number, outcome, why in told:
            if why:
                result.skipped.append((number, why))
            else:
                result.made[outcome] += 1
    return result


def _registered(
    event: Event, each: tuple[int, Application], *, now: Any, by: Any, notify: bool, refusal: Any
) -> Any:
    number, application = each
    try:
        outcome = seats.register(event, application, now=now, by=by, notify=notify)
    except seats.Refused as refused:
        return number, "", refusal(refused)
    if outcome.kind in {OutcomeKind.KNOWN, OutcomeKind.REPEATED}:
        return number, "", _("already registered")
    return number, str(outcome.kind), ""
