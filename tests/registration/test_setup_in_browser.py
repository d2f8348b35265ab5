"""Setting up registration in a real Chromium: axe in both schemes and widths, keyboard, narrow screens, no scripts."""

import datetime as dt
import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse

from nsr_events.registration.models import Registration, RegistrationSetup
from tests.admin.conftest import restore_wagtail
from tests.factories import make_index, make_page
from tests.registration.setting_up import make_category, make_open_event, make_question, people
from tests.signing_in import pages_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
SHOTS = os.environ.get("SHOTS")
"""A folder for screenshots, to be looked at by whoever changes the screens."""


@pytest.fixture
def event(live_server):
    """An event with two groups, four questions in two sections, people who have a seat and people who wait."""
    restore_wagtail()
    event = make_open_event(
        days=3, date=dt.date(2036, 9, 9), opens=LONG_AGO, waiting_list="automatic", capacity=6
    )
    make_page(event, make_index())
    press = make_category(event, "Presse", capacity=3, reserved=2)
    food, stay = {"nb": "Mat"}, {"nb": "Overnatting"}
    hotel = make_question(event, "Trenger du hotellrom?", section=stay)
    make_question(
        event,
        "Natten etter hvilke dager?",
        "days",
        section=stay,
        condition={"source": hotel.key, "values": ["yes"]},
    )
    way = make_question(event, "Hvordan kommer du?", "one", section=stay, options=["Tog", "Buss", "Bil"])
    make_question(event, "Hva må kjøkkenet vite?", "several", section=food, sensitive=True, options=["Vegan"])
    make_question(event, "Avgang?", "text", retired=True)
    people(event, 4, answers={hotel.key: True, way.key: "o_tog"})
    people(event, 1, category=press)
    people(event, 5, "waitlisted")
    return event


@pytest.fixture
def addresses(live_server, event):
    """The screens to look at."""
    choice = event.questions.get(kind="one")
    names = {
        "setup": (),
        "category": (event.categories.first().uid,),
        "category_new": (),
        "category_delete": (event.categories.first().uid,),
        "questions": (),
        "question": (choice.uid,),
        "question_new": (),
        "question_delete": (choice.uid,),
    }
    return {
        name: live_server.url + reverse(f"nsr_events_registration:{name}", args=[event.pk, *args])
        for name, args in names.items()
    }


@pytest.fixture
def signed_in(browser, live_server, client, event):
    """Open a page as the superuser."""
    user = User.objects.create_superuser("boss", "boss@example.org", "pass")
    with pages_as(user, browser=browser, live_server=live_server, client=client) as open_page:
        yield open_page


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/setup-{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_our_own_markup(signed_in, addresses, width, scheme):
    page = signed_in(width=width, scheme=scheme)
    found = []
    for name, url in addresses.items():
        page.goto(url)
        shoot(page, f"{name}-{width}-{scheme}")
        result = Axe().run(page, context={"include": [[".content"]], "exclude": [["header.w-slim-header"]]})
        found += [
            f"{name}: {each['id']} {node['target']} {node['html'][:120]}"
            for each in result.response["violations"]
            for node in each["nodes"]
        ]
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_the_preview(signed_in, event, live_server, width, scheme):
    page = signed_in(width=width, scheme=scheme)
    page.goto(live_server.url + reverse("nsr_events_registration:preview", args=[event.pk]))
    shoot(page, f"preview-{width}-{scheme}")
    violations = Axe().run(page, context={"include": [[".ne-page"]]}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in violations] == []


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways_but_tables_in_their_frame(signed_in, addresses, width):
    page = signed_in(width=width)
    for name, url in addresses.items():
        page.goto(url)
        wide = page.evaluate(
            """() => [...document.querySelectorAll('.ne-ws *')]
                .filter(e => !e.closest('.ne-tabs') && !e.closest('.ne-table') && e.checkVisibility()
                    && e.getBoundingClientRect().right > window.innerWidth + 1)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert wide == [], name


def test_capacity_is_raised_by_keyboard_after_a_second_look(signed_in, addresses, event):
    page = signed_in()
    page.goto(addresses["setup"])
    page.locator("#id_capacity").fill("9")
    page.locator(".ne-save button").press("Enter")
    page.wait_for_load_state()
    look = page.locator("#second-look")
    assert look.locator("li").first.inner_text().startswith("Tre ")
    assert page.evaluate("document.activeElement.id") == "second-look"
    shoot(page, "second-look")
    assert RegistrationSetup.objects.get(event=event).capacity == 6
    page.locator(".ne-save button").press("Enter")
    page.wait_for_load_state()
    assert RegistrationSetup.objects.get(event=event).capacity == 9
    assert Registration.objects.filter(event=event, status="waitlisted").count() == 2


def test_a_question_is_moved_by_keyboard_and_keeps_the_focus(signed_in, addresses, event):
    page = signed_in()
    page.goto(addresses["questions"])
    first = event.questions.first()
    page.locator(f"#question-{first.uid} form:last-of-type button").press("Enter")
    page.wait_for_load_state()
    assert event.questions.all()[1] == first
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "Trenger du hotellrom?" in label


def test_an_option_is_added_and_the_condition_shows_the_values_of_its_source(signed_in, addresses, event):
    page = signed_in()
    page.goto(addresses["question"])
    page.locator("#options [data-action='w-formset#add']").press("Enter")
    page.locator("#options input[name$=-label_nb]").last.fill("Fly")
    hotel = event.questions.first()
    values = page.locator(f"[data-ne-values='{hotel.key}']")
    assert not values.is_visible()
    page.locator("#id_condition").select_option(hotel.key)
    assert values.is_visible()
    values.locator("input").first.press("Space")
    page.locator(".ne-save button").first.press("Enter")
    page.wait_for_load_state()
    choice = event.questions.get(kind="one")
    assert [each["label"]["nb"] for each in choice.options] == ["Tog", "Buss", "Bil", "Fly"]
    assert choice.condition == {"source": hotel.key, "values": ["yes"]}


def test_conditions_work_in_the_preview(signed_in, event, live_server):
    page = signed_in()
    page.goto(live_server.url + reverse("nsr_events_registration:preview", args=[event.pk]))
    nights = page.get_by_text("Natten etter hvilke dager?")
    assert not nights.is_visible()
    page.locator(f"[name={event.questions.first().key}][value=yes]").check()
    assert nights.is_visible()


def test_our_markup_holds_no_inline_style_asks_no_other_origin_and_no_script_fails(
    signed_in, addresses, live_server
):
    page = signed_in()
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    for url in addresses.values():
        page.goto(url)
        assert page.locator(".ne-ws [style]:not([data-tippy-root], [data-tippy-root] *)").count() == 0
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
    assert failed == []
