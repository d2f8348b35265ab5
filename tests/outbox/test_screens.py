"""The tab Messages: what organisers see of the outbox and do with it (mail, section 9)."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.audit import AuditEntry
from nsr_events.core.models import Person
from nsr_events.outbox import actions, delivery, gate
from nsr_events.outbox.models import OutgoingMail
from tests.admin.conftest import make_user, world  # noqa: F401 (a fixture)

from .making import put

pytestmark = pytest.mark.django_db
SEND, SEE = "send_mail", "see_registrations"


@pytest.fixture
def event(world):  # noqa: F811
    """Oslo's event."""
    world.event.contact_email = "post@example.org"
    world.event.save()
    return world.event


@pytest.fixture
def signed_in(client, world):  # noqa: F811
    """Sign somebody in who may do these things at Oslo's events."""

    def sign_in(*actions):
        client.force_login(make_user("sender", collection=world.oslo, actions=actions))
        return client

    return sign_in


def screen(event, name="outbox", *args):
    return reverse(f"nsr_events_messages:{name}", args=[event.pk, *args])


def status_of(mail):
    mail.refresh_from_db()
    return mail.status


def made(event, status="pending", to="kari", **values):
    mail = put(event, to, now=timezone.now())
    OutgoingMail.objects.filter(pk=mail.pk).update(status=status, **values)
    mail.refresh_from_db()
    return mail


def test_the_list_counts_by_state_and_shows_one_of_them(event, signed_in):
    client = signed_in(SEND, SEE)
    for status in ("pending", "sending", "sent", "failed", "unknown", "skipped"):
        made(event, status, to=f"{status}er")
    page = client.get(screen(event)).content.decode()
    assert all(f"{name}er@sink.test" in page for name in ("pending", "sent", "failed"))
    failed = client.get(screen(event), {"state": "failed"}).content.decode()
    assert "faileder@sink.test" in failed
    assert "senter@sink.test" not in failed


def test_the_list_is_filtered_by_kind_person_and_error(event, signed_in):
    client = signed_in(SEND, SEE)
    made(event, "failed", to="a", error="550 No such mailbox")
    put(event, "b", kind="test.mass", now=timezone.now())
    for query, shown in (
        ({"error": "mailbox"}, "a@sink.test"),
        ({"kind": "test.mass"}, "b@sink.test"),
        ({"q": "b@sink.test"}, "b@sink.test"),
    ):
        page = client.get(screen(event), query).content.decode()
        assert [each for each in ("a@sink.test", "b@sink.test") if f"{each}</td>" in page] == [shown]
    assert client.get(screen(event), {"q": "\0", "p": "x", "state": "?"}).status_code == 200


def test_who_may_not_see_registrations_sees_no_address(event, signed_in):
    client = signed_in(SEND)
    mail = made(event, to="secret")
    for address in (screen(event), screen(event, "mail", mail.uid)):
        assert "secret@sink.test" not in client.get(address).content.decode()
    assert client.get(screen(event), {"q": "secret@sink.test"}).content.decode().count("<tr>") <= 1


def test_a_failed_mail_is_sent_once_more_with_the_same_id(event, signed_in, server):
    client = signed_in(SEND)
    mail = made(event, to="refused")
    delivery.drain()
    first_id = OutgoingMail.objects.get().message_id
    OutgoingMail.objects.update(to="fine@sink.test", expires=timezone.now())
    assert first_id
    client.post(screen(event, "act"), {"verb": "resend", "mail": mail.uid})
    assert (status_of(mail), mail.attempts, mail.error) == ("pending", 0, "")
    delivery.drain()
    assert (status_of(mail), server.taken[-1].id) == ("sent", first_id)


def test_a_sent_mail_is_copied_to_a_new_row(event, signed_in, server):
    client = signed_in(SEND)
    mail = made(event)
    delivery.drain()
    client.post(screen(event, "act"), {"verb": "send_again", "mail": mail.uid})
    delivery.drain()
    assert OutgoingMail.objects.filter(status="sent").count() == 2
    assert len(server.ids()) == 2


def test_a_waiting_mail_can_be_left_out_and_the_reason_stands_there(event, signed_in, server):
    client = signed_in(SEND)
    mail = made(event)
    client.post(screen(event, "act"), {"verb": "skip", "mail": mail.uid})
    delivery.drain()
    assert (status_of(mail), server.taken) == ("skipped", [])
    assert mail.reason_label in client.get(screen(event)).content.decode()


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        ("resend", "pending"),
        ("resend", "sent"),
        ("send_again", "failed"),
        ("skip", "sending"),
        ("skip", "claimed"),
        ("skip", "sent"),
    ],
)
def test_no_action_changes_a_mail_in_another_state(event, signed_in, verb, status):
    client = signed_in(SEND)
    mail = made(event, status)
    client.post(screen(event, "act"), {"verb": verb, "mail": mail.uid})
    assert status_of(mail) == status
    assert OutgoingMail.objects.count() == 1


