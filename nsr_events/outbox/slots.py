"""Sender slots: how many drains may talk to the mail server at once, since relays limit connections (mail, 5)."""

from __future__ import annotations

import datetime as dt

from nsr_events import conf

from .models import SenderSlot

LEASE = dt.timedelta(seconds=120)
REST = dt.timedelta(seconds=60)
FREE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def take(owner: str, now: dt.datetime) -> SenderSlot | None:
    """Take a free slot; None when all are taken or resting."""
    _make_slots()
    free = SenderSlot.objects.filter(number__lt=conf.MAIL_SENDERS, until__lte=now).order_by("number")
    return next((slot for slot in free if seize(slot, owner, now)), None)


def seize(slot: SenderSlot, owner: str, now: dt.datetime) -> bool:
    """Take this slot by compare-and-set; False when somebody was faster since it was read."""
    as_read = SenderSlot.objects.filter(pk=slot.pk, until=slot.until, owner=slot.owner)
    if not as_read.update(owner=owner, until=now + LEASE):
        return False
    slot.owner, slot.until = owner, now + LEASE
    return True


def renew(slot: SenderSlot, now: dt.datetime) -> bool:
    """Keep the slot for another lease; False when somebody else has it by now."""
    mine = SenderSlot.objects.filter(pk=slot.pk, owner=slot.owner)
    return bool(mine.update(until=now + LEASE, next_at=slot.next_at))


def release(slot: SenderSlot, now: dt.datetime, *, resting: bool = False) -> None:
    """Give the slot back; ``resting``: nobody takes it for a minute, as the server asked."""
    until = now + REST if resting else now
    SenderSlot.objects.filter(pk=slot.pk, owner=slot.owner).update(
        owner="", until=until, next_at=slot.next_at
    )


def _make_slots() -> None:
    if SenderSlot.objects.filter(number__lt=conf.MAIL_SENDERS).count() < conf.MAIL_SENDERS:
        rows = [SenderSlot(number=number, until=FREE) for number in range(conf.MAIL_SENDERS)]
        SenderSlot.objects.bulk_create(rows, ignore_conflicts=True)
