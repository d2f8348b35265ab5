"""The form over HTTP: who gets it, what comes back, and what is written."""

import datetime as dt
import uuid
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.models import Page, PageViewRestriction

from nsr_events.outbox.models import OutgoingMail
from nsr_events.pages import registering
from nsr_events.registration import seats, traps
from nsr_events.registration.models import (
    ChosenOption,
    Consent,
    Registration,
    RegistrationDay,
    SensitiveAnswers,
    StatusChange,
)
from nsr_events.registration.signals import registration_confirmed
from tests.empty_pages.models import EmptyRoutablePage
from tests.factories import make_index, make_page, open_registration, register

from .asking import hidden, make_question, open_event, open_page, person, send

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def page():
    return open_page()


def body(response):
    return response.content.decode()


def rows():
    return Registration.objects.order_by("pk")


# Seeing it


def test_the_form_is_private_unindexed_and_under_a_strict_policy(client, page):
    response = client.get(page.url + "register/")

    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"].startswith("noindex")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert set(response.cookies) == {"csrftoken"}
    assert "Accept-Language" not in response.get("Vary", "")
    assert 'name="robots" content="noindex"' in body(response)


def test_looking_writes_nothing(client, page):
    client.get(page.url + "register/")
    client.head(page.url + "register/")

    assert not Session.objects.exists()
    assert not rows().exists()
    assert client.put(page.url + "register/").status_code == 405


def test_a_site_sends_its_own_policy(client, page):
    with override_settings(NSR_EVENTS={**settings.NSR_EVENTS, "PARTICIPANT_CSP": None}):
        policy = client.get(page.url + "register/")["Content-Security-Policy"]

    assert policy.startswith("default-src 'self'")


@pytest.mark.parametrize(
    ("setup", "shown"),
    [
        ({"mode": "none"}, False),
        ({"mode": "invited"}, False),
        ({"mode": "external", "external_url": "https://example.org/"}, False),
        ({"paused": True}, False),
        ({"closes": timezone.now() - MINUTE}, False),
        ({"opens": timezone.now() + MINUTE * 60}, False),
        ({"opens": None}, False),
        ({}, True),
    ],
)
def test_the_address_always_answers_with_the_form_only_when_it_can_be_sent(client, page, setup, shown):
    event = page.event
    open_registration(event, **{"opens": timezone.now() - MINUTE, **setup})
    response = client.get(page.url + "register/")

    assert response.status_code == 200
    assert ("<form" in body(response)) is shown
    assert page.title in body(response)


def test_a_full_event_offers_the_waiting_list_or_says_that_it_is_full(client, page):
    open_registration(page.event, opens=timezone.now() - MINUTE, capacity=1)
    send(client, page)
    assert "<form" in body(client.get(page.url + "register/"))

    open_registration(page.event, opens=timezone.now() - MINUTE, capacity=1, waiting_list="off")
    assert "<form" not in body(client.get(page.url + "register/"))


def test_the_privacy_of_the_page_holds_for_the_form_and_the_receipt(client, page):
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="hemmelig")

    for address in ("register/", "register/receipt/"):
        response = client.get(page.url + address)
        assert "<form" not in body(response) or "password" in body(response)
        assert "first_name" not in body(response)
    assert b"first_name" not in client.post(page.url + "register/", person()).content
    assert not rows().exists()


def test_a_draft_has_no_form(client):
    page = make_page(open_event(), make_index(), live=False)
    assert client.get(page.url + "register/").status_code == 404


def test_the_page_decides_the_language_of_form_and_mail(client):
    page = make_page(open_event(), make_index("nn"))
    send(client, page, HTTP_ACCEPT_LANGUAGE="en")

    assert rows().get().language == "nn"
    assert 'lang="nn"' in body(client.get(page.url + "register/"))


