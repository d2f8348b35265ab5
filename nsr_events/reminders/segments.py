"""A description of people that a rule or a message keeps (mail, section 7). Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class To(StrEnum):
    """Which people: those registered, those invited who have not answered, those in the released programme."""

    REGISTERED = "registered"
    SILENT = "silent"
    SPEAKERS = "speakers"


SETS = ("statuses", "categories", "days", "sessions", "languages")
UIDS = frozenset({"categories", "days", "sessions"})
NOBODY = str(uuid.UUID(int=0))
"""The uid of a category that no event has."""


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
    def from_json(cls, data: Any) -> Segment:
        """Read what ``as_json`` wrote; what is missing stands as it does by itself.

        What cannot be read means nobody: a broken row must not reach everybody.
        """
        try:
            return cls.parse(data)
        except ValueError:
            return cls(statuses=frozenset(), categories=frozenset({NOBODY}))

    @classmethod
    def parse(cls, data: Any) -> Segment:
        """Read what ``as_json`` wrote. Raises ``ValueError`` where it did not."""
        if not isinstance(data, Mapping):
            raise ValueError("An audience is a table.")
        came = data.get("checked_in")
        if came is not None and not isinstance(came, bool):
            raise ValueError("checked_in is true or false.")
        sets = {name: _read(name, data[name]) for name in SETS if name in data}
        return cls(to=To(data.get("to", To.REGISTERED)), checked_in=came, **sets)

    def as_json(self) -> dict[str, Any]:
        """As a row keeps it, in a steady order."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()
        }


def _read(name: str, values: Any) -> frozenset[str]:
    """A set of one's own as it was written. Raises ``ValueError``."""
    if not isinstance(values, list) or not all(
        isinstance(each, str) and each.isprintable() for each in values
    ):
        raise ValueError(f"{name} is a list of words.")
    return frozenset(str(uuid.UUID(each)) if name in UIDS else each for each in values)
