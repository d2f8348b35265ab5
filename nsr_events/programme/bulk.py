"""One change for many sessions: each row is its own save; rows that cannot follow are named with why."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nsr_events.core.models import Event

from . import sessions
from .sessions import Command, Saved, StaleSession
from .stale import who_did_what
from .values import NotInEvent, whole

UID = re.compile("-".join(f"[0-9a-f]{{{length}}}" for length in (8, 4, 4, 4, 12)))
FIELDS = ("room", "track", "kind", "status")


@dataclass
class Outcome:
    """What came of it: the number of rows that changed, and (title, reason) of those that did not."""

    done: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    undo: list[Command] = field(default_factory=list)


def selected_rows(values: Iterable[str]) -> dict[str, int]:
    """Read the ticked boxes: "uid:version"; what is malformed is left out."""
    pairs = (value.partition(":") for value in values)
    return {uid: version for uid, _colon, text in pairs if uid and (version := whole(text)) is not None}


def change_all(
    event: Event, rows: Mapping[str, int], verb: str, value: Any, *, now: dt.datetime, by: Any
) -> Outcome:
    """Set a field of ``FIELDS`` to ``value``, "shift" by minutes or "unplace", on each of ``rows``.

    Raises ``NotInEvent`` when ``value`` is no room or track of the event.
    """
    outcome = Outcome()
    titles = {str(session.uid): str(session) for session in event.sessions.filter(uid__in=_uids(rows))}
    for uid, version in rows.items():
        if uid not in titles:
            outcome.skipped.append((uid[:8], _("is not in the programme any more")))
            continue
        try:
            saved = _change(event, uid, version, verb, value, now=now, by=by)
        except StaleSession as stale:
            outcome.skipped.append((titles[uid], _meanwhile(stale)))
        except ValidationError as error:
            outcome.skipped.append((titles[uid], " ".join(error.messages)))
        else:
            _count(outcome, saved, titles[uid])
    return outcome


def _uids(rows: Mapping[str, int]) -> Iterator[str]:
    """Only what may be asked of a uuid column."""
    return (uid for uid in rows if UID.fullmatch(uid))


def _change(
    event: Event, uid: str, version: int, verb: str, value: Any, *, now: dt.datetime, by: Any
) -> Saved:
    if verb == "shift":
        return sessions.shift(event, {uid: version}, minutes=int(value), now=now, by=by)
    if verb == "unplace":
        return sessions.unplace(event, uid, version=version, now=now, by=by)
    if verb not in FIELDS:
        raise NotInEvent(verb)
    return sessions.update_session(event, uid, version=version, now=now, by=by, **{verb: value or None})


def _meanwhile(stale: StaleSession) -> str:
    return who_did_what(stale.current, None) if stale.current else _("is not in the programme any more")


def _count(outcome: Outcome, saved: Saved, title: str) -> None:
    if not saved.undo:
        outcome.skipped.append((title, _("is so already")))
        return
    outcome.done += 1
    outcome.undo += saved.undo
