"""Diet, access needs and whatever else is marked sensitive: encrypted, bound to its row, alike in length.

The registration's uid stands inside the plaintext, so that rows cannot be swapped; padding hides how much somebody
wrote and whether they wrote anything (privacy-security, section 3). There is no fallback in clear.
"""

from __future__ import annotations

import binascii
import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from nsr_events import conf

from .models import SensitiveAnswers

STEP = 256
BATCH = 200


class Unreadable(Exception):  # noqa: N818
    """The answers cannot be read: no key, another key, damaged, or of another registration. Nothing is overwritten."""


@dataclass(frozen=True)
class Opened:
    """Sensitive answers by question key, and when they were given (None: nothing was answered)."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    at: dt.datetime | None = None


def available() -> bool:
    """Whether there is a usable key; without one sensitive questions are neither shown nor saved."""
    return _keys() is not None


@sensitive_variables()
def encrypt(uid: uuid.UUID, answers: Mapping[str, Any], *, at: dt.datetime | None = None) -> str:
    """Return the token to store for the registration ``uid``. Raises ``Unreadable`` when there is no key.

    Call it before the lock; write it also when nothing was answered.
    """
    plain = {"uid": str(uid), "at": at.isoformat() if at and answers else None, "answers": dict(answers)}
    return _fernet().encrypt(padded(json.dumps(plain, ensure_ascii=False).encode())).decode()


@sensitive_variables()
def decrypt(token: str, uid: uuid.UUID) -> Opened:
    """Return what a token holds for the registration ``uid``. Raises ``Unreadable``."""
    try:
        plain = json.loads(_fernet().decrypt(token.encode()))
        if plain["uid"] != str(uid):
            raise Unreadable
        at = plain["at"]
        return Opened(plain["answers"], dt.datetime.fromisoformat(at) if at else None)
    except (InvalidToken, ValueError, KeyError, TypeError):
        raise Unreadable from None


@sensitive_variables()
def padded(plain: bytes) -> bytes:
    """Return JSON with blanks after it up to the next full ``STEP`` bytes."""
    return plain.ljust(-(-len(plain) // STEP) * STEP)


def rotate() -> tuple[int, int]:
    """Re-encrypt every row with the newest key, a batch a transaction; returns (done, unreadable).

    May be repeated and interrupted; what cannot be read is left as it is.
    """
    fernet, last, done, unreadable = _fernet(), 0, 0, 0
    while True:
        with transaction.atomic():
            rows = list(
                SensitiveAnswers.objects.select_for_update(no_key=True)
                .filter(pk__gt=last)
                .order_by("pk")[:BATCH]
            )
            if not rows:
                return done, unreadable
            good = [row for row in rows if _rotated(fernet, row)]
            SensitiveAnswers.objects.bulk_update(good, ["token"])
        last, done, unreadable = rows[-1].pk, done + len(good), unreadable + len(rows) - len(good)


@sensitive_variables()
def _rotated(fernet: MultiFernet, row: SensitiveAnswers) -> bool:
    try:
        row.token = fernet.rotate(row.token.encode()).decode()
    except InvalidToken:
        return False
    return True


def _fernet() -> MultiFernet:
    keys = _keys()
    if keys is None:
        raise Unreadable
    return keys


def _keys() -> MultiFernet | None:
    try:
        return MultiFernet([Fernet(key) for key in conf.SENSITIVE_KEYS]) if conf.SENSITIVE_KEYS else None
    except (ValueError, binascii.Error):
        return None
