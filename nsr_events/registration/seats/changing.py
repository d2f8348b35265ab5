"""Changing what is there: days, category, answers, sessions, address, links (registration, sections 4, 9, 10)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from nsr_events.core.models import Person
from nsr_events.registration import mails
from nsr_events.registration.addresses import email_key
from nsr_events.registration.applications import (
    Application,
    Problem,
    ProblemKind,
    Refused,
    Stale,
)
from nsr_events.registration.counting import occupancy
from nsr_events.registration.locking import seats_locked
from nsr_events.registration.models import (
    ConsentText,
    Registration,
    SensitiveAnswers,
)
from nsr_events.registration.room import Occupancy

from . import bookings, queue
from .placing import Step, save, set_days, step_of, write
from .standing import (
    check_choices,
    check_in_time,
    check_plain,
    day_ids,
    need_reason,
    reread,
    with_days,
    write_answers,
)

Status = Registration.Status


def change(
    registration: Registration,
    application: Application,
    *,
    now: dt.datetime,
    row_version: int,
    by: Any = None,
    reason: str = "",
    above_capacity: bool = False,
    notify: bool = True,
    note: str = "",
) -> Registration:
    """Write what somebody changed: person, answers, days, category, sessions.

    Added days and a new category need room, but not while waiting, where the number is kept. A person may not go into
    a category with approval. Dropped days free seats and end their bookings. A new address is confirmed there first,
    unless an organiser writes it. Raises ``Stale`` when ``row_version`` is no more the row's.
    """
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.PENDING, Status.WAITLISTED, Status.CONFIRMED})
        if row.row_version != row_version:
            raise Stale(row)
        check_in_time(setup.editing_ends, step)
        counts = occupancy(setup, now=now)
        application = with_days(setup, application, counts)
        _check_category(setup, row, application, step)
        check_plain(setup.event_id, application)
        if not (above_capacity and by is not None):
            _check_added(counts, row, application)
        held = frozenset(row.chosen_options.values_list("question_id", "option"))
        check_choices(setup, application.choices, held=held if row.holds_seat else frozenset())
        changed = _write_change(row, application, step)
        _change_address(row, application.email, step)
        write(row, step, before=row.status, mail="changed" if changed else "", facts={"changes": changed})
        queue.fill(setup, now=now)
        return row


def _check_category(setup, row, application, step) -> None:
    new = application.category
    if new.event_id != setup.event_id:
        raise Refused(Problem(ProblemKind.CATEGORY_CLOSED, new))
    if new.pk == row.category_id or step.by is not None:
        return
    if new.approval:
        raise Refused(Problem(ProblemKind.APPROVAL, new))
    if new.invited_only or not ((new.opens or setup.opens) and step.now < (new.closes or setup.closing)):
        raise Refused(Problem(ProblemKind.CATEGORY_CLOSED, new))


def _check_added(counts: Occupancy, row: Registration, application: Application) -> None:
    """Refuse days or a category without room; nobody gives up the seat they hold to find out."""
    if not row.holds_seat:
        return
    wished = frozenset(day.pk for day in application.days)
    limit = counts.change((row.category_id, day_ids(row)), (application.category.pk, wished))
    if limit:
        raise Refused(Problem(ProblemKind.FULL, limit))


def _write_change(row: Registration, application: Application, step: Step) -> list[str]:
    """Write the change; returns the names of what changed among days, category and sessions."""
    changed = []
    if day_ids(row) != {day.pk for day in application.days}:
        set_days(row, application.days)
        changed.append("days")
    if row.category_id != application.category.pk:
        changed.append("category")
    day_uids = frozenset(str(day.uid) for day in application.days)
    if bookings.write(row, bookings.kept_on(row, day_uids)):
        changed.append("sessions")
    save(row, step.now, calendar=bool(changed), **application.fields())
    row.chosen_options.all().delete()
    if application.sensitive is not None:
        _end_sensitive(row, step)
    write_answers(row, application, step)
    for save_section in application.save_sections:
        save_section(row)
    return changed


def _end_sensitive(row: Registration, step: Step) -> None:
    """Answers that are replaced or removed go, and with them the consent they rested on; new ones bring their own."""
    SensitiveAnswers.objects.filter(registration=row).delete()
    given = row.consents.filter(text__use=ConsentText.Use.SENSITIVE, withdrawn_at=None)
    given.update(withdrawn_at=step.now)


def _change_address(row: Registration, address: str, step: Step) -> None:
    """Take a new address: an organiser's at once, with new links; a person's once the new address confirms it."""
    if email_key(address) == row.email_key:
        if row.new_email:
            save(row, step.now, new_email="")
        return
    if step.by is None:
        save(row, step.now, new_email=address)
        mails.tell(row, "registration.verify", now=step.now, to=address)
        return
    _take_address(row, address, step)


def confirm_address(registration: Registration, *, now: dt.datetime) -> Registration:
    """Make the new address the registration's: its links are made anew, the old address is told."""
    with seats_locked(registration.event_id):
        row = reread(registration, Registration.ACTIVE)
        if not row.new_email:
            raise Refused(Problem(ProblemKind.NOT_POSSIBLE, row.status))
        _take_address(row, row.new_email, step_of(now=now))
        write(row, step_of(now=now), before=row.status)
        return row


