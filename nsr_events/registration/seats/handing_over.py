"""Handing a seat to a colleague (registration, section 10)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from nsr_events.registration import mails, speakers
from nsr_events.registration.addresses import domain_of, email_key
from nsr_events.registration.applications import (
    Problem,
    ProblemKind,
    Refused,
    Stale,
)
from nsr_events.registration.locking import seats_locked
from nsr_events.registration.mailboxes import is_public_domain
from nsr_events.registration.models import (
    HandOver,
    Registration,
    RegistrationDay,
    RegistrationSetup,
)

from .placing import Step, move, step_of, write
from .standing import reread

Status = Registration.Status

MOST_HAND_OVERS = 3


def transfer(
    registration: Registration, *, first_name: str, last_name: str, email: str, now: dt.datetime,
    row_version: int | None = None, by: Any = None,
) -> Registration | HandOver:  # fmt: skip
    """Hand the seat to a colleague: at once within the same mail domain, else a proposal an organiser decides.

    The colleague gets the seat with its category and days, and nothing else: answers, consents, sessions and wishes
    never follow. Public mail providers are never "the same domain". Returns the colleague's
    registration, or the proposal.
    """
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.CONFIRMED})
        if row_version is not None and row.row_version != row_version:
            raise Stale(row)
        _check_hand_over(setup, row, email, now)
        colleague = {"first_name": first_name, "last_name": last_name, "email": email}
        if by is None and not _at_once(setup, row, email):
            proposal = HandOver.objects.create(registration=row, proposed_at=now, **colleague)
            mails.tell_staff(row.event, "hand_over", now=now, registration=row)
            return proposal
        return _hand_over(row, colleague, step_of(now=now, by=by))


def decide_hand_over(proposal: HandOver, *, approved: bool, now: dt.datetime, by: Any) -> Registration | None:
    """Approve or refuse a proposed colleague; the seat stays until then. Returns the colleague's registration."""
    with seats_locked(proposal.registration.event_id):
        row = reread(proposal.registration, {Status.CONFIRMED} if approved else Status.values)
        fresh = HandOver.objects.get(pk=proposal.pk)
        if fresh.state != HandOver.State.PROPOSED:
            raise Refused(Problem(ProblemKind.NOT_POSSIBLE, fresh.state))
        fresh.state = HandOver.State.APPROVED if approved else HandOver.State.REFUSED
        fresh.decided_at, fresh.decided_by = now, by
        fresh.save()
        if not approved:
            return None
        colleague = {"first_name": fresh.first_name, "last_name": fresh.last_name, "email": fresh.email}
        return _hand_over(row, colleague, step_of(now=now, by=by))


def _check_hand_over(setup: RegistrationSetup, row: Registration, email: str, now: dt.datetime) -> None:
    if setup.transfer == RegistrationSetup.Transfer.OFF or now >= setup.event.start or setup.event.is_off:
        raise Refused(Problem(ProblemKind.NOT_POSSIBLE))
    if row.hand_overs >= MOST_HAND_OVERS:
        raise Refused(Problem(ProblemKind.HAND_OVERS_USED, MOST_HAND_OVERS))
    if row.hand_over_proposals.filter(state=HandOver.State.PROPOSED).exists():
        raise Refused(Problem(ProblemKind.NOT_POSSIBLE, "proposed"))
    if Registration.objects.filter(event_id=row.event_id, email_key=email_key(email)).active().exists():
        raise Refused(Problem(ProblemKind.ADDRESS_TAKEN, email))


def _at_once(setup: RegistrationSetup, row: Registration, email: str) -> bool:
    domain = domain_of(email)
    same = domain == row.email_domain and not is_public_domain(domain)
    return setup.transfer == RegistrationSetup.Transfer.SAME_DOMAIN and same


def _hand_over(row: Registration, colleague: dict[str, str], step: Step) -> Registration:
    if (
        Registration.objects.filter(event_id=row.event_id, email_key=email_key(colleague["email"]))
        .active()
        .exists()
    ):
        raise Refused(Problem(ProblemKind.ADDRESS_TAKEN, colleague["email"]))
    days = list(row.days.values_list("day_id", flat=True))
    # The giver's row ends first: one active row per address and invitation, and the seat is never held twice.
    move(row, Status.CANCELLED, step, mail="transferred", token_version=row.token_version + 1,
         facts={"given": True})  # fmt: skip
    row.ended_by = ""
    Registration.objects.filter(pk=row.pk).update(ended_by="")
    new = Registration.objects.create(
        event_id=row.event_id, status=Status.CONFIRMED, category_id=row.category_id, language=row.language,
        organisation=row.organisation, source=row.source, replaces=row, hand_overs=row.hand_overs + 1,
        created=step.now, changed=step.now, calendar_changed=step.now,
        person=speakers.profile_of(colleague["email"]), **colleague,
    )  # fmt: skip
    new.event = row.event
    RegistrationDay.objects.bulk_create(RegistrationDay(registration=new, day_id=day) for day in days)
    write(new, step, before="", mail="transferred", facts={"given": False})
    return new
