"""Why a button of the own page did nothing, in the person's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nsr_events.core.texts import text_in
from nsr_events.programme.current import current_programme
from nsr_events.registration.applications import Problem, ProblemKind, Refused
from nsr_events.registration.models import Registration

SENTENCES: Mapping[str, Promise] = {
    ProblemKind.TOO_LATE: gettext_lazy(
        "The deadline for this has passed. Contact the organiser if you need help."
    ),
    ProblemKind.NOT_POSSIBLE: gettext_lazy(
        "This is done already, or is no longer possible. See how it stands now."
    ),
    ProblemKind.FULL: gettext_lazy("There is no room left. Nothing was changed."),
    ProblemKind.ADDRESS_TAKEN: gettext_lazy(
        "The seat cannot be handed to this address. Contact the organiser."
    ),
    ProblemKind.HAND_OVERS_USED: gettext_lazy(
        "This seat has changed hands three times. Contact the organiser."
    ),
    ProblemKind.SESSION_UNKNOWN: gettext_lazy("One of the sessions cannot be booked any more. Choose again."),
}


def sentences(refused: Refused, registration: Registration) -> list[str]:
    """Return one sentence for each reason."""
    return [_sentence(problem, registration) for problem in refused.problems]


def _sentence(problem: Problem, registration: Registration) -> str:
    if problem.kind == ProblemKind.SESSION_FULL:
        title = _title(problem.subject, registration)
        return _("“%(title)s” is full now. Choose another, or none") % {"title": title}
    if problem.kind == ProblemKind.SESSION_OVERLAP:
        titles = {"one": _title(problem.subject, registration), "other": _title(problem.other, registration)}
        return _("“%(one)s” and “%(other)s” are at the same time. Choose one of them") % titles
    return str(SENTENCES.get(problem.kind, SENTENCES[ProblemKind.NOT_POSSIBLE]))


def _title(uid: str, registration: Registration) -> str:
    programme = current_programme(registration.event_id)
    item = programme.get(uid) if programme else None
    return text_in(item.title, registration.language).value if item else ""
