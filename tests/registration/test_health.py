"""What registration lets the site's health tell: a silent promote, and confirmations that wait."""

import datetime as dt
import io
import logging

import pytest
from django.core.management import call_command
from django.utils import timezone

from nsr_events.core.throttling import Limit
from nsr_events.outbox import health
from nsr_events.outbox.models import Heartbeat, OutgoingMail
from nsr_events.registration import first_mail
from nsr_events.registration.models import Registration
from nsr_events.registration.promoting import promote_all
from tests.factories import NOW

from .asking import open_event, open_page, send

pytestmark = pytest.mark.django_db


def problems(now):
    return " ".join(health.check(now).problems)


def test_a_promote_that_fell_silent_is_told(db):
    assert "promote" in problems(NOW)
    promote_all(now=NOW)
    assert Heartbeat.objects.get(task="promote").at == NOW
    assert "promote" not in problems(NOW + dt.timedelta(minutes=19))
    assert "promote" in problems(NOW + dt.timedelta(minutes=21))


def test_the_command_for_cron_beats_as_the_task_does(db):
    call_command("nsr_events_promote", stdout=io.StringIO())
    assert Heartbeat.objects.filter(task="promote").exists()


@pytest.fixture
def crowd(client, monkeypatch):
    """A site that may send two first mails an hour, and an event whose organiser has an address."""
    monkeypatch.setattr(first_mail, "SITE", Limit("first_mail_site", 2, 3600))
    page = open_page()
    page.event.contact_email = "arrangor@example.no"
    page.event.save()

    def come(number, at=page):
        return send(client, at, {"email": f"deltaker{number}@example.no"})

    come.page = page
    return come


def alarms(caplog):
    return [
        each for each in caplog.records if each.levelno == logging.ERROR and "first mails" in each.message
    ]


def test_past_the_sites_limit_people_register_and_their_mail_waits(crowd, caplog):
    for number in range(5):
        assert crowd(number).status_code == 303

    assert Registration.objects.filter(status="confirmed").count() == 5
    dues = (
        OutgoingMail.objects.filter(kind="registration.confirmed")
        .order_by("pk")
        .values_list("due", flat=True)
    )
    now = timezone.now()
    assert [due > now for due in dues] == [False, False, True, True, True]


def test_the_alarm_is_raised_once_and_each_organiser_told_once(crowd, caplog):
    for number in range(6):
        crowd(number)
    assert len(alarms(caplog)) == 1
    notices = OutgoingMail.objects.filter(kind="staff.notice")
    assert [(mail.event, mail.facts["what"]) for mail in notices] == [(crowd.page.event, "first_mails")]
    assert "example.no" not in alarms(caplog)[0].getMessage()


def test_health_tells_while_it_lasts_and_no_longer(crowd):
    promote_all(now=timezone.now())
    words = "2"
    crowd(1)
    assert not list(first_mail.problems(timezone.now()))
    crowd(2)
    told = list(first_mail.problems(timezone.now()))
    assert len(told) == 1
    assert words in told[0]
    assert told[0] in health.check(timezone.now()).problems
    assert not list(first_mail.problems(timezone.now() + dt.timedelta(hours=1)))


def test_the_next_flood_is_told_again(monkeypatch, caplog):
    event = open_event()
    for hours in (0, 0, 2, 2):
        first_mail._alarm(event, timezone.now() + dt.timedelta(hours=hours))
    assert len(alarms(caplog)) == 2


def test_load_tests_without_the_limit_raise_no_alarm(crowd, caplog):
    setup = crowd.page.event.registration_setup
    setup.rate_limit = False
    setup.save()
    for number in range(4):
        crowd(number)
    assert not alarms(caplog)
