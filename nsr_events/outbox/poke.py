"""Waking a worker when mail is due: a hint, never the only way. Beat or cron find the rows without it (mail, 6).

``retry=False`` alone blocks a web request for seconds on a dead Redis and for ever on a silent one, so the poke goes
over a connection of its own that gives up after a second or two, and a failure mutes further ones for a minute.
"""

from __future__ import annotations

import logging
import time

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger("nsr_events.outbox")

TASK = "nsr_events.tasks.drain"
MUTED_FOR = 60.0
EXPIRES = 25
BOUNDED = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 2}

_muted_until = 0.0


def on_commit() -> None:
    """Poke once when the current transaction is committed, however often this is called in it."""
    # What a rolled back savepoint registered is gone from the list, so an entry in it will be called with this mail.
    waiting = any(function is poke for _savepoints, function, _robust in connection.run_on_commit)
    if not waiting:
        transaction.on_commit(poke)


def poke() -> bool:
    """Ask a worker to drain now; returns whether the broker took it. Takes at most about three seconds."""
    global _muted_until
    if not current_app.conf.broker_url or time.monotonic() < _muted_until:
        return False
    try:
        with _connection() as broker:
            current_app.send_task(TASK, connection=broker, retry=False, expires=EXPIRES)
    except Exception as error:
        # OperationalError or OSError as a rule. A hint may not fail the request whose facts are committed already.
        _muted_until = time.monotonic() + MUTED_FOR
        logger.warning(
            "The broker does not answer (%s). Mail leaves with the next tick.", type(error).__name__
        )
        return False
    return True


def broker_answers() -> bool | None:
    """Whether the broker can be reached; None where none is configured."""
    if not current_app.conf.broker_url:
        return None
    try:
        with _connection() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OperationalError, OSError):
        return False
    return True


def _connection():
    options = {**(current_app.conf.broker_transport_options or {}), **BOUNDED}
    return current_app.connection_for_write(connect_timeout=1, transport_options=options)
