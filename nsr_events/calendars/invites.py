"""Invitations by mail: a registration's days in its holder's calendar, followed by updates (iMIP, RFC 6047).

When a mail enters ``sending``, what should stand in the calendar is compared with what was told last. Only a difference
gives a calendar part, so an older mail sent late carries the newest state or nothing, and a second try of the same
mail makes the same bytes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from itertools import groupby
from pathlib import Path

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nsr_events import conf
from nsr_events.core import formats, presentations
from nsr_events.core.models import Event, EventDay
from nsr_events.core.presentations import Presentation
from nsr_events.core.site_root import site_root
from nsr_events.core.texts import text_in
from nsr_events.outbox import kinds, parts, queue
from nsr_events.outbox.kinds import Kind, Link, MailContext
from nsr_events.outbox.models import OutgoingMail, Reason
from nsr_events.outbox.parts import Part
from nsr_events.registration import mail_values
from nsr_events.registration.models import Registration, RegistrationSetup

from . import entries, ics
from .ics import Entry, Party
from .models import CalendarInvite

KIND = "calendar.invitation"
CARRIERS = (
    "registration.confirmed", "registration.promoted", "registration.taken_over", "registration.changed",
    "registration.cancelled", "registration.transferred", "registration.address_changed", "event.changed",
    "event.cancelled", KIND,
)  # fmt: skip
"""Kinds that report a fact about somebody's days, and so carry its calendar entry."""

ONE_DAY = dt.timedelta(days=1)
FILENAME = "invite.ics"
TEXTS = Path(__file__).parent / "mail_texts" / "calendar.invitation.toml"
Method = CalendarInvite.Method


@dataclass(frozen=True)
class Wish:
    """What should stand in a calendar for a run of days. ``entry`` has no sequence and stamp of its own yet."""

    first_day: uuid.UUID
    days: tuple[str, ...]
    entry: Entry
    attendee: Party

    @property
    def digest(self) -> str:
        """Tells apart everything that is shown."""
        return _digest(ics.digest(self.entry), self.attendee.name, self.attendee.address)

    @property
    def place(self) -> str:
        """Tells apart time and place alone: what raises the sequence (RFC 5546, 2.1.4)."""
        return ics.digest(
            dataclasses.replace(self.entry, summary="", description="", url="", conference="", geo=None)
        )


@dataclass(frozen=True)
class Difference:
    """A run whose calendar entry must be told anew: ``row`` as last told (None: never), ``wish`` (None: gone)."""

    row: CalendarInvite | None
    wish: Wish | None
    uid: uuid.UUID
    generation: int

    @property
    def sequence(self) -> int:
        """The sequence the telling has."""
        if self.row is None or self.wish is None:
            return self.row.sequence + 1 if self.row else 0
        return self.row.sequence + (self.row.place != self.wish.place)


def register() -> None:
    """Make the kind of further invitations known, and let the mails that report facts carry calendar entries."""
    kinds.register(
        Kind(
            KIND, gettext_lazy("Calendar entry"), TEXTS, priority=2, guard=why_not,
            placeholders={"first_name": mail_values.first_name, "days": mail_values.days},
            links={"own_page": Link(mail_values.own_page, gettext_lazy("Open my page"))},
        )
    )  # fmt: skip
    for key in CARRIERS:
        parts.register(key, parts_of, compares=True)


def parts_of(context: MailContext) -> Sequence[Part]:
    """Return the calendar parts of a mail; called in the transaction that marks it as being sent."""
    registration = context.mail.registration
    if registration is None:
        return ()
    setup = context.once(
        "setup", lambda: RegistrationSetup.objects.filter(event=context.mail.event_id).first()
    )
    if setup is None or not setup.invites:
        return ()
    wishes = wished(registration, context.event, context.presentation)
    organizer = organiser_of_calendars()
    if organizer is None or context.inert:
        return tuple(_plain_files(wishes, context.now))
    return _invitation(context, registration, wishes, organizer)


def wished(registration: Registration, event: Event, shown: Presentation | None) -> list[Wish]:
    """Return what should stand in the holder's calendar now: a wish for each run of attended days in a row."""
    if registration.status != Registration.Status.CONFIRMED or event.is_off or not registration.email:
        return []
    days = [row.day for row in registration.days.select_related("day__venue").order_by("day__date")]
    attendee = Party(registration.full_name, registration.email)
    with translation.override(registration.language):
        return [_wish(registration, event, run, shown, attendee) for run in _runs(days)]


