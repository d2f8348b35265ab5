"""What organisers do with mails: send again what did not arrive, send another copy, leave one out (mail, section 9)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction

from . import claims, kinds, poke
from .models import OutgoingMail, Reason
from .sender import message_id

Status = OutgoingMail.Status


def resend(mails: Iterable[OutgoingMail], *, now: dt.datetime) -> int:
    """Put failed and unknown mails in the queue again: the same row, the same Message-ID, tries counted anew.

    What had expired lives on as a new mail of its kind would.
    """
    count = 0
    with transaction.atomic():
        for mail in mails:
            expires = max(mail.expires, kinds.get(mail.kind).life(mail, now))
            count += OutgoingMail.objects.filter(
                pk=mail.pk, status__in=(Status.FAILED, Status.UNKNOWN)
            ).update(
                status=Status.PENDING,
                attempts=0,
                due=now,
                expires=expires,
                error="",
                reason="",
                **claims.FREE,
            )
        poke.on_commit()
    return count


def send_again(mails: Iterable[OutgoingMail], *, now: dt.datetime) -> int:
    """Send another copy of mails that were sent: new rows, with texts of today."""
    rows = []
    for mail in mails:
        if mail.status == Status.SENT:
            row = OutgoingMail(
                kind=mail.kind, event=mail.event, registration=mail.registration, invitation=mail.invitation,
                person=mail.person, rule=mail.rule, part_of=mail.part_of, occurrence=mail.occurrence, to=mail.to,
                language=mail.language, facts=mail.facts, priority=mail.priority, any_hour=mail.any_hour,
                due=now, created=now, dedupe_key=f"again:{mail.uid}:{uuid.uuid4()}",
            )  # fmt: skip
            row.message_id = message_id(row.uid)
            row.expires = kinds.get(mail.kind).life(row, now)
            rows.append(row)
    with transaction.atomic():
        OutgoingMail.objects.bulk_create(rows)
        poke.on_commit()
    return len(rows)


def skip(mails: Iterable[OutgoingMail], *, now: dt.datetime) -> int:
    """Leave out mails that wait; what is already being sent is not touched."""
    return claims.leave_out(OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]), Reason.BY_STAFF)
