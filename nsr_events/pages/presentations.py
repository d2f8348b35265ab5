"""Tells lower packages under which title and address the public meets an event (``core.presentations``)."""

from __future__ import annotations

from wagtail.models import Page

from nsr_events.core import presentations
from nsr_events.core.presentations import Presentation
from nsr_events.core.texts import default_language

from .page_types import get_event_page_models


def register() -> None:
    """Make this package's provider known."""
    presentations.register(present)


def present(event_ids: list[int], language: str) -> dict[int, Presentation]:
    """Answer for live pages without view restriction; one query for each page type, plus Wagtail's restrictions."""
    found: dict[int, tuple[tuple, Page]] = {}
    for model in get_event_page_models():
        pages = model.objects.live().public().filter(event_id__in=event_ids).select_related("locale")
        for page in pages:
            rank = _rank(page, language)
            if page.event_id not in found or rank < found[page.event_id][0]:
                found[page.event_id] = (rank, page)
    return {event_id: present_page(page) for event_id, (_rank_, page) in found.items()}


def _rank(page: Page, language: str) -> tuple:
    """The wished language first, then the site's default, then any; originals before aliases, old before new."""
    code = page.locale.language_code
    return (code != language, code != default_language(), page.alias_of_id is not None, page.pk)


def present_page(page: Page) -> Presentation:
    """What one page says of its event, whoever may read it."""
    return Presentation(
        title=page.title, summary=page.intro, url=page.full_url or "", language=page.locale.language_code
    )
