"""Settings of the app: one dict ``NSR_EVENTS`` in the site's settings, read lazily.

Every key, its default and its meaning stand here; an unknown key or a value of the wrong type is reported by
a system check (``nsr_events.E001`` and ``E002``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class Setting:
    """One documented key of ``NSR_EVENTS``."""

    default: Any
    types: tuple[type, ...]
    doc: str


SETTINGS: dict[str, Setting] = {
    "BASE_TEMPLATE": Setting(
        "base.html",
        (str,),
        "Template that nsr_events/base.html extends; it needs the blocks of docs/reference.",
    ),
    "BODY_BLOCKS": Setting(
        "nsr_events.pages.blocks.body_blocks",
        (str,),
        "Dotted path of a function that returns the StreamField blocks of event pages.",
    ),
    "PAGE_TYPES": Setting(
        True,
        (bool,),
        "Whether editors may create our own page types; off for sites that build theirs from the mixins.",
    ),
    "PRESETS": Setting(
        None,
        (str, Path, type(None)),
        "Folder with the site's own presets for new events, as TOML files (docs/how-to/presets).",
    ),
    "TRUSTED_PROXIES": Setting(
        0,
        (int,),
        "How many proxies before the site write X-Forwarded-For, counted from its right (docs/how-to).",
    ),
    "ICAL_METHOD": Setting(
        None,
        (str, type(None)),
        'METHOD of feeds: None, or "PUBLISH" for Outlook XP and 2003 (docs/reference).',
    ),
}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "nsr-events-drain": {
        "task": "nsr_events.tasks.drain",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "nsr-events-answer-link-requests": {
        "task": "nsr_events.tasks.answer_link_requests",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "nsr-events-promote": {
        "task": "nsr_events.tasks.promote",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    "nsr-events-restamp-calendars": {
        "task": "nsr_events.tasks.restamp_calendars",
        "schedule": 900.0,
        "options": {"expires": 600},
    },
}
"""For the site's ``CELERY_BEAT_SCHEDULE``. Every tick looks at the database, so a lost or doubled one does no harm."""


def __getattr__(name: str) -> Any:
    """Return the site's value for a key of ``SETTINGS``, else its default."""
    try:
        setting = SETTINGS[name]
    except KeyError:
        raise AttributeError(name) from None
    return getattr(settings, "NSR_EVENTS", {}).get(name, setting.default)
