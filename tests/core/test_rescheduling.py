"""Moving, postponing, cancelling and reviving: what an event remembers of its former date, and the ways back."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from nsr_events.core.copying import copy_event
from nsr_events.core.events import change_status, revive_event, save_days, save_facts
from nsr_events.core.models import Event
from tests.factories import NOW, make_event

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def move(event, days=0, hours=0, *, now=NOW):
    """Move every day of the event."""
    rows = list(event.days.all())
    for row in rows:
        row.date += dt.timedelta(days=days)
        row.opens = (dt.datetime.combine(row.date, row.opens) + hours * HOUR).time()
    return save_days(event, rows, now=now)


def fresh(event):
    return Event.objects.get(pk=event.pk)


@pytest.fixture
def event():
    return make_event(days=2)


@pytest.mark.parametrize("status", ["confirmed", "moved_online"])
@pytest.mark.parametrize("how", [{"days": 7}, {"hours": 1}])
def test_an_announced_event_that_moves_remembers_its_former_start(event, status, how):
    change_status(event, status, now=NOW)
    was = event.start
    move(event, **how)

    assert (fresh(event).previous_start, fresh(event).rescheduled_at) == (was, NOW)
    assert fresh(event).former_start(NOW) == was


def test_it_is_news_for_14_days(event):
    move(event, 7)

    assert fresh(event).former_start(NOW + 14 * DAY)
    assert not fresh(event).former_start(NOW + 14 * DAY + HOUR)


def test_moved_back_there_is_no_news(event):
    move(event, 7)
    move(event, -7, now=NOW + DAY)

    assert (fresh(event).previous_start, fresh(event).rescheduled_at) == (None, None)


def test_a_second_move_within_the_fortnight_still_tells_of_the_first_date(event):
    first = event.start
    move(event, 7)
    move(event, 7, now=NOW + DAY)
    assert fresh(event).previous_start == first

    second = fresh(event).start
    move(event, 7, now=NOW + 30 * DAY)
    assert fresh(event).previous_start == second


@pytest.mark.parametrize("status", ["planned", "cancelled"])
def test_what_is_no_promise_is_not_moved(event, status):
    change_status(event, status, now=NOW)
    move(event, 7)

    assert fresh(event).previous_start is None


def test_a_date_that_becomes_preliminary_again_forgets_the_former_one(event):
    move(event, 7)
    change_status(event, "planned", now=NOW)

    assert fresh(event).previous_start is None


def test_the_end_theme_or_name_is_no_move(event):
    rows = list(event.days.all())
    rows[0].theme, rows[-1].closes = {"nb": "Nytt tema"}, dt.time(18)
    save_days(event, rows, now=NOW)
    event.name = {"nb": "Annet navn"}
    save_facts(event, now=NOW)

    assert fresh(event).previous_start is None


def test_hours_that_were_not_set_do_not_move():
    event = make_event(hours=("", ""))
    rows = list(event.days.all())
    rows[0].opens = dt.time(10)
    save_days(event, rows, now=NOW)

    assert fresh(event).previous_start is None


def test_what_is_over_is_corrected_not_moved(event):
    move(event, 1, now=event.end + DAY)

    assert fresh(event).previous_start is None


def test_a_postponed_event_is_confirmed_by_its_new_date_with_one_sequence(event):
    change_status(event, "postponed", note={"nb": "Storm"}, now=NOW)
    was, sequence = event.start, event.ical_sequence
    changes = move(event, 30, now=NOW + DAY)

    event = fresh(event)
    assert {"status", "days"} <= changes
    assert (event.status, str(event.status_note), event.status_changed_at) == ("confirmed", "", NOW + DAY)
    assert (event.former_start(NOW + DAY), event.ical_sequence) == (was, sequence + 1)


def test_a_postponed_event_keeps_waiting_while_other_facts_are_edited(event):
    change_status(event, "postponed", now=NOW)
    event.name = {"nb": "Annet navn"}
    save_facts(event, now=NOW)

    assert fresh(event).status == "postponed"


def test_a_postponed_event_whose_old_date_has_passed_may_get_a_new_one(event):
    change_status(event, "postponed", now=NOW)
    was = event.start
    move(event, 60, now=event.end + DAY)

    assert (fresh(event).status, fresh(event).previous_start) == ("confirmed", was)


@pytest.mark.parametrize("status", ["planned", "confirmed", "postponed", "moved_online"])
def test_nothing_but_reviving_leads_back_from_cancelled(event, status):
    change_status(event, "cancelled", now=NOW)

    with pytest.raises(ValidationError):
        change_status(event, status, now=NOW)
    assert fresh(event).status == "cancelled"


def test_reviving_confirms_once_and_takes_the_old_words_away(event):
    change_status(event, "cancelled", note={"nb": "For få påmeldte"}, now=NOW)
    assert revive_event(event, now=NOW + DAY) == {"status", "status_note"}

    event = fresh(event)
    assert (event.status, str(event.status_note), event.ical_sequence) == ("confirmed", "", 2)
    assert event.status_changed_at == NOW + DAY


@pytest.mark.parametrize("status", ["planned", "confirmed", "postponed"])
def test_only_what_is_cancelled_is_revived(event, status):
    change_status(event, status, now=NOW)

    with pytest.raises(ValidationError):
        revive_event(event, now=NOW)


def test_the_words_about_a_cancelled_event_may_be_mended(event):
    change_status(event, "cancelled", now=NOW)

    assert change_status(event, "cancelled", note={"nb": "Streik"}, now=NOW) == {"status_note"}


def test_facts_saved_from_an_older_instance_bring_no_status_or_sequence_back(event):
    older = fresh(event)
    change_status(event, "cancelled", note={"nb": "Streik"}, now=NOW)
    older.contact_name = "Kari"
    save_facts(older, now=NOW)

    event = fresh(event)
    assert (event.status, str(event.status_note), event.ical_sequence) == ("cancelled", "Streik", 1)
    assert event.contact_name == "Kari"


def test_a_copy_has_moved_nowhere(event):
    move(event, 7)

    assert copy_event(event, now=NOW).rescheduled_at is None
