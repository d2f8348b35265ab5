"""The public state of registration in words: for the card, and for organisers with the field that caused it.

``state`` decides; this says it. Templates never build these sentences themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nsr_events.core import formats
from nsr_events.core.models import Event
from nsr_events.core.texts import Text, text_in

from .models import RegistrationSetup
from .room import Limit, LimitKind
from .state import Name, PublicState, Rule
from .wording import NUMBERS

TAGS: Mapping[Name, Promise] = {
    Name.NONE: gettext_lazy("No registration"),
    Name.ELSEWHERE: gettext_lazy("On another site"),
    Name.CANCELLED: pgettext_lazy("event", "Cancelled"),
    Name.OVER: pgettext_lazy("event", "Over"),
    Name.CLOSED: pgettext_lazy("registration", "Closed"),
    Name.INVITED: gettext_lazy("By invitation only"),
    Name.NOT_OPEN: gettext_lazy("Not open yet"),
    Name.WAITING_LIST: gettext_lazy("Full, waiting list"),
    Name.FULL: pgettext_lazy("registration", "Full"),
    Name.FEW_LEFT: gettext_lazy("Few seats left"),
    Name.OPEN: pgettext_lazy("registration", "Open"),
}


TONES: Mapping[Name, str] = {
    Name.OPEN: "ok",
    Name.FEW_LEFT: "warn",
    Name.WAITING_LIST: "warn",
    Name.FULL: "danger",
    Name.CANCELLED: "danger",
    Name.NOT_OPEN: "info",
    Name.INVITED: "info",
    Name.ELSEWHERE: "info",
}


def hours(event: Event, language: str) -> str:
    """The hours of an event in words, or nothing while they are not known."""
    start, end = event.local_start, event.local_end
    known = event.times_known and start.time() != dt.time() and end.time() != dt.time()
    return formats.capitalised(formats.hours_line(start, end, language)) if known else ""


@dataclass(frozen=True)
class Cause:
    """Why the state is as it is, for organisers: a sentence, and the field that would change it.

    ``screen`` is "setup", "category", "categories", "days" or "status", ``field`` the name of its form's field,
    ``row`` the category's primary key.
    """

    words: str
    screen: str = ""
    field: str = ""
    row: int | None = None


def tag(state: PublicState, language: str) -> str:
    """The state in one or two words, for the card's tag and the workspace."""
    with translation.override(language):
        if state.rule == Rule.EVENT_POSTPONED:
            return _("Postponed")
        return str(TAGS[state.state])


def tone(state: PublicState) -> str:
    """The tone of the state's tag on public pages, always beside its words."""
    return TONES.get(state.state, "plain")


def public_sentence(state: PublicState, event: Event, setup: RegistrationSetup, language: str) -> Text:
    """The state in one sentence for everybody, with the language it is in; at most one query (a name)."""
    if state.rule == Rule.PAUSED and text_in(setup.paused_text, language).value:
        return text_in(setup.paused_text, language)
    with translation.override(language):
        return Text(PUBLIC[state.rule](_Telling(state, event, setup, language)), language)


def organiser_sentence(state: PublicState, event: Event, setup: RegistrationSetup, language: str) -> Cause:
    """The rule that decided as a sentence, and where it is changed; at most one query (a name)."""
    telling = _Telling(state, event, setup, language)
    with translation.override(language):
        said = ORGANISER[state.rule](telling)
        return Cause(f"{tag(state, language)}: {said.words}", said.screen, said.field, said.row)


def moment(at: dt.datetime, event: Event, language: str) -> str:
    """ "3. mars 2027 kl. 12:00", in the event's zone."""
    local = at.astimezone(event.zone)
    return f"{formats.full_date(local.date(), language)} {formats.at_clock(local, language)}"


def seats(number: int) -> str:
    """ "én plass", "40 plasser", in the active language."""
    words = NUMBERS[number - 1]() if 0 < number <= len(NUMBERS) else str(number)
    return ngettext("%(number)s seat", "%(number)s seats", number) % {"number": words}


@dataclass(frozen=True)
class _Telling:
    state: PublicState
    event: Event
    setup: RegistrationSetup
    language: str

    @property
    def at(self) -> str:
        return moment(self.state.params["at"], self.event, self.language)

    @property
    def limit(self) -> Limit:
        return self.state.params.get("limit") or Limit(LimitKind.EVENT)

    def category(self, pk: int | None) -> str:
        found = (each for each in self.event.categories.all() if each.pk == pk)
        return text_in(getattr(next(found, None), "name", ""), self.language).value

    def day(self, pk: int | None) -> str:
        found = next((each for each in self.event.days.all() if each.pk == pk), None)
        return formats.capitalised(formats.weekday_date(found.date, self.language)) if found else ""


Said = Callable[[_Telling], str]


def _always(sentence: Promise) -> Said:
    return lambda telling: str(sentence)


def _at(sentence: Promise) -> Said:
    return lambda telling: str(sentence) % {"moment": telling.at}


def _mode(telling: _Telling) -> str:
    if telling.state.state == Name.ELSEWHERE:
        return _("Registration for this event is on another site.")
    return _("There is no registration for this event.")


def _seats(telling: _Telling) -> str:
    left = telling.state.params.get("left")
    if left is None:
        return _("There is room for you.")
    if telling.state.state == Name.FEW_LEFT:
        return _("Only %(seats)s left.") % {"seats": seats(left)}
    return _("There are %(seats)s left.") % {"seats": seats(left)}


def _full(telling: _Telling) -> str:
    limit = telling.limit
    if limit.kind == LimitKind.DAY and telling.day(limit.id):
        return _("%(day)s is full.") % {"day": telling.day(limit.id)}
    return _("All seats are taken.")


