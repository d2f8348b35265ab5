"""A relay whose certificate has expired: the queue pauses, says so, and goes on by itself once it is put right."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from nsr_events.outbox.models import MailQueue, OutgoingMail
from tests.admin.conftest import make_user
from tests.certificates import DAY, Authority

from . import sink
from .conftest import lead_to
from .making import Clock, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """The one that this site trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


@pytest.fixture
def clock():
    """From now on: the command that tells of the health reads the real time."""
    return Clock(timezone.now())


def exit_code():
    try:
        call_command("nsr_events_status", stdout=io.StringIO())
    except SystemExit as ended:
        return ended.code
    return 0


def test_an_expired_certificate_pauses_until_there_is_a_new_one(
    event, authority, settings, drain, clock, client, caplog
):
    mails = [put(event, f"a{number}", now=clock()) for number in range(3)]
    expired = authority.sign("old", ends_in=-DAY)
    with sink.running(sink.Sink(certificate=expired)) as server:
        lead_to(settings, server.port, use_tls=True)
        drain()
        assert server.taken == []
    assert MailQueue.objects.get().paused_since
    assert "certificate has expired" in MailQueue.objects.get().why
    assert set(OutgoingMail.objects.values_list("status", "attempts")) == {("pending", 0)}
    assert [record.levelname for record in caplog.records if record.name == "nsr_events.outbox"] == ["ERROR"]
    assert exit_code() == 1
    client.force_login(make_user("sender", collection=event.collection, actions=["send_mail"]))
    assert "certificate has expired" in client.get(reverse("wagtailadmin_home")).content.decode()

    with sink.running(sink.Sink(certificate=authority.sign("new"))) as server:
        lead_to(settings, server.port, use_tls=True)
        clock.on(minutes=16)
        drain()
        assert {each.id for each in server.taken} == {mail.message_id for mail in mails}
    assert MailQueue.objects.get().paused_since is None
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {"sent"}


def test_a_certificate_of_somebody_else_pauses_too(event, authority, settings, drain, clock):
    put(event, now=clock())
    with sink.running(sink.Sink(certificate=authority.sign("other", "relay.example"))) as server:
        lead_to(settings, server.port, use_tls=True)
        drain()
        assert server.taken == []
    assert MailQueue.objects.get().paused_since
