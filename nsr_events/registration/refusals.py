"""What the rules refuse, said at the field it belongs to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nsr_events.core import formats

from .applications import Problem, ProblemKind
from .offering import Offering, full_day
from .questions import CATEGORY, DAYS
from .room import Limit, LimitKind

Placed = tuple[str | None, str]
"""The name of a field (None: the form as a whole) and a sentence."""


def placed(problem: Problem, offering: Offering) -> Placed:
    """Return where a problem is said, and how."""
    return SAYINGS.get(problem.kind, _otherwise)(problem, offering)


def _full(problem: Problem, offering: Offering) -> Placed:
    limit = problem.subject if isinstance(problem.subject, Limit) else Limit(LimitKind.EVENT)
    day = full_day(offering, limit.kind, limit.id)
    if day:
        name = offering.day_words(day)
        if offering.chooses_days:
            return DAYS, _("%(day)s is full. Choose other days") % {"day": name}
        return None, _("%(day)s is full, and nobody can wait for a seat") % {"day": name}
    if limit.kind == LimitKind.CATEGORY and len(offering.categories) > 1:
        return CATEGORY, _("All seats here are taken. Choose another, if one fits you")
    return None, _("All seats are taken, and the waiting list is closed. You are not registered")


def _option_full(problem: Problem, offering: Offering) -> Placed:
    choice = problem.subject
    asked = next((asked for asked in offering.form.asked if asked.id == choice.question), None)
    return asked and asked.key, _("“%(label)s” is full now. Choose something else") % {"label": choice.label}


def _session_full(problem: Problem, offering: Offering) -> Placed:
    title = offering.session_title(problem.subject)
    return "sessions", _("“%(title)s” is full now. Choose another, or none") % {"title": title}


def _session_unknown(_problem: Problem, _offering: Offering) -> Placed:
    return "sessions", _("Choose sessions only on days that you attend")


def _session_overlap(problem: Problem, offering: Offering) -> Placed:
    titles = {"one": offering.session_title(problem.subject), "other": offering.session_title(problem.other)}
    return "sessions", _("“%(one)s” and “%(other)s” are at the same time. Choose one of them") % titles


def _too_late(problem: Problem, offering: Offering) -> Placed:
    at = problem.subject.astimezone(offering.event.zone)
    words = f"{formats.full_date(at.date(), offering.language)} {formats.at_clock(at, offering.language)}"
    return None, _("Changes were possible until %(moment)s") % {"moment": words}


def _said(field: str | None, sentence: Any) -> Any:
    return lambda _problem, _offering: (field, _(sentence))


def _otherwise(_problem: Problem, _offering: Offering) -> Placed:
    return None, _("This is not possible any more. Open the page again to see how things stand")


SAYINGS: dict[str, Any] = {
    ProblemKind.CLOSED: _said(None, gettext_noop("Registration has closed. You are not registered")),
    ProblemKind.CATEGORY_CLOSED: _said(
        CATEGORY, gettext_noop("Registration has closed for this group. Choose another")
    ),
    ProblemKind.APPROVAL: _said(
        CATEGORY, gettext_noop("The organiser must approve this group. Contact the organiser")
    ),
    ProblemKind.FULL: _full,
    ProblemKind.NO_DAYS: _said(DAYS, gettext_noop("Choose at least one day")),
    ProblemKind.DAY_UNKNOWN: _said(DAYS, gettext_noop("Choose one of the days that are listed")),
    ProblemKind.OPTION_FULL: _option_full,
    ProblemKind.SESSION_UNKNOWN: _session_unknown,
    ProblemKind.SESSION_FULL: _session_full,
    ProblemKind.SESSION_OVERLAP: _session_overlap,
    ProblemKind.ADDRESS_TAKEN: _said(
        "email", gettext_noop("This address is registered already. Write another")
    ),
    ProblemKind.REASON_MISSING: _said(None, gettext_noop("Write a reason")),
    ProblemKind.TOO_LATE: _too_late,
}
