"""The addresses below an event page and below an index of events (contract: Demo addresses).

Files are declared with a final slash, since ``RoutablePageMixin.route`` appends one; their public address has none
(``nsr_events.urls.page_files``).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.functional import cached_property
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import Page

from nsr_events import conf
from nsr_events.calendars import feeds

from . import registering, views
from .presentations import present_page


def safe_route(pattern: str, name: str):
    """A route that answers GET and HEAD only (Wagtail would let a POST through), in the page's own language.

    The address decides the language, also on a site that lets ``LocaleMiddleware`` ask the browser.
    """
    return _route(pattern, name, require_safe)


def form_route(pattern: str, name: str):
    """The same for a form: answers POST as well."""
    return _route(pattern, name, require_http_methods(["GET", "HEAD", "POST"]))


def _route(pattern: str, name: str, methods):
    def decorate(method):
        def view(page, request, *args, **kwargs):
            with translation.override(page.language):
                return methods(lambda request: method(page, request, *args, **kwargs))(request)

        view.__name__ = method.__name__
        view.__doc__ = method.__doc__
        return path(pattern, name=name)(view)

    return decorate


class PublicRoutes(RoutablePageMixin, models.Model):
    """What index and event pages share: file addresses and a context every public template needs."""

    class Meta:
        abstract = True

    @property
    def language(self) -> str:
        """The language of the page, whatever the visitor's browser asks for."""
        return self.locale.language_code

    @cached_property
    def trail(self) -> list[Page]:
        """The live pages above this one, from the site's front page down, for breadcrumbs."""
        return [page for page in self.get_ancestors() if page.live and page.depth > 2]

    def file_url(self, name: str, **kwargs) -> str:
        """The public path of a file route, without the slash the route is declared with."""
        return self.get_url() + self.reverse_subpage(name, kwargs=kwargs).rstrip("/")

    def full_file_url(self, name: str, **kwargs) -> str:
        """The same as an absolute address."""
        return (self.full_url or "") + self.reverse_subpage(name, kwargs=kwargs).rstrip("/")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        return {
            **context,
            "ne_base_template": conf.BASE_TEMPLATE,
            "show_userbar": settings.SESSION_COOKIE_NAME in request.COOKIES,
        }


class EventIndexRoutes(PublicRoutes):
    """Upcoming events and the feed of an index page."""

    class Meta:
        abstract = True

    @safe_route("", name="upcoming")
    def upcoming_view(self, request):
        """Upcoming events, 20 a page."""
        return views.show_index(self, request)

    @safe_route("archive/", name="archive")
    def archive_view(self, request):
        """Past events, the newest first."""
        return views.show_archive(self, request)

    @safe_route("month/<str:month>/", name="month")
    def month_view(self, request, month):
        """A month such as 2027-09, as a table of weeks."""
        return views.show_month(self, request, month)

    @safe_route("feed.xml/", name="feed")
    def feed_view(self, request):
        """The Atom feed of what the index lists."""
        return views.index_feed_xml(self, request)

    @safe_route("calendar.ics/", name="calendar")
    def calendar_view(self, request):
        """The calendar feed of everything the index lists."""
        return views.index_calendar(self, request)


class ReportRoutes(PublicRoutes):
    """A report has one address."""

    class Meta:
        abstract = True

    @safe_route("", name="report")
    def report_view(self, request):
        """The report itself."""
        return views.show_report(self, request)


class EventRoutes(PublicRoutes):
    """The event, its programme, its sessions and their calendars."""

    class Meta:
        abstract = True

    @cached_property
    def facts(self):
        """The event with what its pages always show, in one query."""
        return views.load_event(self.event_id)

    @safe_route("", name="event")
    def event_view(self, request):
        """The event itself."""
        return views.show_event(self, request)

    @safe_route("programme/", name="programme")
    def programme_view(self, request):
        """All days of the newest release."""
        return views.show_programme(self, request)

    @safe_route("programme/changes/", name="changes")
    def changes_view(self, request):
        """What changed from release to release."""
        return views.show_changes(self, request)

    @safe_route("programme/changes.atom/", name="changes_feed")
    def changes_feed_view(self, request):
        """The same for feed readers."""
        return views.changes_feed(self, request)

    @safe_route("programme/now.json/", name="now")
    def now_view(self, request):
        """What runs now in each room, by the server's clock."""
        return views.now_json(self, request)

    @safe_route("people/<uuid:uid>/", name="person")
    def person_view(self, request, uid):
        """A person of the programme."""
        return views.show_person(self, request, str(uid))

    @safe_route("rooms/<uuid:uid>/", name="room")
    def room_view(self, request, uid):
        """One room's days, for its door."""
        return views.show_room(self, request, str(uid))

    @safe_route("sessions/<uuid:uid>/", name="session")
    def session_view(self, request, uid):
        """One session of the newest release."""
        return views.show_session(self, request, str(uid))

    @form_route("register/", name="register")
    def register_view(self, request):
        """The registration form."""
        return registering.show_form(self, request)

    @safe_route("register/receipt/", name="register_receipt")
    def register_receipt_view(self, request):
        """What became of it."""
        return registering.show_receipt(self, request)

    @safe_route("materials/<uuid:uid>/", name="material")
    def material_view(self, request, uid):
        """Slides or a document that everybody may open."""
        return views.show_material(self, request, str(uid))

    @safe_route("calendar.ics/", name="calendar")
    def calendar_view(self, request):
        """The event as a calendar file."""
        return feeds.event_file(
            request,
            event=self.facts,
            language=self.language,
            filename=self.slug,
            presentation=present_page(self),
        )

    @safe_route("programme.ics/", name="programme_calendar")
    def programme_calendar_view(self, request):
        """The feed of every session."""
        return feeds.programme_feed(
            request,
            event=self.facts,
            language=self.language,
            url=self.full_file_url("programme_calendar"),
            name=self.title,
            presentation=present_page(self),
        )

    @safe_route("sessions/<uuid:uid>.ics/", name="session_calendar")
    def session_calendar_view(self, request, uid):
        """One session as a calendar file."""
        return feeds.session_file(
            request,
            event=self.facts,
            session_uid=str(uid),
            language=self.language,
            presentation=present_page(self),
        )

    def get_sitemap_urls(self, request=None):
        """The page, and its programme and sessions once they are released."""
        return views.sitemap_urls(self, super().get_sitemap_urls(request))

    def get_route_paths(self):
        """Name programme and feeds, so that Wagtail's automatic redirects cover them after a move."""
        files = (self.reverse_subpage(name).rstrip("/") for name in ("calendar", "programme_calendar"))
        return [
            *super().get_route_paths(),
            f"/{self.reverse_subpage('programme')}",
            *(f"/{name}" for name in files),
        ]
