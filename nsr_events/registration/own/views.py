"""The own page and what its buttons do. Views parse, call a verb and lead back; the rules are in ``seats``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nsr_events import conf
from nsr_events.core import formats
from nsr_events.core.texts import text_in
from nsr_events.core.throttling import Limit, use, used_up, window_ends
from nsr_events.programme import materials
from nsr_events.programme.current import Item, Programme
from nsr_events.registration import consents, links, seats
from nsr_events.registration.counting import bookings_of
from nsr_events.registration.forms import RegistrationForm
from nsr_events.registration.links import Purpose
from nsr_events.registration.locking import is_busy
from nsr_events.registration.models import HandOver, Registration
from nsr_events.registration.responses import participant_page
from nsr_events.registration.seats import bookings

from . import refusals
from .access import lead_to, own_view
from .day import programme_of
from .forms import HandOverForm, SessionsForm, VersionForm
from .page import abilities, page_context, viewer_of

BUSY_SECONDS = "5"
TAKEN_ADDRESSES = Limit("hand-over-taken", most=3, seconds=86_400)
"""So often a day somebody who hands over learns that an address is registered: it tells who else is coming."""


@own_view("GET", "HEAD")
def page(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """The own page."""
    return render(request, "nsr_events/own/page.html", page_context(registration, request, now=now))


@own_view("GET", "HEAD", "POST")
def edit(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """Change person, days, category and answers, with the form one registered with."""
    if not abilities(registration, now=now)["edit"]:
        return lead_to(registration)
    setup = registration.event.registration_setup
    form = RegistrationForm(
        request.POST or None,
        event=registration.event,
        setup=setup,
        language=registration.language,
        now=now,
        registration=registration,
    )
    version = VersionForm(request.POST or None, initial={"row_version": registration.row_version})
    context = {"form": form, "version": version}
    if request.method != "POST" or not (form.is_valid() and version.is_valid()):
        return _render(request, registration, "edit", context)

    def change() -> Registration:
        number = version.cleaned_data["row_version"]
        return seats.change(registration, form.application(), now=now, row_version=number)

    return _try(request, registration, "edit", context, change, done="changed", refuse=form.add_refusal)


@own_view("GET", "HEAD", "POST")
def sessions(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """Book sessions and give back booked ones."""
    programme = programme_of(registration)
    if not abilities(registration, now=now)["book"] or programme is None:
        return lead_to(registration)
    offered = _sessions_offered(registration, programme)
    held = [str(uid) for uid in registration.bookings.values_list("session__uid", flat=True)]
    choices = [(row["uid"], row["title"].value) for day in offered for row in day["rows"]]
    initial = {"row_version": registration.row_version, "sessions": held}
    form = SessionsForm(request.POST or None, choices=choices, initial=initial)
    chosen = set(request.POST.getlist("sessions")) if request.method == "POST" else set(held)
    for day in offered:
        for row in day["rows"]:
            row["chosen"] = row["uid"] in chosen
    context = {"form": form, "offered": offered}
    if request.method != "POST" or not form.is_valid():
        return _render(request, registration, "sessions", context)

    def book() -> Registration:
        data = form.cleaned_data
        return seats.book(registration, data["sessions"], now=now, row_version=data["row_version"])

    return _try(request, registration, "sessions", context, book, done="booked")


@own_view("GET", "HEAD", "POST")
def cancel(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """Say what follows, then one button; fifteen minutes to undo it."""
    if not abilities(registration, now=now)["cancel"]:
        return lead_to(registration)
    form = VersionForm(request.POST or None, initial={"row_version": registration.row_version})
    setup = registration.event.registration_setup
    context = {"form": form, "late": now >= setup.editing_ends, "bookings": registration.bookings.count()}
    if request.method != "POST" or not form.is_valid():
        return _render(request, registration, "cancel", context)
    version = form.cleaned_data["row_version"]
    return _try(
        request, registration, "cancel", context,
        lambda: seats.cancel(registration, now=now, row_version=version), done="cancelled",
    )  # fmt: skip


@own_view("GET", "HEAD", "POST")
def hand_over(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """Hand the seat to a colleague, who gets it and nothing else."""
    if not abilities(registration, now=now)["transfer"]:
        return lead_to(registration)
    form = HandOverForm(request.POST or None, initial={"row_version": registration.row_version})
    setup = registration.event.registration_setup
    context = {
        "form": form,
        "at_once": setup.transfer == setup.Transfer.SAME_DOMAIN,
        "domain": registration.email_domain,
    }
    if request.method != "POST" or not form.is_valid():
        return _render(request, registration, "hand_over", context)
    if used_up(TAKEN_ADDRESSES, registration.uid, now=now):
        return _no_more_addresses(request, registration, context, now)

    def refuse(refused: seats.Refused) -> None:
        if refused.problems[0].kind == seats.ProblemKind.ADDRESS_TAKEN:
            use(TAKEN_ADDRESSES, registration.uid, now=now)
        context["refused"] = refusals.sentences(refused, registration)

    def lead_on(result: Registration | HandOver) -> HttpResponse:
        if isinstance(result, HandOver):
            return lead_to(registration, done="proposed")
        links.forget(request, registration)
        return redirect("nsr_events:handed_over")

    return _try(
        request, registration, "hand_over", context,
        lambda: seats.transfer(registration, now=now, **form.cleaned_data), then=lead_on, refuse=refuse,
    )  # fmt: skip


def _no_more_addresses(
    request: HttpRequest, registration: Registration, context: dict[str, Any], now: dt.datetime
) -> HttpResponse:
    context["refused"] = [
        _("You have named several who are registered already. Ask the organiser to hand over your seat.")
    ]
    response = _render(request, registration, "hand_over", context, status=429)
    response["Retry-After"] = str(int((window_ends(TAKEN_ADDRESSES, now) - now).total_seconds()) + 1)
    return response


@participant_page
@require_safe
def handed_over(request: HttpRequest) -> HttpResponse:
    """The receipt of a seat handed over: the giver's own page is closed by then."""
    return render(request, "nsr_events/own/handed_over.html", {"ne_base_template": conf.BASE_TEMPLATE})


