"""From the invitation to the seat of the next in line, in a real browser, with scripts and without."""

import re
import time
from pathlib import Path

import polib
import pytest
from axe_playwright_python.sync_playwright import Axe

import nsr_events
from example_site.demo.registrations import NEXT_IN_LINE
from tests import without_scripts

from . import story

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


def english_of_ours():
    """Our English sources of two words and more that read otherwise in bokmål."""
    path = Path(nsr_events.__file__).parent / "locale" / "nb" / "LC_MESSAGES" / "django.po"
    entries = [each for each in polib.pofile(str(path)) if not each.obsolete and each.msgstr != each.msgid]
    return {
        each.msgid
        for each in entries
        if " " in each.msgid and "%" not in each.msgid and "<" not in each.msgid
    }


class Person:
    """Somebody on a phone, who meets a flawless page at every step."""

    def __init__(self, browser, demo, *, scripts):
        self.demo, self.scripts = demo, scripts
        self.context = browser.new_context(
            viewport={"width": 390, "height": 800}, java_script_enabled=scripts, locale="nb-NO"
        )
        self.page = self.context.new_page()
        self.english = english_of_ours()

    def follows_the_mail(self, address, subject, path="/me/"):
        """Find the mail in the demo's box and open its secret link."""
        self.page.goto(secret(links_in_mail_to(self.page, self.demo, address, subject), self.demo, path))
        self.looks()

    def presses(self, name):
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.looks()

    def goes(self, name):
        """Follow a link."""
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.looks()

    def reads(self, words):
        """Find the words on the page."""
        assert words in self.page.locator("body").inner_text()

    def looks(self):
        """Nothing wrong on this page: no English, nothing to the side, nothing for axe to find."""
        text = " ".join(self.page.locator("body").inner_text().split())
        assert [words for words in self.english if words in text] == []
        assert self.page.locator("html").get_attribute("lang") == "nb"
        width = self.page.locator("html").evaluate("root => root.scrollWidth")
        assert width <= 390, self.page.url
        no_findings(self.page, scripts=self.scripts)


def no_findings(page, *, scripts=True, scheme="light"):
    found = (
        Axe().run(page).response["violations"] if scripts else without_scripts.violations(page, scheme=scheme)
    )
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


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_invited_officer_comes_books_changes_and_lets_a_colleague_take_over(browser, demo, scripts):
    kari, odd = story.address("kari", scripts), story.address("odd", scripts)
    officer = Person(browser, demo, scripts=scripts)
    page = officer.page
    officer.follows_the_mail(kari, "Invitasjon", "/me/invite/")
    assert page.get_by_label("Fornavn").input_value() == "Kari"
    for day in (0, 1):
        page.locator("[name=days]").nth(day).check()
    page.get_by_label("Glutenfri").check()
    officer.presses("Send påmelding")
    officer.reads("Du må")  # the tick that must stand with such an answer
    assert page.get_by_label("Glutenfri").is_checked()
    page.locator("[name=sensitive_consent]").check()
    officer.presses("Send påmelding")
    officer.reads("Du er påmeldt")

    officer.follows_the_mail(kari, "Du er påmeldt")
    officer.reads("Hei, Kari")
    assert "Glutenfri" not in page.content(), "a forwarded mail must not tell it"
    officer.goes("Bestill økter")
    page.get_by_label(story.WORKSHOP).check()
    officer.presses("Lagre")
    officer.reads("Bestilt")

    officer.goes("Endre påmeldingen")
    page.locator("[name=days]").nth(1).uncheck()
    page.locator("[name=days]").nth(2).check()
    officer.presses("Lagre")
    officer.reads("Endringene er lagret")
    officer.reads("Bestilt")

    own_page = page.url
    officer.goes("Gi plassen videre")
    page.get_by_label("Fornavn").fill("Odd")
    page.get_by_label("Etternavn").fill("Kollega")
    page.get_by_label("E-post").fill(odd)
    officer.presses("Gi plassen videre")
    assert page.goto(own_page).status == 404
    officer.looks()
    officer.context.close()

    colleague = Person(browser, demo, scripts=scripts)
    colleague.follows_the_mail(odd, "Du har fått en plass")
    colleague.reads("Hei, Odd")
    assert "Bestilt" not in colleague.page.locator("main").inner_text()
    colleague.goes("Meld deg av")
    colleague.presses("Meld meg av")
    colleague.presses("Angre")
    colleague.reads("Du er påmeldt")

    neste = story.address("neste", scripts)
    waiting = Person(browser, demo, scripts=scripts)
    waiting.follows_the_mail(neste, "Invitasjon", "/me/invite/")
    for day in (0, 1, 2):
        waiting.page.locator("[name=days]").nth(day).check()
    waiting.presses("Sett deg på ventelisten")
    waiting.reads("Du står på ventelisten")
    waiting.follows_the_mail(neste, "venteliste")
    waiting.reads("nummer 1")

    colleague.page.goto(secret(links_in_mail_to(colleague.page, demo, odd, "Du har fått en plass"), demo))
    colleague.goes("Meld deg av")
    colleague.presses("Meld meg av")
    colleague.context.close()

    waiting.follows_the_mail(neste, "Tilbud om plass")
    waiting.presses("Ta imot plassen")
    waiting.reads("Plassen er din")
    waiting.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_axe_finds_nothing_on_the_form_and_at_the_door(visit, width, scheme, scripts):
    for path in ("/arrangementer/sikkerhetskonferansen/register/", COURSE, "/me/"):
        page = visit(path, width=width, scheme=scheme, java_script_enabled=scripts)
        no_findings(page, scripts=scripts, scheme=scheme)
