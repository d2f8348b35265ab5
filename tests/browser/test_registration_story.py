"""From the invitation to the seat of the next in line, in a real browser, with scripts and without."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from example_site.demo.registrations import NEXT_IN_LINE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

COURSE = "/arrangementer/kurs-personellsikkerhet/"
OPENING = "/arrangementer/apning-trondheim/"


def links_in_mail_to(page, demo, address, subject):
    """The addresses in the newest mail to somebody whose subject has these words, once it is delivered."""
    for _attempt in range(60):
        page.goto(f"{demo}/demo/mail/")
        row = page.locator("tr, li").filter(has_text=address).filter(has_text=subject)
        if row.count():
            row.first.get_by_role("link").first.click()
            page.wait_for_load_state()
            text = page.request.get(page.url.rstrip("/") + "/text/").text()
            return re.findall(r"https?://\S+?(?=[\s)>\]]|$)", text)
        time.sleep(0.5)
    raise AssertionError(f"no mail to {address} about {subject}")


def secret(found, demo, path="/me/"):
    """The secret link among addresses, on the demo's own port."""
    link = next(address for address in found if path in address)
    return demo + "/" + link.split("/", 3)[3]


def no_findings(page):
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_registers_gets_the_mail_changes_cancels_and_undoes(browser, demo, scripts):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, java_script_enabled=scripts, locale="nb-NO"
    )
    page = context.new_page()
    address = f"marte.{'med' if scripts else 'uten'}@nordvik.example"
    page.goto(f"{demo}{OPENING}")
    page.locator(".ne-reg").get_by_role("link", name="Meld deg på").click()
    page.get_by_label("Fornavn").fill("Marte")
    page.get_by_label("Etternavn").fill("Oppdiktet")
    page.get_by_label("E-post").fill(address)
    time.sleep(2.1)  # a person takes longer than two seconds, a robot does not
    page.get_by_role("button", name="Send påmelding").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Du er påmeldt")
    page.reload()
    assert address in page.content()

    page.goto(secret(links_in_mail_to(page, demo, address, "påmeldt"), demo))
    assert "Hei, Marte" in page.content()
    assert re.fullmatch(r".*/me/[0-9A-Z]{8}/", page.url), "no secret stands in the address"

    page.get_by_role("link", name="Endre påmeldingen").click()
    page.get_by_label("Virksomhet").fill("Nordvik Energi")
    page.get_by_role("button", name="Lagre").click()
    assert "Endringene er lagret" in page.content()
    assert "Nordvik Energi" in page.content()

    page.get_by_role("link", name="Meld deg av").click()
    page.get_by_role("button", name="Meld meg av").click()
    assert "Du har meldt deg av" in page.content()
    page.get_by_role("button", name="Angre").click()
    assert "Du er påmeldt" in page.content()
    context.close()


def test_the_next_in_line_is_offered_the_seat_and_takes_it(browser, demo):
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="nb-NO")
    page = context.new_page()
    page.goto(f"{demo}/me/")
    page.get_by_label("E-post").fill(NEXT_IN_LINE)
    page.get_by_role("button", name="Send lenken min").click()
    page.goto(secret(links_in_mail_to(page, demo, NEXT_IN_LINE, "Lenken"), demo))
    no_findings(page)
    page.get_by_role("button", name="Ta imot plassen").click()
    assert "Plassen er din" in page.content()
    no_findings(page)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_the_form_and_at_the_door(visit, width, scheme):
    for path in ("/arrangementer/sikkerhetskonferansen/register/", COURSE, "/me/"):
        page = visit(path, width=width, scheme=scheme)
        no_findings(page)
