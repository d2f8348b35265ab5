"""The tab in the workspace and the numbers on the overview."""

from django.utils.translation import gettext_lazy as _

from nsr_events.core import numbers, tabs

from .numbers import overview_numbers
from .screens import NAMESPACE, SEE, TAB


def register() -> None:
    """Add the tab Participants, after Registration, and its numbers."""
    tabs.register(tabs.Tab(TAB, _("Participants"), f"{NAMESPACE}:list", SEE, 60))
    numbers.register(overview_numbers)
