"""The verbs that release a programme: what the world sees moves here and nowhere else (architecture, 1.2).

Each takes the row lock on the event first, composes the next snapshot from the newest one, and writes
snapshot, changes, sequences and stamps in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from i18nfield.strings import LazyI18nString

from nsr_events.core.events import lock_event
from nsr_events.core.models import Event, EventDay
from nsr_events.core.signals import Audience

from .checking import Found, check_programme
from .current import check_version
from .differences import IN_LOG, Change, Composed, Snapshot, compose
from .facts import with_facts
from .history import note as note_history
from .models import ProgrammeRelease, Session
from .resetting import reset_rows_to
from .signals import programme_released, programme_releasing
from .working import Working, facts_of, load_working, wished_snapshot


class StaleRelease(Exception):  # noqa: N818
    """Somebody released or edited meanwhile: look again. ``newest`` is the newest release."""

    def __init__(self, newest: ProgrammeRelease | None) -> None:
        super().__init__("the programme changed since the difference was shown")
        self.newest = newest


class ReleaseBlocked(Exception):  # noqa: N818
    """Stops that are neither mended nor accepted: ``conflicts``."""

    def __init__(self, conflicts: list[Found]) -> None:
        super().__init__("the programme has stops")
        self.conflicts = conflicts


@dataclass(frozen=True)
class Difference:
    """What a release would change.

    ``number`` is the newest release's (0 before the first), ``change`` the token of the wished content.
    """

    number: int
    change: str
    changes: tuple[Change, ...]
    newest: ProgrammeRelease | None
    snapshot: Snapshot

    def __bool__(self) -> bool:
        return bool(self.changes)


@dataclass(frozen=True)
class State:
    """The programme in the workspace's header: none, working (never released), released, or changed since."""

    kind: str
    number: int = 0
    changes: int = 0


def difference(event: Event, *, now: dt.datetime, working: Working | None = None) -> Difference:
    """Return what releasing the rows of ``event`` would change against the newest release."""
    working = working or load_working(event)
    return _as_difference(_compose_rows(working, now=now), working.newest)


def repeat_difference(event: Event, number: int, *, now: dt.datetime) -> Difference:
    """Return what using release ``number`` again would change. Raises ``ProgrammeRelease.DoesNotExist``."""
    composed, newest, _wished = _compose_repeat(event, number, now=now)
    return _as_difference(composed, newest)


def _as_difference(composed: Composed, newest: ProgrammeRelease | None) -> Difference:
    number = newest.number if newest else 0
    return Difference(number, composed.token, composed.changes, newest, composed.snapshot)


def audiences(event: Event, changes: Iterable[Change]) -> list[Audience]:
    """Ask later packages whom a notice about ``changes`` would reach."""
    answers = programme_releasing.send(Event, event=event, changes=list(changes))
    return [answer for _receiver, answer in answers if answer]


def programme_state(event: Event, *, now: dt.datetime, working: Working | None = None) -> State:
    """Return what the workspace's header says of the programme."""
    working = working or load_working(event)
    if working.newest is None:
        return State("working" if working.sessions else "none")
    changes = len(difference(event, now=now, working=working).changes)
    return State("changed" if changes else "released", working.newest.number, changes)


@transaction.atomic
def release_programme(
    event: Event,
    *,
    now: dt.datetime,
    by: Any = None,
    expected_number: int | None = None,
    expected_change: str | None = None,
    note: LazyI18nString | Mapping[str, str] | str | None = None,
    in_log: bool = True,
) -> ProgrammeRelease | None:
    """Release the working programme. Returns None, and writes nothing, when nothing changed.

    ``expected_number`` and ``expected_change`` come from the ``Difference`` that was shown (None: do not
    compare). Raises ``StaleRelease`` when anything is newer, ``ReleaseBlocked`` when a stop is open.
    """
    event = lock_event(event.pk)
    working = load_working(event)
    composed = _compose_rows(working, now=now)
    _refuse_stale(composed, working.newest, expected_number, expected_change)
    if not composed.changes:
        return None
    if stops := check_programme(working, now=now).stops:
        raise ReleaseBlocked(stops)
    release = _write(event, composed, number=_next(working.newest), now=now, by=by, note=note, in_log=in_log)
    note_history(event, "programme.release", by, number=release.number, changes=_counts(composed.changes))
    return release


@transaction.atomic
def repeat_release(
    event: Event,
    number: int,
    *,
    now: dt.datetime,
    by: Any = None,
    expected_number: int | None = None,
    expected_change: str | None = None,
    reset_rows: bool = False,
) -> ProgrammeRelease | None:
    """Use release ``number`` again: a new release with its sessions on the event's present days.

    The working rows stay unless ``reset_rows``; then they get that content by uid, and rows made since go to
    the tray. Sequences go on from the highest ever issued, as calendars ignore a lower one. Returns None when
    that would change nothing (the rows are reset all the same). Raises ``StaleRelease`` and
    ``ProgrammeRelease.DoesNotExist``.
    """
    event = lock_event(event.pk)
    composed, newest, wished = _compose_repeat(event, number, now=now)
    _refuse_stale(composed, newest, expected_number, expected_change)
    if reset_rows:
        reset_rows_to(event, wished, now=now, by=by)
    if not composed.changes:
        return None
    release = _write(event, composed, number=_next(newest), now=now, by=by, repeats=number)
    note_history(event, "programme.repeat", by, number=release.number, repeats=number, reset_rows=reset_rows)
    return release


