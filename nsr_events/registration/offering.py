"""What the form of one event offers at one moment, read in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nsr_events.core import formats
from nsr_events.core.models import Event, EventDay
from nsr_events.core.texts import text_in
from nsr_events.programme.current import Item, Programme, current_programme

from . import questions, sensitive
from .counting import bookings_of, occupancy, options_taken, rules_of, setup_rules
from .fields import Label, shown_words
from .models import Invitation, ParticipantCategory, Registration, RegistrationSetup
from .questions import Asked, Condition, Form
from .room import LimitKind, Occupancy
from .seats import bookings
from .state import GRACE, open_categories


@dataclass
class Offering:
    """Categories, days, questions and sessions of an event, and what is left of them."""

    event: Event
    setup: RegistrationSetup
    language: str
    now: dt.datetime
    categories: list[ParticipantCategory]
    days: list[EventDay]
    form: Form
    counts: Occupancy
    options: Counter[tuple[int, str]] = field(default_factory=Counter)
    programme: Programme | None = None
    items: Mapping[str, Item] = field(default_factory=dict)
    full_sessions: frozenset[str] = frozenset()

    @property
    def chooses_days(self) -> bool:
        """Whether people say which days they come."""
        return self.setup.days == RegistrationSetup.Days.CHOOSE and len(self.days) > 1

    @property
    def may_wait(self) -> bool:
        """Whether the waiting list takes one more."""
        if self.setup.waiting_list == RegistrationSetup.WaitingList.OFF:
            return False
        return self.setup.waiting_limit is None or len(self.counts.queue) < self.setup.waiting_limit

    def words(self, value: object) -> str:
        """An editor's words in the form's language, without markup."""
        return text_in(value, self.language).value

    def category_choices(self) -> list[tuple[str, Label]]:
        """The categories by key, each with what it means and whether it is full."""
        return [(each.key, self._category_label(each)) for each in self.categories]

    def _category_label(self, category: ParticipantCategory) -> Label:
        # A category is short of seats in itself only when it is no day that is missing.
        short = self.counts.newcomer(category.pk, ()) is not None
        hints = [self.words(category.description), self._full_hint() if short else ""]
        if category.approval and not short:
            hints.append(_("The organiser approves each registration."))
        return Label(shown_words(category.name, self.language), _sentences(hints))

    def _full_hint(self) -> str:
        return _("Full. You will be on the waiting list.") if self.may_wait else _("Full.")

    def day_choices(self) -> list[tuple[str, Label]]:
        """The days by uid, each with its theme and whether it is full."""
        return [(str(day.uid), Label(self.day_words(day), self._day_hint(day))) for day in self.days]

    def day_words(self, day: EventDay) -> str:
        """ "Tirsdag 9. mars"."""
        return formats.capitalised(formats.weekday_date(day.date, self.language))

    def _day_hint(self, day: EventDay) -> str:
        return _sentences([self.words(day.theme), self._full_hint() if self.is_short(day) else ""])

    def is_short(self, day: EventDay) -> bool:
        """Whether it is this day that keeps a newcomer out, and not the event or every category."""
        for category in self.categories:
            if self.counts.newcomer(category.pk, ()) is None:
                limit = self.counts.newcomer(category.pk, {day.pk})
                if limit is None:
                    return False
        return any(self.counts.newcomer(category.pk, ()) is None for category in self.categories)

    def option_choices(self, asked: Asked, kept: object) -> list[tuple[str, Label]]:
        """The options of a question: full ones cannot be chosen, retired ones stay for those who have them."""
        held = questions.spoken(kept)
        shown = [option for option in asked.options if not option.retired or option.key in held]
        choices = [(option.key, self._option_label(asked, option, held)) for option in shown]
        return (
            [*choices, (questions.OTHER, Label(pgettext("answer", "Other")))]
            if asked.allow_other or questions.OTHER in held
            else choices
        )

    def _option_label(self, asked: Asked, option: questions.Option, held: frozenset[str]) -> Label:
        full = option.places is not None and self.options[asked.id, option.key] >= option.places
        full = full and not asked.sensitive and option.key not in held
        hint = _("Full.") if full else _("No longer offered.") if option.retired else ""
        return Label(shown_words(option.label, self.language), hint, disabled=full)

    def answer_days(self) -> list[tuple[str, Label]]:
        """The days a question about days offers: those attended only, where people choose."""
        return [(str(day.uid), Label(self.day_words(day), when=self._on(str(day.uid)))) for day in self.days]

    def session_choices(self) -> list[tuple[str, Label]]:
        """The sessions that can be booked, in the order of the programme."""
        return [(uid, self._session_label(item)) for uid, item in self.items.items()]

    def session_title(self, uid: str) -> str:
        """The title of a session, for sentences."""
        item = self.items.get(uid)
        return text_in(item.title, self.language).value if item else ""

    def _session_label(self, item: Item) -> Label:
        start, end = item.start.astimezone(self.event.zone), item.end.astimezone(self.event.zone)
        rooms = [self.programme.rooms[uid].name for uid in item.rooms if uid in self.programme.rooms]
        day = formats.capitalised(formats.weekday_date(start.date(), self.language))
        lines = [f"{day}, {formats.clock_range(start, end)}", *rooms]
        full = item.uid in self.full_sessions
        hint = ", ".join(lines) + "." + (f" {_('Full.')}" if full else "")
        return Label(shown_words(item.title, self.language), hint, disabled=full, when=self._on(item.day))

    def _on(self, day_uid: str) -> Condition | None:
        return Condition(questions.DAYS, (day_uid,)) if self.chooses_days else None


def load(
    event: Event,
    setup: RegistrationSetup,
    *,
    language: str,
    now: dt.datetime,
    registration: Registration | None = None,
    invitation: Invitation | None = None,
    staff: bool = False,
    counts: Occupancy | None = None,
) -> Offering:
    """Read what the form offers to a visitor, an invited or registered person, or to an organiser."""
    counts = counts or occupancy(setup, now=now)
    every = list(event.categories.all())
    form = questions.as_form(event.questions.all())
    offering = Offering(
        event=event, setup=setup, language=language, now=now, form=form, counts=counts, days=list(event.days.all()),
        categories=_categories(every, setup, counts, now, registration, invitation, staff),
    )  # fmt: skip
    limited = {asked.id for asked in form.asked if any(option.places is not None for option in asked.options)}
    if limited:
        offering.options = options_taken(event.pk, limited)
    if registration is None:
        _load_sessions(offering)
    return offering


def _categories(every, setup, counts, now, registration, invitation, staff) -> list[ParticipantCategory]:
    if staff:
        return every
    if invitation is not None:
        return [each for each in every if each.pk == invitation.category_id]
    rules = setup_rules(setup)
    # Those that closed while the form was on the screen are still offered: the lock decides by the form's stamp.
    usable = {each.id for at in (now, now - GRACE) for each in open_categories(rules, counts, now=at)}
    own = registration.category_id if registration else None
    return [
        each
        for each in every
        if each.pk == own or (each.pk in usable and not (registration and rules_of(each).approval))
    ]


def _load_sessions(offering: Offering) -> None:
    programme = current_programme(offering.event.pk)
    items = bookings.bookable(programme)
    if not items or programme is None:
        return
    offering.programme = programme
    offering.items = dict(sorted(items.items(), key=lambda pair: (pair[1].start, pair[1].end, pair[0])))
    limits, taken = bookings.capacities(offering.event, items), bookings_of(offering.event.pk)
    seats = {uid: bookings.seats_of(item, programme, limits) for uid, item in items.items()}
    offering.full_sessions = frozenset(
        uid for uid, number in seats.items() if number is not None and taken[uid] >= number
    )


def _sentences(parts: list[str]) -> str:
    """Join what editors and we say into sentences: an editor's line need not end with a full stop."""
    *first, last = [part for part in parts if part] or [""]
    return " ".join([*(part if part.endswith((".", "!", "?", ":")) else f"{part}." for part in first), last])


def asked_today(offering: Offering, *, staff: bool) -> list[Asked]:
    """Return the questions this form asks: sensitive ones only where they can be kept, and not to organisers."""
    by_key = {asked.key: asked for asked in offering.form.asked}
    return [
        asked
        for asked in offering.form.asked
        if not (asked.sensitive and (staff or not sensitive.available())) and _can_show(asked, by_key)
    ]


def _can_show(asked: Asked, by_key: Mapping[str, Asked]) -> bool:
    """Whether any answer could show the question (``questions.visible`` hides it otherwise)."""
    if asked.condition is None or asked.condition.source in {questions.CATEGORY, questions.DAYS}:
        return True
    source = by_key.get(asked.condition.source)
    return bool(source and source.condition is None and (asked.sensitive or not source.sensitive))


def full_day(offering: Offering, kind: LimitKind, pk: int | None) -> EventDay | None:
    """Return the day that a limit is about."""
    return next((day for day in offering.days if kind == LimitKind.DAY and day.pk == pk), None)
