"""Bulk actions of "All events". One id of another collection refuses the whole action."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.search.backends import get_search_backend

from nsr_events.core import events
from nsr_events.core.models import Event
from nsr_events.core.permissions import ACTIONS, collections_to_add_to, event_policy, may, visible_events
from nsr_events.core.searching import plain_words

from .deletion import delete_if_free
from .events import EventFilterSet


class EventBulkAction(BulkAction):
    """Acts on events of the user's collections; each needs ``event_action`` in its own collection."""

    models = [Event]
    event_action = "change"
    template_name = "nsr_events/admin/bulk_action.html"
    question = ""
    button = ""
    refusal = ""

    def dispatch(self, request, *args, **kwargs):
        if not event_policy.user_has_any_permission(request.user, list(ACTIONS)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_actionable_objects(self):
        found = self._wished()
        allowed = [event for event in found if may(self.request.user, self.event_action, event)]
        return allowed, {"items_with_no_access": [event for event in found if event not in allowed]}

    def _wished(self):
        ids = set(self.request.GET.getlist("id"))
        seen = visible_events(self.request.user).select_related("collection")
        if "all" in ids:
            return list(self._listed(seen))
        numbers = {value for value in ids if value.isdecimal() and len(value) < 19}
        found = list(seen.filter(pk__in=numbers))
        if not found or len(found) != len(ids):
            raise Http404("Events of other collections are not told of.")
        return found

    def _listed(self, seen):
        """What the listing shows with the filters and the words searched for in the address."""
        listed = EventFilterSet(self.request.GET, seen, request=self.request).qs
        typed = self.request.GET.get("q", "").strip()
        if not typed:
            return listed
        words = plain_words(typed)
        return get_search_backend().autocomplete(words, listed) if words else listed.none()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            question=self.question,
            button=self.button,
            refusal=self.refusal,
            title=self.display_name,
            **kwargs,
        )

    def get_execution_context(self):
        return {"by": self.request.user, "request": self.request}


class CollectionForm(forms.Form):
    """Where the events shall lie."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["collection"] = forms.ModelChoiceField(
            label=gettext_lazy("Access (collection)"), queryset=collections_to_add_to(user)
        )


class MoveEventsAction(EventBulkAction):
    """Move events to another collection in which the user may make events."""

    display_name = gettext_lazy("Move to collection")
    action_type = "move_to_collection"
    aria_label = gettext_lazy("Move the selected events to another collection")
    action_priority = 20
    form_class = CollectionForm
    question = gettext_lazy("The people who may work with these events change with their collection.")
    button = gettext_lazy("Move")
    refusal = gettext_lazy("You may not move these events:")

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_execution_context(self):
        return {**super().get_execution_context(), "collection": self.cleaned_form.cleaned_data["collection"]}

    @classmethod
    def execute_action(cls, objects, *, collection, by, **kwargs):
        for event in objects:
            event.collection = collection
            events.save_facts(event, now=timezone.now(), by=by)
        return len(objects), 0

    def get_success_message(self, num_parent_objects, num_child_objects):
        return ngettext("%(count)d event is moved.", "%(count)d events are moved.", num_parent_objects) % {
            "count": num_parent_objects
        }


class CancelEventsAction(EventBulkAction):
    """Cancel events: their pages stay and say so."""

    display_name = pgettext_lazy("an event", "Cancel")
    action_type = "cancel"
    aria_label = gettext_lazy("Cancel the selected events")
    action_priority = 30
    classes = {"serious"}
    question = gettext_lazy("Their pages and calendars say at once that they are cancelled.")
    button = gettext_lazy("Cancel the events")
    refusal = gettext_lazy("You may not cancel these events:")

    @classmethod
    def execute_action(cls, objects, *, by, **kwargs):
        for event in objects:
            events.change_status(event, Event.Status.CANCELLED, now=timezone.now(), by=by)
        return len(objects), 0

    def get_success_message(self, num_parent_objects, num_child_objects):
        return ngettext(
            "%(count)d event is cancelled.", "%(count)d events are cancelled.", num_parent_objects
        ) % {"count": num_parent_objects}


class DeleteEventsAction(EventBulkAction):
    """Delete events that nothing rests on, and name the others with the reason."""

    display_name = gettext_lazy("Delete")
    action_type = "delete"
    aria_label = gettext_lazy("Delete the selected events")
    action_priority = 100
    event_action = "delete"
    classes = {"serious"}
    question = gettext_lazy("Events that have a page, registrations or sent mail are skipped.")
    button = gettext_lazy("Delete")
    refusal = gettext_lazy("You may not delete these events:")

    @classmethod
    def execute_action(cls, objects, *, by, request, **kwargs):
        deleted = 0
        for event in objects:
            name = str(event)
            holders = delete_if_free(event, by=by)
            deleted += not holders
            if holders:
                text = _("“%(event)s” is not deleted. It is held by %(holders)s.")
                messages.warning(request, text % {"event": name, "holders": ", ".join(holders)})
        return deleted, 0

    def get_success_message(self, num_parent_objects, num_child_objects):
        if not num_parent_objects:
            return None
        return ngettext(
            "%(count)d event is deleted.", "%(count)d events are deleted.", num_parent_objects
        ) % {"count": num_parent_objects}


BULK_ACTIONS = [MoveEventsAction, CancelEventsAction, DeleteEventsAction]
