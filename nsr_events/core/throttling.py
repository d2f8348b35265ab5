"""How often something may be tried: counters in the database, keyed so that nobody reads an address out of them.

A counter in a process's cache would multiply the limit by the number of processes (privacy-security, section 7).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import math
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.http import HttpRequest

from nsr_events import conf


class ThrottleCount(models.Model):
    """How often one key was used in one window of time."""

    key = models.CharField(max_length=64)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="ne_throttle_once")]
        indexes = [models.Index(fields=["window"], name="ne_throttle_window")]

    def __str__(self):
        return self.key


@dataclass(frozen=True)
class Limit:
    """``most`` uses of ``name`` in ``seconds``, for each thing it is counted per."""

    name: str
    most: int
    seconds: int


@dataclass(frozen=True)
class Verdict:
    """Whether a use is within its limit, and after how many seconds it would be again."""

    allowed: bool
    retry_after: int = 0


def use(limit: Limit, *per: object, now: dt.datetime) -> Verdict:
    """Count one use of ``limit`` per the things given (an address, an event) and say whether it was one too many.

    Windows are fixed stretches of ``limit.seconds``; the key is an HMAC with a salt of the day: no address is stored.
    """
    count = _raise(_key(limit, per, now), _window(limit, now))
    if count <= limit.most:
        return Verdict(allowed=True)
    wait = (window_ends(limit, now) - now).total_seconds()
    return Verdict(allowed=False, retry_after=max(1, math.ceil(wait)))


def give_back(limit: Limit, *per: object, now: dt.datetime) -> None:
    """Take back a use that ``use`` counted at the same ``now``, as nothing came of it."""
    rows = ThrottleCount.objects.filter(key=_key(limit, per, now), window=_window(limit, now), count__gt=0)
    rows.update(count=F("count") - 1)


def window_ends(limit: Limit, now: dt.datetime) -> dt.datetime:
    """When the stretch of time that ``now`` lies in is over, and counting begins anew."""
    return _window(limit, now) + dt.timedelta(seconds=limit.seconds)


def used_up(limit: Limit, *per: object, now: dt.datetime) -> bool:
    """Whether nothing of ``limit`` is left, without counting a use."""
    row = ThrottleCount.objects.filter(key=_key(limit, per, now), window=_window(limit, now))
    return (row.values_list("count", flat=True).first() or 0) >= limit.most


def forget(*, now: dt.datetime) -> int:
    """Delete counters older than a day; returns how many."""
    return ThrottleCount.objects.filter(window__lt=now - dt.timedelta(days=1)).delete()[0]


def client_address(request: HttpRequest) -> str:
    """The address a request came from: ``REMOTE_ADDR``, else what the nearest of ``TRUSTED_PROXIES`` saw.

    Proxies are counted from the right of ``X-Forwarded-For``, since anybody may write its left part.
    """
    proxies = conf.TRUSTED_PROXIES
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and len(seen) >= proxies:
        return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def client_network(request: HttpRequest) -> str:
    """What an address is counted as: itself for IPv4, its /64 for IPv6, where one household has 2**64."""
    address = client_address(request)
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)


def _window(limit, now):
    started = int(now.timestamp()) // limit.seconds * limit.seconds
    return dt.datetime.fromtimestamp(started, tz=dt.UTC)


def _key(limit, per, now):
    secret = hashlib.sha256(
        f"nsr_events.throttle:{settings.SECRET_KEY}:{_window(limit, now):%Y-%m-%d}".encode()
    )
    words = "\x1f".join([limit.name, *(str(part) for part in per)])
    return hmac.new(secret.digest(), words.encode(), hashlib.sha256).hexdigest()


def _raise(key, window):
    """Add one and return the count; two at once both count, as the database adds."""
    with transaction.atomic():
        rows = ThrottleCount.objects.filter(key=key, window=window)
        if not rows.update(count=F("count") + 1):
            ThrottleCount.objects.bulk_create(
                [ThrottleCount(key=key, window=window, count=0)], ignore_conflicts=True
            )
            rows.update(count=F("count") + 1)
        return rows.values_list("count", flat=True).get()
