"""What the checklist on an event's overview says of its pages, also of what is written and not published yet."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, PageViewRestriction

from nsr_events.core import checklist
from nsr_events.core.checklist import Item, Severity
from nsr_events.core.models import Event
from nsr_events.core.texts import as_dict, content_languages, default_language
from nsr_events.pages.structured import plain

from .pages import pages_of


def page_checklist(event: Event, now: dt.datetime) -> Iterator[Item]:
    """What a reader would miss on the event's pages, and where they say something else than the event."""
    url = reverse("nsr_events_admin:page", args=[event.pk])
    pages = pages_of(event)
    if not pages:
        yield Item(Severity.MISSING, _("The event has no page."), url)
    elif not any(page.live for page in pages):
        yield Item(Severity.MISSING, _("The page is not published."), url)
    originals = [page for page in pages if not page.alias_of_id]
    for page in originals:
        yield from _of_page(event, page)
    yield from _restricted(originals)
    yield from _behind(originals)


def _of_page(event: Event, page: Page) -> Iterator[Item]:
    newest = _newest(page)
    edit, title = page_url(page), {"page": newest["title"]}
    if page.live and page.has_unpublished_changes:
        text = _("The page “%(page)s” has changes that are not published.") % title
        yield Item(Severity.ADVICE, text, reverse("nsr_events_admin:page", args=[event.pk]))
    if not newest["intro"]:
        yield Item(Severity.MISSING, _("The page “%(page)s” has no intro.") % title, edit)
    if pictures := _pictures_without_words(newest):
        text = _("Pictures on the page “%(page)s” without a text alternative: %(n)d.")
        yield Item(Severity.MISSING, text % {**title, "n": pictures}, edit)
    yield from _names(event, page, newest["title"])


def _names(event: Event, page: Page, title: str) -> Iterator[Item]:
    """The event's own name, which calendars, lists and mail use where they know no page."""
    code = page.locale.language_code
    name = as_dict(event.name).get(code, "")
    url = reverse("nsr_events_admin:days", args=[event.pk])
    if not name:
        language = dict(content_languages()).get(code, code)
        yield Item(Severity.ADVICE, _("The event has no name in %(language)s.") % {"language": language}, url)
    elif plain(title).strip() != plain(name).strip():
        text = _("The page is called “%(page)s”, the event “%(event)s”.")
        yield Item(Severity.ADVICE, text % {"page": title, "event": name}, url)


def _newest(page: Page) -> dict[str, Any]:
    """The page as last written, published or not; read from the revision without making objects of it."""
    content = page.latest_revision.content if page.latest_revision_id else {}
    names = ("title", "intro", "hero_image", "hero_alt", "body")
    row = {name: getattr(page, name, None) for name in names if name != "body"}
    row["hero_image"] = getattr(page, "hero_image_id", None)
    return {name: content.get(name, row.get(name)) or "" for name in names}


def _pictures_without_words(newest: dict[str, Any]) -> int:
    lead = bool(newest["hero_image"] and not str(newest["hero_alt"]).strip())
    body = json.loads(newest["body"]) if isinstance(newest["body"], str) and newest["body"] else []
    return lead + sum(_is_without_words(value) for value in _pictures(body))


def _pictures(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The values of pictures in a body as revisions store it: single ones, and those of galleries."""
    for block in blocks:
        if block.get("type") == "picture":
            yield block["value"]
        elif block.get("type") == "gallery":
            for item in block["value"].get("pictures", []):
                yield item.get("value", item)


def _is_without_words(picture: dict[str, Any]) -> bool:
    return bool(picture.get("image")) and not picture.get("alt") and not picture.get("decorative")


def _restricted(pages: list[Page]) -> Iterator[Item]:
    """Live pages that only some may read; one query for all."""
    live = [page for page in pages if page.live]
    paths = {
        page.path[:end] for page in live for end in range(page.steplen, len(page.path) + 1, page.steplen)
    }
    hidden = set(
        PageViewRestriction.objects.filter(page__path__in=paths).values_list("page__path", flat=True)
    )
    for page in live:
        if any(page.path.startswith(path) for path in hidden):
            text = _("Only some may read the page “%(page)s”. It stands in no list, feed or search.")
            yield Item(Severity.ADVICE, text % {"page": page.title}, page_url(page))


def page_url(page: Page) -> str:
    """Where a page is edited."""
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def _behind(pages: list[Page]) -> Iterator[Item]:
    """Translations last written before what is published in the default language."""
    first = next((page for page in pages if page.locale.language_code == default_language()), None)
    if first is None or not first.live or first.last_published_at is None:
        return
    for page in pages:
        written = page.latest_revision_created_at
        if page is not first and written and written < first.last_published_at:
            words = {
                "page": page.title,
                "language": page.locale.get_display_name(),
                "first": first.locale.get_display_name(),
            }
            text = _("The page in %(language)s, “%(page)s”, is older than the one in %(first)s.")
            yield Item(Severity.ADVICE, text % words, page_url(page))


def register() -> None:
    """Add the checklist of pages to the overview."""
    checklist.register(page_checklist)
