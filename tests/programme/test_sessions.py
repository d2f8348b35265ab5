"""The verbs: what an editor does to the working programme, and what two of them do at once."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from wagtail.models import ModelLogEntry

from nsr_events.programme import sessions
from nsr_events.programme.models import Session, SessionPerson
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import SessionReleased, StaleSession, carry_out
from nsr_events.programme.values import NotInEvent, values_of

from .making import LATER, NOW, day_of, make_event, make_person, make_session, room_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event()


def again(session):
    return sessions.get_session(session.event, session.uid)


def undo(event, saved):
    for command in saved.undo:
        carry_out(event, command, now=LATER)


def test_a_time_on_the_wall_becomes_an_instant(event):
    session = make_session(event, start="10:00")
    assert session.start == dt.datetime(2027, 9, 28, 8, tzinfo=dt.UTC)
    assert session.end - session.start == dt.timedelta(minutes=45)


def test_placing_moves_to_another_day_time_and_room(event):
    session = make_session(event)
    saved = sessions.place(
        event,
        session.uid,
        version=1,
        day=day_of(event, 2),
        start="13:15",
        room=room_of(event, "Loftet"),
        now=LATER,
    )
    assert (saved.session.start, saved.session.room.name, saved.session.version) == (
        dt.datetime(2027, 9, 29, 11, 15, tzinfo=dt.UTC),
        "Loftet",
        2,
    )


def test_a_new_day_alone_keeps_the_time_on_the_wall(event):
    session = make_session(event, start="10:00")
    sessions.update_session(event, session.uid, version=1, now=LATER, day=day_of(event, 3))
    assert (values_of(again(session))["start"], again(session).start.date()) == (
        "10:00",
        dt.date(2027, 9, 30),
    )


def test_new_minutes_move_the_end(event):
    session = make_session(event)
    saved = sessions.update_session(event, session.uid, version=1, now=LATER, minutes="90").session
    assert saved.end - saved.start == dt.timedelta(minutes=90)


def test_taking_out_keeps_the_minutes_and_putting_back_is_one_undo(event):
    session = make_session(event, minutes=25)
    saved = sessions.unplace(event, session.uid, version=1, now=LATER)
    assert (saved.session.start, saved.session.day, saved.session.minutes) == (None, None, 25)
    undo(event, saved)
    assert (again(session).start, again(session).end) == (session.start, session.end)


def test_swapping_trades_times_and_rooms_and_keeps_the_minutes(event):
    one = make_session(event, "Kort", "10:00", minutes=20)
    two = make_session(event, "Lang", "13:00", room="Loftet", day=2, minutes=60)
    saved = sessions.swap(event, one.uid, two.uid, versions={str(one.uid): 1, str(two.uid): 1}, now=LATER)
    one, two = saved.sessions
    assert (values_of(one)["start"], one.room.name, one.minutes) == ("13:00", "Loftet", 20)
    assert (values_of(two)["start"], two.room.name, two.minutes) == ("10:00", "Storsalen", 60)
    undo(event, saved)
    assert values_of(again(one))["start"] == "10:00"


def test_swapping_is_all_or_nothing(event):
    one, two = make_session(event, "En", "10:00"), make_session(event, "To", "13:00")
    with pytest.raises(StaleSession):
        sessions.swap(event, one.uid, two.uid, versions={str(one.uid): 1, str(two.uid): 9}, now=LATER)
    assert values_of(again(one))["start"] == "10:00"


def test_shifting_pushes_several_at_once(event):
    rows = [make_session(event, "En", "10:00"), make_session(event, "To", "11:00")]
    saved = sessions.shift(event, {str(row.uid): 1 for row in rows}, minutes=-15, now=LATER)
    assert [values_of(row)["start"] for row in saved.sessions] == ["09:45", "10:45"]


@pytest.mark.parametrize("minutes", [-700, 1200])
def test_shifting_never_leaves_the_day(event, minutes):
    session = make_session(event)
    with pytest.raises(ValidationError, match="ville havnet utenfor dagen sin"):
        sessions.shift(event, {str(session.uid): 1}, minutes=minutes, now=LATER)


def test_what_lies_in_the_tray_cannot_be_shifted(event):
    session = make_session(event, start=None)
    with pytest.raises(ValidationError, match="har ikke noe tidspunkt ennå"):
        sessions.shift(event, {str(session.uid): 1}, minutes=15, now=LATER)


def test_a_copy_lies_in_the_tray_with_the_same_people(event):
    person = make_person()
    session = make_session(event, people=[{"person": person.uid, "role": "speaker"}], status="cancelled")
    copy = sessions.duplicate(event, session.uid, now=LATER).session
    assert (copy.start, copy.status, str(copy.title)) == (None, "confirmed", "Trusselbildet")
    assert [link.person for link in copy.people.all()] == [person]


def test_cancelling_and_restoring_change_the_status_only(event):
    session = make_session(event)
    cancelled = sessions.cancel(event, session.uid, version=1, now=LATER).session
    assert (cancelled.status, cancelled.start) == ("cancelled", session.start)
    assert sessions.restore(event, session.uid, version=2, now=LATER).session.status == "confirmed"


def test_what_nobody_saw_can_be_removed_and_the_removal_undone(event):
    session = make_session(event, people=[{"person": make_person().uid, "role": "host"}])
    before = values_of(session)
    saved = sessions.remove(event, session.uid, version=1)
    assert not Session.objects.exists()
    undo(event, saved)
    assert values_of(again(session)) == before


def test_what_was_released_is_cancelled_not_removed(event):
    session = make_session(event)
    release_programme(event, now=NOW)
    with pytest.raises(SessionReleased):
        sessions.remove(event, session.uid, version=1)


def test_the_second_editor_learns_who_was_first(event, django_user_model):
    kari = django_user_model.objects.create_user("kari")
    session = make_session(event)
    sessions.place(event, session.uid, version=1, day=day_of(event), start="10:30", now=LATER, by=kari)
    with pytest.raises(StaleSession) as stale:
        sessions.place(event, session.uid, version=1, day=day_of(event), start="11:00", now=LATER)
    current = stale.value.current
    assert (values_of(current)["start"], current.changed_by, current.changed_at) == ("10:30", kari, LATER)


def test_two_editors_on_different_sessions_both_succeed(event):
    one, two = make_session(event, "En", "10:00"), make_session(event, "To", "11:00")
    sessions.unplace(event, one.uid, version=1, now=LATER)
    sessions.unplace(event, two.uid, version=1, now=LATER)
    assert not Session.objects.filter(start__isnull=False).exists()


def test_an_undo_never_overwrites_a_later_change(event):
    session = make_session(event)
    saved = sessions.unplace(event, session.uid, version=1, now=LATER)
    sessions.update_session(event, session.uid, version=2, now=LATER, title={"nb": "Nytt"})
    with pytest.raises(StaleSession):
        undo(event, saved)


def test_people_are_part_of_the_version(event):
    session = make_session(event)
    part = {"person": make_person().uid, "role": "speaker"}
    assert (
        sessions.update_session(event, session.uid, version=1, now=LATER, people=[part]).session.version == 2
    )
    with pytest.raises(StaleSession):
        sessions.update_session(event, session.uid, version=1, now=LATER, people=[])
    assert SessionPerson.objects.count() == 1


def test_saving_what_it_has_already_writes_nothing(event):
    session = make_session(event, people=[{"person": make_person().uid, "role": "speaker"}])
    saved = sessions.update_session(event, session.uid, version=1, now=LATER, **values_of(session))
    assert (saved.session.version, saved.undo, again(session).changed_at) == (1, (), NOW)


def test_title_and_employer_stay_as_they_were_when_the_link_was_made(event):
    person = make_person(title="Leder", employer="Kripos")
    session = make_session(event, people=[{"person": person.uid, "role": "speaker"}])
    person.title, person.employer = "Direktør", "Posten"
    person.save()
    sessions.update_session(
        event, session.uid, version=1, now=LATER, title={"nb": "Nytt"}, people=values_of(session)["people"]
    )
    link = again(session).people.get()
    assert (link.title, link.employer) == ("Leder", "Kripos")


def test_title_and_employer_are_refreshed_when_asked_for(event):
    person = make_person()
    session = make_session(event, people=[{"person": person.uid, "role": "speaker"}])
    person.title = "Direktør"
    person.save()
    part = {"person": person.uid, "role": "speaker", "refresh": True}
    saved = sessions.update_session(event, session.uid, version=1, now=LATER, people=[part])
    assert saved.session.people.get().title == "Direktør"


def test_a_time_the_clock_skips_is_a_field_error():
    event = make_event(first_day=dt.date(2027, 3, 28), days=1)
    event.days.update(opens=None)
    with pytest.raises(ValidationError) as error:
        make_session(event, start="02:30")
    assert list(error.value.message_dict) == ["start"]


def test_of_a_time_the_clock_shows_twice_the_first_counts():
    event = make_event(first_day=dt.date(2027, 10, 31), days=1)
    event.days.update(opens=None)
    assert make_session(event, start="02:30").start == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)


def test_a_start_after_midnight_belongs_to_the_evening_before(event):
    session = make_session(event, start="01:30")
    assert session.start == dt.datetime(2027, 9, 28, 23, 30, tzinfo=dt.UTC)
    assert values_of(session)["start"] == "01:30"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"minutes": "many"}, "minutes"),
        ({"start": "25:00"}, "start"),
        ({"start": "soon"}, "start"),
        ({"day": None}, "start"),
        ({"title": {}}, "title"),
        ({"title": {"nb": "x" * 1_000_000}}, "title"),
        ({"title": {"nb": "a\x00b"}}, "title"),
        ({"abstract": {"nb": "x" * 5001}}, "abstract"),
        ({"status": "gone"}, "status"),
        ({"kind": "party"}, "kind"),
        ({"capacity": 0}, "capacity"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"note": "x" * 5001}, "note"),
    ],
)
def test_bad_values_are_told_by_their_field_and_nothing_is_saved(event, values, field):
    session = make_session(event)
    with pytest.raises(ValidationError) as error:
        sessions.update_session(event, session.uid, version=1, now=LATER, **values)
    assert field in error.value.message_dict
    assert again(session).version == 1


def test_every_mistake_is_told_at_once(event):
    with pytest.raises(ValidationError) as error:
        make_session(event, minutes=0, link="http://x.no", capacity=-1)
    assert {"minutes", "link", "capacity"} <= set(error.value.message_dict)


@pytest.mark.parametrize("name", ["day", "room", "track"])
def test_another_events_day_room_and_track_are_unknown(event, name):
    other = make_event()
    foreign = {
        "day": day_of(other),
        "room": room_of(other),
        "track": str(other.tracks.create(name="Spor").uid),
    }
    session = make_session(event)
    with pytest.raises(NotInEvent):
        sessions.update_session(event, session.uid, version=1, now=LATER, **{name: foreign[name]})


@pytest.mark.parametrize("uid", ["nonsense", "5b6c5f0e-2b60-4f0a-9a64-1e9f7d8f2c11"])
def test_an_unknown_session_is_unknown(event, uid):
    with pytest.raises(NotInEvent):
        sessions.unplace(event, uid, version=1, now=LATER)


def test_another_events_session_is_unknown(event):
    foreign = make_session(make_event())
    with pytest.raises(NotInEvent):
        sessions.cancel(event, foreign.uid, version=1, now=LATER)


def test_kinds_that_take_everybody_span_all_rooms_unless_told_otherwise(event):
    assert make_session(event, kind="meal").for_all
    assert not make_session(event, kind="meal", for_all=False).for_all
    assert not make_session(event, kind="talk").for_all


def test_each_command_is_one_entry_in_the_events_history(event):
    session = make_session(event)
    sessions.place(event, session.uid, version=1, day=day_of(event), start="11:00", now=LATER)
    entry = ModelLogEntry.objects.filter(object_id=str(event.pk)).latest("pk")
    assert (entry.action, entry.data["before"], entry.data["after"]) == (
        "nsr_events.session.place",
        {"start": "10:00"},
        {"start": "11:00"},
    )


def test_the_database_itself_refuses_an_end_before_the_start(event):
    session = make_session(event)
    with pytest.raises(IntegrityError):
        Session.objects.filter(pk=session.pk).update(end=session.start)
