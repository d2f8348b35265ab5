"""What the world sees moves with a release and only then; sequences and stamps follow what changed."""

import datetime as dt

import pytest
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString
from wagtail.models import ModelLogEntry

from nsr_events.core.events import change_status, save_days, save_facts
from nsr_events.core.models import EventDayHost, Organisation, Venue
from nsr_events.core.signals import Audience
from nsr_events.programme import sessions, signals
from nsr_events.programme.checking import accept_conflict, check_programme, reopen_conflict
from nsr_events.programme.conflicts import Conflict, Severity
from nsr_events.programme.current import UnknownSnapshot, current_programme, current_programmes
from nsr_events.programme.differences import canonical
from nsr_events.programme.models import ProgrammeRelease
from nsr_events.programme.releases import (
    ReleaseBlocked,
    StaleRelease,
    audiences,
    difference,
    programme_state,
    release_programme,
    repeat_difference,
    repeat_release,
)
from nsr_events.programme.values import values_of
from nsr_events.programme.working import load_working

from .making import LATER, NOW, day_of, make_event, make_person, make_session, room_of

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def event():
    return make_event()


def release(event, now=NOW, **options):
    return release_programme(event, now=now, **options)


def again(session):
    return sessions.get_session(session.event, session.uid)


def change(session, now=LATER, **values):
    return sessions.update_session(
        session.event, session.uid, version=again(session).version, now=now, **values
    ).session


def shown(event, session):
    return current_programme(event.pk).get(str(session.uid))


def kinds(event, now=LATER):
    return [each.kind for each in difference(event, now=now).changes]


def test_before_the_first_release_there_is_no_programme(event):
    make_session(event)
    assert current_programme(event.pk) is None


def test_a_release_shows_the_programme_as_it_stands(event):
    person = make_person()
    session = make_session(event, people=[{"person": person.uid, "role": "speaker"}], language="nb")
    assert release(event).number == 1
    programme = current_programme(event.pk)
    item = programme.get(str(session.uid))
    assert (programme.number, programme.at, programme.zone, programme.languages) == (
        1,
        NOW,
        "Europe/Oslo",
        ("nb",),
    )
    assert (item.title, item.start, item.seq, item.stamp) == ({"nb": "Trusselbildet"}, session.start, 0, NOW)
    assert (item.people[0].name, item.people[0].employer) == ("Kari Nordmann", "Kripos")
    assert programme.rooms[item.rooms[0]].name == "Storsalen"
    assert [day.venue for day in programme.days] == ["Huset, Oslo"] * 3


def test_the_stored_form_is_version_one_with_sorted_keys(event):
    make_session(event, people=[{"person": make_person().uid, "role": "speaker"}])
    event.tracks.create(name=LazyI18nString({"nb": "Spor"}), colour=2)
    snapshot = release(event).snapshot
    [entry] = snapshot["sessions"]
    assert list(snapshot) == ["days", "event", "languages", "rooms", "sessions", "tracks", "tz", "v"]
    content = ["abstract", "bookable", "day", "end", "for_all", "kind", "language", "link", "people", "rooms"]
    content += ["seq", "stamp", "start", "status", "title", "track", "uid", "where"]
    assert list(entry) == content
    assert list(entry["people"][0]) == ["employer", "name", "role", "title", "uid"]
    assert list(snapshot["days"][0]) == ["closes", "date", "hosts", "opens", "theme", "uid", "venue"]
    assert (entry["start"], entry["stamp"]) == ("2027-09-28T08:00:00Z", "2027-05-03T10:00:00Z")
    assert not any(isinstance(value, float) for value in entry.values())


def test_each_day_shows_its_own_hosts_place_and_theme(event):
    lent = Venue.objects.create(name="Middelthuns gate 27", city="Oslo")
    days = list(event.days.all())
    days[1].venue, days[1].theme = lent, LazyI18nString({"nb": "Næringslivet"})
    days[1].save()
    EventDayHost.objects.create(day=days[1], organisation=Organisation.objects.create(name="NSR"))
    make_session(event)
    release(event)
    second = current_programme(event.pk).days[1]
    assert (second.hosts, second.venue, second.theme) == (
        ("NSR",),
        "Middelthuns gate 27, Oslo",
        {"nb": "Næringslivet"},
    )


