"""A form field for a date and time that means the event's zone, wherever the editor sits."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

FORMATS = ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M", "%d.%m.%Y kl. %H:%M"]


class MomentField(forms.DateTimeField):
    """Reads and shows an instant on the clock of ``zone``."""

    widget = AdminDateTimeInput
    default_error_messages = {"invalid": _("Write date and time like this: 2027-03-09 12:00")}

    def __init__(self, *, zone: ZoneInfo, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(input_formats=FORMATS, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> dt.datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)
