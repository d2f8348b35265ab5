"""Through which title and address the public meets an event in a language.

Lower packages (calendars, mail) may not import pages, so whoever shows events registers a provider here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Presentation:
    """What one public page says of an event. ``url`` and ``image`` are absolute addresses."""

    title: str
    summary: str
    url: str
    language: str
    image: str = ""


Provider = Callable[[list[int], str], dict[int, Presentation]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a provider: a function of event ids and a language that answers ``{event id: Presentation}``."""
    if provider not in _providers:
        _providers.append(provider)


def of(event_ids: Iterable[int], language: str) -> dict[int, Presentation]:
    """Return the presentation of each event that has a live page without view restriction.

    The page in ``language`` wins, then the one in the site's default language, then the oldest; of several in one
    language, the oldest that is no alias.
    """
    ids = sorted(set(event_ids))
    found: dict[int, Presentation] = {}
    for provider in _providers:
        missing = [pk for pk in ids if pk not in found]
        if missing:
            found.update(provider(missing, language))
    return found
