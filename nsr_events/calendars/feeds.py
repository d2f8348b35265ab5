"""Feeds and files over HTTP (calendars, sections 1, 3, 7 and 8): gather entries, answer 304 or text.

Page routes call the four functions at the top; each answers GET and HEAD. A conditional request is answered
from the digests of the entries' input: nothing is written for a 304. ``now`` is for tests.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import condition, require_safe

from nsr_events import conf
from nsr_events.core import presentations
from nsr_events.core.models import Event
from nsr_events.core.presentations import Presentation
from nsr_events.core.texts import text_in
from nsr_events.programme.current import Programme, current_programme
from nsr_events.registration.models import Registration

from . import entries, ics, personal
from .filters import (
    Filters,
    filter_events,
    index_filters,
    matches,
    parse_filters,
    programme_filters,
    with_query,
)

__all__ = [
    "Filters",
    "event_file",
    "filter_events",
    "index_feed",
    "index_filters",
    "parse_filters",
    "personal_feed",
    "programme_feed",
    "session_file",
]

logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/calendar; charset=utf-8"
PUBLIC = "public, max-age=900, stale-while-revalidate=3600"
PRIVATE = "private, no-cache"

WINDOW_DAYS = 60
"""An index feed holds events that ended so long ago or later."""

MOST_EVENTS = 2000
SELDOM, OFTEN = 6, 1
"""Hours between visits we ask subscribers for: as a rule, and close to and during an event."""

CLOSE_DAYS = 2
MOST_NAME = 80


@require_safe
def index_feed(
    request: HttpRequest,
    *,
    events: QuerySet[Event],
    language: str,
    url: str,
    name: str,
    description: str = "",
    filters: Filters | None = None,
    public: bool = True,
    now: dt.datetime | None = None,
) -> HttpResponse:
    """Answer with every event the index lists, cut to the window.

    ``events`` are upcoming ones and archive, ``url`` is the absolute address of the feed without filters,
    ``public`` says whether the index page itself may be read by all.
    """
    filters = filters or {}
    found = _in_window(filter_events(events, filters), now=now or timezone.now())
    shown = presentations.of([event.pk for event in found], language)
    head = ics.CalendarHead(
        name=name,
        description=description,
        zone=settings.TIME_ZONE,
        url=_folder(url) if public else "",
        source=with_query(url, filters) if public else "",
        refresh_hours=SELDOM,
        method=conf.ICAL_METHOD,
    )
    # Without a presentation the page is restricted or gone: absent, whoever asks.
    listed = [
        entry
        for event in found
        if event.pk in shown
        for entry in entries.event_entries(event, shown[event.pk], language)
    ]
    return _answer(request, head=head, listed=listed, public=public)


@require_safe
def event_file(
    request: HttpRequest,
    *,
    event: Event,
    language: str,
    filename: str,
    presentation: Presentation | None = None,
    now: dt.datetime | None = None,
) -> HttpResponse:
    """Answer with one event as a file to download.

    A page hands in its own ``presentation``, used where no public page shows the event; the answer is then private.
    """
    event = entries.with_facts(Event.objects.filter(pk=event.pk)).get()
    public = presentations.of([event.pk], language).get(event.pk)
    shown = public or presentation
    outlived = entries.is_outlived(event, today=_today(event, now))
    head = _event_head(event, shown, language, source="calendar.ics", public=public is not None)
    listed = [] if outlived else entries.event_entries(event, shown, language)
    return _answer(request, head=head, listed=listed, public=public is not None, filename=filename)


@require_safe
def programme_feed(
    request: HttpRequest,
    *,
    event: Event,
    language: str,
    url: str,
    name: str,
    presentation: Presentation | None = None,
    now: dt.datetime | None = None,
) -> HttpResponse:
    """Answer with every session of the newest release, under the filters of the query.

    ``url`` is the absolute address of the feed without filters. Raises ``Http404`` before the first release
    and for unknown filter values.
    """
    programme = _programme(event)
    filters = programme_filters(request.GET, programme)
    today = _today(event, now)
    public = presentations.of([event.pk], language).get(event.pk)
    shown = public or presentation
    head = ics.CalendarHead(
        name=name,
        zone=programme.zone,
        url=_folder(url) if public else "",
        source=with_query(url, filters) if public else "",
        refresh_hours=OFTEN if _is_close(event, today) else SELDOM,
        method=conf.ICAL_METHOD,
    )
    wanted = {item.uid for item in programme.sessions if matches(item, filters, programme)}
    listed = entries.session_entries(event, programme, shown, language, today=today, uids=wanted)
    return _answer(request, head=head, listed=listed, public=public is not None)


@require_safe
def session_file(
    request: HttpRequest,
    *,
    event: Event,
    session_uid: str,
    language: str,
    presentation: Presentation | None = None,
    now: dt.datetime | None = None,
) -> HttpResponse:
    """Answer with one session as a file. Raises ``Http404`` for what is not public, or no more."""
    programme = _programme(event)
    today = _today(event, now)
    item = programme.get(session_uid)
    if item is None or not entries.is_public(item, programme, today=today):
        raise Http404("No such session.")
    public = presentations.of([event.pk], language).get(event.pk)
    shown = public or presentation
    head = _event_head(event, shown, language, source=f"sessions/{item.uid}.ics", public=public is not None)
    listed = entries.session_entries(event, programme, shown, language, today=today, uids={item.uid})
    title = text_in(item.title, language).value
    return _answer(request, head=head, listed=listed, public=public is not None, filename=title)


@require_safe
def personal_feed(
    request: HttpRequest, registration: Registration, *, now: dt.datetime, filename: str = ""
) -> HttpResponse:
    """Answer with one person's calendar, as a feed or as a file; whoever calls has asked whether it may be seen."""
    event = registration.event
    shown = presentations.of([event.pk], registration.language).get(event.pk)
    head = personal.head_of(registration, shown, often=_is_close(event, _today(event, now)))
    listed = personal.personal_entries(registration, now=now)
    return _answer(request, head=head, listed=listed, public=False, filename=filename)


