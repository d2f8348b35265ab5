"""The verbs that change what a form asks: rules about answers that exist, and what a change will do before it does it.

Keys are made once. What somebody answered is retired, never deleted; a kind never changes after an answer; an
ordinary question may become sensitive, never back (registration, section 7).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nsr_events.core import audit
from nsr_events.core.models import Event
from nsr_events.core.texts import default_language, text_in

from . import answers, sensitive
from .history import note
from .locking import seats_locked
from .models import Question
from .questions import as_form, make_key, problems_of
from .saving import Saved, SavedMeanwhile, Unconfirmed, renumber, stamp_of


@dataclass(frozen=True)
class Kept:
    """An option that is asked no more, or has fewer places than people who chose it."""

    label: str
    chosen: int
    places: int | None = None


@dataclass(frozen=True)
class Effects:
    """What saving a question does to people and their answers."""

    sealed: int = 0
    becomes_sensitive: bool = False
    lacking: int = 0
    others: int = 0
    retired: tuple[Kept, ...] = ()
    over: tuple[Kept, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.becomes_sensitive or self.lacking or self.others or self.retired or self.over)

    @property
    def answer(self) -> str:
        """What a form sends back to confirm exactly these effects."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def save_question(
    event: Event,
    question: Question,
    values: Mapping[str, Any],
    *,
    stamp: str = "",
    confirmed: str = "",
    now: dt.datetime,
    by: Any = None,
) -> Saved:
    """Give a question these values; a new one gets its key and the last place in its section.

    Raises ``ValidationError`` by field, ``SavedMeanwhile``, ``Unconfirmed`` or ``Busy``; then nothing was changed.
    """
    _check_key(values)
    question.key = question.key or make_key()
    sealing = values.get("sensitive") and not (question.pk and question.sensitive)
    safe = answers.seal(event, question.key, now=now) if sealing else None
    with seats_locked(event.pk):
        if not question.pk and (same := event.questions.filter(uid=question.uid).first()):
            return Saved(same)
        before = _before(event, question, stamp)
        row = _with_values(event, question if before is None else _reread(event, question), values)
        _check_rules(event, row, before)
        effects = _effects(event, row, before)
        if effects and confirmed != effects.answer:
            raise Unconfirmed(effects)
        row.save()
        moved = safe.move(row) if safe else 0
        _note(event, row, moved if before is not None and safe else None, now=now, by=by)
    return Saved(row, tuple(values))


def retire(event: Event, question: Question, *, by: Any = None) -> None:
    """Ask a question no more; who answered keeps the answer. Raises ``ValidationError`` when others depend on it."""
    _set_retired(event, question, retired=True, by=by)


def restore(event: Event, question: Question, *, by: Any = None) -> None:
    """Ask a retired question again."""
    _set_retired(event, question, retired=False, by=by)


def delete(event: Event, question: Question, *, by: Any = None) -> None:
    """Delete a question that nobody answered. Raises ``ValidationError``: one that somebody did is retired."""
    with seats_locked(event.pk):
        row = _reread(event, question)
        if answers.is_answered(row):
            raise ValidationError(_("Somebody has answered this question. Retire it instead."))
        _check_others(event, [each for each in event.questions.all() if each.pk != row.pk], None)
        row.delete()
        note(event, "question.delete", by, uid=str(row.uid))


def move(event: Event, question: Question, *, up: bool, by: Any = None) -> None:
    """Let a question change places with its neighbour in the same section."""
    with seats_locked(event.pk):
        parts = sections_of(event.questions.all())
        for part in parts:
            _swap(part, question, up=up)
        renumber(each for part in parts for each in part)
        note(event, "question.move", by, uid=str(question.uid))


def move_section(event: Event, question: Question, *, up: bool, by: Any = None) -> None:
    """Let the section that holds ``question`` change places with its neighbour."""
    with seats_locked(event.pk):
        parts = sections_of(event.questions.all())
        _swap(parts, next(part for part in parts if question in part), up=up)
        renumber(each for part in parts for each in part)
        note(event, "question.move", by, uid=str(question.uid))


def sections_of(questions: Iterable[Question]) -> list[list[Question]]:
    """Return the questions as the form groups them: each section once, in the order of its first question."""
    found: dict[str, list[Question]] = {}
    for question in questions:
        found.setdefault(text_in(question.section, default_language()).value, []).append(question)
    return list(found.values())


def _swap(rows: list[Any], row: Any, *, up: bool) -> None:
    if row not in rows:
        return
    place = rows.index(row)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]


def _check_key(values: Mapping[str, Any]) -> None:
    if values.get("sensitive") and not sensitive.available():
        raise ValidationError(
            {"sensitive": [_("This site has no key for sensitive answers. Tell whoever runs it.")]}
        )


def _before(event: Event, question: Question, stamp: str) -> Question | None:
    """The row as it is now, None for a new one."""
    if not question.pk:
        return None
    row = _reread(event, question)
    if stamp_of(row) != stamp:
        raise SavedMeanwhile(row)
    return row


def _reread(event: Event, question: Question) -> Question:
    found = event.questions.filter(pk=question.pk).first()
    if found is None:
        raise ValidationError(_("Somebody has deleted this question meanwhile."))
    return found


