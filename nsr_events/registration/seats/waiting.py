"""The queue and its offers: what time brings, what people answer, what organisers decide (registration, section 5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from nsr_events.core.models import Event
from nsr_events.registration.applications import (
    Problem,
    ProblemKind,
    Refused,
)
from nsr_events.registration.counting import occupancy
from nsr_events.registration.locking import seats_locked
from nsr_events.registration.models import (
    Registration,
)
from nsr_events.registration.offers import TOLERANCE

from . import queue
from .placing import move, save, step_of, write
from .standing import arrive, day_ids, lapse, need_reason, reread

Status = Registration.Status


def promote(event: Event, *, now: dt.datetime) -> queue.Moved:
    """Do what time alone brings: unverified rows and offers lapse, freed and no longer reserved seats are filled.

    Cancelled and postponed events rest: none of their offers runs out, nobody is moved.
    """
    with seats_locked(event.pk) as setup:
        for row in queue.overdue(setup, now=now):
            lapse(row, now, mail="lapsed" if row.status == Status.OFFERED else "")
        return queue.fill(setup, now=now)


def accept(
    registration: Registration, *, now: dt.datetime, by: Any = None, notify: bool = True
) -> Registration:
    """Take the offered seat: until the deadline that was shown and fifteen minutes, also after registration closed."""
    with seats_locked(registration.event_id):
        row = reread(registration, {Status.OFFERED})
        if row.offer_expires and now >= row.offer_expires + TOLERANCE:
            raise Refused(Problem(ProblemKind.TOO_LATE, row.offer_expires))
        arrive(row, Status.CONFIRMED, step_of(now=now, by=by, notify=notify))
        return row


def decline(registration: Registration, *, now: dt.datetime) -> Registration:
    """Say no to an offered seat, which goes to the next."""
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.OFFERED})
        move(row, Status.DECLINED, step_of(now=now), mail="declined")
        queue.fill(setup, now=now)
        return row


def give_seat(
    registration: Registration, *, now: dt.datetime, by: Any, reason: str, above_capacity: bool = False,
    notify: bool = True, note: str = "",
) -> Registration:  # fmt: skip
    """Give somebody who waits a seat out of order; an organiser's, with a reason."""
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    need_reason(step)
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.WAITLISTED})
        limit = occupancy(setup, now=now).room(row.category_id, day_ids(row))
        if limit and not above_capacity:
            raise Refused(Problem(ProblemKind.FULL, limit))
        arrive(row, Status.CONFIRMED, step, mail="promoted")
        return row


def set_priority(
    registration: Registration, priority: int, *, now: dt.datetime, by: Any, reason: str
) -> Registration:
    """Put somebody who waits before (higher) or behind others; an organiser's, with a reason."""
    step = step_of(now=now, by=by, reason=reason)
    need_reason(step)
    with seats_locked(registration.event_id):
        row = reread(registration, {Status.WAITLISTED})
        save(row, now, priority=priority)
        write(row, step, before=row.status)
        return row
