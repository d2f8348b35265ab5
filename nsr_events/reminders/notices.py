"""What a change proposes: a held notice, written in the transaction of the change (mail, section 8).

Nothing is sent by saving. An open notice grows with further changes: it keeps the oldest "before" and the newest
"after", and goes when both are the same again. Pages, drafts and autosaves never get here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from nsr_events.core.events import MATERIAL_FACTS
from nsr_events.core.models import Event, EventDay, Venue
from nsr_events.programme.differences import Change

from . import messages
from .models import Message
from .sessions import grow

Status = Event.Status
AS_ANNOUNCED = {Status.PLANNED: Status.CONFIRMED}
"""A planned event that is confirmed takes place as announced: no news."""

NEWS = frozenset({"new", "restored", "moved", "renamed", "cancelled"})
"""Changes of a session that somebody is told of (programme, section 4)."""


def propose_facts(
    event: Event, changes: Iterable[str], before: Mapping[str, Any], *, now: dt.datetime, by: Any = None
) -> Message | None:
    """Propose a notice of changed facts to everybody who has or may get a seat.

    ``before`` is that of ``event_changed``. Returns None where nobody is concerned or nothing differs from what people
    know.
    """
    names = set(changes) & MATERIAL_FACTS
    if not names or event.end < now:
        return None
    draft = _open(event, *Message.FACT_NOTICES)
    known = {name: value_before(name, before[name]) for name in names}
    if draft:
        known |= draft.facts["before"]
    after = {name: value_now(name, event) for name in known}
    differs = [name for name in sorted(known) if known[name] != after[name]]
    facts = {
        "before": {name: known[name] for name in differs},
        "after": {name: after[name] for name in differs},
    }
    kind = Message.Kind.CANCELLED if event.status == Status.CANCELLED else Message.Kind.CHANGED
    if not differs:
        return _drop(draft)
    return _write(draft, event, kind, facts, now=now, by=by)


def propose_programme(
    event: Event, changes: Iterable[Change], *, now: dt.datetime, by: Any = None
) -> Message | None:
    """Propose a notice of a release to those on stage and those who booked what moved.

    A release that only follows changed facts proposes none: the facts have theirs.
    """
    changes = list(changes)
    if event.end < now or event.is_off or any(change.kind == "facts" for change in changes):
        return None
    draft = _open(event, Message.Kind.PROGRAMME)
    facts = programme_facts(draft, changes)
    if not facts["sessions"]:
        return _drop(draft)
    return _write(draft, event, Message.Kind.PROGRAMME, facts, now=now, by=by)


def programme_facts(draft: Message | None, changes: Iterable[Change]) -> dict[str, Any]:
    """Return what a notice tells of the programme: ``sessions`` by uid, those of an open ``draft`` taken along."""
    facts = dict(draft.facts) if draft else {}
    sessions = dict(facts.get("sessions", {}))
    for change in changes:
        if change.kind in NEWS:
            grow(sessions, change)
    return {**facts, "sessions": sessions}


def open_notices(event: Event) -> list[Message]:
    """Return the notices that wait for an answer, the oldest first; one query."""
    rows = Message.objects.filter(event=event, state=Message.State.DRAFT).exclude(kind=Message.Kind.MESSAGE)
    return list(rows.order_by("created"))


def value_before(name: str, value: Any) -> Any:
    """Return a former fact, as ``event_changed`` tells it, in the form a notice keeps: words, not keys."""
    if name == "days":
        venues = {
            pk: str(venue) for pk, venue in Venue.objects.in_bulk([row[4] for row in value if row[4]]).items()
        }
        return [
            _day(uid, date, opens, closes, venues.get(venue, "")) for uid, date, opens, closes, venue in value
        ]
    if name == "venue":
        return str(Venue.objects.filter(pk=value).first() or "") if value else ""
    return AS_ANNOUNCED.get(value, value) if name == "status" else value


def value_now(name: str, event: Event) -> Any:
    """Return a fact as it is now, in the form a notice keeps."""
    if name == "days":
        days = EventDay.objects.filter(event=event).select_related("venue").order_by("date")
        return [_day(str(day.uid), day.date, day.opens, day.closes, str(day.venue or "")) for day in days]
    if name == "venue":
        return str(event.venue or "")
    if name == "status":
        return AS_ANNOUNCED.get(event.status, event.status)
    return getattr(event, name)


def _day(
    uid: str, date: dt.date, opens: dt.time | None, closes: dt.time | None, venue: str
) -> dict[str, str]:
    hours = {"opens": opens, "closes": closes}
    return {
        "uid": uid, "date": date.isoformat(), "venue": venue,
        **{name: value.strftime("%H:%M") if value else "" for name, value in hours.items()},
    }  # fmt: skip


def _open(event: Event, *kinds: str) -> Message | None:
    rows = Message.objects.select_for_update(no_key=True)
    return rows.filter(event=event, state=Message.State.DRAFT, kind__in=kinds).first()


def _drop(draft: Message | None) -> None:
    if draft:
        messages.discard(draft)


def _write(
    draft: Message | None, event: Event, kind: str, facts: dict[str, Any], *, now: dt.datetime, by: Any
) -> Message | None:
    if draft is None:
        segment = messages.notice_segment()
        message = Message(event=event, kind=kind, facts=facts, audience=segment.as_json(), created=now, by=by)
        if not messages.reach(message, now=now).count:
            return None
        message.save()
        return message
    if draft.kind != kind:
        # Words about a moved event do not fit a cancelled one.
        draft.kind, draft.subject, draft.body = kind, "", ""
    draft.facts = facts
    draft.save()
    return draft
