"""Five hundred people over HTTP, as they come in the first minutes (registration, 12 and 13; architecture, 5.7)."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils.translation import gettext

from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import links
from nsr_events.registration.models import Registration
from tests.admin.conftest import restore_wagtail
from tests.factories import invite, make_conference, make_index, open_registration
from tests.site_server import lead_links_to, running_site
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 30


@pytest.fixture
def page(db):
    """A conference with a hundred seats, its limits and traps off as for every load test."""
    restore_wagtail()
    return make_conference(make_index(), sessions=20, capacity=100)


@pytest.fixture
def site(page):
    """The site in one process of many threads; what many processes do is shown by the crowd."""
    with running_site(workers=1, threads=8) as address:
        yield address


def at_once(actions, *, threads=CLIENTS):
    """What each action answered; an exception of one is raised."""
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(action) for action in actions]]


def person(number):
    return {
        "first_name": "Marte",
        "last_name": "Oppdiktet",
        "email": f"deltaker{number}@example.no",
    }


def registers(site, page, number):
    """One person: look at the form, fill it in, send it, read what comes."""
    visitor = Visitor(site)
    shown = visitor.get(page.url + "register/")
    return shown, visitor.send(shown, shown.form(), **person(number))


def everybody(site, page, numbers):
    return at_once([lambda n=number: registers(site, page, n) for number in numbers])


def headline(answer):
    return answer.text.partition("<h1>")[2].partition("</h1>")[0].strip()


@pytest.mark.postgres
def test_without_the_lock_thirty_people_overfill_ten_seats(page):
    open_registration(page.event, opens=page.event.registration_setup.opens, capacity=10)
    with running_site(threads=8, without_lock=True) as site:
        form = page.url + "register/"
        looked = at_once([lambda: (visitor := Visitor(site), visitor.get(form))] * CLIENTS)
        at_once(
            [
                lambda v=visitor, p=shown, n=number: v.send(p, p.form(), **person(n))
                for number, (visitor, shown) in enumerate(looked)
            ]
        )
    assert page.event.registrations.holding_seats().count() > 10


def test_five_hundred_people_for_a_hundred_seats(page):
    with running_site() as site:
        answers = everybody(site, page, range(500))
    assert {shown.status for shown, _answer in answers} == {200}
    assert {answer.status for _shown, answer in answers} == {200}
    for number, (_shown, answer) in enumerate(answers):
        assert answer.url == f"{site}{page.url}register/receipt/"
        assert f"deltaker{number}@example.no" in answer.text
    told = Counter(headline(answer) for _shown, answer in answers)
    assert told == {gettext("You are registered"): 100, gettext("You are on the waiting list"): 400}

    rows = list(page.event.registrations.order_by("pk"))
    assert [row.status for row in rows] == ["confirmed"] * 100 + ["waitlisted"] * 400
    assert [row.queue_number for row in rows[100:]] == list(range(1, 401))
    assert {row.email for row in rows} == {f"deltaker{number}@example.no" for number in range(500)}
    mails = OutgoingMail.objects.values_list("kind", "registration")
    assert sorted(mails) == sorted((f"registration.{row.status}", row.pk) for row in rows)


def sent_by_many(site, page, count, **values):
    """One form, loaded once and sent ``count`` times at once from the same browser."""
    visitor = Visitor(site)
    shown = visitor.get(page.url + "register/")
    return at_once([lambda: visitor.send(shown, shown.form(), **person(1), **values)] * count)


def test_a_double_press_thirty_times_at_once_is_one_registration(site, page):
    answers = sent_by_many(site, page, 30)
    assert {(answer.status, headline(answer)) for answer in answers} == {(200, gettext("You are registered"))}
    assert Registration.objects.count() == OutgoingMail.objects.count() == 1


def test_a_form_replayed_from_other_browsers_is_one_registration_and_tells_them_nothing(site, page):
    first = Visitor(site)
    shown = first.get(page.url + "register/")
    first.send(shown, shown.form(), **person(1))
    carried = dict(shown.form().filled(**person(1)))

    def replay(number):
        """The same key and stamp from a browser with a cookie of its own, under another name."""
        visitor = Visitor(site)
        own = visitor.get(page.url + "register/").form().value("csrfmiddlewaretoken")
        return visitor.post(
            page.url + "register/",
            {**carried, "csrfmiddlewaretoken": own, "email": f"fremmed{number}@example.no"}.items(),
        )

    answers = at_once([lambda n=number: replay(n) for number in range(20)])
    assert {answer.status for answer in answers} == {200}
    assert not [answer for answer in answers if "deltaker1@example.no" in answer.text]
    assert Registration.objects.get().email == "deltaker1@example.no"
    assert OutgoingMail.objects.count() == 1


def test_one_address_in_many_letter_cases_at_once_is_one_registration(site, page):
    spellings = ["kari@example.no", "KARI@EXAMPLE.NO", "Kari@Example.no", " kari@example.no "] * 6

    def registers_as(email):
        visitor = Visitor(site)
        shown = visitor.get(page.url + "register/")
        return visitor.send(shown, shown.form(), **{**person(1), "email": email})

    answers = at_once([lambda e=email: registers_as(e) for email in spellings])
    assert {(answer.status, headline(answer)) for answer in answers} == {(200, gettext("You are registered"))}
    assert Registration.objects.count() == 1
    kinds = Counter(OutgoingMail.objects.values_list("kind", flat=True))
    assert kinds["registration.confirmed"] == 1
    assert set(kinds) <= {"registration.confirmed", "registration.already"}
    assert kinds["registration.already"] <= 1, "a mailbox is not flooded by those who came at the same moment"


def test_one_invitation_used_by_twenty_at_once_is_one_registration(site, page):
    open_registration(page.event, opens=page.event.registration_setup.opens, mode="invited")
    lead_links_to(site)
    invitation = invite(page.event, locked_email=False)
    link = links.address("invite", invitation)

    def looks():
        visitor = Visitor(site)
        return visitor, visitor.get(link)

    looked = at_once([looks] * 20)
    answers = at_once(
        [
            lambda n=number, v=visitor, p=shown: v.send(p, p.form(), **person(n))
            for number, (visitor, shown) in enumerate(looked)
        ]
    )
    assert {answer.status for answer in answers} == {200}
    assert Registration.objects.get().invitation == invitation
    assert OutgoingMail.objects.filter(kind="registration.confirmed").count() == 1


def test_keys_made_up_by_nobody_are_refused(site, page):
    """A key is any UUID; a stamp must be ours."""
    visitor = Visitor(site)
    form = visitor.get(page.url + "register/").form()
    values = form.filled(**person(1), stamp="0-0-0-0.forged", idempotency_key=str(uuid.uuid4()))
    assert visitor.post(page.url + "register/", values).status == 400
    assert not Registration.objects.exists()
