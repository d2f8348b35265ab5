"""What people read when something happens to their registration (registration, section 4; mail, section 2)."""

import datetime as dt
import re

import pytest
from django.core import mail as django_mail

from nsr_events.core.models import Event, Venue
from nsr_events.outbox import delivery, rendering
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import links, mails, seats
from nsr_events.registration.models import Invitation, Registration, RegistrationSetup
from tests.factories import NOW, application, make_event, open_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(region):
    """A coming event of three days with room for one, and a waiting list."""
    venue = Venue.objects.create(
        name="Strand hotell", city="Gjøvik", address="Strandgata 15", postal_code="2815"
    )
    event = make_event("Samling", days=3, venue=venue, contact_email="post@example.org", collection=region)
    open_registration(event, capacity=1, waiting_list="offer")
    return event


def register(event, number=1, **fields):
    return seats.register(event, application(event, number, **fields), now=NOW).registration


def newest(row):
    return OutgoingMail.objects.filter(registration=row).order_by("pk").last()


def text_of(row, now=NOW):
    return rendering.render(newest(row), now).text.replace("\u00a0", " ")


def drain(now=NOW):
    return delivery.drain(clock=lambda: now)


def test_the_confirmation_says_when_where_and_how_to_get_back(event):
    row = register(event, first_name="Marte")
    text = text_of(row)
    for words in ("Hei, Marte!", "8.–10. juni 2027", "Strand hotell, Gjøvik", "Strandgata 15, 2815 Gjøvik"):
        assert words in text
    assert row.shown_reference in text
    assert links.address("me", row) in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("nb", "Du er påmeldt"), ("nn", "Du er påmeld"), ("en", "You are registered")],
)
def test_mail_is_in_the_language_of_the_registration(event, language, words):
    row = register(event)
    Registration.objects.filter(pk=row.pk).update(language=language)
    OutgoingMail.objects.update(language=language)
    rendered = rendering.render(newest(row), NOW)
    assert rendered.subject.startswith(words)
    assert f'<html lang="{language}">' in rendered.html


def test_who_waits_is_told_the_number_as_it_is_when_the_mail_leaves(event):
    register(event)
    first, second = register(event, 2), register(event, 3)
    assert "nummer 2 av dem som venter" in text_of(second)
    seats.cancel(first, now=NOW)
    assert "nummer 1 av dem som venter" in text_of(second)


def test_an_offer_names_its_deadline_and_waits_for_the_morning(event):
    seated, waits = register(event), register(event, 2)
    night = dt.datetime(2027, 3, 5, 22, 40, tzinfo=event.zone)  # a Friday
    seats.cancel(seated, now=night)
    waits.refresh_from_db()
    mail = newest(waits)
    assert (mail.kind, mail.due) == ("registration.offer", dt.datetime(2027, 3, 6, 7, tzinfo=event.zone))
    assert mail.expires == waits.offer_expires
    local = waits.offer_expires.astimezone(event.zone)
    assert "Svar innen" in text_of(waits)
    assert f"kl. {local:%H:%M}" in text_of(waits)


def test_a_confirmation_that_is_no_longer_true_is_not_sent(event):
    row = register(event)
    seats.cancel(row, now=NOW)
    drain()
    found = dict(OutgoingMail.objects.filter(registration=row).values_list("kind", "status"))
    assert found == {"registration.confirmed": "skipped", "registration.cancelled": "sent"}
    assert OutgoingMail.objects.get(kind="registration.confirmed").reason == "changed"


def test_nothing_is_confirmed_of_an_event_that_is_off(event):
    register(event)
    Event.objects.update(status="cancelled")
    drain()
    assert OutgoingMail.objects.get().reason == "event_off"


def test_a_corrected_address_is_used_for_what_has_not_left_yet(event):
    row = register(event)
    Registration.objects.filter(pk=row.pk).update(email="ny@example.no")
    drain()
    assert [message.to for message in django_mail.outbox] == [["ny@example.no"]]


def test_a_new_address_gets_the_link_that_confirms_it_and_nothing_else(event):
    row = register(event)
    seats.change(row, application(event, email="ny@example.no"), now=NOW, row_version=1)
    row.refresh_from_db()
    mail = newest(row)
    assert (mail.kind, mail.to) == ("registration.new_address", "ny@example.no")
    assert re.findall(r"https?://\S+/me/\S+", text_of(row)) == [links.address("verify", row)]
    seats.confirm_address(row, now=NOW)
    old = OutgoingMail.objects.get(kind="registration.old_address")
    assert old.to == "deltaker1@example.no"
    assert "/me/" not in rendering.render(old, NOW).text
    drain()
    sent = {(m.kind, m.status) for m in OutgoingMail.objects.all()}
    assert ("registration.new_address", "skipped") in sent
    assert ("registration.address_changed", "sent") in sent


