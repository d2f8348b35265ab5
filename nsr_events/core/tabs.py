"""Registries of the event workspace: its tabs, and the states its header shows side by side.

Domains register here from ``wagtail_hooks`` or ``AppConfig.ready()``, so that none of them imports
``admin/``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from .models import Event
from .permissions import ACTIONS, may


@dataclass(frozen=True)
class Tab:
    """One screen of the workspace.

    ``url_name`` is reversed with the event's primary key. ``permission`` is the action on the event that
    opens it, several of which one is enough, or None: whoever may do anything with the event.
    """

    key: str
    label: str | Promise
    url_name: str
    permission: str | tuple[str, ...] | None = "change"
    order: int = 100

    def is_open_to(self, user: Any, event: Event) -> bool:
        """Whether ``user`` may open the tab of ``event``."""
        return may(user, self.permission or ACTIONS, event)

    def url(self, event: Event) -> str:
        """The tab's address for ``event``."""
        return reverse(self.url_name, args=[event.pk])


class Tone(StrEnum):
    """How a state is coloured, always beside its words."""

    QUIET = "quiet"
    GOOD = "good"
    ATTENTION = "attention"


@dataclass(frozen=True)
class State:
    """What the header says of one part of an event. ``url`` is where it is changed, empty for nowhere."""

    label: str | Promise
    url: str = ""
    tone: str = Tone.QUIET


@dataclass(frozen=True)
class HeaderState:
    """A part of the event whose state the header always shows: its page, its programme, its registration."""

    key: str
    label: str | Promise
    provider: Callable[[Event, HttpRequest], State | None]
    order: int = 100


_tabs: dict[str, Tab] = {}
_states: dict[str, HeaderState] = {}


def register(tab: Tab) -> None:
    """Add a tab to every event's workspace; a second one with the same key takes its place."""
    _tabs[tab.key] = tab


def register_state(state: HeaderState) -> None:
    """Add a state to the header; a second one with the same key takes its place."""
    _states[state.key] = state


def tabs_for(user: Any, event: Event) -> list[Tab]:
    """Return the tabs that ``user`` may open for ``event``, in order."""
    return [tab for tab in sorted(_tabs.values(), key=lambda tab: tab.order) if tab.is_open_to(user, event)]


def states_for(event: Event, request: HttpRequest) -> list[tuple[HeaderState, State]]:
    """Return what each registered part says of ``event``, in order; a part that answers None is left out."""
    found = (
        (part, part.provider(event, request))
        for part in sorted(_states.values(), key=lambda part: part.order)
    )
    return [(part, state) for part, state in found if state is not None]
