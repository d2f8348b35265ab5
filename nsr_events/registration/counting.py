"""Rows to counts: what ``room`` and ``state`` decide by, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db.models import Count, Q

from nsr_events.core.models import Event, EventDay

from .models import (
    ChosenOption,
    Invitation,
    ParticipantCategory,
    Registration,
    RegistrationDay,
    RegistrationSetup,
    SessionBooking,
)
from .room import CategoryRules, Occupancy, Waiting
from .state import PublicState, SetupRules, public_state


def occupancy(setup: RegistrationSetup, *, now: dt.datetime) -> Occupancy:
    """Return the seats of the setup's event as the database holds them: three queries, whatever their number."""
    categories = ParticipantCategory.objects.filter(event_id=setup.event_id).annotate(
        held=Count("registrations", filter=Q(registrations__status__in=Registration.HOLDING))
    )
    days = EventDay.objects.filter(event_id=setup.event_id).annotate(
        held=Count(
            "registration_days",
            filter=Q(registration_days__registration__status__in=Registration.HOLDING),
        )
    )
    categories, days = list(categories), list(days)
    return Occupancy(
        now=now,
        capacity=setup.capacity,
        categories={each.pk: rules_of(each) for each in categories},
        day_capacity={day.pk: day.capacity for day in days},
        taken=Counter({each.pk: each.held for each in categories}),
        taken_on=Counter({day.pk: day.held for day in days}),
        queue=_queue(setup.event_id),
    )


def _queue(event_id: int) -> tuple[Waiting, ...]:
    rows = RegistrationDay.objects.filter(
        registration__event_id=event_id, registration__status=Registration.Status.WAITLISTED
    ).order_by("-registration__priority", "registration__queue_number", "registration_id")
    wishes: dict[int, tuple[int, set[int]]] = {}
    for pk, category, day in rows.values_list("registration_id", "registration__category_id", "day_id"):
        wishes.setdefault(pk, (category, set()))[1].add(day)
    return tuple(Waiting(pk, category, frozenset(days)) for pk, (category, days) in wishes.items())


def rules_of(category: ParticipantCategory) -> CategoryRules:
    """Return what decides about the seats of a category."""
    return CategoryRules(
        id=category.pk,
        key=category.key,
        capacity=category.capacity,
        reserved=category.reserved,
        reserved_until=category.reserved_until,
        uses_event_seats=category.uses_event_seats,
        opens=category.opens,
        closes=category.closes,
        approval=category.approval,
        invited_only=category.invited_only,
    )


def setup_rules(setup: RegistrationSetup) -> SetupRules:
    """Return what decides when the setup's event takes registrations."""
    return SetupRules(
        mode=setup.mode,
        event_status=setup.event.status,
        event_end=setup.event.end,
        opens=setup.opens,
        closes=setup.closing,
        paused=setup.paused,
        all_days=setup.days == RegistrationSetup.Days.ALL,
        few_left=setup.few_left,
        waiting_list=setup.waiting_list != RegistrationSetup.WaitingList.OFF,
        waiting_limit=setup.waiting_limit,
    )


def state_of(event: Event, *, now: dt.datetime, invitation: Invitation | None = None) -> PublicState:
    """Return the public state of an event's registration; at most five queries."""
    setup = event.registration_setup
    invited_to = invitation.category_id if invitation else None
    return public_state(setup_rules(setup), occupancy(setup, now=now), now=now, invited_to=invited_to)


def place_in_line(row: Registration) -> int:
    """Return the place of somebody who waits, from 1; one query, whatever the length of the queue."""
    same = Q(priority=row.priority)
    before = (
        Q(priority__gt=row.priority)
        | (same & Q(queue_number__lt=row.queue_number))
        | (same & Q(queue_number=row.queue_number, pk__lt=row.pk))
    )
    waiting = Registration.objects.filter(event_id=row.event_id, status=Registration.Status.WAITLISTED)
    return waiting.filter(before).count() + 1


def options_taken(event_id: int, questions: set[int]) -> Counter[tuple[int, str]]:
    """Return how many of those who hold a seat chose each option of the questions."""
    rows = ChosenOption.objects.filter(
        question__in=questions,
        registration__event_id=event_id,
        registration__status__in=Registration.HOLDING,
    ).values_list("question_id", "option")
    return Counter({(question, option): number for question, option, number in rows.annotate(n=Count("pk"))})


def bookings_of(event_id: int, *, but: Registration | None = None) -> Counter[str]:
    """Return how many confirmed people booked each session, by the session's uid; without those of ``but``."""
    rows = SessionBooking.objects.filter(
        session__event_id=event_id, registration__status=Registration.Status.CONFIRMED
    )
    if but is not None:
        rows = rows.exclude(registration=but)
    counted = rows.values_list("session__uid").annotate(n=Count("pk"))
    return Counter({str(uid): number for uid, number in counted})
