"""Each status is the same truth in page, session, index, card, feed and JSON-LD, and so is a date that moved."""

import datetime as dt
import json
import re

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone
from django.utils.translation import gettext
from icalendar import Calendar

from nsr_events.core import formats
from nsr_events.core.events import change_status, revive_event, save_days
from nsr_events.core.models import Event, Venue
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from tests.factories import make_event, make_index, make_page

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def index():
    return make_index()


@pytest.fixture
def page(index, now):
    """A confirmed event two months ahead in a house, with a released talk."""
    venue = Venue.objects.create(name="Kongressenteret", city="Oslo")
    event = make_event("Fagdag", date=now.date() + 60 * DAY, venue=venue, now=now)
    create_session(event, now=now, day=event.days.first().uid, start="10:00", title={"nb": "Foredrag"})
    release_programme(event, now=now)
    return make_page(event, index)


def soup_of(client, address):
    return BeautifulSoup(client.get(address).content, "html.parser")


def words(node):
    return re.sub(r"\s+", " ", node.get_text(" ").replace("\xa0", " ")).strip() if node else ""


def struck(node):
    return [words(each) for each in node.select("s")] if node else []


def read(client, index, page):
    """What each output says of the event."""
    soup = soup_of(client, page.url)
    session = page.event.sessions.get()
    row = next((li for li in soup_of(client, index.url).select(".ne-rows li") if "Fagdag" in words(li)), None)
    entry = Calendar.from_ical(client.get(page.url + "calendar.ics").content).walk("VEVENT")[0]
    talk = Calendar.from_ical(client.get(page.url + "programme.ics").content).walk("VEVENT")[0]
    data = json.loads(soup.select_one('script[type="application/ld+json"]').string)
    return {
        "banner": words(soup.select_one(".ne-banner")),
        "tag": words(soup.select_one(".ne-hero .ne-tag")),
        "card": words(soup.select_one(".ne-reg .ne-tag")),
        "facts": soup.select_one(".ne-facts"),
        "row": row,
        "session": words(soup_of(client, f"{page.url}sessions/{session.uid}/").select_one(".ne-banner")),
        "ics": entry,
        "talk": talk,
        "ld": data,
    }


TRUTHS = {
    "planned": ("", "Foreløpig dato", "TENTATIVE", "EventScheduled"),
    "confirmed": ("", "Bekreftet", "CONFIRMED", "EventScheduled"),
    "postponed": ("Arrangementet er utsatt", "Utsatt", "CANCELLED", "EventPostponed"),
    "moved_online": ("Arrangementet holdes på nett", "Flyttet til nett", "CONFIRMED", "EventMovedOnline"),
    "cancelled": ("Arrangementet er avlyst", "Avlyst", "CANCELLED", "EventCancelled"),
}


@pytest.mark.parametrize("status", TRUTHS)
def test_every_output_tells_the_same_status(client, index, page, now, status):
    banner, tag, calendar, machine = TRUTHS[status]
    change_status(page.event, status, note={"nb": "Les dette."}, now=now)
    found = read(client, index, page)

    assert bool(found["banner"]) == bool(banner)
    assert ("Les dette." in found["banner"]) == bool(banner)
    assert found["tag"] == found["card"]
    assert found["tag"] in words(found["row"])
    assert found["tag"] == tag
    assert str(found["ics"]["STATUS"]) == calendar
    assert found["ld"]["eventStatus"].endswith(machine)
    is_off = status in {"postponed", "cancelled"}
    assert (str(found["talk"]["STATUS"]) == "CANCELLED") == is_off
    assert bool(found["session"]) == is_off


def test_a_place_that_is_given_up_is_struck_and_the_net_takes_its_place(client, index, page, now):
    change_status(page.event, "moved_online", now=now)
    found = read(client, index, page)

    assert any("Kongressenteret" in each for each in struck(found["facts"]))
    assert "Kongressenteret" not in words(found["row"])
    assert "På nett" in words(found["row"])
    assert str(found["ics"]["LOCATION"]) == "På nett"
    assert "Kongressenteret" not in json.dumps(found["ld"])


