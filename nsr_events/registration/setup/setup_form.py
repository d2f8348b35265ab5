"""The form of how people register for one event, in sections; ``registration.saving`` saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import formfield_for_dbfield

from nsr_events.registration.models import RegistrationSetup
from nsr_events.registration.sentences import moment

from .moments import MomentField

KEPT = (
    "links_kept", "sensitive_kept", "unfinished_kept", "meetings_kept", "answers_kept", "invitations_kept",
    "mail_kept", "identity_kept",
)  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A part of the form: ``wide`` fields take a line of their own, ``fields`` stand side by side."""

    key: str
    title: Promise
    fields: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    lead: Promise | str = ""


SECTIONS = (
    Section(
        "who",
        gettext_lazy("Who and when"),
        fields=("mode", "external_url", "opens", "closes", "edit_until", "booking_until"),
    ),
    Section("pause", gettext_lazy("Pause"), fields=("paused",), wide=("paused_text",)),
    Section("seats", gettext_lazy("Seats"), fields=("capacity", "few_left", "days")),
    Section(
        "waiting",
        gettext_lazy("Waiting list"),
        fields=("waiting_list", "waiting_limit", "offer_hours", "offers_until"),
        lead=gettext_lazy("Whoever waits is called in order. Nights and weekends do not count against an offer."),
    ),
    Section(
        "person",
        gettext_lazy("What everybody is asked"),
        fields=("ask_organisation", "ask_job_title", "ask_mobile", "ask_badge_name"),
        lead=gettext_lazy("First name, last name and e-mail are always asked. Ask only what you need."),
    ),
    Section(
        "rules",
        gettext_lazy("Rules"),
        fields=("verify_email", "transfer", "approve_colleagues", "invites", "participant_list"),
    ),
    Section(
        "privacy",
        gettext_lazy("Privacy"),
        wide=("privacy_text",),
        lead=gettext_lazy(
            "Who is responsible, why you ask, how long you keep it. Stands at the end of the form. "
            "Empty: a standard text with the date of deletion."
        ),
    ),
    Section("abuse", gettext_lazy("Against abuse"), fields=("rate_limit", "form_traps")),
)  # fmt: skip

MOMENTS: Mapping[str, Promise] = {
    "opens": gettext_lazy("Empty: not announced yet, so closed."),
    "closes": gettext_lazy("Empty: when the event starts, %(default)s."),
    "edit_until": gettext_lazy("Empty: when registration closes, %(default)s."),
    "booking_until": gettext_lazy("Empty: as long as changes are possible, %(default)s."),
    "offers_until": gettext_lazy("Empty: 24 hours before the start, %(default)s."),
}
DEFAULTS = {
    "closes": "closing", "edit_until": "editing_ends", "booking_until": "booking_ends", "offers_until": "last_offer",
}  # fmt: skip

HELP: Mapping[str, Promise] = {
    "capacity": gettext_lazy("Empty: no limit. Seats of a single day are set under Days and places."),
    "waiting_limit": gettext_lazy("Empty: no limit."),
    "verify_email": gettext_lazy("A seat is taken only when the person has pressed the link in the mail."),
    "paused_text": gettext_lazy("Stands on the event page while registration is paused."),
    "rate_limit": gettext_lazy("Untick when many register from the same office."),
    "participant_list": gettext_lazy("Only those who tick it are named, with their organisation."),
    "external_url": gettext_lazy("Where the button leads when people register on another site."),
}


class SetupForm(forms.ModelForm):
    """Everything about how people register. ``instance`` is a row of its own, not the header's."""

    class Meta:
        model = RegistrationSetup
        fields = [*(name for part in SECTIONS for name in (*part.fields, *part.wide)), *KEPT]
        formfield_callback = formfield_for_dbfield

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in MOMENTS.items():
            self.fields[name] = self._moment(name, words)
        for name, words in HELP.items():
            self.fields[name].help_text = words

    def _moment(self, name: str, words: Promise) -> MomentField:
        setup = self.instance
        params = {}
        if name in DEFAULTS:
            wished, default = getattr(setup, name), DEFAULTS[name]
            setattr(setup, name, None)
            params["default"] = moment(getattr(setup, default), setup.event, get_language() or "en")
            setattr(setup, name, wished)
        label = self._meta.model._meta.get_field(name).verbose_name
        return MomentField(
            zone=setup.event.zone,
            label=label[:1].upper() + label[1:],
            required=False,
            help_text=str(words) % params if params else words,
        )

    def parts(self) -> list[tuple[Section, list[forms.BoundField], list[forms.BoundField]]]:
        """The sections with their bound fields, for the template."""
        return [
            (part, [self[name] for name in part.fields], [self[name] for name in part.wide])
            for part in SECTIONS
        ]

    def values(self) -> dict[str, Any]:
        """What was typed, as the verbs take it."""
        return {name: getattr(self.instance, name) for name in self._meta.fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_address(cleaned)
        check_period(self, cleaned, self.instance.event)
        self._check_deadlines(cleaned)
        few, capacity = cleaned.get("few_left"), cleaned.get("capacity")
        if few is not None and capacity is not None and few >= capacity:
            self.add_error("few_left", _("Write fewer than the seats of the event."))
        return cleaned

    def _check_address(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("mode") == RegistrationSetup.Mode.EXTERNAL and not cleaned.get("external_url"):
            self._complain("external_url", _("Write the address of the site where people register."))

    def _check_deadlines(self, cleaned: dict[str, Any]) -> None:
        event = self.instance.event
        for name in ("edit_until", "booking_until"):
            if cleaned.get(name) and cleaned[name] > event.end:
                self._complain(name, _("Choose a time before the event ends."))
        if cleaned.get("offers_until") and cleaned["offers_until"] > event.start:
            self._complain("offers_until", _("Choose a time before the event starts."))

    def _complain(self, name: str, words: str) -> None:
        if name not in self.errors:
            self.add_error(name, ValidationError(words))


def check_period(form: forms.ModelForm, cleaned: Mapping[str, Any], event: Any) -> None:
    """Say at the fields when registration would close before it opens, or after the event."""
    opens, closes = cleaned.get("opens"), cleaned.get("closes")
    if closes and closes > event.end:
        form.add_error("closes", _("Choose a time before the event ends."))
    elif closes and opens and opens >= closes:
        form.add_error("closes", _("Choose a time after registration opens."))
    elif opens and not closes and opens >= event.start:
        form.add_error("opens", _("Choose a time before the event starts, or say when registration closes."))
