"""The personal feed over HTTP, and its panel on the own page: switch on, renew, stop (calendars, section 9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from nsr_events.core.texts import text_in
from nsr_events.core.throttling import Limit, client_network, use, used_up
from nsr_events.registration import links
from nsr_events.registration.links import Purpose
from nsr_events.registration.models import Registration
from nsr_events.registration.own.access import UNKNOWN_TOKENS, lead_to, own_view
from nsr_events.registration.own.panels import Panel, Shown
from nsr_events.registration.own.panels import register as register_panel

from . import feeds

READS = Limit("feed-reads", most=60, seconds=3600)


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the calendar behind a secret address; one and the same 404 for every address that opens nothing."""
    now = timezone.now()
    network = client_network(request)
    if used_up(UNKNOWN_TOKENS, network, now=now):
        return _wait(600)
    registration = _opened(token, now)
    if registration is None:
        use(UNKNOWN_TOKENS, network, now=now)
        raise Http404
    verdict = use(READS, registration.uid, now=now)
    return (
        feeds.personal_feed(request, registration, now=now) if verdict.allowed else _wait(verdict.retry_after)
    )


def _opened(token: str, now: dt.datetime) -> Registration | None:
    opened = links.open_token(Purpose.FEED, token)
    if opened is None:
        return None
    rows = Registration.objects.select_related("event__venue", "event__registration_setup")
    row = rows.filter(uid=opened.uid, anonymised_at=None).first()
    if row is None or not row.has_feed or not links.opens(Purpose.FEED, opened, row, now=now):
        return None
    return row


def _wait(seconds: int) -> HttpResponse:
    return HttpResponse(
        status=429, headers={"Retry-After": str(seconds), "Cache-Control": "private, no-store"}
    )


@own_view("POST")
def switch(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """Switch the feed on, give it a new address, or stop it. The person's other links stay as they are."""
    wish = request.POST.get("wish")
    steps = {"on": 0 if registration.has_feed else 1, "renew": 2, "stop": 1 if registration.has_feed else 0}
    if steps.get(wish):
        version = registration.feed_version
        rows = Registration.objects.filter(pk=registration.pk, feed_version=version)
        rows.update(feed_version=version + steps[wish])
    return lead_to(registration, done="saved")


@own_view("GET", "HEAD")
def own_file(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """The same entries as a file, behind the browser's session."""
    name = text_in(registration.event.name, registration.language).value
    return feeds.personal_feed(request, registration, now=now, filename=name)


def _panel(registration: Registration, request: HttpRequest, now: dt.datetime) -> Shown | None:
    if not registration.is_active:
        return None
    address = links.address(Purpose.FEED, registration) if registration.has_feed else ""
    context: dict[str, Any] = {
        "registration": registration,
        "address": address,
        "webcal": address.replace("https://", "webcal://").replace("http://", "webcal://"),
    }
    return Shown("nsr_events/own/calendar_panel.html", context)


def register() -> None:
    """Hang the panel on the own page."""
    register_panel(Panel("calendar", _panel, order=10, side=True))
