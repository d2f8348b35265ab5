"""What saving will do, before it does it, and what it did: sentences for organisers."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.models import Event, EventDay
from nsr_events.core.texts import text_in
from nsr_events.registration.room import LimitKind
from nsr_events.registration.saving import Effects, Over, Saved
from nsr_events.registration.wording import NUMBERS


def counted(number: int) -> str:
    """A number in running text: up to twelve in words."""
    return NUMBERS[number - 1]() if 0 < number <= len(NUMBERS) else str(number)


def before_saving(effects: Effects, event: Event) -> list[str]:
    """Return what saving will do, one sentence each."""
    return [*_moves(effects), *(_over(each, event) for each in effects.over), *_rests(effects)]


def _moves(effects: Effects) -> Iterator[str]:
    if effects.confirmed:
        words = ngettext(
            "%(number)s person on the waiting list gets a seat at once, and a mail about it.",
            "%(number)s people on the waiting list get a seat at once, and a mail about it.",
            effects.confirmed,
        )
        yield _start(words % {"number": counted(effects.confirmed)})
    if effects.offered:
        words = ngettext(
            "%(number)s person on the waiting list is offered a seat at once, by mail.",
            "%(number)s people on the waiting list are offered a seat at once, by mail.",
            effects.offered,
        )
        yield _start(words % {"number": counted(effects.offered)})
    if effects.still_waiting:
        words = ngettext(
            "%(number)s person still waits.", "%(number)s people still wait.", effects.still_waiting
        )
        yield _start(words % {"number": counted(effects.still_waiting)})


def _over(over: Over, event: Event) -> str:
    words = ngettext(
        "%(what)s: %(taken)d are taken, and there is %(capacity)d. Nobody loses a seat; nobody is moved up "
        "until there is room.",
        "%(what)s: %(taken)d are taken, and there are %(capacity)d. Nobody loses a seat; nobody is moved up "
        "until there is room.",
        over.capacity,
    )
    return words % {"what": _name(over, event), "taken": over.taken, "capacity": over.capacity}


def _name(over: Over, event: Event) -> str:
    if over.limit.kind == LimitKind.CATEGORY:
        found = next((each for each in event.categories.all() if each.pk == over.limit.id), None)
        return text_in(getattr(found, "name", ""), get_language() or "en").value
    if over.limit.kind == LimitKind.DAY:
        day = EventDay.objects.get(pk=over.limit.id)
        return formats.capitalised(formats.weekday_date(day.date, get_language() or "en"))
    return _("Seats of the event")


def _rests(effects: Effects) -> Iterator[str]:
    if effects.resting:
        words = ngettext(
            "%(number)s person waits. Nobody is moved up by itself any more.",
            "%(number)s people wait. Nobody is moved up by itself any more.",
            effects.resting,
        )
        yield _start(words % {"number": counted(effects.resting)})
    if effects.partly:
        words = ngettext(
            "%(number)s person comes on some of the days only, and stays with them.",
            "%(number)s people come on some of the days only, and stay with them.",
            effects.partly,
        )
        yield _start(words % {"number": counted(effects.partly)})


def after_saving(saved: Saved) -> str:
    """Return whom saving moved; empty for nobody."""
    found = []
    if saved.moved.confirmed:
        words = ngettext(
            "%(number)d person got a seat.", "%(number)d people got a seat.", len(saved.moved.confirmed)
        )
        found.append(words % {"number": len(saved.moved.confirmed)})
    if saved.moved.offered:
        words = ngettext(
            "%(number)d person was offered a seat.",
            "%(number)d people were offered a seat.",
            len(saved.moved.offered),
        )
        found.append(words % {"number": len(saved.moved.offered)})
    return " ".join(found)


def _start(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
