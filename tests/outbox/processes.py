"""Drains in processes of their own, so that they can be killed; each works on the test's database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
WHICH_DATABASE = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
LEASES_OVER = 10
"""Minutes after which every lease of a dead sender has ended."""


def start(server, *, later: int = 0, **options) -> subprocess.Popen:
    """Start a drain that sends to ``server``, on a clock that is ``later`` minutes ahead."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "OUTBOX_TEST": json.dumps(
            {
                "database": {key: connection.settings_dict[key] for key in WHICH_DATABASE},
                "port": server.port,
                "later": later,
                "settings": {**settings.NSR_EVENTS, **options},
            },
            default=str,
        ),
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.outbox.processes"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server.victims.append(process.pid)
    return process


def run(server, **options) -> int:
    """Run a drain to its end, natural or not; returns the exit code (-9: killed)."""
    process = start(server, **options)
    try:
        return process.wait(timeout=120)
    finally:
        process.kill()
        server.victims = [pid for pid in server.victims if pid != process.pid]


def kill_all(server, *, every: int, times: int, senders: int) -> None:
    """Kill the whole group of senders ``times`` times, each time ``every`` mails later; then let one send the rest.

    Each group begins once the leases of the one before are over.
    """
    for kill in range(times):
        server.kill_after = every * (kill + 1)
        running = [
            start(server, later=LEASES_OVER * kill, MAIL_SENDERS=senders) for _sender in range(senders)
        ]
        assert [process.wait(timeout=120) for process in running] == [-signal.SIGKILL] * senders
    run(server, later=LEASES_OVER * times)


def main() -> None:
    """What the process does."""
    import datetime as dt

    import django
    from django.conf import settings

    wished = json.loads(os.environ["OUTBOX_TEST"])
    settings.DATABASES["default"].update(wished["database"])
    settings.NSR_EVENTS = wished["settings"]
    django.setup()

    from django.utils import timezone

    from nsr_events.outbox import delivery

    from . import making
    from .conftest import lead_to

    lead_to(settings, wished["port"])
    making.register()
    ahead = dt.timedelta(minutes=wished["later"])
    delivery.drain(clock=lambda: timezone.now() + ahead)


if __name__ == "__main__":
    main()
