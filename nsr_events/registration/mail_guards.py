"""Whether a mail about a registration or invitation is still true when it is sent, and how long it is worth sending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial

from nsr_events.outbox.models import OutgoingMail, Reason

from .models import Invitation

Guard = Callable[[OutgoingMail, dt.datetime], str | None]


def while_status(*statuses: str, takes_place: bool = False) -> Guard:
    """A guard for mail that is true only while the registration has one of ``statuses``.

    ``takes_place``: and while the event is not cancelled or postponed.
    """
    return partial(_while_status, frozenset(statuses), takes_place)


def _while_status(
    statuses: Iterable[str], takes_place: bool, mail: OutgoingMail, now: dt.datetime
) -> str | None:
    row = mail.registration
    if row is None or row.anonymised_at:
        return Reason.ERASED
    if row.status not in statuses:
        return Reason.CHANGED
    return Reason.EVENT_OFF if takes_place and mail.event.is_off else None


def while_address_waits(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """For a new address: as long as it is the one the person wants."""
    row = mail.registration
    return None if row and row.is_active and row.new_email == mail.to else Reason.CHANGED


def while_invited(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """For an invitation: unanswered, and the event takes place."""
    row = mail.invitation
    if row is None:
        return Reason.ERASED
    if row.state == Invitation.State.WITHDRAWN:
        return Reason.WITHDRAWN
    if row.state not in {Invitation.State.DRAFT, Invitation.State.SENT}:
        return Reason.ANSWERED
    return Reason.EVENT_OFF if mail.event.is_off else None


def until_offer_ends(mail: OutgoingMail, due: dt.datetime) -> dt.datetime:
    """An offer's mail lives as long as the offer."""
    return mail.registration.offer_expires or due


def until_answer(mail: OutgoingMail, due: dt.datetime) -> dt.datetime:
    """An invitation's mail lives until the answer is wanted."""
    return mail.invitation.answer_by or mail.event.start
