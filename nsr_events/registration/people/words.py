"""What the rules refuse, and moments, in words for organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.models import Event, EventDay
from nsr_events.core.texts import text_in
from nsr_events.programme.models import Session
from nsr_events.registration import sentences
from nsr_events.registration.applications import Problem, ProblemKind
from nsr_events.registration.models import Registration
from nsr_events.registration.room import Limit, LimitKind


def language() -> str:
    """The language of the screen."""
    return get_language() or "en"


def moment(at: dt.datetime | None, event: Event) -> str:
    """ "9. mars 2027 kl. 14:15" on the event's clocks; "" for None."""
    if at is None:
        return ""
    return sentences.moment(at, event, language())


def day_words(day: EventDay) -> str:
    """ "Tirsdag 9. mars"."""
    return formats.capitalised(formats.weekday_date(day.date, language()))


def status_word(status: str) -> str:
    """A status in small letters, for inside a sentence."""
    return str(Registration.Status(status).label).lower() if status in Registration.Status.values else status


def reasons(problems: Iterable[Problem]) -> str:
    """Return why something was refused as one phrase, to stand after a colon."""
    return "; ".join(dict.fromkeys(reason(problem) for problem in problems))


def reason(problem: Problem) -> str:
    """Return one reason as a phrase in small letters."""
    return SAYINGS.get(problem.kind, _otherwise)(problem)


def limit_words(limit: Any) -> str:
    """What there is no more of."""
    kind = limit.kind if isinstance(limit, Limit) else LimitKind.EVENT
    if kind == LimitKind.CATEGORY:
        return _("the category is full")
    if kind == LimitKind.DAY:
        return _("a wished day is full")
    if kind == LimitKind.QUEUE:
        return _("others who wait come first")
    return _("all seats are taken")


def _not_possible(problem: Problem) -> str:
    if problem.subject in Registration.Status.values:
        return _("already: %(status)s") % {"status": status_word(problem.subject)}
    return _("not possible any more")


def _session_full(problem: Problem) -> str:
    return _("“%(title)s” is full") % {"title": _session_title(problem.subject)}


def _sessions_overlap(problem: Problem) -> str:
    titles = {"one": _session_title(problem.subject), "other": _session_title(problem.other)}
    return _("“%(one)s” and “%(other)s” are at the same time") % titles


def _session_title(uid: Any) -> str:
    session = Session.objects.filter(uid=uid).first()
    return text_in(session.title, language()).value if session else ""


def _said(words: Callable[[], str]) -> Callable[[Problem], str]:
    return lambda _problem: words()


def _otherwise(_problem: Problem) -> str:
    return _("not possible any more")


SAYINGS: dict[str, Callable[[Problem], str]] = {
    ProblemKind.NOT_POSSIBLE: _not_possible,
    ProblemKind.FULL: lambda problem: limit_words(problem.subject),
    ProblemKind.CATEGORY_CLOSED: _said(lambda: _("the category is not this event's")),
    ProblemKind.NO_DAYS: _said(lambda: _("no day is chosen")),
    ProblemKind.DAY_UNKNOWN: _said(lambda: _("the day is not this event's")),
    ProblemKind.OPTION_FULL: _said(lambda: _("a chosen option has no places left")),
    ProblemKind.SESSION_UNKNOWN: _said(lambda: _("a session cannot be booked on the attended days")),
    ProblemKind.SESSION_FULL: _session_full,
    ProblemKind.SESSION_OVERLAP: _sessions_overlap,
    ProblemKind.TOO_LATE: _said(lambda: _("the deadline has passed")),
    ProblemKind.ADDRESS_TAKEN: _said(lambda: _("the address is registered already")),
    ProblemKind.HAND_OVERS_USED: _said(lambda: _("the seat has been handed over three times")),
    ProblemKind.REASON_MISSING: _said(lambda: _("a reason is needed")),
}
