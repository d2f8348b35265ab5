"""What the checklist on an event's overview says of its programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nsr_events.core.checklist import Item, Severity
from nsr_events.core.models import Event

from .checking import Checked, check_programme
from .phrases import sentence
from .screens import address, state_of
from .working import working_of


def programme_checklist(event: Event, now: dt.datetime) -> Iterator[Item]:
    """What stands in the way of releasing, what the world has not seen, what participants would look for."""
    working = working_of(event)
    if not working.sessions:
        return
    checked = check_programme(working, now=now)
    conflicts = address(event, "conflicts")
    if stops := len(checked.stops):
        words = ngettext(
            "%(n)d conflict stops the release of the programme.",
            "%(n)d conflicts stop the release of the programme.",
            stops,
        )
        yield Item(Severity.MISSING, words % {"n": stops}, conflicts)
    yield from _not_released(event)
    if rooms := _count(checked, "no_room"):
        words = ngettext("%(n)d programme item has no room.", "%(n)d programme items have no room.", rooms)
        yield Item(Severity.ADVICE, words % {"n": rooms}, conflicts)
    for found in checked.open:
        if found.conflict.rule == "untranslated":
            yield Item(Severity.ADVICE, sentence(found.conflict, checked.programme), conflicts)


def _not_released(event: Event) -> Iterator[Item]:
    state, url = state_of(event), address(event, "release")
    if state.kind == "working":
        words = _("The programme has never been released: the public sees none.")
        yield Item(Severity.ADVICE, words, url)
    if state.kind == "changed":
        words = ngettext(
            "The programme has %(n)d change that the public does not see.",
            "The programme has %(n)d changes that the public does not see.",
            state.changes,
        )
        yield Item(Severity.ADVICE, words % {"n": state.changes}, url)


def _count(checked: Checked, rule: str) -> int:
    return sum(found.conflict.rule == rule for found in checked.open)
