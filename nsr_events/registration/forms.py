"""The registration form: for a visitor, an invited person, a participant who edits, and an organiser.

Fields come from ``form_parts``, what is offered from ``offering``, the layout from ``form_layout``. ``application()``
hands over what ``seats`` takes; everything is parsed and encrypted before the lock.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from nsr_events.core.models import Event, EventDay

from . import form_layout, form_parts, questions, refusals, sections, sensitive, wording
from .applicants import application_of
from .applications import Application, Refused
from .fields import Shown, initial_of
from .models import Invitation, ParticipantCategory, Registration, RegistrationSetup
from .offering import asked_today, load
from .questions import CATEGORY, DAYS, Asked
from .room import Occupancy
from .values import Wrong

KEEP, REPLACE, REMOVE = "keep", "replace", "remove"


class RegistrationForm(forms.Form):
    """Everything one registration asks, on one page.

    ``now`` decides which categories are open and what is full. With ``registration`` it edits: sessions and consents
    are changed elsewhere, and sensitive answers are not shown back. ``staff`` may leave out what is required.
    """

    bound_field_class = Shown
    use_required_attribute = False
    judged = True
    """False: a form that comes back for another reason than its answers says nothing about them."""

    def __init__(
        self,
        data: Any = None,
        *,
        event: Event,
        setup: RegistrationSetup,
        language: str,
        now: dt.datetime,
        registration: Registration | None = None,
        invitation: Invitation | None = None,
        staff: bool = False,
        counts: Occupancy | None = None,
    ) -> None:
        self.event, self.setup, self.language, self.now = event, setup, language, now
        self.registration, self.invitation, self.staff = registration, invitation, staff
        self.offering = load(
            event, setup, language=language, now=now, registration=registration, invitation=invitation, staff=staff,
            counts=counts,
        )  # fmt: skip
        self.asked = asked_today(self.offering, staff=staff)
        self.answered = _sensitive_answers(registration)
        self.answers: dict[str, Any] = {}
        self.sensitive_answers: dict[str, Any] = {}
        self.shown: frozenset[str] = frozenset()
        super().__init__(data, initial=self._initial())
        self._build()
        self.reveals = form_layout.reveals_of(self)
        self.helper = form_layout.helper_for(self)

    # Building

    def _build(self) -> None:
        offering, kept = self.offering, self._kept()
        self.fields |= form_parts.person_fields(
            self.setup, self.language, staff=self.staff, locked_email=self.locked_email
        )
        self.fields |= form_parts.part_fields(offering)
        self.fields |= form_parts.question_fields(self.asked, offering, kept)
        self._build_sections()
        if self.asks_sensitive:
            form_parts.add_sensitive(self)
        if self.registration is None and not self.staff:
            self.fields |= form_parts.consent_fields(self.asked, offering)

    def _build_sections(self) -> None:
        self.sections: dict[str, list[str]] = {}
        for section in sections.registered():
            own = section.fields(self.event, language=self.language, registration=self.registration)
            self.sections[section.key] = [section.field_name(name) for name in own]
            self.fields |= {section.field_name(name): field for name, field in own.items()}

    @property
    def locked_email(self) -> str:
        """The invited address, where nobody may register with another."""
        return self.invitation.email if self.invitation and self.invitation.locked_email else ""

    @property
    def asks_sensitive(self) -> bool:
        """Whether the form asks anything sensitive."""
        return any(asked.sensitive and not asked.silent for asked in self.asked)

    @property
    def asks_free_text(self) -> bool:
        """Whether somebody could write what must not be written: identity numbers, clearances, secrets."""
        return any(asked.kind in {"text", "paragraph"} for asked in self.asked)

    def _kept(self) -> Mapping[str, Any]:
        return self.registration.answers if self.registration else {}

    def _initial(self) -> dict[str, Any]:
        source: Any = self.registration or self.invitation
        if source is None:
            return {}
        names = ("first_name", "last_name", "email", "organisation", "job_title", "badge_name")
        found = {name: getattr(source, name, "") for name in names}
        if self.registration:
            found |= form_layout.initial_of_registration(self.registration)
        for asked in self.asked:
            answer = self._kept().get(asked.key)
            found[asked.key] = initial_of(asked, answer)
            if isinstance(answer, Mapping):
                found[form_parts.other_name(asked.key)] = answer.get(questions.OTHER, "")
        return found

    # Judging

    @property
    def errors(self) -> ErrorDict:
        """What is wrong, by field."""
        return super().errors if self.judged else ErrorDict()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.offering.categories:
            self.add_error(None, _("Registration has closed. You are not registered"))
            return cleaned
        basis = {CATEGORY: self.category.key if self.category else "", DAYS: self._day_uids()}
        for asked in self.asked:
            if asked.condition is None:
                self._take(asked)
        given = {**basis, **self.answers, **self.sensitive_answers}
        self.shown = questions.visible(questions.Form(tuple(self.asked)), given)
        for asked in self.asked:
            if asked.condition is not None and asked.key in self.shown:
                self._take(asked)
        self._check_sensitive()
        self._check_sessions()
        return cleaned

    @property
    def category(self) -> ParticipantCategory | None:
        """The chosen category, or the only one; None when the choice is missing or wrong."""
        if CATEGORY not in self.fields:
            return self.offering.categories[0] if self.offering.categories else None
        key = self.cleaned_data.get(CATEGORY)
        return next((each for each in self.offering.categories if each.key == key), None)

    @property
    def days(self) -> tuple[EventDay, ...]:
        """The attended days: the chosen ones, or all."""
        if DAYS not in self.fields:
            return tuple(self.offering.days)
        chosen = set(self.cleaned_data.get(DAYS) or ())
        return tuple(day for day in self.offering.days if str(day.uid) in chosen)

    def _day_uids(self) -> list[str]:
        return [str(day.uid) for day in self.days]

    def _take(self, asked: Asked) -> None:
        """Parse one shown question; says at its field what is wrong."""
        if asked.silent or (asked.sensitive and not self._takes_sensitive()):
            return
        name, other = asked.key, form_parts.other_name(asked.key)
        # A wrong choice of days is said once, at the days.
        days = self._day_uids() or [str(day.uid) for day in self.offering.days]
        typed = (self.cleaned_data.get(other) or [""])[0]
        try:
            answer = questions.parse(
                asked, self.cleaned_data.get(name) or [], other=typed, days=days, kept=self._kept().get(name)
            )
        except Wrong as wrong:
            at = other if wrong.code == "other" or (typed and other in self.fields) else name
            self.add_error(at, wording.say(wrong, self.language))
            return
        if questions.missing(asked, answer) and not self.staff:
            self.add_error(name, wording.required(asked.kind, self.offering.words(asked.label)))
        elif answer is not None:
            (self.sensitive_answers if asked.sensitive else self.answers)[name] = answer

    # Sensitive answers

    @property
    def sensitive_action(self) -> str:
        """What an edit does to sensitive answers that are there: keep, replace or remove them."""
        if "sensitive_action" not in self.fields:
            return REPLACE
        return self.cleaned_data.get("sensitive_action") or KEEP

    def _takes_sensitive(self) -> bool:
        return self.sensitive_action == REPLACE

    def _check_sensitive(self) -> None:
        if not self.asks_sensitive:
            return
        if self.sensitive_answers and not self.cleaned_data.get("sensitive_consent"):
            self.add_error(
                "sensitive_consent", _("Tick here, or leave the answers about food and adjustments empty")
            )
        names = [asked.key for asked in self.asked if asked.sensitive]
        typed = any(value.strip() for name in names for value in self.cleaned_data.get(name) or [])
        if typed and self.sensitive_action == KEEP:
            self.add_error("sensitive_action", _("Choose “Replace”, or leave the new answers empty"))

    def _check_sessions(self) -> None:
        chosen, days = self.cleaned_data.get("sessions") or [], set(self._day_uids())
        elsewhere = [uid for uid in chosen if self.offering.items[uid].day not in days]
        if elsewhere and days:
            names = ", ".join(f"“{self.offering.session_title(uid)}”" for uid in elsewhere)
            self.add_error("sessions", _("%(names)s is on a day that you do not attend") % {"names": names})

    # Handing over

    def application(self, *, idempotency_key: uuid.UUID | None = None) -> Application:
        """Return what ``seats.register`` or ``seats.change`` takes; writes texts of consents and the form's version."""
        return application_of(self, idempotency_key=idempotency_key)

    def add_refusal(self, refused: Refused) -> None:
        """Say at the fields why the rules refused a valid form."""
        for problem in refused.problems:
            field, sentence = refusals.placed(problem, self.offering)
            self.add_error(field if field in self.fields else None, sentence)

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Every error once, in the order of the page: the id of its first control, and the words."""
        found = [("", str(error)) for error in self.non_field_errors()]
        for name in form_layout.order_of(self):
            found += [(self[name].anchor, str(error)) for error in self.errors.get(name, ())]
        return found

    @property
    def summary_heading(self) -> str:
        """ "Du må rette opp tre feil"."""
        return wording.error_count(len(self.summary))

    @property
    def questions_json(self) -> str:
        """The questions as ``ne-conditions.js`` reads them."""
        return json.dumps([_for_browser(asked) for asked in self.asked])

    @property
    def fixed_json(self) -> str:
        """What nobody chooses: the only category, all days."""
        fixed: dict[str, list[str]] = {}
        if CATEGORY not in self.fields:
            fixed[CATEGORY] = [each.key for each in self.offering.categories]
        if DAYS not in self.fields:
            fixed[DAYS] = [str(day.uid) for day in self.offering.days]
        return json.dumps(fixed)


def _for_browser(asked: Asked) -> dict[str, Any]:
    condition = asked.condition
    when = {"source": condition.source, "values": list(condition.values)} if condition else None
    return {"key": asked.key, "sensitive": asked.sensitive, "retired": asked.retired, "condition": when}


def _sensitive_answers(registration: Registration | None) -> sensitive.Opened | None:
    """What was answered before; None when nothing was. What cannot be read counts as answered, without its time."""
    row = getattr(registration, "sensitive_answers", None) if registration else None
    if row is None:
        return None
    try:
        opened = sensitive.decrypt(row.token, registration.uid)
    except sensitive.Unreadable:
        return sensitive.Opened()
    return opened if opened.answers else None
