"""How many mails a second leave the queue, beside a plain smtplib loop to the same server in the same run."""

from __future__ import annotations

import datetime as dt
import random
import re
import resource
import smtplib
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from example_site.demo.load import add_many, open_for_load
from nsr_events.outbox import delivery, queue
from nsr_events.outbox.models import OutgoingMail
from nsr_events.reminders import planning
from nsr_events.reminders.models import ReminderRule
from tests.factories import make_event
from tests.outbox import making, sink

Say = Callable[..., None]
LONGEST = 3600
"""Seconds that a drain may take here: all mails leave in one, however slow the machine."""


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


def reminders(say: Say, *, count: int = 10_000) -> None:
    """Print how long ``count`` reminders take to plan, and how fast they leave, beside the plain loop.

    With the peak of the process's memory before and after each step: neither planning nor sending may hold them all.
    """
    with sink.running() as server, override_settings(**settings_for(server.port)):
        plain = _plain_loop(server.port, min(count, 1_000))
        for senders in (1, 2):
            if senders > 1 and connection.vendor == "sqlite":
                continue
            server.taken = _IdsOnly()
            _remind(say, server, plain, count=count, senders=senders)


def _remind(say: Say, server, plain: float, *, count: int, senders: int) -> None:
    event = _event_to_remind_of(count)
    start = _peak()
    before = time.perf_counter()
    asked = Counter()
    with connection.execute_wrapper(lambda run, *args: asked.update(["statements"]) or run(*args)):
        made = planning.plan_reminders(now=timezone.now()).made
    seconds = time.perf_counter() - before
    statements = asked["statements"] * 1_000 / count
    planned = _peak()
    say(
        "reminders_planned",
        seconds,
        "s",
        reminders=made,
        statements_per_thousand=round(statements, 1),
        peak_megabytes=[start, planned],
    )
    speed, doubles = _send_all(server, senders)
    say(
        f"reminders_{senders}_sender",
        speed,
        "per second",
        reminders=made,
        to_plain_smtplib=round(speed / plain, 3),
        doubles=doubles,
        not_sent=event.mails.exclude(status="sent").count(),
        peak_megabytes=[planned, _peak()],
    )


def _event_to_remind_of(count: int):
    """An event in three days with as many people, and a rule that is due now, at whatever hour that is."""
    now = timezone.now()
    event = make_event(
        "Benk", date=now.date() + dt.timedelta(days=3), contact_email="post@example.org", now=now
    )
    open_for_load(event, capacity=None, now=now)
    add_many(event, count, dice=random.Random(event.pk), now=now)
    left = int((event.start - now).total_seconds() // 60)
    ReminderRule.objects.create(event=event, minutes=-left - 1, counts_from=now - dt.timedelta(days=3))
    return event


class _IdsOnly(list):
    """What the server took, without the mails themselves: they would be most of the memory that is measured."""

    def append(self, delivery: sink.Delivery) -> None:
        found = re.search(rb"(?im)^Message-ID:\s*\S+", delivery.content)
        super().append(sink.Delivery(delivery.to, found[0] + b"\r\n\r\n"))


def _peak() -> float:
    """The most memory the process has held so far, in megabytes; the server runs in it."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


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
    return _send_all(server, senders)


def _send_all(server, senders: int) -> tuple[float, int]:
    """Run as many drains at once until all is sent; different mails a second, and copies too many."""
    with override_settings(NSR_EVENTS={**settings.NSR_EVENTS, "MAIL_SENDERS": senders}):
        threads = [threading.Thread(target=_run) for _n in range(senders)]
        before = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - before
    copies = server.ids()
    return len(copies) / seconds, sum(copies.values()) - len(copies)


def _run() -> None:
    try:
        delivery.drain(max_seconds=LONGEST)
    finally:
        connection.close()


def _queries(event) -> float:
    def cost(count: int) -> int:
        _fill(event, count)
        with CaptureQueriesContext(connection) as captured:
            delivery.drain(max_seconds=LONGEST)
        return len(captured)

    return (cost(30) - cost(10)) / 20
