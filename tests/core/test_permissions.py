"""Who may do what with an event."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.views import View
from wagtail.admin.views.generic.base import BaseObjectMixin
from wagtail.permissions import policy_registry

from nsr_events.core.models import Event, EventDay
from nsr_events.core.permissions import (
    ACTIONS,
    EventPermissionPolicy,
    EventScopedMixin,
    event_policy,
    get_event_or_404,
    may,
    visible_events,
)
from tests.admin.conftest import make_user, world  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(rf):
    """Ask for an event as a user."""

    def _ask(user, pk, action=ACTIONS):
        request = rf.get("/")
        request.user = user
        return get_event_or_404(request, pk, action)

    return _ask


def test_an_editor_gets_the_events_of_their_own_collection(ask, world):  # noqa: F811
    assert ask(world.editor, world.event.pk, "change") == world.event


def test_an_event_of_another_collection_does_not_exist_for_an_editor(ask, world):  # noqa: F811
    with pytest.raises(Http404):
        ask(world.editor, world.foreign.pk, "change")


def test_a_missing_permission_in_the_own_collection_is_refused_not_hidden(ask, world):  # noqa: F811
    with pytest.raises(PermissionDenied):
        ask(world.editor, world.event.pk, "delete")


def test_one_of_several_actions_is_enough(ask, world):  # noqa: F811
    assert ask(world.editor, world.event.pk, ("delete", "change")) == world.event


@pytest.mark.parametrize("pk", [0, 10**30])
def test_an_event_that_is_not_there_is_404(ask, world, pk):  # noqa: F811
    with pytest.raises(Http404):
        ask(world.boss, pk)


def test_no_action_implies_another(world):  # noqa: F811
    for action in ACTIONS:
        user = make_user(f"only-{action}", collection=world.oslo, actions=[action])
        assert [each for each in ACTIONS if may(user, each, world.event)] == [action]


def test_permissions_reach_the_collections_below(world):  # noqa: F811
    child = world.oslo.add_child(name="Oslo sentrum")
    world.event.collection = child
    assert may(world.editor, "change", world.event)
    assert not may(world.neighbour, "change", world.event)


def test_an_editor_sees_the_events_of_their_own_collection_only(world):  # noqa: F811
    assert list(visible_events(world.editor)) == [world.event]
    assert list(visible_events(world.neighbour)) == [world.foreign]
    assert set(visible_events(world.boss)) == {world.event, world.foreign}
    assert not visible_events(AnonymousUser())


def test_a_superuser_who_left_sees_nothing(world):  # noqa: F811
    world.boss.is_active = False
    world.boss.save()
    assert not visible_events(world.boss)


class TestRowsBelowAnEvent:
    """A day, a session, a registration: whoever may change the event may change them."""

    def test_the_registered_policies_are_ours(self):
        assert policy_registry.get_by_type(Event) is event_policy
        assert isinstance(policy_registry.get_by_type(EventDay), EventPermissionPolicy)

    def test_a_day_may_be_changed_with_its_event(self, world):  # noqa: F811
        day, policy = world.event.days.first(), policy_registry.get_by_type(EventDay)
        for action in ("add", "change", "delete", "view"):
            assert policy.user_has_permission_for_instance(world.editor, action, day)
            assert not policy.user_has_permission_for_instance(world.neighbour, action, day)

    def test_deleting_a_day_needs_no_right_to_delete_events_and_that_right_alone_is_not_enough(self, world):  # noqa: F811
        remover = make_user("remover", collection=world.oslo, actions=["delete"])
        policy = policy_registry.get_by_type(EventDay)
        assert not policy.user_has_permission_for_instance(remover, "delete", world.event.days.first())

    def test_lists_of_days_are_narrowed_to_the_collection(self, world):  # noqa: F811
        policy = policy_registry.get_by_type(EventDay)
        found = policy.instances_user_has_permission_for(world.editor, "change")
        assert {day.event_id for day in found} == {world.event.pk}

    def test_the_users_of_a_day_are_those_of_its_event(self, world):  # noqa: F811
        policy = policy_registry.get_by_type(EventDay)
        users = policy.users_with_any_permission_for_instance(["change"], world.event.days.first())
        assert set(users) == {world.editor, world.boss}

    def test_actions_of_their_own_can_be_mapped(self, world):  # noqa: F811
        policy = EventPermissionPolicy(EventDay, actions={"view": "see_registrations"})
        host = make_user("host", collection=world.oslo, actions=["see_registrations"])
        assert policy.user_has_permission_for_instance(host, "view", world.event.days.first())
        assert not policy.user_has_permission_for_instance(world.editor, "view", world.event.days.first())


class TestEventScopedViews:
    """A view below an event finds rows of that event only, by whatever primary key."""

    def view_of(self, user, event, day):
        class DayView(EventScopedMixin, BaseObjectMixin, View):
            model = EventDay
            event_lookup = "event"

        request = RequestFactory().get("/")
        request.user = user
        view = DayView()
        view.setup(request, event_pk=event.pk, pk=day.pk)
        return view

    def test_its_own_row_is_found(self, world):  # noqa: F811
        day = world.event.days.first()
        assert self.view_of(world.editor, world.event, day).object == day

    def test_a_row_of_another_event_is_404_even_for_a_superuser(self, world):  # noqa: F811
        with pytest.raises(Http404):
            self.view_of(world.boss, world.event, world.foreign.days.first())

    def test_a_foreign_event_is_404_before_any_row_is_read(self, world):  # noqa: F811
        with pytest.raises(Http404):
            self.view_of(world.editor, world.foreign, world.foreign.days.first())
