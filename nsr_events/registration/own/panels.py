"""Panels of the own page that later domains register, since they may not be imported here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from nsr_events.registration.models import Registration


@dataclass(frozen=True)
class Shown:
    """A panel for one person: the template that draws it and what it needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


Provider = Callable[[Registration, HttpRequest, dt.datetime], Shown | None]


@dataclass(frozen=True)
class Panel:
    """A part of the own page. ``side`` puts it beside the day, else below it; None from the provider leaves it out."""

    key: str
    provider: Provider
    order: int = 100
    side: bool = False


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel; from ``AppConfig.ready()``. The same key again takes its place."""
    _panels[panel.key] = panel


def shown(registration: Registration, request: HttpRequest, *, now: dt.datetime, side: bool) -> list[Shown]:
    """Return the panels of one column for a person, in order."""
    ordered = sorted((each for each in _panels.values() if each.side == side), key=lambda each: each.order)
    return [found for each in ordered if (found := each.provider(registration, request, now))]
