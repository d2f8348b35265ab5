"""schema.org, as far as the pages speak it: the properties of each type, the kinds of their values, what is required.

From https://schema.org/Event, /Offer, /Place, /VirtualLocation, /PostalAddress, /NewsArticle and what Google asks of an
Event and an Article (https://developers.google.com/search/docs/appearance/structured-data). No maintained library
checks this without asking a service.
"""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

HOME = "https://schema.org/"


def text(value):
    return isinstance(value, str) and bool(value.strip())


def url(value):
    parts = urlsplit(value) if isinstance(value, str) else None
    return bool(parts and parts.scheme in {"http", "https"} and parts.netloc and not re.search(r"\s", value))


def date(value):
    """ISO 8601: a date, or a moment with its offset."""
    try:
        return dt.datetime.fromisoformat(value).tzinfo is not None or bool(dt.date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def price(value):
    return isinstance(value, str) and re.fullmatch(r"\d+(\.\d\d)?", value) is not None


def currency(value):
    return isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) is not None


def language(value):
    return isinstance(value, str) and re.fullmatch("[a-z]{2}(-[A-Za-z]+)?", value) is not None


def one_of(*names):
    return lambda value: value in {HOME + name for name in names}


STATUS = one_of("EventScheduled", "EventPostponed", "EventCancelled", "EventMovedOnline", "EventRescheduled")
MODE = one_of("OfflineEventAttendanceMode", "OnlineEventAttendanceMode", "MixedEventAttendanceMode")
STOCK = one_of("InStock", "SoldOut", "PreOrder", "LimitedAvailability")

EVENT = {
    "name": text, "description": text, "url": url, "image": url, "startDate": date, "endDate": date,
    "previousStartDate": date, "eventStatus": STATUS, "eventAttendanceMode": MODE, "inLanguage": language,
    "location": {"Place", "VirtualLocation"}, "organizer": {"Organization", "Person"}, "performer": {"Person"},
    "superEvent": {"Event", "EventSeries"}, "subEvent": {"Event"}, "offers": {"Offer"},
}  # fmt: skip
PROPERTIES = {
    "Event": EVENT,
    "EventSeries": EVENT,
    "Place": {"name": text, "address": {"PostalAddress"}, "geo": {"GeoCoordinates"}, "containedInPlace": {"Place"}},
    "VirtualLocation": {"url": url, "name": text},
    "PostalAddress": dict.fromkeys(["streetAddress", "postalCode", "addressLocality", "addressCountry"], text),
    "GeoCoordinates": {"latitude": number, "longitude": number},
    "Organization": {"name": text, "url": url},
    "Person": {"name": text, "jobTitle": text},
    "Offer": {"url": url, "availability": STOCK, "price": price, "priceCurrency": currency, "validFrom": date},
    "NewsArticle": {
        "headline": text, "description": text, "url": url, "image": url, "datePublished": date, "dateModified": date,
        "author": {"Organization", "Person"}, "about": {"Event"}, "inLanguage": language,
    },
}  # fmt: skip
REQUIRED = {
    "Event": {"name", "startDate"},
    "EventSeries": {"name"},
    "VirtualLocation": {"url"},
    "Place": {"name"},
    "Organization": {"name"},
    "Person": {"name"},
    "Offer": {"url", "availability"},
    "NewsArticle": {"headline", "datePublished"},
}
REQUIRED_AT_THE_TOP = {"Event": {"location", "eventStatus", "url"}}
"""What search engines leave an event out for, beside its name and start."""


def faults(data: dict) -> list[str]:
    """What is wrong with a document of JSON-LD."""
    found = [] if data.get("@context") in {HOME, HOME.rstrip("/")} else ["@context"]
    missing = REQUIRED_AT_THE_TOP.get(data.get("@type"), set()) - set(data)
    return [
        *found,
        *(f"{name} is missing" for name in sorted(missing)),
        *_faults(data, data.get("@type", "")),
    ]


def _faults(data: dict, path: str) -> list[str]:
    kind = data.get("@type")
    if kind not in PROPERTIES:
        return [f"{path}: {kind} is no type we know"]
    found = [f"{path}.{name} is missing" for name in sorted(REQUIRED.get(kind, set()) - set(data))]
    for name, value in data.items():
        if name.startswith("@"):
            continue
        for one in value if isinstance(value, list) else [value]:
            found += _fault(PROPERTIES[kind].get(name), one, f"{path}.{name}")
    return found


def _fault(wanted, value, path):
    if wanted is None:
        return [f"{path} is no property"]
    if callable(wanted):
        return [] if wanted(value) else [f"{path}: {value!r}"]
    if not isinstance(value, dict) or value.get("@type") not in wanted:
        return [f"{path}: {value!r} is none of {wanted}"]
    return _faults(value, path)
