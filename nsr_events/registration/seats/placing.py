"""Writes one step of a registration under the lock: status, history, mail, signal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from nsr_events.core.models import EventDay
from nsr_events.registration import mails
from nsr_events.registration.models import Registration, RegistrationDay, StatusChange
from nsr_events.registration.signals import registration_cancelled, registration_confirmed

CONFIRMED = Registration.Status.CONFIRMED


@dataclass(frozen=True)
class Step:
    """Who takes a step, when and why. ``by`` is a user for organisers; ``who`` says which of the three it was.

    ``notify`` False writes no mail (the history says so), ``note`` stands in the mail.
    """

    now: dt.datetime
    who: str = StatusChange.Who.PERSON
    by: Any = None
    reason: str = ""
    notify: bool = True
    note: str = ""


def step_of(
    *, now: dt.datetime, by: Any = None, reason: str = "", notify: bool = True, note: str = ""
) -> Step:
    """Return the step of an organiser (``by`` is given) or of the person by link."""
    who = StatusChange.Who.STAFF if by is not None else StatusChange.Who.PERSON
    return Step(now=now, who=who, by=by, reason=reason, notify=notify, note=note)


def write(
    registration: Registration,
    step: Step,
    *,
    before: str,
    mail: str = "",
    facts: Mapping[str, Any] | None = None,
    silent: bool = False,
) -> None:
    """Note a step in the history, write its mail, and tell who needs to know of seats won and lost.

    ``silent`` tells no receiver.
    """
    kind = f"registration.{mail}" if mail and step.notify else ""
    StatusChange.objects.create(
        registration=registration, at=step.now, before=before, after=registration.status,
        who=step.who, by=step.by, reason=step.reason, mail=kind,
    )  # fmt: skip
    if kind:
        mails.tell(registration, kind, now=step.now, facts={**(facts or {}), **_note(step)})
    if not silent:
        _signal(registration, before, step.now)


def move(
    registration: Registration, status: str, step: Step, *, mail: str = "", facts: Mapping[str, Any] | None = None,
    **columns: Any,
) -> None:  # fmt: skip
    """Give a registration another status (and other ``columns``), with everything that follows."""
    before = registration.status
    ended = status not in Registration.ACTIVE
    columns = {"offer_expires": None, **columns} if status != Registration.Status.OFFERED else columns
    columns |= {"ended_at": step.now if ended else None, "ended_by": step.who if ended else ""}
    save(registration, step.now, calendar=True, status=status, **columns)
    write(registration, step, before=before, mail=mail, facts=facts)


def save(registration: Registration, now: dt.datetime, *, calendar: bool = False, **columns: Any) -> None:
    """Write ``columns`` of a registration and raise its version; with ``calendar`` what its feed shows changed."""
    columns |= {"row_version": registration.row_version + 1, "changed": now}
    if calendar:
        columns |= {"calendar_version": registration.calendar_version + 1, "calendar_changed": now}
    for name, value in columns.items():
        setattr(registration, name, value)
    names = set(columns)
    if "email" in names:
        names |= {"email_key", "email_domain"}
    registration.save(update_fields=sorted(names))


def set_days(registration: Registration, days: Iterable[EventDay]) -> None:
    """Give a registration exactly these days."""
    wished = {day.pk for day in days}
    held = set(registration.days.values_list("day_id", flat=True))
    if held - wished:
        registration.days.filter(day_id__in=held - wished).delete()
    RegistrationDay.objects.bulk_create(
        RegistrationDay(registration=registration, day_id=day) for day in sorted(wished - held)
    )


def next_number(event_id: int) -> int:
    """Return the number of the next in the queue; under the lock, since the clocks of two servers differ."""
    highest = Registration.objects.filter(event_id=event_id).aggregate(highest=Max("queue_number"))["highest"]
    return (highest or 0) + 1


def _note(step: Step) -> dict[str, str]:
    return {"note": step.note} if step.note else {}


def _signal(registration: Registration, before: str, now: dt.datetime) -> None:
    if registration.status == before:
        return
    if registration.status == CONFIRMED:
        registration_confirmed.send(Registration, registration=registration, now=now)
    elif before == CONFIRMED:
        registration_cancelled.send(Registration, registration=registration, now=now)
