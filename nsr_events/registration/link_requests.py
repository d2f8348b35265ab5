"""Answers "send my link again": the request noted an address, this looks it up and mails what is registered for it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from . import mails
from .addresses import email_key
from .models import Invitation, LinkRequest, Registration

AT_ONCE = 100


def answer_requests(*, now: dt.datetime) -> int:
    """Mail the links of every address that asked; returns how many mails were written.

    Each request goes with its answer in one transaction, so that a crash neither loses nor repeats it.
    """
    written = 0
    for pk in LinkRequest.objects.values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            request = LinkRequest.objects.select_for_update(no_key=True).filter(pk=pk).first()
            if request is None:
                continue
            written += _answer(request, now)
            request.delete()
    return written


def _answer(request: LinkRequest, now: dt.datetime) -> int:
    rows = Registration.objects.filter(
        email_key=email_key(request.email), event__end__gt=now - dt.timedelta(days=14)
    )
    active = list(rows.active().exclude(status=Registration.Status.UNVERIFIED).select_related("event"))
    for row in active:
        mails.tell(row, "registration.link", now=now, facts={"occasion": str(uuid.uuid4())})
    invited = _invited(request, now)
    for invitation in invited:
        mails.invite(invitation, now=now, occasion=str(uuid.uuid4()))
    return len(active) + len(invited)


def _invited(request: LinkRequest, now: dt.datetime) -> list[Invitation]:
    """Invitations that still open the form and were not used yet."""
    sent = Invitation.objects.filter(
        email_key=email_key(request.email),
        state__in=[Invitation.State.SENT, Invitation.State.DECLINED],
        event__end__gt=now,
    )
    return [each for each in sent.select_related("event") if each.is_valid(now)]
