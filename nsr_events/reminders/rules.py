"""The verbs of reminder rules: save and delete. What waits already follows an edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from nsr_events.core import audit
from nsr_events.core.events import lock_event
from nsr_events.outbox import claims
from nsr_events.outbox.models import OutgoingMail, Reason

from . import planning
from .models import ReminderRule

TIMING = ("anchor", "days", "at", "minutes", "active")


@dataclass(frozen=True)
class Effect:
    """What saving did: how many mails that wait already follow it."""

    following: int = 0


@transaction.atomic
def save_rule(rule: ReminderRule, *, now: dt.datetime, by: Any = None) -> tuple[ReminderRule, Effect]:
    """Save a rule. Made or re-timed, it counts from now: what was due before does not fire.

    Mails that wait follow its new time and words at once.
    """
    lock_event(rule.event_id)
    before = ReminderRule.objects.filter(uid=rule.uid).first()
    retimed = before is None or any(getattr(before, name) != getattr(rule, name) for name in TIMING)
    if retimed:
        rule.counts_from = now
    rule.full_clean()
    rule.save()
    if retimed and rule.is_of_invitations:
        # Each invitation has a time of its own: the next tick makes those that are due anew.
        rule.mails.filter(status=OutgoingMail.Status.PENDING).delete()
    audit.record("reminder.save", event=rule.event, actor=by, object_uid=str(rule.uid), now=now)
    if before is None:
        return rule, Effect()
    planning.follow_event(rule.event, now=now)
    return rule, Effect(rule.mails.unsent().count())


@transaction.atomic
def delete_rule(rule: ReminderRule, *, now: dt.datetime, by: Any = None) -> int:
    """Delete a rule; what waits of it is left out. Returns how many mails that were."""
    lock_event(rule.event_id)
    count = claims.leave_out(rule.mails.all(), Reason.STOPPED)
    audit.record(
        "reminder.delete",
        event=rule.event,
        actor=by,
        object_uid=str(rule.uid),
        counts={"mails": count},
        now=now,
    )
    rule.delete()
    return count
