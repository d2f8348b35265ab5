"""What the public is told of registration, and the rule that decides it (registration, section 2). Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .room import CategoryRules, Limit, Occupancy

GRACE = dt.timedelta(minutes=10)
"""A form that was on the screen before registration closed is taken for so long after it."""

FEWEST = 3
"""“Few seats left” is said from so many, or a tenth of the seats."""


class Name(StrEnum):
    """The public states, first match first."""

    NONE = "none"
    ELSEWHERE = "elsewhere"
    CANCELLED = "cancelled"
    OVER = "over"
    CLOSED = "closed"
    INVITED = "invited"
    NOT_OPEN = "not_open"
    WAITING_LIST = "waiting_list"
    FULL = "full"
    FEW_LEFT = "few_left"
    OPEN = "open"


class Rule(StrEnum):
    """What decided; the workspace prints it as a sentence with a link to the field that caused it."""

    MODE = "mode"
    EVENT_CANCELLED = "event_cancelled"
    EVENT_POSTPONED = "event_postponed"
    EVENT_OVER = "event_over"
    PAUSED = "paused"
    CLOSES = "closes"
    CATEGORY_CLOSES = "category_closes"
    MODE_INVITED = "mode_invited"
    CATEGORIES_INVITED = "categories_invited"
    PLANNED = "planned"
    NOT_ANNOUNCED = "not_announced"
    OPENS = "opens"
    LIMIT = "limit"
    LIST_OFF = "list_off"
    LIST_FULL = "list_full"
    SEATS = "seats"


class Action(StrEnum):
    """The one thing a visitor can do."""

    NONE = ""
    LINK_OUT = "link_out"
    RELATED = "related"
    REPORT = "report"
    CONTACT = "contact"
    RESEND = "resend"
    CALENDAR = "calendar"
    REGISTER = "register"
    JOIN = "join"


Found = tuple[Name, Rule, Mapping[str, Any], Action]

TAKES_FORMS = frozenset({Name.OPEN, Name.FEW_LEFT, Name.WAITING_LIST})


@dataclass(frozen=True)
class SetupRules:
    """What decides when an event takes registrations. Moments are aware; ``opens`` None is not announced."""

    mode: str
    event_status: str
    event_end: dt.datetime
    opens: dt.datetime | None
    closes: dt.datetime
    paused: bool = False
    all_days: bool = True
    few_left: int | None = None
    waiting_list: bool = False
    waiting_limit: int | None = None


@dataclass(frozen=True)
class PublicState:
    """The state, the rule that decided, what the sentence needs, and when time alone will change it."""

    state: Name
    rule: Rule
    params: Mapping[str, Any] = field(default_factory=dict)
    next_change: dt.datetime | None = None
    action: Action = Action.NONE

    @property
    def takes_forms(self) -> bool:
        """Whether somebody may send the form now, for a seat or for a place in the queue."""
        return self.state in TAKES_FORMS


def public_state(
    setup: SetupRules, counts: Occupancy, *, now: dt.datetime, invited_to: int | None = None
) -> PublicState:
    """Return the state of registration for a visitor; ``invited_to`` is the category of a valid invitation held.

    The card that shows it is a hint: the POST decides under the lock.
    """
    usable = _usable(setup, counts, invited_to)
    found = _before_seats(setup, counts, usable, now=now)
    state, rule, params, action = found or _by_seats(setup, counts, usable)
    return PublicState(state, rule, params, _next_change(setup, counts, usable, now), action)


def closing_of(setup: SetupRules, category: CategoryRules) -> dt.datetime:
    """When registration closes for a category."""
    return category.closes or setup.closes


def _usable(setup: SetupRules, counts: Occupancy, invited_to: int | None) -> list[CategoryRules]:
    if invited_to is not None:
        return [counts.categories[invited_to]]
    return [each for each in counts.categories.values() if setup.mode == "open" and not each.invited_only]


def _before_seats(
    setup: SetupRules, counts: Occupancy, usable: list[CategoryRules], *, now: dt.datetime
) -> Found | None:
    if setup.mode == "none":
        return Name.NONE, Rule.MODE, {}, Action.NONE
    if setup.mode == "external":
        return Name.ELSEWHERE, Rule.MODE, {}, Action.LINK_OUT
    if setup.event_status in {"cancelled", "postponed"}:
        return Name.CANCELLED, Rule(f"event_{setup.event_status}"), {}, Action.RELATED
    if now >= setup.event_end:
        return Name.OVER, Rule.EVENT_OVER, {}, Action.REPORT
    return _closed(setup, counts, usable, now) or _not_open(setup, usable, now=now)


def _closed(
    setup: SetupRules, counts: Occupancy, usable: list[CategoryRules], now: dt.datetime
) -> Found | None:
    if setup.paused:
        return Name.CLOSED, Rule.PAUSED, {}, Action.CONTACT
    # Where a visitor may use none, the categories of those who may decide.
    last = max(usable or counts.categories.values(), key=lambda each: closing_of(setup, each), default=None)
    closes = closing_of(setup, last) if last else setup.closes
    if now < closes:
        return None
    params: dict[str, Any] = {"at": closes, "category": last.id if last and last.closes else None}
    return Name.CLOSED, Rule.CATEGORY_CLOSES if params["category"] else Rule.CLOSES, params, Action.CONTACT


def _not_open(setup: SetupRules, usable: list[CategoryRules], *, now: dt.datetime) -> Found | None:
    if not usable:
        rule = Rule.MODE_INVITED if setup.mode == "invited" else Rule.CATEGORIES_INVITED
        return Name.INVITED, rule, {}, Action.RESEND
    if setup.event_status == "planned":
        return Name.NOT_OPEN, Rule.PLANNED, {}, Action.CALENDAR
    moments = [each.opens or setup.opens for each in usable]
    known = [moment for moment in moments if moment]
    if not known:
        return Name.NOT_OPEN, Rule.NOT_ANNOUNCED, {}, Action.CALENDAR
    if min(known) > now:
        return Name.NOT_OPEN, Rule.OPENS, {"at": min(known)}, Action.CALENDAR
    return None


def open_categories(
    setup: SetupRules, counts: Occupancy, *, now: dt.datetime, invited_to: int | None = None
) -> list[CategoryRules]:
    """Return the categories a visitor may register in now, whether or not there is room."""
    return [each for each in _usable(setup, counts, invited_to) if _is_open(setup, each, now)]


def _is_open(setup: SetupRules, category: CategoryRules, now: dt.datetime) -> bool:
    opens = category.opens or setup.opens
    return opens is not None and opens <= now < closing_of(setup, category)


def _by_seats(setup: SetupRules, counts: Occupancy, usable: list[CategoryRules]) -> Found:
    left = [counts.seats_left(each.id, all_days=setup.all_days) for each in usable]
    if any(number is None or number > 0 for number in left):
        return _open(setup, counts, left)
    limit = _limit_of(setup, counts, usable)
    params = {"limit": limit, "waiting": len(counts.queue)}
    if not setup.waiting_list:
        return Name.FULL, Rule.LIST_OFF, params, Action.CONTACT
    if setup.waiting_limit is not None and len(counts.queue) >= setup.waiting_limit:
        return Name.FULL, Rule.LIST_FULL, params, Action.CONTACT
    return Name.WAITING_LIST, Rule.LIMIT, params, Action.JOIN


def _open(setup: SetupRules, counts: Occupancy, left: list[int | None]) -> Found:
    numbers = [number for number in left if number is not None]
    most = None if len(numbers) < len(left) else max(numbers)
    params = {"left": most}
    few = setup.few_left if setup.few_left is not None else max(FEWEST, (counts.capacity or 0) // 10)
    if most is not None and most <= few:
        return Name.FEW_LEFT, Rule.SEATS, params, Action.REGISTER
    return Name.OPEN, Rule.SEATS, params, Action.REGISTER


def _limit_of(setup: SetupRules, counts: Occupancy, usable: list[CategoryRules]) -> Limit | None:
    days = sorted(counts.day_capacity)
    wishes = [days] if setup.all_days else [[day] for day in days]
    found = (counts.newcomer(each.id, wished) for each in usable for wished in wishes)
    return next((limit for limit in found if limit), None)


def _next_change(
    setup: SetupRules, counts: Occupancy, usable: list[CategoryRules], now: dt.datetime
) -> dt.datetime | None:
    moments: list[dt.datetime | None] = [setup.event_end]
    for each in usable or counts.categories.values():
        moments += [each.opens or setup.opens, closing_of(setup, each)]
    moments += [each.reserved_until for each in counts.categories.values()]
    return min((moment for moment in moments if moment and moment > now), default=None)