def _answer(
    request: HttpRequest,
    *,
    head: ics.CalendarHead,
    listed: Sequence[ics.Entry],
    public: bool,
    filename: str = "",
) -> HttpResponse:
    """Answer 304, or the text. No Last-Modified: it cannot be right after a deletion (section 8)."""
    tag = ics.etag(head, listed)

    @condition(etag_func=lambda request: tag)
    def write(request: HttpRequest) -> HttpResponse:
        return HttpResponse(ics.write_calendar(head, listed), content_type=CONTENT_TYPE)

    response = write(request)
    response["Cache-Control"] = PUBLIC if public else PRIVATE
    response["X-Robots-Tag"] = "noindex"
    if public:
        response["Access-Control-Allow-Origin"] = "*"
    if filename:
        response["Content-Disposition"] = _attachment(filename)
    response.ne_fixed_language = True
    return response


def _in_window(events: QuerySet[Event], *, now: dt.datetime) -> list[Event]:
    """The events an index feed holds, with their facts: nothing older than 60 days, at most 2,000."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - dt.timedelta(days=WINDOW_DAYS)
    found = list(entries.with_facts(events.filter(end__gte=first).order_by("start", "pk")))
    found = [event for event in found if not entries.is_outlived(event, today=_today(event, now))]
    if len(found) <= MOST_EVENTS:
        return found
    logger.warning("An index feed has %d events; only %d are shown.", len(found), MOST_EVENTS)
    past = [event for event in found if event.end < midnight]
    upcoming = [event for event in found if event.end >= midnight][:MOST_EVENTS]
    room = MOST_EVENTS - len(upcoming)
    return (sorted(past, key=lambda event: event.end)[-room:] if room else []) + upcoming


def _event_head(
    event: Event, shown: Presentation | None, language: str, *, source: str, public: bool
) -> ics.CalendarHead:
    return ics.CalendarHead(
        name=shown.title if shown else text_in(event.name, language).value,
        zone=event.timezone,
        url=shown.url if shown and public else "",
        source=f"{shown.url}{source}" if shown and public else "",
        refresh_hours=SELDOM,
        method=conf.ICAL_METHOD,
    )


def _programme(event: Event) -> Programme:
    programme = current_programme(event.pk)
    if programme is None:
        raise Http404("The programme is not released yet.")
    return programme


def _is_close(event: Event, today: dt.date) -> bool:
    """From two days before the event to its end, by date: time alone changes bytes at midnight only."""
    return event.local_start.date() - dt.timedelta(days=CLOSE_DAYS) <= today <= entries.last_date(event)


def _today(event: Event, now: dt.datetime | None) -> dt.date:
    return (now or timezone.now()).astimezone(event.zone).date()


def _folder(url: str) -> str:
    """The page a feed lies below."""
    return url.rsplit("/", 1)[0] + "/"


def _attachment(name: str) -> str:
    """Content-Disposition with an ASCII name for old clients and the real one for others (RFC 6266, D)."""
    plain = slugify(name)[:MOST_NAME] or "calendar"
    real = quote(f"{ics.one_line(name)[:MOST_NAME]}.ics", safe="")
    return f"attachment; filename=\"{plain}.ics\"; filename*=UTF-8''{real}"
