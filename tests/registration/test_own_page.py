"""The own page: who gets in, what it shows, and what its buttons do."""

import datetime as dt

import pytest
from django.core import mail as outgoing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.events import change_status
from nsr_events.core.models import Event, Venue
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import links, seats, sensitive
from nsr_events.registration.link_requests import answer_requests
from nsr_events.registration.links import Purpose
from nsr_events.registration.models import ConsentText, LinkRequest, Registration, SensitiveAnswers
from tests.factories import invite, make_event, open_registration, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def event(now):
    event = make_event(date=now.date() + dt.timedelta(days=60), days=3, now=now)
    open_registration(event, opens=now - dt.timedelta(days=1), closes=now + dt.timedelta(days=30))
    return event


@pytest.fixture
def row(event, now):
    return register(event, now=now)


def path(address):
    return address.split("/", 3)[3].join(["/", ""])


def entered(row):
    client = Client()
    client.get(path(links.address(Purpose.ME, row)))
    return client


def url(name, row, *args):
    return reverse(f"nsr_events:{name}", args=[row.reference, *args])


def post(client, name, row, **data):
    row.refresh_from_db()
    return client.post(url(name, row), {"row_version": row.row_version, **data})


# Doors


def test_a_link_leads_to_a_page_without_the_secret_in_its_address(row):
    client = Client()
    response = client.get(path(links.address(Purpose.ME, row)))
    assert response.status_code == 302
    assert response["Location"] == f"/me/{row.reference}/"
    page = client.get(response["Location"])
    assert page.status_code == 200
    assert "Hei, Marte" in page.content.decode()


def test_the_address_alone_opens_nothing(row):
    assert Client().get(url("me_page", row)).status_code == 404
    other = Client().get("/me/ABCDEFGH/")
    assert other.status_code == 404


def test_a_head_request_notes_nothing(row):
    client = Client()
    client.head(path(links.address(Purpose.ME, row)))
    assert client.get(url("me_page", row)).status_code == 404


@pytest.mark.parametrize("break_it", ["another_purpose", "tampered", "revoked", "expired", "unknown"])
def test_every_dead_link_gives_one_and_the_same_page(row, break_it, settings):
    token = links.token(Purpose.ME, row)
    if break_it == "another_purpose":
        token = links.token(Purpose.STOP, row)
    if break_it == "tampered":
        token = ("A" if token[0] != "A" else "B") + token[1:]
    if break_it == "revoked":
        Registration.objects.filter(pk=row.pk).update(token_version=1)
    if break_it == "expired":
        Event.objects.filter(pk=row.event_id).update(
            start=timezone.now() - dt.timedelta(days=16), end=timezone.now() - dt.timedelta(days=15)
        )
    if break_it == "unknown":
        row.delete()
    response = Client().get(f"/me/{token}/")
    body = response.content.decode()
    assert response.status_code == 404
    assert "Lenken virker ikke" in body
    assert "Send lenken min på nytt" in body


def test_links_made_with_an_older_key_still_work_until_it_is_taken_out(row, settings):
    keys = settings.NSR_EVENTS["LINK_KEYS"]
    old = links.token(Purpose.ME, row)
    settings.NSR_EVENTS = {
        **settings.NSR_EVENTS,
        "LINK_KEYS": ["a-newer-key-that-is-also-long-enough", *keys],
    }
    assert Client().get(f"/me/{old}/").status_code == 302
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "LINK_KEYS": ["a-newer-key-that-is-also-long-enough"]}
    assert Client().get(f"/me/{old}/").status_code == 404


def test_twenty_wrong_links_an_hour_are_enough(row):
    client = Client(REMOTE_ADDR="203.0.113.9")
    for _try in range(20):
        assert (
            client.get(
                "/me/AAAAAAAAAAAAAAAAAAAAAA-0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/"
            ).status_code
            == 404
        )
    response = client.get(path(links.address(Purpose.ME, row)))
    assert response.status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.10").get(path(links.address(Purpose.ME, row))).status_code == 302


def test_the_noted_link_lasts_twelve_hours_and_dies_with_its_version(row, now):
    client = entered(row)
    session = client.session
    noted = session[links.SESSION_KEY]
    session[links.SESSION_KEY] = [[*noted[0][:3], now.timestamp() - 12 * 3600 - 1]]
    session.save()
    assert client.get(url("me_page", row)).status_code == 404
    client = entered(row)
    Registration.objects.filter(pk=row.pk).update(token_version=5)
    assert client.get(url("me_page", row)).status_code == 404


