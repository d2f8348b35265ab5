"""Adds the tab, the state in the header, the checklist and the history to the workspace."""

from django.utils.translation import gettext_lazy
from wagtail import hooks

from nsr_events.core import checklist, tabs
from nsr_events.registration import history

from . import checks
from .screens import NAMESPACE, TAB, header_state


def register() -> None:
    """From ``AppConfig.ready()``."""
    label = gettext_lazy("Registration")
    tabs.register(tabs.Tab(TAB, label, f"{NAMESPACE}:setup", "change", 50))
    tabs.register_state(tabs.HeaderState(TAB, label, header_state, 30))
    checklist.register(checks.checklist)
    hooks.register("register_log_actions", history.register)
