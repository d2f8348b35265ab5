"""Index, archive, month view, search and feeds show the same events."""

import datetime as dt

import feedparser
import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import PageViewRestriction

from nsr_events.core.events import change_status
from nsr_events.core.models import EventOrganisation, EventType, Organisation, Person, Region
from nsr_events.pages import listing
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from tests.factories import NOW, make_event, make_index, make_page, open_registration

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
HOSTILE = "<b>x</b> & \x0b \ud800 ]]> æøå"


def soon(days):
    """A date some days from now (negative: ago)."""
    return TODAY + dt.timedelta(days=days)


@pytest.fixture
def index():
    return make_index()


def titles(client, address, *names):
    """Which of the names an address shows."""
    body = client.get(address).content.decode()
    return {name for name in names if name in body}


def test_upcoming_and_archive_share_the_events_between_them(client, index):
    for name, days in (("Fortid", -40), ("Framtid", 40), ("Midt i", 0)):
        make_page(make_event(name, date=soon(days), days=2, hours=("00:00", "23:59")), index)
    names = ("Fortid", "Framtid", "Midt i")

    assert titles(client, index.url, *names) == {"Framtid", "Midt i"}
    assert titles(client, f"{index.url}archive/", *names) == {"Fortid"}
    assert titles(client, f"{index.url}calendar.ics", *names) == set(names)


def test_a_cancelled_event_leaves_the_upcoming_ones_after_14_days(client, index):
    event = make_event("Avlyst samling", date=soon(60))
    make_page(event, index)
    change_status(event, "cancelled", now=timezone.now() - dt.timedelta(days=13))
    assert titles(client, index.url, "Avlyst samling")

    event.status_changed_at = timezone.now() - dt.timedelta(days=15)
    event.save()

    assert not titles(client, index.url, "Avlyst samling")
    assert titles(client, f"{index.url}calendar.ics", "Avlyst samling")


def test_filters_combine_and_agree_with_the_feed(client, index):
    trondelag = Region.objects.create(slug="trondelag", name={"nb": "Trøndelag"})
    course = EventType.objects.create(slug="kurs", name={"nb": "Kurs"})
    for name, facts in {
        "Alfa": {"region": trondelag},
        "Beta": {"region": trondelag, "type": course},
        "Gamma": {"type": course},
    }.items():
        make_page(make_event(name, date=soon(30), **facts), index)
    names = ("Alfa", "Beta", "Gamma")

    for query, shown in (
        ("region=trondelag", {"Alfa", "Beta"}),
        ("type=kurs", {"Beta", "Gamma"}),
        ("type=kurs&region=trondelag", {"Beta"}),
        ("type=kurs,samling", set(names)),
    ):
        assert titles(client, f"{index.url}?{query}", *names) == shown
        assert titles(client, f"{index.url}calendar.ics?{query}", *names) == shown
        assert titles(client, f"{index.url}feed.xml?{query}", *names) == shown


def test_an_organiser_filters_the_list(client, index):
    event = make_event("Politiets", date=soon(30))
    police = Organisation.objects.create(name="Politidirektoratet")
    EventOrganisation.objects.create(event=event, organisation=police)
    make_page(event, index)
    make_page(make_event("Andres", date=soon(30)), index)

    assert titles(client, f"{index.url}?organiser={police.uid}", ">Politiets<", ">Andres<") == {">Politiets<"}


def test_an_unknown_value_is_ignored_and_said_in_the_list_but_not_in_the_feed(client, index):
    make_page(make_event("Alfa", date=soon(30)), index)

    body = client.get(f"{index.url}?type=finnesikke").content.decode()

    assert "Alfa" in body
    assert "finnesikke" in body
    assert client.get(f"{index.url}feed.xml?type=finnesikke").status_code == 404


