"""Celery tasks: each a one-line call of a plain function, without payload or schedule (architecture, 1.4)."""

from celery import shared_task
from django.utils import timezone

from .calendars import stamps


@shared_task
def restamp_calendars() -> int:
    """Stamp events whose calendar entries changed without anybody telling; beat calls it every 15 minutes."""
    return stamps.restamp_all(now=timezone.now())
