"""Going out, and back in: cancelling, undoing it, being taken back (registration, section 4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max

from nsr_events.registration import mails
from nsr_events.registration.applications import (
    Problem,
    ProblemKind,
    Refused,
    Stale,
)
from nsr_events.registration.counting import occupancy
from nsr_events.registration.locking import seats_locked
from nsr_events.registration.models import (
    Registration,
    RegistrationSetup,
)

from . import queue
from .placing import Step, move, next_number, step_of
from .standing import (
    MAIL_OF,
    arrive,
    check_in_time,
    day_ids,
    drop_lost_bookings,
    need_reason,
    placed_as_newcomer,
    registered_again,
    reread,
)

Status = Registration.Status

UNDO = dt.timedelta(minutes=15)


def cancel(
    registration: Registration, *, now: dt.datetime, by: Any = None, reason: str = "", notify: bool = True,
    note: str = "", row_version: int | None = None,
) -> Registration:  # fmt: skip
    """End a registration: leave the list, or give back the seat, which goes to the next.

    A person may until the event starts; after the deadline for changes the organiser is told.
    """
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.PENDING, Status.CONFIRMED, Status.WAITLISTED, Status.OFFERED})
        if row_version is not None and row.row_version != row_version:
            raise Stale(row)
        check_in_time(setup.event.start, step)
        waited = row.status == Status.WAITLISTED
        move(row, Status.CANCELLED, step, mail="left_list" if waited else "cancelled")
        if by is None and now >= setup.editing_ends and not waited:
            mails.tell_staff(row.event, "late_cancellation", now=now, registration=row)
        queue.fill(setup, now=now)
        return row


def can_undo(row: Registration, now: dt.datetime) -> bool:
    """Whether the person's own cancellation is young enough to be taken back."""
    own = row.status == Status.CANCELLED and row.ended_by == Registration.EndedBy.PERSON
    return bool(own and row.ended_at and now < row.ended_at + UNDO)


def undo(registration: Registration, *, now: dt.datetime) -> Registration:
    """Take a person's own cancellation back within 15 minutes: the seat if it is free, else the front of the queue."""
    step = step_of(now=now)
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.CANCELLED})
        if not can_undo(row, now) or registered_again(row):
            raise Refused(Problem(ProblemKind.TOO_LATE, row.ended_at))
        before = row.history.order_by("-at", "-pk").values_list("before", flat=True).first()
        if before in {Status.PENDING, Status.WAITLISTED}:
            move(row, before, step, mail=MAIL_OF[Status(before)])
            return row
        limit = occupancy(setup, now=now).room(row.category_id, day_ids(row))
        if limit is None:
            arrive(row, Status.CONFIRMED, step)
            drop_lost_bookings(row)
        elif setup.waiting_list == RegistrationSetup.WaitingList.OFF:
            raise Refused(Problem(ProblemKind.FULL, limit))
        else:
            _to_the_front(row, step)
        return row


def _to_the_front(row: Registration, step: Step) -> None:
    waiting = Registration.objects.filter(event_id=row.event_id).waiting()
    highest = waiting.order_by().aggregate(highest=Max("priority"))["highest"]
    number = row.queue_number or next_number(row.event_id)
    priority = highest + 1 if highest is not None else row.priority
    move(row, Status.WAITLISTED, step, mail="waitlisted", priority=priority, queue_number=number)


def reopen(
    registration: Registration, *, now: dt.datetime, by: Any, reason: str = "", above_capacity: bool = False,
    notify: bool = True, note: str = "",
) -> Registration:  # fmt: skip
    """Take somebody back whose registration ended, as a newcomer; an organiser's."""
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, set(Status.values) - set(Registration.ACTIVE))
        if row.anonymised_at or registered_again(row):
            raise Refused(Problem(ProblemKind.NOT_POSSIBLE, row.status))
        if above_capacity:
            need_reason(step)
            status = Status.CONFIRMED
        else:
            status = placed_as_newcomer(setup, occupancy(setup, now=now), row, now, approved=True)
        arrive(row, status, step)
        if status == Status.CONFIRMED:
            drop_lost_bookings(row)
        return row
