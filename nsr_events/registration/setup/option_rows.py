"""The options of a question as rows of a form: words, places, retired. Keys are made once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from i18nfield.strings import LazyI18nString
from wagtail.admin.forms.formsets import BaseFormSetMixin

from nsr_events.core.fields import I18nFormField
from nsr_events.core.texts import as_dict
from nsr_events.registration.models import MOST_SEATS, Question
from nsr_events.registration.questions import make_option_key

MOST_OPTIONS = 100
MOST_CHARACTERS = 120
EMPTY_ROWS = 2


class OptionForm(forms.Form):
    """One option. ``chosen`` is how many people have it; unknown (None) for sensitive questions."""

    key = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    places = forms.IntegerField(
        label=gettext_lazy("Places"), required=False, min_value=0, max_value=MOST_SEATS
    )
    retired = forms.BooleanField(label=gettext_lazy("No longer offered"), required=False)

    def __init__(self, *args: Any, chosen: Counter[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"] = I18nFormField(
            label=_("Option"), max_length=MOST_CHARACTERS, widget=forms.TextInput
        )
        self.counts = chosen

    @property
    def stored_key(self) -> str:
        """The key the row had when the form was opened."""
        return self.initial.get("key", "")

    @property
    def chosen(self) -> int:
        """How many people have the option."""
        return self.counts[self.stored_key] if self.counts and self.stored_key else 0

    def has_changed(self) -> bool:
        """A row that stands for an option is always read."""
        return bool(self.stored_key) or super().has_changed()


class BaseOptionFormSet(BaseFormSetMixin, forms.BaseFormSet):
    """All options of a question; Wagtail's script adds rows, without it there are empty ones to fill."""

    deletion_widget = forms.CheckboxInput

    def __init__(
        self, *args: Any, question: Question, chosen: Counter[str] | None, sensitive: bool, **kwargs: Any
    ) -> None:
        self.known = {option["key"]: option for option in question.options}
        self.sensitive = sensitive
        initial = [
            {
                "key": option["key"],
                "label": LazyI18nString(option["label"]),
                "places": option.get("places"),
                "retired": bool(option.get("retired")),
            }
            for option in question.options
        ]
        super().__init__(*args, prefix="options", initial=initial, form_kwargs={"chosen": chosen}, **kwargs)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Order")
        form.fields["DELETE"].label = _("Remove")

    def clean(self) -> None:
        """Refuse the same words twice, and places where nobody may count."""
        seen = set()
        for form in self.left:
            words = tuple(sorted(as_dict(form.cleaned_data.get("label")).items()))
            if words and words in seen:
                form.add_error("label", _("This option stands twice."))
            seen.add(words)
            if self.sensitive and form.cleaned_data.get("places") is not None:
                form.add_error("places", _("Sensitive answers cannot be counted. Leave this empty."))

    @cached_property
    def left(self) -> list[forms.Form]:
        """The rows that are neither removed nor empty, in their order."""
        rows = [form for form in self.forms if self._is_meant(form)]
        # A row without a number goes last, as it was added last.
        return sorted(rows, key=lambda form: form.cleaned_data.get("ORDER") or MOST_SEATS)

    def _is_meant(self, form: forms.Form) -> bool:
        cleaned = getattr(form, "cleaned_data", {})
        return bool(cleaned.get("label")) and not cleaned.get("DELETE")

    def values(self) -> list[dict[str, Any]]:
        """The options to store; a key that the question does not have, or has once more, is made anew."""
        known = set(self.known)
        return [self._value(form.cleaned_data, known) for form in self.left]

    def _value(self, cleaned: dict[str, Any], known: set[str]) -> dict[str, Any]:
        key = cleaned["key"] if cleaned["key"] in known else make_option_key()
        known.discard(key)
        return {
            "key": key,
            "label": as_dict(cleaned["label"]),
            "places": cleaned["places"],
            "retired": cleaned["retired"],
        }


OptionFormSet = forms.formset_factory(
    OptionForm, formset=BaseOptionFormSet, extra=EMPTY_ROWS, can_delete=True, can_order=True,
    max_num=MOST_OPTIONS, validate_max=True, absolute_max=MOST_OPTIONS + 50,
)  # fmt: skip
