"""The small forms of the own page. What registers and edits is ``registration.forms``."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nsr_events.core.models import validate_name


class VersionForm(forms.Form):
    """A button: the version of the row it was shown for, so that a stale tab changes nothing."""

    row_version = forms.IntegerField(widget=forms.HiddenInput)


class HandOverForm(VersionForm):
    """The colleague who takes the seat."""

    first_name = forms.CharField(
        label=_("First name"), max_length=100, validators=[validate_name],
        error_messages={"required": _("Write your colleague's first name")},
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, validators=[validate_name],
        error_messages={"required": _("Write your colleague's last name")},
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail"), max_length=254,
        error_messages={
            "required": _("Write your colleague's e-mail address"),
            "invalid": _("Write the e-mail address like this: name@company.no"),
        },
        widget=forms.EmailInput(attrs={"class": "form-control"}),
    )  # fmt: skip


class SessionsForm(VersionForm):
    """Which sessions somebody books; labels come from the programme."""

    sessions = forms.MultipleChoiceField(required=False)

    def __init__(self, data=None, *, choices, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.fields["sessions"].choices = choices
