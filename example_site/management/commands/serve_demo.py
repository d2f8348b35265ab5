import logging
import os
import signal
import threading
import time
import warnings

import celery.worker.state
from celery.beat import Scheduler, Service
from celery.platforms import SecurityWarning
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from example_site.celery_app import app
from nsr_events.outbox import health, poke

LONGEST_TASK = 3.0
"""Seconds that a task may take to end after Ctrl-C."""


class QuietHandler(WSGIRequestHandler):
    """Keeps the terminal readable: errors only."""

    def log_message(self, format, *args):
        if len(args) > 1 and str(args[1]).startswith("5"):
            super().log_message(format, *args)


class Command(BaseCommand):
    help = "Serve the demo: web server, Celery worker and beat in one process, on loopback only."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))

    def handle(self, *args, port, **options):
        try:
            server = ThreadedWSGIServer(("127.0.0.1", port), QuietHandler)
        except OSError as error:
            raise CommandError(f"Port {port} is taken; choose another: make demo PORT=8001") from error
        server.daemon_threads = True
        server.set_app(StaticFilesHandler(get_wsgi_application()))
        stop_workers = start_workers()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
        self.stdout.write(f"Admin: http://127.0.0.1:{port}/admin/  user admin, password demo")
        self.stdout.write(f"No mail leaves the demo. It is kept at http://127.0.0.1:{port}/demo/mail/")
        self.stdout.write(f"Ready: http://127.0.0.1:{port}/")
        self.stdout.flush()
        server.serve_forever(poll_interval=0.2)
        server.server_close()
        stop_workers()
        self.stdout.write("Stopped.")


def start_workers():
    """Run a Celery worker and beat in threads; returns the function that stops both."""
    # A demo on loopback may run as root, and a reader of the terminal wants one line: Ready.
    warnings.simplefilter("ignore", SecurityWarning)
    logging.getLogger("celery").setLevel(logging.ERROR)
    worker = app.Worker(
        hostname="demo@localhost",
        pool="threads",
        concurrency=1,
        quiet=True,
        loglevel="ERROR",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    beat = Service(app, scheduler_cls=Scheduler, max_interval=1)
    threads = [
        threading.Thread(target=worker.start, daemon=True),
        threading.Thread(target=beat.start, kwargs={"embedded_process": True}, daemon=True),
    ]
    for thread in threads:
        thread.start()
    # What the last run left behind, or the making of the demo wrote, does not wait for the first tick.
    poke.poke()
    for task in health.expected():
        app.send_task(f"nsr_events.tasks.{task}", expires=60)

    def stop():
        # A drain that is under way ends after the mail in hand. The worker itself looks up every two seconds only; what
        # it does then is nothing, so the process may end before.
        celery.worker.state.should_stop = 0
        beat.stop(wait=True)
        ends = time.monotonic() + LONGEST_TASK
        while celery.worker.state.active_requests and time.monotonic() < ends:
            time.sleep(0.05)

    return stop
