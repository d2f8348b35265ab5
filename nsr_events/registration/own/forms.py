"""The small forms of the own page. What registers and edits is ``registration.forms``."""

from __future__ import annotations

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nsr_events.core.models import validate_name
from nsr_events.registration.values import Wrong, clean_text
from nsr_events.registration.wording import say


class VersionForm(forms.Form):
    """A button: the version of the row it was shown for, so that a stale tab changes nothing."""

    row_version = forms.IntegerField(widget=forms.HiddenInput)


class ColleagueForm(forms.Form):
    """A colleague somebody names: name and address."""

    first_name = forms.CharField(
        label=_("First name"), max_length=100, validators=[validate_name],
        error_messages={"required": _("Write your colleague's first name")},
        widget=forms.TextInput(attrs={"class": "ne-input", "autocomplete": "off"}),
    )  # fmt: skip
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, validators=[validate_name],
        error_messages={"required": _("Write your colleague's last name")},
        widget=forms.TextInput(attrs={"class": "ne-input", "autocomplete": "off"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail"), max_length=254,
        error_messages={
            "required": _("Write your colleague's e-mail address"),
            "invalid": _("Write the e-mail address like this: name@company.no"),
        },
        widget=forms.EmailInput(attrs={"class": "ne-input", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_first_name(self) -> str:
        """Composed letters, nothing invisible."""
        return self._clean_name("first_name")

    def clean_last_name(self) -> str:
        """Composed letters, nothing invisible."""
        return self._clean_name("last_name")

    def _clean_name(self, name: str) -> str:
        try:
            return clean_text(self.cleaned_data[name], most=100)
        except Wrong as wrong:
            raise forms.ValidationError(say(wrong, get_language() or "")) from None


class HandOverForm(ColleagueForm, VersionForm):
    """The colleague who takes the seat."""


class SessionsForm(VersionForm):
    """Which sessions somebody books; labels come from the programme."""

    sessions = forms.MultipleChoiceField(required=False)

    def __init__(self, data=None, *, choices, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.fields["sessions"].choices = choices
