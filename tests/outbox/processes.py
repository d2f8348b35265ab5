"""Drains in processes of their own, so that they can be killed; each works on the test's database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def start(server, *, later: int = 0, **options) -> subprocess.Popen:
    """Start a drain that sends to ``server``, on a clock that is ``later`` minutes ahead."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "OUTBOX_TEST": json.dumps(
            {
                "database": str(connection.settings_dict["NAME"]),
                "port": server.port,
                "later": later,
                "settings": {**settings.NSR_EVENTS, **options},
            }
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


def main() -> None:
    """What the process does."""
    import datetime as dt

    import django
    from django.conf import settings

    wished = json.loads(os.environ["OUTBOX_TEST"])
    settings.DATABASES["default"]["NAME"] = wished["database"]
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
