"""The form of one participant category."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import formfield_for_dbfield

from nsr_events.registration.models import ParticipantCategory, RegistrationSetup
from nsr_events.registration.sentences import moment

from .moments import MomentField
from .setup_form import check_period

HELP = {
    "description": gettext_lazy("Stands beside the choice in the form."),
    "capacity": gettext_lazy("Empty: no limit but that of the event."),
    "reserved": gettext_lazy("Kept free for this group, of the seats of the event."),
    "approval": gettext_lazy("Nobody gets a seat before you approve."),
}


class CategoryForm(forms.ModelForm):
    """A group's words, seats and rules. ``setup`` gives the zone and what the group's dates replace."""

    class Meta:
        model = ParticipantCategory
        fields = [
            "name", "description", "capacity", "reserved", "reserved_until", "uses_event_seats", "opens", "closes",
            "approval", "invited_only",
        ]  # fmt: skip
        formfield_callback = formfield_for_dbfield

    refusal_field = "reserved"

    def __init__(self, *args: Any, setup: RegistrationSetup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setup = setup
        language, event = get_language() or "en", setup.event
        helps = {
            "opens": _("Empty: with the event, %(moment)s.")
            % {"moment": moment(setup.opens, event, language) if setup.opens else _("not announced yet")},
            "closes": _("Empty: with the event, %(moment)s.")
            % {"moment": moment(setup.closing, event, language)},
            "reserved_until": _("Then what is left is for everybody. Empty: until the event."),
        }
        for name, words in helps.items():
            label = self.fields[name].label
            self.fields[name] = MomentField(zone=event.zone, label=label, required=False, help_text=words)
        for name, words in HELP.items():
            self.fields[name].help_text = words
        self.fields["reserved"].required = False

    def clean_reserved(self) -> int:
        """Nothing is none."""
        return self.cleaned_data.get("reserved") or 0

    def values(self) -> dict[str, Any]:
        """What was typed, as the verbs take it."""
        return {name: getattr(self.instance, name) for name in self._meta.fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        effective = {
            "opens": cleaned.get("opens") or (self.setup.opens if cleaned.get("closes") else None),
            "closes": cleaned.get("closes") or (self.setup.closing if cleaned.get("opens") else None),
        }
        if not self.errors:
            check_period(self, effective, self.setup.event)
        reserved, capacity = cleaned.get("reserved") or 0, cleaned.get("capacity")
        if reserved and capacity is not None and reserved > capacity:
            self.add_error("reserved", _("Write at most as many as the group has seats."))
        if reserved and not cleaned.get("uses_event_seats"):
            self.add_error(
                "reserved", _("Write 0: a group that does not count against the event needs no reserve.")
            )
        return cleaned
