"""The frame of the event workspace, for every domain's screens: ``/admin/events/<pk>/<tab>/``.

A domain's view stands on ``WorkspaceView``, names its tab and extends ``nsr_events/admin/workspace.html``::

    class ProgrammeView(WorkspaceView):
        tab = "programme"
        event_action = "change"
        template_name = "nsr_events/programme/admin/table.html"     # fills the block workspace_content

A function view calls ``get_event_or_404`` and renders the same template with ``event`` and ``tab`` in its
context.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from . import formats, tabs
from .models import LATEST_CLOSE, Event
from .permissions import EventScopedMixin

INDEX_URL_NAME = "nsr_events_admin:index"


@dataclass(frozen=True)
class Frame:
    """What the header of the workspace shows around a tab."""

    event: Event
    tab: tabs.Tab | None
    tabs: list[tuple[tabs.Tab, str]]
    states: list[tuple[tabs.HeaderState, tabs.State]]
    breadcrumbs: list[dict[str, str]]


def frame_of(event: Event, request: HttpRequest, *, tab: str = "", below: str = "") -> Frame:
    """Return the frame of ``event`` with ``tab`` marked; ``below`` titles a screen under that tab."""
    open_tabs = [(each, each.url(event)) for each in tabs.tabs_for(request.user, event)]
    current = next((each for each, _url in open_tabs if each.key == tab), None)
    return Frame(
        event=event,
        tab=current,
        tabs=open_tabs,
        states=tabs.states_for(event, request),
        breadcrumbs=_breadcrumbs(event, current, below),
    )


def _breadcrumbs(event, tab, below):
    path = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse(INDEX_URL_NAME), "label": _("Events")},
        {"url": reverse("nsr_events_admin:overview", args=[event.pk]), "label": str(event)},
    ]
    if tab:
        path.append({"url": tab.url(event), "label": str(tab.label)})
    if below:
        path.append({"url": "", "label": below})
    return path


def dates_of(event: Event) -> str:
    """The dates of an event in the editor's language; hours after midnight belong to the day before."""
    night = dt.timedelta(hours=LATEST_CLOSE.hour, microseconds=1)
    first = event.local_start.date()
    last = max(first, (event.local_end - night).date())
    return formats.date_range(first, last, get_language() or "en")


class WorkspaceMixin(EventScopedMixin, WagtailAdminTemplateMixin):
    """Gives a view its event, the marked tab and a title; ``page_title`` names a screen below the tab."""

    tab = ""
    template_name = "nsr_events/admin/workspace.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(event=self.event, tab=self.tab, **kwargs)


class WorkspaceView(WorkspaceMixin, TemplateView):
    """A screen of the workspace that is drawn from its context."""
