"""The verbs of messages and notices: count, confirm, stop, discard (mail, section 8).

Confirming makes the rows of the outbox; until then a message is one row, and people are counted anew each time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from nsr_events import conf
from nsr_events.core.texts import as_dict, default_language
from nsr_events.outbox import claims, poke
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.outbox.queue import unsaved
from nsr_events.registration.models import Registration, SessionBooking

from . import audiences, sessions
from .audiences import Reach
from .guards import TOLD_OF_CHANGES
from .models import Message
from .segments import Segment, To

AT_ONCE = 1000
Status = OutgoingMail.Status


class NotADraft(Exception):  # noqa: N818
    """Somebody confirmed, stopped or discarded the message meanwhile."""


class NumberChanged(Exception):  # noqa: N818
    """Other people are meant now than those the editor was shown: ``count`` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(f"the message would reach {count} people now")
        self.count = count


class ChangedMeanwhile(Exception):  # noqa: N818
    """The words, the audience or what a notice tells became another than the editor was shown."""


@dataclass(frozen=True)
class Progress:
    """How far a message has come: numbers of mails by state."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.sent + self.failed + self.unknown + self.skipped

    @property
    def done(self) -> int:
        """Those that have come to their end."""
        return self.total - self.waiting


def people(message: Message, *, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield whom a message would go to now: the foreign key, uid and language of each."""
    if message.kind == Message.Kind.PROGRAMME:
        yield from _of_programme(message)
    elif message.segment.to == To.SPEAKERS:
        yield from _persons(audiences.speakers(message.event))
    elif message.segment.to == To.SILENT:
        rows = audiences.silent(message.event, message.segment, now=now)
        for pk, uid, language in rows.order_by("pk").values_list("pk", "uid", "language"):
            yield {"invitation_id": pk, "uid": uid, "language": language}
    else:
        yield from _registered(audiences.registrations(message.event, message.segment))


def reach(message: Message, *, now: dt.datetime) -> Reach:
    """Count whom a message would reach now, and who is left out why."""
    if message.kind == Message.Kind.PROGRAMME:
        return Reach(sum(1 for _person in people(message, now=now)))
    return audiences.reach(message.event, message.segment, now=now)


@transaction.atomic
def confirm(
    message: Message, *, count: int, now: dt.datetime, by: Any = None, seen: str | None = None
) -> int:
    """Put a message to ``count`` people in the queue, to go out after ``MESSAGE_DELAY``; returns the number.

    ``seen`` is the ``content`` that the editor was shown. A newer notice takes the place of what an older one of the
    same kind has not sent yet. Raises ``NotADraft``, so that confirming twice makes nothing new, ``ChangedMeanwhile``
    when it says something else by now, and ``NumberChanged`` when it would reach another number of people, or nobody.
    """
    message = _locked(message)
    if seen is not None and seen != content(message):
        raise ChangedMeanwhile
    meant = list(people(message, now=now))
    if len(meant) != count or not meant:
        raise NumberChanged(len(meant))
    if message.is_notice:
        _supersede(message)
    due = now if message.urgent else now + dt.timedelta(minutes=conf.MESSAGE_DELAY)
    rows = (_row(message, person, due=due, now=now) for person in meant)
    while batch := list(itertools.islice(rows, AT_ONCE)):
        OutgoingMail.objects.bulk_create(batch, ignore_conflicts=True)
    _become(message, Message.State.CONFIRMED, told=len(meant), confirmed_at=now, by=by or message.by)
    poke.on_commit()
    return len(meant)


@transaction.atomic
def save_draft(message: Message, *, everybody_of: Iterable[str] | None = None, by: Any = None) -> Message:
    """Keep the words and the audience of a draft, a new one too.

    What a notice tells is left to the changes themselves, but for ``everybody_of``: days (uids) of which everybody is
    told. Raises ``NotADraft`` when somebody confirmed or discarded it meanwhile.
    """
    if message.pk is None:
        message.by = by
        message.save()
        return message
    locked = _locked(message)
    for name in ("subject", "body", "audience", "urgent"):
        setattr(locked, name, getattr(message, name))
    if everybody_of is not None:
        locked.facts = {**locked.facts, "everybody_of": sorted(everybody_of)}
    locked.by = by
    locked.save()
    return locked


@transaction.atomic
def stop(message: Message) -> int:
    """Stop what has not been sent yet; returns how many mails that were. What is being sent now still goes out."""
    message = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if message.state != Message.State.CONFIRMED:
        return 0
    count = claims.leave_out(message.mails.all(), Reason.STOPPED)
    _become(message, Message.State.STOPPED)
    return count


