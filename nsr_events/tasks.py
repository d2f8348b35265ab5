"""Celery tasks: each a one-line call of a plain function, without payload or schedule (architecture, 1.4)."""

from celery import shared_task
from celery.worker import state
from django.utils import timezone

from .calendars import stamps
from .outbox import delivery
from .registration import link_requests, promoting
from .reminders import planning


@shared_task
def restamp_calendars() -> int:
    """Stamp events whose calendar entries changed without anybody telling; beat calls it every 15 minutes."""
    return stamps.restamp_all(now=timezone.now())


@shared_task(soft_time_limit=210, time_limit=240)
def drain() -> str:
    """Send due mail; beat calls it every 30 seconds, and a poke whenever mail was written.

    The limits are a drain's 45 seconds and the slowest possible mail.
    """
    return str(delivery.drain(should_stop=_worker_stops))


@shared_task
def promote() -> str:
    """Let offers lapse and fill freed seats; beat calls it every five minutes."""
    return str(promoting.promote_all(now=timezone.now()))


@shared_task
def plan_reminders() -> str:
    """Make the mails of reminders that are due soon; beat calls it every five minutes."""
    return str(planning.plan_reminders(now=timezone.now()))


@shared_task
def answer_link_requests() -> int:
    """Mail the links somebody asked for; beat calls it every 30 seconds."""
    return link_requests.answer_requests(now=timezone.now())


def _worker_stops() -> bool:
    """Whether the worker in this process was asked to stop: it finishes its mail and hands the rest back."""
    return state.should_stop is not None or state.should_terminate is not None
