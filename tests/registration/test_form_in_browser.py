"""The form in a real Chromium: the same conditions as the server, by keyboard, without scripts, read by axe."""

import datetime as dt
import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.models import Collection, Locale, Page

from nsr_events.core.models import Venue
from nsr_events.registration import links
from nsr_events.registration.models import Registration
from tests import without_scripts
from tests.factories import invite, make_category, make_index, make_page, open_registration

from .asking import VECTORS, make_question, open_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DINNER, FOOD, DIET, TOPIC = (f"q_{number:08d}" for number in range(1, 5))


@pytest.fixture
def page(db):
    """A form with a reveal, a full option, a sensitive question and a choice of days."""
    # The flush after an earlier test of this kind took Wagtail's own roots with it.
    locale, _made = Locale.objects.get_or_create(language_code="nb")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    if not Page.objects.exists():
        Page.add_root(title="Root", locale=locale)
    event = open_event(days=2)
    event.venue = Venue.objects.create(name="Møtestedet Vika", city="Oslo")
    event.contact_name, event.contact_email = "Hanne", "hanne@example.no"
    event.save()
    opens = timezone.now() - dt.timedelta(days=9)
    open_registration(
        event, opens=opens, days="choose", ask_mobile="required", participant_list=True, capacity=40
    )
    make_category(event, "press", approval=True, description={"nb": "Redaktørstyrte medier"})
    section = {"nb": "Mat og tilrettelegging"}
    make_question(event, "yes_no", "Kommer du på middagen?", required=True, section=section)
    options = [
        {"key": "o_fish", "label": {"nb": "Fisk"}},
        {"key": "o_lamb", "label": {"nb": "Lam"}, "places": 0},
    ]
    make_question(event, "one", "Hva vil du spise?", options=options, allow_other=True, required=True, section=section,
                  condition={"source": DINNER, "values": ["yes"]})  # fmt: skip
    make_question(event, "paragraph", "Allergier", sensitive=True, section=section)
    make_question(
        event, "text", "Redaksjon", section=section, condition={"source": "category", "values": ["press"]}
    )
    make_question(event, "days", "Middag", section=section)
    return make_page(event, make_index(), title="Introduksjonssamling")


@pytest.fixture
def visit(browser, live_server, page):
    """Open the form; fails when a script fails, the policy stops something or a request leaves the origin."""
    contexts, problems = [], []

    def open_form(*, width=1280, below="register/", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("console", lambda message: message.type == "error" and problems.append(message.text))
        tab.on("request", lambda sent: sent.url.startswith(live_server.url) or problems.append(sent.url))
        tab.goto(live_server.url + page.url + below)
        return tab

    yield open_form
    for context in contexts:
        context.close()
    assert problems == []


def shown(tab, name):
    return tab.locator(f'[name="{name}"]').first.is_visible()


def fill_in(tab):
    """What everybody must write, by label as a person reads it."""
    tab.fill("#id_first_name", "Marte")
    tab.fill("#id_last_name", "Fjeldheim")
    tab.fill("#id_email", "marte@example.no")
    tab.fill("#id_mobile", "21 00 00 00")
    tab.check("#id_category_0")
    tab.check("#id_days_0")


def tab_to(tab, what):
    """Press the tab key until the focus has reached something."""
    for _press in range(60):
        if tab.locator(f"{what}:focus").count():
            return
        tab.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {what}")


def test_chromium_decides_every_vector_as_python_does(visit):
    tab = visit()
    script = """async ([address, vectors]) => {
        const { visible } = await import(address);
        return vectors.map(({ questions, answers }) => visible(questions, answers));
    }"""
    address = "/static/nsr_events/js/ne-conditions.js"
    found = tab.evaluate(script, [address, json.loads(json.dumps(VECTORS))])

    assert [sorted(keys) for keys in found] == [sorted(vector["visible"]) for vector in VECTORS]


def test_questions_appear_under_their_radio_and_are_not_sent_when_hidden(visit):
    tab = visit()
    assert not shown(tab, FOOD)
    tab.check(f"#id_{DINNER}_0")
    assert shown(tab, FOOD)
    tab.check("input[value=other]")
    tab.fill(f"#id_{FOOD}-other", "Frukt")
    tab.check(f"#id_{DINNER}_1")

    assert not shown(tab, FOOD)
    assert tab.locator(f'[name="{FOOD}-other"]').is_disabled()
    assert tab.locator("[data-ne-lead]:visible").count() == 0
    assert not shown(tab, TOPIC)
    tab.check("#id_category_1")
    assert shown(tab, TOPIC)


def test_days_of_a_question_follow_the_days_that_are_attended(visit):
    tab = visit()
    boxes = tab.locator('[name="q_00000005"]')
    assert [boxes.nth(number).is_visible() for number in range(2)] == [False, False]
    tab.check("#id_days_1")

    assert [boxes.nth(number).is_visible() for number in range(2)] == [False, True]


def test_a_full_option_stays_switched_off(visit):
    tab = visit()
    tab.check(f"#id_{DINNER}_0")

    assert tab.locator("input[value=o_lamb]").is_disabled()
    assert tab.locator("input[value=o_fish]").is_enabled()


def test_errors_take_the_focus_and_lead_to_their_fields(visit):
    tab = visit()
    tab.fill("#id_email", "tull")
    tab.check(f"#id_{DINNER}_0")
    tab.fill(f"#id_{DIET}", "Nøtter")
    tab.click("button[type=submit]")

    assert tab.title().startswith(gettext("Error:"))
    assert tab.evaluate("document.activeElement.id") == "feil"
    assert tab.input_value(f"#id_{DIET}") == "Nøtter"
    assert shown(tab, FOOD)
    tab.locator(".ne-errors a").first.click()
    assert tab.evaluate("document.activeElement.id") == "id_first_name"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_registers_by_keyboard_alone(visit, scripts):
    tab = visit(java_script_enabled=scripts)
    tab_to(tab, "#id_first_name")
    for words in ("Marte", "Fjeldheim", "marte@example.no", "Nordvik", "21 00 00 00"):
        tab.keyboard.type(words)
        tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    for _n in range(2):
        tab.keyboard.press("Tab")
        tab.keyboard.press("Space")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowDown")
    tab.wait_for_timeout(2200)
    tab_to(tab, "main button[type=submit]")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/receipt/")

    assert gettext("You are registered") in tab.title()
    row = Registration.objects.get()
    assert row.days.count() == 2
    assert row.answers == {DINNER: False}


def test_the_form_is_filled_in_without_scripts(visit):
    tab = visit(java_script_enabled=False)
    assert tab.locator("[data-ne-lead]:visible").count() == 2
    fill_in(tab)
    tab.check(f"#id_{DINNER}_0")
    tab.check("input[value=o_fish]")
    tab.fill(f"#id_{DIET}", "Nøtter")
    tab.check("#id_sensitive_consent")
    tab.wait_for_timeout(2200)
    tab.click("button[type=submit]")

    assert tab.url.endswith("/receipt/")
    assert Registration.objects.get().answers == {DINNER: True, FOOD: "o_fish"}


def test_the_counter_tells_how_much_may_still_be_written(visit):
    tab = visit()
    tab.fill(f"#id_{DIET}", "Nøtter")

    assert "1994" in tab.locator(".ne-f__count").first.inner_text()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["empty", "errors", "receipt"])
