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
    "LINK_KEYS": Setting(
        (),
        (list, tuple),
        "Keys that sign the links in mails, newest first, at least 32 bytes each; from the environment.",
    ),
    "SENSITIVE_KEYS": Setting(
        (),
        (list, tuple),
        "Fernet keys that encrypt sensitive answers, newest first; from the environment. Without one such questions "
        "are neither shown nor saved.",
    ),
    "ICAL_METHOD": Setting(
        None,
        (str, type(None)),
        'METHOD of feeds: None, or "PUBLISH" for Outlook XP and 2003 (docs/reference).',
    ),
}


def __getattr__(name: str) -> Any:
    """Return the site's value for a key of ``SETTINGS``, else its default."""
    try:
        setting = SETTINGS[name]
    except KeyError:
        raise AttributeError(name) from None
    return getattr(settings, "NSR_EVENTS", {}).get(name, setting.default)
