"""Fields and widgets of the form: what a browser sends is kept as typed; ``questions`` and ``values`` judge it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.html import escape, format_html

from nsr_events.core.texts import text_in

from . import questions, values, wording
from .questions import Asked
from .values import Wrong


def shown_words(value: Any, language: str) -> str:
    """Return an editor's words escaped, marked with their own language where they fall back to another.

    Escaped here, since crispy-forms prints help texts as they are (privacy-security, section 9).
    """
    text = text_in(value, language)
    if text.value and text.lang and text.lang != language:
        return format_html('<span lang="{}">{}</span>', text.lang, text.value)
    return escape(text.value)


@dataclass(frozen=True)
class Label:
    """What stands beside a radio or box: words, a line below them, whether it can be chosen, and when it is shown."""

    words: str
    hint: str = ""
    disabled: bool = False
    when: questions.Condition | None = None

    def __str__(self) -> str:
        return self.words


class _CanBeFull:
    """Switches off options that are full, unless somebody has them already."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex=subindex, attrs=attrs)
        if getattr(label, "disabled", False) and not selected:
            option["attrs"]["disabled"] = True
        return option


class Radios(_CanBeFull, forms.RadioSelect):
    """One choice, all in view."""


class Boxes(_CanBeFull, forms.CheckboxSelectMultiple):
    """Several choices."""


class Dropdown(_CanBeFull, forms.Select):
    """One choice of many."""


class ParsedField(forms.Field):
    """A line that ``parse`` turns into a value; says what to do when it cannot."""

    def __init__(self, parse: Callable[[str], str], *, language: str, **kwargs: Any) -> None:
        self.parse, self.language = parse, language
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        if value is None or not str(value).strip():
            return ""
        try:
            return self.parse(str(value))
        except Wrong as wrong:
            raise ValidationError(wording.say(wrong, self.language), code=wrong.code) from None


class ChosenField(forms.Field):
    """Keys from a list; a key that is not in it is an error at the field. ``many``: several of them."""

    def __init__(self, *, many: bool, choices: Sequence[tuple[str, Label]], **kwargs: Any) -> None:
        self.many = many
        widget = Boxes if many else (Radios if len(choices) <= questions.RADIOS else Dropdown)
        super().__init__(widget=kwargs.pop("widget", widget)(), **kwargs)
        self.keys = [key for key, _label in choices]
        empty = [("", "")] if isinstance(self.widget, forms.Select) and widget is Dropdown else []
        self.widget.choices = [*empty, *choices]

    def to_python(self, value: Any) -> Any:
        chosen = list(dict.fromkeys(filter(None, [value] if isinstance(value, str) else value or [])))
        if not set(chosen) <= set(self.keys):
            raise ValidationError(str(wording.SENTENCES["option"]), code="option")
        return chosen if self.many else (chosen[0] if chosen else "")


class AnswerField(forms.Field):
    """A question. Hands over what was posted; the form parses it once it knows which questions are shown."""

    def __init__(self, asked: Asked, *, widget: forms.Widget, **kwargs: Any) -> None:
        self.asked = asked
        super().__init__(widget=widget, required=False, **kwargs)

    def clean(self, value: Any) -> list[str]:
        return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value or "")]


class OtherField(AnswerField):
    """The text beside "other"."""


class InformationField(forms.Field):
    """Words among the questions; takes nothing."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> None:
        return None


WIDGETS: Mapping[str, Callable[[Asked], forms.Widget]] = {
    "text": lambda asked: forms.TextInput({"class": "ne-input"}),
    "paragraph": lambda asked: forms.Textarea(
        {"class": "ne-input ne-input--tall", "rows": 4, "data-ne-count": asked.longest}
    ),
    "number": lambda asked: forms.TextInput({"class": "ne-input ne-input--short", "inputmode": "numeric"}),
    "date": lambda asked: forms.TextInput({"class": "ne-input ne-input--short"}),
    "phone": lambda asked: forms.TextInput({"class": "ne-input ne-input--short", "type": "tel", "inputmode": "tel"}),
    "email": lambda asked: forms.TextInput({"class": "ne-input", "type": "email", "inputmode": "email"}),
    "yes_no": lambda asked: Radios(),
    "one": lambda asked: Radios() if _offered(asked) <= questions.RADIOS else Dropdown({"class": "ne-input"}),
    "several": lambda asked: Boxes(),
    "days": lambda asked: Boxes(),
}  # fmt: skip


def _offered(asked: Asked) -> int:
    return sum(not option.retired for option in asked.options) + asked.allow_other


class Shown(BoundField):
    """A field as the templates draw it: label, hint, error, input, in this order (design, section 3)."""

    @property
    def shape(self) -> str:
        """Which markup: "group" of radios or boxes, one "tick", "words" without input, or an "input"."""
        widget = self.field.widget
        if isinstance(self.field, InformationField):
            return "words"
        if isinstance(widget, Radios | Boxes):
            return "group"
        return "tick" if isinstance(widget, forms.CheckboxInput) else "input"

    @property
    def is_optional(self) -> bool:
        """Whether the label says that it may be left empty."""
        asked = getattr(self.field, "asked", None)
        return not (asked.required if asked else self.field.required) and self.shape != "words"

    @property
    def anchor(self) -> str:
        """The id of the first control, where the summary of errors leads."""
        return f"{self.auto_id}_0" if self.shape == "group" else self.auto_id

    @property
    def question_key(self) -> str:
        """The key under which the browser finds the question's condition; "" when it is always shown."""
        asked = getattr(self.field, "asked", None)
        return asked.key if asked and asked.condition and not isinstance(self.field, OtherField) else ""

    @property
    def when_json(self) -> str:
        """When it is shown, for what hangs on one answer only: the text of "other", replacing sensitive answers."""
        return when_json(getattr(self.field, "when", None))

    @property
    def lead(self) -> str:
        """ "If yes to ...:", for those without scripts."""
        return getattr(self.field, "lead", "")

    @property
    def counts_to(self) -> int:
        """The most characters of a text of several lines."""
        return int(self.field.widget.attrs.get("data-ne-count", 0))

    @cached_property
    def rows(self) -> list[Row]:
        """Each option with what is asked below it when it is chosen."""
        below = self.form.reveals.get(self.name, {})
        return [
            Row(
                option,
                option.data["label"],
                [self.form[name] for name in below.get(option.data["value"], ())],
            )
            for option in self.subwidgets
        ]


@dataclass(frozen=True)
class Row:
    """One option of a group: Django's widget, its label, and the questions under it."""

    option: Any
    label: Label
    below: list[Shown]

    @property
    def when_json(self) -> str:
        """When the option itself is shown."""
        return when_json(self.label.when)


def when_json(condition: questions.Condition | None) -> str:
    """Return a condition for a ``data-`` attribute; "" for none."""
    return json.dumps({"source": condition.source, "values": condition.values}) if condition else ""


def initial_of(asked: Asked, answer: Any) -> Any:
    """Return a stored answer as its input shows it."""
    if answer is None:
        return None
    if isinstance(answer, bool):
        return questions.YES if answer else questions.NO
    if isinstance(answer, Mapping):
        return questions.OTHER
    if asked.kind == "date":
        year, month, day = str(answer).split("-")
        return f"{int(day)}.{int(month)}.{year}"
    return values.phone_words(answer) if asked.kind == "phone" else answer
