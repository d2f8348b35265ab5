"""What the event's history says of the programme; entries carry uids and values, never participants."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

from nsr_events.core.models import Event

ACTIONS = {
    "session.create": (_("Add programme item"), _("Added a programme item")),
    "session.update": (_("Edit programme item"), _("Edited a programme item")),
    "session.place": (_("Place programme item"), _("Placed a programme item")),
    "session.unplace": (_("Take programme item out"), _("Took a programme item out of the programme")),
    "session.swap": (_("Swap programme items"), _("Swapped two programme items")),
    "session.shift": (_("Shift programme items"), _("Shifted programme items in time")),
    "session.duplicate": (_("Duplicate programme item"), _("Duplicated a programme item")),
    "session.cancel": (_("Cancel programme item"), _("Cancelled a programme item")),
    "session.restore": (_("Restore programme item"), _("Restored a programme item")),
    "session.remove": (_("Remove programme item"), _("Removed a programme item")),
    "track.save": (_("Edit tracks"), _("Edited the tracks")),
    "conflict.accept": (_("Accept conflict"), _("Accepted a conflict")),
    "conflict.reopen": (_("Reopen conflict"), _("Took back the acceptance of a conflict")),
    "material.add": (_("Add slides or document"), _("Added slides or a document")),
    "material.update": (_("Edit slides or document"), _("Edited slides or a document")),
    "material.delete": (_("Delete slides or document"), _("Deleted slides or a document")),
    "programme.release": (_("Release programme"), _("Released the programme")),
    "programme.repeat": (_("Repeat programme release"), _("Used an older programme release again")),
    "programme.facts": (
        _("Update released programme"),
        _("Days, venue or time zone changed the released programme"),
    ),
}
"""Name (after ``nsr_events.``): (label, message)."""


def register(actions: LogActionRegistry) -> None:
    """Make the actions known; for Wagtail's hook ``register_log_actions``."""
    for name, (label, message) in ACTIONS.items():
        actions.register_action(f"nsr_events.{name}", label, message)


def note(event: Event, action: str, by: Any, **data: Any) -> None:
    """Write one entry in the history of ``event``; ``data`` holds uids and plain values."""
    log(event, f"nsr_events.{action}", user=by, data=data)
