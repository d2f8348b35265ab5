"""The registry of what is missing or worth a look: each domain answers for its own part, the frame sorts.

An item goes with its cause, not by ticking; advice never blocks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from django.utils.functional import Promise

from .models import Event


class Severity(IntEnum):
    """How much an item matters: what participants would miss comes first."""

    MISSING = 1
    ADVICE = 2


@dataclass(frozen=True)
class Item:
    """One sentence on what is missing, and the address where it is mended."""

    severity: Severity
    text: str | Promise
    url: str = ""


Provider = Callable[[Event, dt.datetime], Iterable[Item]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a provider: a function of an event and the present moment that answers items."""
    if provider not in _providers:
        _providers.append(provider)


def items_for(event: Event, *, now: dt.datetime) -> list[Item]:
    """Return everything that is missing on ``event``, the gravest first."""
    found = [item for provider in _providers for item in provider(event, now)]
    return sorted(found, key=lambda item: item.severity)
