"""Sending what is due: ``drain`` takes small batches from the database and hands them to the mail server (mail, 5).

The promise: no mail is lost silently; at most one copy too many per mail in flight per crash or unclear answer, with
the same Message-ID. So ``sending`` is committed before the first byte leaves, and the outcome right after the answer.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from nsr_events import conf
from nsr_events.core.site_root import read_once

from . import claims, gate, health, kinds, outcomes, parts, poke, quiet, rendering, slots
from .connections import Connection
from .gate import Gate
from .kinds import MailContext, Policy
from .models import OutgoingMail, Reason
from .outcomes import Outcome, Queue, Row

logger = logging.getLogger("nsr_events.outbox")

MAX_SECONDS = 45
Status = OutgoingMail.Status


@dataclass
class Tally:
    """How many mails took which way."""

    sent: int = 0
    retry: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0

    def __str__(self):
        return ", ".join(f"{name} {count}" for name, count in asdict(self).items())


def drain(
    limit: int | None = None,
    max_seconds: float = MAX_SECONDS,
    *,
    clock: Callable[[], dt.datetime] = timezone.now,
    should_stop: Callable[[], bool] = lambda: False,
) -> Tally:
    """Send due mail for up to ``max_seconds`` or ``limit`` mails; at once nothing when every slot is taken.

    ``should_stop`` is asked between two mails: whoever shuts down gets an answer after the one in hand.
    """
    drain_ = _Drain(limit, max_seconds, clock, should_stop)
    slot = slots.take(drain_.owner, clock())
    if slot is not None:
        drain_.run(slot)
    health.beat("drain", clock(), str(drain_.tally) if slot else "no free slot")
    return drain_.tally


class _Drain:
    """One run: its slot, its connection, what it has counted, and why it ends."""

    def __init__(self, limit, max_seconds, clock, should_stop):
        self.owner = uuid.uuid4().hex
        self.clock = clock
        self.limit = limit
        self.ends = time.monotonic() + max_seconds
        self.should_stop = should_stop
        self.connection = Connection()
        self.tally = Tally()
        self.shared = {}
        self.handled = 0
        self.broken_off = self.resting = False

    def run(self, slot):
        self.slot = slot
        try:
            claims.hand_back_expired(self.clock())
            if self.may_send():
                with read_once():
                    self.send_batches()
        finally:
            self.connection.close()
            claims.hand_back(self.owner)
            slots.release(slot, self.clock(), resting=self.resting)
        if self.is_late() and OutgoingMail.objects.due(self.clock()).exists():
            poke.poke()

    def may_send(self):
        """Where the queue is closed, one drain may try the door, without a mail."""
        answer = gate.ask(self.clock())
        return answer is Gate.OPEN or (answer is Gate.PROBE and self.is_connected())

    def send_batches(self):
        while not self.must_end():
            left = conf.MAIL_BATCH if self.limit is None else min(conf.MAIL_BATCH, self.limit - self.handled)
            batch = claims.claim(self.owner, self.clock(), most=left)
            if not batch:
                return
            for pk, key in batch:
                if self.must_end() or not self.keeps_the_rate() or not self.is_connected():
                    return
                self.handled += 1
                self.deliver(pk, key)

    def must_end(self):
        done = self.limit is not None and self.handled >= self.limit
        return self.broken_off or done or self.is_late() or self.should_stop()

    def is_late(self):
        return time.monotonic() >= self.ends

    def is_connected(self):
        """Have an open connection. An error here concerns no mail: what is claimed goes back as it was."""
        try:
            if self.connection.ready():
                gate.connected()
        except Exception as error:  # a foreign backend may raise anything
            self.obey(outcomes.of_opening(error))
            return False
        return True

    def keeps_the_rate(self):
        """Wait until ``MAIL_RATE`` mails a minute from this slot, over drains too, allow one; False to end instead."""
        if not conf.MAIL_RATE:
            return True
        while self.slot.next_at and self.clock() < self.slot.next_at:
            if self.must_end():
                return False
            time.sleep(min(1.0, max(0.0, (self.slot.next_at - self.clock()).total_seconds())))
        self.slot.next_at = self.clock() + dt.timedelta(minutes=1) / conf.MAIL_RATE
        return True

    def deliver(self, pk, key):
        """Take one claimed mail, of the kind with this key, all the way."""
        mail = message = None
        try:
            with transaction.atomic():
                mail, extra = self.begin(pk, key)
            if mail is None:
                return
            rendered = rendering.render(mail, self.clock(), parts=extra, shared=self.shared)
            message = rendering.message(mail, rendered, kinds.get(mail.kind).recipient(mail))
        except (InterfaceError, OperationalError):
            raise  # the database is away: no fault of this mail
        except Exception as error:  # it fails its own row and disturbs no other
            # The exception's words may hold a person's data: they stand in the row, not in the log.
            logger.error("Mail %s cannot be made (%s)", mail.uid if mail else pk, type(error).__name__)
            self.fail(pk, error)
            return
        self.settle(mail, self.hand_over(message), rendered)

    def begin(self, pk, key):
        """In one transaction: mark as being sent, ask whether it is still wanted, collect further parts."""
        now = self.clock()
        if not slots.renew(self.slot, now):
            self.broken_off = True
            return None, ()
        held = claims.hold_registration(pk) if parts.compares(key) else None
        mail = claims.begin(pk, self.owner, now)
        if mail is None:
            return None, ()
        if held:
            mail.registration = held
        kind = kinds.get(mail.kind)
        if reason := why_not(mail, now):
            claims.settle(mail, Status.SKIPPED, reason=reason, attempts=mail.attempts - 1)
            self.tally.skipped += 1
            return None, ()
        by_day = kind.quiet_hours and not mail.any_hour
        morning = quiet.due_by_day(now, mail.expires, mail.event.zone) if by_day else now
        if morning > now:
            claims.settle(mail, Status.PENDING, due=morning, attempts=mail.attempts - 1)
            return None, ()
        return mail, parts.of(MailContext(mail, mail.language, now, shared=self.shared))

    def hand_over(self, message):
        try:
            self.connection.send(message)
        except Exception as error:  # a foreign backend may raise anything
            return outcomes.of_sending(error)
        return outcomes.SENT

    def settle(self, mail, outcome, rendered):
        """Write what became of the mail in one statement, then do to the queue what the answer asks for."""
        if outcome.row is Row.SENT:
            shown = {"subject": rendered.subject[:300], "body_digest": rendered.digest}
            settled = claims.settle(mail, Status.SENT, sent_at=self.clock(), error="", **shown)
            self.tally.sent += settled
        else:
            status, values = _fate(mail, outcome, self.clock())
            settled = claims.settle(mail, status, error=outcome.error, **values)
            self.count(status)
        if not settled:
            logger.warning("Mail %s was taken from its sender before the outcome was written", mail.uid)
        self.obey(outcome)

    def count(self, status):
        name = {Status.PENDING: "retry"}.get(status, str(status))
        setattr(self.tally, name, getattr(self.tally, name) + 1)

    def fail(self, pk, error):
        mine = OutgoingMail.objects.filter(
            pk=pk, owner=self.owner, status__in=(Status.CLAIMED, Status.SENDING)
        )
        self.tally.failed += mine.update(status=Status.FAILED, error=outcomes.words_of(error), **claims.FREE)

    def obey(self, outcome: Outcome):
        if outcome.queue is Queue.GO_ON:
            return
        self.connection.close()
        if outcome.queue is Queue.REST:
            self.broken_off = self.resting = True
        elif outcome.queue is Queue.PAUSE:
            self.broken_off = True
            gate.pause(outcome.error, self.clock())
        elif outcome.queue is Queue.BREAK:
            self.broken_off = True
            gate.connection_failed(outcome.error, self.clock())


def why_not(mail: OutgoingMail, now: dt.datetime) -> str | None:
    """Return why a mail is not wanted any more, as of now; None when it is."""
    kind = kinds.get(mail.kind)
    if mail.expires <= now:
        return Reason.EXPIRED
    return kind.guard(mail, now) or (None if kind.recipient(mail) else Reason.NO_ADDRESS)


def _fate(mail: OutgoingMail, outcome: Outcome, now: dt.datetime) -> tuple[str, dict]:
    """The status a mail gets after an answer other than yes, and what is written beside it."""
    if outcome.row is Row.GIVE_BACK:
        return Status.PENDING, {"attempts": mail.attempts - 1}
    if outcome.row is Row.FAILED:
        return Status.FAILED, {}
    if outcome.row is Row.UNCLEAR and kinds.get(mail.kind).policy is Policy.PARK:
        return Status.UNKNOWN, {}
    wait = outcomes.delay(mail.attempts, mail.uid, conf.MAIL_RETRY)
    if wait is None or now + wait >= mail.expires:
        return Status.FAILED, {}
    return Status.PENDING, {"due": now + wait}