@pytest.mark.parametrize(
    "values", [{"status": "draft"}, {"kind": "internal"}, {"start": None}, {"status": "cancelled"}]
)
def test_what_is_not_meant_for_the_world_is_never_released(event, values):
    make_session(event)
    make_session(event, "Rigging", **{"start": "08:00", "room": "Loftet", **values})
    release(event)
    assert [item.title["nb"] for item in current_programme(event.pk).sessions] == ["Trusselbildet"]


def test_nothing_the_world_sees_changes_before_a_release(event):
    session = make_session(event)
    before = canonical(release(event).snapshot)
    change(
        session, title={"nb": "Nytt"}, start="11:00", people=[{"person": make_person().uid, "role": "host"}]
    )
    make_session(event, "Ny", "12:00")
    assert canonical(event.releases.first().snapshot) == before
    release(event, LATER)
    assert canonical(event.releases.first().snapshot) != before


def test_the_same_programme_gives_the_same_bytes(event):
    session = make_session(event)
    before = canonical(release(event).snapshot)
    change(session, title={"nb": "Nytt"})
    change(session, title={"nb": "Trusselbildet"})
    assert canonical(difference(event, now=LATER).snapshot) == before


def test_nothing_changed_makes_no_release(event):
    make_session(event)
    release(event)
    assert release(event, LATER) is None
    assert ProgrammeRelease.objects.count() == 1


MATERIAL = {
    "moved": {"start": "10:30"},
    "renamed": {"title": {"nb": "Nytt navn"}},
    "cancelled": {"status": "cancelled"},
}


@pytest.mark.parametrize("kind", MATERIAL)
def test_a_material_change_raises_the_sequence_by_one(event, kind):
    session = make_session(event)
    release(event)
    change(session, **MATERIAL[kind])
    assert kinds(event) == [kind]
    release(event, LATER)
    item = shown(event, session)
    assert (item.seq, item.stamp) == (1, LATER)
    assert (again(session).ical_sequence, again(session).ical_stamp) == (1, LATER)


@pytest.mark.parametrize("room", ["Loftet", None])
def test_a_new_room_is_a_move(event, room):
    session = make_session(event)
    release(event)
    change(session, room=room and room_of(event, room))
    assert kinds(event) == ["moved"]


@pytest.mark.parametrize(
    "values",
    [
        {"abstract": {"nb": "Tekst, med komma."}},
        {"kind": "panel"},
        {"language": "en"},
        {"where": {"nb": "Foajeen"}},
    ],
)
def test_mending_a_comma_gives_a_new_stamp_and_no_sequence(event, values):
    session = make_session(event)
    release(event)
    change(session, **values)
    assert kinds(event) == ["edited"]
    release(event, LATER)
    assert (shown(event, session).seq, shown(event, session).stamp) == (0, LATER)


def test_what_did_not_change_keeps_sequence_and_stamp(event):
    still, moved = make_session(event, "Stille"), make_session(event, "Flyttet", "12:00")
    release(event)
    change(moved, start="13:00")
    release(event, LATER)
    assert (shown(event, still).seq, shown(event, still).stamp) == (0, NOW)


def test_a_new_title_in_another_language_is_a_renaming(event):
    session = make_session(event)
    release(event)
    change(session, title={"nb": "Trusselbildet", "en": "Threats"})
    assert kinds(event)[0] == "renamed"


def test_moved_and_renamed_are_both_told_and_raise_the_sequence_once(event):
    session = make_session(event)
    release(event)
    change(session, start="11:00", title={"nb": "Nytt"})
    assert kinds(event) == ["moved", "renamed"]
    release(event, LATER)
    assert shown(event, session).seq == 1


