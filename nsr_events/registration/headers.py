"""Headers of every page about one person: seen by nobody else, kept nowhere, led on to nobody (privacy-security, 8)."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpResponseBase

from nsr_events import conf

Response = TypeVar("Response", bound=HttpResponseBase)

PRIVATE = {
    "Cache-Control": "private, no-store",
    # With "no-referrer" browsers send "Origin: null", and Django would refuse the form.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def make_private(response: Response) -> Response:
    """Set the headers of a participant's page; a content security policy the site has set already stays."""
    for name, value in PRIVATE.items():
        response.headers[name] = value
    if conf.PARTICIPANT_CSP:
        response.headers.setdefault("Content-Security-Policy", conf.PARTICIPANT_CSP)
    return response
