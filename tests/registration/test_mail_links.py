"""No link in any mail does anything by being followed: scanners follow them all, and run scripts (mail, 11.5)."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.utils import timezone

from nsr_events.outbox import delivery, kinds
from nsr_events.outbox.models import OutgoingMail
from nsr_events.pages.models import EventIndexPage
from nsr_events.registration import links
from nsr_events.registration.models import Invitation, Registration
from tests.admin.conftest import restore_wagtail
from tests.factories import make_index
from tests.outbox import sink
from tests.outbox.conftest import lead_to
from tests.site_server import lead_links_to, running_site
from tests.visitor import Visitor

from .letters import Letters

pytestmark = pytest.mark.django_db(transaction=True)

MAY_CHANGE = {"django_session", "nsr_events_throttlecount", "nsr_events_auditentry"}
"""What a GET may write (architecture, 5.3)."""

SCANNING = 10_000
"""Milliseconds that a scanner's browser stays."""


@pytest.fixture
def site(db):
    """The site, whose links lead to itself."""
    restore_wagtail()
    make_index()
    with running_site(workers=1) as address:
        lead_links_to(address)
        yield address


@pytest.fixture
def letters(site, settings, django_user_model):
    """What arrived at the recipients: one mail of each kind at least, in their own time."""
    settings.WAGTAILADMIN_BASE_URL = site
    staff = django_user_model.objects.create_user("registrar")
    now = timezone.now()
    with sink.running() as server:
        lead_to(settings, server.port)
        settings.NSR_EVENTS = {**settings.NSR_EVENTS, "ICAL_ORGANIZER": settings.DEFAULT_FROM_EMAIL}
        Letters(EventIndexPage.objects.get(), staff, now).write()
        delivery.drain(clock=lambda: now)
        # At night offers and invitations wait for the morning.
        for due in sorted(set(OutgoingMail.objects.filter(status="pending").values_list("due", flat=True))):
            delivery.drain(clock=lambda due=due: due)
        yield [delivered.message for delivered in server.taken]


def links_in(message) -> set[str]:
    """Every address in a mail: headers, text and HTML."""
    found = set(re.findall(r"<(https?://[^>]+)>", message.get("List-Unsubscribe", "")))
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            # Programs that read mail leave out what ends the sentence.
            found |= {link.rstrip(").,") for link in re.findall(r"https?://[^\s<>]+", part.get_content())}
        elif part.get_content_type() == "text/html":
            found |= Anchors.of(part.get_content())
    return found


class Anchors(HTMLParser):
    """Where the anchors of a document lead."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in {"href", "src", "action"} and value.startswith("http"):
                self.found.add(value)

    @classmethod
    def of(cls, html):
        reader = cls()
        reader.feed(html)
        return reader.found


def dump() -> dict[str, Counter]:
    """Every row of every table, as text."""
    tables = {}
    with connection.cursor() as cursor:
        for name in sorted(set(connection.introspection.table_names(cursor)) - MAY_CHANGE):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            tables[name] = Counter(map(repr, cursor.fetchall()))
    return tables


def differences(before, after) -> dict[str, int]:
    """In which tables rows differ, and how many."""
    found = {
        name: sum(((after[name] - before[name]) | (before[name] - after[name])).values()) for name in after
    }
    return {name: number for name, number in found.items() if number}


def purpose(link: str) -> str:
    """What kind of address it is, without its secrets."""
    return re.sub(r"[\w\-]{10,}\.[\w\-]{20,}|[0-9A-Z]{8}|\d+", "*", link.split("/", 3)[3])


def test_a_mail_of_each_kind_arrived_and_the_links_lead_home(letters, site):
    wanted = {kind.key for kind in kinds.all_kinds()}
    sent = set(OutgoingMail.objects.filter(status="sent").values_list("kind", flat=True))
    assert wanted - sent == set()
    found = set().union(*map(links_in, letters))
    assert {purpose(link) for link in found} >= {"me/*/", "me/verify/*/", "me/invite/*/", "me/stop/*/"}
    assert [link for link in found if not link.startswith(site)] == []


def test_each_part_reads_as_plain_text_in_which_no_address_stands_twice(letters):
    for message in letters:
        text = message.get_body(("plain",)).get_content()
        addresses = Counter(link.rstrip(").,") for link in re.findall(r"https?://[^\s<>]+", text))
        assert [link for link, times in addresses.items() if times > 1] == [], message["Subject"]
        assert not re.search(r"</?[a-z]+[ >]|&[a-z]+;|\*\*|\]\(|[{}]|^##", text, re.MULTILINE), message[
            "Subject"
        ]


def test_following_every_link_twice_changes_nothing(letters, site):
    found = sorted(set().union(*map(links_in, letters)))
    before = dump()
    for _round in range(2):
        for link in found:
            assert Visitor(site).get(link).status == 200, link
            # A secret link notes nothing by HEAD, so the page that it leads to stays closed.
            assert Visitor(site).get(link, method="HEAD").status in {200, 404}, link
    assert differences(before, dump()) == {}


@pytest.mark.browser
def test_a_scanner_with_scripts_changes_nothing_either(letters, site, browser):
    before = dump()
    one_of_each = {purpose(link): link for link in sorted(set().union(*map(links_in, letters)))}
    context = browser.new_context()
    tabs = [context.new_page() for _link in one_of_each]
    for tab, link in zip(tabs, one_of_each.values(), strict=True):
        tab.goto(link, wait_until="commit")
    tabs[0].wait_for_timeout(SCANNING)
    assert [tab.url for tab in tabs if not tab.url.startswith(site)] == []
    assert all(tab.locator("h1").count() for tab in tabs)
    context.close()
    assert differences(before, dump()) == {}


@pytest.mark.parametrize("model", [Registration, Invitation])
def test_the_one_click_stops_reminders_and_nothing_else(letters, site, model):
    row = model.objects.order_by("pk").filter(event__end__gt=timezone.now()).last()
    before, values = dump(), model.objects.filter(pk=row.pk).values().get()
    answer = Visitor(site).post(links.address("stop", row), {"List-Unsubscribe": "One-Click"}.items())
    assert (answer.status, answer.url) == (200, links.address("stop", row))
    assert differences(before, dump()) == {model._meta.db_table: 2}
    changed = model.objects.filter(pk=row.pk).values().get()
    assert [name for name in values if values[name] != changed[name]] == ["reminders_stopped"]
