"""What time alone brings to every event: offers and unproven rows lapse, freed seats are filled (mail, section 6)."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.db.models import Q

from nsr_events.core.models import Event
from nsr_events.outbox import health

from . import link_requests, seats
from .models import Registration, RegistrationSetup

logger = logging.getLogger(__name__)

OPEN_LISTS = (RegistrationSetup.WaitingList.AUTOMATIC, RegistrationSetup.WaitingList.OFFER)


@dataclass
class Result:
    """What one run did, over all events."""

    confirmed: int = 0
    offered: int = 0
    busy: int = 0
    links: int = 0


def promote_all(*, now: dt.datetime) -> Result:
    """Run ``seats.promote`` for each event where time may have changed something. Safe to run at any time, repeatedly.

    An event that is busy is left for the next run.
    """
    result = Result(links=link_requests.answer_requests(now=now))
    for event in _events(now):
        try:
            moved = seats.promote(event, now=now)
        except seats.Busy:
            logger.warning("Seats of event %s are busy; the next run takes them.", event.uid)
            result.busy += 1
            continue
        result.confirmed += len(moved.confirmed)
        result.offered += len(moved.offered)
    health.beat("promote", now, str(result))
    return result


def watch() -> None:
    """Let the site's health tell when this has not run for twenty minutes; from ``AppConfig.ready()``."""
    health.expect("promote", minutes=20)


def _events(now: dt.datetime) -> list[Event]:
    """Events that have rows which run out, or people waiting on a list that moves by itself."""
    runs_out = Q(status__in=[Registration.Status.UNVERIFIED, Registration.Status.OFFERED])
    waits = Q(
        status=Registration.Status.WAITLISTED,
        event__registration_setup__waiting_list__in=OPEN_LISTS,
        event__start__gt=now,
    )
    rows = Registration.objects.filter(runs_out | waits).order_by().values("event_id").distinct()
    return list(Event.objects.filter(pk__in=rows))
