"""Who may do what with an event: collection permissions on ``Event`` (privacy-security, section 1).

Rows below an event have no permission of their own; their policy asks for the event's collection. Wagtail's
generic views check such a policy for the model only, so each of our views narrows what it answers to one
event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from wagtail.models import Collection
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.permission_policies.collections import CollectionPermissionPolicy
from wagtail.permissions import register_permission_policy

from .models import Event, EventDay, EventOrganisation

ACTIONS = (
    "add",
    "change",
    "delete",
    "see_registrations",
    "manage_registrations",
    "see_sensitive",
    "export_registrations",
    "check_in",
    "send_mail",
    "plan_meetings",
    "see_audit",
)
"""Every action a group may be given on a collection's events. None implies another."""

ROW_ACTIONS = {"add": "change", "change": "change", "delete": "change", "view": "change"}
"""Whoever may change an event may add, change, delete and view the rows below it."""

event_policy = CollectionPermissionPolicy(Event)


class EventPermissionPolicy(BasePermissionPolicy):
    """Permissions on a row below an event: those the user has on the event.

    ``lookup`` leads from the row to its event ("event", "session__event"). ``actions`` says which action on
    the event an action on the row needs; an action it does not name is asked for as it is.
    """

    def __init__(
        self, model: type[Model] | str, *, lookup: str = "event", actions: Mapping[str, str] = ROW_ACTIONS
    ) -> None:
        super().__init__(model)
        self.lookup = lookup
        self.actions = actions

    def event_actions(self, actions: Iterable[str]) -> set[str]:
        """Return the actions on the event that the row's ``actions`` stand for."""
        return {self.actions.get(action, action) for action in actions}

    def event_of(self, instance: Model) -> Event:
        """Follow ``lookup`` from the row to its event."""
        for name in self.lookup.split("__"):
            instance = getattr(instance, name)
        return instance

    def user_has_permission(self, user, action):
        return self.user_has_any_permission(user, [action])

    def user_has_any_permission(self, user, actions):
        return event_policy.user_has_any_permission(user, self.event_actions(actions))

    def users_with_any_permission(self, actions):
        return event_policy.users_with_any_permission(self.event_actions(actions))

    def user_has_permission_for_instance(self, user, action, instance):
        return self.user_has_any_permission_for_instance(user, [action], instance)

    def user_has_any_permission_for_instance(self, user, actions, instance):
        event = self.event_of(instance)
        return event_policy.user_has_any_permission_for_instance(user, self.event_actions(actions), event)

    def instances_user_has_any_permission_for(self, user, actions):
        events = event_policy.instances_user_has_any_permission_for(user, self.event_actions(actions))
        return self.model._default_manager.filter(**{f"{self.lookup}__in": events})

    def instances_user_has_permission_for(self, user, action):
        return self.instances_user_has_any_permission_for(user, [action])

    def users_with_any_permission_for_instance(self, actions, instance):
        event = self.event_of(instance)
        return event_policy.users_with_any_permission_for_instance(self.event_actions(actions), event)


def register_event_rows(*models: type[Model], **options: Any) -> None:
    """Make the event's permissions count for ``models``; ``options`` as of ``EventPermissionPolicy``.

    To be called from ``AppConfig.ready()``, before any viewset asks for a policy.
    """
    for model in models:
        register_permission_policy(model, EventPermissionPolicy(model, **options))


def register_policies() -> None:
    """Register the policies of this package's models."""
    register_permission_policy(Event, event_policy)
    register_event_rows(EventDay, EventOrganisation)


def visible_events(user: Any, actions: Iterable[str] = ACTIONS) -> QuerySet[Event]:
    """Return the events in collections where ``user`` holds any of ``actions``."""
    return event_policy.instances_user_has_any_permission_for(user, list(actions))


def may(user: Any, action: str | Iterable[str], event: Event) -> bool:
    """Whether ``user`` holds ``action`` (or any of several) in the event's collection."""
    actions = [action] if isinstance(action, str) else list(action)
    return event_policy.user_has_any_permission_for_instance(user, actions, event)


def collections_to_add_to(user: Any) -> QuerySet[Collection]:
    """Return the collections in which ``user`` may make events."""
    return event_policy.collections_user_has_permission_for(user, "add")


def get_event_or_404(request: HttpRequest, pk: Any, action: str | Iterable[str] = ACTIONS) -> Event:
    """Return the event with primary key ``pk`` on which the user holds ``action`` (or any of several).

    Raises ``Http404`` when the user has no permission at all in the event's collection, so that its existence
    is not told, and ``PermissionDenied`` (Wagtail's redirect with a message, 403 for fetch) when only
    ``action`` is missing.
    """
    # What every header shows of an event comes along in one query.
    events = Event.objects.select_related("collection", "venue", "type", "region", "series")
    event = get_object_or_404(events, pk=pk)
    if not may(request.user, ACTIONS, event):
        raise Http404("No event of the user's collections.")
    if not may(request.user, action, event):
        raise PermissionDenied
    return event


class EventScopedMixin:
    """For class-based views whose address names an event: sets ``self.event`` or refuses, first of all.

    ``event_action`` is the action (or several, of which one is enough) that the view needs on the event.
    ``event_lookup`` leads from the view's own rows to their event; with it, Wagtail's generic views find rows
    of this event only, by whatever primary key. Stands first among the bases.
    """

    event_action: str | tuple[str, ...] = "change"
    event_url_kwarg = "event_pk"
    event_lookup: str | None = None

    def setup(self, request, *args, **kwargs):
        # Before super(): generic views fetch their object in setup().
        self.event = get_event_or_404(request, kwargs[self.event_url_kwarg], self.event_action)
        super().setup(request, *args, **kwargs)

    def get_base_object_queryset(self):
        return self._of_event(super().get_base_object_queryset())

    def get_base_queryset(self):
        return self._of_event(super().get_base_queryset())

    def _of_event(self, queryset):
        return queryset.filter(**{self.event_lookup: self.event}) if self.event_lookup else queryset
