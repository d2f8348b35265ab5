"""The words of consents: immutable and numbered, so that each consent keeps the text it was given to."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, Max

from nsr_events.core.models import Event

from . import sensitive
from .locking import seats_locked
from .models import Consent, ConsentText, Registration, SensitiveAnswers, StatusChange

TRIES = 5
"""Two people who are the first to see new words meet at a number; the second takes the next."""


def text_for(
    event: Event, use: str, *, key: str = "", words: Mapping[str, str], now: dt.datetime
) -> ConsentText:
    """Return the row that holds these ``words`` (by language) for a use, made when it is the first time.

    Call it before the lock. ``key`` is the question's for consents that a form asks.
    """
    digest = digest_of(words)
    same = ConsentText.objects.filter(event=event, use=use, key=key, digest=digest)
    return same.first() or numbered(
        lambda number: ConsentText.objects.create(
            event=event, use=use, key=key, number=number, text=dict(words), digest=digest, made_at=now
        ),
        ConsentText.objects.filter(event=event),
        same,
    )


def withdraw(consent: Consent, *, now: dt.datetime, by: Any = None, reason: str = "") -> None:
    """Take a consent back; what rested on it ends at once (privacy-security, section 4).

    Without the consent to be listed nobody sees the name; without the one to sensitive answers these are gone, sealed
    as if nothing had been answered, so that nothing tells that there were any. ``by`` is the organiser whom the person
    told, with how it reached them as ``reason``. Raises ``Busy``.
    """
    row, use = consent.registration, consent.text.use
    token = (
        sensitive.encrypt(row.uid, {}) if use == ConsentText.Use.SENSITIVE and sensitive.available() else ""
    )
    # Under the lock, since an edit on its way was made with the consent and would bring back what rested on it.
    with seats_locked(row.event_id):
        Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=now)
        changed = {"listed": False} if use == ConsentText.Use.LIST else {}
        Registration.objects.filter(pk=row.pk).update(row_version=F("row_version") + 1, **changed)
        if use == ConsentText.Use.SENSITIVE:
            _forget_sensitive(row, token)
        if by is not None:
            _note(row, now=now, by=by, reason=reason)
    consent.refresh_from_db(fields=["withdrawn_at"])


def _forget_sensitive(row: Registration, token: str) -> None:
    """Without a key nothing can be sealed anew; then the whole row goes, as what was answered must not stay."""
    rows = SensitiveAnswers.objects.filter(registration=row)
    if token:
        rows.update(token=token)
    else:
        rows.delete()


def _note(row: Registration, *, now: dt.datetime, by: Any, reason: str) -> None:
    status = Registration.objects.values_list("status", flat=True).get(pk=row.pk)
    StatusChange.objects.create(
        registration=row,
        at=now,
        before=status,
        after=status,
        who=StatusChange.Who.STAFF,
        by=by,
        reason=reason,
    )


def digest_of(content: object) -> str:
    """Return a fingerprint of plain JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def numbered(
    make: Callable[[int], models.Model], among: models.QuerySet, same: models.QuerySet
) -> models.Model:
    """Return what ``make`` makes with the number after the highest ``among``, or what another made meanwhile."""
    for attempt in range(TRIES):
        number = (among.aggregate(highest=Max("number"))["highest"] or 0) + 1
        try:
            with transaction.atomic():
                return make(number)
        except IntegrityError:
            if found := same.first():
                return found
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")
