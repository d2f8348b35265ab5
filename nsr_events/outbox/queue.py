"""Putting mail in the queue: one row, written in the transaction of the fact it reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from nsr_events.core.models import Event, Person
from nsr_events.core.texts import default_language

from . import kinds, poke, quiet
from .models import OutgoingMail
from .sender import message_id


def enqueue(
    kind: str,
    *,
    event: Event,
    dedupe_key: str,
    now: dt.datetime,
    registration: Any = None,
    invitation: Any = None,
    person: Person | None = None,
    to: str = "",
    language: str = "",
    facts: Mapping[str, Any] | None = None,
    due: dt.datetime | None = None,
) -> None:
    """Put a mail in the queue: one insert in the caller's transaction and, on commit, one poke for all of them.

    A second row with the same ``dedupe_key`` is silently not made. ``due`` (now) is moved out of the night for kinds
    with quiet hours. Callers hold locks, so nothing is looked up or rendered here. Raises ``UnknownKind``.
    """
    row = unsaved(
        kind,
        event=event,
        registration=registration,
        invitation=invitation,
        person=person,
        to=to,
        language=language,
        facts=dict(facts or {}),
        dedupe_key=dedupe_key,
        due=due or now,
        created=now,
    )
    with transaction.atomic(savepoint=False):
        OutgoingMail.objects.bulk_create([row], ignore_conflicts=True)
        poke.on_commit()


def unsaved(
    kind: str, *, due: dt.datetime, language: str, expires: dt.datetime | None = None, **values: Any
) -> OutgoingMail:
    """Return the row of a mail, for whoever writes many at once: priority, language, due and expiry worked out.

    Without ``expires`` it lives as long as its kind says. Raises ``UnknownKind``.
    """
    of = kinds.get(kind)
    row = OutgoingMail(
        kind=kind, priority=of.priority, language=language or default_language(), due=due, **values
    )
    row.message_id = message_id(row.uid)
    row.expires = expires or of.life(row, due)
    if of.quiet_hours and not row.any_hour:
        row.due = quiet.due_by_day(due, row.expires, row.event.zone)
    return row
