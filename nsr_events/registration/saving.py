"""The verbs that save how people register: under the lock on the seats, saying first what they will do.

Each writes, counts what follows, and takes everything back with ``Unconfirmed`` unless these very effects were
confirmed. Then seats that became free are given away in the same transaction (registration, section 5).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Max
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from nsr_events.core.models import Event, EventDay
from nsr_events.core.texts import default_language, text_in

from .counting import occupancy
from .history import note
from .locking import seats_locked
from .models import ParticipantCategory, Registration, RegistrationSetup, check_reserves
from .room import Limit, LimitKind, Occupancy
from .seats import queue

KEY_LENGTH = 40
WaitingList = RegistrationSetup.WaitingList


class SavedMeanwhile(Exception):  # noqa: N818
    """Somebody else saved the same row since it was opened; nothing was changed. ``current`` is the row now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__(str(current.pk))
        self.current = current


class Unconfirmed(Exception):  # noqa: N818
    """Saving has effects that nobody confirmed; nothing was changed. ``effects`` says which."""

    def __init__(self, effects: Effects) -> None:
        super().__init__(effects.answer)
        self.effects = effects


@dataclass(frozen=True)
class Over:
    """A limit below what is taken: nobody loses a seat, and nobody is moved up until there is room."""

    limit: Limit
    taken: int
    capacity: int