def _take_address(row: Registration, address: str, step: Step) -> None:
    others = Registration.objects.filter(event_id=row.event_id, email_key=email_key(address)).active()
    if email_key(address) and others.exclude(pk=row.pk).exists():
        raise Refused(Problem(ProblemKind.ADDRESS_TAKEN, address))
    old = row.email
    save(row, step.now, email=address, new_email="", token_version=row.token_version + 1, bad_address=False)
    if step.notify:
        mails.tell(row, "registration.address_changed", now=step.now)
        if old:
            mails.tell(row, "registration.address_changed", now=step.now, to=old)


def renew_links(
    registration: Registration, *, now: dt.datetime, by: Any = None, notify: bool = True
) -> Registration:
    """Make every link of a registration anew; the old ones open nothing, also in open tabs."""
    with seats_locked(registration.event_id):
        row = reread(registration, Status.values)
        save(row, now, token_version=row.token_version + 1)
        if notify:
            mails.tell(row, "registration.link", now=now, facts={"occasion": str(uuid.uuid4())})
        return row


def book(
    registration: Registration, sessions: Iterable[str], *, now: dt.datetime, row_version: int | None = None,
    by: Any = None, reason: str = "", above_capacity: bool = False, notify: bool = True, note: str = "",
) -> Registration:  # fmt: skip
    """Give a confirmed registration exactly these sessions (uids), all or nothing (registration, section 9).

    ``above_capacity``: an organiser's, with a reason, also where a session is full; nobody is in two at a time.
    """
    step = step_of(now=now, by=by, reason=reason, notify=notify, note=note)
    above = above_capacity and by is not None
    if above:
        need_reason(step)
    with seats_locked(registration.event_id) as setup:
        row = reread(registration, {Status.CONFIRMED})
        if row_version is not None and row.row_version != row_version:
            raise Stale(row)
        check_in_time(setup.booking_ends, step)
        wished = list(dict.fromkeys(sessions))
        day_uids = frozenset(str(day.uid) for day in row.attended_days)
        problems = bookings.problems_of(row.event, wished, day_uids=day_uids, registration=row)
        problems = [each for each in problems if not (above and each.kind == ProblemKind.SESSION_FULL)]
        if problems:
            raise Refused(*problems)
        if bookings.write(row, wished):
            save(row, now, calendar=True)
            write(row, step, before=row.status, mail="changed", facts={"changes": ["sessions"]})
        return row


def link_person(
    registration: Registration, person: Person | None, *, now: dt.datetime, by: Any
) -> Registration:
    """Say which speaker profile is the participant's, None for no one's; an organiser's."""
    with seats_locked(registration.event_id):
        row = reread(registration, Status.values)
        save(row, now, person=person)
        return row