def told(registration: Registration) -> list[CalendarInvite]:
    """Return what calendars were told of a registration, in the order it began.

    Whoever tells afterwards needs the registration's row locked: two first mails have no row of ours to wait for.
    """
    return list(CalendarInvite.objects.filter(registration=registration).order_by("pk"))


def difference(
    registration: Registration, wishes: Sequence[Wish], rows: Sequence[CalendarInvite]
) -> list[Difference]:
    """Compare wishes with what was told, the ``rows``; what is new or changed before what is gone."""
    live = {row.first_day: row for row in rows if row.method == Method.REQUEST}
    found = []
    for wish in wishes:
        row = live.pop(wish.first_day, None)
        if row is None:
            ended = [each.generation for each in rows if each.first_day == wish.first_day]
            generation = max(ended, default=-1) + 1
            found.append(Difference(None, wish, _uid(registration, wish.first_day, generation), generation))
        elif row.digest != wish.digest:
            found.append(Difference(row, wish, row.uid, row.generation))
    return found + [Difference(row, None, row.uid, row.generation) for row in live.values()]


def why_not(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """The guard of further invitations: the entry it was made for still differs from what was told."""
    registration = mail.registration
    if registration is None or registration.anonymised_at:
        return Reason.ERASED
    shown = presentations.of([mail.event_id], mail.language).get(mail.event_id)
    wishes = wished(registration, mail.event, shown)
    rows, uid = told(registration), mail.facts.get("uid")
    told_by_it = any(str(row.uid) == uid and row.mail_id == mail.pk for row in rows)
    pending = {str(each.uid) for each in difference(registration, wishes, rows)}
    return None if told_by_it or uid in pending else Reason.SUPERSEDED


def outdated(event: Event) -> int:
    """How many people hold an invitation that was told before the event's facts last changed; one query."""
    rows = CalendarInvite.objects.filter(
        registration__event=event, method=Method.REQUEST, stamp__lt=event.ical_stamp
    )
    return rows.values("registration").distinct().count()


def organiser_of_calendars() -> Party | None:
    """Return who invites, None where the site sends plain files."""
    name, address = parseaddr(conf.ICAL_ORGANIZER or "")
    return Party(name, address) if address else None


def _invitation(
    context: MailContext, registration: Registration, wishes: Sequence[Wish], organizer: Party
) -> Sequence[Part]:
    """Tell one difference in this mail, and let further mails tell the others: Outlook reads one UID a mail."""
    rows = told(registration)
    if again := _told_before(context.mail, wishes, rows):
        return _parts(again, _entry_of(again, registration, wishes, context), organizer, registration)
    changed = difference(registration, wishes, rows)
    if context.mail.kind == KIND:
        changed = [each for each in changed if str(each.uid) == context.mail.facts.get("uid")]
    if not changed:
        return ()
    row = _tell(changed[0], registration, context)
    for each in changed[1:]:
        _tell_later(each, registration, context)
    return _parts(row, _entry_of(row, registration, wishes, context), organizer, registration)


def _told_before(
    mail: OutgoingMail, wishes: Sequence[Wish], rows: Sequence[CalendarInvite]
) -> CalendarInvite | None:
    """The row that an earlier try of this mail told, if it still says what is wished."""
    row = next((each for each in rows if each.mail_id == mail.pk), None)
    if row is None:
        return None
    wish = next((each for each in wishes if each.first_day == row.first_day), None)
    still = row.digest == wish.digest if wish else row.method == Method.CANCEL
    return row if still else None


def _tell(change: Difference, registration: Registration, context: MailContext) -> CalendarInvite:
    """Write down what this mail tells."""
    values = {
        "sequence": change.sequence,
        "stamp": context.now.replace(microsecond=0),
        "method": Method.REQUEST if change.wish else Method.CANCEL,
        "mail": context.mail,
    }
    if change.wish:
        values |= {
            "days": list(change.wish.days), "digest": change.wish.digest, "place": change.wish.place,
            "first_day": change.wish.first_day, "generation": change.generation,
        }  # fmt: skip
    row = change.row or CalendarInvite(uid=change.uid, registration=registration)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def _tell_later(change: Difference, registration: Registration, context: MailContext) -> None:
    queue.enqueue(
        KIND,
        event=context.event,
        registration=registration,
        language=registration.language,
        facts={"uid": str(change.uid)},
        dedupe_key=f"{KIND}:{change.uid}:{change.sequence}:{registration.row_version}",
        now=context.now,
    )


def _entry_of(
    row: CalendarInvite, registration: Registration, wishes: Sequence[Wish], context: MailContext
) -> Entry:
    """The entry as the row tells it: the wish, or what was last wished and is cancelled now."""
    wish = next((each for each in wishes if each.first_day == row.first_day), None)
    if row.method == Method.CANCEL:
        wish = None
    entry = wish.entry if wish else _cancelled(row, registration, context)
    return dataclasses.replace(entry, uid=str(row.uid), sequence=row.sequence, stamp=row.stamp)


def _cancelled(row: CalendarInvite, registration: Registration, context: MailContext) -> Entry:
    event = context.event
    days = list(EventDay.objects.filter(uid__in=row.days).select_related("venue").order_by("date"))
    with translation.override(registration.language):
        start, end = entries.span(event, days)
        title = _title(event, context.presentation, registration.language)
        return Entry(
            uid=str(row.uid), start=start, end=end, zone=event.timezone, stamp=row.stamp, sequence=row.sequence,
            summary=entries.titled(title, event, cancelled=True), status="CANCELLED",
            location=entries.place_of(event, days[0].venue or event.venue) if days else "", private=True,
        )  # fmt: skip


def _parts(
    row: CalendarInvite, entry: Entry, organizer: Party, registration: Registration
) -> tuple[Part, Part]:
    attendee = Party(registration.full_name, registration.email)
    text = ics.write_invitation(entry, method=row.method, organizer=organizer, attendee=attendee).decode()
    kind = f"text/calendar; charset=utf-8; method={row.method}; component=VEVENT"
    return (
        Part(text, kind, alternative=True),
        Part(text.encode(), "application/ics", FILENAME),
    )


def _plain_files(wishes: Sequence[Wish], now: dt.datetime) -> Iterator[Part]:
    """The same entries as files without METHOD, one VEVENT each, where nobody invites."""
    for number, wish in enumerate(wishes, start=1):
        entry = dataclasses.replace(wish.entry, uid=wish.days[0], stamp=now.replace(microsecond=0))
        head = ics.CalendarHead(name="", refresh_hours=0)
        name = "calendar.ics" if len(wishes) == 1 else f"calendar-{number}.ics"
        yield Part(ics.write_calendar(head, [entry]).decode(), "text/calendar; charset=utf-8", name)


def _runs(days: Sequence[EventDay]) -> list[list[EventDay]]:
    """Days in a row belong together: one entry for three days rather than three mails."""
    numbered = enumerate(days)
    return [
        [day for _number, day in run]
        for _key, run in groupby(numbered, key=lambda pair: pair[1].date - pair[0] * ONE_DAY)
    ]


def _wish(
    registration: Registration, event: Event, run: list[EventDay], shown: Presentation | None, attendee: Party
) -> Wish:
    start, end = entries.span(event, run)
    venue = run[0].venue or event.venue
    entry = Entry(
        uid="",
        start=start,
        end=end,
        zone=event.timezone,
        stamp=entries.NO_STAMP,
        sequence=0,
        summary=_title(event, shown, registration.language),
        description=_description(event, run, shown),
        location=entries.place_of(event, venue),
        geo=entries.coordinates_of(event, venue),
        url=shown.url if shown else "",
        conference=event.online_url,
        private=True,
    )
    return Wish(run[0].uid, tuple(str(day.uid) for day in run), entry, attendee)


def _title(event: Event, shown: Presentation | None, language: str) -> str:
    return shown.title if shown else text_in(event.name, language).value


def _description(event: Event, run: Sequence[EventDay], shown: Presentation | None) -> str:
    language = translation.get_language() or "en"
    hours = "\n".join(_hours(event, day, language) for day in run) if len(run) > 1 else ""
    online = _("Take part online: %(address)s") % {"address": event.online_url} if event.online_url else ""
    own = _("Your own page: %(address)s") % {"address": site_root() + reverse("nsr_events:me")}
    body = "\n\n".join(filter(None, [shown.summary if shown else "", hours]))
    return ics.describe(body, last_lines=[online, shown.url if shown else "", own])


def _hours(event: Event, day: EventDay, language: str) -> str:
    words = formats.capitalised(formats.weekday_date(day.date, language))
    if event.times_known and day.opens and day.closes:
        words = f"{words} {formats.clock_range(day.opens, day.closes)}"
    venue = day.venue if day.venue_id and day.venue_id != event.venue_id else None
    return f"{words}, {venue}" if venue else words


def _uid(registration: Registration, first_day: uuid.UUID, generation: int) -> uuid.UUID:
    return uuid.uuid5(registration.uid, f"{first_day}:{generation}")


def _digest(*values: str) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
