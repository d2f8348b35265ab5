"""The programme feed and session files: the newest release and nothing else."""

import datetime as dt

import pytest
from django.db import connection
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from nsr_events.calendars import feeds, ics
from nsr_events.core.events import change_status, revive_event, save_facts
from nsr_events.core.models import Event, Person, Room
from nsr_events.programme.models import SessionPerson
from nsr_events.programme.releases import repeat_release
from nsr_events.programme.sessions import cancel, get_session, place, remove, restore, update_session

from .conftest import add_session, make_event, make_page, make_track, release
from .octets import complaints, values
from .readers import agreed

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def gathering(site, venue):
    """Three days with a page, nothing released."""
    dates = tuple(dt.date(2027, 6, day) for day in (8, 9, 10))
    event = make_event("Samling", dates=dates, venue=venue)
    event.page = make_page(event, site["nb"])
    return event


@pytest.fixture
def feed(gathering, client):
    """The address of the gathering's programme feed."""
    return f"{gathering.page.get_url()}programme.ics"


def feed_at(event, now, **query):
    """The programme feed as it is at a moment."""
    event = Event.objects.get(pk=event.pk)
    request = RequestFactory().get("/programme.ics", query)
    return feeds.programme_feed(
        request, event=event, language="nb", url="http://testserver/programme.ics", name="Program", now=now
    )


def by_uid(data):
    """Property values of each entry of a calendar."""
    found = {}
    for block in data.split(b"BEGIN:VEVENT\r\n")[1:]:
        names = (
            "UID",
            "SEQUENCE",
            "DTSTAMP",
            "STATUS",
            "SUMMARY",
            "DTSTART",
            "LOCATION",
            "DESCRIPTION",
            "URL",
        )
        row = {name: (values(b"\r\n" + block, name) or [""])[0] for name in names}
        found[row.pop("UID")] = row
    return found


def save(event, session, *, now, **changes):
    """One edit of a session, as an editor saves it."""
    version = get_session(event, session.uid).version
    return update_session(event, session.uid, version=version, now=now, **changes)


