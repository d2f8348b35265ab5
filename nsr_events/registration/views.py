"""The form, from the first look to the receipt; the same flow for open registration and by invitation.

Answers: 200 the form or the card, 303 to the receipt, 400 forged, 413 too large, 429 too many, 503 busy. Each of them
but 413 holds the form as typed, with the same key and one button (registration, section 8).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nsr_events import conf
from nsr_events.core import formats
from nsr_events.core.models import Event
from nsr_events.core.throttling import Limit, client_network, use

from . import first_mail, links, receipts, seats, sentences, traps
from .counting import occupancy, setup_rules
from .forms import RegistrationForm
from .links import Purpose
from .locking import is_busy
from .models import Invitation, RegistrationSetup
from .responses import protect
from .room import Occupancy
from .state import PublicState, public_state
from .traps import Forged, Stamp

MOST_BYTES = 256 * 1024
POSTS = Limit("register", 10, 600)
RETRY_BUSY = 5

FORM_PAGE = "nsr_events/registration/register.html"
RECEIPT_PAGE = "nsr_events/registration/receipt.html"
TOO_LARGE_PAGE = "nsr_events/registration/too_large.html"


@dataclass(frozen=True)
class Place:
    """Where the form stands: below an event's page, or at the address of an invitation.

    ``context`` is what the surrounding template needs (a page, or nothing but the base template).
    """

    event: Event
    setup: RegistrationSetup
    language: str
    title: str
    form_url: str
    receipt_url: str
    event_url: str = ""
    calendar_url: str = ""
    invitation: Invitation | None = None
    template: str = FORM_PAGE
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """What stands above a form that comes back for another reason than its answers."""

    kind: str
    heading: str
    words: str


def answer(request: HttpRequest, place: Place, *, now: dt.datetime) -> HttpResponse:
    """Show the form, or take it."""
    if request.method == "POST":
        return protect(_take(request, place, now))
    return protect(_show(request, place, now))


def answer_again(request: HttpRequest, place: Place, *, now: dt.datetime, status: int = 200) -> HttpResponse:
    """Show the form without taking it: another answer on the same page needs attention."""
    response = _show(request, place, now)
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_BUSY)
    return protect(response)


def answer_receipt(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the receipt this browser holds; a browser without one goes to the form."""
    receipt = receipts.kept(request, place.event)
    if receipt is None:
        return protect(_see(place.form_url))
    parts = {
        "receipt": receipt,
        "headline": receipts.headline(receipt),
        "tone": receipts.tone(receipt),
        "steps": receipts.steps(receipt, place.event, place.setup, place.language),
        "own_url": reverse("nsr_events:me_page", args=[receipt.reference]) if receipt.reference else "",
    }
    return protect(render(request, place, RECEIPT_PAGE, parts))


def _show(request: HttpRequest, place: Place, now: dt.datetime) -> HttpResponse:
    counts = occupancy(place.setup, now=now)
    state = _state(place, counts, now)
    form = _form(place, now, counts=counts) if state.takes_forms else None
    stamp = Stamp(place.event.uid, now, traps.browser_of(request)) if form else None
    return _page(request, place, form, state=state, key=uuid.uuid4(), stamp=stamp)


def _take(request: HttpRequest, place: Place, now: dt.datetime) -> HttpResponse:
    if _length(request) > MOST_BYTES:
        return render(request, place, TOO_LARGE_PAGE, {}, status=413)
    try:
        key, stamp = (
            traps.read_key(request.POST),
            traps.read_stamp(request.POST.get(traps.STAMP_FIELD, ""), place.event.uid),
        )
    except Forged:
        return _again(request, place, now, key=uuid.uuid4(), notice=_damaged(), status=400)
    try:
        return _take_once(request, place, now, key=key, stamp=stamp)
    except seats.Busy:
        return _busy(request, place, now, key=key, stamp=stamp)
    except OperationalError as error:
        # SQLite has one lock for everything: a counter or a consent's text may wait for it as well.
        if not is_busy(error):
            raise
        return _busy(request, place, now, key=key, stamp=stamp)


def _length(request: HttpRequest) -> int:
    """The bytes of a body as its header says; 0 where it says nothing of sense, for then Django reads nothing."""
    said = str(request.META.get("CONTENT_LENGTH") or "")
    return int(said) if said.isascii() and said.isdigit() else 0


def _take_once(
    request: HttpRequest, place: Place, now: dt.datetime, *, key: uuid.UUID, stamp: Stamp
) -> HttpResponse:
    if receipts.is_kept(request, place.event, key):
        return _see(place.receipt_url)
    wait = _throttled(request, place, now)
    if wait:
        notice = _too_many(wait)
        response = _again(request, place, now, key=key, stamp=stamp, notice=notice, status=429)
        response.headers["Retry-After"] = str(wait)
        return response
    form = _form(place, now, data=request.POST)
    if not form.is_valid():
        return _page(request, place, form, key=key, stamp=stamp)
    if _is_caught(request, place, stamp, now):
        caught = stamp.after_catch(now=now)
        return _page(request, place, form, key=key, stamp=caught, notice=_press_again())
    return _register(request, place, form, now, key=key, stamp=stamp)


