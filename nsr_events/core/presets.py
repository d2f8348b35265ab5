"""Presets: what a new event may begin with, as TOML files that a site can add to without code.

A file's name is the preset's key, ``name`` its name by language; every other section belongs to the part of the event
with that key (``core.copying.EventPart``). No code asks which preset an event came from.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from nsr_events import conf

from .copying import event_parts
from .events import MOST_DAYS
from .models import Event, EventDay
from .texts import text_in

OUR_FOLDER = Path(__file__).with_suffix("")


@dataclass(frozen=True)
class Preset:
    """One file: its key, its name by language, and a section for each part it fills."""

    key: str
    name: Mapping[str, str]
    sections: Mapping[str, Any]

    def label(self, language: str) -> str:
        """The name in ``language``, else in another."""
        return text_in(self.name, language).value or self.key

    @property
    def number_of_days(self) -> int:
        """How many days an event made from it has, at least one."""
        return max(1, len(self.sections.get("days", [])))

    def day(self, number: int) -> Mapping[str, Any]:
        """What it says of the day with this number, from 0; the last one for days beyond."""
        days = self.sections.get("days") or [{}]
        return days[min(number, len(days) - 1)]


def presets() -> dict[str, Preset]:
    """Every usable preset by key, ours first; a site's file takes the place of ours with the same name.

    A file with a mistake is left out: the system check ``nsr_events.E004`` names it.
    """
    found = {path.stem: path for path in _files()}
    return {key: _read(path) for key, path in found.items() if not list(problems_of(path))}


def problems() -> list[str]:
    """What is wrong with the preset files, each sentence with file and key."""
    folder = conf.PRESETS
    missing = [f"{folder}: there is no such folder."] if folder and not Path(folder).is_dir() else []
    return missing + [problem for path in _files() for problem in problems_of(path)]


def problems_of(path: Path) -> Iterator[str]:
    """Yield what is wrong with one file."""
    try:
        data = _load(path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        yield f"{path}: {problem}"
        return
    if not isinstance(data.get("name"), dict) or not data["name"]:
        yield f'{path}: "name" must hold the preset\'s name by language, such as {{ nb = "Samling" }}.'
    known = {part.key: part.preset_keys for part in event_parts() if part.apply_preset}
    for key, section in data.items():
        if key == "name":
            continue
        if key not in known:
            yield f'{path}: unknown section "{key}". Known sections: {", ".join(sorted(known))}.'
        else:
            yield from _problems_of_section(path, key, section, known[key])
    if isinstance(data.get("days"), list) and len(data["days"]) > MOST_DAYS:
        yield f'{path}: "days" has more than {MOST_DAYS} entries.'


def apply_preset(event: Event, preset: Preset, *, now: dt.datetime, by: Any = None) -> None:
    """Fill a new event from ``preset``, part by part, all or nothing.

    What the event already says stays. Raises ``ValidationError`` for a value that is none of its kind.
    """
    with transaction.atomic():
        for part in event_parts():
            if part.apply_preset and part.key in preset.sections:
                part.apply_preset(event, preset.sections[part.key], now=now, by=by)


def make_days(preset: Preset, first_day: dt.date, count: int | None = None) -> list[EventDay]:
    """Return unsaved days in a row from ``first_day``, with the preset's hours; ``count`` overrules its number."""
    return [
        EventDay(
            date=first_day + dt.timedelta(days=number),
            opens=preset.day(number).get("opens"),
            closes=preset.day(number).get("closes"),
        )
        for number in range(count or preset.number_of_days)
    ]


def _files() -> list[Path]:
    folders = [OUR_FOLDER, *([Path(conf.PRESETS)] if conf.PRESETS else [])]
    return [path for folder in folders for path in sorted(folder.glob("*.toml"))]


def _load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _read(path: Path) -> Preset:
    data = _load(path)
    return Preset(path.stem, data.pop("name"), data)


def _problems_of_section(
    path: Path, key: str, section: Any, known: Mapping[str, tuple[type, ...]]
) -> Iterator[str]:
    rows = section if isinstance(section, list) else [section]
    for row in rows:
        if not isinstance(row, dict):
            yield f'{path}: "{key}" must be a table, or a list of tables.'
            continue
        for name, value in row.items():
            if name not in known:
                yield f'{path}: unknown key "{key}.{name}". Known keys: {", ".join(sorted(known))}.'
            elif type(value) not in known[name]:
                wanted = " or ".join(kind.__name__ for kind in known[name])
                yield f'{path}: "{key}.{name}" must be {wanted}, not {type(value).__name__}.'
