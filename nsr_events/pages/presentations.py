"""Tells lower packages under which title and address the public meets an event (``core.presentations``)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
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
    found: dict[int, Page] = {}
    for page in sorted(public_pages_of(event_ids), key=lambda page: _rank(page, language)):
        found.setdefault(page.event_id, page)
    return {event_id: present_page(page) for event_id, page in found.items()}


def private_pages() -> Q:
    """The pages behind a view restriction, to exclude from several queries of one request. One query."""
    return Page.objects.all().private_q()


def public_pages_of(event_ids: Iterable[int], *, private: Q | None = None) -> list[Page]:
    """Every live page without restriction that shows one of the events; originals before aliases, old before new.

    One query for each page type; ``private`` is what ``private_pages`` answered, asked for when it is not given.
    """
    hidden = private_pages() if private is None else private
    found = [
        page
        for model in get_event_page_models()
        for page in model.objects.live()
        .filter(event_id__in=list(event_ids))
        .exclude(hidden)
        .select_related("locale")
    ]
    return sorted(found, key=lambda page: (page.alias_of_id is not None, page.pk))


def _rank(page: Page, language: str) -> tuple:
    """The wished language first, then the site's default, then any; originals before aliases, old before new."""
    code = page.locale.language_code
    return (code != language, code != default_language(), page.alias_of_id is not None, page.pk)


def present_page(page: Page) -> Presentation:
    """What one page says of its event, whoever may read it."""
    return Presentation(
        title=page.title, summary=page.intro, url=page.full_url or "", language=page.locale.language_code
    )
