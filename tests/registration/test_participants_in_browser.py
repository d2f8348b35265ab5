"""The tab Participants in a real Chromium: axe, narrow screens, keyboard."""

import datetime as dt
import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from cryptography.fernet import Fernet
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.models import Person
from nsr_events.registration import seats, sensitive
from nsr_events.registration.models import ConsentText, Invitation, Registration, SensitiveAnswers
from tests.admin.conftest import make_user
from tests.factories import invite, make_category
from tests.registration.people import address, answer, ask, coming_event, fresh, pending_category, person
from tests.signing_in import pages_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server, region, settings):
    """An event with people in every status, and the addresses to look at."""
    settings.NSR_EVENTS = {**getattr(settings, "NSR_EVENTS", {}), "SENSITIVE_KEYS": [Fernet.generate_key()]}
    event = coming_event(
        collection=region, name="Introduksjonssamling", days=3, capacity=5, waiting_list="manual"
    )
    event.registration_setup.days = "choose"
    event.registration_setup.save()
    make_category(event, "press", capacity=4)
    approval = pending_category_named(event)
    dinner = ask(event, "several", "Middag", options=["Fisk", "Kjøtt uten saus og med et svært langt navn"])
    diet = ask(event, "several", "Mat", options=["Glutenfri", "Vegetar"], sensitive=True)
    ask(event, "yes_no", "Overnatting?")
    boss = make_user("boss", is_superuser=True)
    now = timezone.now()
    rows = [
        person(
            event,
            number,
            organisation="Politidirektoratet og noen til",
            now=now + dt.timedelta(seconds=number),
        )
        for number in range(8)
    ]
    answer(rows[0], dinner, [option["key"] for option in dinner.options])
    token = sensitive.encrypt(rows[0].uid, {diet.key: [diet.options[0]["key"]]}, at=now)
    SensitiveAnswers.objects.create(registration=rows[0], token=token)
    person(event, 20, category=approval)
    seats.cancel(rows[1], now=now, by=boss, reason="Ringte")
    seats.transfer(rows[0], first_name="Kari", last_name="Nordmann", email="kari@nsr-org.no", now=now)
    Registration.objects.filter(pk=rows[2].pk).update(bad_address=True)
    invited = [invite(event, number, organisation="Kripos") for number in range(3)]
    Invitation.objects.create(
        event=event, category=event.categories.first(), email="ny@example.no", first_name="Ny", language="nb"
    )
    Invitation.objects.create(
        event=event, category=event.categories.first(), email="kollega@example.no", first_name="Kollega",
        last_name="Foreslått", language="nb", proposed_by=invited[0],
    )  # fmt: skip
    site = type("Site", (), {})()
    site.event, site.boss, site.rows, site.url = event, boss, rows, live_server.url
    names = {
        "list": [], "waiting": [], "new": [], "walk_in": [], "numbers": [], "export": [], "import": [],
        "invitations": [], "invite": [], "send": [], "person": [rows[0].uid], "edit": [rows[0].uid],
        "sensitive": [rows[0].uid], "act": [rows[7].uid, "give_seat"], "invitation": [invited[0].uid], "texts": [],
    }  # fmt: skip
    site.pages = {
        name: live_server.url + address(event, "list" if name == "waiting" else name, *args)
        for name, args in names.items()
    }
    site.pages["waiting"] += "?status=waitlisted"
    speaker = Person.objects.create(given_name="Ida", family_name="Innleder")
    Registration.objects.filter(pk=rows[7].pk).update(person=speaker)
    site.pages["speaker"] = live_server.url + address(event, "act", rows[7].uid, "person")
    site.pages["search"] = (
        live_server.url + reverse("nsr_events_participants_search") + "?q=politidirektoratet"
    )
    row = fresh(rows[0])
    text = ConsentText.objects.create(
        event=event,
        use="photo",
        number=1,
        text={"nb": "Bilder kan brukes på nettsidene."},
        digest="x",
        made_at=now,
    )
    consent = row.consents.create(text=text, language="nb", source="web", given_at=now)
    site.pages["consent"] = live_server.url + address(event, "consent", row.uid, consent.pk)
    return site


