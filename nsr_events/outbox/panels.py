"""The state of the queue on the start page of Wagtail's admin, for those who may send mail."""

from __future__ import annotations

from django.utils import timezone
from wagtail.admin.ui.components import Component

from nsr_events.core.permissions import event_policy

from . import health


class HealthPanel(Component):
    """Whether mail flows, in a few words; more of them when it does not."""

    name = "nsr_events_mail"
    template_name = "nsr_events/outbox/admin/health_panel.html"
    order = 150

    def get_context_data(self, parent_context):
        return {"health": health.check(timezone.now())}


def add_health_panel(request, panels):
    """For Wagtail's hook ``construct_homepage_panels``."""
    if event_policy.user_has_permission(request.user, "send_mail"):
        panels.append(HealthPanel())
