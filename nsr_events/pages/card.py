"""The registration card beside the title: a tag, one sentence, at most one action (pages-and-workspace, section 2).

It is a hint, cached with the page until the state changes by time, sixty seconds at most; the POST decides.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from nsr_events.core.models import Event
from nsr_events.core.texts import Text
from nsr_events.registration import sentences
from nsr_events.registration.counting import state_of
from nsr_events.registration.models import RegistrationSetup
from nsr_events.registration.state import Action, Name, PublicState


@dataclass(frozen=True)
class Card:
    """What the card says and offers. ``rows``: label and value; ``docked``: the action is repeated on phones."""

    label: str
    tone: str
    sentence: Text
    rows: tuple[tuple[str, str], ...] = ()
    note: str = ""
    action: str = ""
    url: str = ""
    icon: str = "arrow-right"
    docked: bool = False


@dataclass(frozen=True)
class Ways:
    """Addresses the one action may lead to; empty where there is none."""

    register: str
    calendar: str
    report: str = ""
    related: str = ""


def card_of(
    event: Event, *, language: str, tag: Any, ways: Ways, now: dt.datetime
) -> tuple[Card, PublicState | None]:
    """Return the card of an event and the state of registration behind it, None where nobody registers here.

    ``tag`` is the event's own, for events without registration.
    """
    setup = event.registration_setup
    if setup.mode == RegistrationSetup.Mode.NONE:
        return _calendar_card(event, tag=tag, language=language, ways=ways, now=now), None
    state = state_of(event, now=now)
    action, url, icon = _way_on(state, event, setup, ways)
    card = Card(
        label=tag.label if state.state in {Name.CANCELLED, Name.OVER} else sentences.tag(state, language),
        tone=tag.tone if state.state in {Name.CANCELLED, Name.OVER} else sentences.tone(state),
        sentence=sentences.public_sentence(state, event, setup, language),
        rows=_rows(state, event, setup, language),
        note=_note(state),
        action=action if url else "",
        url=url,
        icon=icon,
        docked=state.takes_forms,
    )
    return card, state


def cached_for(state: PublicState | None, *, now: dt.datetime, most: int = 60) -> int:
    """Seconds for which a page that shows ``state`` may be kept."""
    if state is None or state.next_change is None:
        return most
    return max(0, min(most, int((state.next_change - now).total_seconds())))


def _way_on(state: PublicState, event: Event, setup: RegistrationSetup, ways: Ways) -> tuple[str, str, str]:
    """The words, address and icon of the action."""
    return {
        Action.NONE: ("", "", ""),
        Action.LINK_OUT: (_("Go to registration"), setup.external_url, "box-arrow-up-right"),
        Action.RELATED: (_("Other events"), ways.related, "arrow-right"),
        Action.REPORT: (_("See how it went"), ways.report, "arrow-right"),
        Action.CONTACT: (_("Contact the organiser"), _mail_to(event), "envelope"),
        Action.RESEND: (_("Send my invitation again"), reverse("nsr_events:me"), "envelope"),
        Action.CALENDAR: (_("Add to calendar"), ways.calendar, "calendar-plus"),
        Action.REGISTER: (_("Register"), ways.register, "arrow-right"),
        Action.JOIN: (_("Join the waiting list"), ways.register, "arrow-right"),
    }[state.action]


def _mail_to(event: Event) -> str:
    return f"mailto:{event.contact_email}" if event.contact_email else ""


def _rows(
    state: PublicState, event: Event, setup: RegistrationSetup, language: str
) -> tuple[tuple[str, str], ...]:
    if state.state in {Name.CANCELLED, Name.OVER, Name.CLOSED, Name.ELSEWHERE}:
        return ()
    return ((_("Deadline"), sentences.moment(setup.closing, event, language)),)


def _note(state: PublicState) -> str:
    if state.state in {Name.OPEN, Name.FEW_LEFT, Name.WAITING_LIST}:
        return _("It takes about three minutes.")
    return ""


def _calendar_card(event: Event, *, tag: Any, language: str, ways: Ways, now: dt.datetime) -> Card:
    """The card of an event that takes no registrations: the calendar is what it has to offer."""

    def card(sentence: str, **more: str) -> Card:
        return Card(tag.label, tag.tone, Text(sentence, language), docked=bool(more.get("url")), **more)

    if event.status == Event.Status.CANCELLED:
        return card(_("The event will not take place."))
    if event.status == Event.Status.POSTPONED:
        note = _("Subscribe to the calendar, and the new date appears.")
        return card(_("A new date is not set yet."), note=note)
    if event.end < now:
        return card(_("The event is over."))
    one_day = event.end - event.start < dt.timedelta(hours=24)
    return card(
        _("Save the date") if one_day else _("Save the dates"),
        note=_("The entry follows when the time or place changes."),
        action=_("Add to calendar"),
        url=ways.calendar,
        icon="calendar-plus",
    )
