"""How many mails a second leave the queue, beside a plain smtplib loop to the same server in the same run."""

from __future__ import annotations

import smtplib
import threading
import time
import uuid
from collections.abc import Callable
from email.message import EmailMessage

from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from nsr_events.outbox import delivery, queue
from nsr_events.outbox.models import OutgoingMail
from tests.factories import make_event
from tests.outbox import making, sink

Say = Callable[..., None]


def mails(say: Say, *, count: int = 300) -> None:
    """Print mails a second for one and two senders, queries a mail, and the plain loop."""
    making.register()
    event = make_event("Benk", contact_email="post@example.org")
    with sink.running() as server, override_settings(**settings_for(server.port)):
        plain = _plain_loop(server.port, count)
        say("mails_plain_smtplib", plain, "per second", mails=count)
        for senders in (1, 2):
            if senders > 1 and connection.vendor == "sqlite":
                continue  # one writer at a time: a second sender only waits
            speed, doubles = _drain(event, server, count, senders)
            say(
                f"mails_{senders}_sender",
                speed,
                "per second",
                mails=count,
                to_plain_smtplib=round(speed / plain, 3),
                doubles=doubles,
            )
        say("queries_a_mail", _queries(event), "queries")


def settings_for(port: int) -> dict:
    """The settings that lead to the sink at ``port``."""
    from example_site.settings.mail import mail_settings

    return mail_settings(host="127.0.0.1", port=port, timeout=10)


def _plain_loop(port: int, count: int) -> float:
    """The reference: the same size of mail through one connection, nothing else."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@sink.test", "Reference"
    message.set_content("x" * 1_000)
    message.add_alternative("<p>" + "x" * 7_000 + "</p>", subtype="html")
    before = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _turn in range(count):
            server.send_message(message)
    return count / (time.perf_counter() - before)


def _fill(event, count: int) -> None:
    now = timezone.now()
    OutgoingMail.objects.bulk_create(
        queue.unsaved(
            "test.note",
            event=event,
            due=now,
            language="nb",
            to=f"b{n}@sink.test",
            facts={},
            dedupe_key=uuid.uuid4().hex,
        )
        for n in range(count)
    )


def _drain(event, server, count: int, senders: int) -> tuple[float, int]:
    _fill(event, count)
    server.taken.clear()
    with override_settings(NSR_EVENTS={"BASE_TEMPLATE": "base.html", "MAIL_SENDERS": senders}):
        threads = [threading.Thread(target=_run) for _n in range(senders)]
        before = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - before
    copies = server.ids()
    return count / seconds, sum(copies.values()) - len(copies)


def _run() -> None:
    try:
        delivery.drain(max_seconds=600)
    finally:
        connection.close()


def _queries(event) -> float:
    def cost(count: int) -> int:
        _fill(event, count)
        with CaptureQueriesContext(connection) as captured:
            delivery.drain(max_seconds=600)
        return len(captured)

    return (cost(30) - cost(10)) / 20
