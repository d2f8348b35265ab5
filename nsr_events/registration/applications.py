"""What somebody asks for and what they are told: made before the lock, so that nothing is parsed inside it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from nsr_events.core.models import EventDay, Person

from .models import ConsentText, FormVersion, Invitation, ParticipantCategory, Registration


@dataclass(frozen=True)
class Choice:
    """A chosen option of an ordinary question: the question's primary key, the option's key and its places."""

    question: int
    option: str
    places: int | None = None
    label: str = ""


@dataclass(frozen=True)
class GivenConsent:
    """A ticked box: the words that stood beside it, in the language in which they were shown."""

    text: ConsentText
    language: str


@dataclass(frozen=True)
class Application:
    """What a form, an import or an organiser asks for one person.

    ``uid`` becomes the registration's, as it stands inside the encrypted ``sensitive`` answers. ``sessions`` are uids;
    ``save_sections`` are called with the registration inside the transaction, for later domains. ``mail_due`` keeps the
    mail back when an unproven address has had enough of them (``first_mail``).
    """

    category: ParticipantCategory
    days: tuple[EventDay, ...]
    first_name: str
    last_name: str
    email: str
    language: str
    organisation: str = ""
    job_title: str = ""
    mobile: str = ""
    badge_name: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    form_version: FormVersion | None = None
    sensitive: str | None = None
    consents: tuple[GivenConsent, ...] = ()
    listed: bool = False
    sessions: tuple[str, ...] = ()
    idempotency_key: uuid.UUID | None = None
    source: str = Registration.Source.WEB
    invitation: Invitation | None = None
    person: Person | None = None
    uid: uuid.UUID = field(default_factory=uuid.uuid4)
    save_sections: tuple[Callable[[Registration], None], ...] = ()
    mail_due: dt.datetime | None = None

    def fields(self) -> dict[str, Any]:
        """The columns of the person, as they are written to a registration."""
        names = (
            "category", "first_name", "last_name", "organisation", "job_title", "mobile", "badge_name", "language",
            "form_version", "listed",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names} | {"answers": dict(self.answers)}


class OutcomeKind(StrEnum):
    """What became of a submission."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    PENDING = "pending"
    UNVERIFIED = "unverified"
    KNOWN = "known"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Outcome:
    """The result of ``register``. ``shown`` is what a newcomer gets now: a receipt tells nobody who is known here."""

    kind: OutcomeKind
    registration: Registration | None
    shown: OutcomeKind


class ProblemKind(StrEnum):
    """Why something was refused; a form says it in words at the field it belongs to."""

    CLOSED = "closed"
    CATEGORY_CLOSED = "category_closed"
    APPROVAL = "approval"
    FULL = "full"
    NO_DAYS = "no_days"
    DAY_UNKNOWN = "day_unknown"
    OPTION_FULL = "option_full"
    SESSION_UNKNOWN = "session_unknown"
    SESSION_FULL = "session_full"
    SESSION_OVERLAP = "session_overlap"
    TOO_LATE = "too_late"
    NOT_POSSIBLE = "not_possible"
    ADDRESS_TAKEN = "address_taken"
    HAND_OVERS_USED = "hand_overs_used"
    REASON_MISSING = "reason_missing"
    FORM_CHANGED = "form_changed"


@dataclass(frozen=True)
class Problem:
    """One reason: ``subject`` is what it is about (a day, a category, "event", a ``Choice``, a session's uid)."""

    kind: ProblemKind
    subject: Any = None
    other: Any = None


class Refused(Exception):  # noqa: N818
    """The rules say no; nothing was changed. ``problems`` says why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.kind for problem in problems))
        self.problems: Sequence[Problem] = problems


class Stale(Exception):  # noqa: N818
    """The registration was changed since the form was shown; nothing was changed."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(str(registration))
        self.registration = registration
