"""Renders the public pages: fetches in a fixed number of queries, hands plain context to templates."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from wagtail.models import PageViewRestriction

from nsr_events.calendars import feeds
from nsr_events.calendars.filters import filter_events
from nsr_events.core.models import Event
from nsr_events.programme.current import current_programme
from nsr_events.programme.materials import Viewer, get_material, may_open, serve

from . import listing
from .atom import answer_feed, atom_feed, last_change
from .card import cached_for
from .changes import change_feed, change_log
from .event_context import event_context, related_links
from .index_filter import IndexFilter, touches
from .material_list import material_lines
from .month_context import month_context
from .people_and_rooms import now_and_next, person_context, room_context
from .presentations import private_pages, public_pages_of
from .programme_context import ProgrammeFilter, programme_context, session_context
from .structured import event_data, plain, programme_data, report_data, session_data

PAGE_SIZE = 20
MOST_IN_MONTH = 200
PUBLIC = "public, max-age=60, stale-while-revalidate=300"
NEVER_STALE = "public, max-age=60"
"""For a page that says what is open: no cache says so a minute after it has closed."""
PRIVATE = "private, no-store"


def show_index(page, request: HttpRequest) -> HttpResponse:
    """Upcoming events of an index page, under its filters."""
    now = timezone.now()
    events, wanted = _filtered(page, request)
    context = _listed(page, request, listing.upcoming(events, now=now), wanted, now=now)
    context["months"] = listing.by_month(context["rows"], page.language)
    if context["rows"]:
        soonest = context["rows"][0].event.local_start
        context["month_url"] = context["index_url"] + page.reverse_subpage(
            "month", kwargs={"month": f"{soonest:%Y-%m}"}
        )
    template = "nsr_events/event_index_page.html"
    return respond(page, request, template, {**context, "wanted": wanted}, cache=_kept(wanted))


def show_archive(page, request: HttpRequest) -> HttpResponse:
    """What is over, the newest first, under the same filters."""
    now = timezone.now()
    events, wanted = _filtered(page, request)
    context = _listed(page, request, listing.past(events, now=now), wanted, now=now)
    context["years"] = listing.by_year(context["rows"])
    template = "nsr_events/event_archive_page.html"
    return respond(page, request, template, {**context, "wanted": wanted}, cache=_kept(wanted))


def show_month(page, request: HttpRequest, month: str) -> HttpResponse:
    """Everything that takes place in a month, as a table of weeks and as a list."""
    try:
        in_month = touches(month)
    except ValueError:
        raise Http404 from None
    now = timezone.now()
    events, wanted = _filtered(page, request)
    events = events.filter(in_month).select_related("type", "venue")
    rows = _rows(page, request, list(events[:MOST_IN_MONTH]), now=now)
    months = month_context(month, rows, page.language, query=wanted.query)
    context = {**_addresses(page, request, wanted, now=now), "wanted": wanted, "rows": rows, **months}
    return respond(page, request, "nsr_events/event_month_page.html", context, cache=_kept(wanted))


def index_feed_xml(page, request: HttpRequest) -> HttpResponse:
    """The Atom feed of an index, under the filters calendars know."""
    events = filter_events(listing.listed_events(page), feeds.index_filters(request.GET))
    return answer_feed(request, atom_feed(page, events, request), private=_restrictions(page).exists())


def _kept(wanted: IndexFilter) -> str:
    """How long a list under these filters may be kept."""
    return NEVER_STALE if "registration" in wanted.chosen else PUBLIC


def _filtered(page, request: HttpRequest):
    listed = listing.listed_events(page)
    wanted = IndexFilter.read(request.GET, listed, page.language)
    return wanted.apply(listed, page), wanted


def _listed(page, request: HttpRequest, events, wanted: IndexFilter, *, now) -> dict:
    """A page of 20 rows and what surrounds them."""
    shown = Paginator(events.select_related("type", "venue"), PAGE_SIZE).get_page(request.GET.get("p"))
    return {
        "rows": _rows(page, request, list(shown), now=now),
        "pages": shown,
        **_addresses(page, request, wanted, now=now),
    }


def _addresses(page, request: HttpRequest, wanted: IndexFilter, *, now) -> dict[str, str]:
    """The ways to see the same events."""
    query = f"?{wanted.feed_query}" if wanted.feed_query else ""
    return {
        "calendar_url": page.full_file_url("calendar") + query,
        "feed_url": page.full_file_url("feed") + query,
        "archive_url": page.get_url(request) + page.reverse_subpage("archive"),
        "month_url": page.get_url(request) + page.reverse_subpage("month", kwargs={"month": f"{now:%Y-%m}"}),
        "index_url": page.get_url(request),
    }


def _rows(page, request: HttpRequest, events, *, now) -> list[listing.Row]:
    return listing.rows(events, locale_id=page.locale_id, language=page.language, now=now, request=request)


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
        public=not _restrictions(page).exists(),
    )


def load_event(event_id: int) -> Event:
    """The event with what every public page shows of it."""
    shown = ("registration_setup", "type", "region", "series", "venue__map_image")
    return Event.objects.select_related(*shown).get(pk=event_id)


def show_event(page, request: HttpRequest) -> HttpResponse:
    """The event page itself."""
    programme = current_programme(page.event_id)
    now = timezone.now()
    private = private_pages()
    context = event_context(page, programme=programme, now=now, request=request, private=private)
    context["materials"] = material_lines(page, programme, now=now)
    state = context["registration_state"]
    shown = public_pages_of([page.event_id], private=private)
    context |= heading(page, request, shown)
    context["structured"] = event_data(
        page,
        context["organisers"],
        now=now,
        image=context["open_graph"]["image"],
        registration=state,
        speakers=context["speakers"],
    )
    # Never served stale: no page says "open" a minute after registration closed.
    cache = f"public, max-age={cached_for(state, now=now)}" if state else PUBLIC
    return respond(page, request, page.get_template(request), context, cache=cache)


def show_programme(page, request: HttpRequest) -> HttpResponse:
    """All days of the newest release in one document, or the page's note before the first."""
    programme = current_programme(page.event_id)
    wanted = ProgrammeFilter.from_query(request.GET, programme) if programme else None
    now = timezone.now()
    context = programme_context(page, programme, wanted=wanted, now=now)
    if programme:
        context["structured"] = programme_data(page, programme, now=now)
    return respond(page, request, "nsr_events/programme_page.html", context)


