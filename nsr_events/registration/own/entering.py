"""The doors to own pages: secret links, and "send my link again". What arrives by GET changes nothing."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from nsr_events import conf
from nsr_events.core.texts import content_languages, default_language
from nsr_events.core.throttling import Limit, client_network, use
from nsr_events.registration import links, seats
from nsr_events.registration.addresses import email_key
from nsr_events.registration.links import Purpose
from nsr_events.registration.models import LinkRequest, Registration
from nsr_events.registration.responses import participant_page

from . import access

BY_ADDRESS = Limit("send-link-address", most=3, seconds=3600)
BY_NETWORK = Limit("send-link-network", most=20, seconds=3600)


class AddressForm(forms.Form):
    """The one field of "send my link again"."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Write the e-mail address you registered with"),
            "invalid": _("Write the e-mail address like this: name@company.no"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "form-control"}),
    )


@participant_page
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: HttpRequest) -> HttpResponse:
    """Ask for an address and promise its links by mail: the same page, in the same time, for known and unknown ones.

    The request only notes the address; a worker looks it up.
    """
    form = AddressForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent:
        _note_request(request, form.cleaned_data["email"])
    context = {"ne_base_template": conf.BASE_TEMPLATE, "form": form, "sent": sent}
    return render(request, "nsr_events/own/send_again.html", context)


def _note_request(request: HttpRequest, email: str) -> None:
    """Note an address, within the limits; beyond them nothing is noted and nothing said."""
    now = timezone.now()
    address_free = use(BY_ADDRESS, email_key(email), now=now).allowed
    if use(BY_NETWORK, client_network(request), now=now).allowed and address_free:
        with transaction.atomic():
            LinkRequest.objects.create(email=email, language=_content_language(), requested_at=now)


def _content_language() -> str:
    active = get_language() or ""
    return active if active in dict(content_languages()) else default_language()


@participant_page
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Note a valid link in the browser's own session and lead to the page, whose address holds no secret."""
    now = timezone.now()
    stopped = access.guessing(request, now=now)
    if stopped:
        return stopped
    registration = access.by_token(Purpose.ME, links.open_token(Purpose.ME, token), now=now)
    if registration is None or registration.anonymised_at:
        return access.wrong_token(request, now=now)
    if request.method == "GET":
        links.note(request, Purpose.ME, registration, now=now)
    return redirect("nsr_events:me_page", reference=registration.reference)


@participant_page
@require_safe
def enter_invited(request: HttpRequest, token: str) -> HttpResponse:
    """The same for an invitation, whose form stands at an address without the secret."""
    now = timezone.now()
    stopped = access.guessing(request, now=now)
    if stopped:
        return stopped
    invitation = access.by_token(Purpose.INVITE, links.open_token(Purpose.INVITE, token), now=now)
    if invitation is None:
        return access.wrong_token(request, now=now)
    if request.method == "GET":
        links.note(request, Purpose.INVITE, invitation, now=now)
    return redirect("nsr_events:invitation", uid=invitation.uid)


@participant_page
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that confirms an address; only pressing it does. A new registration is placed then."""
    now = timezone.now()
    row = access.by_token(Purpose.VERIFY, links.open_token(Purpose.VERIFY, token), now=now)
    if row is None or not (row.status == Registration.Status.UNVERIFIED or row.new_email):
        return access.guessing(request, now=now) or access.wrong_token(request, now=now)
    with translation.override(row.language):
        refused = None
        if request.method == "POST":
            try:
                return _confirmed(request, row, now)
            except seats.Refused as error:
                refused = error.problems[0]
            except seats.Busy:
                return access.page(request, "nsr_events/own/busy.html", status=503, retry_after=5)
        context = {"ne_base_template": conf.BASE_TEMPLATE, "registration": row, "refused": refused}
        return render(request, "nsr_events/own/verify.html", context)


def _confirmed(request: HttpRequest, row: Registration, now) -> HttpResponse:
    verb = seats.verify if row.status == Registration.Status.UNVERIFIED else seats.confirm_address
    done = verb(row, now=now)
    done.event = row.event
    links.note(request, Purpose.ME, done, now=now)
    return access.lead_to(done, done="verified")


@csrf_exempt
@participant_page
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop reminders: a button for people, one POST without cookie or token for mail programs (RFC 8058)."""
    now = timezone.now()
    row = access.by_token(Purpose.STOP, links.open_token(Purpose.STOP, token), now=now)
    if row is None:
        return access.guessing(request, now=now) or access.wrong_token(request, now=now)
    with translation.override(row.language):
        if request.method == "POST" and row.reminders_stopped is None:
            type(row).objects.filter(pk=row.pk).update(reminders_stopped=now)
        stopped = request.method == "POST" or row.reminders_stopped is not None
        context = {"ne_base_template": conf.BASE_TEMPLATE, "stopped": stopped, "event": row.event}
        return render(request, "nsr_events/own/stop.html", context)
