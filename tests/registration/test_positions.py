"""A place in the queue that somebody was told gets worse by nothing but an undo (registration, section 5)."""

import contextlib
import datetime as dt
import random

import pytest

from nsr_events.registration import seats
from nsr_events.registration.counting import place_in_line
from nsr_events.registration.models import Registration, RegistrationSetup
from tests.factories import NOW, application, make_category, make_event, open_registration, register

pytestmark = pytest.mark.django_db
S = Registration.Status


@pytest.fixture
def event():
    event = make_event(days=2)
    make_category(event, "press", capacity=2)
    open_registration(event, capacity=4, days="choose")
    return event


def places(event):
    return {row.pk: place_in_line(row) for row in event.registrations.filter(status=S.WAITLISTED)}


class World:
    """Everything that may happen at an event, a step at a time."""

    def __init__(self, event, dice):
        self.event, self.dice, self.now, self.number = event, dice, NOW, 0
        self.days, self.categories = list(event.days.all()), list(event.categories.all())

    def step(self):
        self.now += dt.timedelta(hours=self.dice.randint(1, 9))
        steps = (self.comes,) * 6 + (self.leaves,) * 2
        steps += (self.answers, self.changes, self.time_passes, self.seats_change)
        with contextlib.suppress(seats.Refused):
            self.dice.choice(steps)()

    def somebody(self, *statuses):
        rows = list(self.event.registrations.filter(status__in=statuses).order_by("pk"))
        if not rows:
            raise seats.Refused
        return self.dice.choice(rows)

    def wishes(self):
        return tuple(self.dice.sample(self.days, self.dice.randint(1, 2)))

    def comes(self):
        self.number += 1
        register(
            self.event,
            self.number,
            now=self.now,
            days=self.wishes(),
            category=self.dice.choice(self.categories),
        )

    def leaves(self):
        seats.cancel(self.somebody(S.CONFIRMED, S.OFFERED, S.WAITLISTED), now=self.now)

    def answers(self):
        self.dice.choice((seats.accept, seats.decline))(self.somebody(S.OFFERED), now=self.now)

    def changes(self):
        row = self.somebody(S.CONFIRMED, S.WAITLISTED)
        wish = application(
            self.event, days=self.wishes(), category=self.dice.choice(self.categories), email=row.email
        )
        seats.change(row, wish, now=self.now, row_version=row.row_version)

    def time_passes(self):
        self.now += dt.timedelta(days=self.dice.randint(0, 2))
        seats.promote(self.event, now=self.now)

    def seats_change(self):
        RegistrationSetup.objects.filter(event=self.event).update(capacity=self.dice.randint(2, 6))
        seats.promote(self.event, now=self.now)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("waiting_list", ["automatic", "offer", "manual"])
def test_whatever_happens_nobody_who_waits_falls_back(event, waiting_list, seed):
    RegistrationSetup.objects.update(waiting_list=waiting_list)
    world = World(event, random.Random(seed))
    before, waited = {}, 0
    for _step in range(60):
        world.step()
        after = places(event)
        assert sorted(after.values()) == list(range(1, len(after) + 1))
        fallen = {pk for pk, place in after.items() if place > before.get(pk, place)}
        assert not fallen
        before, waited = after, waited + len(after)
    assert waited > 60, "there was a queue to speak of"


def test_an_undo_after_the_seat_is_gone_is_the_one_thing_that_goes_before(event):
    RegistrationSetup.objects.update(waiting_list="automatic")
    rows = [register(event, number) for number in range(6)]
    seats.cancel(rows[0], now=NOW)
    before = places(event)
    seats.undo(Registration.objects.get(pk=rows[0].pk), now=NOW)
    after = places(event)
    assert after.pop(rows[0].pk) == 1
    assert after == {pk: place + 1 for pk, place in before.items()}
