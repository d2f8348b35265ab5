"""What a notice tells of changed sessions, from one release or several. Pure.

A notice keeps ``{uid: {"title", "day", "before", "after", "was", "restored"}}``: places before and after (None: not in
the programme), the title and the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nsr_events.programme.differences import Change


def grow(sessions: dict[str, Any], change: Change) -> None:
    """Add a change of a session to what an open notice tells of it; what is as people know it again is left out."""
    told = sessions.get(change.uid)
    is_there = change.kind in {"new", "restored"}
    entry = {
        "title": dict(change.title),
        "day": change.day,
        "before": told["before"] if told else None if is_there else change.before,
        "after": None if change.kind == "cancelled" else change.after,
        "was": (told or {}).get("was") or dict(change.was),
        "restored": told["restored"] if told else change.kind == "restored",
    }
    if entry["before"] == entry["after"] and entry["was"] in ({}, entry["title"]):
        sessions.pop(change.uid, None)
    else:
        sessions[change.uid] = entry


def kind_of(entry: Mapping[str, Any]) -> str:
    """What happened to a session of a programme notice: new, restored, cancelled, moved or renamed."""
    if entry["before"] is None:
        return "restored" if entry["restored"] else "new"
    if entry["after"] is None:
        return "cancelled"
    return "moved" if entry["before"] != entry["after"] else "renamed"
