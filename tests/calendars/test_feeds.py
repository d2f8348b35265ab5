"""Index feeds and event files over HTTP."""

import datetime as dt
import logging

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from nsr_events.calendars import feeds, ics
from nsr_events.core.events import change_status, save_facts
from nsr_events.core.models import Event, Series
from nsr_events.pages import listing

from .conftest import make_event, make_organiser, make_page, make_region
from .octets import complaints, unfolded, values
from .readers import agreed

pytestmark = pytest.mark.django_db

INDEX = "/arrangementer/calendar.ics"
DAY = dt.timedelta(days=1)


def event_uids(response):
    return values(response.content, "UID")


def index_at(site, now, **query):
    """The Norwegian index's feed as it is at a moment."""
    request = RequestFactory().get(INDEX, query)
    return feeds.index_feed(
        request,
        events=listing.listed_events(site["nb"]),
        language="nb",
        url=f"http://testserver{INDEX}",
        name="Arrangementer",
        filters=feeds.index_filters(request.GET),
        now=now,
    )


def file_at(event, now):
    request = RequestFactory().get("/calendar.ics")
    return feeds.event_file(request, event=event, language="nb", filename="samling", now=now)


class TestBytes:
    def test_every_feed_is_clean_and_read_alike_by_all_readers(self, site, client, venue):
        wild = "Æøå, «hei»; \\ 😀\nATTENDEE:mailto:x@example.com\x07"
        event = make_event("Samling", venue=venue)
        page = make_page(event, site["nb"], title=wild, intro="å" * 300)
        spread = make_event(
            "Mandager", dates=(dt.date(2027, 3, 27), dt.date(2027, 10, 31)), hours=("22:00", "04:00")
        )
        make_page(spread, site["nb"])
        for address in (INDEX, f"{page.get_url()}calendar.ics"):
            data = client.get(address).content
            assert complaints(data) == []
            assert agreed(data)[str(event.uid)].title == ics.one_line(wild)
        days = {str(day.uid): day for day in spread.days.all()}
        seen = agreed(client.get(INDEX).content)
        assert sorted(seen[uid].start for uid in days) == ["2027-03-27T21:00:00Z", "2027-10-31T21:00:00Z"]

    def test_two_gets_are_equal_and_so_after_publishing_an_unchanged_page_and_a_draft(self, site, client):
        event = make_event()
        page = make_page(event, site["nb"])
        first = client.get(INDEX)
        page.save_revision().publish()
        page.title = "Bare et utkast"
        page.save_revision()
        second = client.get(INDEX)
        assert (first.content, first["ETag"]) == (second.content, second["ETag"])

    def test_an_index_without_events_is_an_empty_calendar(self, site, client):
        response = client.get(INDEX)
        assert response.status_code == 200
        assert agreed(response.content) == {}


