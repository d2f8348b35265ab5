"""Starts the real demo (web server, worker and beat in one process) on a free port, with data of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, "-W", "ignore", str(ROOT / "example_site" / "manage.py")]


@contextmanager
def running_demo(folder: Path, *commands: list[str]):
    """Build the demo in ``folder``, run ``commands`` of manage.py, serve it; yields its address."""
    port = _free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "example_site.settings.demo",
        "DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    for command in (["migrate", "--verbosity", "0"], ["build_demo", "--port", str(port)], *commands):
        subprocess.run([*MANAGE, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen(
        [*MANAGE, "serve_demo", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        # Ctrl-C: every thread ends by itself, and nothing is left to complain about.
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=30) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str) -> None:
    for _attempt in range(300):
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer")