def test_what_is_typed_stays_out_of_error_reports(page, rf):
    seen = {}

    def look(request, place, *, now):
        seen["hidden"] = request.sensitive_post_parameters
        return mock.DEFAULT

    request = rf.post("/", person())
    with mock.patch.object(registering.views, "answer", side_effect=look):
        registering.show_form(page, request)
    assert seen["hidden"] == "__ALL__"


# Sending it


def test_a_sent_form_becomes_a_registration_a_mail_and_a_receipt_that_survives_reload(client, page):
    response = send(client, page)

    assert (response.status_code, response.url) == (303, page.url + "register/receipt/")
    row = rows().get()
    assert (row.status, row.source, row.language, row.first_name) == ("confirmed", "web", "nb", "Åse")
    assert OutgoingMail.objects.get(registration=row).kind == "registration.confirmed"
    first, again = (body(client.get(response.url)) for _n in range(2))
    assert first == again
    assert "ase@example.no" in first
    assert row.reference not in first
    assert "calendar.ics" in first


def test_a_browser_without_a_receipt_goes_to_the_form(client, page):
    assert client.get(page.url + "register/receipt/").url == page.url + "register/"


@pytest.mark.parametrize(
    ("setup", "kind"),
    [
        ({}, "You are registered"),
        ({"capacity": 1}, "You are on the waiting list"),
        ({"verify_email": True}, "One step is left: confirm your address"),
    ],
)
def test_the_receipt_says_what_became_of_it(client, page, setup, kind):
    send(client, page, {"email": "en@example.no"})
    open_registration(page.event, opens=timezone.now() - MINUTE, **setup)
    response = send(Client(), page)
    client = response.client

    html = body(client.get(response.url))
    assert f"<h1>{gettext(kind)}</h1>" in html
    assert html.count("<li><span><strong>") >= 2


def test_a_bad_form_comes_back_with_everything_typed_and_all_errors_first(client, page):
    make_question(page.event, "text", "Allergi", sensitive=True)
    response = send(client, page, {"email": "tull", "last_name": "", "q_00000001": "Nøtter"})
    html = body(response)

    assert response.status_code == 200
    assert f"<title>\n{gettext('Error:')}" in html or f"<title>{gettext('Error:')}" in html
    assert 'tabindex="-1" autofocus id="feil"' in html
    assert html.index('id="feil"') < html.index("<h1>")
    for anchor in ("id_last_name", "id_email", "id_sensitive_consent"):
        assert f'href="#{anchor}"' in html
        assert f'id="{anchor}"' in html
    for value in ("Åse", "tull", "Nøtter"):
        assert f'value="{value}"' in html
    assert not rows().exists()


def test_a_known_address_gets_the_same_bytes_and_keeps_its_row(client, page):
    known, unknown = Client(), Client()
    send(client, page, {"email": "ASE@example.no", "last_name": "Først"})
    answers = [send(each, page, {"email": "ase@example.no"}) for each in (known,)]
    answers += [send(unknown, page, {"email": "bjo@example.no"})]
    receipts = [body(each.get(answers[0].url)) for each in (known, unknown)]

    assert receipts[0] == receipts[1].replace("bjo@example.no", "ase@example.no")
    assert [answer.status_code for answer in answers] == [303, 303]
    assert rows().count() == 2
    assert rows().first().last_name == "Først"