class TestContent:
    def test_there_is_none_before_the_first_release(self, gathering, feed, client):
        add_session(gathering)
        assert client.get(feed).status_code == 404

    def test_every_session_stands_in_it_breaks_too_but_never_rigging(self, gathering, feed, client):
        add_session(gathering, "Åpning")
        add_session(gathering, "Kaffe", start="10:00", kind="break")
        add_session(gathering, "Rigging", start="07:00", kind="internal")
        release(gathering)
        data = client.get(feed).content
        assert values(data, "SUMMARY") == ["Åpning", "Kaffe"]
        assert complaints(data) == []
        assert len(agreed(data)) == 2

    def test_rigging_stays_out_even_if_a_release_held_it(self, gathering, now):
        add_session(gathering, "Rigging")
        stored = release(gathering)
        stored.snapshot["sessions"][0]["kind"] = "internal"
        stored.save()
        assert values(feed_at(gathering, now).content, "UID") == []

    def test_a_session_tells_who_where_and_its_own_address(self, gathering, venue, client, feed):
        room = Room.objects.create(venue=venue, name="Storsalen")
        track = make_track(gathering)
        session = add_session(
            gathering, "Trusselbildet", room=str(room.uid), track=str(track.uid), where={},
            abstract={"nb": "Første linje.\n\nAndre; linje."}, link="https://video.example.no/a",
        )  # fmt: skip
        person = Person.objects.create(given_name="Åse", family_name="Nordmann")
        SessionPerson.objects.create(session=session, person=person, title="direktør", employer="NSM")
        release(gathering)
        entry = by_uid(client.get(feed).content)[str(session.uid)]
        address = f"http://testserver{gathering.page.get_url()}sessions/{session.uid}/"
        lines = entry["DESCRIPTION"].replace("\\,", ",").replace("\\;", ";").split("\\n")
        assert lines[:3] == ["Første linje.", "", "Andre; linje."]
        assert lines[4].endswith(": Åse Nordmann, direktør, NSM")
        assert lines[6].endswith(": Cyber")
        assert lines[-2].endswith("https://video.example.no/a")
        assert lines[-1] == entry["URL"] == address
        assert entry["LOCATION"] == "Storsalen\\, Clarion Hotel\\; Trondheim\\, Trondheim"

    def test_working_edits_change_no_byte_until_they_are_released(self, gathering, feed, client, now):
        session = add_session(gathering)
        other = add_session(gathering, "Lunsj", start="11:00", kind="meal")
        release(gathering)
        before = client.get(feed)
        save(gathering, session, now=now + HOUR, title={"nb": "Ny tittel"})
        assert client.get(feed).content == before.content
        release(gathering, now=now + 2 * HOUR)
        old, new = by_uid(before.content), by_uid(client.get(feed).content)
        assert new[str(other.uid)] == old[str(other.uid)]
        assert new[str(session.uid)]["SUMMARY"] == "Ny tittel"
        assert int(new[str(session.uid)]["SEQUENCE"]) == int(old[str(session.uid)]["SEQUENCE"]) + 1

    def test_a_mended_comma_moves_the_stamp_and_not_the_sequence(self, gathering, feed, client, now):
        session = add_session(gathering, abstract={"nb": "En to"})
        release(gathering)
        before = by_uid(client.get(feed).content)[str(session.uid)]
        save(gathering, session, now=now + HOUR, abstract={"nb": "En, to"})
        release(gathering, now=now + 2 * HOUR)
        after = by_uid(client.get(feed).content)[str(session.uid)]
        assert after["SEQUENCE"] == before["SEQUENCE"]
        assert after["DTSTAMP"] > before["DTSTAMP"]

    def test_using_an_older_release_again_raises_the_sequence_once_more(self, gathering, feed, client, now):
        session = add_session(gathering)
        release(gathering)
        version = get_session(gathering, session.uid).version
        place(
            gathering, session.uid, version=version, day=str(session.day.uid), start="13:00", now=now + HOUR
        )
        release(gathering, now=now + 2 * HOUR)
        moved = by_uid(client.get(feed).content)[str(session.uid)]
        repeat_release(gathering, 1, now=now + 3 * HOUR)
        back = by_uid(client.get(feed).content)[str(session.uid)]
        assert back["DTSTART"] == "20270608T090000"
        assert int(back["SEQUENCE"]) == int(moved["SEQUENCE"]) + 1

    def test_nights_when_the_clocks_change_are_read_alike(self, site, client):
        event = make_event(
            "Natt", dates=(dt.date(2027, 3, 27), dt.date(2027, 10, 30)), hours=("12:00", "04:00")
        )
        page = make_page(event, site["nb"])
        spring, autumn = event.days.order_by("date")
        add_session(event, "Vår", day=spring, start="23:00", minutes=300)
        add_session(event, "Høst", day=autumn, start="23:00", minutes=300)
        release(event)
        data = client.get(f"{page.get_url()}programme.ics").content
        assert complaints(data) == []
        assert sorted(seen[:2] for seen in agreed(data).values()) == [
            ("2027-03-27T22:00:00Z", "2027-03-28T03:00:00Z"),
            ("2027-10-30T21:00:00Z", "2027-10-31T02:00:00Z"),
        ]


