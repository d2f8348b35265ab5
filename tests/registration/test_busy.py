"""Somebody else holds the lock: over HTTP a page that says so, nothing typed is lost, one registration in the end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import links, locking, seats
from nsr_events.registration.models import Registration, RegistrationSetup
from tests.admin.conftest import restore_wagtail
from tests.factories import application, make_category
from tests.site_server import lead_links_to, running_site
from tests.visitor import Visitor

from .asking import make_question, open_page

pytestmark = pytest.mark.django_db(transaction=True)

FOR_EVER = 100
"""Seconds after which a held lock counts as stuck; no speed is asserted."""

TYPED = {
    "first_name": "Åse-Marie",
    "last_name": "O'Brien",
    "email": "ase@example.no",
    "organisation": "Nordvik & sønner",
    "job_title": "Leder «drift»",
    "mobile": "21 00 00 00",
    "category": "press",
    "q_00000001": 'Avisa "Nord"\r\n\r\nog flere',
    "q_00000002": "no",
    "q_00000003": ["o_fish", "o_lamb"],
    "q_00000004": "Nøtter",
    "sensitive_consent": "on",
}


@pytest.fixture
def page(db):
    """A form with a choice of days, a category and questions, one of them sensitive; the traps are off."""
    restore_wagtail()
    page = open_page(days=2)
    event = page.event
    RegistrationSetup.objects.update(
        days="choose", form_traps=False, ask_organisation="optional", ask_job_title="optional", ask_mobile="optional"
    )  # fmt: skip
    make_category(event, "press")
    make_question(event, "paragraph", "Redaksjon")
    make_question(event, "yes_no", "Middag?")
    make_question(event, "several", "Mat", options=["o_fish", "o_lamb"])
    make_question(event, "text", "Allergier", sensitive=True)
    return page


@pytest.fixture
def site(page):
    """The site; on SQLite with less patience than its usual twenty seconds."""
    with running_site(workers=1, patience=2) as address:
        lead_links_to(address)
        yield address


@contextmanager
def lock_held(event):
    """Hold the lock in another connection; yields a function that says whether it is still held."""
    holding, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            locking.take_lock(event.pk)
            holding.set()
            release.wait(FOR_EVER)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        assert holding.wait(30)
        try:
            yield lambda: not holder.done()
        finally:
            release.set()
            holder.result()


def test_a_held_lock_gives_the_form_back_as_typed_and_the_button_then_registers_once(site, page):
    typed = {**TYPED, "days": [str(page.event.days.last().uid)]}
    visitor = Visitor(site)
    shown = visitor.get(page.url + "register/")
    sent = dict(shown.form().values)
    with lock_held(page.event) as still_held:
        busy = visitor.send(shown, shown.form(), **typed)
        assert still_held(), "answered while somebody else held the lock"

    assert busy.status == 503
    assert int(busy.headers["Retry-After"]) > 0
    assert gettext("Many are registering right now") in busy.text
    assert "lock" not in busy.text.lower()
    assert 'lang="nb"' in busy.text
    back = busy.form()
    for name, value in typed.items():
        kept = [each.replace("\r\n", "\n") for key, each in back.values if key == name]
        assert kept == [each.replace("\r\n", "\n") for each in ([value] if isinstance(value, str) else value)]
    assert back.value("idempotency_key") == sent["idempotency_key"]
    assert not Registration.objects.exists()

    done = visitor.send(busy, back)
    assert done.url.endswith("/register/receipt/")
    visitor.send(busy, back)
    row = Registration.objects.get()
    assert (row.status, row.last_name, row.category.key) == ("confirmed", "O'Brien", "press")
    assert OutgoingMail.objects.get().due <= timezone.now(), "the mail does not wait because of the first try"


@pytest.mark.parametrize("step", ["cancel", "edit", "hand-over"])
def test_on_the_own_page_too_the_button_works_once_the_lock_is_free(site, page, step):
    row = seats.register(page.event, application(page.event, email="marte@nordvik.no"), now=timezone.now())
    row = row.registration
    visitor = Visitor(site)
    own = visitor.get(links.address("me", row))
    asked = visitor.get(f"{own.url}{step}/")
    colleague = {"first_name": "Odd", "last_name": "Ny", "email": "odd@nordvik.no"}
    typed = {"cancel": {}, "edit": {"organisation": "Ny virksomhet"}, "hand-over": colleague}[step]
    with lock_held(page.event) as still_held:
        busy = visitor.send(asked, asked.form(), **typed)
        assert still_held()
    assert busy.status == 503
    assert int(busy.headers["Retry-After"]) > 0
    assert gettext("Many people are registering right now. Press again in a moment.") in busy.text
    for name, value in typed.items():
        assert busy.form().value(name) == value
    row.refresh_from_db()
    assert (row.status, row.row_version) == ("confirmed", 1)

    assert visitor.send(busy, busy.form()).status == 200
    row.refresh_from_db()
    changed = {
        "cancel": row.status == "cancelled",
        "edit": row.organisation == "Ny virksomhet",
        "hand-over": Registration.objects.filter(email="odd@nordvik.no", status="confirmed").exists(),
    }
    assert changed[step]


def test_the_button_that_confirms_an_address_and_the_offers_are_busy_in_words_too(site, page):
    RegistrationSetup.objects.update(verify_email=True)
    row = seats.register(page.event, application(page.event), now=timezone.now()).registration
    visitor = Visitor(site)
    asked = visitor.get(links.address("verify", row))
    with lock_held(page.event) as still_held:
        busy = visitor.send(asked, asked.form())
        assert still_held()
    assert busy.status == 503
    assert int(busy.headers["Retry-After"]) > 0
    assert visitor.send(asked, asked.form()).status == 200
    row.refresh_from_db()
    assert row.status == "confirmed"
