"""The form of one reminder rule."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminTimeInput

from nsr_events.core.models import Event, EventDay
from nsr_events.core.texts import as_dict
from nsr_events.outbox import kinds, quiet
from nsr_events.outbox.kinds import Kind
from nsr_events.registration.models import RegistrationSetup
from nsr_events.reminders import occurrences, timing
from nsr_events.reminders.models import MOST_DAYS, ReminderRule
from nsr_events.reminders.segments import To

from .segment_fields import TO_CHOICES, SegmentForm
from .texts_form import MailTextForm

DAYS, HOURS, MINUTES = "days", "hours", "minutes"
UNITS = [(DAYS, gettext_lazy("days")), (HOURS, gettext_lazy("hours")), (MINUTES, gettext_lazy("minutes"))]
SIDES = [("before", gettext_lazy("before")), ("after", gettext_lazy("after"))]
Anchor = ReminderRule.Anchor


class RuleForm(SegmentForm, MailTextForm):
    """When, whom, and in which words. ``rule`` is the unsaved or saved row it fills."""

    number = forms.IntegerField(label=gettext_lazy("How long"), min_value=0, max_value=MOST_DAYS * 24)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=UNITS)
    side = forms.ChoiceField(label=gettext_lazy("Before or after"), choices=SIDES)
    anchor = forms.ChoiceField(label=gettext_lazy("Relative to"), choices=Anchor.choices)
    at = forms.TimeField(
        label=gettext_lazy("Time of day (for days)"), required=False,
        widget=AdminTimeInput(attrs={"placeholder": "09:00"}),
    )  # fmt: skip
    late_hours = forms.IntegerField(
        label=gettext_lazy("Send at most so many hours late"), required=False, min_value=1, max_value=24 * 30,
        help_text=gettext_lazy(
            "After a standstill a reminder may come late. Empty: half of the time that is left, at least an hour."
        ),
    )  # fmt: skip
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)

    field_order = ["number", "unit", "side", "anchor", "at", "active"]

    def __init__(self, *args: Any, event: Event, rule: ReminderRule, now: dt.datetime, **kwargs: Any) -> None:
        self.rule, self.now = rule, now
        kwargs["initial"] = {**initial_of(rule), **kwargs.get("initial", {})}
        super().__init__(*args, event=event, **kwargs)
        # Invited people have anchors of their own.
        self.fields["to"].choices = [each for each in TO_CHOICES if each[0] != To.SILENT]
        self.fields["to"].required = False

    def kind(self) -> Kind:
        """Invited people get another kind of mail."""
        invited = self.cleaned_data.get("anchor") in ReminderRule.OF_INVITATIONS
        return kinds.get("invitation.reminder" if invited else "reminder")

    def has_own_page(self) -> bool:
        """Speakers have none."""
        return self.cleaned_data.get("to") != To.SPEAKERS

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["to"] = self._to()
        cleaned = super().clean()
        if cleaned.get("unit") == DAYS and not cleaned.get("at"):
            cleaned["at"] = dt.time(9)
        if cleaned.get("unit") == DAYS and (cleaned.get("number") or 0) > MOST_DAYS:
            self.add_error("number", _("Write at most %(most)d days.") % {"most": MOST_DAYS})
        elif cleaned.get("unit") != DAYS and self._minutes() > 7 * 24 * 60:
            self.add_error("number", _("More than a week is written in days."))
        side, anchor = cleaned.get("side"), cleaned.get("anchor")
        if anchor == Anchor.INVITED and side == "before":
            self.add_error("side", _("Nobody is reminded before the invitation is sent."))
        if anchor == Anchor.ANSWER_BY and side == "after":
            self.add_error("side", _("After this no answer is wanted: remind people before."))
        if not self.errors:
            self._check_retention()
        return cleaned

    def _to(self) -> str:
        if self.cleaned_data.get("anchor") in ReminderRule.OF_INVITATIONS:
            return To.SILENT
        to = self.cleaned_data.get("to")
        return to if to in {To.REGISTERED, To.SPEAKERS} else To.REGISTERED

    def _minutes(self) -> int:
        factor = {HOURS: 60, MINUTES: 1}.get(self.cleaned_data.get("unit", ""), 0)
        return (self.cleaned_data.get("number") or 0) * factor

    def _check_retention(self) -> None:
        """A rule must not fire when what it needs is deleted (privacy-security, section 4)."""
        setup = RegistrationSetup.objects.filter(event=self.event).first()
        rule = self.filled(ReminderRule(event=self.event))
        days = list(EventDay.objects.filter(event=self.event))
        due = max((each.due for each in occurrences.of_event(rule, self.event, days)), default=None)
        if due is None or setup is None or rule.segment.to != To.REGISTERED:
            return
        kept = {"": setup.identity_kept, "own_page": setup.links_kept}
        names = " ".join(as_dict(rule.body).values()) or "{own_page}"
        needs = "own_page" if "{own_page}" in names else ""
        if due > self.event.end + dt.timedelta(days=kept[needs]):
            words = _("Personal links are deleted %(days)d days after the event.")
            words = words if needs else _("People's data are deleted %(days)d days after the event.")
            self.add_error("number", words % {"days": kept[needs]})

    def filled(self, rule: ReminderRule) -> ReminderRule:
        """Return ``rule`` with what was typed, unsaved."""
        values = self.cleaned_data
        sign = -1 if values["side"] == "before" else 1
        in_days = values["unit"] == DAYS
        rule.anchor = values["anchor"]
        rule.days = sign * values["number"] if in_days else None
        rule.at = values["at"] if in_days else None
        rule.minutes = None if in_days else sign * self._minutes()
        rule.late_by = values["late_hours"] * 60 if values.get("late_hours") else None
        rule.subject, rule.body = values["subject"], values["body"]
        rule.active = values["active"]
        rule.audience = self.segment().as_json()
        return rule

    def warnings(self) -> list[str]:
        rule = self.filled(ReminderRule(event=self.event))
        days = list(EventDay.objects.filter(event=self.event))
        found = occurrences.of_event(rule, self.event, days)
        told = []
        if found and all(each.due <= self.now for each in found):
            told.append(_("Its time has passed: nobody gets it. Write a message instead."))
        if rule.days is not None and any(
            quiet.is_quiet(timing.due(rule.when, each.anchor, self.event.zone), self.event.zone)
            for each in found
        ):
            told.append(
                _("Its time lies in the night: it goes out at 07:00, or at 21:00 the evening before.")
            )
        return [*told, *super().warnings()]


def initial_of(rule: ReminderRule) -> dict[str, Any]:
    """The form's values for a rule."""
    amount = rule.minutes if rule.minutes is not None else rule.days or 0
    in_hours = rule.minutes is not None and amount % 60 == 0
    unit = DAYS if rule.minutes is None else HOURS if in_hours else MINUTES
    return {
        **SegmentForm.initial_of(rule.segment),
        "number": abs(amount) // 60 if in_hours else abs(amount),
        "unit": unit,
        "side": "after" if amount > 0 else "before",
        "anchor": rule.anchor,
        "at": rule.at or dt.time(9),
        "late_hours": rule.late_by // 60 if rule.late_by else None,
        "subject": rule.subject,
        "body": rule.body,
        "active": rule.active,
    }