def test_an_assistant_opens_several_and_closes_one(event, row, now):
    other = register(event, 2, now=now)
    client = entered(row)
    client.get(path(links.address(Purpose.ME, other)))
    client.post(url("me_close", row))
    assert client.get(url("me_page", row)).status_code == 404
    assert client.get(url("me_page", other)).status_code == 200


def test_one_persons_session_opens_nobody_elses_page(event, row, now):
    other = register(event, 2, now=now)
    client = entered(row)
    for name in ("me_page", "me_edit", "me_cancel", "me_hand_over"):
        assert client.get(url(name, other)).status_code == 404
    assert post(client, "me_cancel", other).status_code == 404


def test_handing_over_does_not_tell_on_and_on_who_else_is_coming(event, now):
    row = register(event, 3, now=now, email="marte@nordvik.no")
    for number in range(5):
        register(event, 10 + number, now=now, email=f"kollega{number}@nordvik.no")
    client, colleague = entered(row), {"first_name": "Odd", "last_name": "Ny"}
    told = [
        post(client, "me_hand_over", row, email=f"kollega{number}@nordvik.no", **colleague)
        for number in range(5)
    ]
    assert [answer.status_code for answer in told] == [200, 200, 200, 429, 429]
    unknown = post(client, "me_hand_over", row, email="ukjent@nordvik.no", **colleague)
    assert unknown.status_code == 429, "the same for whoever is not registered"
    assert int(unknown["Retry-After"]) > 0


def test_who_planted_a_session_in_a_browser_does_not_come_in_with_it(event, row, now):
    attacker = entered(register(event, 2, now=now))
    victim = Client()
    victim.cookies["sessionid"] = attacker.cookies["sessionid"].value
    victim.get(path(links.address(Purpose.ME, row)))
    assert victim.get(url("me_page", row)).status_code == 200
    assert attacker.get(url("me_page", row)).status_code == 404


@pytest.mark.parametrize("reference", ["%00", "A%00B", "..%2f", "%F0%9F%98%80", "A" * 3000, "12345678%0A"])
def test_a_reference_that_is_none_is_a_dead_link(db, reference):
    for below in ("", "edit/", "calendar/", "calendar.ics"):
        answer = Client().get(f"/me/{reference}/{below}")
        assert answer.status_code in {404, 405}