def show_session(page, request: HttpRequest, uid: str) -> HttpResponse:
    """One session of the newest release; 404 for what never was, is not public or has left the programme."""
    programme = current_programme(page.event_id)
    item = programme and programme.get(uid)
    if not item or item.gone or item.kind == "internal":
        raise Http404
    now = timezone.now()
    context = session_context(page, programme, item, now=now, request=request)
    context["materials"] = material_lines(page, programme, now=now, session_uid=item.uid)
    context["structured"] = session_data(page, programme, item)
    return respond(page, request, "nsr_events/session_page.html", context)


def show_material(page, request: HttpRequest, uid: str) -> HttpResponse:
    """Slides or a document; 404 for whatever is not for everybody now, as for what never was."""
    material = get_material(page.facts, uid, current_programme(page.event_id))
    if material is None or not may_open(material, Viewer(), now=timezone.now()):
        raise Http404
    response = serve(material, shared=not _is_personal(request))
    response.ne_fixed_language = True
    return response


def show_report(page, request: HttpRequest) -> HttpResponse:
    """How an event went."""
    preview = open_graph(page, page.title, page.intro)
    context = {
        "structured": report_data(page, image=preview["image"]),
        "open_graph": preview,
        "canonical": page.full_url,
        "related": related_links(page, request),
        "event_row": next(iter(_rows_of_event(page, request)), None),
    }
    return respond(page, request, page.get_template(request), context)


def _rows_of_event(page, request: HttpRequest) -> list[listing.Row]:
    """The event a report is about, as a line of a list."""
    if page.event is None:
        return []
    return _rows(page, request, [page.event], now=timezone.now())


def show_changes(page, request: HttpRequest) -> HttpResponse:
    """The public change log of the programme."""
    log = change_log(page)
    context = {"event": page.facts, "log": log, "feed_url": page.full_file_url("changes_feed")}
    context["programme_url"] = page.get_url(request) + page.reverse_subpage("programme")
    return respond(page, request, "nsr_events/changes_page.html", context)


def changes_feed(page, request: HttpRequest) -> HttpResponse:
    """The change log as an Atom feed."""
    feed = change_feed(page, change_log(page))
    return answer_feed(request, feed, private=_restrictions(page).exists())


