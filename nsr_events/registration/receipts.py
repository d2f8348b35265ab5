"""The receipt: what was typed and what a newcomer gets now, kept in the browser's session, never read from a row.

An address that is registered already gets the same bytes as a new one (registration, section 8).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nsr_events.core import formats
from nsr_events.core.models import Event

from .applications import Application, Outcome, OutcomeKind
from .first_mail import is_proven
from .models import RegistrationSetup
from .sentences import moment

SESSION_KEY = "nsr_events.receipts"
MOST = 10
RECEIVED = "received"
"""Said to another browser that sends the same form again: nothing but where to look."""


@dataclass(frozen=True)
class Receipt:
    """What a browser is told after sending a form; ``reference`` only by invitation, whose link proves the address."""

    key: str
    kind: str
    email: str
    reference: str = ""


def of(application: Application, outcome: Outcome, *, same_browser: bool) -> Receipt:
    """Return the receipt of a submission; ``same_browser`` is whether the form was rendered for it."""
    kind = str(outcome.shown)
    if outcome.kind == OutcomeKind.REPEATED and not same_browser:
        kind = RECEIVED
    row = outcome.registration
    mine = row is not None and is_proven(application) and row.invitation_id == application.invitation.pk
    return Receipt(str(application.idempotency_key), kind, application.email, row.reference if mine else "")


def keep(request: HttpRequest, event: Event, receipt: Receipt) -> None:
    """Remember the newest receipt of an event in the browser's session."""
    kept = {uid: each for uid, each in request.session.get(SESSION_KEY, {}).items() if uid != str(event.uid)}
    newest = list(kept.items())[-(MOST - 1) :]
    request.session[SESSION_KEY] = {**dict(newest), str(event.uid): vars(receipt)}


def kept(request: HttpRequest, event: Event) -> Receipt | None:
    """Return the receipt of an event that this browser holds."""
    found = request.session.get(SESSION_KEY, {}).get(str(event.uid))
    return Receipt(**found) if found else None


def is_kept(request: HttpRequest, event: Event, key: uuid.UUID) -> bool:
    """Whether this browser holds the receipt of the form with this key: it was sent before."""
    receipt = kept(request, event)
    return receipt is not None and receipt.key == str(key)


def headline(receipt: Receipt) -> str:
    """The outcome in a sentence, in the active language."""
    return {
        "confirmed": _("You are registered"),
        "waitlisted": _("You are on the waiting list"),
        "pending": _("Your registration awaits approval"),
        "unverified": _("One step is left: confirm your address"),
    }.get(receipt.kind, _("We have received your registration"))


def tone(receipt: Receipt) -> tuple[str, str]:
    """The tag above the headline: its tone and its word."""
    return {
        "confirmed": ("ok", _("Confirmed")),
        "waitlisted": ("warn", _("On the waiting list")),
        "pending": ("info", _("Awaiting approval")),
        "unverified": ("warn", _("Not finished")),
    }.get(receipt.kind, ("info", pgettext("registration", "Received")))


def steps(receipt: Receipt, event: Event, setup: RegistrationSetup, language: str) -> list[tuple[str, str]]:
    """ "What happens next": numbered lines with dates, each a lead and a sentence, in the active language."""
    return STEPS.get(receipt.kind, _received)(event, setup, language)


def _mail(sentence: str) -> tuple[str, str]:
    return _("You get an e-mail within some minutes"), sentence


def _confirmed(event: Event, setup: RegistrationSetup, language: str) -> list[tuple[str, str]]:
    return [
        _mail(
            _("It confirms your seat and holds the link to your own page. Look among unwanted mail as well.")
        ),
        (
            _("Until %(moment)s") % {"moment": moment(setup.editing_ends, event, language)},
            _(
                "you can change your registration on your own page. You can give up your seat until the event starts."
            ),
        ),
        (_start(event, language), _("the event starts. Welcome!")),
    ]


def _waitlisted(event: Event, setup: RegistrationSetup, language: str) -> list[tuple[str, str]]:
    lists = RegistrationSetup.WaitingList
    freed = {
        lists.AUTOMATIC: _("You are moved up and get an e-mail at once."),
        lists.OFFER: _("You get an offer by e-mail, with a deadline for your answer."),
    }.get(setup.waiting_list, _("The organiser chooses who gets it and writes to you."))
    return [
        _mail(_("It says which number you are in the queue and holds the link to your own page.")),
        (_("When a seat is free"), freed),
        (
            _("After %(moment)s") % {"moment": moment(setup.last_offer, event, language)},
            _(
                "nobody is moved up automatically. If you have not heard from us by then, you did not get a seat."
            ),
        ),
    ]


def _pending(event: Event, setup: RegistrationSetup, language: str) -> list[tuple[str, str]]:
    return [
        _mail(_("It confirms that we have your registration and holds the link to your own page.")),
        (_("The organiser reads it"), _("You get an e-mail with the answer. You have no seat before that.")),
        (_start(event, language), _("the event starts.")),
    ]


def _unverified(_event: Event, _setup: RegistrationSetup, _language: str) -> list[tuple[str, str]]:
    return [
        _mail(_("Look among unwanted mail as well.")),
        (
            _("Press the button in it within 60 minutes"),
            _("Your registration counts from then on. No seat is kept for you before that."),
        ),
    ]


def _received(_event: Event, _setup: RegistrationSetup, _language: str) -> list[tuple[str, str]]:
    return [_mail(_("It says how it went and holds the link to your own page."))]


STEPS: dict[str, Any] = {
    "confirmed": _confirmed, "waitlisted": _waitlisted, "pending": _pending, "unverified": _unverified,
}  # fmt: skip


def _start(event: Event, language: str) -> str:
    date = formats.capitalised(formats.weekday_date(event.local_start.date(), language))
    return f"{date} {formats.at_clock(event.local_start, language)}" if event.times_known else date
