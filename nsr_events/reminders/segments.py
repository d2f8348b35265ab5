"""A description of people that a rule or a message keeps (mail, section 7). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class To(StrEnum):
    """Which people: those registered, those invited who have not answered, those in the released programme."""

    REGISTERED = "registered"
    SILENT = "silent"
    SPEAKERS = "speakers"


@dataclass(frozen=True)
class Segment:
    """A description of people. An empty set narrows nothing down; several sets must all hold.

    ``categories``, ``days`` and ``sessions`` are uids as text. ``checked_in``: only those who came (True) or did not
    (False). Waiting, offered and pending people are meant only where ``statuses`` names them.
    """

    to: To = To.REGISTERED
    statuses: frozenset[str] = frozenset({"confirmed"})
    categories: frozenset[str] = field(default_factory=frozenset)
    days: frozenset[str] = field(default_factory=frozenset)
    sessions: frozenset[str] = field(default_factory=frozenset)
    languages: frozenset[str] = field(default_factory=frozenset)
    checked_in: bool | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Segment:
        """Read what ``as_json`` wrote; what is missing stands as it does by itself."""
        known = {each.name for each in fields(cls)}
        values = {
            name: frozenset(value) if isinstance(value, list) else value
            for name, value in data.items()
            if name in known
        }
        return cls(**{**values, "to": To(values.get("to", To.REGISTERED))})

    def as_json(self) -> dict[str, Any]:
        """As a row keeps it, in a steady order."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()
        }
