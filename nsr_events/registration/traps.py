"""What tells a person from a robot without asking anybody: a field nobody sees, and how long the form was open.

Caught means: the form comes back with everything typed, and a second press counts, since a password manager may have
filled the field (privacy-security, section 7). The same signed stamp says when the form was rendered, which decides
whether a form opened before closing time is still taken.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.core import signing
from django.http import HttpRequest
from django.middleware.csrf import get_token

KEY_FIELD, STAMP_FIELD = "idempotency_key", "stamp"
HONEYPOT = "ne_mellomled"
"""An odd name that no browser knows how to fill."""

FASTEST = dt.timedelta(seconds=2)
SLOWEST = dt.timedelta(hours=24)


class Forged(Exception):  # noqa: N818
    """A key or stamp that no form of ours holds."""


@dataclass(frozen=True)
class Stamp:
    """When a form was rendered, for which event and browser, and whether it has already been caught once."""

    event: uuid.UUID
    rendered_at: dt.datetime
    browser: str = ""
    caught: bool = False

    def sign(self) -> str:
        """Return the stamp as the form carries it."""
        seconds = int(self.rendered_at.timestamp() * 1000)
        return _signer().sign(f"{self.event.hex}-{seconds}-{self.browser}-{int(self.caught)}")

    def after_catch(self, *, now: dt.datetime) -> Stamp:
        """Return the stamp of the form that comes back: the next press counts."""
        fresh = now - self.rendered_at <= SLOWEST
        return replace(self, rendered_at=self.rendered_at if fresh else now, caught=True)

    def stands(self, filled: bool, *, now: dt.datetime) -> bool:
        """Whether a submission looks like a person's; ``filled`` is whether the unseen field holds something."""
        age = now - self.rendered_at
        if self.caught:
            return age <= SLOWEST
        return not filled and FASTEST <= age <= SLOWEST


def read_stamp(text: str, event: uuid.UUID) -> Stamp:
    """Return what a stamp says. Raises ``Forged`` when it is not ours or another event's."""
    try:
        uid, seconds, browser, caught = _signer().unsign(text).split("-")
        at = dt.datetime.fromtimestamp(int(seconds) / 1000, tz=dt.UTC)
        stamp = Stamp(uuid.UUID(uid), at, browser, caught == "1")
    except (signing.BadSignature, ValueError, OverflowError, OSError):
        raise Forged from None
    if stamp.event != event:
        raise Forged
    return stamp


def read_key(data: Mapping[str, str]) -> uuid.UUID:
    """Return the key of a posted form. Raises ``Forged`` when it is none."""
    try:
        return uuid.UUID(data.get(KEY_FIELD, ""))
    except ValueError:
        raise Forged from None


def browser_of(request: HttpRequest) -> str:
    """Return a fingerprint of the browser's CSRF cookie: who gets the receipt when the same form arrives twice."""
    get_token(request)
    secret = request.META.get("CSRF_COOKIE", "")
    return hashlib.sha256(f"nsr_events.form:{secret}".encode()).hexdigest()[:16]


def _signer() -> signing.Signer:
    return signing.Signer(salt="nsr_events.form", sep=".")
