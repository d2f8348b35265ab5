"""Coming in: a seat, a place in the queue, or waiting for approval (registration, sections 3, 4, 8)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q

from nsr_events.core.models import Event
from nsr_events.registration import mails, speakers
from nsr_events.registration.addresses import email_key
from nsr_events.registration.applications import (
    Application,
    Outcome,
    OutcomeKind,
    Problem,
    ProblemKind,
    Refused,
)
from nsr_events.registration.counting import occupancy, setup_rules
from nsr_events.registration.locking import seats_locked
from nsr_events.registration.models import (
    Invitation,
    Registration,
    RegistrationDay,
    RegistrationSetup,
)
from nsr_events.registration.state import GRACE, closing_of, open_categories, public_state

from . import bookings
from .placing import Step, next_number, step_of, write
from .standing import (
    MAIL_OF,
    arrive,
    check_choices,
    check_plain,
    lapse,
    may_wait,
    need_reason,
    needs_approval,
    placed_as_newcomer,
    reread,
    with_days,
    write_answers,
)

Status = Registration.Status


def register(
    event: Event,
    application: Application,
    *,
    now: dt.datetime,
    by: Any = None,
    reason: str = "",
    above_capacity: bool = False,
    notify: bool = True,
    note: str = "",
    rendered_at: dt.datetime | None = None,
) -> Outcome:
    """Take an application: a seat, a place in the queue, or waiting for approval (registration, sections 3, 4, 8).

    The same ``idempotency_key`` again answers the same without a second row; an address that is registered already
    gets its link by mail and changes nothing. ``rendered_at`` is when the form was shown: one that was on the screen
    before closing is taken for ten minutes after it. ``above_capacity`` is an organiser's, with a reason.
    """
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    with seats_locked(event.pk) as setup:
        counts = occupancy(setup, now=now)
        former = _former(setup, application)
        repeated = next((row for row in former if _same_form(row, application)), None)
        if repeated:
            return Outcome(OutcomeKind.REPEATED, repeated, _first_outcome(repeated))
        application = _as_invited(with_days(setup, application, counts))
        _check_open(setup, counts, application, step, rendered_at)
        status = _place(setup, counts, application, step, above_capacity=above_capacity)
        check_plain(event.pk, application)
        check_choices(setup, application.choices)
        _check_sessions(setup, application, status)
        known = next((row for row in former if _is_known(row, by)), None)
        if known:
            _tell_known(known, application, step)
            if by is None:
                _take_as_long(setup, application, status, step)
            return Outcome(OutcomeKind.KNOWN, known if by is not None else None, OutcomeKind(status))
        _replace_unverified(former, step)
        return _create(setup, application, status, step)


def verify(
    registration: Registration, *, now: dt.datetime, by: Any = None, reason: str = "", above_capacity: bool = False,
    notify: bool = True, note: str = "",
) -> Registration:  # fmt: skip
    """Confirm an address: the registration takes the seat or place there is now (registration, section 4).

    An organiser who does it vouches for the person, so nobody approves once more.
    """
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.UNVERIFIED})
        if above_capacity and by is not None:
            need_reason(step)
            status = Status.CONFIRMED
        else:
            counts = occupancy(setup, now=now)
            status = placed_as_newcomer(setup, counts, row, now, approved=by is not None)
        arrive(row, status, step)
        return row


def _former(setup: RegistrationSetup, application: Application) -> list[Registration]:
    """Rows this application may be a repetition of: the same form, the same address, the same invitation."""
    same = Q(pk__isnull=True)
    if application.idempotency_key:
        same |= Q(idempotency_key=application.idempotency_key)
    if key := email_key(application.email):
        same |= Q(email_key=key, status__in=[*Registration.ACTIVE, Status.REJECTED])
    if application.invitation:
        same |= Q(invitation=application.invitation, status__in=Registration.ACTIVE)
    return list(Registration.objects.filter(same, event_id=setup.event_id).order_by("pk"))


def _same_form(row: Registration, application: Application) -> bool:
    return application.idempotency_key is not None and row.idempotency_key == application.idempotency_key


def _is_known(row: Registration, by: Any) -> bool:
    """Whether somebody is here already; one who was not approved is answered likewise, but not to organisers."""
    if row.status == Status.REJECTED:
        return by is None
    return row.status != Status.UNVERIFIED


def _first_outcome(row: Registration) -> OutcomeKind:
    """What the form was answered the first time, whatever became of the row since."""
    return OutcomeKind(row.history.order_by("at", "pk").values_list("after", flat=True)[0])


def _check_open(setup, counts, application, step, rendered_at) -> None:
    """Refuse where registration is not open to the applicant; organisers add whom they will, whenever they will."""
    category = application.category
    if category.event_id != setup.event_id:
        raise Refused(Problem(ProblemKind.CATEGORY_CLOSED, category))
    if step.by is not None:
        return
    rules, now = setup_rules(setup), step.now
    invited_to = _invited_to(application, now)
    if rendered_at is not None and rendered_at <= now <= rendered_at + dt.timedelta(hours=24):
        # A form that stood on the screen before closing is judged as of ten minutes ago, but not before it was shown.
        now = max(rendered_at, now - GRACE) if _closed_meanwhile(rules, counts, category.pk, now) else now
    state = public_state(rules, counts, now=now, invited_to=invited_to)
    if not state.takes_forms and state.state != "full":
        raise Refused(Problem(ProblemKind.CLOSED, state))
    if category.pk not in {
        each.id for each in open_categories(rules, counts, now=now, invited_to=invited_to)
    }:
        raise Refused(Problem(ProblemKind.CATEGORY_CLOSED, category))


def _closed_meanwhile(rules, counts, category: int, now: dt.datetime) -> bool:
    closes = closing_of(rules, counts.categories[category])
    return closes <= now < closes + GRACE


def _as_invited(application: Application) -> Application:
    """Read the invitation again under the lock; a locked one is for its own address, whatever was posted."""
    invitation = application.invitation
    if invitation is None:
        return application
    invitation.refresh_from_db()
    return replace(application, email=invitation.email) if invitation.locked_email else application


def _invited_to(application: Application, now: dt.datetime) -> int | None:
    invitation = application.invitation
    return invitation.category_id if invitation and invitation.is_valid(now) else None


def _place(setup, counts, application, step, *, above_capacity: bool) -> str:
    """Return the status an application gets now. Raises ``Refused`` when there is neither seat nor queue."""
    limit = counts.newcomer(application.category.pk, {day.pk for day in application.days})
    if above_capacity and step.by is not None:
        need_reason(step)
        limit = None
    if limit and not may_wait(setup, counts):
        raise Refused(Problem(ProblemKind.FULL, limit))
    if step.by is None and setup.verify_email and application.invitation is None:
        return Status.UNVERIFIED
    if step.by is None and needs_approval(application.category, application.invitation):
        return Status.PENDING
    return Status.WAITLISTED if limit else Status.CONFIRMED


def _check_sessions(setup: RegistrationSetup, application: Application, status: str) -> None:
    """Refuse sessions that cannot be booked. Who does not get a seat now books once confirmed."""
    if status != Status.CONFIRMED or not application.sessions:
        return
    uids = frozenset(str(day.uid) for day in application.days)
    problems = bookings.problems_of(setup.event, application.sessions, day_uids=uids)
    if problems:
        raise Refused(*problems)


def _tell_known(known: Registration, application: Application, step: Step) -> None:
    if known.status == Status.REJECTED or step.by is not None or application.mail_due is not None:
        return
    occasion = str(application.idempotency_key or uuid.uuid4())
    mails.tell(known, "registration.already", now=step.now, facts={"occasion": occasion})


def _take_as_long(setup: RegistrationSetup, application: Application, status: str, step: Step) -> None:
    """Write what a newcomer's registration writes and take it back, so that the time tells nobody who is known here."""
    stranger = replace(application, email=f"{application.uid}@unknown.invalid", invitation=None)
    with transaction.atomic():
        _create(setup, stranger, status, replace(step, notify=False), rehearsal=True)
        transaction.set_rollback(True)


