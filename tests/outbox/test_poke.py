"""A broker that is down, silent or not there at all costs a request little and loses no mail (mail, section 6)."""

import os
import shutil
import socket
import subprocess
import threading
import time

import celery
import pytest
from django.db import transaction
from django.utils import timezone

from nsr_events.outbox import poke
from nsr_events.outbox.models import OutgoingMail

from . import sink
from .making import put

FOR_EVER = 30
"""Seconds after which a poke counts as stuck: ten times what it may take. No speed is asserted."""


def app_with(broker, monkeypatch, **options):
    """Let the outbox poke through a Celery app with this broker."""
    app = celery.Celery("test", broker=broker, set_as_current=False)
    app.conf.update(task_ignore_result=True, **options)
    monkeypatch.setattr(poke, "current_app", app)
    return app


def poked():
    """Poke in a thread; None when it is still at it after ``FOR_EVER``."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(poke.poke()), daemon=True)
    thread.start()
    thread.join(FOR_EVER)
    return answers[0] if answers else None


@pytest.fixture
def silent_port():
    """A server that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def redis():
    """A real Redis: the one REDIS_URL names, else one of our own."""
    if "REDIS_URL" in os.environ:
        yield os.environ["REDIS_URL"]
        return
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed (set REDIS_URL or install it)")
    port = sink.free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _attempt in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(timeout=10)


def test_a_broker_that_is_down_is_told_once_and_then_left_alone_for_a_minute(monkeypatch, caplog):
    app_with(f"redis://127.0.0.1:{sink.free_port()}/0", monkeypatch)
    assert poked() is False
    assert [record.levelname for record in caplog.records if record.name == "nsr_events.outbox"] == [
        "WARNING"
    ]
    opened = []
    monkeypatch.setattr(poke, "_connection", lambda: opened.append(1))
    assert poked() is False
    assert opened == []


def test_the_mute_ends_after_a_minute(monkeypatch):
    app_with(f"redis://127.0.0.1:{sink.free_port()}/0", monkeypatch)
    assert poked() is False
    tried = []

    def connection():
        tried.append(1)
        raise OSError

    monkeypatch.setattr(poke, "_connection", connection)
    real = time.monotonic
    monkeypatch.setattr(poke.time, "monotonic", lambda: real() + poke.MUTED_FOR + 1)
    assert poke.poke() is False
    assert tried == [1]


def test_a_silent_broker_does_not_hold_a_request_for_ever(monkeypatch, silent_port):
    app_with(f"redis://127.0.0.1:{silent_port}/0", monkeypatch)
    assert poked() is False


def test_without_celery_nothing_is_asked(monkeypatch):
    app_with(None, monkeypatch)
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    monkeypatch.setattr(poke, "_connection", lambda: pytest.fail("asked a broker"))
    assert poke.poke() is False
    assert poke.broker_answers() is None


def test_a_real_broker_gets_one_small_message(monkeypatch, redis):
    import redis as client

    app_with(redis, monkeypatch, task_default_queue="outbox-test")
    box = client.Redis.from_url(redis)
    box.delete("outbox-test")
    assert poke.poke() is True
    assert poke.broker_answers() is True
    assert box.llen("outbox-test") == 1
    assert b"nsr_events.tasks.drain" in box.lindex("outbox-test", 0)
    box.close()


@pytest.mark.django_db(transaction=True)
class TestOncePerTransaction:
    @pytest.fixture
    def pokes(self, monkeypatch):
        """Counts pokes; only what stands in the module when the transaction ends is called."""
        calls = []
        monkeypatch.setattr(poke, "poke", lambda: calls.append(1))
        return calls

    def test_many_mails_are_one_poke(self, event, pokes):
        with transaction.atomic():
            for number in range(5):
                put(event, f"a{number}")
            assert pokes == []
        assert pokes == [1]

    def test_nothing_is_poked_when_nothing_was_written(self, event, pokes):
        with transaction.atomic():
            put(event)
            transaction.set_rollback(True)
        assert (pokes, OutgoingMail.objects.count()) == ([], 0)

    def test_a_mail_after_a_savepoint_that_was_undone_is_poked_for(self, event, pokes):
        with transaction.atomic():
            with transaction.atomic():
                put(event, "undone")
                transaction.set_rollback(True)
            put(event, "kept")
        assert pokes == [1]

    def test_outside_a_transaction_it_is_poked_at_once(self, event, pokes):
        put(event)
        assert pokes == [1]


@pytest.mark.django_db(transaction=True)
def test_mail_written_while_the_broker_is_down_leaves_with_cron(event, server, monkeypatch):
    from django.core.management import call_command

    app_with(f"redis://127.0.0.1:{sink.free_port()}/0", monkeypatch)
    mail = put(event, now=timezone.now())
    call_command("nsr_events_drain", stdout=open(os.devnull, "w"))  # noqa: SIM115
    mail.refresh_from_db()
    assert mail.status == "sent"
