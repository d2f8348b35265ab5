"""Reminders and messages in a real Chromium: axe in both schemes and widths, by keyboard, narrow screens."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.events import save_days
from nsr_events.reminders import notices
from nsr_events.reminders.models import Message, ReminderRule
from tests.admin.conftest import restore_wagtail
from tests.factories import make_event, make_index, make_page, open_registration, register
from tests.signing_in import pages_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event(live_server):
    """A coming event with people, a rule, a draft, a message that waits and a notice that nobody answered."""
    restore_wagtail()
    event = make_event("Samling på Gjøvik", days=2, date=timezone.now().date() + dt.timedelta(days=60))
    make_page(event, make_index())
    open_registration(event)
    for number in (1, 2, 3):
        register(event, number)
    ReminderRule.objects.create(event=event, days=-14, at=dt.time(9))
    Message.objects.create(event=event, subject={"nb": "Utkast"}, body={"nb": "Hei, {first_name}!"})
    days = list(event.days.all())
    for day in days:
        day.date += dt.timedelta(days=7)
    event.refresh_from_db()
    save_days(event, days, now=timezone.now())
    return event


@pytest.fixture
def addresses(live_server, event):
    """The screens to look at."""
    rule, draft = ReminderRule.objects.get(), Message.objects.get(kind="message")
    names = {
        "timeline": (), "rule_new": (), "rule": (rule.uid,), "rule_delete": (rule.uid,), "messages": (),
        "message_new": (), "write": (draft.uid,), "check": (notices.open_notices(event)[0].uid,), "texts": (),
        "text": ("registration.confirmed",),
    }  # fmt: skip
    return {
        name: live_server.url + reverse(f"nsr_events_reminders:{name}", args=[event.pk, *args])
        for name, args in names.items()
    }


@pytest.fixture
def signed_in(browser, live_server, client, event):
    """Open a page as the superuser."""
    user = User.objects.create_superuser("boss", "boss@example.org", "pass")
    with pages_as(user, browser=browser, live_server=live_server, client=client) as open_page:
        yield open_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(signed_in, addresses, width, scheme):
    page = signed_in(width=width, scheme=scheme)
    found = []
    for name, url in addresses.items():
        page.goto(url)
        result = Axe().run(
            page, context={"include": [[".content"]], "exclude": [["header.w-slim-header"], ["iframe"]]}
        )
        found += [
            f"{name}: {each['id']} {node['target']} {node['html'][:120]}"
            for each in result.response["violations"]
            for node in each["nodes"]
        ]
        wide = page.evaluate(
            """() => [...document.querySelectorAll('.ne-ws *')]
                .filter(e => !e.closest('.ne-tabs') && !e.closest('.ne-pills') && e.checkVisibility()
                    && e.getBoundingClientRect().right > window.innerWidth + 1)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        found += [f"{name}: {each}" for each in wide]
    assert found == []


def typed(page, selector, words):
    """Type into a field that the keyboard reaches."""
    page.locator(selector).focus()
    page.keyboard.type(words)


def test_a_reminder_is_written_looked_at_and_kept_by_keyboard(signed_in, addresses, event):
    page = signed_in()
    page.goto(addresses["rule_new"])
    page.locator("#id_number").fill("3")
    typed(page, "#id_subject_0", "Snart: {event_name}")
    typed(page, "#id_body_0", "Hei, {first_name}!")
    page.locator("button[name=look]").press("Enter")
    page.wait_for_load_state()
    frame = page.frame_locator("iframe.ne-mail__frame")
    assert frame.locator("mark", has_text="Marte").is_visible()
    assert ReminderRule.objects.count() == 1
    page.locator("button[name=save]").press("Enter")
    page.wait_for_load_state()
    assert ReminderRule.objects.filter(days=-3).count() == 1
    assert "3 dager før" in page.locator(".ne-line").inner_text()


def test_a_message_to_one_segment_is_written_and_scheduled_by_keyboard(signed_in, addresses, event):
    page = signed_in()
    page.goto(addresses["message_new"])
    typed(page, "#id_subject_0", "Ta med legitimasjon")
    typed(page, "#id_body_0", "Hei, {first_name}!")
    page.locator("button[name=check]").press("Enter")
    page.wait_for_load_state()
    assert page.locator("#confirm-heading").inner_text() == "Send «Ta med legitimasjon» til 3 personer?"
    page.locator("button[name=confirm]").press("Enter")
    page.wait_for_load_state()
    assert "0 av 3 sendt" in page.locator("#progress-words").inner_text()
    page.get_by_role("button", name="Stopp de 3 e-postene som venter").press("Enter")
    page.wait_for_load_state()
    assert Message.objects.get(subject__contains="legitimasjon").state == "stopped"
