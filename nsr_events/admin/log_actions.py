"""Names of what happens to events in Wagtail's history. Entries hold names of fields, never values."""

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogFormatter

FIELD_LABELS = {
    "name": _("name"),
    "days": _("days"),
    "day_texts": _("themes and seats of the days"),
    "hosts": _("hosts"),
    "organisations": _("organisations"),
    "venue": _("venue"),
    "timezone": _("time zone"),
    "format": _("format"),
    "online_url": _("online link"),
    "collection": _("access (collection)"),
    "status": _("status"),
    "status_note": _("note on the status"),
    "type": _("type"),
    "region": _("region"),
    "series": _("event series"),
    "audience": _("who it is for"),
    "fee_note": _("price"),
}


class EditFormatter(LogFormatter):
    """Says which facts were changed."""

    label = _("Edit the event")

    def format_message(self, log_entry):
        fields = [str(FIELD_LABELS.get(name, name)) for name in log_entry.data.get("fields", [])]
        if not fields:
            return _("Edited the event")
        return _("Changed: %(fields)s") % {"fields": ", ".join(fields)}


def register_log_actions(actions):
    """Name the actions that ``core.events`` logs."""
    actions.register_action("nsr_events.event.create", _("Make the event"), _("Made the event"))
    actions.register_action("nsr_events.event.delete", _("Delete the event"), _("Deleted the event"))
    actions.register_action(
        "nsr_events.page.relink", _("Move a page to another event"), _("Moved a page to another event")
    )
    actions.register_action("nsr_events.event.edit")(EditFormatter)