def test_words_are_found_in_title_and_body(client, index):
    make_page(make_event("Alfa", date=soon(30)), index, body=[("text", "<p>Om hvalross og isbjørn.</p>")])
    make_page(make_event("Beta", date=soon(30)), index)
    call_command("update_index", verbosity=0)

    assert titles(client, f"{index.url}?q=hvalross", ">Alfa<", ">Beta<") == {">Alfa<"}
    assert titles(client, f"{index.url}?q=isbjørn", ">Alfa<", ">Beta<") == {">Alfa<"}


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%27%22%3B--", "q=" + "x" * 5000, "p=99999", "p=-1", "month=2027-99", "type=%00"]
)
def test_hostile_queries_answer_in_words(client, index, query):
    make_page(make_event("Alfa", date=soon(30)), index)

    assert client.get(f"{index.url}?{query}").status_code == 200


def test_the_month_shows_what_touches_it_over_new_year_and_midnight(client, index):
    make_page(make_event("Nyttår", date=dt.date(2026, 12, 30), days=4), index)
    make_page(make_event("Sen kveld", date=dt.date(2026, 12, 31), hours=("20:00", "02:00")), index)
    make_page(make_event("Januar", date=dt.date(2027, 1, 1), hours=("00:00", "10:00")), index)
    names = (">Nyttår<", ">Sen kveld<", ">Januar<")

    december, january = (
        client.get(f"{index.url}month/{month}/").content.decode() for month in ("2026-12", "2027-01")
    )

    assert {name for name in names if name in december} == {">Nyttår<", ">Sen kveld<"}
    assert {name for name in names if name in january} == {">Nyttår<", ">Januar<"}
    assert 'rowspan="3">53</th>' in december


@pytest.mark.parametrize("month", ["2027-13", "2027-00", "27-01", "9999-12", "0001-01", "abc", "2027-1"])
def test_a_month_that_is_none_is_not_found(client, index, month):
    assert client.get(f"{index.url}month/{month}/").status_code == 404


def test_the_news_feed_reads_in_a_foreign_parser_with_hostile_text(client, index):
    page = make_page(
        make_event("Alfa", date=soon(30)), index, title=HOSTILE.replace("\ud800", ""), intro="<script>&"
    )

    response = client.get(f"{index.url}feed.xml")
    feed = feedparser.parse(response.content)

    assert response["Content-Type"].startswith("application/atom+xml")
    assert not feed.bozo
    assert [entry.id for entry in feed.entries] == [f"urn:uuid:{page.event.uid}"]
    assert feed.entries[0].link == page.full_url
    assert client.get(f"{index.url}feed.xml", headers={"if-none-match": response["ETag"]}).status_code == 304


def test_the_index_lists_pages_of_its_own_language_only(client, index):
    english = make_index("en", title="Events", slug="events")
    event = make_event("Samling", date=soon(30))
    make_page(event, index, title="Norsk tittel")
    make_page(event, english, title="English title", slug="english")

    assert titles(client, index.url, "Norsk tittel", "English title") == {"Norsk tittel"}
    assert titles(client, english.url, "Norsk tittel", "English title") == {"English title"}


def test_an_index_may_be_limited_to_types_and_regions(client, index):
    course = EventType.objects.create(slug="kurs", name={"nb": "Kurs"})
    make_page(make_event("Alfa", date=soon(30)), index)
    make_page(make_event("Beta", date=soon(30), type=course), index)
    index.types.add(course)
    index.save_revision().publish()

    assert titles(client, index.url, ">Alfa<", ">Beta<") == {">Beta<"}
    assert titles(client, f"{index.url}calendar.ics", "Alfa", "Beta") == {"Beta"}


def test_twenty_a_page_and_the_filter_follows(client, index):
    for number in range(25):
        make_page(make_event(f"Samling {number:02}", date=soon(30 + number)), index)

    first, second = (client.get(f"{index.url}?type=samling&p={page}").content.decode() for page in (1, 2))

    assert first.count("ne-rows__when") == 20
    assert second.count("ne-rows__when") == 5
    assert "type=samling&amp;p=2" in first


def test_the_last_day_of_a_night_event_is_the_day_it_began(index):
    event = make_event("Natt", date=dt.date(2027, 6, 8), hours=("20:00", "02:00"))

    assert listing.last_date(event) == dt.date(2027, 6, 8)


