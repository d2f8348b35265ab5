"""From rows and snapshots to calendar entries: what an entry holds (calendars, sections 2, 5 and 6).

An entry is a fact (event, day, session), never a page: an event with three language pages is one entry.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Container, Iterable, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet, TextChoices
from django.utils import translation
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.models import Event, EventDay, EventDayHost, EventOrganisation, Venue
from nsr_events.core.presentations import Presentation
from nsr_events.core.texts import text_in
from nsr_events.programme.current import Item, Programme, Role
from nsr_events.programme.models import Session, SessionPerson

from .ics import Entry, Moment, describe, digest_of

ONE_DAY = dt.timedelta(days=1)
ONE_HOUR = dt.timedelta(hours=1)

CANCELLED_DAYS = 30
"""For so long after its end a cancelled or postponed event still says so."""

TOMBSTONE_DAYS = 90
"""For so long after the release that ended it a session still says that it is cancelled."""

NO_STAMP = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def with_facts(events: QuerySet[Event]) -> QuerySet[Event]:
    """Return ``events`` with everything their entries show, in four queries whatever the number."""
    hosts = Prefetch("day_hosts", EventDayHost.objects.select_related("organisation"))
    days = EventDay.objects.select_related("venue").order_by("date").prefetch_related(hosts)
    organisations = EventOrganisation.objects.select_related("organisation").order_by("sort_order", "pk")
    return events.select_related("venue", "type", "region").prefetch_related(
        Prefetch("days", days), Prefetch("organisations", organisations)
    )


def event_entries(event: Event, presentation: Presentation | None, language: str) -> list[Entry]:
    """Return the event as one entry, or as one a day where its days have gaps between them.

    ``event`` comes from ``with_facts``. Texts are in ``language``; without a public page the entry has the
    event's own name and no address.
    """
    with translation.override(language):
        days = list(event.days.all())
        whole = _event_entry(event, days, presentation, language)
        if _in_a_row(days):
            return [whole]
        return [_day_entry(whole, event, day) for day in days]


def session_entries(
    event: Event,
    programme: Programme,
    presentation: Presentation | None,
    language: str,
    *,
    today: dt.date,
    uids: Container[str] | None = None,
) -> list[Entry]:
    """Return the sessions of a released programme, without internal ones and without outlived tombstones.

    ``today`` is the date on the event's clocks, ``uids`` the sessions wanted (None: all). Sequence and stamp take
    the event's in, so that cancelling it or moving its venue reaches every session without a write (section 6).
    """
    if is_outlived(event, today=today):
        return []
    with translation.override(language):
        return [
            _session_entry(event, programme, item, presentation, language)
            for item in programme.sessions
            if (uids is None or item.uid in uids) and is_public(item, programme, today=today)
        ]


def is_public(item: Item, programme: Programme, *, today: dt.date) -> bool:
    """Whether a session stands in calendars: never rigging, and what was cancelled for 90 days."""
    if item.kind == Session.Kind.INTERNAL:
        return False
    ended = item.ended or (item.stamp if item.is_cancelled else None)
    return ended is None or today <= _local_date(ended, programme.zone) + TOMBSTONE_DAYS * ONE_DAY


def is_outlived(event: Event, *, today: dt.date) -> bool:
    """Whether a cancelled or postponed event has said so for long enough."""
    return event.is_off and today > last_date(event) + CANCELLED_DAYS * ONE_DAY


def last_date(event: Event) -> dt.date:
    """The last date the event touches on its own clocks; an end at midnight belongs to the day before."""
    return (event.local_end - dt.timedelta(seconds=1)).date()


def content_digest(event: Event, presentations: Iterable[tuple[str, Presentation | None]]) -> str:
    """Return one digest of the event's entries in all languages, their stamps left out."""
    entries = [entry for language, shown in presentations for entry in event_entries(event, shown, language)]
    return digest_of(dataclasses.replace(entry, stamp=NO_STAMP) for entry in entries)


