"""The conflicts of an event's rows with what editors accepted: which of them still stop a release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from nsr_events.core.models import Event

from . import conflicts
from .conflicts import Conflict, Severity, find_conflicts, fingerprint
from .history import note
from .models import ConflictAcceptance
from .signals import programme_checked
from .working import Working, load_working, to_check


@dataclass(frozen=True)
class Found:
    """A conflict and the acceptance that holds for it, if any."""

    conflict: Conflict
    fingerprint: str
    acceptance: ConflictAcceptance | None = None

    @property
    def can_be_accepted(self) -> bool:
        """Whether a reason may stop it from stopping."""
        return self.acceptance is None and self.conflict.rule not in conflicts.UNACCEPTABLE

    @property
    def stops(self) -> bool:
        """Whether it blocks the next release."""
        return self.conflict.severity == Severity.STOP and self.acceptance is None


@dataclass(frozen=True)
class Checked:
    """All conflicts of a programme, stops first."""

    programme: conflicts.Programme
    found: list[Found]

    @property
    def stops(self) -> list[Found]:
        """What blocks the next release."""
        return [each for each in self.found if each.stops]

    @property
    def open(self) -> list[Found]:
        """What nobody accepted."""
        return [each for each in self.found if each.acceptance is None]

    def of(self, uid: str) -> list[Found]:
        """The open conflicts of a session."""
        return [each for each in self.open if uid in each.conflict.sessions]


def check_programme(working: Working, *, now: dt.datetime) -> Checked:
    """Find the conflicts of ``working``, those of later packages too, and match them with acceptances."""
    programme = to_check(working, now=now)
    told = programme_checked.send(Event, event=working.event, programme=programme)
    others = [conflict for _receiver, answer in told for conflict in answer or ()]
    accepted = {row.fingerprint: row for row in working.event.conflict_acceptances.select_related("by")}
    found = []
    for conflict in conflicts.in_order([*find_conflicts(programme), *others], programme):
        mark = fingerprint(conflict, programme)
        acceptance = None if conflict.rule in conflicts.UNACCEPTABLE else accepted.get(mark)
        found.append(Found(conflict, mark, acceptance))
    return Checked(programme, found)


@transaction.atomic
def accept_conflict(event: Event, mark: str, *, reason: str, now: dt.datetime, by: Any = None) -> Found:
    """Accept the conflict with fingerprint ``mark``: it stops no longer, until its facts change.

    Raises ``ValidationError`` when there is no such conflict any more, when it cannot be accepted, or without
    reason.
    """
    checked = check_programme(load_working(event), now=now)
    found = next((each for each in checked.found if each.fingerprint == mark), None)
    if found is None:
        raise ValidationError(_("This conflict is gone or has changed. Look at the list again."))
    if found.conflict.rule in conflicts.UNACCEPTABLE:
        raise ValidationError(_("This must be mended before the programme can be released."))
    if not reason.strip():
        raise ValidationError({"reason": [_("Write why this is meant to be so.")]})
    ConflictAcceptance.objects.update_or_create(
        event=event, fingerprint=mark, defaults={"reason": reason.strip()[:300], "by": by, "at": now}
    )
    note(event, "conflict.accept", by, rule=found.conflict.rule, uids=list(found.conflict.sessions))
    return found


@transaction.atomic
def reopen_conflict(event: Event, mark: str, *, by: Any = None) -> None:
    """Take an acceptance back."""
    deleted, _rows = ConflictAcceptance.objects.filter(event=event, fingerprint=mark).delete()
    if deleted:
        note(event, "conflict.reopen", by, fingerprint=mark)
