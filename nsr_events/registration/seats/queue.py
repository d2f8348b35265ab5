"""Moves up who waits, under the lock, after everything that frees a seat (registration, section 5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q

from nsr_events.core.texts import text_in
from nsr_events.registration.counting import occupancy, options_taken
from nsr_events.registration.holidays import is_holiday
from nsr_events.registration.models import Question, Registration, RegistrationSetup, StatusChange
from nsr_events.registration.offers import TOLERANCE, Offer, make_offer
from nsr_events.registration.room import Occupancy

from .placing import Step, move

UNVERIFIED_LIFE = dt.timedelta(minutes=60)
"""Greylisting takes its time."""

Status = Registration.Status


@dataclass
class Moved:
    """Whom a walk through the queue moved."""

    confirmed: list[Registration] = field(default_factory=list)
    offered: list[Registration] = field(default_factory=list)


def fill(setup: RegistrationSetup, *, now: dt.datetime) -> Moved:
    """Give every free seat to the first in line who has room, or offer it, as the setup says.

    Walks all of the queue, so that somebody whose category is full blocks nobody. Manual lists, lists that are off,
    and every list after ``last_offer`` move nobody by itself; so does an event that is cancelled or postponed.
    """
    moved = Moved()
    if not _moves_by_itself(setup, now):
        return moved
    automatic = setup.waiting_list == RegistrationSetup.WaitingList.AUTOMATIC
    offer = None if automatic else _offer(setup, now)
    if not automatic and offer is None:
        return moved
    for row in _rows(occupancy(setup, now=now)):
        row.event = setup.event
        if offer is None:
            _confirm(row, now)
            moved.confirmed.append(row)
        else:
            _offer_seat(row, offer, now)
            moved.offered.append(row)
    return moved


def would_move(setup: RegistrationSetup, counts: Occupancy, *, now: dt.datetime) -> int:
    """Return how many people ``fill`` would move with these counts, for a form to say before it saves."""
    if not _moves_by_itself(setup, now):
        return 0
    offers = setup.waiting_list == RegistrationSetup.WaitingList.OFFER
    return 0 if offers and _offer(setup, now) is None else len(counts.eligible())


def overdue(setup: RegistrationSetup, *, now: dt.datetime) -> list[Registration]:
    """Return what time has ended: unverified rows after an hour, offers after their deadline and the tolerance."""
    ended = Q(status=Status.UNVERIFIED, created__lte=now - UNVERIFIED_LIFE)
    if not setup.event.is_off:
        ended |= Q(status=Status.OFFERED, offer_expires__lte=now - TOLERANCE)
    rows = Registration.objects.filter(ended, event_id=setup.event_id).select_related("event", "category")
    return list(rows.order_by("pk"))


def drop_full_options(row: Registration) -> list[str]:
    """Take from a person the options that filled up while they waited; returns the labels, for the mail."""
    chosen = list(row.chosen_options.select_related("question"))
    limited = {each.question_id for each in chosen if _places(each.question, each.option) is not None}
    if not limited:
        return []
    taken = options_taken(row.event_id, limited)
    full = [
        each
        for each in chosen
        if (places := _places(each.question, each.option)) is not None
        and taken[each.question_id, each.option] >= places
    ]
    for each in full:
        _take_option(row, each.question, each.option)
        each.delete()
    if full:
        row.save(update_fields=["answers"])
    return [_label(each.question, each.option, row.language) for each in full]


def _moves_by_itself(setup: RegistrationSetup, now: dt.datetime) -> bool:
    kinds = {RegistrationSetup.WaitingList.AUTOMATIC, RegistrationSetup.WaitingList.OFFER}
    return setup.waiting_list in kinds and not setup.event.is_off and now < setup.last_offer


def _offer(setup: RegistrationSetup, now: dt.datetime) -> Offer | None:
    event = setup.event
    return make_offer(
        now,
        hours=setup.offer_hours,
        zone=event.zone,
        event_start=event.start,
        until=setup.last_offer,
        is_holiday=is_holiday,
    )


def _rows(counts: Occupancy) -> list[Registration]:
    """The registrations that have room, in the order of the queue; one query."""
    ids = [waiting.id for waiting in counts.eligible()]
    if not ids:
        return []
    rows = Registration.objects.select_related("category").in_bulk(ids)
    return [rows[pk] for pk in ids]


def _confirm(row: Registration, now: dt.datetime) -> None:
    dropped = drop_full_options(row)
    move(row, Status.CONFIRMED, Step(now, StatusChange.Who.TIME), mail="promoted", facts={"dropped": dropped})


def _offer_seat(row: Registration, offer: Offer, now: dt.datetime) -> None:
    step = Step(now, StatusChange.Who.TIME)
    move(row, Status.OFFERED, step, mail="offer", offer_expires=offer.expires)


def _places(question: Question, key: str) -> int | None:
    return next((option.get("places") for option in question.options if option["key"] == key), None)


def _label(question: Question, key: str, language: str) -> str:
    label = next((option["label"] for option in question.options if option["key"] == key), {})
    return str(text_in(label, language))


def _take_option(row: Registration, question: Question, key: str) -> None:
    answer = row.answers.get(question.key)
    if isinstance(answer, list):
        row.answers[question.key] = [each for each in answer if each != key]
    else:
        row.answers.pop(question.key, None)
