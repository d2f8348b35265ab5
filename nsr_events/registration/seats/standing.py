"""What every verb asks of a row under the lock, and how a row gets to a place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nsr_events.core.models import EventDay
from nsr_events.registration.applications import (
    Application,
    Choice,
    Problem,
    ProblemKind,
    Refused,
)
from nsr_events.registration.counting import options_taken
from nsr_events.registration.models import (
    ChosenOption,
    Consent,
    Invitation,
    ParticipantCategory,
    Question,
    Registration,
    RegistrationSetup,
    SensitiveAnswers,
)
from nsr_events.registration.room import Occupancy

from . import bookings, queue
from .placing import Step, move, next_number

Status = Registration.Status

MAIL_OF = {
    Status.CONFIRMED: "confirmed",
    Status.WAITLISTED: "waitlisted",
    Status.PENDING: "received",
    Status.UNVERIFIED: "verify",
}


def reread(registration: Registration, allowed: Iterable[str]) -> Registration:
    """Return the row as it stands under the lock. Raises ``Refused`` when its status is none of ``allowed``."""
    row = Registration.objects.select_related("event", "category", "invitation").get(pk=registration.pk)
    if row.status not in set(allowed):
        raise Refused(Problem(ProblemKind.NOT_POSSIBLE, row.status))
    return row


def day_ids(row: Registration) -> frozenset[int]:
    """The primary keys of the days somebody comes."""
    return frozenset(row.days.values_list("day_id", flat=True))


def placed_as_newcomer(
    setup: RegistrationSetup,
    counts: Occupancy,
    row: Registration,
    now: dt.datetime,
    *,
    approved: bool = False,
) -> str:
    """Return the status somebody who is here already gets when placed as if they came now."""
    limit = counts.newcomer(row.category_id, day_ids(row))
    if limit and not may_wait(setup, counts):
        raise Refused(Problem(ProblemKind.FULL, limit))
    if not approved and needs_approval(row.category, row.invitation):
        return Status.PENDING
    return Status.WAITLISTED if limit else Status.CONFIRMED


def arrive(row: Registration, status: str, step: Step, *, mail: str | None = None) -> None:
    """Move a row to a status it arrives in: with a new number when it waits."""
    columns = {"queue_number": next_number(row.event_id)} if status == Status.WAITLISTED else {}
    facts = {"dropped": queue.drop_full_options(row)} if status == Status.CONFIRMED else {}
    move(row, status, step, mail=MAIL_OF[Status(status)] if mail is None else mail, facts=facts, **columns)


def need_reason(step: Step) -> None:
    """Refuse an organiser's exception that nobody can understand later."""
    if not step.reason.strip():
        raise Refused(Problem(ProblemKind.REASON_MISSING))


def needs_approval(category: ParticipantCategory, invitation: Invitation | None) -> bool:
    """Whether an organiser decides first: as the invitation says, else the category."""
    return not invitation.skip_approval if invitation else category.approval


def may_wait(setup: RegistrationSetup, counts: Occupancy) -> bool:
    """Whether the queue takes one more."""
    if setup.waiting_list == RegistrationSetup.WaitingList.OFF:
        return False
    return setup.waiting_limit is None or len(counts.queue) < setup.waiting_limit


def drop_lost_bookings(row: Registration) -> None:
    """Bookings count for confirmed people only, so a session may have filled up meanwhile."""
    held = [str(uid) for uid in row.bookings.values_list("session__uid", flat=True)]
    if not held:
        return
    day_uids = frozenset(str(day.uid) for day in row.attended_days)
    lost = {problem.subject for problem in bookings.problems_of(row.event, held, day_uids=day_uids)}
    bookings.write(row, [uid for uid in held if uid not in lost])


def registered_again(row: Registration) -> bool:
    """Whether the same address has another active registration."""
    same = Registration.objects.filter(event_id=row.event_id, email_key=row.email_key).active()
    return bool(row.email_key) and same.exclude(pk=row.pk).exists()


def check_in_time(moment: dt.datetime, step: Step) -> None:
    """Refuse a person after a deadline; organisers may still."""
    if step.by is None and step.now >= moment:
        raise Refused(Problem(ProblemKind.TOO_LATE, moment))


def lapse(row: Registration, now: dt.datetime, *, mail: str = "") -> None:
    """End what time has ended. Without a mail (nobody proved the address) the links die too."""
    step = Step(now=now, who=Registration.EndedBy.TIME)
    move(row, Status.LAPSED, step, mail=mail, token_version=row.token_version + (not mail))


def check_choices(
    setup: RegistrationSetup, choices: Sequence[Choice], *, held: frozenset = frozenset()
) -> None:
    """Refuse options whose places are taken; those somebody ``held`` before stay theirs."""
    limited = [
        each for each in choices if each.places is not None and (each.question, each.option) not in held
    ]
    if not limited:
        return
    taken = options_taken(setup.event_id, {each.question for each in limited})
    full = [each for each in limited if taken[each.question, each.option] >= each.places]
    if full:
        raise Refused(*(Problem(ProblemKind.OPTION_FULL, each) for each in full))


def check_plain(event_id: int, application: Application) -> None:
    """Refuse a plain answer to a question that became sensitive after the form was parsed: never stored in clear."""
    if not application.answers:
        return
    sensitive = Question.objects.filter(event_id=event_id, sensitive=True, key__in=list(application.answers))
    if sensitive.exists():
        raise Refused(Problem(ProblemKind.FORM_CHANGED))


def write_answers(row: Registration, application: Application, step: Step) -> None:
    """Write chosen options, consents and encrypted answers of an application."""
    ChosenOption.objects.bulk_create(
        ChosenOption(registration=row, question_id=each.question, option=each.option)
        for each in application.choices
    )
    Consent.objects.bulk_create(
        Consent(
            registration=row,
            text=given.text,
            language=given.language,
            source=application.source,
            given_at=step.now,
        )
        for given in application.consents
    )
    if application.sensitive is not None:
        SensitiveAnswers.objects.create(registration=row, token=application.sensitive, answered_at=step.now)


def with_days(setup: RegistrationSetup, application: Application, counts: Occupancy) -> Application:
    """Everybody comes all days where nobody chooses; else the wished days must be the event's."""
    if setup.days == RegistrationSetup.Days.ALL:
        return replace(application, days=tuple(EventDay.objects.filter(event_id=setup.event_id)))
    foreign = [day for day in application.days if day.pk not in counts.day_capacity]
    if foreign:
        raise Refused(*(Problem(ProblemKind.DAY_UNKNOWN, day) for day in foreign))
    if not application.days:
        raise Refused(Problem(ProblemKind.NO_DAYS))
    return application