def test_who_hands_over_and_who_takes_over_read_different_words(event):
    row = register(event, email="marte@politiet.no")
    new = seats.transfer(row, first_name="Odd", last_name="Ny", email="odd@politiet.no", now=NOW)
    row.refresh_from_db()
    assert "Du har gitt plassen videre" in text_of(row)
    assert "/me/" not in text_of(row)
    assert "gitt deg plassen sin" in text_of(new)
    assert links.address("me", new) in text_of(new)


def test_who_cancels_may_undo_and_who_is_cancelled_by_staff_may_not(event, registrar):
    own = register(event)
    seats.cancel(own, now=NOW)
    own.refresh_from_db()
    assert "angre på siden din" in text_of(own)
    other = register(event, 2)
    seats.cancel(other, now=NOW, by=registrar, reason="Dobbelt", note="Du stod to ganger.")
    assert "angre" not in text_of(other)
    assert "Beskjed fra arrangøren: Du stod to ganger." in text_of(other)


@pytest.mark.parametrize("name", ["Vinn.no", "12 345", "A" * 41])
def test_a_name_that_could_be_a_message_is_left_out(event, name):
    row = register(event, first_name=name)
    assert name not in text_of(row)
    assert "Hei," not in text_of(row)


def test_a_stranger_gets_nothing_typed_but_the_first_name(event):
    row = register(
        event, first_name="Marte", last_name="Etternavnsen", organisation="Hemmelig AS", job_title="Sjef"
    )
    rendered = rendering.render(newest(row), NOW)
    for typed in ("Etternavnsen", "Hemmelig AS", "Sjef"):
        assert typed not in rendered.subject + rendered.text + rendered.html


def test_organisers_are_told_without_names(event):
    row = register(event, last_name="Etternavnsen")
    mails.tell_staff(event, "late_cancellation", now=NOW, registration=row)
    drain()
    message = next(each for each in django_mail.outbox if each.to == ["post@example.org"])
    assert row.shown_reference in message.body
    assert "Etternavnsen" not in message.body


def test_who_has_no_address_gets_no_mail(event):
    row = register(event)
    OutgoingMail.objects.all().delete()
    Registration.objects.filter(pk=row.pk).update(email="")
    row.refresh_from_db()
    mails.tell(row, "registration.changed", now=NOW)
    assert not OutgoingMail.objects.exists()


def test_unsent_mail_goes_with_its_registration(event):
    row = register(event)
    row.history.all().delete()
    Registration.objects.filter(pk=row.pk).delete()
    assert not OutgoingMail.objects.exists()


class TestInvitations:
    @pytest.fixture
    def invitation(self, event):
        """One that is ready to be sent."""
        return Invitation.objects.create(
            event=event, first_name="Odd", last_name="Gjest", email="odd@example.org", language="nb",
            category=event.categories.first(), state="sent", answer_by=NOW + dt.timedelta(days=20),
        )  # fmt: skip

    def test_it_leads_to_the_form_and_names_the_day_to_answer(self, invitation):
        mails.invite(invitation, now=NOW)
        mail = OutgoingMail.objects.get()
        rendered = rendering.render(mail, NOW)
        assert links.address("invite", invitation) in rendered.text
        assert "Svar innen" in rendered.text
        assert rendered.headers["List-Unsubscribe"] == f"<{links.address('stop', invitation)}>"
        assert (mail.priority, mail.expires) == (7, invitation.answer_by)

    def test_sending_twice_sends_once(self, invitation):
        for _n in range(2):
            mails.invite(invitation, now=NOW)
        assert OutgoingMail.objects.count() == 1

    @pytest.mark.parametrize(
        ("state", "reason"), [("accepted", "answered"), ("declined", "answered"), ("withdrawn", "withdrawn")]
    )
    def test_one_that_is_answered_or_withdrawn_meanwhile_is_not_sent(self, invitation, state, reason):
        mails.invite(invitation, now=NOW)
        Invitation.objects.update(state=state)
        drain()
        assert OutgoingMail.objects.get().reason == reason


def test_a_mail_about_a_registration_costs_few_queries(event):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    RegistrationSetup.objects.update(capacity=None)
    event.registration_setup.refresh_from_db()

    def cost(first, count):
        for number in range(first, first + count):
            register(event, number)
        with CaptureQueriesContext(connection) as queries:
            drain()
        free = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        return len([query for query in queries if not query["sql"].startswith(free)])

    few, many = cost(1, 5), cost(10, 15)
    assert (many - few) / 10 <= 8
