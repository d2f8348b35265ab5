"""The mails about registrations and invitations: their kinds, and the one way to put them in the queue.

Which transition writes which mail stands in registration.md, section 4; what kinds promise in mail.md, section 2.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from nsr_events.core.models import Event
from nsr_events.outbox import kinds, placeholders, queue, recipients
from nsr_events.outbox.kinds import Kind, Link, Policy
from nsr_events.outbox.models import OutgoingMail

from . import links, mail_recipients
from . import mail_values as values
from .links import Purpose
from .mail_guards import (
    until_answer,
    until_offer_ends,
    while_address_waits,
    while_invited,
    while_status,
)
from .models import Invitation, Registration

TEXTS = Path(__file__).parent / "mail_texts"
Status = Registration.Status

FIXED_ADDRESS = {
    "registration.verify": "registration.new_address",
    "registration.address_changed": "registration.old_address",
}
"""Kinds that say something else when they go to an address of their own."""


def tell(
    registration: Registration,
    kind: str,
    *,
    now: dt.datetime,
    facts: Mapping[str, Any] | None = None,
    to: str = "",
) -> None:
    """Put a mail about ``registration`` in the queue, in the transaction that changed it. Who has no address gets none.

    ``to``: an address that the mail is about (a new one to confirm, an old one to take leave of). A transition is told
    once a version of the row; with ``facts["occasion"]`` (a UUID as text) once an occasion;
    ``facts["due"]`` keeps it back.
    """
    if not (to or registration.email):
        return
    facts = dict(facts or {})
    if to:
        kind = FIXED_ADDRESS.get(kind, kind)
    elif kind == "registration.transferred" and not facts.get("given", True):
        kind = "registration.taken_over"
    occasion, due = facts.pop("occasion", registration.row_version), facts.pop("due", None)
    queue.enqueue(
        kind,
        event=registration.event,
        registration=registration,
        to=to,
        language=registration.language,
        facts=facts,
        dedupe_key=f"{kind}:{registration.uid}:{occasion}",
        now=now,
        due=due,
    )


def invite(invitation: Invitation, *, now: dt.datetime, note: str = "", occasion: str = "") -> None:
    """Put an invitation in the queue; once a version of its link, so that sending twice sends once.

    With ``occasion`` (a UUID as text) once an occasion: the invited person asked for it again.
    """
    queue.enqueue(
        "invitation.invite",
        event=invitation.event,
        invitation=invitation,
        language=invitation.language,
        facts={"note": note} if note else {},
        dedupe_key=f"invitation.invite:{invitation.uid}:{occasion or invitation.token_version}",
        now=now,
    )


def tell_staff(
    event: Event, what: str, *, now: dt.datetime, registration: Registration | None = None
) -> None:
    """Tell the event's contact that something waits or happened; ``what`` is a key of ``mail_values.NOTICES``."""
    if not event.contact_email:
        return
    queue.enqueue(
        "staff.notice",
        event=event,
        registration=registration,
        facts={"what": what},
        dedupe_key=f"staff.notice:{uuid.uuid4()}",
        now=now,
    )


def _kind(name: str, label: Any, **options: Any) -> Kind:
    return Kind(key=name, label=label, texts=TEXTS / f"{name}.toml", **options)


def _of(name: str, label: Any, *statuses: str, takes_place: bool = False, **options: Any) -> Kind:
    """A mail about a registration that is true only while it has one of ``statuses``."""
    extra = options.pop("placeholders", {})
    return _kind(
        f"registration.{name}",
        label,
        **{
            "guard": while_status(*statuses, takes_place=takes_place),
            "placeholders": {**PERSON, **extra},
            **options,
        },
    )


def _stop_address(mail: OutgoingMail) -> str:
    return links.address(Purpose.STOP, mail.invitation or mail.registration)


def _contact(mail: OutgoingMail) -> str:
    return mail.event.contact_email


