"""Two editors save at the same moment, on PostgreSQL: one is told; without the guard one would swallow the other."""

import pytest

from nsr_events.registration import asking, saving
from nsr_events.registration.models import Question, Registration, RegistrationSetup
from tests.admin.conftest import restore_wagtail
from tests.factories import NOW
from tests.programme.test_races import at_once
from tests.registration.setting_up import make_open_event, make_question, people

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event():
    restore_wagtail()
    return make_open_event(capacity=2, waiting_list="automatic")


def test_of_two_saves_with_the_same_stamp_one_is_told(event):
    stamp = saving.stamp_of(RegistrationSetup.objects.get(event=event))

    def save(**values):
        return lambda: saving.save_setup(event, values, stamp=stamp, now=NOW)

    results = at_once(save(capacity=5), save(few_left=2))
    assert sorted(type(each).__name__ for each in results) == ["Saved", "SavedMeanwhile"]


def test_without_the_stamp_one_save_swallows_the_other(event, monkeypatch):
    """What the stamp is good for."""
    stamp = saving.stamp_of(RegistrationSetup.objects.get(event=event))
    monkeypatch.setattr(saving, "stamp_of", lambda row: stamp)
    results = at_once(
        *(lambda n=n: saving.save_setup(event, {"few_left": n}, stamp=stamp, now=NOW) for n in (1, 2))
    )
    assert [type(each).__name__ for each in results] == ["Saved", "Saved"]


def test_the_same_raise_confirmed_twice_at_once_seats_everybody_once(event):
    people(event, 2)
    people(event, 6, "waitlisted")
    stamp = saving.stamp_of(RegistrationSetup.objects.get(event=event))
    with pytest.raises(saving.Unconfirmed) as asked:
        saving.save_setup(event, {"capacity": 5}, stamp=stamp, now=NOW)
    answer = asked.value.effects.answer
    results = at_once(
        *[lambda: saving.save_setup(event, {"capacity": 5}, stamp=stamp, confirmed=answer, now=NOW)] * 4
    )
    assert sum(isinstance(each, saving.Saved) for each in results) == 1
    assert Registration.objects.filter(event=event, status="confirmed").count() == 5


def test_two_new_questions_at_once_get_two_places(event):
    def add(label):
        values = {"label": {"nb": label}, "kind": "yes_no"}
        return lambda: asking.save_question(event, Question(event=event), values, now=NOW)

    at_once(*(add(label) for label in "ABCD"))
    assert sorted(event.questions.values_list("sort_order", flat=True)) == [0, 1, 2, 3]


def test_moves_at_once_leave_every_question_in_its_place(event):
    rows = [make_question(event, label) for label in "ABCDE"]
    at_once(*(lambda row=row: asking.move(event, row, up=True) for row in rows))
    assert sorted(event.questions.values_list("sort_order", flat=True)) == [0, 1, 2, 3, 4]
