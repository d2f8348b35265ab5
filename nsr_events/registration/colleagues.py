"""Colleagues whom somebody invited proposes: a page of its own below the invitation (registration, section 6)."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nsr_events import conf
from nsr_events.core import presentations
from nsr_events.core.texts import text_in
from nsr_events.core.throttling import Limit, use, window_ends

from . import invitations
from .applications import ProblemKind, Refused
from .invited import find
from .locking import Busy
from .models import Invitation
from .own import access
from .own.forms import ColleagueForm
from .responses import protect

A_DAY = Limit("propose-colleague", most=5, seconds=86_400)
"""So many proposals a day an invitation (privacy-security, section 7)."""

PAGE = "nsr_events/registration/colleagues.html"


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the form for a colleague, or take it; the answer is the same for colleagues known and unknown here."""
    now = timezone.now()
    invitation = find(request, uid, now)
    if invitation is None:
        return access.dead_link(request)
    with translation.override(invitation.language):
        setup = invitation.event.registration_setup
        if not invitations.may_propose(invitation, setup, now=now):
            return protect(redirect("nsr_events:invitation", uid=invitation.uid))
        form = ColleagueForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return protect(_take(request, invitation, form, now))
        return protect(_page(request, invitation, form))


def _take(
    request: HttpRequest, invitation: Invitation, form: ColleagueForm, now: dt.datetime
) -> HttpResponse:
    if not use(A_DAY, invitation.uid, now=now).allowed:
        response = _page(request, invitation, form, status=429, refused=[_(
            "You have proposed as many as you may in one day. Try again tomorrow."
        )])  # fmt: skip
        response["Retry-After"] = str(math.ceil((window_ends(A_DAY, now) - now).total_seconds()))
        return response
    try:
        invitations.propose(invitation, now=now, **form.cleaned_data)
    except Refused as refused:
        _say(form, refused)
        return _page(request, invitation, form)
    except Busy:
        words = _("Many people are registering right now. Press again in a moment.")
        response = _page(request, invitation, form, status=503, refused=[words])
        response["Retry-After"] = "5"
        return response
    return redirect(f"{reverse('nsr_events:invitation_colleagues', args=[invitation.uid])}?done=1")


def _say(form: ColleagueForm, refused: Refused) -> None:
    """What only the proposer's own doings can cause: nothing here tells who else is invited."""
    if refused.problems[0].kind == ProblemKind.ADDRESS_TAKEN:
        form.add_error("email", _("You have proposed this address already, or it is your own. Write another"))


def _page(
    request: HttpRequest, invitation: Invitation, form: ColleagueForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    event, language = invitation.event, invitation.language
    shown = presentations.of([event.pk], language).get(event.pk)
    values = {
        "ne_base_template": conf.BASE_TEMPLATE,
        "invitation": invitation,
        "event": event,
        "title": shown.title if shown else text_in(event.name, language).value,
        "form": form,
        "left": invitations.proposals_left(invitation),
        "proposed": invitation.proposed.order_by("created", "pk"),
        "at_once": not event.registration_setup.approve_colleagues,
        "done": request.method != "POST" and request.GET.get("done") == "1",
        **context,
    }
    return render(request, PAGE, values, status=status)