PERSON = {name: getattr(values, name) for name in ("first_name", "full_name", "reference", "note")}
STAY = {"days": values.days, "sessions": values.sessions}
OWN_PAGE = {"own_page": Link(values.own_page, _("Open my page"))}
VERIFY = {"verify_page": Link(values.verify_page, _("Confirm the address"))}
UNDO = {**OWN_PAGE, "undo_page": Link(values.undo_page, _("Undo"))}

SOON = {"priority": 0, "life": kinds.minutes(60), "links": VERIFY, "required": frozenset({"verify_page"})}
"""Somebody is waiting at the screen."""
TODAY = {
    "priority": 0,
    "life": kinds.minutes(24 * 60),
    "links": OWN_PAGE,
    "required": frozenset({"own_page"}),
}
HERE = {"placeholders": STAY, "links": OWN_PAGE}
ACTIVE = Registration.ACTIVE

KINDS = (
    _of("verify", _("Confirm the address"), Status.UNVERIFIED, takes_place=True, **SOON),
    _of("confirmed", _("Confirmation"), Status.CONFIRMED, takes_place=True, **HERE),
    _of("received", _("Awaiting approval"), Status.PENDING, takes_place=True, **HERE),
    _of(
        "waitlisted", _("On the waiting list"), Status.WAITLISTED, takes_place=True, links=OWN_PAGE,
        placeholders={**STAY, "queue_position": values.queue_position, "last_answer": values.last_answer},
    ),
    _of(
        "offer", _("Seat offered"), Status.OFFERED, takes_place=True, links=OWN_PAGE, quiet_hours=True,
        life=until_offer_ends, required=frozenset({"own_page", "offer_deadline"}),
        placeholders={**STAY, "offer_deadline": values.offer_deadline},
    ),
    _of("lapsed", _("Offer lapsed"), Status.LAPSED),
    _of(
        "promoted", _("Got a seat"), Status.CONFIRMED, takes_place=True, links=OWN_PAGE,
        placeholders={**STAY, "dropped": values.dropped},
    ),
    _of(
        "changed", _("Registration changed"), Status.PENDING, Status.WAITLISTED, Status.CONFIRMED, links=OWN_PAGE,
        placeholders={**STAY, "changes": values.changes},
    ),
    _of("new_address", _("Confirm a new address"), guard=while_address_waits, **SOON),
    _of("address_changed", _("New address in use"), *ACTIVE, links=OWN_PAGE),
    _of("old_address", _("Old address taken leave of"), *Status.values),
    _of("rejected", _("Not approved"), Status.REJECTED),
    _of("declined", _("Declined the seat"), Status.DECLINED),
    _of("left_list", _("Left the waiting list"), Status.CANCELLED, links=UNDO),
    _of("cancelled", _("Cancellation"), Status.CANCELLED, links=UNDO),
    _of("transferred", _("Seat handed over"), Status.CANCELLED),
    _of("taken_over", _("Seat taken over"), Status.CONFIRMED, takes_place=True, **HERE),
    _of("link", _("The link again"), *Status.values, **TODAY),
    _of("already", _("Already registered"), *ACTIVE, **TODAY),
    _kind(
        "invitation.invite", _("Invitation"), policy=Policy.PARK, priority=7, quiet_hours=True, life=until_answer,
        guard=while_invited, links=OWN_PAGE, required=frozenset({"own_page"}), unsubscribe=_stop_address,
        placeholders={
            "first_name": values.first_name, "full_name": values.full_name, "note": values.note,
            "answer_by": values.answer_by, "proposer": values.proposer,
        },
    ),
    _kind(
        "staff.notice", _("Notice to the organiser"), priority=2, recipient=_contact,
        links={"workspace": Link(placeholders.workspace_url, _("Open the workspace"), secret=False)},
        placeholders={"notice": values.notice, "reference": values.reference, "note": values.note},
    ),
)  # fmt: skip


def register() -> None:
    """Make the kinds known, and who their mails are for."""
    for kind in KINDS:
        kinds.register(kind)
    recipients.register(mail_recipients.PARTY)
