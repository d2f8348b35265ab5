"""Lets the programme follow the event's facts: days that move take their sessions along, at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.signals import post_delete
from wagtail import hooks

from nsr_events.core.models import Event
from nsr_events.core.permissions import register_event_rows
from nsr_events.core.signals import event_changed

from . import admin, history
from .facts import moved
from .materials import forget_file
from .models import ConflictAcceptance, ProgrammeRelease, Session, SessionMaterial, Track
from .releases import release_facts

RELEASED_FACTS = frozenset({"days", "day_texts", "hosts", "venue", "timezone"})
"""Facts of the event that a released programme repeats."""


def connect() -> None:
    """Connect the receivers and register the rows' permissions; called once, from ``AppConfig.ready()``."""
    event_changed.connect(follow_facts, dispatch_uid="nsr_events.programme.follow_facts")
    post_delete.connect(forget_file, sender=SessionMaterial, dispatch_uid="nsr_events.programme.forget_file")
    register_event_rows(Track, Session, SessionMaterial, ProgrammeRelease, ConflictAcceptance)
    hooks.register("register_log_actions", history.register)
    admin.register()


def follow_facts(
    sender: Any,
    *,
    event: Event,
    changes: set[str],
    before: Mapping[str, Any],
    now: dt.datetime,
    by: Any,
    **kwargs: Any,
) -> None:
    """Keep wall-clock times when a day moves or the zone changes, and release the new facts."""
    if not before or not changes & RELEASED_FACTS:
        return
    if changes & {"days", "timezone"}:
        shift_rows(event, before)
    release_facts(event, now=now, by=by)


def shift_rows(event: Event, before: Mapping[str, Any]) -> None:
    """Move the rows with their days. Versions stay: what people typed, the time on the wall, is the same."""
    former = {uid: date for uid, date, *_rest in before["days"]}
    old_zone, zone = ZoneInfo(before["timezone"]), ZoneInfo(event.timezone)
    shifted = []
    for session in event.sessions.filter(start__isnull=False).select_related("day"):
        days = session.day.date - former.get(str(session.day.uid), session.day.date)
        start = moved(session.start, days, old_zone, zone)
        if start != session.start:
            session.start, session.end = start, start + (session.end - session.start)
            shifted.append(session)
    Session.objects.bulk_update(shifted, ["start", "end"], batch_size=200)
