"""Participants in the admin's global search: across events, but only those whose participants the user may see."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.search import SearchArea
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from nsr_events.core import audit
from nsr_events.core.permissions import event_policy, visible_events
from nsr_events.core.workspace import dates_of
from nsr_events.registration.models import Registration

from .filters import found_by, plain
from .screens import SEE, address

SEARCH_URL = "nsr_events_participants_search"
AREA = "nsr-events-participants"
PER_PAGE = 25
SHORTEST = 2
"""Fewer signs than these would list everybody."""


def sees_participants(user: Any) -> bool:
    """Whether ``user`` may see the participants of any event."""
    return event_policy.user_has_permission(user, SEE)


class ParticipantSearchArea(SearchArea):
    """Participants beside pages, events and images, for whoever may see some."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Only for those who would find anybody."""
        return sees_participants(request.user)


def search_area() -> ParticipantSearchArea:
    """For Wagtail's hook ``register_admin_search_area``."""
    return ParticipantSearchArea(
        _("Participants"), reverse(SEARCH_URL), name=AREA, icon_name="group", order=260
    )


class ParticipantSearchView(WagtailAdminTemplateMixin, TemplateView):
    """Who has these words in a name, organisation, reference or address, at which event; newest events first."""

    template_name = "nsr_events/registration/admin/people/search.html"
    page_title = _("Participants")
    header_icon = "group"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home and this page."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not sees_participants(request.user):
            raise PermissionDenied

    @cached_property
    def now(self) -> dt.datetime:
        """The moment of the request."""
        return timezone.now()

    @cached_property
    def typed(self) -> str:
        """What is searched for."""
        return plain(self.request.GET.get("q", ""))

    def found(self) -> QuerySet[Registration]:
        """The rows that fit, of the user's own collections."""
        if len(self.typed.lstrip("@")) < SHORTEST:
            return Registration.objects.none()
        rows = Registration.objects.filter(
            event__in=visible_events(self.request.user, [SEE]), anonymised_at=None
        )
        shown = found_by(rows, self.typed).select_related("event").defer("answers")
        return shown.order_by("-event__start", "event", "last_name", "first_name", "pk")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page = Paginator(self.found(), PER_PAGE).get_page(request.GET.get("p"))
        self.note(page.object_list)
        return self.render_to_response(
            self.get_context_data(
                q=self.typed, too_short=bool(self.typed) and len(self.typed.lstrip("@")) < SHORTEST, area=AREA,
                page=page, pages=page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
                paged=self._query(),
                people=[
                    (row, address(row.event, "person", row.uid), dates_of(row.event)) for row in page.object_list
                ],
            )
        )  # fmt: skip

    def _query(self) -> str:
        query = self.request.GET.copy()
        query.pop("p", None)
        return query.urlencode()

    def note(self, rows: Any) -> None:
        """Write down at which events somebody was found: once an event and hour, as for the list."""
        events = {row.event_id: row.event for row in rows}
        audit.record_once_each(
            "registrations.searched", events=events.values(), actor=self.request.user, now=self.now,
            request=self.request,
        )  # fmt: skip