def test_pages_of_one_person_are_kept_nowhere_and_lead_on_to_nobody(row):
    response = entered(row).get(url("me_page", row))
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert "noindex" in response["X-Robots-Tag"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_no_get_changes_a_row(row, event, now):
    client = entered(row)
    before = Registration.objects.values().get(pk=row.pk)
    for name in ("me_page", "me_edit", "me_cancel", "me_hand_over", "me_sessions"):
        client.get(url(name, row))
        client.head(url(name, row))
    for name in ("me_undo", "me_accept", "me_decline", "me_renew", "me_close", "me_reminders"):
        assert client.get(url(name, row)).status_code == 405
    assert Registration.objects.values().get(pk=row.pk) == before


# Send my link again


def test_known_and_unknown_addresses_get_the_same_answer_and_only_the_known_gets_mail(row, now):
    def ask(address):
        client = Client(enforce_csrf_checks=False)
        return client.post("/me/", {"email": address})

    known, unknown = ask("DELTAKER1@example.no"), ask("ukjent@example.no")
    assert known.status_code == unknown.status_code == 200
    assert known.content == unknown.content
    assert not OutgoingMail.objects.filter(kind="registration.link").exists()
    assert answer_requests(now=now) == 1
    assert OutgoingMail.objects.get(kind="registration.link").registration == row
    assert not LinkRequest.objects.exists()


def test_three_times_an_hour_is_enough_for_one_address(row, now):
    for _try in range(50):
        assert Client().post("/me/", {"email": "deltaker1@example.no"}).status_code == 200
    assert LinkRequest.objects.count() == 3


def test_a_mistyped_address_is_said_at_the_field(db):
    page = Client().post("/me/", {"email": "kari"}).content.decode()
    assert "navn@virksomhet.no" in page
    assert 'aria-describedby="id_email_error"' in page or 'id="id_email_error"' in page


# Confirming an address


def test_only_the_button_confirms_an_address(event, now):
    open_registration(event, opens=now - dt.timedelta(days=1), verify_email=True)
    row = register(event, now=now)
    address = path(links.address(Purpose.VERIFY, row))
    client = Client()
    assert client.get(address).status_code == 200
    client.head(address)
    row.refresh_from_db()
    assert row.status == "unverified"
    response = client.post(address)
    assert response["Location"] == f"/me/{row.reference}/?done=verified"
    row.refresh_from_db()
    assert row.status == "confirmed"
    assert client.get(response["Location"]).status_code == 200
    assert client.get(address).status_code == 404


def test_an_older_confirmation_link_cannot_confirm_a_newer_address(row):
    Registration.objects.filter(pk=row.pk).update(new_email="en@example.no")
    row.refresh_from_db()
    old = path(links.address(Purpose.VERIFY, row))
    Registration.objects.filter(pk=row.pk).update(new_email="to@example.no")
    assert Client().get(old).status_code == 404


# What the buttons do


def test_cancelling_asks_says_what_follows_and_can_be_undone(row):
    client = entered(row)
    page = client.get(url("me_cancel", row)).content.decode()
    assert "15 minutter" in page
    response = post(client, "me_cancel", row)
    assert response["Location"] == f"/me/{row.reference}/?done=cancelled"
    assert "Angre" in client.get(response["Location"]).content.decode()
    post(client, "me_undo", row)
    row.refresh_from_db()
    assert row.status == "confirmed"


def test_a_stale_tab_changes_nothing_and_says_so(row):
    client = entered(row)
    response = client.post(url("me_cancel", row), {"row_version": row.row_version + 1})
    assert response.status_code == 409
    row.refresh_from_db()
    assert row.status == "confirmed"


def test_an_offer_is_taken_with_one_button(event, row, now):
    setup = event.registration_setup
    setup.capacity = 1
    setup.save()
    waits = register(event, 2, now=now)
    seats.cancel(row, now=now)
    client = entered(waits)
    page = client.get(url("me_page", waits)).content.decode()
    assert "Du har fått tilbud om plass" in page
    client.post(url("me_accept", waits))
    waits.refresh_from_db()
    assert waits.status == "confirmed"
    again = client.post(url("me_accept", waits))
    assert again.status_code == 200


def test_who_waits_sees_the_place_and_nobodys_name(event, row, now):
    setup = event.registration_setup
    setup.capacity = 1
    setup.save()
    register(event, 2, now=now)
    waits = register(event, 3, now=now)
    page = entered(waits).get(url("me_page", waits)).content.decode()
    assert "Du er nummer 2 av dem som venter" in page
    assert "Oppdiktet 2" not in page


def test_a_new_link_kills_the_old_one_but_not_this_browser(row):
    client, old = entered(row), path(links.address(Purpose.ME, row))
    response = client.post(url("me_renew", row))
    assert client.get(response["Location"]).status_code == 200
    assert Client().get(old).status_code == 404
    assert OutgoingMail.objects.filter(kind="registration.link", registration=row).count() == 1


def test_handing_over_closes_the_givers_page_in_every_tab(event, now):
    row = register(event, 9, now=now, email="marte@politiet.no")
    client = entered(row)
    data = {"first_name": "Odd", "last_name": "Ny", "email": "odd@politiet.no"}
    response = post(client, "me_hand_over", row, **data)
    assert response["Location"] == "/me/handed-over/"
    assert client.get(url("me_page", row)).status_code == 404
    new = Registration.objects.get(replaces=row)
    assert (new.status, new.answers) == ("confirmed", {})


def test_reminders_are_stopped_by_one_post_without_cookie_and_wanted_again(row):
    address = path(links.address(Purpose.STOP, row))
    client = Client(enforce_csrf_checks=True)
    assert client.get(address).status_code == 200
    row.refresh_from_db()
    assert row.reminders_stopped is None
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    row.refresh_from_db()
    assert row.reminders_stopped is not None
    assert row.status == "confirmed"
    entered(row).post(url("me_reminders", row), {"wanted": "1"})
    row.refresh_from_db()
    assert row.reminders_stopped is None


def test_invited_people_stop_reminders_too(event):
    invitation = invite(event)
    assert Client().post(path(links.address(Purpose.STOP, invitation))).status_code == 200
    invitation.refresh_from_db()
    assert invitation.reminders_stopped is not None


def test_a_deadline_that_passed_stands_in_place_of_the_control(event, row, now):
    open_registration(event, opens=now - dt.timedelta(days=2), edit_until=now - dt.timedelta(days=1))
    client = entered(row)
    page = client.get(url("me_page", row)).content.decode()
    assert "Endre påmeldingen" not in page
    assert "kunne endres til" in page
    assert client.get(url("me_edit", row)).status_code == 302


@pytest.mark.parametrize(("status", "words"), [("cancelled", "avlyst"), ("postponed", "utsatt")])
def test_the_page_of_an_event_that_is_off_says_so_and_offers_nothing_that_moves_seats(
    event, row, now, status, words
):
    change_status(event, status, now=now)
    page = entered(row).get(url("me_page", row)).content.decode()
    assert words in page
    assert "hand-over" not in page


def test_the_page_of_an_event_that_moved_online_sends_nobody_to_the_house(event, row, now):
    event.venue = Venue.objects.create(name="Møtestedet Vika", city="Oslo")
    event.save()
    client = entered(row)
    assert "Møtestedet Vika" in client.get(url("me_page", row)).content.decode()
    change_status(event, "moved_online", now=now, note="Lenken kommer på e-post.")
    page = client.get(url("me_page", row)).content.decode()
    assert "Møtestedet Vika" not in page
    assert "Arrangementet holdes på nett" in page
    assert "Lenken kommer på e-post." in page


def test_the_page_tells_the_hours_and_a_date_that_is_new(event, row, now):
    client = entered(row)
    assert "09:00 – " in client.get(url("me_page", row)).content.decode()
    Event.objects.update(previous_start=event.start - dt.timedelta(days=7), rescheduled_at=now)
    assert "Ny tid:" in client.get(url("me_page", row)).content.decode()


def test_the_page_speaks_the_persons_language(event, now):
    row = register(event, 5, now=now, language="nn")
    assert 'lang="nn"' in entered(row).get(url("me_page", row)).content.decode()


def test_the_number_of_queries_does_not_grow(event, row, now, django_assert_max_num_queries):
    for number in range(2, 30):
        register(event, number, now=now)
    client = entered(row)
    with django_assert_max_num_queries(20):
        client.get(url("me_page", row))
    assert not outgoing.outbox


def test_who_asks_for_a_link_gets_unused_invitations_again(event, now):
    invitation = invite(event)
    assert Client().post("/me/", {"email": "invitert1@example.no"}).status_code == 200
    assert answer_requests(now=now) == 1
    assert OutgoingMail.objects.get(kind="invitation.invite").invitation == invitation


def test_a_consent_is_taken_back_on_the_own_page_and_its_effect_ends_at_once(event, row, now):
    def agree(use, number):
        text = ConsentText.objects.create(
            event=event, use=use, number=number, text={"nb": f"Samtykke {use}"}, digest=use, made_at=now
        )
        return row.consents.create(text=text, language="nb", source="web", given_at=now)

    listed, answers = agree("list", 1), agree("sensitive", 2)
    Registration.objects.filter(pk=row.pk).update(listed=True)
    SensitiveAnswers.objects.create(registration=row, token=sensitive.encrypt(row.uid, {"q_mat": "nøtter"}))
    client = entered(row)
    assert "Samtykke list" in client.get(url("me_page", row)).content.decode()
    for consent in (listed, answers):
        client.post(url("me_withdraw", row, consent.pk))
    row.refresh_from_db()
    assert row.listed is False
    assert sensitive.decrypt(row.sensitive_answers.token, row.uid).answers == {}
    assert row.consents.filter(withdrawn_at=None).count() == 0
    assert "Samtykke list" not in client.get(url("me_page", row)).content.decode()


def test_nobody_takes_back_anothers_consent(event, row, now):
    other = register(event, 2, now=now)
    text = ConsentText.objects.create(
        event=event, use="photo", number=1, text={"nb": "Bilder"}, digest="x", made_at=now
    )
    theirs = other.consents.create(text=text, language="nb", source="web", given_at=now)
    assert entered(row).post(url("me_withdraw", row, theirs.pk)).status_code == 404
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None
