"""Many people at the same moment, on PostgreSQL; the race is first shown with the lock off (registration, 13)."""

import datetime as dt
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Collection

from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import locking, seats
from nsr_events.registration.models import Registration, RegistrationSetup
from tests.factories import NOW, application, invite, make_event, open_registration, register

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
S = Registration.Status


@pytest.fixture(autouse=True)
def a_collection(db):
    """The flush after an earlier test of this kind took Wagtail's root collection with it."""
    if not Collection.objects.exists():
        Collection.add_root(name="Root")


@pytest.fixture(autouse=True)
def patience(request, monkeypatch):
    """Twenty threads of a machine with much to do wait longer than people would; not where the wait is the matter."""
    if "busy" not in request.node.name:
        monkeypatch.setattr(locking, "PATIENCE", "60s")


def at_once(actions, *, threads=20):
    """Run the actions in threads with connections of their own; what each answered, or the exception it raised."""

    def run(action):
        try:
            return action()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, actions))


def registering(event, numbers, **fields):
    return [
        lambda n=number: seats.register(event, application(event, n, **fields), now=NOW) for number in numbers
    ]


def taken(event):
    return event.registrations.holding_seats().count()


def test_without_the_lock_twenty_people_overfill_five_seats(monkeypatch):
    event = make_event()
    open_registration(event, capacity=5)

    def no_lock(event_id):
        setup = RegistrationSetup.objects.select_related("event").get(event_id=event_id)
        time.sleep(0.02)
        return setup

    monkeypatch.setattr(locking, "take_lock", no_lock)
    real = seats.arriving.occupancy

    def slowly(setup, *, now):
        counts = real(setup, now=now)
        time.sleep(0.02)
        return counts

    monkeypatch.setattr(seats.arriving, "occupancy", slowly)
    at_once(registering(event, range(20)))
    assert taken(event) > 5


@pytest.mark.parametrize("run", range(50))
def test_with_the_lock_five_seats_are_five_seats(run):
    event = make_event()
    open_registration(event, capacity=5)
    answers = at_once(registering(event, range(20)))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert taken(event) == 5
    numbers = event.registrations.waiting().values_list("queue_number", flat=True)
    assert list(numbers) == list(range(1, 16))


def test_one_form_sent_sixty_times_at_once_is_one_registration():
    event = make_event()
    open_registration(event)
    key = uuid.uuid4()
    answers = at_once(registering(event, [1] * 60, idempotency_key=key))
    assert event.registrations.count() == 1
    assert {answer.kind for answer in answers} == {"confirmed", "repeated"}
    assert OutgoingMail.objects.filter(kind="registration.confirmed").count() == 1


def test_one_address_in_two_letter_cases_sixty_times_at_once_is_one_registration():
    event = make_event()
    open_registration(event)
    actions = registering(event, [1] * 30, email="kari@example.no") + registering(
        event, [1] * 30, email="KARI@EXAMPLE.NO"
    )
    answers = at_once(actions)
    assert event.registrations.count() == 1
    assert sorted({answer.kind for answer in answers}) == ["confirmed", "known"]
    assert {answer.shown for answer in answers} == {"confirmed"}


def test_one_invitation_used_by_twenty_at_once_is_one_registration():
    event = make_event()
    open_registration(event, mode="invited")
    invitation = invite(event, locked_email=False)
    answers = at_once(
        [
            lambda n=number: seats.register(
                event,
                application(event, n, invitation=type(invitation).objects.get(pk=invitation.pk)),
                now=NOW,
            )
            for number in range(20)
        ]
    )
    assert event.registrations.count() == 1
    assert not [answer for answer in answers if isinstance(answer, Exception)]


def test_an_offer_is_taken_or_lapses_but_never_both():
    event = make_event()
    open_registration(event, capacity=1)
    first, second = register(event), register(event, 2)
    seats.cancel(first, now=NOW)
    second.refresh_from_db()
    last = second.offer_expires + dt.timedelta(minutes=15)
    late, in_time = last, last - dt.timedelta(seconds=1)
    at_once([lambda: seats.promote(event, now=late), lambda: seats.accept(second, now=in_time)] * 5)
    steps = list(second.history.values_list("after", flat=True))
    assert steps.count("confirmed") + steps.count("lapsed") == 1


def test_cancellations_and_registrations_at_once_keep_order_and_capacity_at_every_commit():
    """100 confirmed, 50 waiting; 80 cancel while 150 register: 80 move up, first come first served, never over 100."""
    event = make_event()
    open_registration(event, capacity=100, waiting_list="automatic")
    rows = [register(event, number) for number in range(150)]
    confirmed, waiting = rows[:100], rows[100:]
    most, done = [], threading.Event()

    def watch():
        while not done.is_set():
            most.append(taken(event))
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    actions = [lambda row=row: seats.cancel(row, now=NOW) for row in confirmed[:80]]
    actions += registering(event, range(200, 350))
    random.Random(1).shuffle(actions)
    answers = at_once(actions)
    done.set()
    watcher.join()
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert max(most) <= 100
    assert taken(event) == 100
    moved = event.registrations.filter(history__before=S.WAITLISTED, history__after=S.CONFIRMED)
    assert moved.count() == 80
    numbers = set(moved.values_list("queue_number", flat=True))
    assert numbers == set(range(1, 81)), "nobody was passed"
    assert {row.pk for row in waiting} <= set(moved.values_list("pk", flat=True))


def test_capacity_and_approvals_move_while_people_register(django_user_model):
    event = make_event()
    setup = open_registration(event, capacity=30, waiting_list="automatic")
    staff = django_user_model.objects.create_user("registrar")
    event.categories.update(approval=True)
    pending = [register(event, number) for number in range(40)]
    event.categories.update(approval=False)

    def capacity(number):
        def change():
            with locking.seats_locked(event.pk) as locked:
                locked.capacity = number
                locked.save(update_fields=["capacity"])

        return change

    actions = [lambda row=row: seats.approve(row, now=NOW, by=staff) for row in pending]
    actions += registering(event, range(100, 140)) + [capacity(number) for number in (35, 40, 38, 40)]
    random.Random(2).shuffle(actions)
    answers = at_once(actions)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    setup.refresh_from_db()
    assert taken(event) <= 40
    assert event.registrations.filter(status__in=["confirmed", "waitlisted"]).count() == 80


def test_a_second_click_on_cancel_is_told_that_it_is_done():
    event = make_event()
    open_registration(event)
    row = register(event)
    answers = at_once([lambda: seats.cancel(row, now=NOW, row_version=1)] * 2)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 1
    assert row.history.filter(after="cancelled").count() == 1


def test_a_lock_that_somebody_else_holds_is_busy_within_four_seconds_and_nothing_is_lost():
    event = make_event(date=timezone.localdate() + dt.timedelta(days=60), now=timezone.now())
    open_registration(event, opens=timezone.now() - dt.timedelta(days=1))
    holding, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            RegistrationSetup.objects.select_for_update(no_key=True).get(event=event)
            holding.set()
            release.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(10)
    with pytest.raises(seats.Busy):
        seats.register(event, application(event), now=timezone.now())
    release.set()
    holder.join()
    assert seats.register(event, application(event), now=timezone.now()).kind == "confirmed"
