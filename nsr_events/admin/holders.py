"""What in the database keeps a row from being deleted, told without naming events of other collections."""

from __future__ import annotations

from typing import Any

from django.db import models, router
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nsr_events.core.models import Event
from nsr_events.core.permissions import ACTIONS, may

WAYS_TO_EVENT = ("event", "day", "session")


def protected_by(row: models.Model) -> list[models.Model]:
    """Return the rows whose foreign keys forbid deleting ``row``.

    Wagtail asks its reference index, which knows pages and snippets only; this asks the database's own rules.
    """
    collector = Collector(using=router.db_for_write(type(row), instance=row))
    try:
        collector.collect([row])
    except ProtectedError as refusal:
        return list(refusal.protected_objects)
    except RestrictedError as refusal:
        return list(refusal.restricted_objects)
    return []


def event_behind(row: Any) -> Event | None:
    """Follow a row to the event it belongs to, None for rows of the shared registers."""
    while row is not None and not isinstance(row, Event):
        row = next((getattr(row, name) for name in WAYS_TO_EVENT if hasattr(row, name)), None)
    return row


def holders_in_words(row: models.Model, user: Any) -> list[str]:
    """Return what holds ``row``, each once: events the user may see by name, the others as a count."""
    named: dict[str, None] = {}
    hidden = set()
    for holder in protected_by(row):
        event = event_behind(holder)
        if event is None:
            named[f"{holder._meta.verbose_name} “{holder}”"] = None
        elif may(user, ACTIONS, event):
            named[_("the event “%(event)s”") % {"event": event}] = None
        else:
            hidden.add(event.pk)
    more = ngettext(
        "%(count)d event of another collection", "%(count)d events of other collections", len(hidden)
    )
    return [*named, *([more % {"count": len(hidden)}] if hidden else [])]
