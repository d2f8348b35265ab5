"""Renders the public pages: fetches in a fixed number of queries, hands plain context to templates."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag

from nsr_events.calendars import feeds
from nsr_events.core.models import Event
from nsr_events.programme.current import current_programme

from . import listing
from .event_context import event_context
from .programme_context import ProgrammeFilter, programme_context, session_context

PAGE_SIZE = 20
PUBLIC = "public, max-age=60, stale-while-revalidate=300"
PRIVATE = "private, no-store"


def show_index(page, request: HttpRequest) -> HttpResponse:
    """Upcoming events of an index page."""
    now = timezone.now()
    events = listing.upcoming(listing.listed_events(page), now=now).select_related("type", "venue")
    shown = Paginator(events, PAGE_SIZE).get_page(request.GET.get("p"))
    rows = listing.rows(
        list(shown), locale_id=page.locale_id, language=page.language, now=now, request=request
    )
    context = {
        "rows": rows,
        "months": listing.by_month(rows, page.language),
        "pages": shown,
        "calendar_url": page.full_file_url("calendar"),
    }
    return respond(page, request, "nsr_events/event_index_page.html", context)


def index_calendar(page, request: HttpRequest) -> HttpResponse:
    """The feed of every event the index lists, upcoming and past, under the filters calendars know."""
    return feeds.index_feed(
        request,
        events=listing.listed_events(page),
        language=page.language,
        url=page.full_file_url("calendar"),
        name=page.title,
        description=page.intro,
        filters=feeds.index_filters(request.GET),
    )


def load_event(event_id: int) -> Event:
    """The event with what every public page shows of it."""
    return Event.objects.select_related("type", "region", "series", "venue__map_image").get(pk=event_id)


def show_event(page, request: HttpRequest) -> HttpResponse:
    """The event page itself."""
    context = event_context(
        page, programme=current_programme(page.event_id), now=timezone.now(), request=request
    )
    return respond(page, request, page.get_template(request), context)


def show_programme(page, request: HttpRequest) -> HttpResponse:
    """All days of the newest release in one document, or the page's note before the first."""
    programme = current_programme(page.event_id)
    wanted = ProgrammeFilter.from_query(request.GET, programme) if programme else None
    context = programme_context(page, programme, wanted=wanted, now=timezone.now())
    return respond(page, request, "nsr_events/programme_page.html", context)


def show_session(page, request: HttpRequest, uid: str) -> HttpResponse:
    """One session of the newest release; 404 for what never was, is not public or has left the programme."""
    programme = current_programme(page.event_id)
    item = programme and programme.get(uid)
    if not item or item.gone or item.kind == "internal":
        raise Http404
    context = session_context(page, programme, item, now=timezone.now(), request=request)
    return respond(page, request, "nsr_events/session_page.html", context)


def respond(page, request: HttpRequest, template: str, context: dict) -> HttpResponse:
    """Render a public page: cacheable with an ETag over its bytes for visitors, never stored for editors.

    A page behind a view restriction is never stored either: a shared cache would hand it to everybody.
    """
    html = render_to_string(template, {**page.get_context(request), **context}, request=request)
    response = HttpResponse(html)
    response.ne_fixed_language = True
    if _is_personal(page, request):
        response["Cache-Control"] = PRIVATE
        return response
    response["Cache-Control"] = PUBLIC
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response)


def _is_personal(page, request: HttpRequest) -> bool:
    if getattr(request, "is_preview", False) or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return True
    return page.get_view_restrictions().exists()
