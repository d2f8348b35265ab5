"""What is stored until when: the table on the setup form (privacy-security, section 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nsr_events.core import formats

RESULTS: Mapping[str, tuple[Promise, Promise]] = {
    "links_kept": (gettext_lazy("Personal links, unsent mail"), gettext_lazy("Stop working")),
    "sensitive_kept": (
        gettext_lazy("Sensitive answers"),
        gettext_lazy("Deleted. How many chose each option is kept"),
    ),
    "unfinished_kept": (gettext_lazy("Registrations that were never confirmed"), gettext_lazy("Deleted")),
    "meetings_kept": (gettext_lazy("Meeting wishes and notes"), gettext_lazy("Deleted. Totals are kept")),
    "answers_kept": (gettext_lazy("Answers to the questions"), gettext_lazy("Emptied. Totals are kept")),
    "invitations_kept": (gettext_lazy("Invitations"), gettext_lazy("Deleted. Totals are kept")),
    "mail_kept": (gettext_lazy("Delivered mail"), gettext_lazy("Address and subject are removed")),
    "identity_kept": (
        gettext_lazy("Names, addresses, consents"),
        gettext_lazy("Anonymised. Status, group, days and attendance are kept"),
    ),
}
"""By column: what, and what happens to it."""

AFTER: Mapping[str, Promise] = {
    "unfinished_kept": gettext_lazy("days after they came in"),
    "mail_kept": gettext_lazy("days after each mail"),
    "sensitive_kept": gettext_lazy("days after the last day they serve"),
}


@dataclass(frozen=True)
class Line:
    """One row of the table: the field with the days, and the date they lead to (empty: each row has its own)."""

    field: BoundField
    what: str
    after: str
    date: str
    result: str


def lines_of(form: Any) -> list[Line]:
    """The rows in the order in which things go, with the dates for what stands in the form."""
    return [_line(form, name) for name in RESULTS]


def _line(form: Any, name: str) -> Line:
    what, result = RESULTS[name]
    # A number that is refused leads to no date; it may be one that no calendar has room for.
    wrong = form.is_bound and name in form.errors
    days = None if wrong else getattr(form, "cleaned_data", {}).get(name, getattr(form.instance, name))
    after = AFTER.get(name, gettext_lazy("days after the event"))
    date = "" if name in {"unfinished_kept", "mail_kept"} else _date(form.instance.event, days)
    return Line(form[name], str(what), str(after), date, str(result))


def _date(event: Any, days: int | None) -> str:
    if days is None:
        return ""
    due = event.local_end.date() + dt.timedelta(days=days)
    return formats.full_date(due, get_language() or "en") if days else _("at once")