@transaction.atomic
def release_facts(event: Event, *, now: dt.datetime, by: Any = None) -> ProgrammeRelease | None:
    """Give the newest release the event's present days, venues and zone; unreleased edits stay unreleased.

    Times shift with their day, by the clock on the wall. Proposes no notice: changing the facts did. Returns
    None before the first release and when the facts are the same.
    """
    newest = event.releases.order_by("-number").first()
    if newest is None:
        return None
    wished = with_facts(_content(newest.snapshot), _present_facts(event), ZoneInfo(event.timezone))
    composed = compose(wished, dict(newest.snapshot), number=newest.number + 1, at=now, floors=_floors(event))
    if not composed.changes:
        return None
    told = [change for change in composed.changes if change.kind in {"facts", "cancelled"}]
    logged = any(change.kind in IN_LOG for change in told)
    snapshot = _with_former_moves(composed.snapshot, newest.snapshot)
    composed = Composed(snapshot, tuple(told), composed.raised, composed.stamped, composed.token)
    release = _write(event, composed, number=newest.number + 1, now=now, by=by, in_log=logged)
    note_history(event, "programme.facts", by, number=release.number)
    return release


def _with_former_moves(snapshot: Snapshot, former: Mapping[str, Any]) -> Snapshot:
    """A day that moves takes its sessions along: none of them is marked as moved inside the programme."""
    before = {entry["uid"]: entry.get("moved") for entry in former["sessions"]}
    sessions = []
    for entry in snapshot["sessions"]:
        kept = {name: value for name, value in entry.items() if name != "moved"}
        sessions.append({**kept, "moved": before[entry["uid"]]} if before.get(entry["uid"]) else kept)
    return {**snapshot, "sessions": sessions}


def _compose_rows(working: Working, *, now: dt.datetime) -> Composed:
    newest = working.newest
    return compose(
        wished_snapshot(working),
        dict(check_version(newest.snapshot)) if newest else None,
        number=_next(newest),
        at=now,
        floors={str(session.uid): session.ical_sequence for session in working.sessions},
        over=working.event.end < now,
    )


def _compose_repeat(
    event: Event, number: int, *, now: dt.datetime
) -> tuple[Composed, ProgrammeRelease, Snapshot]:
    newest = event.releases.select_related("by").order_by("-number").first()
    chosen = event.releases.get(number=number)
    wished = with_facts(_content(chosen.snapshot), _present_facts(event), ZoneInfo(event.timezone))
    composed = compose(
        wished, dict(newest.snapshot), number=newest.number + 1, at=now, floors=_highest_ever(event)
    )
    return composed, newest, wished


def _content(snapshot: Mapping[str, Any]) -> Snapshot:
    """A stored snapshot without what left the programme."""
    check_version(snapshot)
    return {**snapshot, "sessions": [entry for entry in snapshot["sessions"] if not entry.get("gone")]}


def _present_facts(event: Event) -> dict[str, Any]:
    days: Iterable[EventDay] = event.days.select_related("venue").prefetch_related("day_hosts__organisation")
    return facts_of(event, days)


def _floors(event: Event) -> dict[str, int]:
    return {str(uid): sequence for uid, sequence in event.sessions.values_list("uid", "ical_sequence")}


def _highest_ever(event: Event) -> dict[str, int]:
    """The highest sequence ever issued for each uid, also for rows that are gone."""
    highest = _floors(event)
    for snapshot in event.releases.values_list("snapshot", flat=True):
        for entry in snapshot["sessions"]:
            highest[entry["uid"]] = max(highest.get(entry["uid"], 0), entry["seq"])
    return highest


def _next(newest: ProgrammeRelease | None) -> int:
    return newest.number + 1 if newest else 1


def _refuse_stale(
    composed: Composed, newest: ProgrammeRelease | None, number: int | None, change: str | None
) -> None:
    if number is not None and number != _next(newest) - 1:
        raise StaleRelease(newest)
    if change is not None and change != composed.token:
        raise StaleRelease(newest)


def _write(
    event: Event,
    composed: Composed,
    *,
    number: int,
    now: dt.datetime,
    by: Any,
    note: Any = None,
    **fields: Any,
) -> ProgrammeRelease:
    """Store the release, let the rows' sequences and stamps follow, and tell later packages."""
    release = ProgrammeRelease.objects.create(
        event=event,
        number=number,
        snapshot=composed.snapshot,
        changes=[change.as_json() for change in composed.changes],
        note=_as_text(note),
        by=by,
        at=now,
        **fields,
    )
    moment = now.replace(microsecond=0)
    rows = Session.objects.filter(event=event)
    rows.filter(uid__in=composed.raised).update(ical_sequence=F("ical_sequence") + 1, ical_stamp=moment)
    rows.filter(uid__in=composed.stamped - composed.raised).update(ical_stamp=moment)
    programme_released.send(Event, event=event, release=release, changes=list(composed.changes))
    return release


def _as_text(note: Any) -> LazyI18nString:
    return note if isinstance(note, LazyI18nString) else LazyI18nString(note or "")


def _counts(changes: Iterable[Change]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.kind] = counts.get(change.kind, 0) + 1
    return counts