class TestHttp:
    def test_the_headers_are_those_of_a_public_file(self, site, client):
        response = client.get(INDEX, HTTP_ACCEPT_LANGUAGE="en")
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert response["Cache-Control"] == "public, max-age=900, stale-while-revalidate=3600"
        assert response["X-Robots-Tag"] == "noindex"
        assert response["Access-Control-Allow-Origin"] == "*"
        for absent in ("Set-Cookie", "Vary", "Last-Modified", "Content-Disposition"):
            assert absent not in response
        assert not response.cookies

    def test_a_session_in_the_browser_leaves_no_trace(self, site, admin_client):
        response = admin_client.get(INDEX)
        assert "Cookie" not in response.get("Vary", "")
        assert not response.cookies
        assert response["Cache-Control"].startswith("public")

    def test_it_does_not_matter_what_the_client_accepts(self, site, client):
        for headers in (
            {"Accept": "text/html"},
            {"User-Agent": "Google-Calendar-Importer"},
            {"Accept-Encoding": "gzip"},
        ):
            response = client.get(INDEX, headers=headers)
            assert response["Content-Type"].startswith("text/calendar")

    def test_head_has_the_same_headers_and_no_body(self, site, client):
        get, head = client.get(INDEX), client.head(INDEX)
        assert head.content == b""
        assert head["ETag"] == get["ETag"]

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_nothing_can_be_sent_to_it(self, site, client, method):
        assert getattr(client, method)(INDEX).status_code == 405

    @pytest.mark.parametrize("form", ["{tag}", '"other", {tag}', "W/{tag}", "*"])
    def test_a_known_tag_in_any_form_gives_an_empty_304(self, site, client, form):
        tag = client.get(INDEX)["ETag"]
        response = client.get(INDEX, headers={"If-None-Match": form.format(tag=tag)})
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
        assert response["Cache-Control"].startswith("public")

    def test_a_foreign_tag_wins_over_any_date(self, site, client):
        for date in ("Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"):
            headers = {"If-None-Match": '"other"', "If-Modified-Since": date}
            assert client.get(INDEX, headers=headers).status_code == 200

    def test_a_conditional_request_writes_nothing(self, site, client, monkeypatch):
        event = make_event()
        page = make_page(event, site["nb"])
        addresses = [INDEX, f"{page.get_url()}calendar.ics"]
        tags = [client.get(address)["ETag"] for address in addresses]

        def refuse(*args, **kwargs):
            pytest.fail("serialised")

        monkeypatch.setattr(ics, "write_calendar", refuse)
        monkeypatch.setattr(ics, "write_entry", refuse)
        for address, tag in zip(addresses, tags, strict=True):
            assert client.get(address, headers={"If-None-Match": tag}).status_code == 304

    def test_a_file_is_offered_under_its_name_in_both_forms(self, site):
        response = file_at(make_event(), None)
        assert (
            response["Content-Disposition"]
            == "attachment; filename=\"samling.ics\"; filename*=UTF-8''samling.ics"
        )

    def test_a_name_with_anything_in_it_stays_inside_its_header(self, site):
        request = RequestFactory().get("/")
        response = feeds.event_file(
            request, event=make_event(), language="nb", filename='Møte"; x\r\nSet-Cookie: a'
        )
        assert response["Content-Disposition"] == (
            'attachment; filename="mte-x-set-cookie-a.ics"; '
            "filename*=UTF-8''M%C3%B8te%22%3B%20x%20Set-Cookie%3A%20a.ics"
        )


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_each_function_answers_only_get_and_head_whoever_calls_it(site, method):
    event = make_event()
    request = getattr(RequestFactory(), method)("/")
    facts = {"event": event, "language": "nb"}
    answers = [
        feeds.index_feed(request, events=Event.objects.all(), language="nb", url="/", name="x"),
        feeds.event_file(request, filename="x", **facts),
        feeds.programme_feed(request, url="/", name="x", **facts),
        feeds.session_file(request, session_uid="x", **facts),
    ]
    assert [answer.status_code for answer in answers] == [405] * 4


class TestIdentity:
    def test_an_event_with_three_language_pages_stands_once_in_each_feed_with_one_uid(self, site, client):
        event = make_event()
        for code, title in [("nb", "Samling på bokmål"), ("nn", "Samling på nynorsk"), ("en", "Gathering")]:
            make_page(event, site[code], title=title)
        seen = {}
        for code, address in [("nb", INDEX), ("nn", f"/nn{INDEX}"), ("en", "/en/events/calendar.ics")]:
            data = client.get(address).content
            assert event_uids(client.get(address)) == [str(event.uid)]
            seen[code] = agreed(data)[str(event.uid)].title
        assert seen == {"nb": "Samling på bokmål", "nn": "Samling på nynorsk", "en": "Gathering"}

    def test_an_alias_adds_no_entry(self, site, client):
        event = make_event()
        page = make_page(event, site["nb"])
        page.create_alias(parent=site["nb"], update_slug="alias")
        assert event_uids(client.get(INDEX)) == [str(event.uid)]

    def test_a_new_title_moves_tag_and_stamp_but_neither_uid_nor_sequence(self, site, client):
        event = make_event()
        page = make_page(event, site["nb"])
        before = client.get(INDEX)
        page.title = "Ny tittel"
        page.save_revision().publish()
        after = client.get(INDEX)
        assert after["ETag"] != before["ETag"]
        for name, same in [("UID", True), ("SEQUENCE", True), ("DTSTAMP", False), ("LAST-MODIFIED", False)]:
            assert (values(after.content, name) == values(before.content, name)) is same, name

    def test_a_new_start_raises_the_sequence_by_exactly_one(self, site, client, now):
        event = make_event()
        make_page(event, site["nb"])
        days = list(event.days.all())
        days[0].opens = dt.time(8)
        save_facts(event, days=days, now=now + DAY)
        data = client.get(INDEX).content
        assert values(data, "SEQUENCE") == ["1"]
        assert values(data, "DTSTAMP") == ["20270116T120000Z"]

    def test_a_page_that_moves_or_is_renamed_keeps_its_uid(self, site, client):
        event = make_event()
        page = make_page(event, site["nb"])
        page.slug = "et-annet-navn"
        page.save_revision().publish()
        data = client.get(INDEX).content
        assert values(data, "UID") == [str(event.uid)]
        assert values(data, "URL")[1:] == ["http://testserver/arrangementer/et-annet-navn/"]


