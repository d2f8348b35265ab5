"""Mail in one line each: a kind that retries, one that parks, and rows to addresses of the sink."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from pathlib import Path

from nsr_events.outbox import kinds, queue
from nsr_events.outbox.kinds import Kind, Link, Policy
from nsr_events.outbox.models import OutgoingMail

NOW = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
TEXTS = Path(__file__).parent / "texts.toml"

NOTE = Kind(
    key="test.note",
    label="Note",
    texts=TEXTS,
    placeholders={
        "first_name": lambda context: context.facts.get("first_name", "Kari"),
        "note": lambda context: context.facts.get("note", ""),
        "broken": lambda context: 1 / 0,
    },
    links={"own_page": Link(lambda context: f"https://example.org/me/{context.mail.uid}/", "Open my page")},
)
MASS = Kind(
    key="test.mass",
    label="Mass mail",
    texts=TEXTS,
    policy=Policy.PARK,
    priority=9,
    quiet_hours=True,
    placeholders=NOTE.placeholders,
    links=NOTE.links,
    unsubscribe=lambda mail: f"https://example.org/me/stop/{mail.uid}/",
)

PARKED = replace(MASS, key="test.parked", quiet_hours=False)
"""For tests on the real clock, which also run at night."""


def register(*more: Kind) -> None:
    """Make the kinds of the tests known."""
    for kind in (NOTE, MASS, PARKED, *more):
        kinds.register(kind)


def put(event, to="kari", *, kind="test.note", now=NOW, **values) -> OutgoingMail:
    """A mail to ``to`` at the sink."""
    key = str(uuid.uuid4())
    address = to if "@" in to else f"{to}@sink.test"
    queue.enqueue(kind, event=event, to=address, dedupe_key=key, now=now, language="nb", **values)
    return OutgoingMail.objects.get(dedupe_key=key)


class Clock:
    """A clock that stands still until it is moved on."""

    def __init__(self, now: dt.datetime = NOW):
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def on(self, **step) -> dt.datetime:
        """Move on."""
        self.now += dt.timedelta(**step)
        return self.now