def pending_category_named(event):
    """A category with a long name."""
    category = pending_category(event) if not event.categories.filter(key="press").exists() else make_category(
        event, "approval", approval=True
    )  # fmt: skip
    category.name = {"nb": "Samarbeidspartnere og inviterte gjester"}
    category.save()
    return category


@pytest.fixture
def signed_in(browser, live_server, client, site):
    """Open a page as the superuser."""
    with pages_as(site.boss, browser=browser, live_server=live_server, client=client) as open_page:
        yield open_page


def other_steps(page, site):
    """The screens that follow a form: bulk, lists looked at."""
    page.goto(site.pages["waiting"])
    for box in page.locator("[name=selected]").all():
        box.check()
    page.locator("#bulk-verb").select_option("give_seat")
    page.locator(".ne-bulk button").click()
    page.wait_for_selector("[name=confirmed]", state="attached")
    yield "bulk"
    for name in ("invite", "import"):
        page.goto(site.pages[name])
        page.locator("[name=pasted]").fill(
            "Navn;E-post\nA B;a@example.no\nC D;ikke-en-adresse\nE F;ny@example.no"
        )
        page.locator(".ne-form button[type=submit]").first.click()
        page.wait_for_selector("[name=table]", state="attached")
        yield f"{name}-looked"
    page.goto(site.pages["new"])
    page.locator(".ne-save button").click()
    page.wait_for_selector(".error-message, .w-field__errors")
    yield "new-errors"


def faults(page, name):
    result = Axe().run(
        page, context={"include": [[".content"]], "exclude": [["header.w-slim-header"], [".messages"]]}
    )
    return [
        f"{name}: {each['id']} {node['target']} {node['html'][:140]}"
        for each in result.response["violations"]
        for node in each["nodes"]
    ]


def too_wide(page, name):
    found = page.evaluate(
        """() => [...document.querySelectorAll('.ne-ws *')]
            .filter(e => !e.closest('.ne-tabs, .ne-scroll, .ne-pills') && e.checkVisibility()
                && e.getBoundingClientRect().right > window.innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 140))"""
    )
    return [f"{name}: {each}" for each in found]


def photograph(page, name, width, scheme):
    """For whoever changes a screen: SCREENS=folder keeps pictures of what was tested."""
    if folder := os.environ.get("SCREENS"):
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_is_cut_off(signed_in, site, width, scheme):
    page = signed_in(width=width, scheme=scheme, height=2400 if os.environ.get("SCREENS") else 900)
    found, failed = [], []
    page.on("pageerror", lambda error: failed.append(str(error)))

    def check(name):
        # First of all: axe and the camera write styles of their own.
        assert page.locator(".ne-ws [style]:not([data-tippy-root], [data-tippy-root] *)").count() == 0
        found.extend(too_wide(page, name))
        photograph(page, name, width, scheme)
        found.extend(faults(page, name))

    for name, url in site.pages.items():
        page.goto(url)
        check(name)
    for name in other_steps(page, site):
        check(name)
    assert found == []
    assert failed == []


def test_many_are_given_seats_with_the_keyboard_alone(signed_in, site):
    page = signed_in()
    site.event.registration_setup.capacity = 7
    site.event.registration_setup.save()
    page.goto(site.pages["waiting"])
    page.locator("[name=selected]").first.focus()
    page.keyboard.press("Space")
    page.locator("#bulk-verb").focus()
    page.locator("#bulk-verb").select_option("give_seat")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=reason]")
    page.locator("[name=reason]").focus()
    page.keyboard.type("Vert")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done-heading")
    assert fresh(site.rows[5]).status == "confirmed"


def test_all_on_every_page_switches_the_single_ticks_off(signed_in, site):
    page = signed_in()
    page.goto(site.pages["list"])
    page.locator("[name=all]").check()
    assert page.locator("[name=selected]").first.is_disabled()
    page.locator("[name=all]").uncheck()
    assert page.locator("[name=selected]").first.is_enabled()
