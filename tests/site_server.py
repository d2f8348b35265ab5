"""The site behind the server of production (gunicorn: processes with threads), on the test's own database."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from gunicorn.config import make_settings
from wagtail.models import Site

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Options:
    """What one run of the server does otherwise; read by ``site_wsgi`` in its processes."""

    database: str
    nsr_events: dict[str, Any]
    patience: int | None = None
    """Seconds SQLite waits for its lock; None: as the settings say."""
    broker: str = "memory://"
    without_lock: bool = False
    """Take no lock on seats, and think for a second between counting and writing: the control of the races."""


@contextmanager
def running_site(
    *,
    workers: int = 2,
    threads: int = 4,
    settings_module: str = "tests.settings",
    certificate: tuple[Path, Path] | None = None,
    environment: dict[str, str] | None = None,
    **options,
):
    """Serve the site; yields its address. ``certificate``: chain and key, for HTTPS; ``options`` as in ``Options``."""
    port = free_port()
    wished = Options(str(connection.settings_dict["NAME"]), settings.NSR_EVENTS, **options)
    command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "tests.site_wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads)]
    command += ["--worker-class", "gthread", "--log-level", "error"]
    if "control_socket_disable" in make_settings():
        command += ["--no-control-socket"]  # newer ones would write to the home folder
    if certificate:
        command += ["--certfile", str(certificate[0]), "--keyfile", str(certificate[1])]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings_module,
            "SITE_TEST": json.dumps(wished.__dict__),
            **(environment or {}),
        },
    )
    try:
        _wait_for(port, server, tls=bool(certificate))
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lead_links_to(address: str) -> None:
    """Let the site's row say where the server is, so that links in mails lead to it."""
    port = int(address.rpartition(":")[2])
    Site.objects.filter(is_default_site=True).update(hostname="127.0.0.1", port=port)
    Site.clear_site_root_paths_cache()


def _wait_for(port: int, server: subprocess.Popen, *, tls: bool) -> None:
    """Until a worker has loaded the site and answers a request."""
    for _attempt in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with {server.returncode}.")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
                stream = _unchecked().wrap_socket(plain) if tls else plain
                stream.sendall(b"GET /me/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
                if stream.recv(12).startswith(b"HTTP/1."):
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The server did not answer.")


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
