"""Signals of events, sent inside the transaction that changes them (architecture, section 2)."""

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class Audience:
    """Whom a change concerns: a receiver's answer to ``event_changing`` or ``programme_releasing``."""

    label: str
    count: int


@dataclass(frozen=True)
class Followed:
    """What a change did beyond itself, as sentences for whoever saves: a receiver's answer to ``event_changed``."""

    sentences: tuple[str, ...]


event_changing = Signal()
"""Asks before a change is made: ``event``, ``changes`` (names of material facts). Receivers answer ``Audience``."""

days_saving = Signal()
"""Tells before days are written, in the transaction: ``event``. Whoever locks rows after the event's does it now, since
writing a day keeps others from referring to it."""

days_leaving = Signal()
"""Tells before days are deleted, in the transaction: ``event``, ``days``. What still rests on them keeps them."""

event_changed = Signal()
"""Tells after a change, in its transaction.

``event``, ``changes`` (names of facts), ``before`` (name to former value; ``days`` as (uid, date, opens, closes, venue
id), ``day_texts`` as (uid, theme, seats); empty for a new event), ``now``, ``by``. Receivers may answer ``Followed``:
screens say it, and ask, before they commit.
"""