def test_a_move_remembers_where_it_came_from(event):
    session = make_session(event)
    release(event)
    change(session, start="10:30", room=room_of(event, "Loftet"))
    release(event, LATER)
    moved = shown(event, session).moved
    assert (moved.release, moved.at, moved.start) == (2, LATER, session.start)
    assert current_programme(event.pk).rooms[moved.rooms[0]].name == "Storsalen"
    change(session, abstract={"nb": "Mer"})
    release(event, LATER + HOUR)
    assert shown(event, session).moved == moved


def test_after_a_move_is_released_nothing_is_left_to_release(event):
    session = make_session(event)
    release(event)
    change(session, start="10:30", room=room_of(event, "Loftet"))
    release(event, LATER)
    assert kinds(event) == []


def test_a_new_session_begins_at_zero(event):
    make_session(event)
    release(event)
    session = make_session(event, "Ny", "13:00")
    assert kinds(event) == ["new"]
    release(event, LATER)
    assert shown(event, session).seq == 0


def test_a_cancelled_session_stays_in_public_and_can_be_restored(event):
    session = make_session(event)
    release(event)
    change(session, status="cancelled")
    release(event, LATER)
    item = shown(event, session)
    assert (item.is_cancelled, item.ended, item in current_programme(event.pk).shown) == (True, LATER, True)
    change(session, status="confirmed")
    assert kinds(event) == ["restored"]
    release(event, LATER + HOUR)
    item = shown(event, session)
    assert (item.is_cancelled, item.ended, item.seq) == (False, None, 2)


@pytest.mark.parametrize("values", [{"start": None, "day": None}, {"status": "draft"}, {"kind": "internal"}])
def test_what_leaves_the_programme_is_carried_on_for_ninety_days(event, values):
    make_session(event, "Blir", "14:00")
    session = make_session(event)
    release(event)
    change(session, **values)
    assert kinds(event) == ["cancelled"]
    release(event, LATER)
    item = shown(event, session)
    assert (item.is_cancelled, item.gone, item.seq, item.start, item.ended) == (
        True,
        True,
        1,
        session.start,
        LATER,
    )
    assert item not in current_programme(event.pk).shown
    make_session(event, "Ny", "15:00")
    release(event, LATER + dt.timedelta(days=89))
    assert shown(event, session).ended == LATER
    make_session(event, "Nyere", "11:30")
    release(event, LATER + dt.timedelta(days=90))
    assert shown(event, session) is None


def test_what_left_and_returns_goes_on_from_its_sequence(event):
    session = make_session(event)
    release(event)
    sessions.unplace(event, session.uid, version=1, now=LATER)
    release(event, LATER)
    change(session, day=day_of(event), start="10:00")
    assert kinds(event) == ["restored"]
    release(event, LATER + HOUR)
    assert (shown(event, session).seq, shown(event, session).gone) == (2, False)


def test_a_renamed_room_is_told_and_raises_no_sequence(event):
    session = make_session(event)
    release(event)
    event.venue.rooms.filter(name="Storsalen").update(name="Aulaen")
    assert kinds(event) == ["edited"]
    release(event, LATER)
    assert shown(event, session).seq == 0


def test_a_double_click_makes_one_release(event):
    make_session(event)
    seen = difference(event, now=NOW)
    expected = {"expected_number": seen.number, "expected_change": seen.change}
    assert release(event, **expected).number == 1
    with pytest.raises(StaleRelease) as stale:
        release(event, **expected)
    assert stale.value.newest.number == 1


def test_what_was_edited_after_the_screen_was_drawn_is_not_released_blindly(event):
    session = make_session(event)
    seen = difference(event, now=NOW)
    change(session, title={"nb": "Nytt"})
    with pytest.raises(StaleRelease):
        release(event, expected_number=seen.number, expected_change=seen.change)
    assert not event.releases.exists()


def test_a_stop_blocks_until_it_is_mended(event):
    make_session(event, "En")
    other = make_session(event, "To")
    with pytest.raises(ReleaseBlocked) as blocked:
        release(event)
    assert [found.conflict.rule for found in blocked.value.conflicts] == ["room_busy"]
    change(other, start="12:00")
    assert release(event)


