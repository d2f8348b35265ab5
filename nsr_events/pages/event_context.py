"""What an event page shows, section by section."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nsr_events.core import formats
from nsr_events.core.models import Event, EventDay, EventDayHost, EventOrganisation, Person, Venue
from nsr_events.core.phrases import former_date, joined
from nsr_events.core.texts import Text, text_in
from nsr_events.programme.current import Item, Programme

from .card import Ways, card_of
from .related import related_links, reports_of

LINES_A_DAY = 5
PEOPLE_SHOWN = 6
BREAKS = {"break", "meal", "practical"}
SIDE_BLOCKS = {"points", "fact_box"}
"""Blocks that stand beside the text where there is room, and after it on a phone."""

HIGHLIGHTS = {"keynote", "opening", "meetings", "panel"}


@dataclass(frozen=True)
class Line:
    """A line of "the programme in brief"."""

    start: dt.datetime
    title: Text
    highlight: bool


@dataclass(frozen=True)
class DayCard:
    """A day of the event with its theme, hosts, place and a few lines of its programme."""

    day: EventDay
    hosts: str
    venue: Venue | None
    elsewhere: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Speaker:
    """A person of the programme, with title and employer as they were then."""

    uid: str
    name: str
    title: str
    employer: str
    profile: Person | None

    @property
    def initials(self) -> str:
        """Two letters for the monogram."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


@dataclass(frozen=True)
class Tag:
    """A dot and a word that tell the state of an event."""

    label: str
    tone: str


def event_context(
    page, *, programme: Programme | None, now: dt.datetime, request, private: Q
) -> dict[str, Any]:
    """Return the template context of an event page; ``private`` are the pages nobody shall be led to."""
    event, language = page.facts, page.language
    days = list(
        event.days.select_related("venue").prefetch_related(
            Prefetch("day_hosts", EventDayHost.objects.select_related("organisation"))
        )
    )
    organisations = list(event.organisations.select_related("organisation__logo"))
    speakers = speakers_of(programme) if programme else []
    calendar_url = page.full_file_url("calendar")
    tag = state_tag(event, now=now)
    related, reports = (
        related_links(page, request, private=private),
        reports_of(page, request, private=private),
    )
    ways = Ways(
        register=page.get_url(request) + page.reverse_subpage("register") if page.pk else "",
        calendar=calendar_url,
        report=reports[0].url if reports else "",
        related="#les-ogsa" if related else "",
    )
    card, registration = card_of(event, language=language, tag=tag, ways=ways, now=now)
    return {
        "event": event,
        "card": card,
        "registration_state": registration,
        "tag": tag,
        "when": formats.date_range(days[0].date, days[-1].date, language),
        "former": former_date(event, language, now=now),
        "hours": hours_of(event, days, language),
        "days": day_cards(event, days, programme, language),
        "body_main": [block for block in page.body if block.block_type not in SIDE_BLOCKS],
        "body_side": [block for block in page.body if block.block_type in SIDE_BLOCKS],
        "programme": programme,
        "tells_programme": programme is not None or not (event.is_off or event.end < now),
        "is_over": event.end < now,
        "speakers": with_profiles(speakers[:PEOPLE_SHOWN]),
        "speakers_count": len(speakers),
        "hosts": hosts_line(days, organisations),
        "organisers": _by_role(organisations, EventOrganisation.Role.ORGANISER),
        "partners": _by_role(organisations, "partner", "sponsor", "exhibitor"),
        "venues": venues_of(event, days),
        "related": related,
        "reports": reports,
        "calendar_url": calendar_url,
        "programme_url": page.get_url(request) + page.reverse_subpage("programme") if page.pk else "",
        "programme_calendar_url": page.full_file_url("programme_calendar") if programme else "",
    }


def state_tag(event: Event, *, now: dt.datetime) -> Tag:
    """The state of an event in a word; what is cancelled or moved goes before what the clock says."""
    by_status = {
        Event.Status.PLANNED: Tag(_("Preliminary date"), "warn"),
        Event.Status.POSTPONED: Tag(_("Postponed"), "warn"),
        Event.Status.MOVED_ONLINE: Tag(_("Moved online"), "info"),
        Event.Status.CANCELLED: Tag(_("Cancelled"), "danger"),
    }
    if event.status in by_status and not (event.status == Event.Status.PLANNED and event.end < now):
        return by_status[event.status]
    if event.end < now:
        return Tag(_("Over"), "plain")
    if event.start <= now:
        return Tag(_("In progress"), "now")
    if event.former_start(now):
        return Tag(_("New date"), "info")
    return days_left_tag(event, now=now)


