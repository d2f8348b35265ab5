"""Headers of every page that somebody reaches to register or by a secret link (privacy-security, section 8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters

from nsr_events import conf

HEADERS = {
    "Cache-Control": "private, no-store",
    # With no-referrer browsers send "Origin: null", and Django answers 403.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def participant_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the headers of participants' pages, and keep what is posted to it out of error reports."""

    @wraps(view)
    @sensitive_post_parameters()
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return protect(view(request, *args, **kwargs))

    return answer


def protect(response: HttpResponse) -> HttpResponse:
    """Set the headers; a content policy that the site sets itself stays."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if conf.PARTICIPANT_CSP:
        response.headers.setdefault("Content-Security-Policy", conf.PARTICIPANT_CSP)
    response.ne_fixed_language = True
    return response
