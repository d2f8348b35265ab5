"""Atom feeds (RFC 4287) of an index and of a programme's changes, written by Django's generator."""

from __future__ import annotations

import datetime as dt
import re

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.feedgenerator import Atom1Feed

from nsr_events.core.models import Event

from . import listing

MOST_ENTRIES = 50
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters XML 1.0 cannot hold; Django's generator raises on them."""


def clean(text: str) -> str:
    """Take out what XML cannot hold."""
    return NOT_XML.sub("", text)


def atom_feed(page, events, request: HttpRequest) -> Atom1Feed:
    """The newest announcements below an index: one entry an event, known by its uid for ever."""
    feed = Atom1Feed(
        title=clean(page.title),
        link=page.full_url or "",
        description=clean(page.intro),
        language=page.language,
        feed_url=page.full_file_url("feed"),
    )
    shown = list(events.select_related("venue").order_by("-start", "pk")[:MOST_ENTRIES])
    pages = listing.pages_of(shown, locale_id=page.locale_id)
    for event in shown:
        if event.pk in pages:
            _add(feed, event, pages[event.pk])
    return feed


def _add(feed: Atom1Feed, event: Event, page) -> None:
    announced = page.first_published_at or event.changed_at
    feed.add_item(
        title=clean(page.title),
        link=page.full_url or "",
        description=clean(page.intro),
        unique_id=f"urn:uuid:{event.uid}",
        pubdate=announced,
        updateddate=last_change(event, page),
    )


def last_change(event: Event, page) -> dt.datetime:
    """When a reader last had something new to see: the page published, or a fact changed."""
    return max(filter(None, [page.last_published_at, event.changed_at]))


def answer_feed(request: HttpRequest, feed: Atom1Feed, *, private: bool) -> HttpResponse:
    """Answer with a feed, with an ETag over its bytes."""
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response.ne_fixed_language = True
    if private:
        response["Cache-Control"] = "private, no-store"
        return response
    response["Cache-Control"] = "public, max-age=900, stale-while-revalidate=3600"
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response)
