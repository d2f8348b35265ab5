"""Stamps move when what an entry shows has changed, in any language, and at no other time."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nsr_events.calendars import stamps
from nsr_events.core.events import change_status, revive_event, save_facts
from nsr_events.core.models import Event, Room
from nsr_events.core.presentations import of
from nsr_events.tasks import restamp_calendars

from .conftest import make_event, make_organiser, make_page, make_region

pytestmark = pytest.mark.django_db

LATER = dt.datetime(2027, 2, 1, 8, 30, 15, 999, tzinfo=dt.UTC)


def state(event):
    """Digest, stamp and sequence as stored."""
    return Event.objects.values_list("ical_digest", "ical_stamp", "ical_sequence").get(pk=event.pk)


def test_unchanged_content_keeps_its_stamp_whoever_looks(site):
    event = make_event()
    make_page(event, site["nb"])
    before = state(event)
    assert stamps.restamp([event], now=LATER) == 0
    assert state(event) == before


def test_a_changed_title_moves_the_stamp_in_whole_seconds_and_keeps_the_sequence(site):
    event = make_event()
    page = make_page(event, site["nb"])
    _digest, _stamp, sequence = state(event)
    type(page).objects.filter(pk=page.pk).update(title="Ny tittel")
    assert stamps.restamp([event.pk], now=LATER) == 1
    assert state(event)[1:] == (LATER.replace(microsecond=0), sequence)


def test_publishing_a_new_title_moves_the_stamp_and_publishing_the_same_again_does_not(site):
    event = make_event()
    page = make_page(event, site["nb"])
    page.title = "Ny tittel"
    before = state(event)
    page.save_revision()
    assert state(event) == before  # a draft or an autosave
    page.get_latest_revision().publish()
    changed = state(event)
    assert changed[1] > before[1]
    page.save_revision().publish()
    assert state(event) == changed


def test_a_change_in_another_language_moves_the_stamp_too(site):
    event = make_event()
    make_page(event, site["nb"])
    before = state(event)
    make_page(event, site["en"], title="Gathering")
    assert state(event)[1] > before[1]


def test_the_stamp_never_runs_backwards(site):
    event = make_event()
    page = make_page(event, site["nb"])
    before = state(event)
    type(page).objects.filter(pk=page.pk).update(title="Ny tittel")
    stamps.restamp([event], now=before[1] - dt.timedelta(days=400))
    assert state(event)[1] > before[1]


@pytest.mark.parametrize("what", ["venue", "region", "type", "organisation"])
def test_editing_what_the_entry_names_moves_the_stamp(site, venue, what):
    event = make_event(venue=venue, region=make_region())
    organisation = make_organiser(event)
    make_page(event, site["nb"])
    stamps.restamp([event], now=LATER)
    before = state(event)
    row = {"venue": venue, "region": event.region, "type": event.type, "organisation": organisation}[what]
    row.name = "Et annet navn"
    row.save()
    assert state(event)[1] > before[1]


def test_editing_a_room_of_the_house_changes_nothing_shown(site, venue):
    event = make_event(venue=venue)
    make_page(event, site["nb"])
    before = state(event)
    Room.objects.create(venue=venue, name="Storsalen")
    assert state(event) == before


def test_taking_the_page_down_and_deleting_it_moves_the_stamp(site):
    event = make_event()
    page = make_page(event, site["nb"])
    page.refresh_from_db()
    shown = state(event)
    page.unpublish()
    hidden = state(event)
    assert hidden[1] > shown[1]
    page.save_revision().publish()
    assert state(event)[0] == shown[0]
    page.refresh_from_db()
    page.delete()
    assert state(event)[0] == hidden[0]


def test_moving_a_section_moves_the_addresses_of_everything_below_it(
    site, django_capture_on_commit_callbacks
):
    event = make_event()
    page = make_page(event, site["nb"])
    before = state(event)
    index = site["nb"]
    index.slug = "kalender"
    with django_capture_on_commit_callbacks(execute=True):
        index.save_revision().publish()
    assert of([event.pk], "nb")[event.pk].url.startswith("http://testserver/kalender/")
    assert state(event)[1] > before[1]
    moved = state(event)
    page.refresh_from_db()
    page.move(index.get_parent(), pos="last-child")
    assert state(event)[1] > moved[1]


def test_saving_facts_stamps_in_the_same_transaction_and_the_row_at_hand_knows(site, venue):
    event = make_event()
    make_page(event, site["nb"])
    event.venue = venue
    save_facts(event, now=LATER)
    assert (event.ical_digest, event.ical_stamp, event.ical_sequence) == state(event)
    assert event.ical_stamp == LATER.replace(microsecond=0)


def test_cancelling_and_reviving_keep_the_uid_and_raise_the_sequence_each_time(site, now):
    event = make_event()
    uid = event.uid
    sequences = [event.ical_sequence]
    change_status(event, "cancelled", now=now + dt.timedelta(hours=1))
    sequences.append(event.ical_sequence)
    revive_event(event, now=now + dt.timedelta(hours=2))
    sequences.append(event.ical_sequence)
    assert sequences == [0, 1, 2]
    assert event.uid == uid


def test_what_bypassed_the_signals_is_found_by_task_and_command(site):
    event = make_event()
    page = make_page(event, site["nb"])
    type(page).objects.filter(pk=page.pk).update(title="Ny tittel")
    assert restamp_calendars() == 1
    assert restamp_calendars() == 0
    type(page).objects.filter(pk=page.pk).update(title="Enda en tittel")
    out = StringIO()
    call_command("nsr_events_restamp_calendars", stdout=out)
    assert out.getvalue() == "1 events stamped.\n"


def test_many_events_take_as_many_queries_as_two(site, venue):
    events = [make_event(f"Samling {number}", venue=venue) for number in range(12)]
    for event in events:
        make_page(event, site["nb"])
    counts = []
    for most in (2, 12):
        Event.objects.update(ical_digest="old")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert stamps.restamp(events[:most], now=LATER) == most
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_restamping_purges_the_addresses_of_the_feeds(site, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(stamps.apps, "is_installed", lambda name: name == "wagtail.contrib.frontend_cache")
    purged = []
    monkeypatch.setattr("wagtail.contrib.frontend_cache.utils.purge_urls_from_cache", purged.extend)
    monkeypatch.setattr(stamps, "_address_providers", [lambda ids: ["https://example.no/calendar.ics"]])
    event = make_event()
    page = make_page(event, site["nb"])
    type(page).objects.filter(pk=page.pk).update(title="Ny tittel")
    with django_capture_on_commit_callbacks(execute=True):
        stamps.restamp([event], now=LATER)
    assert purged == [
        f"http://testserver{page.get_url()}calendar.ics",
        f"http://testserver{page.get_url()}programme.ics",
        "https://example.no/calendar.ics",
    ]
