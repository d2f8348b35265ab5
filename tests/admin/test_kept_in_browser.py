"""The session ends while a form is open: what was typed stays, and is saved after signing in again."""

# ruff: noqa: F811 - the fixtures come from the module beside

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.urls import reverse

from nsr_events.programme.models import Session

from .test_browser import signed_in, site  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Trusselbildet i Norden"


@pytest.fixture
def typing(signed_in, site, live_server):
    """The empty form of a programme item, left open for ten minutes with something typed into it."""
    page = signed_in()
    page.clock.install()
    page.goto(live_server.url + reverse("nsr_events_programme:new", args=[site.event.pk]))
    page.fill("[name=title_nb]", TITLE)
    page.clock.fast_forward("10:00")
    return page


def save(page):
    page.locator(".ne-save button").first.click()


def sign_in(page):
    """As the editor would, in the tab that the link opens."""
    with page.context.expect_page() as opened:
        page.locator(".ne-kept a").click()
    login = opened.value
    login.fill("[name=username]", "boss")
    login.fill("[name=password]", "pass")
    login.locator("[type=submit]").click()
    login.wait_for_url("**/admin/")
    login.close()


def test_what_was_typed_outlives_the_session_and_is_saved_after_signing_in(typing, site):
    BrowserSession.objects.all().delete()
    save(typing)
    typing.locator(".ne-kept[data-kept=out]").wait_for()
    assert typing.input_value("[name=title_nb]") == TITLE
    assert not Session.objects.filter(event=site.event).exists()

    sign_in(typing)
    save(typing)
    typing.locator(".messages .success").wait_for()
    assert [str(row.title) for row in Session.objects.filter(event=site.event)] == [TITLE]


def test_nothing_typed_is_left_in_the_browser(typing):
    BrowserSession.objects.all().delete()
    save(typing)
    typing.locator(".ne-kept").wait_for()
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert TITLE not in typing.evaluate(stored)


def test_without_a_network_it_stays_too(typing, site):
    typing.context.set_offline(True)
    save(typing)
    typing.locator(".ne-kept[data-kept=away]").wait_for()
    assert typing.input_value("[name=title_nb]") == TITLE

    typing.context.set_offline(False)
    save(typing)
    typing.locator(".messages .success").wait_for()
    assert Session.objects.filter(event=site.event).count() == 1


def test_whoever_is_signed_in_notices_nothing(typing, site):
    save(typing)
    typing.locator(".messages .success").wait_for()
    assert Session.objects.filter(event=site.event).count() == 1


@pytest.mark.parametrize("name", ["days", "edition", "new", "venue"])
def test_so_it_is_in_every_form_of_ours(signed_in, site, name):
    page = signed_in()
    page.clock.install()
    page.goto(site.pages[name])
    page.clock.fast_forward("10:00")
    BrowserSession.objects.all().delete()
    page.locator("main form[method=post] [type=submit]:visible").last.click()
    page.locator(".ne-kept[data-kept=out]").wait_for()
    assert page.url == site.pages[name]


def test_a_form_of_wagtails_own_is_left_to_wagtail(signed_in, site, live_server):
    page = signed_in()
    page.clock.install()
    page.goto(live_server.url + "/admin/collections/add/")
    page.clock.fast_forward("10:00")
    BrowserSession.objects.all().delete()
    page.evaluate("document.querySelector('main form[method=post]').requestSubmit()")
    page.wait_for_url("**/admin/login/**")
