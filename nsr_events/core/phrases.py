"""Small phrases that several domains build."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from . import formats
from .models import Event


def joined(names: Iterable[str]) -> str:
    """ "A, B and C" in the active language."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def former_date(event: Event, language: str, *, now: dt.datetime) -> str:
    """The date it was announced for, while that is news; with the hour where only the hour is another."""
    former = event.former_start(now)
    if former is None:
        return ""
    if former.date() == event.local_start.date():
        return formats.at_clock(former, language)
    return formats.full_date(former.date(), language)


def place_words(event: Event) -> str:
    """Name and town of the house where it is, that it is online, or nothing while neither is known."""
    if event.is_online:
        return _("Online")
    return str(event.venue) if event.venue else ""
