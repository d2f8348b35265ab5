"""The one lock on an event's seats (architecture, 1.3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from .models import RegistrationSetup

PATIENCE = "3s"
"""How long somebody waits for another's registration before the page says that it is busy."""

BUSY_WORDS = ("lock timeout", "database is locked", "database table is locked")


class Busy(Exception):  # noqa: N818
    """Somebody else held the lock too long. Nothing was done; the same may be tried again."""


@contextmanager
def seats_locked(event_id: int) -> Iterator[RegistrationSetup]:
    """Run a block as the only one that changes seats of an event, in one transaction. Raises ``Busy``.

    Nothing is parsed, rendered, encrypted or sent inside. On SQLite the transaction itself is the lock (IMMEDIATE).
    """
    try:
        with transaction.atomic():
            yield take_lock(event_id)
    except OperationalError as error:
        if is_busy(error):
            raise Busy from error
        raise


def is_busy(error: OperationalError) -> bool:
    """Whether the database says that somebody else was at it too long, and not that something is wrong."""
    return any(words in str(error).lower() for words in BUSY_WORDS)


def take_lock(event_id: int) -> RegistrationSetup:
    """Lock the setup's row; no-key, so that rows that merely refer to it need not wait."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    setups = RegistrationSetup.objects.select_related("event")
    return setups.select_for_update(no_key=True, of=("self",)).get(event_id=event_id)