def _event_entry(
    event: Event, days: Sequence[EventDay], presentation: Presentation | None, language: str
) -> Entry:
    start, end = span(event, days)
    venue = _venue(event, days)
    organisers = [
        row.organisation.name
        for row in event.organisations.all()
        if row.role == EventOrganisation.Role.ORGANISER
    ]
    stream = event.online_url if event.online_open else ""
    return Entry(
        uid=str(event.uid),
        start=start,
        end=end,
        zone=event.timezone,
        stamp=event.ical_stamp,
        sequence=event.ical_sequence,
        summary=titled(presentation.title if presentation else text_in(event.name, language).value, event),
        status=status_of(event),
        transparent=not isinstance(start, dt.datetime),
        description=_event_description(event, days, organisers, presentation, stream, language),
        location=place_of(event, venue),
        geo=coordinates_of(event, venue),
        url=presentation.url if presentation else "",
        categories=(*_words(event, language), *organisers),
        image=presentation.image if presentation else "",
        conference=stream,
    )


def _day_entry(whole: Entry, event: Event, day: EventDay) -> Entry:
    """One day of an event with gaps, under the day's own UID."""
    start, end = hours_of_day(event, day)
    venue = day.venue or event.venue
    return dataclasses.replace(
        whole,
        uid=str(day.uid),
        start=start,
        end=end,
        transparent=not isinstance(start, dt.datetime),
        location=place_of(event, venue),
        geo=coordinates_of(event, venue),
    )


def _session_entry(
    event: Event, programme: Programme, item: Item, presentation: Presentation | None, language: str
) -> Entry:
    address = f"{presentation.url}sessions/{item.uid}/" if presentation else ""
    track = programme.tracks.get(item.track)
    track_name = text_in(track.name, language).value if track else ""
    return Entry(
        uid=item.uid,
        start=item.start,
        end=item.end,
        zone=programme.zone,
        stamp=max(event.ical_stamp, item.stamp),
        sequence=event.ical_sequence + item.seq,
        summary=titled(text_in(item.title, language).value, event, cancelled=item.is_cancelled),
        status="CANCELLED" if event.is_off or item.is_cancelled else "CONFIRMED",
        description=_session_description(item, track_name, address, language),
        location=_session_place(item, programme, language),
        url=address,
        categories=tuple(filter(None, [track_name, _label(Session.Kind, item.kind)])),
        conference=item.link,
        related_to=str(event.uid),
    )


def _words(event: Event, language: str) -> list[str]:
    """Type and region."""
    return [text_in(word.name, language).value for word in (event.type, event.region) if word]


def status_of(event: Event) -> str:
    """STATUS of an event's entry."""
    if event.is_off:
        return "CANCELLED"
    return "TENTATIVE" if event.status == Event.Status.PLANNED else "CONFIRMED"


def titled(title: str, event: Event, *, cancelled: bool = False) -> str:
    """The title with its prefix: Outlook ignores STATUS, Google hides what has it (section 6)."""
    if event.status == Event.Status.POSTPONED and not cancelled:
        return _("POSTPONED: %(title)s") % {"title": title}
    if event.status == Event.Status.CANCELLED or cancelled:
        return _("CANCELLED: %(title)s") % {"title": title}
    return title


def _in_a_row(days: Sequence[EventDay]) -> bool:
    return all(later.date - day.date == ONE_DAY for day, later in pairwise(days))


def span(event: Event, days: Sequence[EventDay]) -> tuple[Moment, Moment]:
    """Return when days in a row begin and end.

    One: its hours. Several: dates, as a block of time would cover the nights (indico/indico#6867).
    """
    if not days:
        return event.start, event.end
    if len(days) == 1:
        return hours_of_day(event, days[0])
    return days[0].date, days[-1].date + ONE_DAY


def hours_of_day(event: Event, day: EventDay) -> tuple[Moment, Moment]:
    """A day's hours as instants; the date where there are none; one hour where only the start is known."""
    if day.opens is None or not event.times_known:
        return day.date, day.date + ONE_DAY
    start, end = (moment.replace(tzinfo=event.zone).astimezone(dt.UTC) for moment in day.bounds())
    return start, end if day.closes is not None and end > start else start + ONE_HOUR