def test_an_accepted_stop_blocks_no_longer_and_wakes_again(event):
    make_session(event, "En")
    other = make_session(event, "To")
    [stop] = check_programme(load_working(event), now=NOW).stops
    accept_conflict(event, stop.fingerprint, reason="Delt sal", now=NOW)
    assert release(event)
    change(other, title={"nb": "Nytt navn"})
    assert release(event, LATER)
    change(other, start="10:15")
    with pytest.raises(ReleaseBlocked):
        release(event, LATER + HOUR)


def test_an_acceptance_can_be_taken_back(event):
    make_session(event, "En")
    make_session(event, "To")
    [stop] = check_programme(load_working(event), now=NOW).stops
    accept_conflict(event, stop.fingerprint, reason="Delt sal", now=NOW)
    reopen_conflict(event, stop.fingerprint)
    with pytest.raises(ReleaseBlocked):
        release(event)


def test_what_has_no_title_cannot_be_accepted(event):
    make_session(event, title={"en": "Threats"})
    [stop] = check_programme(load_working(event), now=NOW).stops
    with pytest.raises(Exception, match=_("Dette må rettes")):
        accept_conflict(event, stop.fingerprint, reason="Nei", now=NOW)


def test_accepting_asks_for_a_reason(event):
    make_session(event, "En")
    make_session(event, "To")
    [stop] = check_programme(load_working(event), now=NOW).stops
    with pytest.raises(Exception, match="hvorfor"):
        accept_conflict(event, stop.fingerprint, reason="  ", now=NOW)


@pytest.fixture
def receiving():
    connected = []

    def connect(signal, receiver):
        signal.connect(receiver)
        connected.append((signal, receiver))

    yield connect
    for signal, receiver in connected:
        signal.disconnect(receiver)


def test_later_packages_add_their_conflicts(event, receiving):
    session = make_session(event)

    def booked(sender, event, programme, **kwargs):
        return [Conflict("bookings_lost", Severity.STOP, (str(session.uid),), {"n": 3})]

    receiving(signals.programme_checked, booked)
    with pytest.raises(ReleaseBlocked):
        release(event)


def test_later_packages_say_whom_a_notice_reaches_and_hear_of_the_release(event, receiving):
    make_session(event)
    heard = []

    def count(sender, event, changes, **kwargs):
        return Audience("people", len(changes))

    def listen(sender, event, release, changes, **kwargs):
        heard.append((release.number, [each.kind for each in changes]))

    receiving(signals.programme_releasing, count)
    receiving(signals.programme_released, listen)
    assert audiences(event, difference(event, now=NOW).changes) == [Audience("people", 1)]
    release(event)
    assert heard == [(1, ["new"])]


def test_a_failing_receiver_takes_the_release_with_it(event, receiving):
    make_session(event)

    def fail(sender, **kwargs):
        raise RuntimeError("no notice")

    receiving(signals.programme_released, fail)
    with pytest.raises(RuntimeError):
        release(event)
    assert not event.releases.exists()


def move_day(event, number, date, now=LATER):
    days = list(event.days.all())
    days[number - 1].date = date
    return save_days(event, days, now=now)


def test_moving_a_day_moves_what_the_world_sees_at_once_and_leaves_edits_unreleased(event):
    session, other = make_session(event, day=3), make_session(event, "Annen", "12:00", day=3)
    release(event)
    change(session, start="11:00")
    move_day(event, 3, dt.date(2027, 11, 2))
    item = shown(event, session)
    # After the clocks went back: 10:00 is 09:00 UTC.
    assert (item.start, item.seq, item.moved) == (dt.datetime(2027, 11, 2, 9, tzinfo=dt.UTC), 1, None)
    assert current_programme(event.pk).days[2].date == dt.date(2027, 11, 2)
    assert again(session).start == dt.datetime(2027, 11, 2, 10, tzinfo=dt.UTC)
    assert kinds(event) == ["moved"]
    assert again(other).ical_sequence == 1


def test_two_days_may_trade_places(event):
    first, second = make_session(event, "En", day=1), make_session(event, "To", day=2)
    release(event)
    days = list(event.days.all())
    days[0].date, days[1].date = days[1].date, days[0].date
    save_days(event, days, now=LATER)
    assert (shown(event, first).start.day, shown(event, second).start.day) == (29, 28)


