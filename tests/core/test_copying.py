"""Copying an event: what it takes along, what it leaves behind, and that the original is only read."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nsr_events.core import copying
from nsr_events.core.copying import Shift, copy_event, event_parts, shift_to
from nsr_events.core.events import change_status
from nsr_events.core.models import (
    Event,
    EventDayHost,
    EventOrganisation,
    Organisation,
    Person,
    Room,
    Venue,
)
from nsr_events.core.signals import event_changed
from nsr_events.programme.models import ConflictAcceptance, ProgrammeRelease, Session, SessionPerson, Track
from nsr_events.programme.releases import release_programme
from tests.factories import NOW, make_conference, make_event, make_index

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")


def local(moment):
    return moment.astimezone(OSLO).strftime("%Y-%m-%d %H:%M")


@pytest.fixture
def event():
    """Three days in September, with everything an event may have."""
    venue = Venue.objects.create(name="Huset", city="Oslo")
    kripos = Organisation.objects.create(name="Kripos")
    event = make_event(
        {"nb": "Samling 2027", "en": "Gathering 2027"},
        date=dt.date(2027, 9, 28),
        days=3,
        venue=venue,
        edition="2027",
        online_url="https://example.org/hemmelig",
        audience={"nb": "For kontakter"},
        contact_email="post@example.org",
    )
    for number, day in enumerate(event.days.all()):
        day.theme = {"nb": f"Tema {number + 1}"}
        day.save()
        EventDayHost.objects.create(day=day, organisation=kripos)
    EventOrganisation.objects.create(event=event, organisation=kripos, role="organiser")
    fill(event, venue)
    return event


def fill(event, venue):
    """A talk with a speaker in two joined rooms, a night item, a cancelled one, one in the tray; released."""
    halls = [Room.objects.create(venue=venue, name=name) for name in ("A", "B")]
    track = Track.objects.create(event=event, name={"nb": "Spor"}, colour=3)
    day = event.days.first()
    talk = add(event, day, "09:00", title={"nb": "Innledning"}, room=halls[0], track=track, bookable=True)
    talk.also_rooms.add(halls[1])
    speaker = Person.objects.create(
        given_name="Kari", family_name="Foredrag", title="Rådgiver", employer="Gammel"
    )
    SessionPerson.objects.create(session=talk, person=speaker, title="Rådgiver", employer="Gammel")
    add(event, day, "23:30", title={"nb": "Nattmat"}, kind="social")
    add(event, day, "11:00", title={"nb": "Avlyst"}, status="cancelled")
    Session.objects.create(event=event, title={"nb": "Ikke plassert"}, note="Spør Kari")
    release_programme(event, now=NOW)
    ConflictAcceptance.objects.create(event=event, fingerprint="x", reason="Ment slik")


def add(event, day, start, **fields):
    begins = dt.datetime.combine(day.date, dt.time.fromisoformat(start), tzinfo=event.zone)
    fields.setdefault("link", "https://example.org/strom")
    return Session.objects.create(
        event=event, day=day, start=begins, end=begins + dt.timedelta(hours=1), **fields
    )


def everything_of(event):
    """Every row of an event as text, to be compared byte by byte."""
    rows = [
        Event.objects.filter(pk=event.pk),
        event.days.all(),
        EventDayHost.objects.filter(day__event=event),
        event.organisations.all(),
        event.tracks.all(),
        event.sessions.all(),
        SessionPerson.objects.filter(session__event=event),
        event.releases.all(),
        event.conflict_acceptances.all(),
    ]
    return [serializers.serialize("json", each.order_by("pk")) for each in rows]


class TestWhatIsCopied:
    def test_facts_days_hosts_organisations_tracks_and_items(self, event):
        copy = Event.objects.get(pk=copy_event(event, now=NOW).pk)
        assert (str(copy.name), copy.venue, copy.contact_email) == (
            "Samling 2027",
            event.venue,
            "post@example.org",
        )
        assert copy.audience.data == {"nb": "For kontakter"}
        assert (copy.start, copy.end) == (event.start, event.end)
        assert [str(day.theme) for day in copy.days.all()] == ["Tema 1", "Tema 2", "Tema 3"]
        assert [host.organisation.name for day in copy.days.all() for host in day.day_hosts.all()] == [
            "Kripos"
        ] * 3
        assert [row.role for row in copy.organisations.all()] == ["organiser"]
        talk = copy.sessions.get(pk=min(copy.sessions.values_list("pk", flat=True)))
        assert (str(talk.title), talk.room.name, talk.track.event, talk.bookable) == (
            "Innledning",
            "A",
            copy,
            True,
        )
        assert [room.name for room in talk.also_rooms.all()] == ["B"]
        assert talk.day.event == copy
        assert copy.sessions.count() == 4

    def test_an_item_in_the_tray_stays_in_the_tray(self, event):
        tray = copy_event(event, now=NOW).sessions.get(start=None)
        assert (str(tray.title), tray.minutes, tray.note) == ("Ikke plassert", 45, "Spør Kari")

    def test_speakers_come_along_with_employer_and_title_of_today(self, event):
        person = Person.objects.get()
        person.title, person.organisation = "Direktør", Organisation.objects.create(name="Ny")
        person.save()
        link = SessionPerson.objects.get(session__event=copy_event(event, now=NOW))
        assert (link.person, link.title, link.employer) == (person, "Direktør", "Ny")
        assert SessionPerson.objects.get(session__event=event).employer == "Gammel"


class TestWhatIsReset:
    def test_status_note_and_online_link(self, event):
        change_status(event, "cancelled", note={"nb": "Streik"}, now=NOW)
        copy = Event.objects.get(pk=copy_event(event, now=NOW).pk)
        assert copy.status == "planned"
        assert not str(copy.status_note)
        assert (copy.status_changed_at, copy.previous_start) == (None, None)
        assert (copy.online_url, copy.online_open) == ("", False)

    def test_no_identity_is_shared(self, event):
        copy = copy_event(event, now=NOW)
        for name in ("days", "sessions", "tracks"):
            mine = set(getattr(copy, name).values_list("uid", flat=True))
            assert mine
            assert not mine & set(getattr(event, name).values_list("uid", flat=True))
        assert copy.uid != event.uid

    def test_sequences_begin_anew(self, event):
        change_status(event, "cancelled", now=NOW)
        Session.objects.filter(event=event).update(ical_sequence=7, version=9)
        copy = Event.objects.get(pk=copy_event(event, now=NOW).pk)
        assert copy.ical_sequence == 0
        assert set(copy.sessions.values_list("ical_sequence", "version")) == {(0, 1)}

    def test_releases_accepted_conflicts_and_streams_stay_behind(self, event):
        copy = copy_event(event, now=NOW)
        assert not ProgrammeRelease.objects.filter(event=copy).exists()
        assert not ConflictAcceptance.objects.filter(event=copy).exists()
        assert set(copy.sessions.values_list("link", flat=True)) == {""}

    def test_what_was_called_off_is_a_draft_to_decide_on_again(self, event):
        copy = copy_event(event, now=NOW)
        statuses = {str(session.title): session.status for session in copy.sessions.all()}
        assert statuses["Avlyst"] == "draft"
        assert statuses["Innledning"] == "confirmed"

    def test_items_become_drafts_by_choice(self, event):
        copy = copy_event(event, now=NOW, drafts=True)
        assert set(copy.sessions.values_list("status", flat=True)) == {"draft"}

    def test_every_column_of_an_item_is_copied_or_named_as_reset(self, event):
        """A column added later is copied, unless somebody decides otherwise."""
        from nsr_events.programme.copying import RESET

        known = {each.name for each in Session._meta.concrete_fields}
        assert known >= RESET
        unique = {each.name for each in Session._meta.concrete_fields if each.unique and not each.primary_key}
        assert unique <= RESET
        unique = {each.name for each in Event._meta.concrete_fields if each.unique and not each.primary_key}
        assert unique <= copying.RESET_FACTS


def test_the_original_is_byte_identical(event):
    before = everything_of(event)
    copy_event(event, now=NOW, first_day=dt.date(2028, 9, 26), edition="2028", drafts=True)
    assert everything_of(event) == before


def test_a_copy_that_fails_leaves_nothing(event, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(SessionPerson.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        copy_event(event, now=NOW)
    assert Event.objects.count() == 1


class TestTheNewEdition:
    def test_its_name_takes_the_place_of_the_old_ones(self, event):
        copy = copy_event(event, now=NOW, edition="2028")
        assert copy.edition == "2028"
        assert copy.name.data == {"nb": "Samling 2028", "en": "Gathering 2028"}

    def test_a_name_that_would_become_too_long_is_kept(self, event):
        event.name = {"nb": "2027" + "x" * 116}
        event.save()
        assert str(copy_event(event, now=NOW, edition="tjuetjueåtte").name).startswith("2027x")

    def test_parts_left_out_take_along_what_needs_them(self, event):
        copy = copy_event(event, now=NOW, parts={"tracks", "people", "organisations"})
        assert copy.tracks.count() == 1
        assert copy.organisations.count() == 1
        assert not copy.sessions.exists()
        assert not EventDayHost.objects.filter(day__event=copy).exists()

    def test_items_without_their_tracks(self, event):
        copy = copy_event(event, now=NOW, parts={"sessions"})
        assert set(copy.sessions.values_list("track", flat=True)) == {None}

    def test_it_is_told_once_as_a_new_event(self, event):
        told = []

        def receiver(sender, **kwargs):
            told.append((kwargs["event"].pk, kwargs["before"], kwargs["event"].sessions.count()))

        event_changed.connect(receiver)
        try:
            copy = copy_event(event, now=NOW)
        finally:
            event_changed.disconnect(receiver)
        assert told == [(copy.pk, {}, 4)]


class TestDates:
    def test_items_move_with_their_day_and_keep_the_time_on_the_wall_across_a_clock_change(self, event):
        copy = copy_event(event, now=NOW, first_day=dt.date(2028, 11, 7))
        times = sorted(local(session.start) for session in copy.sessions.exclude(start=None))
        assert times == ["2028-11-07 09:00", "2028-11-07 11:00", "2028-11-07 23:30"]
        night = max(copy.sessions.exclude(start=None), key=lambda session: session.start)
        assert local(night.end) == "2028-11-08 00:30"
        assert local(copy.start) == "2028-11-07 09:00"
        assert local(copy.end) == "2028-11-09 16:00"
        assert copy.start.utcoffset() != event.start.astimezone(OSLO).utcoffset()

    def test_a_night_item_moves_with_the_day_it_belongs_to(self, event):
        day = event.days.get(date=dt.date(2027, 9, 28))
        after_midnight = dt.datetime(2027, 9, 29, 1, 0, tzinfo=OSLO)
        Session.objects.create(
            event=event,
            day=day,
            start=after_midnight,
            end=after_midnight + dt.timedelta(hours=1),
            title="Natt",
        )
        copy = copy_event(event, now=NOW, first_day=dt.date(2027, 10, 1), skip_weekends=True)
        assert [day.date.day for day in copy.days.all()] == [1, 4, 5]
        natt = next(session for session in copy.sessions.all() if str(session.title) == "Natt")
        assert local(natt.start) == "2027-10-02 01:00"

    def test_weekends_are_skipped_by_choice_and_no_two_days_meet(self, event):
        friday = dt.date(2027, 10, 1)
        assert sorted(shift_to(event, friday).dates.values()) == [dt.date(2027, 10, day) for day in (1, 2, 3)]
        skipped = shift_to(event, friday, skip_weekends=True)
        assert sorted(skipped.dates.values()) == [dt.date(2027, 10, day) for day in (1, 4, 5)]
        saturday = shift_to(event, dt.date(2027, 10, 2), skip_weekends=True)
        assert sorted(saturday.dates.values()) == [dt.date(2027, 10, day) for day in (4, 5, 6)]

    def test_a_time_the_clock_skips_counts_as_that_much_later(self):
        shift = Shift({dt.date(2027, 3, 20): dt.date(2027, 3, 28)}, OSLO)
        moved = shift.moment(dt.datetime(2027, 3, 20, 2, 30, tzinfo=OSLO))
        assert local(moved) == "2027-03-28 03:30"

    def test_no_distance_leaves_the_very_instant(self):
        """In autumn 02:30 comes twice: the second stays the second."""
        shift = Shift({dt.date(2027, 10, 31): dt.date(2027, 10, 31)}, OSLO)
        second = dt.datetime(2027, 10, 31, 2, 30, tzinfo=OSLO, fold=1)
        assert shift.moment(second) == second

    def test_dates_outside_the_days_keep_their_distance_to_the_nearest_day_before(self):
        day = dt.date(2027, 9, 28)
        shift = Shift(
            {day: day + dt.timedelta(days=10), day + dt.timedelta(days=2): day + dt.timedelta(days=20)}, OSLO
        )
        assert shift.days_from(dt.date(2027, 8, 1)).days == 10
        assert shift.days_from(dt.date(2027, 9, 29)).days == 10
        assert shift.days_from(dt.date(2027, 12, 1)).days == 18


@pytest.mark.parametrize("sessions", [30, 300])
def test_copying_a_conference_stays_within_sixty_queries(sessions):
    event = make_conference(make_index(), sessions=sessions).event
    with CaptureQueriesContext(
        connection,
    ) as queries:
        copy = copy_event(event, now=NOW, first_day=dt.date(2028, 9, 5), edition="2028")
    assert copy.sessions.count() == sessions
    assert len(queries) <= 60, len(queries)


class TestRegistry:
    def test_a_part_before_what_it_needs_is_refused(self):
        with pytest.raises(LookupError, match="nobody-registers-this"):
            copying.register_part(copying.EventPart("odd", "Odd", needs=("nobody-registers-this",)))

    def test_each_part_comes_after_those_it_needs(self):
        keys = [part.key for part in event_parts()]
        assert keys.index("tracks") >= 0
        for part in event_parts():
            assert all(keys.index(needed) < keys.index(part.key) for needed in part.needs)
