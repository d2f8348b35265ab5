"""The tab Programme in a real browser: by keyboard alone, without scripts, and read by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from wagtail.users.models import UserProfile

from nsr_events.programme import sessions
from nsr_events.programme.releases import release_programme
from nsr_events.programme.values import values_of

from .making import LATER, NOW, day_of, make_event, make_person, make_session, room_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def a_collection(db):
    """The flush after an earlier test of this kind took Wagtail's root collection with it."""
    from wagtail.models import Collection

    if not Collection.objects.exists():
        Collection.add_root(name="Root")


@pytest.fixture
def event(a_collection):
    """A programme with a release, changes since, conflicts and something in the tray."""
    event = make_event()
    person = {"person": make_person().uid, "role": "speaker"}
    moved = make_session(event, "Trusselbildet", people=[person], kind="talk")
    make_session(event, "Lunsj", "12:00", kind="meal", room=None)
    release_programme(event, now=NOW)
    sessions.place(
        event,
        moved.uid,
        version=1,
        day=day_of(event),
        start="10:30",
        room=room_of(event, "Loftet"),
        now=LATER,
    )
    make_session(event, "Åpning", "10:15", room="Loftet", people=[person])
    make_session(event, "Debatt", start=None)
    return event


@pytest.fixture
def visit(browser, live_server, client, admin_user, event):
    """Open a screen as an editor."""
    UserProfile.objects.create(user=admin_user, preferred_language="en")
    client.force_login(admin_user)
    contexts, problems = [], []

    def open_screen(name, *args, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(live_server.url + reverse(f"nsr_events_programme:{name}", args=[event.pk, *args]))
        return page

    yield open_screen
    for context in contexts:
        context.close()
    assert problems == []


def session_of(event, title):
    return next(row for row in event.sessions.all() if str(row) == title)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["table", "new", "session", "move", "swap", "conflicts", "tracks", "release", "repeat"]
)
def test_axe_finds_nothing_in_the_content(visit, event, name, width, scheme):
    args = {"repeat": [1]}.get(
        name, [session_of(event, "Trusselbildet").uid] if name in {"session", "move", "swap"} else []
    )
    page = visit(name, *args, width=width, color_scheme=scheme)
    found = Axe().run(page, context=".ne-ws__content").response["violations"]
    assert [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found] == []


def test_a_row_is_taken_out_and_back_by_keyboard_alone(visit, event):
    page = visit("table")
    page.get_by_text("Actions for “Trusselbildet”").locator("..").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take out").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo").wait_for()
    assert session_of(event, "Trusselbildet").start is None
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Undone").first.wait_for()
    assert session_of(event, "Trusselbildet").start


def test_escape_closes_a_menu_and_gives_the_focus_back(visit):
    page = visit("table")
    summary = page.locator(".ne-menu summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator(".ne-menu[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_everything_is_done_without_scripts(visit, event):
    page = visit("table", java_script_enabled=False)
    page.get_by_role("checkbox", name="Choose “Trusselbildet”").check()
    page.get_by_label("Do", exact=True).select_option("shift")
    page.get_by_label("Minutes").fill("15")
    page.get_by_role("button", name="Carry out").click()
    assert values_of(sessions.get_session(event, session_of(event, "Trusselbildet").uid))["start"] == "10:45"
    page.get_by_role("link", name="Release the programme").click()
    assert (
        page.get_by_text("1 stop: mend it or accept it first").is_visible()
        or page.locator(".ne-conflict--stop").count()
    )


def test_a_row_for_somebody_is_added_on_the_spot(visit, event):
    page = visit("session", session_of(event, "Debatt").uid)
    rows = page.locator("[data-w-formset-target=child]:visible")
    before = rows.count()
    page.get_by_role("button", name="Add somebody").click()
    assert rows.count() == before + 1
    rows.last.get_by_label("Person", exact=True).fill("Kari Nordmann, Kripos")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("“Debatt” is saved.", exact=True).wait_for()
    assert session_of(event, "Debatt").people.count() == 1
