"""What machines read on public pages: JSON-LD by schema.org, and Open Graph."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from nsr_events.core.models import Event, EventOrganisation, Venue
from nsr_events.core.texts import text_in
from nsr_events.programme.current import Item, Programme
from nsr_events.registration.state import Name, PublicState

CONTEXT = "https://schema.org"
MOST_SUB_EVENTS = 100

STATUS = {
    Event.Status.PLANNED: "EventScheduled",
    Event.Status.CONFIRMED: "EventScheduled",
    Event.Status.POSTPONED: "EventPostponed",
    Event.Status.MOVED_ONLINE: "EventMovedOnline",
    Event.Status.CANCELLED: "EventCancelled",
}

AVAILABILITY = {
    Name.OPEN: "InStock",
    Name.FEW_LEFT: "LimitedAvailability",
    Name.WAITING_LIST: "SoldOut",
    Name.FULL: "SoldOut",
    Name.NOT_OPEN: "PreOrder",
}

ATTENDANCE = {
    Event.Format.ONSITE: "OfflineEventAttendanceMode",
    Event.Format.ONLINE: "OnlineEventAttendanceMode",
    Event.Format.MIXED: "MixedEventAttendanceMode",
}


def event_data(
    page,
    organisers: list[EventOrganisation],
    *,
    now: dt.datetime,
    image: str = "",
    registration: PublicState | None = None,
    speakers: Sequence[Any] = (),
) -> dict[str, Any]:
    """An event as schema.org ``Event``: dates with offset, state, place, organisers, and free seats to be had.

    ``speakers`` are shown people with ``name`` and ``title``. What search engines ask for:
    https://developers.google.com/search/docs/appearance/structured-data/event
    """
    event = page.facts
    return _filled(
        {
            "@context": CONTEXT,
            "@type": "Event",
            "name": plain(page.title),
            "description": page.intro,
            "url": page.full_url,
            "image": image,
            **_dates(event),
            "previousStartDate": _previous(event, now),
            "eventStatus": f"{CONTEXT}/{_status(event, now)}",
            "eventAttendanceMode": f"{CONTEXT}/{_attendance(event)}",
            "location": location(event, page.full_url),
            "performer": [_performer(speaker) for speaker in speakers],
            "organizer": [organisation(row) for row in organisers],
            "inLanguage": page.language,
            "superEvent": _series(event, page.language),
            "offers": _offers(page, event, registration),
        }
    )


def _offers(page, event: Event, registration: PublicState | None) -> dict[str, Any] | None:
    """The seat as an offer, where registration is told of; what it costs stands in words on the page."""
    availability = AVAILABILITY.get(registration.state) if registration else None
    if availability is None:
        return None
    opens = event.registration_setup.opens
    return _filled(
        {
            "@type": "Offer",
            "url": page.full_url + page.reverse_subpage("register") if page.full_url else None,
            "availability": f"{CONTEXT}/{availability}",
            "price": None if str(event.fee_note) else "0",
            "priceCurrency": None if str(event.fee_note) else "NOK",
            "validFrom": opens and opens.astimezone(event.zone).isoformat(),
        }
    )


def programme_data(page, programme: Programme, *, now: dt.datetime) -> dict[str, Any]:
    """The event with its sessions as ``subEvent``, up to a hundred."""
    shown = [item for item in programme.shown if item.kind not in {"internal", "break", "practical"}]
    return {
        **event_data(page, [], now=now),
        "subEvent": [_sub_event(page, programme, item) for item in shown[:MOST_SUB_EVENTS]],
    }


def session_data(page, programme: Programme, item: Item) -> dict[str, Any]:
    """A session with its people and the event it belongs to."""
    event = {"@type": "Event", "name": plain(page.title), "url": page.full_url, **_dates(page.facts)}
    return {"@context": CONTEXT, **_sub_event(page, programme, item), "superEvent": _filled(event)}


def report_data(page, *, image: str = "") -> dict[str, Any]:
    """A report as ``NewsArticle``, about its event where it has one."""
    about = {"@type": "Event", "name": str(page.event.name), **_dates(page.event)} if page.event else None
    return _filled(
        {
            "@context": CONTEXT,
            "@type": "NewsArticle",
            "headline": plain(page.title)[:110],
            "description": page.intro,
            "url": page.full_url,
            "image": image,
            "datePublished": page.date.isoformat(),
            "dateModified": page.last_published_at and page.last_published_at.isoformat(),
            "author": {"@type": "Organization", "name": page.byline} if page.byline else None,
            "about": about,
            "inLanguage": page.language,
        }
    )


def plain(title: str) -> str:
    """A title without the soft hyphens editors put into long words."""
    return title.replace("\u00ad", "")


def location(event: Event, page_url: str | None) -> Any:
    """Where it takes place: a house, the net, or both. Who may not see the link yet is led to the page."""
    online = _filled(
        {"@type": "VirtualLocation", "url": event.online_url if event.online_open else page_url or ""}
    )
    house = place(event.venue) if event.venue else None
    if event.is_online:
        return online
    if event.format == Event.Format.MIXED:
        return [house, online] if house else online
    return house


def place(venue: Venue) -> dict[str, Any]:
    """A house with its address and position."""
    address = {
        "@type": "PostalAddress",
        "streetAddress": venue.address,
        "postalCode": venue.postal_code,
        "addressLocality": venue.city,
        "addressCountry": venue.country,
    }
    geo = None
    if venue.latitude is not None and venue.longitude is not None:
        geo = {
            "@type": "GeoCoordinates",
            "latitude": float(venue.latitude),
            "longitude": float(venue.longitude),
        }
    return _filled({"@type": "Place", "name": venue.name, "address": _filled(address), "geo": geo})


def organisation(row: EventOrganisation) -> dict[str, Any]:
    """An organiser by name and website."""
    return _filled({"@type": "Organization", "name": row.organisation.name, "url": row.organisation.website})


def _sub_event(page, programme: Programme, item: Item) -> dict[str, Any]:
    title = text_in(item.title, page.language)
    status = "EventCancelled" if item.is_cancelled or page.facts.is_off else "EventScheduled"
    zone = page.facts.zone
    return _filled(
        {
            "@type": "Event",
            "name": title.value,
            "url": f"{page.full_url or ''}sessions/{item.uid}/",
            "startDate": item.start.astimezone(zone).isoformat(),
            "endDate": item.end.astimezone(zone).isoformat(),
            "eventStatus": f"{CONTEXT}/{status}",
            "location": _rooms(page, programme, item) or location(page.facts, page.full_url),
            "performer": [_performer(role) for role in item.people],
        }
    )


def _rooms(page, programme: Programme, item: Item) -> dict[str, Any] | None:
    """The rooms of a session as one place, at the address of the event's house where they are in it."""
    rooms = [programme.rooms[uid] for uid in item.rooms if uid in programme.rooms]
    if not rooms:
        return None
    house = page.facts.venue
    at_home = house and all(room.venue == house.name for room in rooms)
    inside = place(house) if at_home else _filled({"@type": "Place", "name": rooms[0].venue})
    return _filled(
        {
            "@type": "Place",
            "name": ", ".join(room.name for room in rooms),
            "address": inside.get("address"),
            "containedInPlace": inside if "name" in inside else None,
        }
    )


