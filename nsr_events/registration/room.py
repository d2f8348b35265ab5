"""Who has room: pure counting over what the database holds, without Django (registration, section 3).

A seat is held by confirmed and offered people. Nothing here is stored; an ``Occupancy`` is built inside the lock.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LimitKind(StrEnum):
    """What there is no more of."""

    EVENT = "event"
    CATEGORY = "category"
    DAY = "day"
    QUEUE = "queue"


@dataclass(frozen=True)
class Limit:
    """The limit somebody hits; ``id`` is the category's or day's, None for the event and for those who wait."""

    kind: LimitKind
    id: int | None = None


@dataclass(frozen=True)
class CategoryRules:
    """What decides about the seats of one category. Moments are aware; None means without limit, or the event's."""

    id: int
    key: str = ""
    capacity: int | None = None
    reserved: int = 0
    reserved_until: dt.datetime | None = None
    uses_event_seats: bool = True
    opens: dt.datetime | None = None
    closes: dt.datetime | None = None
    approval: bool = False
    invited_only: bool = False

    def reserves_at(self, now: dt.datetime) -> int:
        """How many seats are kept for the category now."""
        over = self.reserved_until is not None and now >= self.reserved_until
        return 0 if over or not self.uses_event_seats else self.reserved


@dataclass(frozen=True)
class Waiting:
    """Somebody in the queue, and what they want."""

    id: int
    category: int
    days: frozenset[int]


@dataclass
class Occupancy:
    """The seats of an event at one moment; ``seat`` and ``free`` keep it up to date while people are moved.

    ``day_capacity`` holds every day of the event (None: no limit), ``taken`` people by category, ``taken_on`` people by
    day, ``queue`` those who wait, in order.
    """

    now: dt.datetime
    capacity: int | None
    categories: Mapping[int, CategoryRules]
    day_capacity: Mapping[int, int | None]
    taken: Counter[int] = field(default_factory=Counter)
    taken_on: Counter[int] = field(default_factory=Counter)
    queue: tuple[Waiting, ...] = ()

    def room(self, category: int, days: Iterable[int]) -> Limit | None:
        """Return the limit that keeps somebody of ``category`` with ``days`` out, None when there is room."""
        return next(self._limits(category, days), None)

    def newcomer(self, category: int, days: Iterable[int]) -> Limit | None:
        """The same for somebody who comes new: also kept out while somebody waits who could have the seat."""
        days = frozenset(days)
        limit = self.room(category, days)
        if limit or not any(self._before(waiting, category, days) for waiting in self.queue):
            return limit
        return Limit(LimitKind.QUEUE)

    def change(self, before: tuple[int, frozenset[int]], after: tuple[int, frozenset[int]]) -> Limit | None:
        """Return the limit that keeps somebody who holds a seat from another category or other days.

        Both are (category, days). What they hold is theirs, also where it has become more than there is; what they add
        must be free, and wanted by nobody in the queue who could have it.
        """
        held = {Limit(LimitKind.DAY, day) for day in before[1]}
        if before[0] == after[0]:
            held |= {Limit(LimitKind.EVENT), Limit(LimitKind.CATEGORY, after[0])}
        self.free(*before)
        limit = next((each for each in self._limits(*after) if each not in held), None)
        self.seat(*before)
        return limit or self._wanted(before, after)

    def seats_left(self, category: int, *, all_days: bool) -> int | None:
        """How many newcomers of ``category`` would get a seat now; None when nothing limits them.

        With ``all_days`` everybody takes a seat on each day, else one free day is enough.
        """
        days = frozenset(self.day_capacity)
        choices = [days] if all_days else [frozenset({day}) for day in days]
        free = [
            self._seats_left(category, wished) for wished in choices if not self.newcomer(category, wished)
        ]
        if not free:
            return 0
        return None if None in free else max(number for number in free if number is not None)

    def seat(self, category: int, days: Iterable[int]) -> None:
        """Count one more person."""
        self.taken[category] += 1
        self.taken_on.update(days)

    def free(self, category: int, days: Iterable[int]) -> None:
        """Count one person less."""
        self.taken[category] -= 1
        self.taken_on.subtract(days)

    def eligible(self) -> list[Waiting]:
        """Those of the queue who have room, each counted when seated: whom a walk through the whole queue reaches.

        Changes this occupancy. Somebody who has no room blocks nobody behind.
        """
        found = []
        for waiting in self.queue:
            if self._nobody_fits():
                break
            if self.room(waiting.category, waiting.days) is None:
                self.seat(waiting.category, waiting.days)
                found.append(waiting)
        return found

    def _limits(self, category: int, days: Iterable[int]) -> Iterator[Limit]:
        rules = self.categories[category]
        if rules.uses_event_seats and self._event_seats_left(category) <= 0:
            yield Limit(LimitKind.EVENT)
        if rules.capacity is not None and self.taken[category] >= rules.capacity:
            yield Limit(LimitKind.CATEGORY, category)
        yield from (Limit(LimitKind.DAY, day) for day in sorted(days) if self._day_is_full(day))

    def _event_seats_taken(self) -> int:
        return sum(self.taken[rules.id] for rules in self.categories.values() if rules.uses_event_seats)

    def _event_seats_left(self, category: int) -> float:
        if self.capacity is None:
            return float("inf")
        others = (rules for rules in self.categories.values() if rules.id != category)
        reserves = sum(max(0, rules.reserves_at(self.now) - self.taken[rules.id]) for rules in others)
        return self.capacity - self._event_seats_taken() - reserves

    def _day_is_full(self, day: int) -> bool:
        capacity = self.day_capacity.get(day)
        return capacity is not None and self.taken_on[day] >= capacity

    def _seats_left(self, category: int, days: Iterable[int]) -> int | None:
        rules = self.categories[category]
        limits: list[float] = []
        if rules.uses_event_seats and self.capacity is not None:
            limits.append(self._event_seats_left(category))
        if rules.capacity is not None:
            limits.append(rules.capacity - self.taken[category])
        for day in days:
            capacity = self.day_capacity.get(day)
            if capacity is not None:
                limits.append(capacity - self.taken_on[day])
        return max(0, int(min(limits))) if limits else None

    def _before(self, waiting: Waiting, category: int, days: frozenset[int]) -> bool:
        """Whether somebody in the queue has room now and wants a seat that the newcomer would take."""
        return self._compete(waiting, category, days) and self.room(waiting.category, waiting.days) is None

    def _compete(self, waiting: Waiting, category: int, days: frozenset[int]) -> bool:
        mine, theirs = self.categories[category], self.categories[waiting.category]
        if self.capacity is not None and mine.uses_event_seats and theirs.uses_event_seats:
            return True
        if mine.id == theirs.id and mine.capacity is not None:
            return True
        return any(self.day_capacity.get(day) is not None for day in days & waiting.days)

    def _wanted(self, before: tuple[int, frozenset[int]], after: tuple[int, frozenset[int]]) -> Limit | None:
        category, added = after[0], after[1] - before[1]
        enters = category != before[0] and self.categories[category].capacity is not None
        for waiting in self.queue:
            if self.room(waiting.category, waiting.days) is not None:
                continue
            if enters and waiting.category == category:
                return Limit(LimitKind.QUEUE)
            for day in sorted(added & waiting.days):
                if self.day_capacity.get(day) is not None:
                    return Limit(LimitKind.DAY, day)
        return None

    def _nobody_fits(self) -> bool:
        if self.capacity is None or any(not rules.uses_event_seats for rules in self.categories.values()):
            return False
        return self._event_seats_taken() >= self.capacity
