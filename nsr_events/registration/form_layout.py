"""How the form is laid out: crispy-forms with templates of our own; the host's forms stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from . import texts, values
from .fields import Boxes, Radios, shown_words
from .form_parts import other_name
from .models import Registration
from .questions import CATEGORY, DAYS, OTHER, Asked
from .sections import registered

PERSON_ORDER = ("first_name", "last_name", "email", "organisation", "job_title", "mobile", "badge_name")
PART_ORDER = (CATEGORY, DAYS, "sessions")


class Section(LayoutObject):
    """A fieldset with a heading and fields; ``note`` is an inset before them."""

    template = "nsr_events/crispy/section.html"

    def __init__(self, heading: Any, *fields: Any, note: str = "", anchor: str = "") -> None:
        self.heading, self.note, self.anchor = heading, note, anchor
        self.fields: list[Any] = list(fields)

    def render(self, form: Any, context: Any, template_pack: str = "bootstrap5", **_kwargs: Any) -> str:
        """Draw the fields with the form's own template, inside the fieldset's."""
        inner = self.get_rendered_fields(form, context, template_pack)
        return render_to_string(
            self.template, {**context.flatten(), "section": self, "form": form, "inner": inner}
        )


def helper_for(form: Any) -> FormHelper:
    """Return the helper of a form: no form tag (the page writes it), our templates, our sections."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.include_media = False
    helper.template_pack = "bootstrap5"
    helper.template = "nsr_events/crispy/form.html"
    helper.field_template = "nsr_events/crispy/field.html"
    helper.layout = Layout(*sections_of(form))
    return helper


def sections_of(form: Any) -> list[Section]:
    """The sections of a form in the order of registration.md, section 7; empty ones are left out."""
    below = {name for by_value in form.reveals.values() for names in by_value.values() for name in names}
    own = [section for section in registered() if section.key in form.sections]
    parts = [
        Section(_("About you"), *_known(form, PERSON_ORDER)),
        Section(_("How you take part"), *_known(form, PART_ORDER)),
        *_question_sections(form, below),
        *(Section(section.heading, *form.sections[section.key]) for section in own),
    ]
    shown = [section for section in parts if section.fields]
    if form.registration is None and not form.staff:
        consents = [asked.key for asked in form.asked if asked.kind == "consent"]
        fields = [name for name in [*consents, "listed"] if name in form.fields]
        note = texts.privacy_in(form.setup, form.language)
        shown.append(Section(_("Your privacy"), *fields, note=note, anchor="personvern"))
    return shown


def _known(form: Any, order: Iterable[str]) -> list[str]:
    return [name for name in order if name in form.fields]


def _question_sections(form: Any, below: set[str]) -> list[Section]:
    """Questions under their headings, each heading once; those without one come first."""
    found: dict[str, Section] = {}
    for asked in form.asked:
        if asked.kind == "consent":
            continue
        section = found.setdefault(_heading_key(asked, form), Section(_heading(asked, form)))
        if (
            asked.sensitive
            and "sensitive_action" in form.fields
            and not _has(found.values(), "sensitive_action")
        ):
            section.fields.append("sensitive_action")
        names = [asked.key, other_name(asked.key)]
        section.fields += [name for name in names if name in form.fields and name not in below]
    _place_consent(form, found)
    return list(found.values())


def _has(sections: Iterable[Section], name: str) -> bool:
    return any(name in section.fields for section in sections)


def _place_consent(form: Any, found: dict[str, Section]) -> None:
    """The box of consent stands at the end of the section with the last sensitive question."""
    asked = [asked for asked in form.asked if asked.sensitive and asked.kind != "consent"]
    if asked and "sensitive_consent" in form.fields:
        found[_heading_key(asked[-1], form)].fields.append("sensitive_consent")


def _heading_key(asked: Asked, form: Any) -> str:
    return form.offering.words(asked.section)


def _heading(asked: Asked, form: Any) -> str:
    return shown_words(asked.section, form.language) or _("A few questions")


def reveals_of(form: Any) -> dict[str, dict[str, list[str]]]:
    """Return which questions stand right below which option: source's name, option, names of fields.

    A question goes under the option when that alone shows it and both are in the same section; "other" brings its text.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for asked in form.asked:
        if asked.key in form.fields and _is_group(form, asked.key) and other_name(asked.key) in form.fields:
            found.setdefault(asked.key, {}).setdefault(OTHER, []).append(other_name(asked.key))
        condition = asked.condition
        if condition and len(condition.values) == 1 and asked.kind != "consent" and _beside(form, asked):
            under = found.setdefault(condition.source, {}).setdefault(condition.values[0], [])
            under.append(asked.key)
            if other_name(asked.key) in form.fields and not _is_group(form, asked.key):
                under.append(other_name(asked.key))
    return found


def _beside(form: Any, asked: Asked) -> bool:
    source = asked.condition.source
    if source not in form.fields or not _is_group(form, source):
        return False
    offered = {str(value) for value, _label in form.fields[source].widget.choices}
    section = "" if source in {CATEGORY, DAYS} else _heading_key(form.offering.form.get(source), form)
    return asked.condition.values[0] in offered and section == _heading_key(asked, form)


def _is_group(form: Any, name: str) -> bool:
    return isinstance(form.fields[name].widget, Radios | Boxes)


def order_of(form: Any) -> list[str]:
    """The names of the fields in the order in which the page shows them."""
    found: list[str] = []
    for section in form.helper.layout.fields:
        for name in section.fields:
            found += _with_below(form, name)
    return found


def _with_below(form: Any, name: str) -> list[str]:
    below = [inner for names in form.reveals.get(name, {}).values() for inner in names]
    return [name, *(each for inner in below for each in _with_below(form, inner))]


def initial_of_registration(registration: Registration) -> dict[str, Any]:
    """The columns of a registration as the inputs show them."""
    return {
        "mobile": values.phone_words(registration.mobile),
        CATEGORY: registration.category.key,
        DAYS: [str(row.day.uid) for row in registration.days.select_related("day")],
    }
