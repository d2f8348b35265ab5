"""The few numbers that an event's overview shows; each domain answers its own, the frame sorts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from .models import Event


@dataclass(frozen=True)
class Number:
    """One number: ``label`` says of what, ``detail`` of how many or since when, ``url`` leads to those counted."""

    label: str | Promise
    value: int | str
    detail: str | Promise = ""
    url: str = ""
    order: int = 100


Provider = Callable[[Event, Any, dt.datetime], Iterable[Number]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a provider: a function of an event, the user who looks and the present moment.

    It answers no number that the user may not see.
    """
    if provider not in _providers:
        _providers.append(provider)


def numbers_for(event: Event, user: Any, *, now: dt.datetime) -> list[Number]:
    """Return the numbers of ``event`` that ``user`` may see, in order."""
    found = [number for provider in _providers for number in provider(event, user, now)]
    return sorted(found, key=lambda number: number.order)