def test_many_at_once_are_counted_and_written_down_without_names(event, signed_in):
    client = signed_in(SEND)
    mails = [made(event, "failed", to=f"a{number}") for number in range(3)] + [made(event, "sent")]
    client.post(screen(event, "act"), {"verb": "resend", "mail": [mail.uid for mail in mails]})
    assert [status_of(mail) for mail in mails] == ["pending"] * 3 + ["sent"]
    entry = AuditEntry.objects.get(action="mail.resend")
    assert (entry.counts, entry.event_uid, entry.object_uid) == ({"mails": 3}, event.uid, "")


def test_another_events_mail_refuses_the_whole_action(event, signed_in, world):  # noqa: F811
    client = signed_in(SEND)
    own, foreign = made(event, "failed"), made(world.foreign, "failed")
    response = client.post(screen(event, "act"), {"verb": "resend", "mail": [own.uid, foreign.uid]})
    assert response.status_code == 404
    assert (status_of(own), status_of(foreign)) == ("failed", "failed")
    assert client.get(screen(event, "mail", foreign.uid)).status_code == 404


@pytest.mark.parametrize("sent", [{}, {"verb": "nonsense"}, {"verb": "skip", "mail": "x"}, {"mail": "\0"}])
def test_a_form_without_sense_does_nothing(event, signed_in, sent):
    client = signed_in(SEND)
    mail = made(event)
    assert client.post(screen(event, "act"), sent).status_code == 302
    assert status_of(mail) == "pending"


def test_the_text_is_shown_without_a_secret_and_nothing_is_written_but_that_it_was_seen(event, signed_in):
    client = signed_in(SEND, SEE)
    mail = made(event, "sent")
    before = list(OutgoingMail.objects.values())
    bodies = [client.get(screen(event, name, mail.uid)).content.decode() for name in ("show", "show_html")]
    assert all("Åpne min side" in body for body in bodies)
    assert not any(str(mail.uid) in body for body in bodies[1:])
    assert not any("https://example.org/me/" in body for body in bodies)
    assert list(OutgoingMail.objects.values()) == before
    assert AuditEntry.objects.filter(action="mail.shown").count() == 1


def test_the_frame_runs_nothing(event, signed_in):
    client = signed_in(SEND, SEE)
    response = client.get(screen(event, "show_html", made(event).uid))
    assert "sandbox" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_text_that_cannot_be_made_any_more_is_no_error(event, signed_in):
    client = signed_in(SEND, SEE)
    mail = made(event)
    OutgoingMail.objects.update(kind="gone.kind")
    assert client.get(screen(event, "show", mail.uid)).status_code == 200
    assert client.get(screen(event)).status_code == 200


def test_a_pause_is_told_and_ended_by_the_button(event, signed_in):
    client = signed_in(SEND)
    gate.pause("535 Wrong password", timezone.now())
    assert "535 Wrong password" in client.get(screen(event)).content.decode()
    client.post(screen(event, "resume"))
    assert gate.state().paused_since is None
    assert AuditEntry.objects.filter(action="mail.resumed").exists()


def test_the_list_costs_the_same_for_few_and_many(event, signed_in, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(SEND, SEE)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(screen(event))
        return len(queries)

    people = [Person.objects.create(given_name="A", family_name=str(n), email="a@b.no") for n in range(40)]
    made(event)
    cost()
    few = cost()
    for number, person in enumerate(people):
        made(event, to=f"p{number}")
        OutgoingMail.objects.filter(to=f"p{number}@sink.test").update(person=person, to="")
    assert cost() == few


class TestTheStartPage:
    def test_it_says_how_mail_is_to_who_may_send(self, event, signed_in):
        client = signed_in(SEND)
        gate.pause("535 Wrong password", timezone.now())
        assert "535 Wrong password" in client.get("/admin/").content.decode()

    def test_it_says_nothing_to_others(self, event, signed_in):
        client = signed_in("change")
        gate.pause("535 Wrong password", timezone.now())
        assert "535 Wrong password" not in client.get("/admin/").content.decode()


def test_an_old_mail_in_the_queue_is_a_problem_on_the_screen(event, signed_in):
    client = signed_in(SEND)
    mail = made(event)
    OutgoingMail.objects.filter(pk=mail.pk).update(due=timezone.now() - dt.timedelta(minutes=20))
    assert "ne-question" in client.get(screen(event)).content.decode()


@pytest.mark.parametrize("name", ["show", "show_html"])
def test_the_text_is_not_for_who_may_not_see_registrations(event, signed_in, name):
    client = signed_in(SEND)
    response = client.get(screen(event, name, made(event).uid))
    assert (response.status_code, response["Location"]) == (302, "/admin/")


class TestWhoWasFaster:
    """Between the reading of a list and the press of a button a mail may have moved on."""

    def test_what_is_being_sent_by_now_is_not_put_back(self, event):
        mail = made(event, "failed")
        OutgoingMail.objects.update(status="sending", owner="drain")
        assert actions.resend([mail], now=timezone.now()) == 0
        assert (status_of(mail), mail.owner) == ("sending", "drain")

    def test_what_has_left_by_now_is_not_called_skipped(self, event):
        mail = made(event)
        OutgoingMail.objects.update(status="sent")
        assert actions.skip([mail], now=timezone.now()) == 0
        assert status_of(mail) == "sent"
