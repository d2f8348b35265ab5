"""The box on Wagtail's group screen in which each group gets its permissions, collection by collection."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.forms.collections import collection_member_permission_formset_factory

from nsr_events.core.models import Event
from nsr_events.core.permissions import ACTIONS

LABELS = {
    "add": _("Add events"),
    "change": _("Edit events and their programme"),
    "delete": _("Delete events"),
    "see_registrations": _("See registrations"),
    "manage_registrations": _("Approve, cancel and edit registrations"),
    "see_sensitive": _("See sensitive answers by person"),
    "export_registrations": _("Export registrations"),
    "check_in": _("Check in participants"),
    "send_mail": _("Send mail to participants"),
    "plan_meetings": _("Plan speed meetings"),
    "see_audit": _("See the audit log"),
}

EventPermissionFormSet = collection_member_permission_formset_factory(
    Event,
    [(f"{action}_event", LABELS[action], LABELS[action]) for action in ACTIONS],
    "nsr_events/admin/event_permissions_formset.html",
    default_prefix="nsr_events_permissions",
)


def describe_collection(collection):
    """Why a collection with events is not deleted (Wagtail's hook ``describe_collection_contents``)."""
    count = Event.objects.filter(collection=collection).count()
    if not count:
        return None
    return {
        "count": count,
        "count_text": ngettext("%(count)s event", "%(count)s events", count) % {"count": count},
        "url": f"{reverse('nsr_events_admin:index')}?collection={collection.pk}",
    }
