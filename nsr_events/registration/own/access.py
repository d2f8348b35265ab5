"""Who may see an own page: a browser that came with a link which still opens it. All else is one and the same 404."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nsr_events import conf
from nsr_events.core.throttling import Limit, client_network, use, used_up
from nsr_events.registration import links
from nsr_events.registration.links import Opened, Purpose
from nsr_events.registration.models import Invitation, Registration, RegistrationDay
from nsr_events.registration.responses import protect

UNKNOWN_TOKENS = Limit("unknown-token", most=20, seconds=3600)
"""So many wrong links an hour from one address before it must wait."""

OPENED_BY = {Purpose.INVITE: (Invitation,), Purpose.STOP: (Registration, Invitation)}
"""Whose rows a purpose opens, where it is not a registration alone."""


def own_view(*methods: str) -> Callable:
    """Make a view of ``/me/<reference>/...``: it gets the registration and the moment, in the person's language.

    Without a noted link the answer is the 404 page of every dead link, whether the reference exists or not.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @sensitive_post_parameters()
        @require_http_methods(list(methods))
        @wraps(view)
        def wrapped(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponse:
            now = timezone.now()
            registration = find(reference)
            if registration is None or not links.noted(request, Purpose.ME, registration, now=now):
                return dead_link(request)
            with translation.override(registration.language):
                response = view(request, registration, *args, now=now, **kwargs)
                return protect(response)

        return wrapped

    return decorate


def find(reference: str) -> Registration | None:
    """Return the registration with this reference, with what its pages show of the event; four queries."""
    wanted = reference.replace("-", "").upper()
    if not wanted.isalnum():
        return None  # PostgreSQL would fail on a NUL
    rows = Registration.objects.select_related(
        "event__venue", "event__registration_setup", "category", "invitation", "form_version"
    ).prefetch_related(
        Prefetch("days", RegistrationDay.objects.select_related("day")), "event__days", "event__questions"
    )
    return rows.filter(reference=wanted, anonymised_at=None).first()


def by_token(purpose: str, opened: Opened | None, *, now: dt.datetime) -> Registration | Invitation | None:
    """Return the row that a token opens now, None for every link that is dead."""
    if opened is None:
        return None
    for model in OPENED_BY.get(Purpose(purpose), (Registration,)):
        row = model.objects.select_related("event__registration_setup").filter(uid=opened.uid).first()
        if row is not None and links.opens(purpose, opened, row, now=now):
            return row
    return None


def guessing(request: HttpRequest, *, now: dt.datetime) -> HttpResponse | None:
    """Return the page for who tried too many wrong links, None for everybody else. Counts nothing."""
    network = client_network(request)
    if not used_up(UNKNOWN_TOKENS, network, now=now):
        return None
    return page(request, "nsr_events/own/too_many.html", status=429, retry_after=600)


def wrong_token(request: HttpRequest, *, now: dt.datetime) -> HttpResponse:
    """Count a wrong link and answer with the page of dead links."""
    use(UNKNOWN_TOKENS, client_network(request), now=now)
    return dead_link(request)


def dead_link(request: HttpRequest) -> HttpResponse:
    """The same 404 page for unknown, revoked and expired links: it offers to send the link again."""
    return page(request, "nsr_events/own/dead_link.html", status=404)


def lead_to(registration: Registration, name: str = "me_page", *, done: str = "") -> HttpResponse:
    """Redirect to one of the registration's own pages; ``done`` names what the page shall say was done."""
    response = redirect(f"nsr_events:{name}", reference=registration.reference)
    if done:
        response["Location"] += f"?done={done}"
    return response


def page(request: HttpRequest, template: str, *, status: int, retry_after: int = 0) -> HttpResponse:
    """Answer with a page that is about nobody: a refusal, or to come back in ``retry_after`` seconds."""
    response = render(request, template, {"ne_base_template": conf.BASE_TEMPLATE}, status=status)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return protect(response)
