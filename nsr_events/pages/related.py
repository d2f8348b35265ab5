""" "Read also" in both directions, and the reports of an event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from wagtail.models import Page, ReferenceIndex

from .page_types import get_event_report_page_models
from .presentations import private_pages

RELATED_FIELDS = ("related",)
"""Fields whose references count as "read also"; any page type with one of them takes part."""

MOST_BACKWARDS = 6


@dataclass(frozen=True)
class Link:
    """A line under "read also"."""

    title: str
    url: str
    date: dt.date | None = None


def related_links(page, request, *, private: Q | None = None) -> list[Link]:
    """What the editor chose, then pages that chose this one; what is not live and public is skipped.

    ``private`` is what ``presentations.private_pages`` answered, asked for when it is not given.
    """
    chosen = [block.value for block in page.related if block.block_type == "page" and block.value]
    wanted = [target.pk for target in chosen] + _pointing_at(page)
    shown = _public_pages(wanted, locale_id=page.locale_id, private=private)
    links, seen = [], {page.pk}
    for block in page.related:
        if block.block_type == "link":
            links.append(Link(block.value["title"], block.value["url"]))
        elif block.value and block.value.pk in shown:
            links += _link(shown[block.value.pk], seen, request)
    for pk in wanted[len(chosen) :]:
        if pk in shown:
            links += _link(shown[pk], seen, request)
    return links


def _link(page: Page, seen: set[int], request) -> list[Link]:
    url = page.get_url(request)
    if page.pk in seen or not url:
        return []
    seen.add(page.pk)
    return [Link(page.title, url)]


def _pointing_at(page) -> list[int]:
    """Pages that name this one or a translation of it, by Wagtail's reference index; one query."""
    if not page.pk:
        return []
    same = Page.objects.filter(translation_key=page.translation_key).annotate(key=Cast("pk", CharField()))
    pages = ContentType.objects.get_for_model(Page)
    rows = ReferenceIndex.objects.filter(
        to_content_type=pages, base_content_type=pages, to_object_id__in=same.order_by().values("key")
    )
    fields = tuple(f"{name}." for name in RELATED_FIELDS)
    found = rows.order_by("-pk").values_list("object_id", "model_path")
    pks = [int(pk) for pk, path in found if path.startswith(fields)]
    return list(dict.fromkeys(pks))[:MOST_BACKWARDS]


def _public_pages(pks: list[int], *, locale_id: int, private: Q | None) -> dict[int, Page]:
    """The live, public pages by the pk asked for; a translation into the reader's language is preferred."""
    if not pks:
        return {}
    keys = Page.objects.filter(pk__in=pks).order_by().values("translation_key")
    hidden = private_pages() if private is None else private
    public = list(Page.objects.live().filter(translation_key__in=keys).exclude(hidden))
    asked = dict(Page.objects.filter(pk__in=pks).values_list("pk", "translation_key"))
    own = {
        page.translation_key: page for page in public if page.locale_id == locale_id and not page.alias_of_id
    }
    live = {page.pk: page for page in public}
    found = {pk: own.get(key) or live.get(pk) for pk, key in asked.items()}
    return {pk: page for pk, page in found.items() if page}


def reports_of(page, request, *, private: Q) -> list[Link]:
    """Live, public reports about the page's event, the newest first; those in its language where there are any."""
    found = [
        report
        for model in get_event_report_page_models()
        for report in model.objects.live().filter(event_id=page.event_id).exclude(private).order_by("-date")
    ]
    own = [report for report in found if report.locale_id == page.locale_id]
    return [Link(report.title, report.get_url(request), report.date) for report in own or found]
