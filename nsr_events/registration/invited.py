"""The form by invitation, at an address of its own: a gathering with a restricted page or none works as well.

The browser came with a valid link (``links``); without one the answer is the page of every dead link.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nsr_events.core import presentations
from nsr_events.core.texts import text_in

from . import invitations, links, seats, views
from .links import Purpose
from .models import Invitation, Registration
from .own import access
from .responses import protect
from .sentences import moment
from .values import Wrong, clean_text
from .views import Notice, Place
from .wording import say

METHODS = ["GET", "HEAD", "POST"]
INVITATION_PAGE = "nsr_events/registration/invitation.html"


class DeclineForm(forms.Form):
    """A reason why somebody cannot come, if they want to give one."""

    reason = forms.CharField(
        label=gettext_lazy("Why you cannot come"),
        required=False,
        max_length=500,
        widget=forms.TextInput({"class": "ne-input"}),
    )

    def clean_reason(self) -> str:
        """Refuse what no text of ours may hold."""
        try:
            return clean_text(self.cleaned_data["reason"], most=500)
        except Wrong as wrong:
            raise forms.ValidationError(say(wrong, translation.get_language() or "")) from None


@sensitive_post_parameters()
@require_http_methods(METHODS)
def form(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The form, prefilled; or why the invitation opens none any more."""
    now = timezone.now()
    invitation = find(request, uid, now)
    if invitation is None:
        return access.dead_link(request)
    with translation.override(invitation.language):
        closed = _closed(invitation, now)
        if closed:
            return _explain(request, invitation, closed)
        return views.answer(request, place_of(invitation), now=now)


@require_http_methods(["GET", "HEAD"])
def receipt(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What became of the form, and the way to the own page, as the link has proven the address."""
    invitation = find(request, uid, timezone.now())
    if invitation is None:
        return access.dead_link(request)
    with translation.override(invitation.language):
        return views.answer_receipt(request, place_of(invitation))


@sensitive_post_parameters()
@require_http_methods(["POST"])
def decline(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Note "I cannot come"; it may be taken back by registering until registration closes."""
    now = timezone.now()
    invitation = find(request, uid, now)
    if invitation is None:
        return access.dead_link(request)
    with translation.override(invitation.language):
        answer = DeclineForm(request.POST)
        if not answer.is_valid():
            return views.answer_again(request, place_of(invitation, decline=answer), now=now)
        try:
            seats.decline_invitation(invitation, now=now, reason=answer.cleaned_data["reason"])
        except seats.Busy:
            return views.answer_again(request, place_of(invitation, decline=answer), now=now, status=503)
        except seats.Refused:
            pass  # Answered meanwhile, in another tab: the page says how things stand.
        return protect(redirect("nsr_events:invitation", uid=invitation.uid))


def find(request: HttpRequest, uid: uuid.UUID, now: dt.datetime) -> Invitation | None:
    """Return the invitation whose link this browser came with, None for everybody else."""
    rows = Invitation.objects.select_related("event__venue", "event__registration_setup", "category")
    row = rows.filter(uid=uid).first()
    return row if row is not None and links.noted(request, Purpose.INVITE, row, now=now) else None


def _closed(invitation: Invitation, now: dt.datetime) -> Notice | None:
    """Why an invitation opens no form: withdrawn, used or too late."""
    state = Invitation.State
    if invitation.state in {state.WITHDRAWN, state.DRAFT}:
        return Notice(
            "withdrawn",
            _("The invitation has been withdrawn"),
            _("Ask the organiser if you think this is wrong."),
        )
    if Registration.objects.active().filter(invitation=invitation).exists():
        words = _(
            "You change or cancel your registration on your own page. Its link is in the e-mail we sent you."
        )
        return Notice("used", _("You have used this invitation"), words)
    if invitation.answer_by and now >= invitation.answer_by:
        deadline = moment(invitation.answer_by, invitation.event, invitation.language)
        words = _("We asked for an answer by %(moment)s. Ask the organiser whether there is still a seat.")
        return Notice("late", _("The deadline for your answer is over"), words % {"moment": deadline})
    return None


def _explain(request: HttpRequest, invitation: Invitation, notice: Notice) -> HttpResponse:
    parts = {"form": None, "notice": notice, "state": None}
    return protect(views.render(request, place_of(invitation), INVITATION_PAGE, parts))


def place_of(invitation: Invitation, *, decline: DeclineForm | None = None) -> Place:
    """Where the form of an invitation stands."""
    event, language = invitation.event, invitation.language
    shown = presentations.of([event.pk], language).get(event.pk)
    url = shown.url if shown else ""
    return Place(
        event=event,
        setup=event.registration_setup,
        language=language,
        title=shown.title if shown else text_in(event.name, language).value,
        form_url=reverse("nsr_events:invitation", args=[invitation.uid]),
        receipt_url=reverse("nsr_events:invitation_receipt", args=[invitation.uid]),
        event_url=url,
        calendar_url=f"{url}calendar.ics" if url else "",
        invitation=invitation,
        template=INVITATION_PAGE,
        context={
            "invitation": invitation,
            "decline": decline or DeclineForm(),
            "decline_url": reverse("nsr_events:invitation_decline", args=[invitation.uid]),
            "has_declined": invitation.state == Invitation.State.DECLINED,
            "colleagues_url": _colleagues_url(invitation),
        },
    )


def _colleagues_url(invitation: Invitation) -> str:
    setup = invitation.event.registration_setup
    may = invitations.may_propose(invitation, setup, now=timezone.now())
    return reverse("nsr_events:invitation_colleagues", args=[invitation.uid]) if may else ""
