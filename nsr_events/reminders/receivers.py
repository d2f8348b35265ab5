"""What reminders and notices do when an event or its programme changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from nsr_events.core.models import Event
from nsr_events.core.signals import Audience, event_changed, event_changing
from nsr_events.outbox import claims
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.programme.signals import programme_released, programme_releasing

from . import audiences, messages, notices, planning
from .models import Message, ReminderRule

OFF = (Event.Status.CANCELLED, Event.Status.POSTPONED)
TIMES = {"days", "timezone"}


def connect() -> None:
    """Listen; from ``AppConfig.ready()``."""
    event_changing.connect(count_registered, dispatch_uid="nsr_events.reminders.count_registered")
    event_changing.connect(count_reminders, dispatch_uid="nsr_events.reminders.count_reminders")
    event_changed.connect(follow_event, dispatch_uid="nsr_events.reminders.follow_event")
    programme_releasing.connect(count_concerned, dispatch_uid="nsr_events.reminders.count_concerned")
    programme_released.connect(follow_programme, dispatch_uid="nsr_events.reminders.follow_programme")


def count_registered(sender: Any, *, event: Event, **kwargs: Any) -> Audience:
    """How many a notice of the change would be proposed to."""
    rows = audiences.registrations(event, messages.notice_segment())
    return Audience(_("registered"), audiences.reachable(rows).count())


def count_reminders(sender: Any, *, event: Event, changes: set[str], **kwargs: Any) -> Audience | None:
    """How many reminder rules move along with the event's times, or sleep with its status."""
    if not changes & {*TIMES, "status"}:
        return None
    rules = ReminderRule.objects.filter(event=event, active=True).exclude(
        anchor__in=ReminderRule.OF_INVITATIONS
    )
    return Audience(_("reminders"), rules.count())


def follow_event(
    sender: Any,
    *,
    event: Event,
    changes: set[str],
    before: dict,
    now: dt.datetime,
    by: Any = None,
    **kwargs: Any,
) -> None:
    """Move waiting reminders, let rules sleep or wake, and propose a notice. A new event has neither."""
    if not before:
        return
    rules = ReminderRule.objects.filter(event=event)
    if changes & TIMES:
        rules.update(moved_at=now)
    if "status" in changes:
        _sleep_or_wake(event, was=before["status"], now=now)
    if changes & {*TIMES, "status", "times_known"} and not event.is_off:
        planning.follow_event(event, now=now)
    notices.propose_facts(event, changes, before, now=now, by=by)


def count_concerned(sender: Any, *, event: Event, changes: list, **kwargs: Any) -> Audience | None:
    """How many a notice of the release would be proposed to; nothing where it concerns nobody."""
    facts = notices.programme_facts(None, changes)
    message = Message(event=event, kind=Message.Kind.PROGRAMME, facts=facts)
    count = messages.reach(message, now=timezone.now()).count
    return Audience(_("people concerned"), count) if count else None


def follow_programme(sender: Any, *, event: Event, release: Any, changes: list, **kwargs: Any) -> None:
    """Propose a notice of what was released."""
    notices.propose_programme(event, changes, now=release.at, by=release.by)


def _sleep_or_wake(event: Event, *, was: str, now: dt.datetime) -> None:
    if event.is_off:
        claims.leave_out(OutgoingMail.objects.filter(rule__event=event), Reason.EVENT_OFF)
    elif was in OFF:
        # What passed while the event slept is not made up for.
        ReminderRule.objects.filter(event=event).update(counts_from=now)