def test_a_new_zone_keeps_the_times_on_the_wall(event):
    session = make_session(event, start="10:00")
    release(event)
    event.timezone = "Europe/Helsinki"
    save_facts(event, now=LATER)
    programme = current_programme(event.pk)
    assert (programme.zone, programme.get(str(session.uid)).start) == (
        "Europe/Helsinki",
        dt.datetime(2027, 9, 28, 7, tzinfo=dt.UTC),
    )
    assert again(session).start == dt.datetime(2027, 9, 28, 7, tzinfo=dt.UTC)
    assert kinds(event) == []


def test_rows_follow_their_day_before_the_first_release_too(event):
    session = make_session(event, start="10:00", day=3)
    move_day(event, 3, dt.date(2027, 10, 4))
    assert again(session).start == dt.datetime(2027, 10, 4, 8, tzinfo=dt.UTC)
    assert not event.releases.exists()


def test_a_facts_release_stays_out_of_the_change_log_and_proposes_no_notice(event):
    make_session(event)
    release(event)
    move_day(event, 1, dt.date(2027, 9, 27))
    newest = event.releases.first()
    assert (newest.number, newest.in_log, [each["kind"] for each in newest.changes]) == (2, False, ["facts"])


def test_a_new_venue_of_a_day_shows_at_once(event):
    make_session(event)
    release(event)
    days = list(event.days.all())
    days[1].venue = Venue.objects.create(name="Annekset", city="Oslo")
    save_days(event, days, now=LATER)
    assert current_programme(event.pk).days[1].venue == "Annekset, Oslo"


def test_facts_that_no_programme_shows_make_no_release(event):
    make_session(event)
    release(event)
    event.contact_name = "Kari"
    save_facts(event, now=LATER)
    change_status(event, "cancelled", now=LATER)
    assert event.releases.count() == 1


def test_repeating_an_older_release_never_lowers_a_sequence(event):
    session = make_session(event)
    release(event)
    change(session, start="11:00")
    release(event, LATER)
    assert [each.kind for each in repeat_difference(event, 1, now=LATER).changes] == ["moved"]
    repeated = repeat_release(event, 1, now=LATER + HOUR)
    item = shown(event, session)
    assert (repeated.number, repeated.repeats, item.start, item.seq) == (3, 1, session.start, 2)
    assert again(session).ical_sequence == 2


def test_repeating_leaves_the_working_rows_alone(event):
    session = make_session(event)
    release(event)
    change(session, start="11:00")
    release(event, LATER)
    repeat_release(event, 1, now=LATER + HOUR)
    assert values_of(again(session))["start"] == "11:00"
    assert kinds(event) == ["moved"]


def test_repeating_may_reset_the_rows_and_puts_newer_ones_in_the_tray(event):
    person = make_person()
    session = make_session(
        event, people=[{"person": person.uid, "role": "speaker"}], also_rooms=[room_of(event, "Loftet")]
    )
    before = values_of(session)
    release(event)
    change(
        session,
        start="11:00",
        title={"nb": "Nytt"},
        people=[],
        also_rooms=[],
        room=room_of(event, "Kjelleren"),
    )
    newer = make_session(event, "Senere", "14:00")
    release(event, LATER)
    repeat_release(event, 1, now=LATER + HOUR, reset_rows=True)
    assert values_of(again(session)) == before
    assert (again(newer).start, again(newer).version) == (None, 2)
    assert kinds(event) == []


def test_repeating_brings_back_what_was_dropped_and_drops_what_came_later(event):
    dropped = make_session(event, "Ute")
    release(event)
    sessions.unplace(event, dropped.uid, version=1, now=LATER)
    later = make_session(event, "Inne", "13:00")
    release(event, LATER)
    repeat_release(event, 1, now=LATER + HOUR)
    assert (shown(event, dropped).status, shown(event, dropped).seq) == ("confirmed", 2)
    assert (shown(event, later).gone, shown(event, later).seq) == (True, 1)


