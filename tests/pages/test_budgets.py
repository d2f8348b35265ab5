"""Query budgets of the public pages, on top of an empty routable page of the same depth (programme.md 9)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

import nsr_events
from tests.empty_pages.models import EmptyRoutablePage
from tests.factories import make_conference, make_event, make_index, make_page

pytestmark = pytest.mark.django_db


def queries(client, url, **headers):
    """How many queries a request takes, with everything warm that a running site keeps warm."""
    assert client.get(url, **headers).status_code in {200, 304}
    with CaptureQueriesContext(connection) as captured:
        client.get(url, **headers)
    return len(captured)


@pytest.fixture
def index():
    return make_index()


@pytest.fixture
def empty(client, index):
    """Queries of an empty page beside the event pages, by depth of route."""
    page = index.add_child(instance=EmptyRoutablePage(title="Tom", slug="tom", locale=index.locale))
    page = Page.objects.get(pk=page.pk)
    return {"page": queries(client, page.url), "below": queries(client, page.url + "sub/")}


CARD = 3
"""What the card asks beside the page's fourteen: groups, days, the queue (registration, section 12: at most five)."""


@pytest.mark.parametrize(
    ("below", "budget"), [("", 14 + CARD), ("programme/", 8), ("programme.ics", 5), ("calendar.ics", 8)]
)
def test_event_addresses_stay_within_budget_whatever_the_size(client, index, empty, below, budget):
    small = make_conference(index, sessions=30, slug="liten")
    large = make_conference(index, sessions=300, slug="stor")

    counts = [queries(client, page.url + below) for page in (small, large)]

    assert counts[0] == counts[1]
    assert counts[0] - empty["below" if below else "page"] <= budget


def test_session_page_stays_within_budget_whatever_the_size(client, index, empty):
    pages = [make_conference(index, sessions=number, slug=f"k{number}") for number in (30, 300)]
    urls = [f"{page.url}sessions/{page.event.sessions.first().uid}/" for page in pages]

    counts = [queries(client, url) for url in urls]

    assert counts[0] == counts[1]
    assert counts[0] - empty["below"] <= 10


def test_index_and_its_feed_take_the_same_queries_for_20_and_200_events(client, index, empty):
    def count():
        return queries(client, index.url), queries(client, index.url + "calendar.ics")

    for number in range(20):
        make_page(make_event(f"Samling {number}"), index)
    with_twenty = count()
    for number in range(20, 200):
        make_page(make_event(f"Samling {number}"), index)

    assert count() == with_twenty
    assert with_twenty[0] - empty["page"] <= 12
    assert with_twenty[1] - empty["below"] <= 8


def test_programme_of_300_sessions_is_small_on_the_wire(client, index):
    import gzip

    page = make_conference(index, sessions=300)
    html = client.get(page.url + "programme/").content

    assert len(gzip.compress(html)) <= 60_000


def test_an_event_page_and_all_our_styles_are_small_on_the_wire(client, index):
    import gzip
    from pathlib import Path

    page = make_conference(index, sessions=300)
    styles = Path(nsr_events.__file__).parent.glob("static/nsr_events/*.css")
    size = sum(len(gzip.compress(each.read_bytes())) for each in styles)

    assert size + len(gzip.compress(client.get(page.url).content)) <= 60_000