def days_left_tag(event: Event, *, now: dt.datetime) -> Tag:
    """How near an event is, in days on the event's own calendar."""
    left = (event.local_start.date() - now.astimezone(event.zone).date()).days
    if left == 0:
        return Tag(_("Today"), "ok")
    if left <= 30:
        return Tag(ngettext("In %(n)d day", "In %(n)d days", left) % {"n": left}, "ok")
    return Tag(_("Confirmed"), "ok")


def hours_of(event: Event, days: list[EventDay], language: str) -> str:
    """The hours in words, or nothing while they are not known."""
    if not event.times_known or any(day.opens is None or day.closes is None for day in (days[0], days[-1])):
        return ""
    return formats.capitalised(formats.hours_line(event.local_start, event.local_end, language))


def day_cards(
    event: Event, days: list[EventDay], programme: Programme | None, language: str
) -> list[DayCard]:
    """One card a day; lines come from the newest release only."""
    return [
        DayCard(
            day=day,
            hosts=", ".join(host.organisation.label for host in day.day_hosts.all()),
            venue=day.venue or event.venue,
            elsewhere=bool(day.venue_id and day.venue_id != event.venue_id),
            lines=brief(programme, str(day.uid), language) if programme else (),
        )
        for day in days
    ]


def brief(programme: Programme, day_uid: str, language: str) -> tuple[Line, ...]:
    """The most telling items of a day in time order: one a start time, highlights before the rest, breaks last."""
    items = [item for item in programme.on(day_uid) if not item.is_cancelled and item.kind != "internal"]
    first_at: dict[dt.datetime, Item] = {}
    for item in sorted(items, key=_telling):
        first_at.setdefault(item.start, item)
    chosen = sorted(first_at.values(), key=_telling)[:LINES_A_DAY]
    return tuple(
        Line(
            item.start.astimezone(ZoneInfo(programme.zone)),
            text_in(item.title, language),
            item.kind in HIGHLIGHTS,
        )
        for item in sorted(chosen, key=lambda item: item.start)
    )


def _telling(item: Item) -> tuple:
    return (item.kind in BREAKS, item.kind not in HIGHLIGHTS, not item.for_all, item.start, item.uid)


def speakers_of(programme: Programme) -> list[Speaker]:
    """Everybody in the programme once, in the order they first appear."""
    found: dict[str, Speaker] = {}
    for item in programme.shown:
        if item.is_cancelled or item.kind == "internal":
            continue
        for role in item.people:
            found.setdefault(role.uid, Speaker(role.uid, role.name, role.title, role.employer, None))
    return list(found.values())


def with_profiles(speakers: Iterable[Speaker]) -> list[Speaker]:
    """The same people with their public profile, for photo and biography; a fixed number of queries."""
    speakers = list(speakers)
    profiles = {
        str(person.uid): person
        for person in Person.objects.filter(uid__in=[speaker.uid for speaker in speakers], public=True)
        .select_related("photo")
        .prefetch_related("photo__renditions")
    }
    return [
        Speaker(person.uid, person.name, person.title, person.employer, profiles.get(person.uid))
        for person in speakers
    ]


def hosts_line(days: list[EventDay], organisations: list[EventOrganisation]) -> str:
    """Who is host: the event's hosts, else the days', else the organisers."""
    hosts = [row.organisation.label for row in _by_role(organisations, EventOrganisation.Role.HOST)]
    hosts = hosts or [host.organisation.label for day in days for host in day.day_hosts.all()]
    hosts = hosts or [
        row.organisation.label for row in _by_role(organisations, EventOrganisation.Role.ORGANISER)
    ]
    return joined(dict.fromkeys(hosts))


def _by_role(organisations: list[EventOrganisation], *roles: str) -> list[EventOrganisation]:
    return [row for row in organisations if row.role in roles]


def venues_of(event: Event, days: list[EventDay]) -> list[tuple[Venue, list[EventDay]]]:
    """Each house once, with the days it is used where there are several houses."""
    used: dict[int, tuple[Venue, list[EventDay]]] = {}
    for day in days:
        venue = day.venue or event.venue
        if venue:
            used.setdefault(venue.pk, (venue, []))[1].append(day)
    return [(venue, their_days if len(used) > 1 else []) for venue, their_days in used.values()]
