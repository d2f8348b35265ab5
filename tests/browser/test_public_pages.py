"""What a visitor meets on the public pages, in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

GATHERING = "/arrangementer/introduksjonssamling/"
PAGES = {
    "front": "/",
    "index": "/arrangementer/",
    "event": GATHERING,
    "programme": f"{GATHERING}programme/",
    "conference": "/arrangementer/sikkerhetskonferansen/programme/",
    "opening": "/arrangementer/apning-trondheim/",
    "english": "/en/events/introduction/",
    "nynorsk": "/nn/arrangement/introduksjonssamling/",
    "archive": "/arrangementer/archive/",
    "report": "/arrangementer/forste-samling/",
    "changes": f"{GATHERING}programme/changes/",
    "full": "/arrangementer/kurs-personellsikkerhet/",
    "cancelled": "/arrangementer/regionmote-vest/",
    "form": "/arrangementer/sikkerhetskonferansen/register/",
}
LINKED = {
    "session": (f"{GATHERING}programme/", ".ne-s h4 a"),
    "person": (GATHERING, ".ne-person h3 a"),
    "month": ("/arrangementer/", ".ne-views a[href*=month]"),
}
"""Pages whose address another page tells."""


def follow(page, demo, name):
    """Go to the first page of its kind that another page leads to."""
    start, link = LINKED[name]
    page.goto(demo + start)
    address = page.locator(link).first.get_attribute("href")
    page.goto(demo + address.removeprefix(demo))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", [*PAGES, *LINKED])
def test_axe_finds_nothing(visit, demo, name, width, scheme):
    page = visit(PAGES.get(name, "/"), width=width, scheme=scheme)
    if name in LINKED:
        follow(page, demo, name)

    found = Axe().run(page).response["violations"]

    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_on_the_narrowest_phone_or_at_400_percent(visit, name):
    # 1280 px at 400 % zoom gives a layout viewport of 320 px (WCAG 2.2, 1.4.10).
    page = visit(PAGES[name], width=320, height=256)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_programme_is_a_grid_on_a_screen_and_a_list_on_a_phone(visit):
    def columns(width):
        page = visit(PAGES["conference"], width=width)
        lefts = page.locator(".ne-s:visible").evaluate_all(
            "cards => cards.map(card => card.getBoundingClientRect().left)"
        )
        return len({round(left) for left in lefts})

    assert columns(1280) == 4
    assert columns(390) == 1


def test_cards_that_overlap_in_time_do_not_overlap_on_the_screen(visit):
    page = visit("/arrangementer/stor/programme/")
    boxes = page.locator(".ne-s").evaluate_all(
        "cards => cards.map(c => { const b = c.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"
    )

    assert len(boxes) == 300
    clashes = [
        (a, b)
        for number, a in enumerate(boxes)
        for b in boxes[number + 1 :]
        if a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 1 and b[1] < a[3] - 1
    ]
    assert clashes == []


def test_everything_reads_without_scripts(visit):
    page = visit(PAGES["programme"], java_script_enabled=False)

    assert page.locator(".ne-s:visible").count() == 40
    page.get_by_role("link", name="Samarbeid").click()
    assert page.locator(".ne-s:visible").count() < 40
    assert "passer" in page.locator(".ne-filters__said").first.inner_text()


def test_a_chip_filters_at_once_and_the_address_remembers_it(visit):
    page = visit(PAGES["programme"])
    page.get_by_role("link", name="Samarbeid").click()

    shown = page.locator(".ne-s:visible").count()
    assert 0 < shown < 40
    assert "track=" in page.url
    page.reload()
    assert page.locator(".ne-s:visible").count() == shown


def test_the_grid_can_be_shown_as_a_list(visit):
    page = visit(PAGES["conference"])
    page.get_by_role("button", name="Vis som liste").click()

    lefts = page.locator(".ne-s:visible").evaluate_all(
        "cards => cards.map(card => card.getBoundingClientRect().left)"
    )
    assert len({round(left) for left in lefts}) == 1


def test_the_keyboard_reaches_every_link_and_shows_where_it_is(visit):
    page = visit(PAGES["event"])
    wanted = page.locator("a:visible, button:visible, summary:visible, input:visible").count()
    reached = set()
    for _press in range(wanted + 10):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or page.evaluate("document.activeElement === document.body")

    assert page.locator("a:visible").first.evaluate("link => link.outerHTML") in reached
    assert any("webcal:" in html for html in reached)


def test_paper_gets_a_time_list_without_menus(visit):
    page = visit(PAGES["programme"])
    page.emulate_media(media="print")

    assert not page.locator(".site-top").is_visible()
    assert not page.locator(".ne-filters").is_visible()
    assert page.locator(".ne-s").first.is_visible()
    lefts = page.locator(".ne-s").evaluate_all(
        "cards => cards.map(card => card.getBoundingClientRect().left)"
    )
    assert len({round(left) for left in lefts}) == 1
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_copy_button_copies_the_feed_address(visit):
    page = visit("/arrangementer/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Kopier lenken").click()

    page.get_by_role("button", name="Kopiert").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/arrangementer/calendar.ics")


@pytest.mark.parametrize("path", ["/", "/arrangementer/", GATHERING, f"{GATHERING}programme/"])
def test_a_norwegian_page_has_no_english_of_ours(visit, path):
    page = visit(path)
    words = set(re.findall(r"[a-z]+", page.locator("body").inner_text().lower()))

    assert (
        words
        & {"the", "and", "add", "subscribe", "where", "when", "programme", "speakers", "download", "copy"}
        == set()
    )


def test_no_cookie_for_a_visitor(visit):
    page = visit(GATHERING)
    page.goto(page.url + "programme/")

    assert page.context.cookies() == []


def test_a_star_survives_a_reload_and_filters_the_programme(visit):
    page = visit(PAGES["programme"])
    first = page.locator(".ne-fav").first
    title = page.locator(".ne-s[data-uid] h4").first.inner_text()
    assert first.get_attribute("aria-label") == f"Favoritt: {title}"
    first.click()

    page.reload()

    assert page.locator(".ne-fav").first.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Mine favoritter").click()
    assert page.locator(".ne-s:visible").count() == 1
    feed = page.locator("[data-ne-favourite-feed]").get_attribute("href")
    assert page.locator(".ne-s:visible").get_attribute("data-uid") in feed


def test_without_storage_there_are_no_stars(visit):
    page = visit("/")
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('none'); } });"
    )
    page.goto(page.url.rstrip("/") + PAGES["programme"])

    assert page.locator(".ne-s").count() == 40
    assert page.locator(".ne-fav").count() == 0


def test_during_the_event_the_page_says_what_is_on_now(visit):
    page = visit("/")
    moment = page.evaluate(
        f'fetch(\'{PAGES["programme"]}\').then(r => r.text()).then(t => t.match(/data-start="([^"]+)"/)[1])'
    )
    page.route("**/now.json", lambda route: route.fulfill(json={"now": moment, "rooms": {}, "until": None}))
    page.clock.set_fixed_time(moment)
    page.goto(page.url.rstrip("/") + PAGES["programme"])

    page.locator("[data-ne-nownext]").wait_for(state="visible")
    assert "Kaffe og registrering" in page.locator("[data-now]").inner_text()
    assert page.locator(".ne-s.is-now").count() == 1
    assert page.get_by_role("link", name="Hopp til nå").is_visible()
