"""iCalendar text (RFC 5545, 7986): frozen dataclasses in, bytes out; the same input gives the same bytes.

An entry's bytes are made apart from the calendar around it (``write_entry``), so that finished ones can be
kept. ``digest`` and ``etag`` answer a conditional request without writing anything. The traps of the library
that the code steps around: docs/reference/calendars.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from .timezones import definition, local_time

logger = logging.getLogger(__name__)

SERIALISER_VERSION = 1
"""Raised whenever the same entries give other bytes."""

PRODID = "-//nsr_events//nsr_events//EN"
"""Without a version number: an upgrade must not change every feed."""

MOST_SUMMARY, MOST_DESCRIPTION, MOST_ADDRESS = 255, 2000, 2000
END = b"END:VCALENDAR\r\n"

Moment = dt.datetime | dt.date
"""An aware datetime, or a date: a whole day."""

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\ud800-\udfff]")
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f\ud800-\udfff]+", re.IGNORECASE)
_RESERVED = "%:/?#[]@!$&'()*+,;=-._~"


@dataclass(frozen=True)
class Entry:
    """One VEVENT. ``end`` is exclusive; both moments are of the same kind; ``zone`` is an IANA name.

    ``geo`` is latitude and longitude; ``private`` asks calendars to keep the entry to their owner. Addresses that are
    not http(s) are left out of what is written.
    """

    uid: str
    start: Moment
    end: Moment
    zone: str
    stamp: dt.datetime
    sequence: int
    summary: str
    status: str = "CONFIRMED"
    transparent: bool = False
    description: str = ""
    location: str = ""
    geo: tuple[float, float] | None = None
    url: str = ""
    categories: tuple[str, ...] = ()
    image: str = ""
    conference: str = ""
    related_to: str = ""
    private: bool = False


@dataclass(frozen=True)
class CalendarHead:
    """What stands before the entries. ``refresh_hours`` is how often subscribers are asked to come back; 0: never."""

    name: str
    description: str = ""
    zone: str = ""
    url: str = ""
    source: str = ""
    refresh_hours: int = 6
    method: str | None = None


def clean(text: str) -> str:
    """Return ``text`` as calendars may hold it: NFC, no control character but line feed, no lone surrogate.

    Tabs become spaces and all kinds of line ends line feeds, so that no words are glued together. Soft
    hyphens are hints for pages; some calendars show them as hyphens.
    """
    text = text.replace("\r\n", "\n").replace("\t", " ")
    text = re.sub("[\r\u2028\u2029]", "\n", text)
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text)).strip()


def one_line(text: str) -> str:
    """Return ``text`` cleaned, with runs of spaces and line ends as one space: for titles and places."""
    return re.sub(r"[ \n]+", " ", clean(text))


def shorten(text: str, limit: int) -> str:
    """Return at most ``limit`` characters; what was cut ends in an ellipsis."""
    return text if len(text) <= limit else (text[: max(0, limit - 1)].rstrip() + "…")[:limit]


def describe(body: str, *, last_lines: Iterable[str] = ()) -> str:
    """Return a DESCRIPTION of at most 2,000 characters: ``body`` is cut, ``last_lines`` stay whole."""
    ending = clean("\n".join(filter(None, last_lines)))
    body = shorten(clean(body), max(0, MOST_DESCRIPTION - len(ending) - 2))
    return "\n\n".join(filter(None, [body, ending]))


def web_address(value: str) -> str:
    """Return an http(s) address in ASCII, else nothing: CR, LF or a space could end a property."""
    if len(value) > MOST_ADDRESS or not _WEB_ADDRESS.fullmatch(value):
        return ""
    return quote(value, safe=_RESERVED)


def digest(entry: Entry) -> str:
    """Return the sha256 of everything the entry's bytes depend on."""
    return _sha256([getattr(entry, field.name) for field in fields(Entry)])


