"""What a form asks, when it asks it and what an answer is. Pure, without Django (registration, section 7).

Labels are ``{language: words}``. ``visible`` is the rule that ``static/nsr_events/js/ne-conditions.js`` repeats in the
browser; the same test vectors run through both.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import values
from .values import Wrong

CATEGORY, DAYS, OTHER = "category", "days", "other"
YES, NO = "yes", "no"
RADIOS = 7
"""One choice of at most so many options is a row of radios, of more a select."""

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
SILENT = frozenset({"consent", "information"})
CHOICES = frozenset({"one", "several"})
SOURCES = frozenset({"yes_no", "one", "several"})
"""Kinds another question may depend on, beside category and days."""


@dataclass(frozen=True)
class Option:
    """One answer to choose. ``places``: how many people may; None without a limit."""

    key: str
    label: Mapping[str, str]
    places: int | None = None
    retired: bool = False


@dataclass(frozen=True)
class Condition:
    """Shown when ``source`` (a question's key, "category" or "days") has one of ``values``."""

    source: str
    values: tuple[str, ...]

    def holds(self, answer: Any) -> bool:
        """Whether an answer to the source has one of the values."""
        return not spoken(answer).isdisjoint(self.values)


@dataclass(frozen=True)
class Asked:
    """A question as a form asks it; ``id`` is its primary key, 0 where it was read from an old version."""

    key: str
    kind: str
    label: Mapping[str, str]
    help: Mapping[str, str] = field(default_factory=dict)
    section: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    sensitive: bool = False
    options: tuple[Option, ...] = ()
    allow_other: bool = False
    minimum: int | None = None
    maximum: int | None = None
    earliest: dt.date | None = None
    latest: dt.date | None = None
    condition: Condition | None = None
    retired: bool = False
    id: int = 0

    @property
    def silent(self) -> bool:
        """Whether it takes no answer of its own: a consent is a row elsewhere, information is text."""
        return self.kind in SILENT

    @property
    def longest(self) -> int:
        """The most characters of a text answer."""
        limit = values.PARAGRAPH if self.kind == "paragraph" else values.LINE
        return min(self.maximum or limit, limit) if self.kind in {"text", "paragraph"} else values.LINE

    def option(self, key: str) -> Option | None:
        """The option with this key, retired ones included."""
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True)
class Form:
    """All questions of an event in their order."""

    questions: tuple[Asked, ...]

    def get(self, key: str) -> Asked | None:
        """The question with this key."""
        return next((asked for asked in self.questions if asked.key == key), None)

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What is asked today: everything that is not retired."""
        return tuple(asked for asked in self.questions if not asked.retired)


def make_key() -> str:
    """Return a key for a question: made once, never changed, told apart from labels and languages."""
    return "q_" + "".join(secrets.choice(LETTERS) for _n in range(8))


def make_option_key() -> str:
    """Return a key for an option."""
    return "o_" + "".join(secrets.choice(LETTERS) for _n in range(6))


def as_form(rows: Iterable[Any]) -> Form:
    """Return the form that stored ``Question`` rows make, in their order."""
    return Form(tuple(_asked(row) for row in rows))


def _asked(row: Any) -> Asked:
    return Asked(
        key=row.key, kind=str(row.kind), label=_words(row.label), help=_words(row.help),
        section=_words(row.section), required=row.required, sensitive=row.sensitive,
        options=tuple(_option(option) for option in row.options), allow_other=row.allow_other,
        minimum=row.minimum, maximum=row.maximum, earliest=row.earliest, latest=row.latest,
        condition=_condition(row.condition), retired=row.retired, id=row.pk or 0,
    )  # fmt: skip


def _option(option: Mapping[str, Any]) -> Option:
    return Option(
        option["key"], _words(option.get("label")), option.get("places"), bool(option.get("retired"))
    )


def _condition(condition: Mapping[str, Any]) -> Condition | None:
    if not condition or not condition.get("source"):
        return None
    return Condition(condition["source"], tuple(str(value) for value in condition.get("values", ())))


def _words(value: Any) -> Mapping[str, str]:
    data = getattr(value, "data", value)
    if isinstance(data, Mapping):
        return {code: words for code, words in data.items() if words}
    return {"": str(data)} if data else {}


def to_content(form: Form) -> list[dict[str, Any]]:
    """Return a form as plain JSON, for an immutable version of it."""
    return [
        {
            "key": asked.key, "kind": asked.kind, "label": dict(asked.label), "help": dict(asked.help),
            "section": dict(asked.section), "required": asked.required, "sensitive": asked.sensitive,
            "options": [
                {"key": o.key, "label": dict(o.label), "places": o.places, "retired": o.retired} for o in asked.options
            ],
            "allow_other": asked.allow_other, "minimum": asked.minimum, "maximum": asked.maximum,
            "earliest": asked.earliest.isoformat() if asked.earliest else None,
            "latest": asked.latest.isoformat() if asked.latest else None,
            "condition": (
                {"source": asked.condition.source, "values": list(asked.condition.values)} if asked.condition else {}
            ),
            "retired": asked.retired,
        }
        for asked in form.questions
    ]  # fmt: skip


def from_content(content: Iterable[Mapping[str, Any]]) -> Form:
    """Return the form that an immutable version holds."""
    return Form(tuple(_from_entry(entry) for entry in content))


def _from_entry(entry: Mapping[str, Any]) -> Asked:
    dates = {
        name: dt.date.fromisoformat(entry[name]) if entry[name] else None for name in ("earliest", "latest")
    }
    options = tuple(_option(option) for option in entry["options"])
    return Asked(**{**entry, **dates, "options": options, "condition": _condition(entry["condition"])})


def spoken(answer: Any) -> frozenset[str]:
    """Return an answer as the values that conditions know: "yes", option keys, "other", a category's key, day uids."""
    if isinstance(answer, bool):
        return frozenset({YES if answer else NO})
    if isinstance(answer, Mapping):
        return frozenset({OTHER}) if answer.get(OTHER) is not None else frozenset()
    if isinstance(answer, str):
        return frozenset({answer}) if answer else frozenset()
    if isinstance(answer, Sequence):
        return frozenset(str(value) for value in answer)
    return frozenset()


