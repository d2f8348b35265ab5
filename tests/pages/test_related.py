"""Read also in both directions, reports, structured data and sitemap."""

import datetime as dt
import json
import re

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from nsr_events.core.events import change_status
from nsr_events.core.models import EventOrganisation, Organisation, Venue
from nsr_events.pages.reports import EventReportPage
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from tests.factories import NOW, make_event, make_index, make_page

pytestmark = pytest.mark.django_db

HOSTILE = '</script><script>alert(1)</script> & "æøå" \u2028'


@pytest.fixture
def index():
    return make_index()


def make_report(index, event=None, *, live=True, **fields):
    """A report below the index."""
    fields = {
        "title": "Slik gikk det",
        "slug": "referat",
        "intro": "Kort.",
        "date": dt.date(2026, 5, 2),
        **fields,
    }
    page = index.add_child(instance=EventReportPage(event=event, locale=index.locale, live=False, **fields))
    if live:
        page.save_revision().publish()
        page = EventReportPage.objects.get(pk=page.pk)
    return page


def structured(client, url):
    """The page's JSON-LD, as a crawler reads it."""
    body = client.get(url).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)[1])


def test_read_also_shows_on_both_ends_and_goes_with_either(client, index):
    one = make_page(make_event("Alfa"), index, title="Alfasiden")
    other = make_page(make_event("Beta"), index, title="Betasiden", related=[("page", one)])

    assert "Alfasiden" in client.get(other.url).content.decode()
    assert "Betasiden" in client.get(one.url).content.decode()

    other.unpublish()
    assert "Betasiden" not in client.get(one.url).content.decode()


def test_read_also_leaves_out_what_is_restricted(client, index):
    one = make_page(make_event("Alfa"), index, title="Alfasiden")
    other = make_page(make_event("Beta"), index, title="Betasiden", related=[("page", one)])
    PageViewRestriction.objects.create(page=one, restriction_type=PageViewRestriction.LOGIN)

    assert "Alfasiden" not in client.get(other.url).content.decode()


def test_read_also_prefers_the_readers_language(client, index):
    english = make_index("en", title="Events", slug="events")
    target = make_page(make_event("Alfa"), index, title="Norsk mål")
    english.translation_key = index.translation_key
    english.save()
    translation = target.copy_for_translation(english.locale)
    translation.title = "English target"
    translation.save_revision().publish()
    page = make_page(make_event("Beta"), english, title="English page", related=[("page", target)])

    body = client.get(page.url).content.decode()

    assert "English target" in body
    assert "Norsk mål" not in body


def test_a_report_tells_how_it_went_and_the_event_links_to_it(client, index):
    event = make_event("Åpning")
    page = make_page(event, index, title="Åpningen")
    report = make_report(index, event, body=[("text", "<p>Det var fullt hus.</p>")])

    assert "Det var fullt hus." in client.get(report.url).content.decode()
    assert "Åpningen" in client.get(report.url).content.decode()
    assert report.url in client.get(page.url).content.decode()
    assert structured(client, report.url)["@type"] == "NewsArticle"


def test_an_event_leads_to_no_report_behind_a_login(client, index):
    event = make_event("Åpning")
    page = make_page(event, index, title="Åpningen")
    report = make_report(index, event)
    PageViewRestriction.objects.create(page=report, restriction_type=PageViewRestriction.LOGIN)

    assert report.url not in client.get(page.url).content.decode()


def test_a_report_without_an_event_stands_alone(client, index):
    report = make_report(index)

    assert client.get(report.url).status_code == 200
    assert "about" not in structured(client, report.url)


def test_an_event_says_what_machines_want_to_know(client, index):
    venue = Venue.objects.create(
        name="Huset", city="Oslo", address="Gata 1", latitude="59.9", longitude="10.7"
    )
    event = make_event("Samling", venue=venue)
    EventOrganisation.objects.create(event=event, organisation=Organisation.objects.create(name="NSR"))
    page = make_page(event, index)

    data = structured(client, page.url)

    assert data["startDate"] == "2027-06-08T09:00:00+02:00"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["location"]["address"]["addressLocality"] == "Oslo"
    assert data["organizer"] == [{"@type": "Organization", "name": "NSR"}]


@pytest.mark.parametrize(
    ("status", "word"),
    [("cancelled", "EventCancelled"), ("postponed", "EventPostponed"), ("moved_online", "EventMovedOnline")],
)
def test_the_status_reaches_machines_too(client, index, status, word):
    event = make_event("Samling")
    page = make_page(event, index)
    change_status(event, status, now=NOW)

    assert structured(client, page.url)["eventStatus"].endswith(word)


def test_programme_and_session_name_each_other(client, index):
    event = make_event("Samling")
    session = create_session(
        event, now=NOW, day=event.days.get().uid, start="10:00", title={"nb": HOSTILE}
    ).sessions[0]
    release_programme(event, now=NOW)
    page = make_page(event, index, title=HOSTILE)

    programme = structured(client, f"{page.url}programme/")
    one = structured(client, f"{page.url}sessions/{session.uid}/")

    assert [sub["name"] for sub in programme["subEvent"]] == [HOSTILE]
    assert one["superEvent"]["name"] == HOSTILE


def test_a_private_link_never_reaches_machines(client, index):
    event = make_event("Nett", format="online", online_url="https://example.org/hemmelig")
    page = make_page(event, index)

    assert b"hemmelig" not in client.get(page.url).content
    event.online_open = True
    event.save()
    assert structured(client, page.url)["location"]["url"] == "https://example.org/hemmelig"


def test_the_sitemap_holds_programme_and_sessions_of_public_pages_only(client, index):
    event = make_event("Samling")
    session = create_session(
        event, now=NOW, day=event.days.get().uid, start="10:00", title={"nb": "Økt"}
    ).sessions[0]
    release_programme(event, now=timezone.now())
    page = make_page(event, index)
    hidden = make_page(make_event("Skjult"), index, slug="skjult")
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)

    body = client.get("/sitemap.xml").content.decode()

    assert f"{page.full_url}programme/" in body
    assert f"sessions/{session.uid}/" in body
    assert "skjult" not in body


def test_translations_name_each_other(client, index):
    english = make_index("en", title="Events", slug="events")
    event = make_event("Samling")
    page = make_page(event, index)
    other = make_page(event, english, slug="gathering")

    for shown in (page, other):
        body = client.get(shown.url).content.decode()
        assert f'hreflang="nb" href="{page.full_url}"' in body
        assert f'hreflang="en" href="{other.full_url}"' in body