def now_json(page, request: HttpRequest) -> HttpResponse:
    """What runs now and next in each room; phones ask again when ``until`` has passed."""
    programme = _released(page)
    response = JsonResponse(now_and_next(programme, language=page.language, now=timezone.now()))
    response.ne_fixed_language = True
    response["Cache-Control"] = PRIVATE if _is_personal(request) else "public, max-age=15"
    return response


def show_person(page, request: HttpRequest, uid: str) -> HttpResponse:
    """A person of the programme, with their sessions."""
    context = person_context(page, _released(page), uid, now=timezone.now())
    return respond(page, request, "nsr_events/person_page.html", {**context, **_way_back(page, request)})


def show_room(page, request: HttpRequest, uid: str) -> HttpResponse:
    """The sheet for a room's door."""
    context = room_context(page, _released(page), uid, now=timezone.now())
    return respond(page, request, "nsr_events/room_page.html", {**context, **_way_back(page, request)})


def _released(page):
    programme = current_programme(page.event_id)
    if programme is None:
        raise Http404
    return programme


def _way_back(page, request: HttpRequest) -> dict:
    base = page.get_url(request)
    return {"event": page.facts, "event_url": base, "programme_url": base + page.reverse_subpage("programme")}


def heading(page, request: HttpRequest, shown) -> dict:
    """Canonical address, translations (``shown`` are the event's public pages) and Open Graph of an event page."""
    return {
        "canonical": page.full_url,
        "translations": translations_of(shown, request),
        "open_graph": open_graph(page, page.title, page.intro),
    }


def open_graph(page, title: str, description: str) -> dict[str, str]:
    """What link previews show."""
    return {
        "title": plain(title),
        "description": description,
        "url": page.full_url,
        "image": hero_url(page),
    }


def hero_url(page) -> str:
    """The absolute address of the page's picture at the size link previews want."""
    if not page.hero_image:
        return ""
    site = page.get_site()
    # Media may lie on a host of their own.
    return urljoin(site.root_url, page.hero_image.get_rendition("fill-1200x630").url)


def translations_of(shown, request: HttpRequest) -> list[tuple[str, str]]:
    """(language, absolute address) of the pages of one event, once a language."""
    found: dict[str, str] = {}
    for page in shown:
        found.setdefault(page.locale.language_code, page.get_full_url(request))
    return sorted(found.items()) if len(found) > 1 else []


def sitemap_urls(page, own: list[dict]) -> list[dict]:
    """Add programme and sessions to a page's own sitemap entries; lastmod is the newest of page, facts and release."""
    programme = current_programme(page.event_id)
    newest = last_change(page.facts, page)
    entries = [{**entry, "lastmod": newest} for entry in own]
    if programme is None:
        return entries
    base = page.full_url
    addresses = [base + page.reverse_subpage("programme")]
    addresses += [
        f"{base}sessions/{item.uid}/"
        for item in programme.shown
        if item.kind not in {"internal", "break", "practical", "meal"}
    ]
    return entries + [{"location": address, "lastmod": max(newest, programme.at)} for address in addresses]


def respond(
    page,
    request: HttpRequest,
    template: str,
    context: dict,
    *,
    cache: str = PUBLIC,
) -> HttpResponse:
    """Render a public page: cacheable with an ETag over its bytes for visitors, never stored for editors.

    What lies behind a view restriction is never stored either: Wagtail sees to that (``check_view_restrictions``).
    ``cache`` is for visitors' pages.
    """
    html = render_to_string(template, {**page.get_context(request), **context}, request=request)
    response = HttpResponse(html)
    response.ne_fixed_language = True
    if _is_personal(request):
        response["Cache-Control"] = PRIVATE
        return response
    response["Cache-Control"] = cache
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response)


def _is_personal(request: HttpRequest) -> bool:
    return getattr(request, "is_preview", False) or settings.SESSION_COOKIE_NAME in request.COOKIES


def _restrictions(page):
    """What ``Page.get_view_restrictions`` finds, in one query instead of two: an alias follows its original."""
    step = page.steplen
    paths = [page.path[:length] for length in range(step, len(page.path) + 1, step)]
    own = Q(page__path__in=paths, page__alias_of__isnull=True)
    return PageViewRestriction.objects.filter(own | Q(page__aliases__path__in=paths))