def test_a_known_address_is_as_much_work_as_a_new_one_and_leaves_nothing_behind(client, page):
    """Times are measured by ``make bench``; here the rows that are written, and that those of a known one are gone."""
    event = page.event
    open_registration(event, opens=timezone.now() - MINUTE, days="choose", form_traps=False)
    make_question(event, "several", options=["o_fish"])
    make_question(event, "text", sensitive=True)
    answers = {
        "days": str(event.days.get().uid), "q_00000001": "o_fish", "q_00000002": "Nøtter", "sensitive_consent": "on",
    }  # fmt: skip
    register(event, email="ase@example.no")
    told = []
    registration_confirmed.connect(receiver := lambda **facts: told.append(facts["registration"]))

    def written(address):
        with CaptureQueriesContext(connection) as captured:
            send(Client(), page, {**answers, "email": address})
        statements = [query["sql"] for query in captured]
        return sorted(sql.split()[2] for sql in statements if sql.startswith("INSERT INTO"))

    def there():
        tables = (Registration, RegistrationDay, StatusChange, ChosenOption, SensitiveAnswers, Consent)
        return [table.objects.count() for table in tables]

    written("forst@example.no")  # makes the version of the form and the texts of its consents
    told.clear()
    before = there()
    try:
        known = written("ase@example.no")
        assert there() == before
        assert rows().first().mails.order_by("pk").last().kind == "registration.already"
        assert not told
        assert written("ny@example.no") == known
        assert [row.email for row in told] == ["ny@example.no"]
    finally:
        registration_confirmed.disconnect(receiver)


def test_the_same_form_twice_is_one_registration_and_the_same_receipt(client, page):
    url = page.url + "register/"
    data = {**hidden(body(client.get(url))), **person()}
    with mock.patch.object(traps.Stamp, "stands", return_value=True):
        first = client.post(url, data)
        shown = body(client.get(first.url))
        second = client.post(url, data)

    assert (second.status_code, second.url) == (303, first.url)
    assert body(client.get(second.url)) == shown
    assert rows().count() == 1
    assert OutgoingMail.objects.count() == 1


def test_a_double_press_before_the_first_answer_arrives_gets_the_receipt_too(client, page):
    """The browser has no session yet: its CSRF cookie shows that the form was its own."""
    url = page.url + "register/"
    data = {**hidden(body(client.get(url))), **person()}
    twin = Client()
    twin.cookies = client.cookies.copy()
    with mock.patch.object(traps.Stamp, "stands", return_value=True):
        client.post(url, data)
        answer = twin.post(url, data)

    assert gettext("You are registered") in body(twin.get(answer.url))


def test_another_browser_with_the_same_form_learns_nothing(client, page):
    url = page.url + "register/"
    data = {**hidden(body(client.get(url))), **person()}
    stranger = Client()
    with mock.patch.object(traps.Stamp, "stands", return_value=True):
        client.post(url, data)
        answer = stranger.post(url, {**data, "email": "annen@example.no"})
    html = body(stranger.get(answer.url))

    assert f"<h1>{gettext('We have received your registration')}</h1>" in html
    assert rows().count() == 1


def test_what_fills_up_meanwhile_comes_back_at_its_field(client, page):
    make_question(page.event, "several", options=[{"key": "o_a", "label": {"nb": "Fisk"}, "places": 1}])
    send(Client(), page, {"email": "en@example.no", "q_00000001": "o_a"})
    response = send(client, page, {"q_00000001": "o_a"})

    assert response.status_code == 200
    assert "#id_q_00000001_0" in body(response)
    assert rows().count() == 1


# Closing time


@pytest.mark.parametrize(("after", "taken"), [(9, True), (11, False)])
def test_a_form_shown_before_closing_is_taken_for_ten_minutes(client, page, after, taken):
    closes = timezone.now() - MINUTE * after
    open_registration(page.event, opens=timezone.now() - MINUTE * 600, closes=closes)
    response = send(client, page, wait=(after + 1) * 60)

    assert rows().exists() is taken
    assert response.status_code == (303 if taken else 200)
    if not taken:
        assert 'value="Åse"' in body(response)


def test_a_form_made_after_closing_is_not_taken(client, page):
    url = page.url + "register/"
    open_registration(page.event, opens=timezone.now() - MINUTE * 600, closes=timezone.now() - MINUTE)
    stamp = traps.Stamp(page.event.uid, timezone.now() - dt.timedelta(seconds=5)).sign()
    client.post(url, {**person(), "idempotency_key": uuid.uuid4(), "stamp": stamp})

    assert not rows().exists()


# What is forged, too much or too large


