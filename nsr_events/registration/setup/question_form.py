"""The form of one question: only the fields its kind has, its options as rows, its condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import formfield_for_dbfield

from nsr_events.registration import sensitive, values
from nsr_events.registration.models import Question

from .conditions import ConditionFields, Source

Kind = Question.Kind
ALWAYS = ("section", "label", "help")
ASKING = ("required", "sensitive", "retention")

OWN_FIELDS: Mapping[str, tuple[str, ...]] = {
    Kind.TEXT: (*ASKING, "minimum", "maximum"),
    Kind.PARAGRAPH: (*ASKING, "minimum", "maximum"),
    Kind.NUMBER: (*ASKING, "minimum", "maximum"),
    Kind.YES_NO: ASKING,
    Kind.ONE: (*ASKING, "allow_other"),
    Kind.SEVERAL: (*ASKING, "minimum", "maximum"),
    Kind.DAYS: ASKING,
    Kind.DATE: (*ASKING, "earliest", "latest"),
    Kind.PHONE: ASKING,
    Kind.EMAIL: ASKING,
    Kind.CONSENT: (),
    Kind.INFORMATION: (),
}
"""What each kind has beside label, help and section."""

EMPTY: Mapping[str, Any] = {
    "required": False, "sensitive": False, "retention": None, "minimum": None, "maximum": None, "earliest": None,
    "latest": None, "allow_other": False,
}  # fmt: skip
"""What a kind without the field stores."""

LIMITS: Mapping[str, tuple[Promise, Promise]] = {
    Kind.TEXT: (gettext_lazy("Fewest characters"), gettext_lazy("Most characters")),
    Kind.PARAGRAPH: (gettext_lazy("Fewest characters"), gettext_lazy("Most characters")),
    Kind.NUMBER: (gettext_lazy("Smallest number"), gettext_lazy("Largest number")),
    Kind.SEVERAL: (gettext_lazy("Fewest choices"), gettext_lazy("Most choices")),
}
MOST = {Kind.TEXT: values.LINE, Kind.PARAGRAPH: values.PARAGRAPH}

HELP: Mapping[str, Promise] = {
    "section": gettext_lazy("Questions with the same section stand together under it."),
    "help": gettext_lazy(
        "Say why you ask. Never ask for national identity numbers or classified information."
    ),
    "required": gettext_lazy("Whoever does not answer cannot register."),
    "sensitive": gettext_lazy(
        "Diet, health, belief, access needs: encrypted, seen by few, deleted early, never required. Cannot be undone."
    ),
    "allow_other": gettext_lazy("Adds “Other” with a line to write on."),
    "retention": gettext_lazy("Empty: as the registration of the event says."),
}


class QuestionForm(forms.ModelForm):
    """A question of one ``kind``. ``instance`` is a row of its own; options are a formset beside it."""

    class Meta:
        model = Question
        fields = [*ALWAYS, *ASKING, "allow_other", "minimum", "maximum", "earliest", "latest"]
        formfield_callback = formfield_for_dbfield

    refusal_field = ""

    def __init__(self, *args: Any, kind: str, sources: list[Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in set(EMPTY) - set(OWN_FIELDS[kind]):
            del self.fields[name]
        if not sensitive.available() and not self.instance.sensitive:
            self.fields.pop("sensitive", None)
        for name, words in HELP.items():
            if name in self.fields:
                self.fields[name].help_text = words
        if kind in LIMITS:
            self.fields["minimum"].label, self.fields["maximum"].label = LIMITS[kind]
        self.shown_when = ConditionFields(self, sources)

    @property
    def no_key(self) -> bool:
        """Whether the question could be sensitive if the site had a key."""
        return "sensitive" in OWN_FIELDS[self.kind] and "sensitive" not in self.fields

    def own_fields(self) -> list[forms.BoundField]:
        """The fields of the kind, ticks first."""
        return [self[name] for name in OWN_FIELDS[self.kind] if name in self.fields]

    def values(self, options: list[dict[str, Any]]) -> dict[str, Any]:
        """What was typed, as the verbs take it; what the kind does not have is emptied."""
        typed = {name: getattr(self.instance, name) for name in self.fields if name in self._meta.fields}
        return {
            **EMPTY,
            **typed,
            "kind": self.kind,
            "options": options if self.kind in Question.CHOICE_KINDS else [],
            "condition": self.shown_when.value(),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("sensitive") and cleaned.get("required"):
            self.add_error(
                "required", _("Untick this, or “sensitive”: a sensitive question is always optional.")
            )
        self._check_range(cleaned, "minimum", "maximum", _("Write at least as much as the smallest."))
        self._check_range(cleaned, "earliest", "latest", _("Choose a date after the earliest."))
        self._check_limits(cleaned)
        self.shown_when.clean(cleaned)
        return cleaned

    def _check_range(self, cleaned: Mapping[str, Any], least: str, most: str, words: str) -> None:
        low, high = cleaned.get(least), cleaned.get(most)
        if low is not None and high is not None and low > high:
            self.add_error(most, words)

    def _check_limits(self, cleaned: Mapping[str, Any]) -> None:
        if self.kind == Kind.NUMBER:
            return
        for name in ("minimum", "maximum"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, _("Write 0 or more."))
        longest = MOST.get(Kind(self.kind))
        if longest and (cleaned.get("maximum") or 0) > longest:
            self.add_error("maximum", _("Write at most %(most)d.") % {"most": longest})