def _venue(event: Event, days: Sequence[EventDay]) -> Venue | None:
    if len(days) == 1:
        return days[0].venue or event.venue
    return event.venue or next((day.venue for day in days if day.venue), None)


def place_of(event: Event, venue: Venue | None) -> str:
    """LOCATION: the house with its address, or that it is online."""
    if event.is_online:
        return _("Online")
    return ", ".join(filter(None, [venue.name, venue.address_line])) if venue else ""


def coordinates_of(event: Event, venue: Venue | None) -> tuple[float, float] | None:
    """GEO of the house, where people go to one."""
    if venue is None or event.is_online or venue.latitude is None or venue.longitude is None:
        return None
    return float(venue.latitude), float(venue.longitude)


def _event_description(
    event: Event,
    days: Sequence[EventDay],
    organisers: Sequence[str],
    presentation: Presentation | None,
    stream: str,
    language: str,
) -> str:
    parts = [
        presentation.summary if presentation else "",
        "\n".join(_day_line(event, day, language) for day in days),
        _("Organiser: %(names)s") % {"names": ", ".join(organisers)} if organisers else "",
    ]
    return describe("\n\n".join(filter(None, parts)), last_lines=_addresses(stream, presentation))


def _addresses(stream: str, presentation: Presentation | None) -> list[str]:
    """The stream again, as Outlook ignores CONFERENCE; the page's address last."""
    return [
        _("Stream: %(address)s") % {"address": stream} if stream else "",
        presentation.url if presentation else "",
    ]


def _day_line(event: Event, day: EventDay, language: str) -> str:
    """ "Tirsdag 9. mars 10:00–16:00 · Tema · Vert: Statsforvalteren · Rica, Bodø"."""
    when = formats.capitalised(formats.weekday_date(day.date, language))
    if event.times_known and day.opens and day.closes:
        when = f"{when} {formats.clock_range(day.opens, day.closes)}"
    elif event.times_known and day.opens:
        when = f"{when} {formats.clock(day.opens)}"
    hosts = ", ".join(host.organisation.name for host in day.day_hosts.all())
    elsewhere = day.venue if day.venue_id and day.venue_id != event.venue_id else None
    parts = [
        when,
        text_in(day.theme, language).value,
        _("Host: %(names)s") % {"names": hosts} if hosts else "",
        str(elsewhere) if elsewhere else "",
    ]
    return " · ".join(filter(None, parts))


def _session_description(item: Item, track_name: str, address: str, language: str) -> str:
    parts = [
        text_in(item.abstract, language).value,
        "\n".join(_part_of(role) for role in item.people),
        _("Track: %(name)s") % {"name": track_name} if track_name else "",
    ]
    stream = _("Stream: %(address)s") % {"address": item.link} if item.link else ""
    return describe("\n\n".join(filter(None, parts)), last_lines=[stream, address])


def _part_of(role: Role) -> str:
    """ "Foredragsholder: Kari Nordmann, avdelingsdirektør, NSM"."""
    words = ", ".join(filter(None, [role.name, role.title, role.employer]))
    return f"{_label(SessionPerson.Role, role.role)}: {words}"


def _label(choices: type[TextChoices], value: str) -> str:
    """The word for a value; an old release may hold one that is no more."""
    try:
        return str(choices(value).label)
    except ValueError:
        return value


def _session_place(item: Item, programme: Programme, language: str) -> str:
    rooms = [programme.rooms[uid] for uid in item.rooms if uid in programme.rooms]
    day = next((day for day in programme.days if day.uid == item.day), None)
    house = next((room.venue for room in rooms if room.venue), "")
    # The day's venue is the house with its town; a joined hall may lie in another house.
    venue = day.venue if day and day.venue.startswith(house) else house
    where = ", ".join(room.name for room in rooms) or text_in(item.where, language).value
    return ", ".join(filter(None, [where, venue]))


def _local_date(moment: dt.datetime, zone: str) -> dt.date:
    return moment.astimezone(ZoneInfo(zone)).date()