def test_a_postponed_date_is_struck_and_the_event_stands_last_in_a_group_of_its_own(client, index, page, now):
    later = make_event("Senere", date=now.date() + 200 * DAY, now=now)
    make_page(later, index)
    change_status(page.event, "postponed", now=now)
    found = read(client, index, page)
    date = formats.full_date(page.event.local_start.date(), "nb").replace("\xa0", " ")
    groups = [words(each) for each in soup_of(client, index.url).select(".ne-month h3")]

    assert struck(found["facts"]) == [date]
    assert struck(found["row"]) == [date]
    assert groups[-1] == gettext("Postponed")
    assert len(groups) == 2


def test_a_postponed_event_is_upcoming_also_when_its_old_date_has_passed(client, index, page, now):
    rows = list(page.event.days.all())
    rows[0].date = now.date() - 3 * DAY
    save_days(page.event, rows, now=now - 40 * DAY)
    Event.objects.filter(pk=page.event_id).update(status="postponed")

    assert "Fagdag" in words(soup_of(client, index.url))
    assert "Fagdag" not in words(soup_of(client, f"{index.url}archive/"))
    assert gettext("Over") not in words(soup_of(client, page.url).select_one(".ne-hero .ne-tag"))


class TestMoved:
    """A confirmed event that got another date."""

    @pytest.fixture
    def old(self, page, now):
        old = page.event.local_start
        rows = list(page.event.days.all())
        rows[0].date += 7 * DAY
        save_days(page.event, rows, now=now)
        return old

    def test_page_index_and_machines_tell_old_and_new(self, client, index, page, old):
        found = read(client, index, page)
        was = formats.full_date(old.date(), "nb").replace("\xa0", " ")
        new = formats.full_date(old.date() + 7 * DAY, "nb").replace("\xa0", " ")

        assert was in struck(found["facts"])
        assert new in words(found["facts"])
        assert new in found["banner"]
        assert was in struck(found["row"])
        assert gettext("New date") in words(found["row"])
        assert found["ld"]["eventStatus"].endswith("EventRescheduled")
        assert found["ld"]["previousStartDate"] == old.isoformat()

    def test_a_fortnight_later_it_is_an_event_like_any_other(self, client, index, page, old, now):
        Event.objects.filter(pk=page.event_id).update(rescheduled_at=now - 15 * DAY)
        found = read(client, index, page)

        assert struck(found["facts"]) == struck(found["row"]) == []
        assert found["banner"] == ""
        assert found["ld"]["eventStatus"].endswith("EventScheduled")
        assert "previousStartDate" not in found["ld"]

    def test_another_hour_of_the_same_day_is_told_by_the_hour(self, client, page, now):
        rows = list(page.event.days.all())
        rows[0].opens = dt.time(11)
        save_days(page.event, rows, now=now)

        assert "kl. 09:00" in struck(soup_of(client, page.url).select_one(".ne-facts"))


def test_a_new_date_brings_a_postponed_entry_back_under_its_uid(client, index, page, now):
    before = read(client, index, page)["ics"]
    change_status(page.event, "postponed", now=now)
    off = read(client, index, page)["ics"]
    rows = list(page.event.days.all())
    rows[0].date += 30 * DAY
    save_days(page.event, rows, now=now)
    back = read(client, index, page)["ics"]

    assert before["UID"] == off["UID"] == back["UID"]
    assert [str(each["STATUS"]) for each in (before, off, back)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert before["SEQUENCE"] < off["SEQUENCE"] < back["SEQUENCE"]
    assert off["DTSTART"].dt == before["DTSTART"].dt
    assert back["DTSTART"].dt == before["DTSTART"].dt + 30 * DAY


def test_a_revived_event_is_back_everywhere(client, index, page, now):
    before = read(client, index, page)["ics"]
    change_status(page.event, "cancelled", note={"nb": "Streik"}, now=now)
    revive_event(page.event, now=now)
    found = read(client, index, page)

    assert (found["banner"], found["session"]) == ("", "")
    assert "Streik" not in client.get(page.url).content.decode()
    assert found["ld"]["eventStatus"].endswith("EventScheduled")
    assert (found["ics"]["UID"], str(found["ics"]["STATUS"])) == (before["UID"], "CONFIRMED")
    assert found["ics"]["SEQUENCE"] == before["SEQUENCE"] + 2
    assert str(found["talk"]["STATUS"]) == "CONFIRMED"
