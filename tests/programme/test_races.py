"""Two editors at the same moment, on PostgreSQL. Each race is first shown with its guard off."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection

from nsr_events.core import events
from nsr_events.core.models import Event
from nsr_events.programme import releases, sessions
from nsr_events.programme.models import Session
from nsr_events.programme.releases import StaleRelease, difference, release_programme
from nsr_events.programme.sessions import StaleSession

from .making import LATER, NOW, make_event, make_session

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def a_collection(db):
    """The flush after an earlier test of this kind took Wagtail's root collection with it."""
    from wagtail.models import Collection

    if not Collection.objects.exists():
        Collection.add_root(name="Root")


def at_once(*actions):
    """Run each action in its own thread and connection; what it answers, or the exception it raised."""

    def run(action):
        try:
            return action()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def meeting(monkeypatch):
    """Make both threads wait for each other at a function, so that each has read before either writes."""

    def place(module, name):
        barrier, real = threading.Barrier(2, timeout=20), getattr(module, name)

        def wait(*args, **kwargs):
            answer = real(*args, **kwargs)
            with suppress(threading.BrokenBarrierError):
                barrier.wait()
            return answer

        monkeypatch.setattr(module, name, wait)

    return place


def double_release(event, seen):
    def release():
        return release_programme(event, now=NOW, expected_number=seen.number, expected_change=seen.change)

    return at_once(release, release)


def test_without_the_lock_both_releases_are_written(meeting, monkeypatch):
    event = make_event()
    make_session(event)
    seen = difference(event, now=NOW)
    monkeypatch.setattr(releases, "lock_event", lambda pk: Event.objects.get(pk=pk))
    meeting(releases, "load_working")
    answers = double_release(event, seen)
    assert any(isinstance(answer, IntegrityError) for answer in answers)


def test_two_releases_at_once_make_one_and_the_second_is_told(meeting, monkeypatch):
    event = make_event()
    make_session(event)
    seen = difference(event, now=NOW)
    barrier, locked = threading.Barrier(2, timeout=20), []
    monkeypatch.setattr(
        releases, "lock_event", lambda pk: (locked.append(barrier.wait()), events.lock_event(pk))[1]
    )
    answers = double_release(event, seen)
    assert len(locked) == 2, "both asked for the lock first"
    assert sorted(type(answer).__name__ for answer in answers) == ["ProgrammeRelease", "StaleRelease"]
    assert event.releases.count() == 1
    [stale] = [answer for answer in answers if isinstance(answer, StaleRelease)]
    assert stale.newest.number == 1


def two_moves(session):
    def move(start):
        return lambda: sessions.update_session(session.event, session.uid, version=1, now=LATER, start=start)

    return at_once(move("11:00"), move("12:00"))


def test_without_the_version_in_the_update_one_edit_is_lost(meeting, monkeypatch):
    session = make_session(make_event())
    monkeypatch.setattr(sessions, "at_version", lambda row, version: Session.objects.filter(pk=row.pk))
    meeting(sessions, "set_values")
    answers = two_moves(session)
    assert not any(isinstance(answer, Exception) for answer in answers)


def test_two_edits_at_once_save_one_and_the_second_sees_it(meeting):
    session = make_session(make_event())
    meeting(sessions, "set_values")
    answers = two_moves(session)
    [stale] = [answer for answer in answers if isinstance(answer, StaleSession)]
    [saved] = [answer for answer in answers if not isinstance(answer, Exception)]
    assert stale.current.start == saved.session.start
    assert Session.objects.get().version == 2
