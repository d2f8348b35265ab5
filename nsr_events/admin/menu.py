"""Ways to the workspace: menu, button on a page's header, userbar, global search."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import ModelAdminURLFinder
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea
from wagtail.admin.userbar import BaseItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets.button import Button

from nsr_events.core.permissions import ACTIONS, event_policy, may
from nsr_events.pages.models import EventPageMixin

from .registers import REGISTERS

MENU_ORDER = 200


def sees_events(user) -> bool:
    """Whether ``user`` may do anything with any event."""
    return event_policy.user_has_any_permission(user, list(ACTIONS))


class AllEventsMenuItem(MenuItem):
    """Leads to the listing of all events."""

    def is_shown(self, request):
        return sees_events(request.user)


class EventsGroup(ViewSetGroup):
    """One menu for all events and the registers they share; domains add items by the ``submenu_hook``."""

    items = REGISTERS
    menu_label = gettext_lazy("Events")
    menu_name = "nsr-events"
    menu_icon = "date"
    menu_order = MENU_ORDER
    submenu_hook = "register_nsr_events_menu_item"

    def get_submenu_items(self):
        first = AllEventsMenuItem(
            gettext_lazy("All events"),
            reverse("nsr_events_admin:index"),
            name="nsr-events-all",
            icon_name="list-ul",
            order=0,
        )
        return [first, *super().get_submenu_items()]


class EventSearchArea(SearchArea):
    """Events in the admin's global search."""

    def is_shown(self, request):
        return sees_events(request.user)


class EventURLFinder(ModelAdminURLFinder):
    """Where an event is worked on: its workspace, for whoever may do anything with it."""

    def get_edit_url(self, instance):
        if self.user and not may(self.user, ACTIONS, instance):
            return None
        return self.construct_edit_url(instance)

    def construct_edit_url(self, instance):
        return reverse("nsr_events_admin:overview", args=[instance.pk])


def workspace_url_for(page, user) -> str | None:
    """The workspace of the event that ``page`` shows, None where there is none or the user may not see it."""
    page = page.specific if page and page.pk else None
    if not isinstance(page, EventPageMixin) or not may(user, ACTIONS, page.event):
        return None
    return reverse("nsr_events_admin:overview", args=[page.event_id])


def page_header_buttons(page, user, view_name, next_url=None):
    """A button from a page's header to the workspace."""
    if url := workspace_url_for(page, user):
        yield Button(_("Event workspace"), url=url, icon_name="date", priority=5)


class WorkspaceUserbarItem(BaseItem):
    """The way from the public page to the workspace."""

    template_name = "nsr_events/admin/userbar_item.html"

    def __init__(self, url):
        self.url = url

    def get_context_data(self, parent_context):
        return {**super().get_context_data(parent_context), "url": self.url}


def add_userbar_item(request, items, page):
    """Put the workspace into the userbar of event pages."""
    if page and (url := workspace_url_for(page, request.user)):
        items.append(WorkspaceUserbarItem(url))