def test_an_old_release_is_repeated_on_the_days_of_today(event):
    session = make_session(event, day=3)
    release(event)
    change(session, start="11:00")
    release(event, LATER)
    move_day(event, 3, dt.date(2027, 10, 4), now=LATER + HOUR)
    repeat_release(event, 1, now=LATER + 2 * HOUR)
    assert shown(event, session).start == dt.datetime(2027, 10, 4, 8, tzinfo=dt.UTC)


def test_repeating_the_newest_changes_nothing(event):
    make_session(event)
    release(event)
    assert repeat_release(event, 1, now=LATER) is None
    assert event.releases.count() == 1


def test_old_programmes_keep_the_employer_of_then(event):
    person = make_person(employer="Kripos")
    session = make_session(event, people=[{"person": person.uid, "role": "speaker"}])
    release(event)
    person.employer = "Posten"
    person.save()
    change(session, abstract={"nb": "Ny"})
    release(event, LATER)
    assert shown(event, session).people[0].employer == "Kripos"


def test_an_unknown_format_is_refused_with_a_way_out(event):
    make_session(event)
    stored = release(event)
    ProgrammeRelease.objects.filter(pk=stored.pk).update(snapshot={**stored.snapshot, "v": 2})
    with pytest.raises(UnknownSnapshot, match=r"format 2.*Upgrade"):
        current_programme(event.pk)
    with pytest.raises(UnknownSnapshot):
        release(event, LATER)


def test_the_newest_release_is_one_query(event, django_assert_num_queries):
    make_session(event)
    release(event)
    other = make_event()
    make_session(other)
    release(other)
    release(other, LATER)
    with django_assert_num_queries(1):
        current_programme(event.pk)
    with django_assert_num_queries(1):
        found = current_programmes([event.pk, other.pk, 0])
    assert {pk: programme.event for pk, programme in found.items()} == {
        event.pk: str(event.uid),
        other.pk: str(other.uid),
    }


def test_the_state_of_the_programme_follows_what_is_done(event):
    def state():
        found = programme_state(event, now=LATER)
        return found.kind, found.number, found.changes

    assert state() == ("none", 0, 0)
    session = make_session(event)
    assert state() == ("working", 0, 0)
    release(event)
    assert state() == ("released", 1, 0)
    change(session, start="11:00")
    assert state() == ("changed", 1, 1)


def test_the_history_tells_of_the_release(event, django_user_model):
    make_session(event)
    release(event, by=django_user_model.objects.create_user("kari"))
    entry = ModelLogEntry.objects.filter(action="nsr_events.programme.release").get()
    assert (entry.user.username, entry.data) == ("kari", {"number": 1, "changes": {"new": 1}})


def test_the_sentence_for_the_change_log_is_kept(event):
    make_session(event)
    stored = release(event, note={"nb": "Lunsj flyttet", "en": "Lunch moved"}, in_log=False)
    stored.refresh_from_db()
    assert (stored.note.localize("en"), stored.in_log) == ("Lunch moved", False)


def queries_for(django_assert_max_num_queries, count):
    event = make_event()
    people = [{"person": make_person(family=str(n)).uid, "role": "speaker"} for n in range(2)]
    rows = []
    for n in range(count):
        start, some = f"{9 + n % 7:02}:{n % 60:02}", people[: n % 3]
        rows.append(make_session(event, f"Post {n}", start, minutes=1, day=1 + n % 3, room=None, people=some))
    release(event)
    type(rows[0]).objects.filter(pk__in=[row.pk for row in rows]).update(kind="practical")
    type(rows[0]).objects.filter(pk__in=[row.pk for row in rows[::3]]).update(status="cancelled")
    seen = difference(event, now=LATER)
    with django_assert_max_num_queries(25) as captured:
        assert release(event, LATER, expected_number=1, expected_change=seen.change)
    return len(captured)


def test_a_release_takes_the_same_few_queries_whatever_its_size(django_assert_max_num_queries):
    make_session(warm := make_event())
    release(warm)
    assert queries_for(django_assert_max_num_queries, 10) == queries_for(django_assert_max_num_queries, 60)