def _performer(person) -> dict[str, Any]:
    return _filled({"@type": "Person", "name": person.name, "jobTitle": person.title})


def _dates(event: Event) -> dict[str, str]:
    """Moments with offset; mere dates where hours are not known, since midnight would be taken at its word."""
    if event.times_known and event.local_start.time() != dt.time():
        return {"startDate": event.local_start.isoformat(), "endDate": event.local_end.isoformat()}
    last = event.local_end - dt.timedelta(microseconds=1)
    return {"startDate": event.local_start.date().isoformat(), "endDate": last.date().isoformat()}


def _status(event: Event, now: dt.datetime) -> str:
    if event.status == Event.Status.CONFIRMED and event.former_start(now):
        return "EventRescheduled"
    return STATUS[Event.Status(event.status)]


def _attendance(event: Event) -> str:
    if event.status == Event.Status.MOVED_ONLINE:
        return ATTENDANCE[Event.Format.ONLINE]
    return ATTENDANCE[Event.Format(event.format)]


def _previous(event: Event, now: dt.datetime) -> str | None:
    former = event.former_start(now)
    return former.isoformat() if former else None


def _series(event: Event, language: str) -> dict[str, Any] | None:
    if not event.series_id:
        return None
    return {"@type": "EventSeries", "name": text_in(event.series.name, language).value}


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}
