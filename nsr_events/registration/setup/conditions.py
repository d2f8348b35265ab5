"""When a question is shown: a choice of the source, and boxes for the values of each source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.models import Event
from nsr_events.core.texts import text_in
from nsr_events.registration.models import Question, RegistrationSetup
from nsr_events.registration.questions import CATEGORY, DAYS, NO, OTHER, SOURCES, YES

SOURCE = "condition"


@dataclass(frozen=True)
class Source:
    """What a question may depend on: its key, its name, and its values with their names."""

    key: str
    name: str
    values: tuple[tuple[str, str], ...]
    sensitive: bool = False


def sources_of(event: Event, setup: RegistrationSetup, *, but: Question) -> list[Source]:
    """Return what ``but`` may depend on: group, days, and questions that are always shown. One level only."""
    language = get_language() or "en"
    found = []
    categories = list(event.categories.all())
    if len(categories) > 1:
        names = tuple((each.key, text_in(each.name, language).value) for each in categories)
        found.append(Source(CATEGORY, _("Group"), names))
    if setup.days == RegistrationSetup.Days.CHOOSE:
        days = tuple(
            (str(day.uid), formats.capitalised(formats.weekday_date(day.date, language)))
            for day in event.days.all()
        )
        found.append(Source(DAYS, _("Days"), days))
    rows = event.questions.filter(kind__in=SOURCES, retired=False).exclude(pk=but.pk)
    return found + [_of_question(each, language) for each in rows if not each.condition]


def dependants(event: Event, question: Question) -> list[Question]:
    """Return the questions whose condition names ``question``: it must always be shown."""
    rows = event.questions.filter(retired=False).exclude(pk=question.pk)
    return [each for each in rows if question.key and each.condition.get("source") == question.key]


def _of_question(question: Question, language: str) -> Source:
    if question.kind == Question.Kind.YES_NO:
        values = ((YES, _("Yes")), (NO, _("No")))
    else:
        values = tuple(
            (option["key"], text_in(option["label"], language).value)
            for option in question.options
            if not option.get("retired")
        )
        if question.allow_other and question.kind == Question.Kind.ONE:
            values = (*values, (OTHER, _("Other")))
    return Source(question.key, text_in(question.label, language).value, values, question.sensitive)


class ConditionFields:
    """Adds the fields of a condition to a question's form, and reads them.

    Without scripts the values of every source are on the page; those of the chosen one count.
    """

    def __init__(self, form: forms.ModelForm, sources: Iterable[Source]) -> None:
        self.form, self.sources = form, list(sources)
        stored = form.instance.condition or {}
        if not self.sources:
            return
        form.fields[SOURCE] = forms.ChoiceField(
            label=_("Shown when"),
            required=False,
            choices=[("", _("Always")), *((each.key, self._name(each)) for each in self.sources)],
            initial=stored.get("source", ""),
        )
        for source in self.sources:
            form.fields[self._values_name(source)] = forms.MultipleChoiceField(
                label=_("“%(source)s” is one of") % {"source": source.name},
                required=False,
                choices=source.values,
                widget=forms.CheckboxSelectMultiple,
                initial=stored.get("values", []) if stored.get("source") == source.key else [],
            )

    @property
    def exists(self) -> bool:
        """Whether there is anything to depend on."""
        return bool(self.sources)

    def source_field(self) -> forms.BoundField:
        """The choice of the source."""
        return self.form[SOURCE]

    def value_fields(self) -> list[tuple[str, forms.BoundField]]:
        """(source's key, boxes of its values)."""
        return [(source.key, self.form[self._values_name(source)]) for source in self.sources]

    def clean(self, cleaned: dict[str, Any]) -> None:
        """Ask for values where a source is chosen; refuse a sensitive source of an ordinary question."""
        source = self._chosen(cleaned)
        if source is None:
            return
        if not cleaned.get(self._values_name(source)):
            self.form.add_error(SOURCE, _("Tick at least one answer that shows the question."))
        if source.sensitive and not cleaned.get("sensitive"):
            self.form.add_error(
                SOURCE,
                _("An ordinary question may not depend on a sensitive one: that it is shown would tell."),
            )

    def value(self) -> dict[str, Any]:
        """The condition to store."""
        cleaned = self.form.cleaned_data
        source = self._chosen(cleaned)
        if source is None:
            return {}
        ticked = set(cleaned[self._values_name(source)])
        return {"source": source.key, "values": [key for key, _name in source.values if key in ticked]}

    def _chosen(self, cleaned: dict[str, Any]) -> Source | None:
        return next((each for each in self.sources if each.key == cleaned.get(SOURCE)), None)

    def _values_name(self, source: Source) -> str:
        return f"values_{source.key}"

    def _name(self, source: Source) -> str:
        return _("%(name)s (sensitive)") % {"name": source.name} if source.sensitive else source.name