def visible(form: Form, answers: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of the questions that are shown for these answers.

    ``answers`` holds answers by question key, the category's key under "category" and uids under "days". One level: a
    source that is itself conditional, retired or unknown has no answer, and an ordinary question that would depend on
    a sensitive one stays hidden, since its presence would tell.
    """
    by_key = {asked.key: asked for asked in form.asked}
    return frozenset(asked.key for asked in form.asked if _shown(asked, by_key, answers))


def _shown(asked: Asked, by_key: Mapping[str, Asked], answers: Mapping[str, Any]) -> bool:
    if asked.condition is None:
        return True
    source = asked.condition.source
    if source not in {CATEGORY, DAYS}:
        other = by_key.get(source)
        if other is None or other.condition is not None or (other.sensitive and not asked.sensitive):
            return False
    return asked.condition.holds(answers.get(source))


def problems_of(form: Form) -> list[tuple[str, str]]:
    """Return what breaks the rules of a form as (question key, code), for the editor of questions.

    Codes: "unknown_source", "kind_of_source" (only yes-no and choices), "conditional_source", "tells_sensitive",
    "unknown_value", "no_options", "several_sensitive_required".
    """
    by_key = {asked.key: asked for asked in form.asked}
    found = [(asked.key, code) for asked in form.asked for code in _problems(asked, by_key)]
    return sorted(set(found), key=found.index)


def _problems(asked: Asked, by_key: Mapping[str, Asked]) -> Iterable[str]:
    if asked.kind in CHOICES and not any(not option.retired for option in asked.options):
        yield "no_options"
    if asked.sensitive and asked.required:
        yield "sensitive_required"
    if asked.condition is None or asked.condition.source in {CATEGORY, DAYS}:
        return
    source = by_key.get(asked.condition.source)
    if source is None:
        yield "unknown_source"
        return
    if source.kind not in SOURCES:
        yield "kind_of_source"
    if source.condition is not None:
        yield "conditional_source"
    if source.sensitive and not asked.sensitive:
        yield "tells_sensitive"
    if not set(asked.condition.values) <= set(values_of(source)):
        yield "unknown_value"


def values_of(asked: Asked) -> tuple[str, ...]:
    """Return the values a condition may name of a source."""
    if asked.kind == "yes_no":
        return (YES, NO)
    keys = tuple(option.key for option in asked.options if not option.retired)
    return (*keys, OTHER) if asked.allow_other and asked.kind == "one" else keys


def parse(
    asked: Asked, raw: Sequence[str], *, other: str = "", days: Sequence[str] = (), kept: Any = None
) -> Any:
    """Return the answer to store for what was posted, None when nothing was.

    ``raw`` holds every value posted under the question's name, ``other`` the text beside "other", ``days`` the uids of
    the attended days, ``kept`` the answer somebody gave before: its retired options may stay. Raises ``Wrong``; the
    answer to a required question is asked for by ``missing``.
    """
    return PARSERS[asked.kind](
        asked, [value for value in raw if value.strip()], other=other, days=days, kept=kept
    )


def missing(asked: Asked, answer: Any) -> bool:
    """Whether an answer must be given and is not."""
    return asked.required and not asked.silent and answer in (None, "", [])


def _text(asked: Asked, raw: Sequence[str], **_more: Any) -> str | None:
    text = values.clean_text(raw[0], most=asked.longest, lines=asked.kind == "paragraph") if raw else ""
    if text and asked.minimum and len(text) < asked.minimum:
        raise Wrong("too_short", limit=asked.minimum)
    return text or None


def _number(asked: Asked, raw: Sequence[str], **_more: Any) -> int | None:
    number = values.parse_number(raw[0]) if raw else None
    if number is not None and not _within(number, asked.minimum, asked.maximum):
        raise Wrong("number_range", least=asked.minimum, most=asked.maximum)
    return number


def _date(asked: Asked, raw: Sequence[str], **_more: Any) -> str | None:
    date = values.parse_date(raw[0]) if raw else None
    if date is not None and not _within(date, asked.earliest, asked.latest):
        raise Wrong("date_range", least=asked.earliest, most=asked.latest)
    return date.isoformat() if date else None


def _within(value: Any, least: Any, most: Any) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _phone(_asked: Asked, raw: Sequence[str], **_more: Any) -> str | None:
    return values.parse_phone(raw[0]) if raw else None


def _email(_asked: Asked, raw: Sequence[str], **_more: Any) -> str | None:
    return values.parse_email(raw[0]) if raw else None


def _yes_no(_asked: Asked, raw: Sequence[str], **_more: Any) -> bool | None:
    if raw and raw[0] not in {YES, NO}:
        raise Wrong("option")
    return raw[0] == YES if raw else None


def _one(asked: Asked, raw: Sequence[str], *, other: str = "", kept: Any = None, **_more: Any) -> Any:
    if not raw:
        return None
    if raw[0] == OTHER and (asked.allow_other or OTHER in spoken(kept)):
        text = values.clean_text(other)
        if not text:
            raise Wrong("other")
        return {OTHER: text}
    _check_options(asked, raw[:1], kept)
    return raw[0]


def _several(asked: Asked, raw: Sequence[str], *, kept: Any = None, **_more: Any) -> list[str] | None:
    _check_options(asked, raw, kept)
    chosen = [option.key for option in asked.options if option.key in raw]
    if chosen and asked.minimum and len(chosen) < asked.minimum:
        raise Wrong("too_few", limit=asked.minimum)
    if asked.maximum and len(chosen) > asked.maximum:
        raise Wrong("too_many", limit=asked.maximum)
    return chosen or None


def _check_options(asked: Asked, raw: Sequence[str], kept: Any) -> None:
    known = {option.key for option in asked.options if not option.retired} | (
        spoken(kept) & {option.key for option in asked.options}
    )
    if not set(raw) <= known:
        raise Wrong("option")


def _days(_asked: Asked, raw: Sequence[str], *, days: Sequence[str] = (), **_more: Any) -> list[str] | None:
    if not set(raw) <= set(days):
        raise Wrong("day")
    return [uid for uid in days if uid in raw] or None


def _nothing(_asked: Asked, _raw: Sequence[str], **_more: Any) -> None:
    return None


PARSERS: Mapping[str, Callable[..., Any]] = {
    "text": _text, "paragraph": _text, "number": _number, "date": _date, "phone": _phone, "email": _email,
    "yes_no": _yes_no, "one": _one, "several": _several, "days": _days, "consent": _nothing, "information": _nothing,
}  # fmt: skip


def chosen_options(asked: Asked, answer: Any) -> tuple[Option, ...]:
    """Return the options an answer chose, in the question's order."""
    return tuple(option for option in asked.options if asked.kind in CHOICES and option.key in spoken(answer))


def label_of(
    asked: Asked, answer: Any, *, days: Mapping[str, str] | None = None, gone: str = ""
) -> list[Mapping[str, str] | str]:
    """Return an answer as things to show: labels by language, or plain text; [] when there is none.

    Yes and no come as "yes" and "no", dates as ISO, days as what ``days`` calls them. Options that are gone show
    their key, days that are gone ``gone`` (their uid where that is empty).
    """
    if answer in (None, "", []):
        return []
    if isinstance(answer, Mapping):
        return [str(answer.get(OTHER, ""))]
    if asked.kind in CHOICES:
        keys = [answer] if isinstance(answer, str) else list(answer)
        return [_label(asked, key) for key in keys]
    if asked.kind == "days":
        return [(days or {}).get(uid, gone or uid) for uid in answer]
    if isinstance(answer, bool):
        return [YES if answer else NO]
    return [str(answer)]


def _label(asked: Asked, key: str) -> Mapping[str, str] | str:
    option = asked.option(key)
    return option.label if option else key
