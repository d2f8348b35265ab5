"""Choosing whom a reminder or a message is for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nsr_events.core.models import Event
from nsr_events.core.texts import content_languages, text_in
from nsr_events.programme.current import current_programme
from nsr_events.registration.models import Registration, RegistrationSetup
from nsr_events.registration.people.words import day_words, language
from nsr_events.reminders.segments import Segment, To

STATUSES = ("confirmed", "waitlisted", "offered", "pending")
"""Statuses a mail to many may name: who left or never confirmed the address gets none."""

TO_CHOICES = [
    (To.REGISTERED.value, _("People who are registered")),
    (To.SILENT.value, _("Invited people who have not answered")),
    (To.SPEAKERS.value, _("Speakers and others in the released programme")),
]
GONE = _("no longer there (nobody)")
NAMES = ("to", "statuses", "categories", "days", "sessions", "languages", "checked_in")
CHECKED_IN = [
    ("", _("Everybody")),
    ("yes", _("Only those who came")),
    ("no", _("Only those who did not come")),
]


class SegmentForm(forms.Form):
    """The fields of a segment, only those that can tell people of this event apart.

    What a kept segment names stays a choice, also once it is deleted: without it a mail to a few would be saved as one
    to everybody.
    """

    to = forms.ChoiceField(label=_("To"), choices=TO_CHOICES, widget=forms.RadioSelect, initial=To.REGISTERED)
    statuses = forms.MultipleChoiceField(
        label=_("Status"), required=False, widget=forms.CheckboxSelectMultiple, initial=["confirmed"],
        choices=[(value, label) for value, label in Registration.Status.choices if value in STATUSES],
        help_text=_("Without a tick nobody is meant."),
    )  # fmt: skip
    categories = forms.MultipleChoiceField(
        label=_("Participant categories"), required=False, widget=forms.CheckboxSelectMultiple
    )
    days = forms.MultipleChoiceField(
        label=_("Days"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Those who come on one of these days. Without a tick: all."),
    )  # fmt: skip
    sessions = forms.MultipleChoiceField(
        label=_("Booked sessions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), required=False, widget=forms.CheckboxSelectMultiple
    )
    checked_in = forms.ChoiceField(label=_("Attendance"), required=False, choices=CHECKED_IN)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        self.event = event
        super().__init__(*args, **kwargs)
        for name, found in self._choices().items():
            kept = self.initial.get(name) or ()
            if len(found) > 1 or kept:
                self.fields[name].choices = [*found, *_lost(kept, found)]
            else:
                del self.fields[name]
        has_attendance = self.event.registrations.filter(attendances__checked_in__isnull=False).exists()
        if not (has_attendance or self.initial.get("checked_in")):
            del self.fields["checked_in"]

    @property
    def segment_fields(self) -> list[Any]:
        """The bound fields that choose people, in order."""
        return [self[name] for name in NAMES if name in self.fields]

    def segment(self) -> Segment:
        """What was chosen, of a form that is valid."""
        values = self.cleaned_data
        came = {"yes": True, "no": False}.get(values.get("checked_in", ""))
        sets = {
            name: frozenset(values.get(name) or ())
            for name in ("statuses", "categories", "days", "sessions", "languages")
        }
        return Segment(to=To(values["to"]), checked_in=came, **sets)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("to") == To.REGISTERED and not cleaned.get("statuses"):
            self.add_error("statuses", _("Tick at least one status."))
        return cleaned

    @staticmethod
    def initial_of(segment: Segment) -> dict[str, Any]:
        """The form's initial values for a kept segment."""
        came = (
            {True: "yes", False: "no"}.get(segment.checked_in, "") if segment.checked_in is not None else ""
        )
        return {**segment.as_json(), "checked_in": came}

    def _choices(self) -> dict[str, list[tuple[str, str]]]:
        categories = [(str(each.uid), str(each.name)) for each in self.event.categories.all()]
        setup = RegistrationSetup.objects.filter(event=self.event).first()
        choose = setup is not None and setup.days == RegistrationSetup.Days.CHOOSE
        choose = choose or bool(self.initial.get("days"))
        days = [(str(day.uid), day_words(day)) for day in self.event.days.all()] if choose else []
        programme = current_programme(self.event.pk)
        items = programme.shown if programme else ()
        sessions = [(item.uid, text_in(item.title, language()).value) for item in items if item.bookable]
        return {
            "categories": categories,
            "days": days,
            "sessions": sessions if len(sessions) != 1 else [*sessions, ("", "")][:2],
            "languages": list(content_languages()),
        }


def _lost(kept: Iterable[str], found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices for what a segment names and the event or the site no longer has."""
    known = {value for value, _label in found}
    return [(value, str(GONE)) for value in sorted(kept) if value not in known]