def digest_of(entries: Iterable[Entry]) -> str:
    """Return one digest of several entries, in the order given."""
    return _sha256([digest(entry) for entry in entries])


def etag(head: CalendarHead, entries: Iterable[Entry]) -> str:
    """Return the strong entity tag of a calendar, quotes included. Writes nothing."""
    values = [getattr(head, field.name) for field in fields(CalendarHead)]
    return f'"{_sha256([SERIALISER_VERSION, values, digest_of(in_order(entries))])}"'


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries by start and UID, as every calendar holds them."""
    return sorted(entries, key=lambda entry: (_instant(entry.start), entry.uid))


def write_calendar(head: CalendarHead, entries: Iterable[Entry]) -> bytes:
    """Return the calendar. An entry that cannot be written is left out and logged by UID; the feed lives."""
    written = [(entry, body) for entry in in_order(entries) if (body := _written(entry)) is not None]
    zones = sorted({zone for entry, _body in written if (zone := zone_of(entry))})
    definitions = b"".join(_definition_bytes(zone) for zone in zones)
    return b"".join([_write_head(head), definitions, *(body for _entry, body in written), END])


@dataclass(frozen=True)
class Party:
    """Somebody in an invitation: a name and a bare address."""

    name: str
    address: str


def write_invitation(entry: Entry, *, method: str, organizer: Party, attendee: Party) -> bytes:
    """Return a calendar that a mail carries (RFC 6047): one entry, REQUEST or CANCEL, one of each party.

    The attendee has said yes by registering: nobody is asked for an answer. Raises ``ValueError`` as ``write_entry``.
    """
    accepted = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    parties = [("organizer", *_party(organizer)), ("attendee", *_party(attendee, **accepted))]
    zone = zone_of(entry)
    definitions = _definition_bytes(zone) if zone else b""
    head = CalendarHead(name="", method=method, refresh_hours=0)
    return b"".join([_write_head(head), definitions, write_entry(entry, parties), END])


def _party(party: Party, **parameters: str) -> tuple[str, dict[str, str]]:
    # No parameter may hold a quotation mark (RFC 5545, 3.2).
    name = one_line(party.name).replace('"', "'")
    return f"mailto:{quote(party.address, safe=_RESERVED)}", {**({"CN": name} if name else {}), **parameters}


def write_entry(entry: Entry, further: Iterable[tuple[str, Any, dict[str, str]]] = ()) -> bytes:
    """Return the VEVENT, with ``further`` properties behind its own.

    Raises ``ValueError`` for an entry whose end is not after its start.
    """
    from icalendar import Event  # 0.8 s at the first import

    if not _ends_after_start(entry):
        raise ValueError("end is not after start")
    component = Event()
    for name, value, parameters in (*_properties(entry), *further):
        if value != "" and value is not None:
            component.add(name, value, parameters or {})
    return bytes(component.to_ical(sorted=False))


def zone_of(entry: Entry) -> str:
    """Return the zone whose definition the written entry refers to, or nothing."""
    moments = [moment for moment in (entry.start, entry.end) if isinstance(moment, dt.datetime)]
    return entry.zone if any(local_time(moment, entry.zone) for moment in moments) else ""


def _written(entry: Entry) -> bytes | None:
    try:
        return write_entry(entry)
    except Exception:
        logger.exception("Calendar entry %s cannot be written and is left out.", entry.uid)
        return None


def _properties(entry: Entry) -> list[tuple[str, Any, dict[str, str] | None]]:
    """Name, value and parameters of each property, in the order written; the caller leaves empty ones out."""
    uri, text = {"VALUE": "URI"}, _text_type()
    return [
        ("uid", one_line(entry.uid), None),
        ("dtstamp", _instant(entry.stamp), None),
        ("last-modified", _instant(entry.stamp), None),
        ("sequence", entry.sequence, None),
        ("dtstart", *_time_value(entry.start, entry.zone)),
        ("dtend", *_time_value(entry.end, entry.zone)),
        ("transp", "TRANSPARENT" if entry.transparent else "OPAQUE", None),
        ("status", entry.status, None),
        ("summary", text(shorten(one_line(entry.summary), MOST_SUMMARY)), None),
        ("description", text(shorten(clean(entry.description), MOST_DESCRIPTION)), None),
        ("location", text(one_line(entry.location)), None),
        ("geo", entry.geo, None),
        ("url", web_address(entry.url), None),
        ("categories", _categories(entry.categories), None),
        ("image", web_address(entry.image), {**uri, "DISPLAY": "BADGE"}),
        ("conference", web_address(entry.conference), uri),
        ("related-to", one_line(entry.related_to), None),
        ("class", "PRIVATE" if entry.private else "", None),
    ]


def _categories(words: Iterable[str]) -> Any:
    from icalendar import vCategory

    text = _text_type()
    category = vCategory([])
    category.cats = [text(word) for raw in words if (word := one_line(raw))]
    return category if category.cats else None


@lru_cache(maxsize=1)
def _text_type() -> Any:
    """The library's TEXT, but a typed backslash and N stays what it is: the library makes it a line feed."""
    from icalendar import vText

    class Text(vText):
        __slots__ = ()

        def to_ical(self) -> bytes:
            text = str(self).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
            return text.replace("\n", "\\n").encode()

    return Text