def _replace_unverified(former: Sequence[Registration], step: Step) -> None:
    """End unverified rows of the same address and kill their links: nobody confirms what another typed."""
    for row in former:
        if row.status == Status.UNVERIFIED:
            lapse(row, step.now)


def _create(
    setup: RegistrationSetup, application: Application, status: str, step: Step, *, rehearsal: bool = False
) -> Outcome:
    """Write a registration and all that belongs to it; a ``rehearsal`` tells no receiver, as it is taken back."""
    waits = status == Status.WAITLISTED
    row = Registration.objects.create(
        event_id=setup.event_id,
        uid=application.uid,
        status=status,
        email=application.email,
        queue_number=next_number(setup.event_id) if waits else None,
        idempotency_key=application.idempotency_key,
        source=application.source,
        invitation=application.invitation,
        person=application.person or speakers.profile_of(application.email),
        created=step.now,
        changed=step.now,
        calendar_changed=step.now,
        **application.fields(),
    )
    row.event = setup.event
    RegistrationDay.objects.bulk_create(
        RegistrationDay(registration=row, day=day) for day in application.days
    )
    write_answers(row, application, step)
    if status == Status.CONFIRMED and application.sessions:
        bookings.write(row, application.sessions)
    for save_section in application.save_sections:
        save_section(row)
    if application.invitation:
        _answer_invitation(application.invitation, Invitation.State.ACCEPTED, step.now)
    write(
        row,
        step,
        before="",
        mail=MAIL_OF[Status(status)],
        facts={"due": application.mail_due},
        silent=rehearsal,
    )
    kind = OutcomeKind(status)
    return Outcome(kind, row, kind)


def _answer_invitation(invitation: Invitation, state: str, now: dt.datetime, reason: str = "") -> None:
    invitation.state, invitation.answered_at, invitation.decline_reason = state, now, reason
    invitation.save(update_fields=["state", "answered_at", "decline_reason"])


def decline_invitation(invitation: Invitation, *, now: dt.datetime, reason: str = "") -> Invitation:
    """Note that somebody invited cannot come; they may still change their mind until registration closes."""
    with seats_locked(invitation.event_id):
        fresh = Invitation.objects.get(pk=invitation.pk)
        if fresh.state not in {Invitation.State.SENT, Invitation.State.DECLINED}:
            raise Refused(Problem(ProblemKind.NOT_POSSIBLE, fresh.state))
        _answer_invitation(fresh, Invitation.State.DECLINED, now, reason)
        return fresh