class TestWhoIsIn:
    def test_drafts_private_and_deleted_pages_are_nowhere(self, site, client):
        shown = make_event("Vist")
        make_page(shown, site["nb"])
        make_page(make_event("Utkast"), site["nb"], live=False)
        private = make_page(make_event("Hemmelig samling"), site["nb"])
        PageViewRestriction.objects.create(page=private, restriction_type="password", password="x")
        gone = make_page(make_event("Slettet"), site["nb"])
        gone.delete()
        data = client.get(INDEX).content
        assert values(data, "UID") == [str(shown.uid)]
        assert b"Hemmelig" not in data

    def test_a_private_event_is_left_out_whatever_the_caller_lists(self, site, now):
        page = make_page(make_event("Hemmelig samling"), site["nb"])
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        request = RequestFactory().get(INDEX)
        response = feeds.index_feed(
            request, events=Event.objects.all(), language="nb", url=INDEX, name="Arrangementer", now=now
        )
        assert event_uids(response) == []

    def test_a_restricted_pages_own_file_answers_as_the_page_does(self, site, client, admin_client):
        page = make_page(make_event("Hemmelig samling"), site["nb"])
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        address = f"{page.get_url()}calendar.ics"
        assert client.get(address).status_code == 302
        response = admin_client.get(address)
        assert response.status_code == 200
        assert response["Cache-Control"].startswith("private, no-cache")
        assert "Access-Control-Allow-Origin" not in response
        assert values(response.content, "SOURCE") == []

    def test_one_taken_down_while_another_is_added_changes_the_tag(self, site, client):
        first, second = (
            make_page(make_event("En"), site["nb"]),
            make_page(make_event("To"), site["nb"], live=False),
        )
        before = client.get(INDEX)["ETag"]
        first.unpublish()
        second.save_revision().publish()
        assert client.get(INDEX)["ETag"] != before

    def test_no_person_organiser_or_alarm_is_ever_written(self, site, client):
        event = make_event(
            contact_name="Kari Kontakt", contact_email="kari@example.no", contact_phone="99887766"
        )
        make_organiser(event)
        make_page(event, site["nb"])
        data = client.get(INDEX).content
        for word in (
            b"ORGANIZER",
            b"ATTENDEE",
            b"mailto:",
            b"VALARM",
            b"METHOD",
            b"Kari",
            b"kari@",
            b"99887766",
        ):
            assert word not in data


class TestWindow:
    def test_what_ended_more_than_sixty_days_ago_is_dropped_at_midnight(self, site):
        event = make_event(hours=("09:00", "16:00"))  # 8 June
        make_page(event, site["nb"])
        last = dt.datetime(2027, 8, 7, 21, 59, tzinfo=dt.UTC)  # 23:59 in Oslo, 60 days after
        assert event_uids(index_at(site, last)) == [str(event.uid)]
        assert event_uids(index_at(site, last + dt.timedelta(minutes=1))) == []

    def test_between_midnights_time_alone_changes_no_byte(self, site):
        make_page(make_event(), site["nb"])
        early, late = (dt.datetime(2027, 8, 7, hour, tzinfo=dt.UTC) for hour in (0, 21))
        assert index_at(site, early).content == index_at(site, late).content

    def test_a_cancelled_event_says_so_for_thirty_days_after_its_end(self, site, now):
        event = make_event()
        make_page(event, site["nb"])
        change_status(event, Event.Status.CANCELLED, now=now + DAY)
        kept = index_at(site, dt.datetime(2027, 7, 8, 12, tzinfo=dt.UTC))
        assert values(kept.content, "STATUS") == ["CANCELLED"]
        assert values(kept.content, "SEQUENCE") == ["1"]
        dropped = index_at(site, dt.datetime(2027, 7, 9, 12, tzinfo=dt.UTC))
        assert event_uids(dropped) == []
        assert dropped["ETag"] != kept["ETag"]
        empty = file_at(event, dt.datetime(2027, 7, 9, 12, tzinfo=dt.UTC))
        assert (empty.status_code, agreed(empty.content)) == (200, {})

    def test_the_oldest_past_ones_go_first_when_there_are_too_many(self, site, monkeypatch, caplog):
        monkeypatch.setattr(feeds, "MOST_EVENTS", 3)
        for month in (4, 5, 6, 7, 8):
            make_page(make_event(f"Måned {month}", dates=(dt.date(2027, month, 15),)), site["nb"])
        with caplog.at_level(logging.WARNING):
            response = index_at(site, dt.datetime(2027, 6, 1, tzinfo=dt.UTC))
        assert values(response.content, "SUMMARY") == ["Måned 6", "Måned 7", "Måned 8"]
        assert "only 3" in caplog.text
        monkeypatch.setattr(feeds, "MOST_EVENTS", 4)
        assert (
            values(index_at(site, dt.datetime(2027, 6, 1, tzinfo=dt.UTC)).content, "SUMMARY")[0] == "Måned 5"
        )
        monkeypatch.setattr(feeds, "MOST_EVENTS", 2)
        assert (
            values(index_at(site, dt.datetime(2027, 6, 1, tzinfo=dt.UTC)).content, "SUMMARY")[1] == "Måned 7"
        )


