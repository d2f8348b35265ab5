"""Approval: who awaits it is placed as a newcomer, or not at all (registration, section 4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from nsr_events.registration.counting import occupancy
from nsr_events.registration.locking import seats_locked
from nsr_events.registration.models import (
    Registration,
)

from .placing import move, step_of
from .standing import arrive, need_reason, placed_as_newcomer, reread

Status = Registration.Status


def approve(
    registration: Registration, *, now: dt.datetime, by: Any, reason: str = "", above_capacity: bool = False,
    notify: bool = True, note: str = "",
) -> Registration:  # fmt: skip
    """Approve somebody: placed as a newcomer. In bulk, call it in the order of submission."""
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.PENDING})
        if above_capacity:
            need_reason(step)
            status = Status.CONFIRMED
        else:
            status = placed_as_newcomer(setup, occupancy(setup, now=now), row, now, approved=True)
        arrive(row, status, step)
        return row


def reject(
    registration: Registration,
    *,
    now: dt.datetime,
    by: Any,
    reason: str = "",
    notify: bool = True,
    note: str = "",
) -> Registration:
    """Do not approve somebody; ``reason`` stays inside, ``note`` goes to the person. Their links die."""
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    with seats_locked(registration.event_id):
        row = reread(registration, {Status.PENDING})
        move(row, Status.REJECTED, step, mail="rejected", token_version=row.token_version + 1)
        return row
