"""Saving how people register: what it will do is said first, done at once, and never silently."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from nsr_events.core.models import Event
from nsr_events.registration import saving
from nsr_events.registration.locking import seats_locked
from nsr_events.registration.models import ParticipantCategory, Registration, RegistrationSetup
from nsr_events.registration.room import LimitKind
from tests.factories import NOW
from tests.registration.setting_up import make_category, make_open_event, make_question, people

pytestmark = pytest.mark.django_db


def save(event, *, confirmed="", stamp=None, **values):
    setup = RegistrationSetup.objects.get(event=event)
    stamp = saving.stamp_of(setup) if stamp is None else stamp
    return saving.save_setup(event, values, stamp=stamp, confirmed=confirmed, now=NOW)


def effects_of(event, **values):
    with pytest.raises(saving.Unconfirmed) as asked:
        save(event, **values)
    return asked.value.effects


def statuses(event):
    rows = Registration.objects.filter(event=event).order_by("pk")
    return list(rows.values_list("status", flat=True))


def setup_of(event):
    return RegistrationSetup.objects.get(event=event)


class TestCapacityRaised:
    @pytest.fixture
    def event(self):
        event = make_open_event(capacity=2, waiting_list="automatic")
        people(event, 2)
        people(event, 5, "waitlisted")
        return event

    def test_it_is_said_first_how_many_get_a_seat_and_nothing_is_saved(self, event):
        effects = effects_of(event, capacity=5)
        assert (effects.confirmed, effects.offered, effects.still_waiting) == (3, 0, 2)
        assert setup_of(event).capacity == 2
        assert statuses(event).count("waitlisted") == 5

    def test_confirmed_it_is_done_at_once_in_order(self, event):
        answer = effects_of(event, capacity=5).answer
        saved = save(event, capacity=5, confirmed=answer)
        assert len(saved.moved.confirmed) == 3
        assert statuses(event) == ["confirmed"] * 5 + ["waitlisted"] * 2

    def test_a_list_with_offers_offers(self, event):
        RegistrationSetup.objects.filter(event=event).update(waiting_list="offer")
        effects = effects_of(event, capacity=4)
        assert (effects.confirmed, effects.offered) == (0, 2)
        save(event, capacity=4, confirmed=effects.answer)
        assert statuses(event) == ["confirmed"] * 2 + ["offered"] * 2 + ["waitlisted"] * 3

    def test_a_manual_list_moves_nobody_and_asks_nothing(self, event):
        RegistrationSetup.objects.filter(event=event).update(waiting_list="manual")
        assert save(event, capacity=10).moved.confirmed == []

    def test_another_number_meanwhile_is_asked_about_again(self, event):
        answer = effects_of(event, capacity=5).answer
        Registration.objects.filter(event=event, status="waitlisted").first().delete()
        people(event, 1)
        with pytest.raises(saving.Unconfirmed) as asked:
            save(event, capacity=5, confirmed=answer)
        assert asked.value.effects.confirmed == 2

    def test_a_manual_list_made_automatic_moves_who_waits(self, event):
        RegistrationSetup.objects.filter(event=event).update(waiting_list="manual", capacity=4)
        assert effects_of(event, waiting_list="automatic").confirmed == 2


class TestCapacityLowered:
    def test_below_what_is_taken_warns_and_nobody_loses_a_seat(self):
        event = make_open_event(capacity=10)
        people(event, 8)
        effects = effects_of(event, capacity=5)
        assert [(each.limit.kind, each.taken, each.capacity) for each in effects.over] == [
            (LimitKind.EVENT, 8, 5)
        ]
        save(event, capacity=5, confirmed=effects.answer)
        assert statuses(event) == ["confirmed"] * 8

    def test_it_warns_once_not_at_every_save(self):
        event = make_open_event(capacity=5)
        people(event, 8)
        assert save(event, few_left=2).changed == ("few_left",)

    def test_nobody_is_moved_up_until_there_is_room(self):
        event = make_open_event(capacity=3, waiting_list="automatic")
        people(event, 3)
        people(event, 1, "waitlisted")
        save(event, capacity=2, confirmed=effects_of(event, capacity=2).answer)
        assert statuses(event) == ["confirmed"] * 3 + ["waitlisted"]


def test_a_waiting_list_that_stops_is_told_with_how_many_rest():
    event = make_open_event(capacity=1, waiting_list="automatic")
    people(event, 1)
    people(event, 4, "waitlisted")
    assert effects_of(event, waiting_list="off").resting == 4


def test_all_days_for_everybody_names_those_who_chose_some():
    event = make_open_event(days=3)
    RegistrationSetup.objects.filter(event=event).update(days="choose")
    people(event, 2, days=[event.days.first()])
    people(event, 1)
    assert effects_of(event, days="all").partly == 2


def test_somebody_elses_save_is_not_overwritten():
    event = make_open_event(capacity=10)
    stamp = saving.stamp_of(setup_of(event))
    save(event, capacity=20)
    with pytest.raises(saving.SavedMeanwhile):
        save(event, few_left=5, stamp=stamp)
    assert setup_of(event).few_left is None


def test_nothing_changed_writes_no_history():
    event = make_open_event(capacity=10)
    assert save(event, capacity=10).changed == ()


class TestReserves:
    def test_more_than_the_seats_of_the_event_are_refused(self):
        event = make_open_event(capacity=10)
        make_category(event, "Presse", reserved=8)
        with pytest.raises(ValidationError):
            save(event, capacity=7)
        assert setup_of(event).capacity == 10

    def test_a_smaller_reserve_lets_others_in(self):
        event = make_open_event(capacity=5, waiting_list="automatic")
        press = make_category(event, "Presse", reserved=3)
        people(event, 2)
        people(event, 2, "waitlisted")
        with pytest.raises(saving.Unconfirmed) as asked:
            saving.save_category(event, press, {"reserved": 1}, stamp=saving.stamp_of(press), now=NOW)
        assert asked.value.effects.confirmed == 2

    def test_deleting_an_empty_group_frees_its_reserve_and_says_so(self):
        event = make_open_event(capacity=3, waiting_list="automatic")
        press = make_category(event, "Presse", reserved=2)
        people(event, 1)
        people(event, 2, "waitlisted")
        with pytest.raises(saving.Unconfirmed) as asked:
            saving.delete_category(event, press, now=NOW)
        saving.delete_category(event, press, confirmed=asked.value.effects.answer, now=NOW)
        assert statuses(event) == ["confirmed"] * 3


class TestGroups:
    def test_a_new_one_gets_a_key_from_its_name_and_the_last_place(self):
        event = make_open_event()
        new = ParticipantCategory(event=event)
        row = saving.save_category(event, new, {"name": {"nb": "Offentlig ansatt"}}, now=NOW).row
        assert (row.key, row.sort_order) == ("offentlig-ansatt", 1)

    def test_a_second_click_makes_no_second_one(self):
        event = make_open_event()
        uid = ParticipantCategory(event=event).uid
        for _click in range(2):
            saving.save_category(
                event, ParticipantCategory(event=event, uid=uid), {"name": {"nb": "Presse"}}, now=NOW
            )
        assert event.categories.count() == 2

    def test_the_same_name_gets_another_key_and_a_new_name_keeps_the_old_one(self):
        event = make_open_event()
        first = make_category(event, "presse")
        new = ParticipantCategory(event=event)
        row = saving.save_category(event, new, {"name": {"nb": "Presse"}}, now=NOW).row
        assert row.key == "presse-2"
        stamp = saving.stamp_of(first)
        assert (
            saving.save_category(event, first, {"name": {"nb": "Media"}}, stamp=stamp, now=NOW).row.key
            == "presse"
        )

    @pytest.mark.parametrize("use", ["registration", "invitation", "condition"])
    def test_one_in_use_is_not_deleted_and_says_by_whom(self, use):
        event = make_open_event()
        press = make_category(event, "Presse")
        if use == "registration":
            people(event, 1, "cancelled", category=press)
        elif use == "invitation":
            event.invitations.create(category=press, email="a@example.org", language="nb")
        else:
            make_question(event, condition={"source": "category", "values": ["presse"]})
        with pytest.raises(ValidationError):
            saving.delete_category(event, press, now=NOW)
        assert event.categories.filter(pk=press.pk).exists()

    def test_the_last_one_stays(self):
        event = make_open_event()
        with pytest.raises(ValidationError):
            saving.delete_category(event, event.categories.get(), now=NOW)

    def test_they_change_places_with_their_neighbours_only(self):
        event = make_open_event()
        press, public = make_category(event, "Presse"), make_category(event, "Offentlig")
        move = {"siblings": event.categories.all(), "action": "category.move"}
        saving.move_row(event, public, up=True, **move)
        saving.move_row(event, press, up=False, **move)
        keys = list(event.categories.values_list("key", flat=True))
        assert keys == ["participant", "offentlig", "presse"]

    def test_another_events_group_is_never_touched(self):
        event, other = make_open_event(), make_open_event()
        foreign = other.categories.get()
        with pytest.raises(ValidationError):
            saving.save_category(event, foreign, {"capacity": 1}, stamp=saving.stamp_of(foreign), now=NOW)


def test_everything_happens_under_the_lock(monkeypatch):
    """A guard: whoever takes ``seats_locked`` away from the verbs sees red."""
    taken = []

    def watched(pk):
        taken.append(pk)
        return seats_locked(pk)

    monkeypatch.setattr(saving, "seats_locked", watched)
    event = make_open_event()
    save(event, capacity=3)
    saving.save_category(event, ParticipantCategory(event=event), {"name": {"nb": "A"}}, now=NOW)
    assert taken == [event.pk] * 2


def test_a_cancelled_event_rests():
    event = make_open_event(capacity=1, waiting_list="automatic")
    people(event, 1)
    people(event, 3, "waitlisted")
    Event.objects.filter(pk=event.pk).update(status="cancelled")
    assert save(event, capacity=4).moved.confirmed == []


def test_after_the_last_date_for_offers_nobody_is_moved():
    event = make_open_event(capacity=1, waiting_list="automatic", offers_until=NOW - dt.timedelta(hours=1))
    people(event, 1)
    people(event, 3, "waitlisted")
    assert save(event, capacity=4).moved.confirmed == []


def test_no_offer_is_promised_when_less_than_two_hours_would_be_left():
    soon = NOW + dt.timedelta(hours=1)
    event = make_open_event(capacity=1, waiting_list="offer", offers_until=soon)
    people(event, 1)
    people(event, 3, "waitlisted")
    assert save(event, capacity=4).moved.offered == []
