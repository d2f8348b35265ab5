"""What the event's history says of how registration is set up; never of participants (they have an audit log)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

from nsr_events.core.models import Event

ACTIONS = {
    "registration.setup": (_("Edit registration setup"), _("Edited how people register")),
    "category.save": (_("Edit participant category"), _("Edited a participant category")),
    "category.delete": (_("Delete participant category"), _("Deleted a participant category")),
    "category.move": (_("Order participant categories"), _("Changed the order of participant categories")),
    "question.save": (_("Edit question"), _("Edited a question of the registration form")),
    "question.retire": (_("Retire question"), _("Retired a question of the registration form")),
    "question.restore": (_("Restore question"), _("Asks a retired question again")),
    "question.delete": (_("Delete question"), _("Deleted a question of the registration form")),
    "question.move": (_("Order questions"), _("Changed the order of the questions")),
    "question.sensitive": (_("Make question sensitive"), _("Moved answers to a question into the safe")),
}
"""Name (after ``nsr_events.``): (label, message)."""


def register(actions: LogActionRegistry) -> None:
    """Make the actions known; for Wagtail's hook ``register_log_actions``."""
    for name, (label, message) in ACTIONS.items():
        actions.register_action(f"nsr_events.{name}", label, message)


def note(event: Event, action: str, by: Any, **data: Any) -> None:
    """Write one entry in the history of ``event``; ``data`` holds uids, counts and names of fields."""
    log(event, f"nsr_events.{action}", user=by, data=data)