@dataclass(frozen=True)
class Effects:
    """What saving does to people. ``resting`` wait in a queue that no longer moves, ``partly`` keep their days."""

    confirmed: int = 0
    offered: int = 0
    still_waiting: int = 0
    resting: int = 0
    partly: int = 0
    over: tuple[Over, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.confirmed or self.offered or self.resting or self.partly or self.over)

    @property
    def answer(self) -> str:
        """What a form sends back to confirm exactly these effects."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Saved:
    """The row as saved, what was changed by name, and whom it moved."""

    row: models.Model
    changed: tuple[str, ...] = ()
    moved: queue.Moved = field(default_factory=queue.Moved)


def stamp_of(row: models.Model) -> str:
    """Return a fingerprint of a row, which a form sends back: another one means that somebody saved meanwhile."""
    values = "\n".join(f"{each.name}={each.value_to_string(row)}" for each in row._meta.concrete_fields)
    return hashlib.sha256(values.encode()).hexdigest()[:16]


def save_setup(
    event: Event,
    values: Mapping[str, Any],
    *,
    stamp: str,
    confirmed: str = "",
    now: dt.datetime,
    by: Any = None,
) -> Saved:
    """Give the setup these values. Raises ``SavedMeanwhile``, ``Unconfirmed``, ``Busy`` or ``ValidationError``."""

    def write(setup: RegistrationSetup) -> Saved:
        return Saved(setup, _write(setup, values, stamp=stamp))

    return _carry_out(event, write, confirmed=confirmed, now=now, by=by)


def save_category(
    event: Event,
    category: ParticipantCategory,
    values: Mapping[str, Any],
    *,
    stamp: str = "",
    confirmed: str = "",
    now: dt.datetime,
    by: Any = None,
) -> Saved:
    """Give a category these values; a new one gets its key, which never changes, and the last place in the order."""

    def write(setup: RegistrationSetup) -> Saved:
        if category.pk:
            row = _locked_category(event, category)
            return Saved(row, _write(row, values, stamp=stamp))
        if same := event.categories.filter(uid=category.uid).first():
            return Saved(same)
        return Saved(_add_category(event, category, values), tuple(values))

    return _carry_out(event, write, confirmed=confirmed, now=now, by=by, action="category.save")


def delete_category(
    event: Event, category: ParticipantCategory, *, confirmed: str = "", now: dt.datetime, by: Any = None
) -> Saved:
    """Delete a category that nobody uses. Raises ``ValidationError`` that says who does."""

    def write(setup: RegistrationSetup) -> Saved:
        row = _locked_category(event, category)
        if reasons := reasons_to_keep(event, row):
            raise ValidationError(reasons)
        row.delete()
        return Saved(row)

    return _carry_out(event, write, confirmed=confirmed, now=now, by=by, action="category.delete")


def reasons_to_keep(event: Event, category: ParticipantCategory) -> list[str]:
    """Return why a category cannot be deleted, each reason as a sentence that says what to do."""
    reasons = []
    registered, invited = category.registrations.count(), category.invitations.count()
    if event.categories.count() < 2:
        reasons.append(_("An event has at least one group. Change this one instead."))
    if registered:
        words = ngettext(
            "%(number)d registration is in this group. Give it another group first.",
            "%(number)d registrations are in this group. Give them another group first.",
            registered,
        )
        reasons.append(words % {"number": registered})
    if invited:
        words = ngettext(
            "%(number)d invitation is for this group. Give it another group first.",
            "%(number)d invitations are for this group. Give them another group first.",
            invited,
        )
        reasons.append(words % {"number": invited})
    return reasons + [
        _("The question “%(question)s” is shown to this group only. Change its condition first.")
        % {"question": text_in(question.label, get_language() or default_language())}
        for question in event.questions.filter(retired=False)
        if question.condition.get("source") == "category"
        and category.key in question.condition.get("values", ())
    ]


def move_row(
    event: Event, row: models.Model, *, up: bool, siblings: models.QuerySet, by: Any = None, action: str
) -> None:
    """Let a row change places with its neighbour; at the end of the order nothing happens."""
    with seats_locked(event.pk):
        rows = list(siblings)
        place = rows.index(row)
        other = place - 1 if up else place + 1
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
            renumber(rows)
            note(event, action, by, uid=str(row.uid))


def renumber(rows: Iterable[models.Model]) -> None:
    """Store the order of rows, writing those only whose number changes."""
    for number, row in enumerate(rows):
        if row.sort_order != number:
            type(row).objects.filter(pk=row.pk).update(sort_order=number)


def follow_days(event: Event, was: Mapping[str, int | None], *, now: dt.datetime) -> Effects:
    """Give away what other days or seats on them have freed; returns what that did to people.

    ``was`` holds the seats of each day before, by its uid. For receivers of ``event_changed``: the transaction is
    theirs, and the event's row is locked before the setup's.
    """
    rows = RegistrationSetup.objects.select_for_update(no_key=True, of=("self",))
    setup = rows.get(event=event)
    setup.event = event
    counts = occupancy(setup, now=now)
    over = tuple(
        Over(Limit(LimitKind.DAY, day.pk), counts.taken_on[day.pk], day.capacity)
        for day in EventDay.objects.filter(event=event)
        if day.capacity is not None
        and day.capacity < counts.taken_on[day.pk]
        and (str(day.uid) not in was or was[str(day.uid)] != day.capacity)
    )
    moved = queue.fill(setup, now=now)
    number = len(moved.confirmed) + len(moved.offered)
    return Effects(
        confirmed=len(moved.confirmed), offered=len(moved.offered),
        still_waiting=len(counts.queue) - number if number else 0, over=over,
    )  # fmt: skip


def _carry_out(
    event: Event,
    write: Callable[[RegistrationSetup], Saved],
    *,
    confirmed: str,
    now: dt.datetime,
    by: Any,
    action: str = "registration.setup",
) -> Saved:
    """Run ``write`` under the lock, with everything that follows."""
    with seats_locked(event.pk) as setup:
        before, was = occupancy(setup, now=now), _list_and_days(setup)
        saved = write(setup)
        _check_reserves(setup)
        after = occupancy(setup, now=now)
        effects = _effects(setup, before, after, was=was, now=now)
        if effects and confirmed != effects.answer:
            raise Unconfirmed(effects)
        moved = queue.fill(setup, now=now)
        if saved.changed or action.endswith("delete"):
            note(event, action, by, fields=sorted(saved.changed))
    return Saved(saved.row, saved.changed, moved)


def _check_reserves(setup: RegistrationSetup) -> None:
    categories = ParticipantCategory.objects.filter(event_id=setup.event_id)
    check_reserves(setup.event, categories)


def _list_and_days(setup: RegistrationSetup) -> tuple[str, str]:
    return setup.waiting_list, setup.days


def _effects(
    setup: RegistrationSetup, before: Occupancy, after: Occupancy, *, was: tuple[str, str], now: dt.datetime
) -> Effects:
    waiting = len(after.queue)
    over = tuple(_lowered(before, after))
    moving = {WaitingList.AUTOMATIC, WaitingList.OFFER}
    rests = waiting if was[0] in moving and setup.waiting_list not in moving else 0
    partly = _partly(setup) if was[1] != setup.days and setup.days == RegistrationSetup.Days.ALL else 0
    moved = queue.would_move(setup, after, now=now)
    automatic = setup.waiting_list == WaitingList.AUTOMATIC
    return Effects(
        confirmed=moved if automatic else 0,
        offered=0 if automatic else moved,
        still_waiting=waiting - moved if moved else 0,
        resting=rests,
        partly=partly,
        over=over,
    )


def _partly(setup: RegistrationSetup) -> int:
    """How many people come on some of the days only."""
    days = setup.event.days.count()
    rows = Registration.objects.filter(event_id=setup.event_id).active()
    return rows.annotate(number=Count("days")).filter(number__lt=days).count()


def _lowered(before: Occupancy, after: Occupancy) -> Iterable[Over]:
    """The limits that are another than before, and below what is taken."""
    was, taken = (before.capacity, _event_seats_taken(before)), _event_seats_taken(after)
    if after.capacity is not None and after.capacity < taken and was != (after.capacity, taken):
        yield Over(Limit(LimitKind.EVENT), taken, after.capacity)
    for pk, rules in after.categories.items():
        known = before.categories.get(pk)
        changed = known is None or known.capacity != rules.capacity
        if changed and rules.capacity is not None and rules.capacity < after.taken[pk]:
            yield Over(Limit(LimitKind.CATEGORY, pk), after.taken[pk], rules.capacity)


def _event_seats_taken(counts: Occupancy) -> int:
    return sum(counts.taken[rules.id] for rules in counts.categories.values() if rules.uses_event_seats)


def _write(row: models.Model, values: Mapping[str, Any], *, stamp: str) -> tuple[str, ...]:
    if stamp_of(row) != stamp:
        raise SavedMeanwhile(row)
    changed = [name for name, value in values.items() if _differs(row, name, value)]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return tuple(changed)


def _differs(row: models.Model, name: str, value: Any) -> bool:
    column = row._meta.get_field(name)
    return column.get_prep_value(getattr(row, name)) != column.get_prep_value(value)


def _locked_category(event: Event, category: ParticipantCategory) -> ParticipantCategory:
    """The row as it is now. Raises ``ValidationError`` when somebody has deleted it meanwhile."""
    found = event.categories.filter(pk=category.pk).first()
    if found is None:
        raise ValidationError(_("Somebody has deleted this group meanwhile."))
    return found


def _add_category(
    event: Event, category: ParticipantCategory, values: Mapping[str, Any]
) -> ParticipantCategory:
    last = event.categories.aggregate(last=Max("sort_order"))["last"]
    taken = set(event.categories.values_list("key", flat=True))
    category.event, category.sort_order = event, 0 if last is None else last + 1
    for name, value in values.items():
        setattr(category, name, value)
    category.key = category_key(category.name, taken)
    category.save(force_insert=True)
    return category


def category_key(name: Any, taken: Iterable[str]) -> str:
    """Return a key made of a name: it stands in conditions and addresses, and never changes."""
    stem = slugify(text_in(name, default_language()).value)[: KEY_LENGTH - 4] or "group"
    taken = set(taken)
    numbered = (f"{stem}-{number}" for number in range(2, 1000))
    return stem if stem not in taken else next(key for key in numbered if key not in taken)