class TestFilters:
    @pytest.fixture
    def two(self, site):
        north = make_event(
            "Nord", region=make_region(), series=Series.objects.create(name="Høst", slug="host")
        )
        south = make_event("Sør", region=make_region("Sør", "sor"))
        for event in (north, south):
            make_page(event, site["nb"])
        return north, south

    def test_keys_narrow_and_values_are_alternatives(self, two, client):
        north, south = two
        organiser = make_organiser(north)
        for query, wanted in [
            ("region=nord", [north]),
            ("region=nord,sor", [north, south]),
            ("region=nord&region=sor", [north, south]),
            ("region=sor&series=host", []),
            ("series=host&type=samling", [north]),
            (f"organiser={organiser.uid}", [north]),
        ]:
            found = event_uids(client.get(f"{INDEX}?{query}"))
            assert sorted(found) == sorted(str(event.uid) for event in wanted), query

    def test_the_feed_equals_upcoming_and_archive_under_the_same_filter(self, two, site, client, now):
        past = make_event("Før", dates=(dt.date(2026, 12, 20),), region=two[0].region)
        make_page(past, site["nb"])
        filters = {"region": ("nord",)}
        listed = feeds.filter_events(listing.listed_events(site["nb"]), filters)
        both = {*listing.upcoming(listed, now=now), *listing.past(listed, now=now)}
        assert set(event_uids(index_at(site, now, region="nord"))) == {str(event.uid) for event in both}

    def test_order_doubles_and_unknown_keys_make_no_other_calendar(self, two, client):
        plain = client.get(f"{INDEX}?region=nord,sor")
        for query in (
            "region=sor,nord",
            "region=nord&region=sor,nord",
            "region=nord,sor&x=1&q=hei&utm_source=y",
        ):
            other = client.get(f"{INDEX}?{query}")
            assert (other.content, other["ETag"]) == (plain.content, plain["ETag"])
        assert values(plain.content, "SOURCE") == [f"http://testserver{INDEX}?region=nord,sor"]

    @pytest.mark.parametrize(
        "query",
        [
            "region=vest",
            "region=nord,vest",
            "type=%00",
            "series=a/b",
            "organiser=1",
            "organiser=7a1c1f5e-52a5-4f0e-9f37-0f5c8f2b0a01",
        ],
    )
    def test_an_unknown_value_is_not_found(self, two, client, query):
        assert client.get(f"{INDEX}?{query}").status_code == 404

    def test_at_most_ten_values_count(self):
        query = RequestFactory().get("/", {"kind": ",".join(f"k{number:02}" for number in range(30))}).GET
        assert feeds.parse_filters(query, ["kind"]) == {
            "kind": tuple(f"k{number:02}" for number in range(10))
        }


def test_gathering_takes_at_most_eight_queries_and_a_request_as_many_at_any_size(site, client):
    region = make_region()
    query = {"region": "nord", "type": "samling"}
    requests, gatherings = [], []
    for most in (2, 14):
        for number in range(Event.objects.count(), most):
            event = make_event(f"Samling {number}", region=region)
            make_organiser(event, name=f"Vert {number}")
            make_page(event, site["nb"])
        with CaptureQueriesContext(connection) as request:
            client.get(INDEX, query)
        with CaptureQueriesContext(connection) as gathering:
            get = RequestFactory().get(INDEX, query)
            feeds.index_feed(
                get,
                events=Event.objects.all(),
                language="nb",
                url=INDEX,
                name="x",
                filters=feeds.index_filters(get.GET),
            )
        requests.append(len(request))
        gatherings.append(len(gathering))
    assert requests[0] == requests[1]
    assert gatherings[0] == gatherings[1] <= 8


def test_the_address_of_the_feed_never_comes_from_the_host_header(site, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_page(make_event(), site["nb"])
    data = client.get(INDEX, headers={"Host": "evil.example"}).content
    assert b"evil" not in data
    assert "NAME:Arrangementer" in unfolded(data)