def _join(telling: _Telling) -> str:
    return _("%(full)s You can join the waiting list.") % {"full": _full(telling)}


def _list_full(telling: _Telling) -> str:
    return _("%(full)s The waiting list is full too.") % {"full": _full(telling)}


PUBLIC: Mapping[Rule, Said] = {
    Rule.MODE: _mode,
    Rule.EVENT_CANCELLED: _always(gettext_lazy("The event is cancelled.")),
    Rule.EVENT_POSTPONED: _always(
        gettext_lazy("The event is postponed. Those who are registered keep their seats.")
    ),
    Rule.EVENT_OVER: _always(gettext_lazy("The event is over.")),
    Rule.PAUSED: _always(gettext_lazy("Registration is paused.")),
    Rule.CLOSES: _at(gettext_lazy("Registration closed %(moment)s.")),
    Rule.CATEGORY_CLOSES: _at(gettext_lazy("Registration closed %(moment)s.")),
    Rule.MODE_INVITED: _always(gettext_lazy("The event is for those who are invited.")),
    Rule.CATEGORIES_INVITED: _always(gettext_lazy("The event is for those who are invited.")),
    Rule.PLANNED: _always(gettext_lazy("Registration opens when the date is fixed.")),
    Rule.NOT_ANNOUNCED: _always(gettext_lazy("We have not decided yet when registration opens.")),
    Rule.OPENS: _at(gettext_lazy("Registration opens %(moment)s.")),
    Rule.LIMIT: _join,
    Rule.LIST_OFF: _full,
    Rule.LIST_FULL: _list_full,
    Rule.SEATS: _seats,
}


def _cause(sentence: Promise, screen: str = "", field: str = "") -> Callable[[_Telling], Cause]:
    def said(telling: _Telling) -> Cause:
        params = {"moment": telling.at} if "at" in telling.state.params else {}
        return Cause(str(sentence) % params if params else str(sentence), screen, field)

    return said


def _mode_cause(telling: _Telling) -> Cause:
    return Cause(_mode(telling), "setup", "mode")


def _category_closed(telling: _Telling) -> Cause:
    pk = telling.state.params["category"]
    words = _("the group %(category)s closed last, %(moment)s.")
    return Cause(words % {"category": telling.category(pk), "moment": telling.at}, "category", "closes", pk)


def _limit_cause(telling: _Telling) -> Cause:
    limit, waiting = telling.limit, telling.state.params.get("waiting", 0)
    if limit.kind == LimitKind.QUEUE:
        words = ngettext(
            "%(number)d person waits for the seats that are free.",
            "%(number)d people wait for the seats that are free.",
            waiting,
        )
        return Cause(words % {"number": waiting}, "setup", "waiting_list")
    if limit.kind == LimitKind.CATEGORY:
        words = _("the seats of the group %(category)s are taken.") % {"category": telling.category(limit.id)}
        return Cause(words, "category", "capacity", limit.id)
    if limit.kind == LimitKind.DAY:
        return Cause(_("%(day)s is full.") % {"day": telling.day(limit.id)}, "days", "days")
    return Cause(_("all seats of the event are taken or reserved."), "setup", "capacity")


def _list_off_cause(telling: _Telling) -> Cause:
    cause = _limit_cause(telling)
    words = _("%(limit)s There is no waiting list.") % {"limit": cause.words}
    return Cause(words, cause.screen, cause.field, cause.row)


def _list_full_cause(telling: _Telling) -> Cause:
    number = telling.state.params.get("waiting", 0)
    words = ngettext(
        "the waiting list takes no more than the %(number)d person on it.",
        "the waiting list takes no more than the %(number)d people on it.",
        number,
    )
    return Cause(words % {"number": number}, "setup", "waiting_limit")


def _seats_cause(telling: _Telling) -> Cause:
    left = telling.state.params.get("left")
    words = _("nothing limits the seats.") if left is None else _("%(seats)s left.") % {"seats": seats(left)}
    return Cause(words, "setup", "few_left" if telling.state.state == Name.FEW_LEFT else "capacity")


ORGANISER: Mapping[Rule, Callable[[_Telling], Cause]] = {
    Rule.MODE: _mode_cause,
    Rule.EVENT_CANCELLED: _cause(gettext_lazy("the event is cancelled."), "status", "status"),
    Rule.EVENT_POSTPONED: _cause(gettext_lazy("the event is postponed."), "status", "status"),
    Rule.EVENT_OVER: _cause(gettext_lazy("the event is over."), "days", "days"),
    Rule.PAUSED: _cause(gettext_lazy("registration is paused."), "setup", "paused"),
    Rule.CLOSES: _cause(gettext_lazy("registration closed %(moment)s."), "setup", "closes"),
    Rule.CATEGORY_CLOSES: _category_closed,
    Rule.MODE_INVITED: _cause(
        gettext_lazy("the setup says that only those who are invited may register."), "setup", "mode"
    ),
    Rule.CATEGORIES_INVITED: _cause(gettext_lazy("every group is for those who are invited."), "categories"),
    Rule.PLANNED: _cause(gettext_lazy("the date is still marked as preliminary."), "status", "status"),
    Rule.NOT_ANNOUNCED: _cause(gettext_lazy("no opening date is set."), "setup", "opens"),
    Rule.OPENS: _cause(gettext_lazy("registration opens %(moment)s."), "setup", "opens"),
    Rule.LIMIT: _limit_cause,
    Rule.LIST_OFF: _list_off_cause,
    Rule.LIST_FULL: _list_full_cause,
    Rule.SEATS: _seats_cause,
}