@transaction.atomic
def discard(message: Message) -> None:
    """Drop a draft. Raises ``NotADraft``."""
    _become(_locked(message), Message.State.DISCARDED)


def content(message: Message) -> str:
    """Tell apart what a message says, to whom, and how soon: an event may move while its notice is looked at."""
    said = (message.kind, as_dict(message.subject), as_dict(message.body), message.audience, message.facts)
    return hashlib.sha256(json.dumps((*said, message.urgent), sort_keys=True).encode()).hexdigest()


def progress(message: Message) -> Progress:
    """Count a message's mails by state; one query."""
    return progress_of([message]).get(message.pk, Progress())


def progress_of(rows: Iterable[Message]) -> dict[int, Progress]:
    """Count the mails of many messages by state, by the messages' keys; one query. Those without mails have none."""
    counted = {"waiting": waiting()} | {
        str(status): Q(status=status)
        for status in (Status.SENT, Status.FAILED, Status.UNKNOWN, Status.SKIPPED)
    }
    counts = {name: Count("pk", filter=of) for name, of in counted.items()}
    mails = OutgoingMail.objects.filter(part_of__in=[row.pk for row in rows]).order_by()
    return {row.pop("part_of"): Progress(**row) for row in mails.values("part_of").annotate(**counts)}


def waiting() -> Q:
    """The condition for mails that have not left yet."""
    return Q(status__in=OutgoingMail.UNDER_WAY)


def notice_segment() -> Segment:
    """Whom a moved or cancelled event concerns."""
    return Segment(statuses=frozenset(TOLD_OF_CHANGES))


def _locked(message: Message) -> Message:
    """Take the row and look again. Raises ``NotADraft``."""
    rows = Message.objects.select_for_update(no_key=True, of=("self",))
    locked = rows.select_related("event__venue").get(pk=message.pk)
    if locked.state != Message.State.DRAFT:
        raise NotADraft
    return locked


def _become(message: Message, state: str, **values: Any) -> None:
    Message.objects.filter(pk=message.pk).update(state=state, **values)


def _supersede(message: Message) -> None:
    kinds = Message.FACT_NOTICES if message.kind in Message.FACT_NOTICES else (message.kind,)
    older = OutgoingMail.objects.filter(
        event=message.event, kind__in=kinds, part_of__created__lt=message.created
    )
    claims.leave_out(older, Reason.SUPERSEDED)


def _row(message: Message, person: Mapping[str, Any], *, due: dt.datetime, now: dt.datetime) -> OutgoingMail:
    values = dict(person)
    uid, language = values.pop("uid"), values.pop("language")
    return unsaved(
        message.kind,
        event=message.event,
        part_of=message,
        any_hour=message.urgent,
        language=_spoken(message, language),
        dedupe_key=f"message:{message.uid}:{uid}",
        due=due,
        created=now,
        **values,
    )


def _spoken(message: Message, language: str) -> str:
    """The person's language if the message speaks it, as a mail is in one language from top to bottom."""
    if message.is_notice or as_dict(message.body).get(language):
        return language
    return default_language()


def _registered(rows: Any) -> Iterator[dict[str, Any]]:
    found = audiences.reachable(rows).order_by("pk").values_list("pk", "uid", "language")
    for pk, uid, language in found:
        yield {"registration_id": pk, "uid": uid, "language": language}


def _persons(rows: Any) -> Iterator[dict[str, Any]]:
    for pk, uid in rows.exclude(email="").order_by("pk").values_list("pk", "uid"):
        yield {"person_id": pk, "uid": uid, "language": ""}


def _of_programme(message: Message) -> Iterator[dict[str, Any]]:
    """Those who booked a changed session or, where the editor wants it, attend its day; and those who take part in it.

    Who is both gets one mail, to the registration.
    """
    changes = message.facts.get("sessions", {})
    booked = SessionBooking.objects.filter(session__uid__in=_that_moved(changes)).values("registration")
    concerned = Q(pk__in=booked)
    if days := set(message.facts.get("everybody_of", ())):
        concerned |= Q(days__day__uid__in=days)
    rows = Registration.objects.filter(
        concerned, event=message.event, anonymised_at=None, status__in=TOLD_OF_CHANGES
    )
    registered = list(_registered(rows.distinct()))
    yield from registered
    told = Registration.objects.filter(pk__in=[each["registration_id"] for each in registered])
    in_programme = audiences.speakers(message.event, sessions=changes) if changes else []
    if changes:
        yield from _persons(in_programme.exclude(pk__in=told.exclude(person=None).values("person")))


def _that_moved(changes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The sessions whose time, place or existence changed: a new title is news for those on stage only."""
    return [uid for uid, entry in changes.items() if sessions.kind_of(entry) not in {"renamed", "new"}]
