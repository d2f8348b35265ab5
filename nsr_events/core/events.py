"""The verbs that change an event's facts. Facts are not drafts: what is saved here is live at once.

Each verb takes the row lock on the event first (architecture, 1.3), compares before and after, raises the calendar
sequence once when a material fact changed, and sends ``event_changed`` inside the transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from .models import Event, EventDay, EventDayHost, EventOrganisation, Organisation
from .signals import Followed, days_leaving, days_saving, event_changed

MOST_DAYS = 31
MOST_YEARS_OFF = 10
MATERIAL_FACTS = frozenset({"days", "timezone", "venue", "format", "online_url", "status"})
"""Facts that decide whether and where people turn up; a change of one raises the sequence (RFC 5545, 3.8.7.4)."""

FACTS = (
    "name", "series", "edition", "type", "region", "collection", "timezone", "times_known", "format", "venue",
    "online_url", "online_open", "contact_name", "contact_email", "contact_phone", "audience", "fee_note",
)  # fmt: skip


NOT_HERE = (
    "status", "status_note", "status_changed_at", "previous_start", "rescheduled_at",
    "ical_sequence", "ical_stamp", "ical_digest",
)  # fmt: skip
"""Columns that ``save_facts`` takes from the locked row: an instance read earlier must not bring old ones back."""


def create_event(*, days: Sequence[EventDay], now: dt.datetime, by=None, **facts: Any) -> Event:
    """Create an event with its days (1-31 unsaved ``EventDay`` rows) and the given facts.

    Raises ``ValidationError`` with messages by field.
    """
    event = Event(ical_stamp=now.replace(microsecond=0), **facts)
    check_days(days, now=now)
    set_bounds(event, days)
    event.full_clean()
    with transaction.atomic():
        event.save()
        for day in days:
            day.event = event
            day.full_clean()
            day.save()
        log(event, "nsr_events.event.create", user=by)
        event_changed.send(Event, event=event, changes={"days"}, before={}, now=now, by=by)
    return event


def lock_event(pk: int) -> Event:
    """Take the row lock on an event, the first of the lock order (architecture, 1.3); needs a transaction."""
    return Event.objects.select_for_update(no_key=True).get(pk=pk)


@transaction.atomic
def save_facts(
    event: Event,
    *,
    now: dt.datetime,
    by=None,
    days: Sequence[EventDay] | None = None,
    removed_days: Iterable[EventDay] = (),
    hosts: dict[dt.date, Sequence[Organisation]] | None = None,
    organisations: Sequence[EventOrganisation] | None = None,
) -> set[str]:
    """Save the facts of ``event`` and, where given, its days, hosts and organisations, all or nothing.

    ``days`` are all days the event shall have (saved or not yet), ``removed_days`` those it loses, ``hosts`` the
    organisations by date in the order shown, ``organisations`` the wished rows. Returns the names of what changed;
    nothing changed sends no signal and raises nothing. Raises ``ValidationError`` by field, with nothing saved.

    A postponed event that gets another start has its new date by that: it is confirmed again.
    """
    locked = lock_event(event.pk)
    for name in NOT_HERE:
        setattr(event, name, getattr(locked, name))
    before = _facts_of(locked)
    days = list(days) if days is not None else list(event.days.all())
    removed = list(removed_days)
    check_days(days, now=now)
    if any(day.sessions.exists() for day in removed):
        raise ValidationError(
            {"days": [_("The programme has items on a day you took away. Move them first.")]}
        )
    set_bounds(event, days)
    event.full_clean()
    _write_days(event, days, removed)
    if hosts is not None:
        _write_hosts(event, hosts)
    if organisations is not None:
        _write_organisations(event, organisations)
    if _is_moved(locked, event, before=before, days=days):
        _note_former_start(event, locked, now=now)
    changes = {name for name, value in _facts_of(event).items() if value != before[name]}
    if not changes:
        return changes
    return _finish(event, changes, before=before, now=now, by=by)


def save_days(event: Event, days: Sequence[EventDay], *, now: dt.datetime, by=None) -> set[str]:
    """Give ``event`` exactly these days; ``start`` and ``end`` follow from them."""
    kept = {day.pk for day in days if day.pk}
    removed = [day for day in event.days.all() if day.pk not in kept]
    return save_facts(event, now=now, by=by, days=days, removed_days=removed)


@transaction.atomic
def change_status(event: Event, status: str, *, now: dt.datetime, note: Any = None, by=None) -> set[str]:
    """Give ``event`` a status, the one way in. Returns the names of what changed (empty when it had it already).

    Raises ``ValidationError`` for a cancelled event, which only ``revive_event`` brings back.
    """
    locked = lock_event(event.pk)
    if locked.status == Event.Status.CANCELLED and status != Event.Status.CANCELLED:
        raise ValidationError({"status": [_("The event is cancelled. Revive it first.")]})
    return _set_status(event, locked, status, note=note, now=now, by=by)


@transaction.atomic
def revive_event(event: Event, *, now: dt.datetime, note: Any = "", by=None) -> set[str]:
    """Let a cancelled event take place after all, confirmed, with ``note`` in place of why it was cancelled.

    Its calendar entries come back under the same UIDs. Returns the names of what changed. Raises
    ``ValidationError`` when the event is not cancelled.
    """
    locked = lock_event(event.pk)
    if locked.status != Event.Status.CANCELLED:
        raise ValidationError({"status": [_("The event is not cancelled.")]})
    return _set_status(event, locked, Event.Status.CONFIRMED, note=note, now=now, by=by)


def _set_status(
    event: Event, locked: Event, status: str, *, note: Any, now: dt.datetime, by: Any
) -> set[str]:
    before = _facts_of(locked)
    if locked.status == status and (note is None or note == locked.status_note):
        return set()
    event.refresh_from_db()
    event.status = Event.Status(status)
    if note is not None:
        event.status_note = note
    if event.status != before["status"]:
        event.status_changed_at = now
    if event.status == Event.Status.PLANNED:
        event.previous_start = event.rescheduled_at = None
    event.full_clean()
    changes = {name for name, value in _facts_of(event).items() if value != before[name]}
    return _finish(event, changes, before=before, now=now, by=by)


def delete_event(event: Event, *, by=None) -> None:
    """Delete an event that nothing rests on.

    Raises ``models.ProtectedError`` when pages or programme rows hold it; ``protecting(event)`` says which.
    """
    with transaction.atomic():
        log(event, "nsr_events.event.delete", user=by)
        event.sessions.all().delete()
        event.delete()


def days_of(event: Event) -> list[EventDay]:
    """The days with venue and hosts, read once for this instance: the screens of a request show the same.

    Only for looking: whoever changes days asks the database.
    """
    if "_days" not in event.__dict__:
        hosts = models.Prefetch("day_hosts", EventDayHost.objects.select_related("organisation"))
        event.__dict__["_days"] = list(event.days.select_related("venue").prefetch_related(hosts))
    return event.__dict__["_days"]


def check_days(days: Sequence[EventDay], *, now: dt.datetime) -> None:
    """Refuse no day, too many, a date twice, and a date ten years off."""
    dates = [day.date for day in days]
    problems = []
    if not dates:
        problems.append(_("An event has at least one day."))
    if len(dates) > MOST_DAYS:
        problems.append(_("An event has at most %(most)d days.") % {"most": MOST_DAYS})
    if len(dates) != len(set(dates)):
        problems.append(_("The same date stands twice."))
    if any(abs(date.year - now.year) > MOST_YEARS_OFF for date in dates):
        problems.append(_("A date is more than ten years away. Check the year."))
    if problems:
        raise ValidationError({"days": problems})


def set_bounds(event: Event, days: Sequence[EventDay]) -> None:
    """Derive ``start`` and ``end``: nothing else writes them."""
    try:
        zone = event.zone
    except (KeyError, ValueError, OSError):
        raise ValidationError(
            {
                "timezone": [
                    _("“%(name)s” is not a time zone. Write for example Europe/Oslo.")
                    % {"name": event.timezone}
                ]
            }
        ) from None
    bounds = [day.bounds() for day in days]
    event.start = min(starts for starts, _ends in bounds).replace(tzinfo=zone)
    event.end = max(ends for _starts, ends in bounds).replace(tzinfo=zone)


def _is_moved(was: Event, event: Event, *, before: dict[str, Any], days: Sequence[EventDay]) -> bool:
    """Whether readers were told of another start: hours that were not set yet are no hours that moved."""
    had_hours = was.times_known and before["days"] and before["days"][0][2] is not None
    first = min(days, key=lambda day: day.date)
    if had_hours and event.times_known and first.opens is not None:
        return was.start != event.start
    return was.local_start.date() != event.local_start.date()


def _note_former_start(event: Event, was: Event, *, now: dt.datetime) -> None:
    """Remember the announced start of an event that moves, or forget it when the event moves back.

    A second move within the time of news still tells of the first date. Planned dates are no promise, a cancelled
    event has none, and what is over is corrected, not moved.
    """
    is_over = was.end < now and was.status != Event.Status.POSTPONED
    if is_over or was.status in {Event.Status.PLANNED, Event.Status.CANCELLED}:
        return
    known = was.former_start(now) or was.start
    is_back = event.start == known
    event.previous_start = None if is_back else known
    event.rescheduled_at = None if is_back else now
    if was.status == Event.Status.POSTPONED:
        event.status, event.status_changed_at = Event.Status.CONFIRMED, now
        event.status_note = ""


def _write_days(event: Event, days: Sequence[EventDay], removed: Sequence[EventDay]) -> None:
    days_saving.send(Event, event=event)
    _remove_days(event, removed)
    moved = [day for day in days if day.pk]
    # Two days may trade dates: the unique constraint would trip over the first of the two updates.
    for offset, day in enumerate(moved):
        EventDay.objects.filter(pk=day.pk).update(date=dt.date(1, 1, 1) + dt.timedelta(days=offset))
    for day in days:
        day.event = event
        day.full_clean()
        day.save()


def _remove_days(event: Event, removed: Sequence[EventDay]) -> None:
    """Delete days that nobody rests on; a later domain may let go of them first."""
    if removed:
        days_leaving.send(Event, event=event, days=removed)
    try:
        for day in removed:
            day.delete()
    except models.ProtectedError:
        message = _("People are registered for a day you took away. Give them other days first.")
        raise ValidationError({"days": [message]}) from None


def _write_hosts(event: Event, hosts: dict[dt.date, Sequence[Organisation]]) -> None:
    EventDayHost.objects.filter(day__event=event).delete()
    days = {day.date: day for day in event.days.all()}
    EventDayHost.objects.bulk_create(
        EventDayHost(day=days[date], organisation=organisation, sort_order=order)
        for date, organisations in hosts.items()
        for order, organisation in enumerate(dict.fromkeys(organisations))
    )


def _write_organisations(event: Event, rows: Sequence[EventOrganisation]) -> None:
    event.organisations.all().delete()
    for order, row in enumerate(rows):
        EventOrganisation(
            event=event, organisation=row.organisation, role=row.role, level=row.level, sort_order=order
        ).save()


def _facts_of(event: Event) -> dict[str, Any]:
    """Everything ``event_changed`` may name, comparable before and after."""
    facts: dict[str, Any] = {name: _comparable(event, name) for name in FACTS}
    days = list(event.days.order_by("date"))
    facts["status"] = event.status
    facts["status_note"] = _comparable(event, "status_note")
    facts["days"] = [(str(day.uid), day.date, day.opens, day.closes, day.venue_id) for day in days]
    facts["day_texts"] = [(str(day.uid), _comparable(day, "theme"), day.capacity) for day in days]
    facts["hosts"] = list(
        EventDayHost.objects.filter(day__event=event)
        .order_by("day__date", "sort_order")
        .values_list("day__date", "organisation_id")
    )
    facts["organisations"] = list(
        event.organisations.order_by("sort_order", "pk").values_list("organisation_id", "role", "level")
    )
    return facts


def _comparable(row: models.Model, name: str) -> Any:
    field = row._meta.get_field(name)
    return field.get_prep_value(getattr(row, field.attname))


def _finish(event: Event, changes: set[str], *, before: dict[str, Any], now: dt.datetime, by) -> set[str]:
    """Save the row, raise the sequence once if a material fact changed, log and tell."""
    if changes & MATERIAL_FACTS:
        event.ical_sequence = models.F("ical_sequence") + 1
    event.save()
    event.refresh_from_db()
    log(event, "nsr_events.event.edit", user=by, data={"uid": str(event.uid), "fields": sorted(changes)})
    answers = event_changed.send(Event, event=event, changes=changes, before=before, now=now, by=by)
    followed = [answer for _receiver, answer in answers if isinstance(answer, Followed)]
    event.followed = tuple(sentence for each in followed for sentence in each.sentences)
    return changes