class TestCancelling:
    def test_cancelling_the_event_reaches_every_session_without_a_release(self, gathering, feed, client, now):
        session = add_session(gathering)
        release(gathering)
        before = by_uid(client.get(feed).content)[str(session.uid)]
        change_status(gathering, Event.Status.CANCELLED, now=now + DAY)
        off = by_uid(client.get(feed).content)[str(session.uid)]
        assert off["STATUS"] == "CANCELLED"
        assert off["SUMMARY"] != before["SUMMARY"]
        assert off["SUMMARY"].endswith(": Åpning")
        assert int(off["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
        revive_event(gathering, now=now + 2 * DAY)
        again = by_uid(client.get(feed).content)[str(session.uid)]
        assert (again["STATUS"], again["SUMMARY"]) == ("CONFIRMED", "Åpning")
        assert int(again["SEQUENCE"]) == int(off["SEQUENCE"]) + 1

    def test_moving_the_venue_reaches_every_session(self, gathering, feed, client, now):
        session = add_session(gathering)
        release(gathering)
        before = by_uid(client.get(feed).content)[str(session.uid)]
        gathering.venue = None
        save_facts(gathering, now=now + DAY)
        after = by_uid(client.get(feed).content)[str(session.uid)]
        assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
        assert after["DTSTAMP"] > before["DTSTAMP"]
        assert "Clarion" not in after["LOCATION"]

    def test_thirty_one_days_after_its_end_a_cancelled_event_is_gone_from_the_feed(self, gathering, now):
        add_session(gathering)
        release(gathering)
        change_status(gathering, Event.Status.CANCELLED, now=now + DAY)
        kept = feed_at(gathering, dt.datetime(2027, 7, 10, 12, tzinfo=dt.UTC))
        gone = feed_at(gathering, dt.datetime(2027, 7, 11, 12, tzinfo=dt.UTC))
        assert (len(by_uid(kept.content)), len(by_uid(gone.content))) == (1, 0)
        assert kept["ETag"] != gone["ETag"]

    @pytest.mark.parametrize("how", ["cancelled", "taken out"])
    def test_a_session_that_falls_away_says_so_for_ninety_days(self, gathering, now, how):
        session = add_session(gathering)
        add_session(gathering, "Lunsj", start="11:00")
        release(gathering)
        version = get_session(gathering, session.uid).version
        if how == "cancelled":
            cancel(gathering, session.uid, version=version, now=now + HOUR)
        else:
            update_session(gathering, session.uid, version=version, now=now + HOUR, day=None, start=None)
        ended = now + DAY
        release(gathering, now=ended)
        tombstone = by_uid(feed_at(gathering, ended).content)[str(session.uid)]
        assert (tombstone["STATUS"], tombstone["SEQUENCE"]) == ("CANCELLED", "1")
        assert tombstone["DTSTART"] == "20270608T090000"
        # 90 days later it is summer time, so noon in UTC is 14:00 at the event.
        assert str(session.uid) in by_uid(feed_at(gathering, ended + 90 * DAY).content)
        assert str(session.uid) not in by_uid(feed_at(gathering, ended + 91 * DAY).content)
        event = Event.objects.get(pk=gathering.pk)
        request = RequestFactory().get("/")
        kept = feeds.session_file(
            request, event=event, session_uid=str(session.uid), language="nb", now=ended
        )
        assert values(kept.content, "STATUS") == ["CANCELLED"]
        with pytest.raises(Http404):
            feeds.session_file(
                request, event=event, session_uid=str(session.uid), language="nb", now=ended + 91 * DAY
            )

    def test_a_session_taken_back_in_is_confirmed_with_a_higher_sequence(self, gathering, feed, client, now):
        session = add_session(gathering)
        release(gathering)
        cancel(gathering, session.uid, version=get_session(gathering, session.uid).version, now=now + HOUR)
        release(gathering, now=now + DAY)
        off = by_uid(client.get(feed).content)[str(session.uid)]
        restore(gathering, session.uid, version=get_session(gathering, session.uid).version, now=now + DAY)
        release(gathering, now=now + 2 * DAY)
        again = by_uid(client.get(feed).content)[str(session.uid)]
        assert again["STATUS"] == "CONFIRMED"
        assert int(again["SEQUENCE"]) > int(off["SEQUENCE"])


class TestFiles:
    def test_a_session_is_a_file_of_one_entry(self, gathering, client):
        session = add_session(gathering, "Møte på sjøen")
        add_session(gathering, "Lunsj", start="11:00")
        release(gathering)
        response = client.get(f"{gathering.page.get_url()}sessions/{session.uid}.ics")
        assert list(agreed(response.content)) == [str(session.uid)]
        assert complaints(response.content) == []
        assert "filename*=UTF-8''M%C3%B8te%20p%C3%A5%20sj%C3%B8en.ics" in response["Content-Disposition"]

    def test_rigging_unreleased_and_foreign_sessions_are_not_found(self, gathering, site, client):
        rigging = add_session(gathering, "Rigging", kind="internal")
        release(gathering)
        unreleased = add_session(gathering, "Senere", start="12:00")
        foreign = add_session(make_event("Annet"))
        for session in (rigging, unreleased, foreign):
            assert client.get(f"{gathering.page.get_url()}sessions/{session.uid}.ics").status_code == 404


class TestRefresh:
    @pytest.mark.parametrize(
        ("day", "hours"), [("2027-06-05", 6), ("2027-06-06", 1), ("2027-06-10", 1), ("2027-06-11", 6)]
    )
    def test_subscribers_come_hourly_from_two_days_before_to_the_end(self, gathering, day, hours):
        add_session(gathering)
        release(gathering)
        data = feed_at(gathering, dt.datetime.fromisoformat(f"{day}T10:00:00+00:00")).content
        assert values(data, "REFRESH-INTERVAL") == values(data, "X-PUBLISHED-TTL") == [f"PT{hours}H"]


class TestFilters:
    @pytest.fixture
    def programme(self, gathering, venue):
        room = Room.objects.create(venue=venue, name="Storsalen")
        track = make_track(gathering)
        talk = add_session(gathering, "Foredrag", room=str(room.uid), track=str(track.uid), where={})
        second = gathering.days.order_by("date")[1]
        lunch = add_session(gathering, "Lunsj", start="11:00", kind="meal", day=second)
        person = Person.objects.create(given_name="Kari", family_name="Nordmann")
        SessionPerson.objects.create(session=talk, person=person)
        release(gathering)
        return {"room": room, "track": track, "talk": talk, "lunch": lunch, "person": person}

    def titles(self, event, now, **query):
        return values(feed_at(event, now, **query).content, "SUMMARY")

    def test_each_key_narrows(self, gathering, programme, now):
        for query, wanted in [
            ({"room": programme["room"].uid}, ["Foredrag"]),
            ({"track": programme["track"].uid}, ["Foredrag"]),
            ({"person": programme["person"].uid}, ["Foredrag"]),
            ({"kind": "meal"}, ["Lunsj"]),
            ({"kind": "meal,talk"}, ["Foredrag", "Lunsj"]),
            ({"day": "2027-06-09"}, ["Lunsj"]),
            ({"day": "2027-06-09", "kind": "talk"}, []),
            ({"only": f"{programme['lunch'].uid},no-longer-there"}, ["Lunsj"]),
            ({"only": "no-longer-there"}, []),
            ({"q": "x", "utm_source": "y"}, ["Foredrag", "Lunsj"]),
        ]:
            assert self.titles(gathering, now, **query) == wanted, query

    @pytest.mark.parametrize(
        "query", [{"kind": "internal"}, {"kind": "x"}, {"room": "1"}, {"day": "2027-01-01"}]
    )
    def test_an_unknown_value_is_not_found(self, gathering, programme, now, query):
        with pytest.raises(Http404):
            feed_at(gathering, now, **query)

    def test_the_canonical_form_stands_in_the_calendar(self, gathering, programme, now):
        one, two = (
            feed_at(gathering, now, kind="talk,meal"),
            feed_at(gathering, now, kind="meal,talk,meal", x="1"),
        )
        assert one.content == two.content
        assert values(one.content, "SOURCE") == ["http://testserver/programme.ics?kind=meal,talk"]

    def test_at_most_sixty_favourites_count(self, gathering, programme, now):
        uids = [f"0000{number:04}" for number in range(100)]
        assert self.titles(gathering, now, only=",".join([*uids, str(programme["lunch"].uid)])) == []


class TestCost:
    def test_as_many_queries_for_thirty_sessions_as_for_two(self, gathering, feed, client, now):
        counts = []
        for most in (2, 30):
            for number in range(gathering.sessions.count(), most):
                add_session(gathering, f"Økt {number}", start=f"{9 + number % 6:02}:{number % 5 * 10:02}")
            release(gathering, now=now + most * HOUR)
            event = Event.objects.get(pk=gathering.pk)
            request = RequestFactory().get("/")
            with CaptureQueriesContext(connection) as queries:
                feeds.programme_feed(request, event=event, language="nb", url="http://x.no/p.ics", name="x")
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 5

    def test_a_conditional_request_writes_nothing(self, gathering, feed, client, monkeypatch):
        add_session(gathering)
        release(gathering)
        tag = client.get(feed)["ETag"]
        monkeypatch.setattr(ics, "write_entry", lambda entry: pytest.fail("serialised"))
        monkeypatch.setattr(ics, "write_calendar", lambda head, entries: pytest.fail("serialised"))
        assert client.get(feed, headers={"If-None-Match": tag}).status_code == 304

    def test_a_session_without_a_release_can_be_removed_without_a_trace(self, gathering, feed, client):
        add_session(gathering)
        release(gathering)
        before = client.get(feed)["ETag"]
        session = add_session(gathering, "Aldri sluppet", start="12:00")
        remove(gathering, session.uid, version=session.version)
        assert client.get(feed)["ETag"] == before