def _button(verb: Callable[..., Any], done: str) -> Callable[..., HttpResponse]:
    """A view that only takes the press of a button on the own page."""

    @own_view("POST")
    def press(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
        return _try(request, registration, "page", {}, lambda: verb(registration, now=now), done=done)

    return press


accept = _button(seats.accept, "accepted")
decline = _button(seats.decline, "declined")
undo = _button(seats.undo, "undone")


@own_view("POST")
def renew(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """Make the links anew and mail them; this browser has shown that it is the person's and stays."""

    def lead_on(fresh: Registration) -> HttpResponse:
        fresh.event = registration.event
        links.note(request, Purpose.ME, fresh, now=now)
        return lead_to(fresh, done="renewed")

    return _try(
        request, registration, "page", {}, lambda: seats.renew_links(registration, now=now), then=lead_on
    )


@own_view("POST")
def close(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """Forget this person in this browser."""
    links.forget(request, registration)
    return redirect("nsr_events:me")


@own_view("POST")
def reminders(request: HttpRequest, registration: Registration, *, now: dt.datetime) -> HttpResponse:
    """Want reminders again, or no more."""
    wanted = request.POST.get("wanted") == "1"
    Registration.objects.filter(pk=registration.pk).update(reminders_stopped=None if wanted else now)
    return lead_to(registration, done="saved")


@own_view("POST")
def withdraw(request: HttpRequest, registration: Registration, pk: int, *, now: dt.datetime) -> HttpResponse:
    """Take back a consent of one's own."""
    consent = registration.consents.select_related("text").filter(pk=pk).first()
    if consent is None:
        raise Http404
    consent.registration = registration
    return _try(request, registration, "page", {}, lambda: consents.withdraw(consent, now=now), done="saved")


@own_view("GET", "HEAD")
def material(request: HttpRequest, registration: Registration, uid: Any, *, now: dt.datetime) -> HttpResponse:
    """A material for participants: its audience and date are asked on each request."""
    found = materials.get_material(registration.event, uid, programme_of(registration))
    if found is None or not materials.may_open(found, viewer_of(registration), now=now):
        raise Http404
    return materials.serve(found)


def _try(
    request: HttpRequest, registration: Registration, name: str, context: dict[str, Any], verb: Callable[[], Any], *,
    done: str = "", then: Callable[[Any], HttpResponse] | None = None,
    refuse: Callable[[seats.Refused], None] | None = None,
) -> HttpResponse:  # fmt: skip
    """Run a verb: lead back with what was done, or show the same page with the reason why not."""
    try:
        result = verb()
    except seats.Refused as refused:
        if refuse:
            refuse(refused)
            return _render(request, registration, name, context)
        context["refused"] = refusals.sentences(refused, registration)
        return _render(request, registration, name, context)
    except seats.Stale:
        context["refused"] = [
            _("This was changed in another window since you opened it. Look again, then press.")
        ]
        registration.refresh_from_db()
        context["fresh_version"] = registration.row_version
        return _render(request, registration, name, context, status=409)
    except seats.Busy:
        return _busy(request, registration, name, context)
    except OperationalError as error:
        # SQLite has one lock for everything: a consent's text may wait for it as well.
        if not is_busy(error):
            raise
        return _busy(request, registration, name, context)
    return then(result) if then else lead_to(registration, done=done)


def _busy(
    request: HttpRequest, registration: Registration, name: str, context: dict[str, Any]
) -> HttpResponse:
    context["refused"] = [_("Many people are registering right now. Press again in a moment.")]
    response = _render(request, registration, name, context, status=503)
    response["Retry-After"] = BUSY_SECONDS
    return response


def _render(
    request: HttpRequest, registration: Registration, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    base = (page_context if name == "page" else _frame)(registration, request, now=timezone.now())
    return render(request, f"nsr_events/own/{name}.html", {**base, **context}, status=status)


def _frame(registration: Registration, request: HttpRequest, *, now: dt.datetime) -> dict[str, Any]:
    return {
        "ne_base_template": conf.BASE_TEMPLATE,
        "registration": registration,
        "event": registration.event,
        "event_name": text_in(registration.event.name, registration.language).value,
    }


def _sessions_offered(registration: Registration, programme: Programme) -> list[dict[str, Any]]:
    """The bookable sessions of the attended days, each with its time, place and whether it is full."""
    items = bookings.bookable(programme)
    taken = bookings_of(registration.event_id, but=registration)
    limits = bookings.capacities(registration.event, items)
    days = []
    for day in registration.attended_days:
        rows = [
            _session_row(
                item, programme, registration, bookings.seats_of(item, programme, limits), taken[item.uid]
            )
            for item in items.values()
            if item.day == str(day.uid)
        ]
        if rows:
            name = formats.capitalised(formats.weekday_date(day.date, registration.language))
            days.append({"name": name, "rows": sorted(rows, key=lambda row: row["start"])})
    return days


def _session_row(
    item: Item, programme: Programme, registration: Registration, seats_: int | None, taken: int
) -> dict:
    zone = registration.event.zone
    rooms = [programme.rooms[uid].name for uid in item.rooms if uid in programme.rooms]
    return {
        "uid": item.uid,
        "title": text_in(item.title, registration.language),
        "start": item.start,
        "hours": formats.clock_range(item.start.astimezone(zone), item.end.astimezone(zone)),
        "place": ", ".join(rooms),
        "full": seats_ is not None and taken >= seats_,
        "left": None if seats_ is None else max(0, seats_ - taken),
    }
