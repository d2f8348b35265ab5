"""Somebody invited proposes colleagues: how many, until when, and what nobody finds out that way."""

import datetime as dt
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from nsr_events.outbox.models import MailTemplate, OutgoingMail
from nsr_events.outbox.rendering import render
from nsr_events.registration import invitations, links
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import Invitation, RegistrationSetup
from tests.factories import invite, make_category

from .asking import hidden, open_event, person

pytestmark = pytest.mark.django_db
State = Invitation.State


@pytest.fixture
def invitation():
    """Somebody who may propose two colleagues."""
    event = open_event(mode="invited")
    category = make_category(event, "guests", invited_only=True)
    return invite(event, category=category, organisation="Nordvik", extra_seats=2)


@pytest.fixture
def guest(client, invitation):
    """The browser of the invited person."""
    client.get("/me/invite/" + links.token("invite", invitation) + "/")
    return client


def address(invitation):
    return reverse("nsr_events:invitation_colleagues", args=[invitation.uid])


def send(browser, invitation, email="kollega@example.no", **values):
    return browser.post(
        address(invitation), {"first_name": "Kari", "last_name": "Kollega", "email": email, **values}
    )


def body(response):
    return response.content.decode()


def test_the_invitation_leads_to_the_page_before_and_after_registering(guest, invitation):
    invited = reverse("nsr_events:invitation", args=[invitation.uid])
    shown = guest.get(invited)
    assert f'href="{address(invitation)}"' in body(shown)

    receipt = guest.post(invited, {**hidden(body(shown)), **person()}).url
    assert f'href="{address(invitation)}"' in body(guest.get(receipt))
    assert f'href="{address(invitation)}"' in body(guest.get(invited))


def test_a_proposal_waits_for_the_organiser_who_hears_of_it_and_nothing_is_sent(guest, invitation):
    event = invitation.event
    event.contact_email = "arrangor@example.no"
    event.save()
    answer = guest.get(send(guest, invitation).url)

    proposal = invitations.proposals(event).get()
    assert (proposal.email, proposal.proposed_by, proposal.category) == (
        "kollega@example.no", invitation, invitation.category,
    )  # fmt: skip
    assert "Kari Kollega" in body(answer)
    assert gettext("You have proposed") in body(answer)
    assert list(OutgoingMail.objects.values_list("kind", flat=True)) == ["staff.notice"]


def test_who_is_registered_or_invited_already_is_answered_like_a_stranger(guest, invitation):
    invite(invitation.event, 7, email="her@example.no")
    Invitation.objects.filter(pk=invitation.pk).update(extra_seats=5)
    known = guest.get(send(guest, invitation, "her@example.no", last_name="Like").url)
    first = body(known)
    unknown = body(guest.get(send(guest, invitation, "ukjent@example.no", last_name="Like").url))

    assert invitations.proposals(invitation.event).get().email == "ukjent@example.no"
    for text in (first, unknown):
        assert "her@example.no" not in text
    assert "Kari Like" in first
    assert "4" in first.split("</h2>")[1]
    assert invitations.proposals_left(Invitation.objects.get(pk=invitation.pk)) == 3


def test_no_more_than_the_invitation_allows(guest, invitation):
    for number in range(3):
        send(guest, invitation, f"kollega{number}@example.no")
    page = body(guest.get(address(invitation)))

    assert invitation.proposed.count() == 2
    assert gettext("You have proposed as many as you may. Ask the organiser if there should be more.") in page
    assert '<form method="post"' not in page


def test_the_same_colleague_or_oneself_is_said_at_the_field(guest, invitation):
    send(guest, invitation)
    for email in ("Kollega@example.no", invitation.email):
        answer = send(guest, invitation, email)
        assert gettext("You have proposed this address already, or it is your own. Write another") in body(
            answer
        )
        assert f'value="{email}"' in body(answer)
    assert invitation.proposed.count() == 1


def test_six_proposals_in_a_day_are_one_too_many_and_nothing_typed_is_lost(guest, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(extra_seats=50)
    answers = [send(guest, invitation, f"kollega{number}@example.no") for number in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert 'value="kollega5@example.no"' in body(answers[-1])
    assert invitation.proposed.count() == 5


def test_where_nobody_approves_the_colleague_is_written_to_by_first_name_and_who_proposed_it(
    guest, invitation
):
    setup = invitation.event.registration_setup
    setup.approve_colleagues = False
    setup.save()
    send(guest, invitation)
    mail = OutgoingMail.objects.get()
    text = render(mail, now=timezone.now()).text

    assert (mail.invitation.state, mail.invitation.email) == (State.SENT, "kollega@example.no")
    assert "Iver Oppdiktet 1" in text
    assert "Kollega" not in text


def test_also_an_organisers_own_words_carry_no_more_than_the_first_name_a_colleague_typed(guest, invitation):
    body_words = "Hei, {full_name}!\n\n[Svar]({own_page})"
    MailTemplate.objects.create(
        event=invitation.event, kind="invitation.invite", subject={"nb": "Kom"}, body={"nb": body_words}
    )
    RegistrationSetup.objects.filter(event=invitation.event).update(approve_colleagues=False)
    send(guest, invitation)
    assert "Hei, Kari!" in render(OutgoingMail.objects.get(), now=timezone.now()).text


@pytest.mark.parametrize(
    "facts",
    [
        {"extra_seats": 0},
        {"state": "withdrawn"},
        {"state": "declined"},
        {"answer_by": timezone.now() - dt.timedelta(hours=1)},
    ],
)
def test_who_may_not_propose_is_led_back_to_the_invitation(guest, invitation, facts):
    Invitation.objects.filter(pk=invitation.pk).update(**facts)
    for answer in (guest.get(address(invitation)), send(guest, invitation)):
        assert answer.url == reverse("nsr_events:invitation", args=[invitation.uid])
    assert not invitation.proposed.exists()


def test_nobody_proposes_after_registration_has_closed_or_the_event_is_off(guest, invitation):
    setup = invitation.event.registration_setup
    setup.closes = timezone.now()
    setup.save()
    send(guest, invitation)
    setup.closes = None
    setup.save()
    invitation.event.status = "cancelled"
    invitation.event.save()
    send(guest, invitation)
    assert not invitation.proposed.exists()


def test_without_the_link_the_page_is_a_dead_link(invitation):
    for answer in (Client().get(address(invitation)), send(Client(), invitation)):
        assert answer.status_code == 404
    assert not invitation.proposed.exists()


def test_bad_names_and_addresses_come_back_as_typed(guest, invitation):
    for values in (
        {"first_name": ""},
        {"last_name": "www.ond.example"},
        {"email": "ikke en adresse"},
        {"first_name": "a\x00"},
    ):
        answer = send(guest, invitation, **values)
        assert answer.status_code == 200
        assert "is-bad" in body(answer)
        assert gettext("Error:") in body(answer).split("</title>")[0]
    assert not invitation.proposed.exists()


def test_a_busy_event_says_so_and_keeps_what_was_typed(guest, invitation):
    with mock.patch.object(invitations, "propose", side_effect=Busy):
        answer = send(guest, invitation)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert 'value="kollega@example.no"' in body(answer)


def test_nothing_about_it_is_cached_and_a_get_changes_nothing(guest, invitation):
    answer = guest.get(address(invitation))
    assert answer["Cache-Control"] == "private, no-store"
    assert not invitation.proposed.exists()
