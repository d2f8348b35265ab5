"""The form by invitation: prefilled, for one address, and explaining itself when it opens nothing any more."""

import datetime as dt
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import links, seats, traps
from nsr_events.registration.models import Invitation, Registration
from tests.factories import invite, make_category

from .asking import hidden, open_event, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation():
    """Somebody invited to a category of their own, at an event without a page."""
    event = open_event(mode="invited")
    return invite(event, category=make_category(event, "guests", invited_only=True), organisation="Nordvik")


def come(client, invitation):
    """Open the link of the mail, and what it leads to."""
    return client.get("/me/invite/" + links.token("invite", invitation) + "/", follow=True)


def body(response):
    return response.content.decode()


def send(client, invitation, **values):
    """Fill in the form and send it."""
    response = come(client, invitation)
    return client.post(response.request["PATH_INFO"], {**hidden(body(response)), **person(**values)})


def row():
    return Registration.objects.get()


def test_the_link_opens_the_form_prefilled_with_the_address_as_text(client, invitation):
    response = come(client, invitation)
    html = body(response)

    assert response.status_code == 200
    assert response.request["PATH_INFO"] == f"/me/invitation/{invitation.uid}/"
    assert response["Cache-Control"] == "private, no-store"
    for value in ("Iver", "Oppdiktet 1", "Nordvik"):
        assert f'value="{value}"' in html
    assert f"<dd>{invitation.email}</dd>" in html
    assert 'name="email"' not in html


def test_without_the_link_the_address_opens_nothing(client, invitation):
    address = reverse("nsr_events:invitation", args=[invitation.uid])

    for answer in (client.get(address), client.post(address, person()), client.post(address + "decline/")):
        assert answer.status_code == 404
        assert invitation.email not in body(answer)
    assert client.get(address + "receipt/").status_code == 404


def test_a_foreign_address_posted_on_a_locked_invitation_changes_nothing(client, invitation):
    send(client, invitation, email="annen@example.no", category="participant")

    assert (row().email, row().category.key, row().source) == (invitation.email, "guests", "invitation")
    assert row().invitation == invitation
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.ACCEPTED


def test_the_receipt_leads_straight_to_the_own_page(client, invitation):
    answer = send(client, invitation)
    receipt = client.get(answer.url)
    own = reverse("nsr_events:me_page", args=[row().reference])

    assert f'href="{own}"' in body(receipt)
    assert client.get(own).status_code == 200
    assert Client().get(own).status_code == 404


def test_an_address_that_the_link_does_not_prove_gets_its_link_by_mail_only(client, invitation):
    invitation.locked_email = False
    invitation.save()
    answer = send(client, invitation, email="annen@example.no")

    assert row().email == "annen@example.no"
    assert row().reference not in body(client.get(answer.url))


def test_neither_limit_nor_trap_stands_in_the_way_of_a_valid_link(client, invitation):
    with mock.patch("nsr_events.registration.views.use") as counter:
        assert send(client, invitation, **{traps.HONEYPOT: "x"}).status_code == 303
    counter.assert_not_called()


def test_a_used_invitation_offers_the_link_again(client, invitation):
    send(client, invitation)
    html = body(come(Client(), invitation))

    assert gettext("You have used this invitation") in html
    assert f'href="{reverse("nsr_events:me")}"' in html
    assert "<form" not in html


def test_one_invitation_in_two_browsers_is_one_registration(invitation):
    browsers = [Client(), Client()]
    forms = [come(browser, invitation) for browser in browsers]
    for number, (browser, shown) in enumerate(zip(browsers, forms, strict=True)):
        data = {**hidden(body(shown)), **person(last_name=f"Nummer {number}")}
        assert browser.post(shown.request["PATH_INFO"], data).status_code in {200, 303}

    assert row().last_name == "Nummer 0"


@pytest.mark.parametrize(
    ("facts", "heading"),
    [
        ({"state": "withdrawn"}, "The invitation has been withdrawn"),
        ({"answer_by": timezone.now() - dt.timedelta(hours=1)}, "The deadline for your answer is over"),
    ],
)
def test_a_withdrawn_or_late_invitation_explains_itself_and_takes_no_form(client, invitation, facts, heading):
    shown = come(client, invitation)
    Invitation.objects.filter(pk=invitation.pk).update(**facts)
    answers = [
        client.get(shown.request["PATH_INFO"]),
        client.post(shown.request["PATH_INFO"], {**hidden(body(shown)), **person()}),
    ]

    for answer in answers:
        assert f"<h1>{gettext(heading)}</h1>" in body(answer)
    assert not Registration.objects.exists()


def test_who_cannot_come_says_so_and_may_change_their_mind(client, invitation):
    shown = come(client, invitation)
    answer = client.post(shown.request["PATH_INFO"] + "decline/", {"reason": "Reise"}, follow=True)
    invitation.refresh_from_db()

    assert (invitation.state, invitation.decline_reason) == ("declined", "Reise")
    assert gettext("You have answered that you cannot come.") in body(answer)
    assert client.post(shown.request["PATH_INFO"], {**hidden(body(answer)), **person()}).status_code == 303
    assert row().status == "confirmed"


def test_a_get_declines_nothing_and_a_bad_reason_comes_back(client, invitation):
    shown = come(client, invitation)
    address = shown.request["PATH_INFO"] + "decline/"

    assert client.get(address).status_code == 405
    assert "is-bad" in body(client.post(address, {"reason": "\x00"}))
    with mock.patch.object(seats, "decline_invitation", side_effect=seats.Busy):
        assert client.post(address, {"reason": "Reise"}).status_code == 503
    invitation.refresh_from_db()
    assert invitation.state == "sent"


def test_an_invited_person_is_written_to_in_the_language_of_the_invitation(client, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(language="en")
    invitation.refresh_from_db()
    assert "Send registration" in body(come(client, invitation))
    send(client, invitation)

    assert row().language == "en"
    assert OutgoingMail.objects.get(registration=row()).language == "en"
