"""The workspace in a real Chromium: axe, narrow and zoomed screens, keyboard, rows added and removed."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from nsr_events.admin.pages import make_page
from nsr_events.core.models import EventDayHost, EventOrganisation
from tests.signing_in import pages_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORKSPACE = ["overview", "page", "days", "status", "edition", "delete"]
CONTENT = ".ne-ws, #listing-results, .nice-padding"
"""Our own markup. Wagtail's sidebar, header and dialogs are not ours to mend."""


@pytest.fixture
def site(live_server, world):
    """A filled event on a running server, and the addresses to look at."""
    for day in world.event.days.all():
        EventDayHost.objects.create(day=day, organisation=world.organisation)
    EventOrganisation.objects.create(event=world.event, organisation=world.organisation)
    make_page(world.event, parent=world.index, by=world.boss)
    pages = {name: reverse(f"nsr_events_admin:{name}", args=[world.event.pk]) for name in WORKSPACE}
    pages["make_page"] = reverse("nsr_events_admin:make_page", args=[world.event.pk]) + "?language=nn"
    pages["index"] = "/admin/events/"
    pages["new"] = "/admin/events/new/"
    pages["venue"] = f"/admin/events/venues/edit/{world.venue.pk}/"
    world.pages = {name: live_server.url + path for name, path in pages.items()}
    return world


@pytest.fixture
def signed_in(browser, live_server, client, site):
    """Open a page as the superuser."""
    with pages_as(site.boss, browser=browser, live_server=live_server, client=client) as open_page:
        yield open_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_our_own_markup(signed_in, site, width, scheme):
    page = signed_in(width=width, scheme=scheme)
    found = []
    for name, url in site.pages.items():
        page.goto(url)
        result = Axe().run(page, context={"include": [[".content"]], "exclude": [["header.w-slim-header"]]})
        found += [
            f"{name}: {each['id']} {node['target']} {node['html'][:120]}"
            for each in result.response["violations"]
            for node in each["nodes"]
        ]
    assert found == []


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways_on_a_narrow_screen(signed_in, site, width):
    """320 px is also what 400 % zoom leaves of 1280."""
    page = signed_in(width=width)
    for name in [*WORKSPACE, "make_page", "new"]:
        page.goto(site.pages[name])
        wide = page.evaluate(
            """() => [...document.querySelectorAll('.ne-ws *, .ne-fields *')]
                .filter(e => !e.closest('.ne-tabs') && e.checkVisibility()
                    && e.getBoundingClientRect().right > window.innerWidth + 1)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert wide == [], name


def test_tabs_and_states_are_reached_with_the_keyboard(signed_in, site):
    page = signed_in()
    page.goto(site.pages["overview"])
    page.locator(".ne-state a").first.focus()
    reached = []
    for _press in range(12):
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        page.keyboard.press("Tab")
    tabs = page.locator(".ne-tabs__tab").all_text_contents()
    assert [text for text in reached if text in tabs] == tabs


def test_the_marked_tab_is_told_to_screen_readers(signed_in, site):
    page = signed_in()
    page.goto(site.pages["days"])
    assert page.locator(".ne-tabs__tab[aria-current=page]").count() == 1


def test_a_day_is_added_saved_and_removed_by_keyboard_and_dialog(signed_in, site):
    page = signed_in()
    page.goto(site.pages["days"])
    page.locator("[aria-labelledby=days-heading] [data-action='w-formset#add']").press("Enter")
    new_day = page.locator("[aria-labelledby=days-heading] fieldset.ne-card").last
    new_day.locator("input[name$=-date]").fill("2027-03-12")
    page.keyboard.press("Escape")
    new_day.locator("[data-chooser-action-choose]:visible").nth(1).press("Enter")
    page.locator(".modal-body a[data-chooser-modal-choice]", has_text="Kripos").click()
    new_day.locator("[data-chooser-title]", has_text="Kripos").wait_for()
    page.locator(".ne-save button").click()
    page.wait_for_load_state()
    days = list(site.event.days.all())
    assert [day.date.day for day in days] == [9, 10, 11, 12]
    assert [host.organisation.name for host in days[3].day_hosts.all()] == ["Kripos"]

    page.locator("fieldset.ne-card [data-action='w-formset#delete']:visible").nth(3).press("Enter")
    page.locator(".ne-save button").click()
    page.wait_for_load_state()
    assert site.event.days.count() == 3


def test_our_markup_holds_no_inline_style_and_asks_no_other_origin(signed_in, site, live_server):
    page = signed_in()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for url in site.pages.values():
        page.goto(url)
        assert page.locator(".ne-ws [style]:not([data-tippy-root], [data-tippy-root] *)").count() == 0
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []


def test_no_script_fails(signed_in, site):
    page = signed_in()
    failed = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    for url in site.pages.values():
        page.goto(url)
    assert failed == []
