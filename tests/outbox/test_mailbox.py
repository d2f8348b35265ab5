"""The demo's mailbox at /demo/mail/: everything readable, nothing dangerous, for this machine only (contract)."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import resolve

from example_site import mailbox, mailbox_views, urls
from nsr_events.outbox import rendering
from tests.factories import make_index

from .making import NOW, put

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.outbox.mailbox_urls")]


@pytest.fixture
def box(settings, tmp_path, event):
    """An empty box, and a site around it."""
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    make_index()
    return mailbox.EmailBackend()


def mail_with_everything(event):
    mail = put(event, "marte")
    message = rendering.message(mail, rendering.render(mail, NOW), "marte@example.org")
    message.attach("program.ics", "BEGIN:VCALENDAR", "text/calendar")
    return message


def test_an_empty_box_says_how_to_get_mail(client, box):
    assert client.get("/demo/mail/").status_code == 200


def test_the_newest_stands_first(client, box):
    for subject in ("Den første", "Den andre"):
        box.send_messages([EmailMultiAlternatives(subject, "Hei", "a@example.org", ["b@example.org"])])
    page = client.get("/demo/mail/").content.decode()
    assert page.index("Den andre") < page.index("Den første")


def test_the_list_tells_the_hour_on_the_local_clock(client, box):
    mail = EmailMultiAlternatives("Hei", "Hei", "a@example.org", ["b@example.org"])
    mail.extra_headers["Date"] = "Tue, 08 Jun 2027 05:21:00 -0000"
    box.send_messages([mail])
    assert "07:21:00" in client.get("/demo/mail/").text


def test_a_mail_is_read_as_html_text_source_headers_and_attachments(client, box, event):
    box.send_messages([mail_with_everything(event)])
    [stored] = mailbox.newest()
    address = f"/demo/mail/{stored.name}/"
    page = client.get(address).content.decode()
    assert "Message-ID" in page
    assert "Beskjed om Samling på Gjøvik" in page
    assert "Åpne min side" in client.get(f"{address}text/").content.decode()
    assert client.get(f"{address}raw/").content == stored.raw
    assert "<h1" in client.get(f"{address}html/").content.decode()
    [part] = stored.attachments
    answer = client.get(f"{address}attachments/{part.number}/")
    assert answer["Content-Disposition"] == 'attachment; filename="program.ics"'
    assert answer.content.startswith(b"BEGIN:VCALENDAR")


def test_the_html_runs_nothing_and_the_page_keeps_the_sites_policy(client, box, event):
    box.send_messages([mail_with_everything(event)])
    address = f"/demo/mail/{mailbox.newest()[0].name}/"
    framed, page = client.get(f"{address}html/"), client.get(address)
    assert "default-src 'none'" in framed["Content-Security-Policy"]
    assert "sandbox" in framed["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["nothing", "..", "%2e%2e", "0" * 20 + "-00000000"])
def test_a_name_that_is_none_is_404(client, box, name):
    assert client.get(f"/demo/mail/{name}/").status_code == 404


def test_from_another_machine_there_is_no_mailbox(client, box):
    assert client.get("/demo/mail/", REMOTE_ADDR="192.0.2.7").status_code == 404


def test_outside_the_demo_there_is_none_either():
    assert resolve("/demo/mail/", urlconf=urls.__name__).func.__module__ != mailbox_views.__name__
