"""The fields of the form: who somebody is, how they take part, what the event asks, what they agree to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from nsr_events.core import formats
from nsr_events.core.models import validate_name

from . import questions, texts, values, wording
from .fields import (
    WIDGETS,
    AnswerField,
    ChosenField,
    InformationField,
    Label,
    OtherField,
    ParsedField,
    shown_words,
)
from .models import RegistrationSetup
from .offering import Offering
from .questions import Asked, Condition

NAME, LINE = 100, 200

PERSON: Mapping[str, tuple[Promise, Promise, str, int]] = {
    "first_name": (gettext_lazy("First name"), gettext_lazy("Write your first name"), "given-name", NAME),
    "last_name": (gettext_lazy("Last name"), gettext_lazy("Write your last name"), "family-name", NAME),
    "organisation": (
        gettext_lazy("Company or organisation"),
        gettext_lazy("Write where you work"),
        "organization",
        LINE,
    ),
    "job_title": (
        gettext_lazy("Job title or role"),
        gettext_lazy("Write your job title or role"),
        "organization-title",
        LINE,
    ),
    "badge_name": (
        gettext_lazy("Name on the badge"),
        gettext_lazy("Write the name for your badge"),
        "off",
        NAME,
    ),
}
"""Label, what to do when it is missing, autocomplete (WCAG 1.3.5), most characters."""

HINTS: Mapping[str, Promise] = {
    "badge_name": gettext_lazy("If it should be another than your first and last name."),
}
ASKED = ("organisation", "job_title", "mobile", "badge_name")
NAMES = frozenset({"first_name", "last_name", "badge_name"})


def person_fields(
    setup: RegistrationSetup, language: str, *, staff: bool, locked_email: str = ""
) -> dict[str, forms.Field]:
    """Name and address, and what the setup asks beside them. A locked address is no field at all."""
    asked = {name: getattr(setup, f"ask_{name}") for name in ASKED}
    found = {name: _line(name, language, required=True) for name in ("first_name", "last_name")}
    if not locked_email:
        found["email"] = _email(language, required=not staff)
    for name in ASKED:
        if asked[name] == RegistrationSetup.Asked.OFF:
            continue
        required = asked[name] == RegistrationSetup.Asked.REQUIRED and not staff
        found[name] = (
            _mobile(language, required) if name == "mobile" else _line(name, language, required=required)
        )
    return found


def _line(name: str, language: str, *, required: bool) -> ParsedField:
    label, missing, autocomplete, most = PERSON[name]
    return ParsedField(
        lambda raw: values.clean_text(raw, most=most),
        language=language,
        label=label,
        help_text=HINTS.get(name, ""),
        required=required,
        error_messages={"required": missing},
        validators=[_name] if name in NAMES else [],
        widget=forms.TextInput({"class": "ne-input", "autocomplete": autocomplete}),
    )


def _name(value: str) -> None:
    validate_name(value)


def _email(language: str, *, required: bool) -> ParsedField:
    return ParsedField(
        _address,
        language=language,
        label=_("E-mail"),
        help_text=_("We send the confirmation and practical information here."),
        required=required,
        error_messages={"required": _("Write your e-mail address")},
        widget=forms.TextInput(
            {"class": "ne-input", "type": "email", "autocomplete": "email", "inputmode": "email"}
        ),
    )


def _address(raw: str) -> str:
    address = values.parse_email(raw)
    try:
        validate_email(address)
    except ValidationError:
        raise values.Wrong("email") from None
    return address


def _mobile(language: str, required: bool) -> ParsedField:
    return ParsedField(
        values.parse_phone,
        language=language,
        label=_("Mobile number"),
        help_text=_("Used only for messages during the event."),
        required=required,
        error_messages={"required": _("Write your mobile number")},
        widget=forms.TextInput(
            {"class": "ne-input ne-input--short", "type": "tel", "autocomplete": "tel", "inputmode": "tel"}
        ),
    )


def part_fields(offering: Offering) -> dict[str, forms.Field]:
    """Category, days and sessions, each only where there is a choice."""
    found: dict[str, forms.Field] = {}
    if len(offering.categories) > 1:
        found[questions.CATEGORY] = ChosenField(
            many=False, choices=offering.category_choices(), label=_("You take part as"),
            error_messages={"required": _("Choose how you take part")},
        )  # fmt: skip
    if offering.chooses_days:
        found[questions.DAYS] = ChosenField(
            many=True, choices=offering.day_choices(), label=_("Which days will you come?"),
            error_messages={"required": _("Choose at least one day")},
        )  # fmt: skip
    if offering.items:
        found["sessions"] = ChosenField(
            many=True, choices=offering.session_choices(), required=False, label=_("Sessions with limited seats"),
            help_text=_("You get the seats if you get a seat at the event."),
        )  # fmt: skip
    return found


def question_fields(
    asked: list[Asked], offering: Offering, answers: Mapping[str, Any]
) -> dict[str, forms.Field]:
    """The questions that take answers and the words among them; consents stand at the end of the form."""
    found: dict[str, forms.Field] = {}
    for question in asked:
        if question.kind != "consent":
            found[question.key] = _question(question, offering, answers.get(question.key))
        held = questions.OTHER in questions.spoken(answers.get(question.key))
        if question.kind == "one" and (question.allow_other or held):
            found[other_name(question.key)] = _other(question, offering)
    return found


def other_name(key: str) -> str:
    """The name of the text beside "other"."""
    return f"{key}-{questions.OTHER}"


def _question(question: Asked, offering: Offering, kept: Any) -> forms.Field:
    language = offering.language
    words = {
        "label": shown_words(question.label, language),
        "help_text": shown_words(question.help, language),
    }
    if question.kind == "information":
        field: forms.Field = InformationField(required=False, **words)
        field.asked = question
    else:
        widget = WIDGETS[question.kind](question)
        if question.kind in CHOICES:
            widget.choices = CHOICES[question.kind](question, offering, kept)
        field = AnswerField(question, widget=widget, **words)
    field.plain_label = offering.words(question.label)
    field.lead = lead_of(question, offering)
    return field


def _yes_no(*_args: Any) -> list[tuple[str, Label]]:
    return [(questions.YES, Label(_("Yes"))), (questions.NO, Label(_("No")))]


def _one(question: Asked, offering: Offering, kept: Any) -> list[tuple[str, Any]]:
    choices = offering.option_choices(question, kept)
    return choices if len(choices) <= questions.RADIOS else [("", ""), *choices]


CHOICES: Mapping[str, Callable[..., list]] = {
    "yes_no": _yes_no,
    "one": _one,
    "several": lambda question, offering, kept: offering.option_choices(question, kept),
    "days": lambda question, offering, _kept: offering.answer_days(),
}


def _other(question: Asked, offering: Offering) -> OtherField:
    field = OtherField(
        question, widget=forms.TextInput({"class": "ne-input"}), label=_("What do you mean by “other”?")
    )
    field.when = Condition(question.key, (questions.OTHER,))
    field.lead = ""
    field.plain_label = str(field.label)
    return field


def lead_of(question: Asked, offering: Offering) -> str:
    """Return "If yes to “…”:" for a conditional question, for readers without scripts."""
    condition = question.condition
    if condition is None:
        return ""
    if condition.source == questions.CATEGORY:
        names = [offering.words(each.name) for each in offering.categories if each.key in condition.values]
        return _("If you take part as %(names)s:") % {"names": wording.joined_or(names)}
    if condition.source == questions.DAYS:
        days = [offering.day_words(day).lower() for day in offering.days if str(day.uid) in condition.values]
        return _("If you come on %(days)s:") % {"days": wording.joined_or(days)}
    source = offering.form.get(condition.source)
    label = offering.words(source.label) if source else ""
    if source and source.kind == "yes_no" and len(condition.values) == 1:
        if condition.values[0] == questions.YES:
            return _("If yes to “%(label)s”:") % {"label": label}
        return _("If no to “%(label)s”:") % {"label": label}
    names = [_value_words(source, value, offering) for value in condition.values] if source else []
    return _("If you answer %(answers)s to “%(label)s”:") % {
        "answers": wording.joined_or(names),
        "label": label,
    }


def _value_words(source: Asked, value: str, offering: Offering) -> str:
    simple = {questions.YES: _("Yes"), questions.NO: _("No"), questions.OTHER: pgettext("answer", "Other")}
    option = source.option(value)
    return offering.words(option.label) if option else simple.get(value, value)


def tick(label: str, *, hint: str = "", plain: str = "") -> forms.BooleanField:
    """One unticked box with its own words; never needed."""
    field = forms.BooleanField(required=False, label=label, help_text=hint)
    field.plain_label = plain
    return field


def add_sensitive(form: Any) -> None:
    """Add the box of consent that stands with sensitive questions and, where some are answered, what to do with them.

    Answers are not shown back: a forwarded mail must not tell them (registration, section 10).
    """
    form.fields["sensitive_consent"] = tick(
        texts.sensitive(), hint=texts.sensitive_hint(form.setup, form.language), plain=texts.sensitive()
    )
    if form.answered is None:
        return
    form.fields["sensitive_action"] = _sensitive_action(form)
    replacing = Condition("sensitive_action", ("replace",))
    names = [asked.key for asked in form.asked if asked.sensitive]
    others = [other_name(name) for name in names if other_name(name) in form.fields]
    for name in [*names, *others, "sensitive_consent"]:
        if name in form.fields and getattr(form.fields[name], "when", None) is None:
            form.fields[name].when = replacing


def _sensitive_action(form: Any) -> ChosenField:
    at = form.answered.at
    words = formats.day_month(at.astimezone(form.event.zone).date(), form.language) if at else ""
    keep = _("Keep what I answered on %(date)s") % {"date": words} if words else _("Keep what I answered")
    choices = [("keep", Label(keep)), ("replace", Label(_("Replace it"))), ("remove", Label(_("Remove it")))]
    return ChosenField(
        many=False, choices=choices, required=False, initial="keep", label=_("Your answers about food and adjustments"),
        help_text=_("They are not shown here, since a link in a mail may have been passed on."),
    )  # fmt: skip


def consent_fields(asked: list[Asked], offering: Offering) -> dict[str, forms.Field]:
    """The consents the event asks for, each a box of its own, and the list of participants where there is one."""
    found: dict[str, forms.Field] = {}
    for question in asked:
        if question.kind == "consent":
            field = tick(
                shown_words(question.label, offering.language),
                hint=shown_words(question.help, offering.language),
            )
            field.plain_label, field.asked = offering.words(question.label), question
            field.lead = lead_of(question, offering)
            found[question.key] = field
    if offering.setup.participant_list:
        found["listed"] = tick(texts.listed(), hint=texts.listed_hint(), plain=texts.listed())
    return found
