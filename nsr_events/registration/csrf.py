"""What somebody reads whose browser sent a form without our cookie."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from .own import access


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For ``CSRF_FAILURE_VIEW``: says in the reader's language what to do."""
    return access.page(request, "nsr_events/own/no_cookie.html", status=403)
