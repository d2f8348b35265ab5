"""The people that a description means today (mail, section 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from nsr_events.core.models import Event, Person
from nsr_events.outbox.models import Reason
from nsr_events.programme.current import current_programme
from nsr_events.registration.models import (
    Attendance,
    Invitation,
    Registration,
    RegistrationDay,
    SessionBooking,
    StatusChange,
)

from .segments import Segment, To


@dataclass(frozen=True)
class Reach:
    """How many get a mail, and how many of those meant do not, by reason (``outbox.models.Reason``)."""

    count: int
    left_out: Mapping[str, int] = field(default_factory=dict)


def registrations(event: Event, segment: Segment) -> QuerySet[Registration]:
    """Return the registrations that ``segment`` means now."""
    rows = Registration.objects.filter(event=event, anonymised_at=None, status__in=segment.statuses)
    return _narrowed(rows, segment)


def had_status(rows: QuerySet[Registration], segment: Segment, at: dt.datetime) -> QuerySet[Registration]:
    """Of ``rows``, those who had one of the segment's statuses at ``at`` already: who came later got a confirmation."""
    before = StatusChange.objects.filter(registration=OuterRef("pk"), at__lte=at).order_by("-at", "-pk")
    return rows.annotate(_status_then=Subquery(before.values("after")[:1])).filter(
        _status_then__in=segment.statuses
    )


def reachable(rows: QuerySet[Registration], *, reminders: bool = False) -> QuerySet[Registration]:
    """Of ``rows``, those with an address that works; for ``reminders`` those who did not stop them."""
    rows = rows.exclude(email="").filter(bad_address=False)
    return rows.filter(reminders_stopped=None) if reminders else rows


def silent(event: Event, segment: Segment, *, now: dt.datetime) -> QuerySet[Invitation]:
    """Return the invitations that were sent, are not answered and could still be."""
    rows = Invitation.objects.filter(event=event, state=Invitation.State.SENT)
    rows = rows.filter(Q(answer_by=None) | Q(answer_by__gt=now))
    if segment.categories:
        rows = rows.filter(category__uid__in=segment.categories)
    if segment.languages:
        rows = rows.filter(language__in=segment.languages)
    return rows


def speakers(event: Event, *, sessions: Iterable[str] = ()) -> QuerySet[Person]:
    """Return the people of the newest release, or of these ``sessions`` (uids) in it."""
    programme = current_programme(event.pk)
    wanted = set(sessions)
    items = [item for item in (programme.sessions if programme else ()) if not wanted or item.uid in wanted]
    uids = {
        role.uid for item in items if wanted or not (item.gone or item.is_cancelled) for role in item.people
    }
    return Person.objects.filter(uid__in=uids)


def reach(event: Event, segment: Segment, *, now: dt.datetime, reminders: bool = False) -> Reach:
    """Count whom a mail to ``segment`` would reach now; two or three queries."""
    if segment.to == To.SPEAKERS:
        rows = speakers(event)
        count = rows.exclude(email="").count()
        return _reach(count, {Reason.NO_ADDRESS: rows.filter(email="").count()})
    if segment.to == To.SILENT:
        rows = silent(event, segment, now=now)
        stopped = rows.exclude(reminders_stopped=None).count() if reminders else 0
        return _reach(rows.count() - stopped, {Reason.UNSUBSCRIBED: stopped})
    rows = registrations(event, segment)
    with_address = rows.exclude(email="")
    works = with_address.filter(bad_address=False)
    total, addressed, working = rows.count(), with_address.count(), works.count()
    wanted = reachable(rows, reminders=reminders).count()
    return _reach(
        wanted,
        {
            Reason.NO_ADDRESS: total - addressed,
            Reason.BAD_ADDRESS: addressed - working,
            Reason.UNSUBSCRIBED: working - wanted,
        },
    )


def _reach(count: int, left_out: dict[Reason, int]) -> Reach:
    return Reach(count, {str(reason): number for reason, number in left_out.items() if number})


def _narrowed(rows: QuerySet[Registration], segment: Segment) -> QuerySet[Registration]:
    if segment.categories:
        rows = rows.filter(category__uid__in=segment.categories)
    if segment.languages:
        rows = rows.filter(language__in=segment.languages)
    mine = {"registration": OuterRef("pk")}
    if segment.days:
        rows = rows.filter(Exists(RegistrationDay.objects.filter(day__uid__in=segment.days, **mine)))
    if segment.sessions:
        rows = rows.filter(Exists(SessionBooking.objects.filter(session__uid__in=segment.sessions, **mine)))
    if segment.checked_in is not None:
        came = Exists(Attendance.objects.filter(checked_in__isnull=False, **mine))
        rows = rows.filter(came if segment.checked_in else ~came)
    return rows
