"""One registration as calendar entries: the person's own days and sessions (calendars, sections 2, 5, 6 and 9).

Texts name nobody but what the holder takes part in; no address, telephone, answer, reference or token stands in them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from nsr_events.core import presentations
from nsr_events.core.models import Event, EventDay
from nsr_events.core.presentations import Presentation
from nsr_events.core.texts import text_in
from nsr_events.programme.current import current_programme
from nsr_events.registration.models import Registration

from . import entries, ics
from .ics import Entry

Status = Registration.Status

SHOWN = {
    Status.CONFIRMED: "",
    Status.WAITLISTED: "TENTATIVE",
    Status.OFFERED: "TENTATIVE",
    Status.CANCELLED: "CANCELLED",
}
"""Statuses that show, and what they make of an entry that the event itself does not cancel."""

CANCELLED_DAYS = dt.timedelta(days=30)
ONLINE_DAYS = dt.timedelta(days=14)
"""So long after the event the link to take part stays in the calendar."""


def personal_entries(registration: Registration, *, now: dt.datetime) -> list[Entry]:
    """Return what stands in one person's calendar; nothing for who has no place and none in view.

    ``registration`` brings its event. Seven queries at most.
    """
    if registration.status not in SHOWN or _is_long_cancelled(registration, now):
        return []
    event, language = registration.event, registration.language
    today = now.astimezone(event.zone).date()
    if entries.is_outlived(event, today=today):
        return []
    shown = presentations.of([event.pk], language).get(event.pk)
    days = _days(registration)
    with translation.override(language):
        own = [
            _day_entry(registration, day, number, len(days), shown, now) for number, day in enumerate(days, 1)
        ]
    return own + _sessions(registration, days, shown, today)


def head_of(registration: Registration, shown: Presentation | None, *, often: bool) -> ics.CalendarHead:
    """Return the head of a personal calendar. It names the event only, and no address: the feed's own is a secret."""
    event = registration.event
    return ics.CalendarHead(
        name=shown.title if shown else text_in(event.name, registration.language).value,
        zone=event.timezone,
        refresh_hours=1 if often else 6,
    )


def _is_long_cancelled(registration: Registration, now: dt.datetime) -> bool:
    ended = registration.ended_at
    return registration.status == Status.CANCELLED and (ended is None or now > ended + CANCELLED_DAYS)


def _days(registration: Registration) -> list[EventDay]:
    rows = registration.days.select_related("day__venue")
    return sorted((row.day for row in rows), key=lambda day: day.date)


def _day_entry(
    registration: Registration,
    day: EventDay,
    number: int,
    count: int,
    shown: Presentation | None,
    now: dt.datetime,
) -> Entry:
    event = registration.event
    start, end = entries.hours_of_day(event, day)
    venue = day.venue or event.venue
    online = _online(registration, now)
    return Entry(
        uid=str(day.uid),
        start=start,
        end=end,
        zone=event.timezone,
        stamp=_stamp(registration, event.ical_stamp),
        sequence=event.ical_sequence + registration.calendar_version,
        summary=_summary(registration, day, number, count, shown),
        status=_status(registration),
        description=ics.describe(shown.summary if shown else "", last_lines=_last_lines(online, shown)),
        location=entries.place_of(event, venue),
        geo=entries.coordinates_of(event, venue),
        url=shown.url if shown else "",
        conference=online,
        related_to=str(event.uid),
        private=True,
    )


def _summary(
    registration: Registration, day: EventDay, number: int, count: int, shown: Presentation | None
) -> str:
    event, language = registration.event, registration.language
    title = shown.title if shown else text_in(event.name, language).value
    theme = text_in(day.theme, language).value
    if count > 1:
        title = _("%(title)s, day %(n)d") % {"title": title, "n": number}
    title = f"{title}: {theme}" if theme else title
    if registration.status in {Status.WAITLISTED, Status.OFFERED}:
        title = _("Waiting list: %(title)s") % {"title": title}
    return entries.titled(title, event, cancelled=registration.status == Status.CANCELLED)


def _status(registration: Registration) -> str:
    whole = entries.status_of(registration.event)
    return whole if whole == "CANCELLED" else SHOWN[registration.status] or whole


def _stamp(registration: Registration, shown: dt.datetime) -> dt.datetime:
    """No stamp is earlier than the person's last change of status, days or bookings."""
    return max(shown, (registration.calendar_changed or registration.created).replace(microsecond=0))


def _online(registration: Registration, now: dt.datetime) -> str:
    event = registration.event
    confirmed = registration.status == Status.CONFIRMED and not event.is_off
    return event.online_url if confirmed and now < event.end + ONLINE_DAYS else ""


def _last_lines(online: str, shown: Presentation | None) -> Sequence[str]:
    stream = _("Take part online: %(address)s") % {"address": online} if online else ""
    return [stream, shown.url if shown else ""]


def _sessions(
    registration: Registration, days: Sequence[EventDay], shown: Presentation | None, today: dt.date
) -> list[Entry]:
    """The booked sessions of the newest release, as in the programme feed, with the person's own counters."""
    if registration.status != Status.CONFIRMED:
        return []
    booked = {str(uid) for uid in registration.bookings.values_list("session__uid", flat=True)}
    programme = current_programme(registration.event_id) if booked else None
    if programme is None:
        return []
    event: Event = registration.event
    found = entries.session_entries(event, programme, shown, registration.language, today=today, uids=booked)
    return [
        dataclasses.replace(
            entry,
            stamp=_stamp(registration, entry.stamp),
            sequence=entry.sequence + registration.calendar_version,
            private=True,
        )
        for entry in found
    ]
