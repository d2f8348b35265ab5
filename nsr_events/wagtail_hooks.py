"""Registration with Wagtail, and nothing else: each screen lives in its domain's package."""

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import register_admin_url_finder

from .admin import groups, log_actions, menu, page_advice, pages
from .admin import urls as admin_urls
from .admin.bulk import BULK_ACTIONS
from .core import admin as core_admin
from .core.choosers import CHOOSERS
from .core.models import Event
from .outbox import admin as outbox_admin
from .outbox import panels as outbox_panels
from .outbox.admin_urls import messages_urls
from .pages import life
from .programme.admin_urls import programme_urls
from .registration.people import searching as participant_search
from .registration.people import tab as participants_tab
from .registration.people.urls import participant_urls
from .registration.setup import registering as registration_tab
from .registration.setup.urls import setup_urls
from .reminders.admin import site_texts
from .reminders.admin import tab as reminders_tab
from .reminders.admin.urls import reminder_urls

core_admin.register()
pages.register()
outbox_admin.register()
page_advice.register()
participants_tab.register()
registration_tab.register()
reminders_tab.register()
register_admin_url_finder(Event, menu.EventURLFinder)

hooks.register("register_group_permission_panel", lambda: groups.EventPermissionFormSet)
hooks.register("describe_collection_contents", groups.describe_collection)
hooks.register("register_log_actions", log_actions.register_log_actions)
hooks.register("register_page_header_buttons", menu.page_header_buttons)
hooks.register("construct_wagtail_userbar", menu.add_userbar_item)
hooks.register("register_nsr_events_menu_item", site_texts.menu_item)
hooks.register("register_permissions", site_texts.permissions)
hooks.register("construct_homepage_panels", outbox_panels.add_health_panel)
hooks.register("before_copy_page", life.lead_to_new_edition)
hooks.register("after_copy_page", life.say_which_events_were_made)

for _action in BULK_ACTIONS:
    # A later order than Wagtail's own actions for the same model.
    hooks.register("register_bulk_action", _action, order=100)


@hooks.register("register_admin_urls")
def register_admin_urls():
    """The workspace and, beside it, the programme's screens."""
    return [
        path("events/", include(admin_urls)),
        *programme_urls(),
        *reminder_urls(),
        *messages_urls(),
        *participant_urls(),
        *setup_urls(),
    ]


@hooks.register("register_admin_viewset")
def register_menu_and_registers():
    """The menu with the registers all events share."""
    return menu.EventsGroup()


@hooks.register("register_admin_viewset")
def register_choosers():
    """The choosers of organisations, people, venues, rooms and events."""
    return [*CHOOSERS, life.event_for_page_chooser]


@hooks.register("register_admin_search_area")
def register_search_area():
    """Events in the global search."""
    return menu.EventSearchArea(
        _("Events"), reverse("nsr_events_admin:index"), name="nsr-events", icon_name="date", order=250
    )


@hooks.register("register_admin_search_area")
def register_participant_search_area():
    """Participants in the global search."""
    return participant_search.search_area()


@hooks.register("insert_global_admin_css")
def insert_css():
    """Our styles on every screen, since choosers and listings of ours stand on Wagtail's own pages too."""
    return format_html('<link rel="stylesheet" href="{}">', static("nsr_events/admin/workspace.css"))


@hooks.register("insert_global_admin_js")
def insert_script_that_keeps_what_is_typed():
    """For all our forms at once, since registers stand on Wagtail's own templates."""
    below = reverse("nsr_events_admin:index")
    return render_to_string("nsr_events/admin/includes/kept.html", {"below": below})
