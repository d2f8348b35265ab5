"""The links that put a feed into somebody's calendar."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from django import template

register = template.Library()

GOOGLE = "https://calendar.google.com/calendar/r"
OUTLOOK_WORK = "https://outlook.office.com/calendar/0/addfromweb"
OUTLOOK_HOME = "https://outlook.live.com/calendar/0/addfromweb"


@register.inclusion_tag("nsr_events/components/calendar_links.html")
def calendar_links(address: str, name: str) -> dict[str, str]:
    """Offer a public feed: its address to copy, and links for the common calendar apps.

    ``address`` is the absolute https address, ``name`` what the calendar shall be called. Not for personal
    feeds: a link to Google or Outlook would hand the secret over.
    """
    webcal = urlunsplit(urlsplit(address)._replace(scheme="webcal"))
    outlook = urlencode({"url": address, "name": name})
    return {
        "address": address,
        "name": name,
        "webcal": webcal,
        "google": f"{GOOGLE}?{urlencode({'cid': webcal})}",
        "outlook_work": f"{OUTLOOK_WORK}?{outlook}",
        "outlook_home": f"{OUTLOOK_HOME}?{outlook}",
    }
