"""Which events take registrations now, by their dates alone: seats are told on each event's page."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from nsr_events.core.models import Event

from .models import RegistrationSetup

TAKES_PLACE = (Event.Status.CONFIRMED, Event.Status.MOVED_ONLINE)


def open_for_registration(now: dt.datetime) -> Q:
    """Return the condition on events whose registration is open to everybody now."""
    setup = "registration_setup__"
    still = Q(**{f"{setup}closes__gt": now}) | Q(**{f"{setup}closes__isnull": True}, start__gt=now)
    return still & Q(
        status__in=TAKES_PLACE,
        **{f"{setup}mode": RegistrationSetup.Mode.OPEN, f"{setup}paused": False, f"{setup}opens__lte": now},
    )
