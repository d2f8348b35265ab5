"""Who holds which mail: claims, leases, and the way of a row from waiting to its end (mail, sections 1 and 5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from nsr_events import conf

from . import kinds
from .models import OutgoingMail

Status = OutgoingMail.Status
FREE = {"owner": "", "lease_until": None}
AFTER_CRASHES = "The sender broke off every time."


def claim(owner: str, now: dt.datetime, *, most: int) -> list[tuple[int, str]]:
    """Take up to ``most`` due mails for ``owner``, the urgent and the oldest first; returns key and kind of each.

    One transaction for the whole batch: row by row livelocks, everything at once collapses under load.
    """
    with transaction.atomic():
        due = OutgoingMail.objects.due(now).order_by("priority", "due", "pk")
        mails = list(due.select_for_update(skip_locked=True, no_key=True).values_list("pk", "kind")[:most])
        if mails:
            OutgoingMail.objects.filter(pk__in=[pk for pk, _kind in mails]).update(
                status=Status.CLAIMED, owner=owner, lease_until=now + lease()
            )
    return mails


def hold_registration(pk: int) -> Any:
    """Lock and return the registration that a mail is about, as it is now; None where it is about none.

    Before the mail's own row, as those who change a registration reach its mails from there. Needs a transaction.
    """
    registrations = OutgoingMail._meta.get_field("registration").related_model.objects
    return registrations.select_for_update(no_key=True, of=("self",)).filter(mails=pk).first()


def begin(pk: int, owner: str, now: dt.datetime) -> OutgoingMail | None:
    """Mark a claimed mail as being sent; None when it is not the owner's any more. Needs a transaction."""
    mine = OutgoingMail.objects.filter(pk=pk, owner=owner, status=Status.CLAIMED)
    taken = mine.update(status=Status.SENDING, attempts=F("attempts") + 1, lease_until=now + lease())
    if taken != 1:
        return None
    # Without the recipients' rows: three of the four are always empty, and wide joins cost more than one more query.
    return OutgoingMail.objects.select_related("event__venue", "rule", "part_of").get(pk=pk)


def settle(mail: OutgoingMail, status: str, **values: Any) -> bool:
    """Write what became of a mail that its owner was sending; False when it was not the owner's any more."""
    mine = OutgoingMail.objects.filter(pk=mail.pk, owner=mail.owner, status=Status.SENDING)
    return bool(mine.update(status=status, **FREE, **values))


def hand_back(owner: str) -> int:
    """Let go of what ``owner`` claimed and did not begin."""
    return OutgoingMail.objects.filter(owner=owner, status=Status.CLAIMED).update(
        status=Status.PENDING, **FREE
    )


def hand_back_expired(now: dt.datetime) -> int:
    """Take mails from those whose lease is over: they crashed, or lost the database.

    What was being sent may have gone out: retry kinds are sent again while attempts remain, all others wait for staff.
    """
    over = OutgoingMail.objects.filter(lease_until__lte=now)
    sending = over.filter(status=Status.SENDING)
    again = Q(kind__in=kinds.keys_that_retry())
    enough = Q(attempts__gt=len(conf.MAIL_RETRY))
    return (
        over.filter(status=Status.CLAIMED).update(status=Status.PENDING, **FREE)
        + sending.filter(again & enough).update(status=Status.FAILED, error=AFTER_CRASHES, **FREE)
        + sending.filter(again).update(status=Status.PENDING, **FREE)
        + sending.update(status=Status.UNKNOWN, **FREE)
    )


def leave_out(mails: QuerySet[OutgoingMail], reason: str) -> int:
    """Send none of ``mails`` that has not begun to leave, for ``reason``; returns how many that were."""
    return mails.unsent().update(status=Status.SKIPPED, reason=reason, **FREE)


def lease() -> dt.timedelta:
    """How long a claim holds."""
    return dt.timedelta(seconds=conf.MAIL_LEASE)