def test_sessions_and_people_are_found_once_they_are_released(
    client, index, django_capture_on_commit_callbacks
):
    event = make_event("Alfa", date=soon(30))
    person = Person.objects.create(given_name="Hanne", family_name="Lie", employer="Kripos")
    make_page(event, index, title="Nærings\u00adlivs\u00adsamling")
    create_session(
        event,
        now=NOW,
        day=event.days.get().uid,
        start="10:00",
        title={"nb": "Taushetsplikt"},
        people=[{"person": person.uid, "role": "speaker"}],
    )
    call_command("update_index", verbosity=0)
    assert "ne-rows__when" not in client.get(f"{index.url}?q=taushetsplikt").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        release_programme(event, now=NOW)

    for words in ("taushetsplikt", "Hanne Lie", "kripos", "næringslivssamling"):
        assert "ne-rows__when" in client.get(f"{index.url}?q={words}").content.decode(), words


INDEX_ROUTES = {"", "archive/", "month/2027-06/", "calendar.ics", "feed.xml"}


def test_every_route_below_an_index_is_known_to_these_tests(index):
    declared = {str(route.pattern).lstrip("^") for route in type(index).get_subpage_urls()}

    assert declared == {"", "archive/", "month/<str:month>/", "feed.xml/", "calendar.ics/"}


@pytest.mark.parametrize("path", sorted(INDEX_ROUTES))
def test_a_restricted_index_leaks_nothing_at_any_route(client, index, path):
    make_page(make_event("Hemmelig samling", date=dt.date(2027, 6, 8)), index)
    PageViewRestriction.objects.create(page=index, restriction_type=PageViewRestriction.LOGIN)

    response = client.get(index.url + path)

    assert response.status_code == 302
    assert b"Hemmelig" not in response.content


@pytest.mark.parametrize("path", sorted(INDEX_ROUTES))
def test_a_restricted_index_is_never_stored_by_a_cache(admin_client, index, path):
    PageViewRestriction.objects.create(page=index, restriction_type=PageViewRestriction.LOGIN)

    assert "private" in admin_client.get(index.url + path)["Cache-Control"]


@pytest.mark.parametrize("path", sorted(INDEX_ROUTES))
def test_the_routes_of_an_index_answer_get_and_head_only(client, index, path):
    assert client.head(index.url + path).status_code == 200
    assert client.post(index.url + path).status_code == 405


def test_the_index_can_be_narrowed_to_what_is_open_for_registration(client):
    now = timezone.now()
    index = make_index()
    date = now.date() + dt.timedelta(days=30)
    taking = make_page(make_event("Tar imot", date=date, now=now), index)
    make_page(make_event("Tar ikke imot", date=date, now=now), index)
    open_registration(taking.event, opens=now - dt.timedelta(days=1))
    page = client.get(index.url + "?registration=open").content.decode()
    assert "Tar imot" in page
    assert "Tar ikke imot" not in page
    open_registration(taking.event, opens=now + dt.timedelta(days=1))
    assert "Tar imot" in client.get(index.url + "?registration=open").content.decode(), (
        "unknown here, so left out"
    )


@pytest.mark.parametrize("hide", ["restrict", "unpublish"])
def test_filters_offer_nothing_of_what_is_hidden(client, index, hide):
    """A choice would tell of a type, a month or an organiser that no visitor may know of."""
    pages = []
    for name in ("Kurs", "Seminar", "Hemmelig"):
        kind = EventType.objects.create(slug=name.lower(), name={"nb": name})
        pages.append(make_page(make_event("Åpent", type=kind, date=soon(40)), index, slug=name.lower()))
    assert titles(client, index.url, "Kurs", "Seminar", "Hemmelig") == {"Kurs", "Seminar", "Hemmelig"}

    if hide == "unpublish":
        pages[2].unpublish()
    else:
        PageViewRestriction.objects.create(page=pages[2], restriction_type=PageViewRestriction.LOGIN)

    assert titles(client, index.url, "Kurs", "Seminar", "Hemmelig", "hemmelig") == {"Kurs", "Seminar"}