@pytest.mark.parametrize(
    "forged",
    [
        {"stamp": "tull"},
        {"stamp": ""},
        {"stamp": signing.Signer(salt="another").sign("x")},
        {"idempotency_key": "42"},
        {"idempotency_key": ""},
        {"idempotency_key": "\x00"},
    ],
)
def test_a_forged_or_damaged_form_is_refused_and_comes_back_ready_to_send(client, page, forged):
    url = page.url + "register/"
    response = client.post(url, {**hidden(body(client.get(url))), **person(), **forged})
    html = body(response)

    assert response.status_code == 400
    assert 'value="ase@example.no"' in html
    assert html.count('<button class="ne-btn" type="submit">') == 1
    assert not rows().exists()
    with mock.patch.object(traps.Stamp, "stands", return_value=True):
        assert client.post(url, {**hidden(html), **person()}).status_code == 303


def test_a_stamp_of_another_event_is_forged(client, page):
    other = make_page(open_event(), page.get_parent().specific)
    carried = hidden(body(client.get(other.url + "register/")))

    assert client.post(page.url + "register/", {**carried, **person()}).status_code == 400


def test_the_eleventh_post_in_ten_minutes_waits_with_everything_typed(client, page):
    moment = timezone.now().replace(minute=1, second=0)
    with mock.patch("nsr_events.pages.registering.timezone.now", return_value=moment):
        stamp = traps.Stamp(page.event.uid, moment - MINUTE).sign()
        data = {"stamp": stamp, **person(email="tull")}
        answers = [
            client.post(page.url + "register/", {**data, "idempotency_key": uuid.uuid4()}) for _n in range(10)
        ]
        key = uuid.uuid4()
        typed = {**data, "idempotency_key": key, "email": "ase@example.no"}
        refused = client.post(page.url + "register/", typed)
        pretended = client.post(page.url + "register/", typed, headers={"x-forwarded-for": "1.2.3.4"})

    assert {answer.status_code for answer in answers} == {200}
    assert (refused.status_code, pretended.status_code) == (429, 429)
    assert 0 < int(refused["Retry-After"]) <= 600
    html = body(refused)
    assert 'value="ase@example.no"' in html
    assert hidden(html) == {"idempotency_key": str(key), "stamp": stamp}
    assert html.count('<button class="ne-btn" type="submit">') == 1
    assert "is-bad" not in html


def test_an_event_may_lift_the_limit_and_the_traps(client, page):
    open_registration(page.event, opens=timezone.now() - MINUTE, rate_limit=False, form_traps=False)
    answers = [
        send(Client(), page, {"email": f"p{number}@example.no"}, wait=0).status_code for number in range(12)
    ]

    assert answers == [303] * 12
    assert rows().count() == 12
    assert traps.HONEYPOT not in body(client.get(page.url + "register/"))


def test_more_than_256_kilobytes_are_refused(client, page):
    response = send(client, page, {"first_name": "x" * 300_000})

    assert response.status_code == 413
    assert not rows().exists()


# Busy


def test_a_busy_event_gives_the_form_back_and_the_button_then_succeeds_once(client, page):
    url = page.url + "register/"
    carried = hidden(body(client.get(url)))
    with mock.patch.object(traps.Stamp, "stands", return_value=True):
        with mock.patch.object(seats, "register", side_effect=seats.Busy):
            busy = client.post(url, {**carried, **person()})
        html = body(busy)
        assert (busy.status_code, busy["Retry-After"]) == (503, "5")
        assert hidden(html) == carried
        for value in ("Åse", "Nordmann", "ase@example.no"):
            assert f'value="{value}"' in html
        assert "is-bad" not in html
        assert html.count('<button class="ne-btn" type="submit">') == 1
        answers = [client.post(url, {**hidden(html), **person()}).status_code for _n in range(2)]

    assert answers == [303, 303]
    assert rows().count() == 1


def test_a_locked_database_is_busy_and_other_faults_are_faults(client, page):
    with mock.patch.object(seats, "register", side_effect=OperationalError("database is locked")):
        assert send(client, page).status_code == 503
    with (
        mock.patch.object(seats, "register", side_effect=OperationalError("no such table")),
        pytest.raises(OperationalError),
    ):
        send(client, page)


