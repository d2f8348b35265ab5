"""How much mail of an event did not arrive, for its overview."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from nsr_events.core.models import Event
from nsr_events.core.numbers import Number
from nsr_events.core.permissions import may

from .models import OutgoingMail

SEND = "send_mail"
Status = OutgoingMail.Status


def overview_numbers(event: Event, user: Any, now: dt.datetime) -> Iterator[Number]:
    """Mails that were not, or perhaps not, delivered; once the event has mail. One query."""
    if not may(user, SEND, event):
        return
    rows = OutgoingMail.objects.filter(event=event).order_by().values_list("status").annotate(n=Count("pk"))
    counts = dict(rows)
    if not counts:
        return
    failed, unknown = counts.get(Status.FAILED, 0), counts.get(Status.UNKNOWN, 0)
    state = "unknown" if unknown and not failed else "failed"
    detail = _("%(number)d of them perhaps delivered") % {"number": unknown} if unknown else ""
    url = f"{reverse('nsr_events_messages:outbox', args=[event.pk])}?state={state}"
    yield Number(_("Mail not delivered"), failed + unknown, detail, url, 50)
