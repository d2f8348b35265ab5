"""Whether mail may go out at all: the queue's pause, the breaker, and the probes that end both (mail, section 5).

Paused: the server refuses our login, certificate or sender, so somebody must put the settings right; one probe every
15 minutes, or the button. Open breaker: five connections in a row failed; one probe a tick.
"""

from __future__ import annotations

import datetime as dt
import logging
from enum import Enum

from django.db.models import F

from .models import MailQueue

logger = logging.getLogger("nsr_events.outbox")

BREAKS_AFTER = 5
PROBE_PAUSED = dt.timedelta(minutes=15)
PROBE_BROKEN = dt.timedelta(seconds=25)
"""Less than a tick, so that every tick probes and the pokes between them do not."""


class Gate(Enum):
    """What a drain may do."""

    OPEN = "send"
    PROBE = "connect first, without a mail"
    CLOSED = "nothing"


def state() -> MailQueue:
    """Return the one row of the queue."""
    return MailQueue.objects.get_or_create(pk=MailQueue.ONLY)[0]


def ask(now: dt.datetime) -> Gate:
    """Say what a drain may do; of several that ask at once, one is told to probe."""
    queue = state()
    if not (queue.paused_since or is_broken(queue)):
        return Gate.OPEN
    if queue.probe_after and now < queue.probe_after:
        return Gate.CLOSED
    wait = PROBE_PAUSED if queue.paused_since else PROBE_BROKEN
    mine = MailQueue.objects.filter(pk=queue.pk, probe_after=queue.probe_after)
    return Gate.PROBE if mine.update(probe_after=now + wait) else Gate.CLOSED


def is_broken(queue: MailQueue) -> bool:
    """Whether the breaker is open."""
    return queue.failures >= BREAKS_AFTER


def pause(why: str, now: dt.datetime) -> None:
    """Stop all sending until a probe succeeds or somebody presses "Resume"."""
    rows = MailQueue.objects.filter(pk=state().pk)
    newly = rows.filter(paused_since=None).update(paused_since=now, why=why, probe_after=now + PROBE_PAUSED)
    rows.update(why=why)
    if newly:
        logger.error("Mail is paused: %s", why)


def connection_failed(why: str, now: dt.datetime) -> None:
    """Count a connection that failed; the fifth in a row opens the breaker."""
    rows = MailQueue.objects.filter(pk=state().pk)
    rows.update(failures=F("failures") + 1, why=why)
    rows.filter(failing_since=None).update(failing_since=now)
    opens = rows.filter(failures__gte=BREAKS_AFTER, paused_since=None, probe_after=None)
    if opens.update(probe_after=now + PROBE_BROKEN):
        logger.error("The mail server cannot be reached: %s", why)


def connected() -> None:
    """A connection was opened: the breaker closes and a pause ends."""
    if resume():
        logger.warning("The mail server answers again.")


def resume() -> bool:
    """Let mail go out again; False when nothing kept it."""
    kept = MailQueue.objects.filter(pk=MailQueue.ONLY).exclude(failures=0, paused_since=None)
    return bool(kept.update(failures=0, failing_since=None, paused_since=None, probe_after=None, why=""))