# Traps


@pytest.mark.parametrize(
    ("wait", "extra"), [(0, {}), (3, {traps.HONEYPOT: "x"}), (25 * 3600, {})], ids=["fast", "filled", "slow"]
)
def test_a_caught_form_comes_back_and_a_second_press_counts(client, page, wait, extra):
    first = send(client, page, extra, wait=wait)
    html = body(first)

    assert first.status_code == 200
    assert not rows().exists()
    assert 'value="ase@example.no"' in html
    assert gettext("Press the button once more") in html
    assert client.post(page.url + "register/", {**hidden(html), **person(), **extra}).status_code == 303
    assert rows().count() == 1


def test_the_trap_is_out_of_sight_out_of_reach_and_out_of_hearing(client, page):
    html = body(client.get(page.url + "register/"))
    part = html[html.index('class="ne-trap"') :][:400]

    assert 'aria-hidden="true"' in part
    assert 'tabindex="-1"' in part
    assert 'autocomplete="off"' in part


# Mail


def test_an_address_gets_one_first_mail_an_hour_and_the_next_one_waits(client, page):
    send(client, page)
    rows().update(status="cancelled")
    send(Client(), page)
    first, second = OutgoingMail.objects.order_by("pk")

    assert first.due <= timezone.now()
    assert dt.timedelta() < second.due - timezone.now() <= dt.timedelta(hours=1)
    assert rows().last().status == "confirmed"


def test_a_form_that_was_refused_uses_up_no_mail(client, page):
    carried = hidden(body(client.get(page.url + "register/")))
    open_registration(
        page.event, opens=timezone.now() - MINUTE, capacity=0, waiting_list="off", form_traps=False
    )
    assert client.post(page.url + "register/", {**carried, **person()}).status_code == 200
    assert not rows().exists()
    open_registration(page.event, opens=timezone.now() - MINUTE, capacity=None)
    send(Client(), page)

    assert OutgoingMail.objects.get().due <= timezone.now()


def test_a_known_address_is_not_mailed_again_and_again(client, page):
    for _n in range(4):
        send(Client(), page)

    assert rows().count() == 1
    assert OutgoingMail.objects.count() == 1


def test_an_address_gets_six_first_mails_a_day(client, page):
    index = page.get_parent().specific
    for each in [page, *(make_page(open_event(), index) for _n in range(6))]:
        send(Client(), each)
    late = OutgoingMail.objects.order_by("pk").last()

    assert OutgoingMail.objects.filter(due__lte=timezone.now()).count() == 6
    assert late.due > timezone.now()


# What it costs


def test_the_form_takes_the_same_few_queries_whatever_the_number_of_registrations(client):
    index = make_index()
    event = open_event(days=3)
    open_registration(event, opens=timezone.now() - MINUTE, days="choose", capacity=5000)
    make_question(event, "several", options=[{"key": "o_a", "label": {"nb": "Fisk"}, "places": 5000}])
    make_question(event, "text", sensitive=True)
    page = make_page(event, index)
    empty = index.add_child(instance=EmptyRoutablePage(title="Tom", slug="tom", locale=index.locale))
    empty = Page.objects.get(pk=empty.pk)

    def queries(url):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    few = queries(page.url + "register/")
    for number in range(40):
        register(event, number, now=timezone.now())

    assert queries(page.url + "register/") == few
    assert few - queries(empty.url + "sub/") <= 15


def test_a_browser_without_cookies_is_told_what_to_do_in_its_language(page):
    response = Client(enforce_csrf_checks=True).post(page.url + "register/", {"first_name": "Kari"})

    assert response.status_code == 403
    assert "Nettleseren din sendte ikke med informasjonskapselen vår." in body(response)
    assert response["Cache-Control"] == "private, no-store"
    assert not rows().exists()