def _time_value(moment: Moment, zone: str) -> tuple[Moment, dict[str, str] | None]:
    """A date; a local time with its TZID; or the time in UTC (section 4)."""
    if not isinstance(moment, dt.datetime):
        return moment, None
    local = local_time(moment, zone)
    return (local, {"TZID": zone}) if local else (_instant(moment), None)


def _write_head(head: CalendarHead) -> bytes:
    """The calendar up to its first component."""
    from icalendar import Calendar

    calendar, text = Calendar(), _text_type()
    for name, value, parameters in _head_properties(head):
        if value:
            # NAME and X- properties are not escaped by the library, a newline in them would even raise.
            calendar.add(name, value if parameters or name in _NO_TEXT else text(value), parameters or {})
    return bytes(calendar.to_ical(sorted=False)).removesuffix(END)


_NO_TEXT = {"url", "x-published-ttl", "version", "prodid", "calscale", "method"}


def _head_properties(head: CalendarHead) -> list[tuple[str, Any, dict[str, str] | None]]:
    name, description = one_line(head.name), clean(head.description)
    return [
        ("version", "2.0", None),
        ("prodid", PRODID, None),
        ("calscale", "GREGORIAN", None),
        ("method", head.method, None),
        ("name", name, None),
        ("x-wr-calname", name, None),
        ("description", description, None),
        ("x-wr-caldesc", description, None),
        ("x-wr-timezone", head.zone, None),
        ("url", web_address(head.url), None),
        ("source", web_address(head.source), {"VALUE": "URI"}),
        ("refresh-interval", dt.timedelta(hours=head.refresh_hours), {"VALUE": "DURATION"}),
        ("x-published-ttl", f"PT{head.refresh_hours}H" if head.refresh_hours else "", None),
    ]


@lru_cache(maxsize=64)
def _definition_bytes(zone: str) -> bytes:
    found = definition(zone)
    return found.text().encode() if found else b""


def _ends_after_start(entry: Entry) -> bool:
    same_kind = isinstance(entry.start, dt.datetime) == isinstance(entry.end, dt.datetime)
    return same_kind and _instant(entry.end) > _instant(entry.start)


def _instant(moment: Moment) -> dt.datetime:
    if isinstance(moment, dt.datetime):
        return moment.astimezone(dt.UTC)
    return dt.datetime.combine(moment, dt.time(), tzinfo=dt.UTC)


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=_stable, separators=(",", ":")).encode()).hexdigest()


def _stable(value: object) -> str:
    """A datetime by its instant: the same moment in another zone object gives the same digest."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"no stable text for {type(value).__name__}")
