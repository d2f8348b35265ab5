"""The health of the queue, as a command and as numbers (mail, section 10)."""

import datetime as dt
import io
import json

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.utils import timezone

from nsr_events.conf import BEAT_SCHEDULE
from nsr_events.outbox import delivery, gate, health
from nsr_events.outbox.models import OutgoingMail

from .making import NOW, put

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_the_drain(monkeypatch):
    """What other packages let the health depend on is tried there."""
    monkeypatch.setattr(health, "_expected", {"drain": dt.timedelta(minutes=5)})
    monkeypatch.setattr(health, "_watched", [])


def status(*args):
    """Run the command; what it printed, and its exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command("nsr_events_status", *args, stdout=out)
    except SystemExit as ended:
        code = ended.code
    return out.getvalue(), code


def test_a_queue_that_runs_is_healthy(event, server):
    put(event, now=timezone.now())
    delivery.drain()
    printed, code = status("--json")
    found = json.loads(printed)
    assert (code, found["healthy"], found["queue"], found["counts"]) == (0, True, "running", {"sent": 1})
    assert found["slots"][0]["state"] == "free"
    assert "drain" in found["heartbeats"]
    printed, code = status()
    assert code == 0
    assert "queue       running" in printed


def test_nobody_ever_drained(db):
    printed, code = status()
    assert code == 1
    assert "PROBLEM" in printed


@pytest.mark.parametrize(("minutes", "healthy"), [(4, True), (6, False)], ids=["a tick ago", "too long ago"])
def test_a_drain_that_fell_silent(event, minutes, healthy):
    health.beat("drain", NOW)
    assert health.check(NOW + dt.timedelta(minutes=minutes)).is_healthy == healthy


@pytest.mark.parametrize(("minutes", "healthy"), [(14, True), (16, False)])
def test_mail_that_waits_too_long(event, minutes, healthy):
    put(event)
    later = NOW + dt.timedelta(minutes=minutes)
    health.beat("drain", later)
    found = health.check(later)
    assert (found.is_healthy, found.oldest_due) == (healthy, minutes * 60)


def test_a_pause_is_unhealthy_at_once_and_says_why(event):
    health.beat("drain", NOW)
    gate.pause("535 Wrong password", NOW)
    found = health.check(NOW)
    assert found.queue == "paused"
    assert "535 Wrong password" in found.problems[0]


def test_an_open_breaker_is_unhealthy_after_five_minutes(event, caplog):
    for _n in range(7):
        gate.connection_failed("refused", NOW)
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1, "an alarm is written once per change"
    health.beat("drain", NOW + dt.timedelta(minutes=4))
    assert health.check(NOW + dt.timedelta(minutes=4)).is_healthy
    health.beat("drain", NOW + dt.timedelta(minutes=6))
    found = health.check(NOW + dt.timedelta(minutes=6))
    assert (found.is_healthy, found.queue) == (False, "breaker open")


def test_what_did_not_arrive_today_is_counted(event):
    for status_ in ("failed", "unknown", "unknown"):
        OutgoingMail.objects.filter(pk=put(event).pk).update(status=status_)
    found = health.check(NOW + dt.timedelta(hours=1))
    assert (found.failed_today, found.unknown_today) == (1, 2)
    assert health.check(NOW + dt.timedelta(hours=25)).failed_today == 0


class TestChecks:
    def ids(self):
        return {problem.id for problem in run_checks() if problem.id.startswith("nsr_events.")}

    def test_a_lease_shorter_than_the_slowest_mail(self, settings):
        assert "nsr_events.E020" not in self.ids()
        settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MAIL_LEASE": 100}
        assert "nsr_events.E020" in self.ids()

    @pytest.mark.parametrize(
        "wrong", [{"MAIL_SENDERS": 0}, {"MAIL_BATCH": 0}, {"MAIL_RATE": 0}, {"MAIL_RETRY": (1, -5)}]
    )
    def test_numbers_without_sense(self, settings, wrong):
        assert "nsr_events.E021" not in self.ids()
        settings.NSR_EVENTS = {**settings.NSR_EVENTS, **wrong}
        assert "nsr_events.E021" in self.ids()

    def test_a_backend_that_delivers_nothing(self, settings):
        import django

        backend = "django.core.mail.backends.console.EmailBackend"
        if django.VERSION >= (6, 1):
            settings.MAILERS = {"default": {"BACKEND": backend}}
        else:
            settings.EMAIL_BACKEND = backend
        assert "nsr_events.W022" in self.ids()
        settings.DEBUG = True
        assert "nsr_events.W022" not in self.ids()


def test_every_task_of_the_schedule_exists():
    from nsr_events import tasks

    names = {entry["task"].removeprefix("nsr_events.tasks.") for entry in BEAT_SCHEDULE.values()}
    assert "drain" in names
    assert all(hasattr(tasks, name) for name in names)
    assert all(entry["options"]["expires"] < entry["schedule"] for entry in BEAT_SCHEDULE.values())


def test_the_task_is_the_drain(event, server):
    from nsr_events import tasks

    mail = put(event, now=timezone.now())
    assert tasks.drain().startswith("sent 1")
    mail.refresh_from_db()
    assert mail.status == "sent"