def _with_values(event: Event, row: Question, values: Mapping[str, Any]) -> Question:
    row.event = event
    if not row.pk:
        last = event.questions.aggregate(last=Max("sort_order"))["last"]
        row.sort_order = 0 if last is None else last + 1
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _check_rules(event: Event, row: Question, before: Question | None) -> None:
    if before is not None and before.sensitive and not row.sensitive:
        raise ValidationError(
            {"sensitive": [_("Sensitive answers stay sensitive. Make a new question instead.")]}
        )
    if before is not None and before.kind != row.kind and answers.is_answered(before):
        raise ValidationError(
            {"kind": [_("Somebody has answered, so the kind stays. Retire the question and make a new one.")]}
        )
    if before is not None:
        _check_options(event, row, before)
    others = [each for each in event.questions.all() if each.pk != row.pk]
    _check_others(event, [*others, row], row)


def _check_options(event: Event, row: Question, before: Question) -> None:
    """An option that somebody chose is retired, never taken away."""
    gone = {option["key"] for option in before.options} - {option["key"] for option in row.options}
    if not gone:
        return
    held = answers.sensitive_options(before) if before.sensitive else set(answers.chosen(event, before))
    names = [_label(option) for option in before.options if option["key"] in gone & held]
    if names:
        words = _("Somebody chose this. Retire it instead of removing it: %(names)s.")
        raise ValidationError({"options": [words % {"names": ", ".join(names)}]})


PROBLEMS: Mapping[str, tuple[str, Promise]] = {
    "unknown_source": ("condition", gettext_lazy("Choose a question that is asked.")),
    "kind_of_source": ("condition", gettext_lazy("Choose a question with yes and no, or with choices.")),
    "conditional_source": ("condition", gettext_lazy("Choose a question that is always shown.")),
    "tells_sensitive": (
        "condition",
        gettext_lazy("An ordinary question may not depend on a sensitive one: that it is shown would tell."),
    ),
    "unknown_value": ("condition", gettext_lazy("Choose among the answers of that question.")),
    "no_options": ("options", gettext_lazy("Write at least one option.")),
    "sensitive_required": ("required", gettext_lazy("A sensitive question is always optional.")),
}
"""Code of ``questions.problems_of``: the field, and what to do."""


def _check_others(event: Event, wished: list[Question], row: Question | None) -> None:
    """Refuse what breaks the form: at the field for this question, by name for those that depend on it."""
    old = set(problems_of(as_form(event.questions.all())))
    own = row.key if row else None
    for key, code in problems_of(as_form(wished)):
        if key == own:
            name, words = PROBLEMS[code]
            raise ValidationError({name: [words]})
        if (key, code) not in old:
            other = next(each for each in wished if each.key == key)
            words = _("“%(question)s” depends on this question. Change its condition first.")
            raise ValidationError(words % {"question": _name(other)})


def _effects(event: Event, row: Question, before: Question | None) -> Effects:
    newly_required = row.required and (before is None or not before.required)
    missing = answers.lacking(row) if newly_required and not row.sensitive else 0
    if before is None:
        return Effects(lacking=missing)
    sealing = row.sensitive and not before.sensitive
    count = answers.answered(event, [before])[before.key] if sealing else 0
    chosen = Counter() if before.sensitive else answers.chosen(event, before)
    return Effects(
        sealed=count,
        becomes_sensitive=sealing,
        lacking=missing,
        others=answers.others(before) if before.allow_other and not row.allow_other else 0,
        retired=tuple(_newly_retired(row, before, chosen)),
        over=() if row.sensitive else tuple(_too_few_places(row, before, chosen)),
    )


def _newly_retired(row: Question, before: Question, chosen: Counter[str]) -> Iterable[Kept]:
    was = {option["key"] for option in before.options if option.get("retired")}
    for option in row.options:
        if option.get("retired") and option["key"] not in was and chosen[option["key"]]:
            yield Kept(_label(option), chosen[option["key"]])


def _too_few_places(row: Question, before: Question, chosen: Counter[str]) -> Iterable[Kept]:
    was = {option["key"]: option.get("places") for option in before.options}
    for option in row.options:
        places, number = option.get("places"), chosen[option["key"]]
        if places is not None and places < number and was.get(option["key"]) != places:
            yield Kept(_label(option), number, places)


def _note(event: Event, row: Question, moved: int | None, *, now: dt.datetime, by: Any) -> None:
    note(event, "question.save", by, uid=str(row.uid))
    if moved is not None:
        note(event, "question.sensitive", by, uid=str(row.uid))
        audit.record(
            "answers.sealed", event=event, actor=by, object_uid=row.uid, counts={"answers": moved}, now=now
        )


def _set_retired(event: Event, question: Question, *, retired: bool, by: Any) -> None:
    with seats_locked(event.pk):
        row = _reread(event, question)
        row.retired = retired
        others = [each for each in event.questions.all() if each.pk != row.pk]
        _check_others(event, [*others, row], None if retired else row)
        row.save(update_fields=["retired"])
        note(event, "question.retire" if retired else "question.restore", by, uid=str(row.uid))


def _label(option: Mapping[str, Any]) -> str:
    return text_in(option["label"], get_language() or default_language()).value


def _name(question: Question) -> str:
    return text_in(question.label, get_language() or default_language()).value