def test_axe_finds_nothing(visit, width, scheme, state):
    tab = visit(width=width, color_scheme=scheme)
    if state == "errors":
        tab.check(f"#id_{DINNER}_0")
        tab.check("input[value=other]")
        tab.click("button[type=submit]")
    if state == "receipt":
        fill_in(tab)
        tab.check(f"#id_{DINNER}_1")
        tab.wait_for_timeout(2200)
        tab.click("button[type=submit]")
        tab.wait_for_url("**/receipt/")
    found = Axe().run(tab)

    assert found.response["violations"] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("state", ["empty", "errors", "receipt"])
def test_axe_finds_nothing_without_scripts(visit, width, state):
    tab = visit(width=width, java_script_enabled=False)
    if state == "errors":
        tab.check(f"#id_{DINNER}_0")
        tab.check("input[value=other]")
        tab.click("button[type=submit]")
    if state == "receipt":
        fill_in(tab)
        tab.check(f"#id_{DINNER}_1")
        tab.wait_for_timeout(2200)
        tab.click("button[type=submit]")
        assert tab.url.endswith("/receipt/")

    assert without_scripts.violations(tab) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_colleague_is_proposed_and_axe_finds_nothing_on_the_way(visit, live_server, page, width, scheme):
    invitation = invite(page.event, extra_seats=2)
    tab = visit(width=width, color_scheme=scheme)

    def look():
        assert Axe().run(tab).response["violations"] == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width

    tab.goto(f"{live_server.url}/me/invite/{links.token('invite', invitation)}/")
    tab.click(f'a[href$="/me/invitation/{invitation.uid}/colleagues/"]')
    look()
    tab.fill("#id_first_name", "Kari")
    tab.click("button[type=submit]")
    look()
    tab.fill("#id_last_name", "Kollega")
    tab.fill("#id_email", "kari@example.no")
    tab.click("button[type=submit]")
    tab.wait_for_url("**/colleagues/?done=1")
    look()
    assert invitation.proposed.get().email == "kari@example.no"


def test_nothing_runs_off_the_side_at_320_pixels(visit):
    tab = visit(width=320)
    tab.check(f"#id_{DINNER}_0")
    tab.check("input[value=other]")
    tab.click("button[type=submit]")

    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
