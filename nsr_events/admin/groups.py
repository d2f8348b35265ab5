"""The box on Wagtail's group screen in which each group gets its permissions, collection by collection."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.forms.collections import collection_member_permission_formset_factory

from nsr_events.core.models import Event

EventPermissionFormSet = collection_member_permission_formset_factory(
    Event,
    [
        ("add_event", _("Add"), _("Add events")),
        ("change_event", _("Edit"), _("Edit events, their pages and programme")),
        ("delete_event", _("Delete"), _("Delete events")),
        ("see_registrations_event", _("See registrations"), _("See registrations")),
        (
            "manage_registrations_event",
            _("Manage registrations"),
            _("Approve, cancel and edit registrations"),
        ),
        ("see_sensitive_event", _("Sensitive answers"), _("See sensitive answers by person")),
        ("export_registrations_event", _("Export"), _("Export registrations")),
        ("check_in_event", _("Check in"), _("Check in participants")),
        ("send_mail_event", _("Send mail"), _("Send mail to participants")),
        ("plan_meetings_event", _("Speed meetings"), _("Plan speed meetings")),
        ("see_audit_event", _("Audit log"), _("See the audit log")),
    ],
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
