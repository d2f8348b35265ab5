"""Who saw, exported or changed personal data: append-only, without a single value (privacy-security, section 2).

Its own table, because Wagtail's log copies ``str(object)`` into its label and is readable in the site's history.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .throttling import client_address

ONCE_AN_HOUR = dt.timedelta(hours=1)


class AuditEntry(models.Model):
    """One act on personal data: names of fields and counts, never values, names, addresses or free text."""

    class Actor(models.TextChoices):
        USER = "user", _("User")
        PERSON = "person", _("Participant, by link")
        SYSTEM = "system", _("System")

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=6, choices=Actor.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=60)
    # No foreign key: the entry outlives what it tells of.
    event_uid = models.UUIDField(null=True, db_index=True)
    object_uid = models.CharField(max_length=36, blank=True)
    fields = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    address = models.CharField(max_length=45, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [models.Index(fields=["event_uid", "action", "at"], name="ne_audit_event")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


def record(
    action: str,
    *,
    event: Any = None,
    actor: Any = None,
    object_uid: Any = "",
    fields: Iterable[str] = (),
    counts: Mapping[str, int] | None = None,
    request: HttpRequest | None = None,
    now: dt.datetime | None = None,
) -> AuditEntry:
    """Write an entry. ``actor`` is a user, "person" (by link) or None for the system itself.

    With ``request`` the address is kept, cut to its network (/24, /48).
    """
    who = _actor(actor)
    return AuditEntry.objects.create(
        at=now or timezone.now(),
        actor=who,
        user=actor if who == AuditEntry.Actor.USER else None,
        action=action,
        event_uid=getattr(event, "uid", None),
        object_uid=str(object_uid or ""),
        fields=sorted(fields),
        counts=dict(counts or {}),
        address=network_of(client_address(request)) if request else "",
    )


def record_once(
    action: str, *, event: Any, actor: Any, now: dt.datetime, **details: Any
) -> AuditEntry | None:
    """Write an entry unless the same user did the same at the same event within the hour."""
    recent = AuditEntry.objects.filter(
        action=action, event_uid=event.uid, user=actor, at__gt=now - ONCE_AN_HOUR
    )
    return None if recent.exists() else record(action, event=event, actor=actor, now=now, **details)


def record_once_each(
    action: str, *, events: Iterable[Any], actor: Any, now: dt.datetime, **details: Any
) -> list[AuditEntry]:
    """The same for several events; one query finds where nothing is to be written."""
    events = list(events)
    recent = AuditEntry.objects.filter(
        action=action, event_uid__in=[event.uid for event in events], user=actor, at__gt=now - ONCE_AN_HOUR
    )
    known = set(recent.values_list("event_uid", flat=True))
    fresh = [event for event in events if event.uid not in known]
    return [record(action, event=event, actor=actor, now=now, **details) for event in fresh]


def network_of(address: str) -> str:
    """Return the network of an address: /24 of IPv4, /48 of IPv6; "" for what is no address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    bits = 24 if ip.version == 4 else 48
    return str(ipaddress.ip_network(f"{ip}/{bits}", strict=False))


def _actor(actor: Any) -> str:
    if actor is None:
        return AuditEntry.Actor.SYSTEM
    return AuditEntry.Actor.PERSON if actor == "person" else AuditEntry.Actor.USER