def _register(
    request: HttpRequest,
    place: Place,
    form: RegistrationForm,
    now: dt.datetime,
    *,
    key: uuid.UUID,
    stamp: Stamp,
) -> HttpResponse:
    application = form.application(idempotency_key=key)
    application = first_mail.in_its_time(application, place.event, place.setup, now=now)
    outcome = None
    try:
        outcome = seats.register(place.event, application, now=now, rendered_at=stamp.rendered_at)
    except seats.Refused as refused:
        form.add_refusal(refused)
        return _page(request, place, form, key=key, stamp=stamp)
    finally:
        if outcome is None or outcome.kind == seats.OutcomeKind.REPEATED:
            first_mail.not_needed(application, place.event, place.setup, now=now)
    same = stamp.browser == traps.browser_of(request)
    receipt = receipts.of(application, outcome, same_browser=same)
    receipts.keep(request, place.event, receipt)
    if receipt.reference:
        links.note(request, Purpose.ME, outcome.registration, now=now)
    return _see(place.receipt_url)


def _throttled(request: HttpRequest, place: Place, now: dt.datetime) -> int:
    """Seconds until this network may post again; 0 while it may."""
    if not place.setup.rate_limit or place.invitation is not None:
        return 0
    verdict = use(POSTS, client_network(request), place.event.uid, now=now)
    return 0 if verdict.allowed else verdict.retry_after


def _is_caught(request: HttpRequest, place: Place, stamp: Stamp, now: dt.datetime) -> bool:
    if not place.setup.form_traps or place.invitation is not None:
        return False
    return not stamp.stands(bool(request.POST.get(traps.HONEYPOT)), now=now)


def _form(
    place: Place, now: dt.datetime, *, data: Any = None, counts: Occupancy | None = None
) -> RegistrationForm:
    return RegistrationForm(
        data, event=place.event, setup=place.setup, language=place.language, now=now, invitation=place.invitation,
        counts=counts,
    )  # fmt: skip


def _state(place: Place, counts: Occupancy, now: dt.datetime) -> PublicState:
    invited_to = place.invitation.category_id if place.invitation else None
    return public_state(setup_rules(place.setup), counts, now=now, invited_to=invited_to)


def _again(
    request: HttpRequest, place: Place, now: dt.datetime, *, key: uuid.UUID, notice: Notice, status: int,
    stamp: Stamp | None = None,
) -> HttpResponse:  # fmt: skip
    """The form as typed, unjudged."""
    stamp = stamp or Stamp(place.event.uid, now, traps.browser_of(request))
    form = _form(place, now, data=request.POST)
    form.judged = False
    return _page(request, place, form, key=key, stamp=stamp, notice=notice, status=status)


def _busy(
    request: HttpRequest, place: Place, now: dt.datetime, *, key: uuid.UUID, stamp: Stamp
) -> HttpResponse:
    response = _again(request, place, now, key=key, stamp=stamp, notice=_others_first(), status=503)
    response.headers["Retry-After"] = str(RETRY_BUSY)
    return response


def _page(
    request: HttpRequest, place: Place, form: RegistrationForm | None, *, key: uuid.UUID, stamp: Stamp | None,
    state: PublicState | None = None, notice: Notice | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    if state is None and form is not None:
        state = _state(place, form.offering.counts, form.now)
    parts = {
        "form": form,
        "state": state,
        "state_tag": sentences.tag(state, place.language),
        "state_tone": sentences.tone(state),
        "sentence": sentences.public_sentence(state, place.event, place.setup, place.language),
        "key": key,
        "stamp": stamp.sign() if stamp else "",
        "fields": traps,
        "notice": notice,
        "closing": sentences.moment(place.setup.closing, place.event, place.language),
    }
    return render(request, place, place.template, parts, status=status)


def render(
    request: HttpRequest, place: Place, template: str, parts: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw a page of the flow with what stands beside each of them."""
    event = place.event
    first, last = event.local_start.date(), event.local_end.date()
    context = {
        "ne_base_template": conf.BASE_TEMPLATE,
        **place.context,
        "show_userbar": False,
        "place": place,
        "event": event,
        "when": formats.date_range(first, last, place.language),
        "hours": sentences.hours(event, place.language),
        **parts,
    }
    return HttpResponse(render_to_string(template, context, request=request), status=status)


class SeeOther(HttpResponseRedirect):
    """Whatever was sent, go on with a GET (RFC 9110, 15.4.4)."""

    status_code = 303


def _see(url: str) -> HttpResponse:
    return SeeOther(url)


def _damaged() -> Notice:
    return Notice(
        "damaged",
        _("Something was lost on the way"),
        _("You are not registered yet. Check what you have written and press the button once more."),
    )


def _press_again() -> Notice:
    return Notice(
        "again",
        _("Press the button once more"),
        _(
            "You are not registered yet. We ask everybody who fills in the form very quickly, or very slowly, to do so."
        ),
    )


def _too_many(seconds: int) -> Notice:
    minutes = -(-seconds // 60)
    words = ngettext(
        "Many registrations have come from your network. You are not registered yet. Leave this page open and "
        "press the button again in %(number)d minute.",
        "Many registrations have come from your network. You are not registered yet. Leave this page open and "
        "press the button again in %(number)d minutes.",
        minutes,
    )
    return Notice("many", _("Wait a little"), words % {"number": minutes})


def _others_first() -> Notice:
    return Notice(
        "busy",
        _("Many are registering right now"),
        _(
            "You are not registered yet, but nothing you wrote is lost. Press the button again in a few seconds."
        ),
    )
