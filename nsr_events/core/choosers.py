"""Choosers for the registers all events share, and for events; other domains' forms use the widgets.

Wagtail lets every admin user look through a chooser; ours answer those who edit events or the register
itself, and show events of the user's own collections only.
"""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.chooser import BaseChooser
from wagtail.permissions import policy_registry

from .models import Event, Organisation, Person, Room, Venue
from .permissions import event_policy, visible_events
from .searching import PlainFilterMixin

EDITING = ("add", "change")


class SafeChooser(BaseChooser):
    """A chooser that shows nothing, instead of failing, when what is posted is no primary key."""

    def get_instance(self, value):
        try:
            return super().get_instance(value)
        except (ValueError, OverflowError):
            return None


class ForEditorsMixin:
    """Answers those who edit events or the register; of events, those of the user's collections."""

    def dispatch(self, request, *args, **kwargs):
        if not self.may_choose(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def may_choose(self, user):
        register = policy_registry.get_by_type(self.model_class)
        return event_policy.user_has_any_permission(user, EDITING) or register.user_has_any_permission(
            user, EDITING
        )

    def choosable(self):
        if self.model_class is Event:
            return visible_events(self.request.user, EDITING)
        return self.model_class._default_manager.all()


class ListsChoosableMixin(ForEditorsMixin):
    """The list of a chooser; ``url_filter_parameters`` that are no numbers match nothing."""

    def get_object_list(self):
        return self.choosable()

    def get_filter_form_class(self):
        form = super().get_filter_form_class()
        return type("PlainFilterForm", (PlainFilterMixin, form), {})

    def filter_object_list(self, objects):
        given = [self.request.GET[name] for name in self.url_filter_parameters if name in self.request.GET]
        if not all(value.isdecimal() and len(value) < 19 for value in given):
            return objects.none()
        return super().filter_object_list(objects)


class ChooseView(ListsChoosableMixin, chooser.ChooseView):
    """The chooser's dialog."""


class ChooseResultsView(ListsChoosableMixin, chooser.ChooseResultsView):
    """The chooser's list alone."""


class ChosenView(ForEditorsMixin, chooser.ChosenView):
    """What was chosen; a row of another collection does not exist."""

    def get_object(self, pk):
        try:
            return self.choosable().get(pk=pk)
        except (ObjectDoesNotExist, ValueError, OverflowError):
            raise Http404 from None


class ChosenMultipleView(ForEditorsMixin, chooser.ChosenMultipleView):
    """The several that were chosen; rows of other collections are left out."""

    def get_objects(self, pks):
        return self.choosable().filter(pk__in=[pk for pk in pks if pk.isdecimal() and len(pk) < 19])


class CreateView(ForEditorsMixin, chooser.CreateView):
    """The tab in which something missing is made on the spot, with the register's own ``add`` permission."""


class RegisterChooserViewSet(ChooserViewSet):
    """A chooser with the rules of this module; without a form there is no address to create at."""

    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    create_view_class = CreateView
    base_widget_class = SafeChooser
    search_tab_label = _("Search")
    create_action_label = _("Create")
    edit_item_text = _("Edit")

    def get_urlpatterns(self):
        patterns = super().get_urlpatterns()
        if self.creation_form_class or self.form_fields:
            return patterns
        # Wagtail answers a POST there with a 500.
        return [pattern for pattern in patterns if pattern.name != "create"]


class OrganisationChooserViewSet(RegisterChooserViewSet):
    model = Organisation
    icon = "group"
    choose_one_text = _("Choose an organisation")
    choose_another_text = _("Choose another organisation")
    creation_tab_label = _("New organisation")
    form_fields = ["name", "short_name", "kind"]


class PersonChooserViewSet(RegisterChooserViewSet):
    model = Person
    icon = "user"
    choose_one_text = _("Choose a person")
    choose_another_text = _("Choose another person")
    creation_tab_label = _("New person")
    form_fields = ["given_name", "family_name", "title", "employer", "email"]


class VenueChooserViewSet(RegisterChooserViewSet):
    model = Venue
    icon = "home"
    choose_one_text = _("Choose a venue")
    choose_another_text = _("Choose another venue")
    creation_tab_label = _("New venue")
    form_fields = ["name", "address", "postal_code", "city"]


class RoomChooserViewSet(RegisterChooserViewSet):
    """Rooms, of one venue where the address says ``?venue=<pk>`` (the widget's ``linked_fields``)."""

    model = Room
    icon = "table"
    choose_one_text = _("Choose a room")
    choose_another_text = _("Choose another room")
    url_filter_parameters = ["venue"]
    preserve_url_parameters = ["multiple", "venue"]


class EventCreationMixin:
    """The form of the tab "New event" knows who asks: it offers the collections they may add to."""

    def get_creation_form_kwargs(self):
        return {**super().get_creation_form_kwargs(), "user": self.request.user}


class EventChooseView(EventCreationMixin, ChooseView):
    """The dialog of the event chooser."""


class EventCreateView(EventCreationMixin, CreateView):
    """Makes an event with its days from within the chooser."""

    def save_form(self, form):
        return form.create(now=timezone.now(), by=self.request.user)


class EventChooserViewSet(RegisterChooserViewSet):
    model = Event
    choose_view_class = EventChooseView
    create_view_class = EventCreateView
    creation_form_class = "nsr_events.core.forms.QuickEventForm"
    creation_tab_label = _("New event")
    icon = "date"
    choose_one_text = _("Choose an event")
    choose_another_text = _("Choose another event")
    edit_item_text = _("Open the event")


organisation_chooser = OrganisationChooserViewSet(
    "nsr_events_organisation_chooser", url_prefix="events/choose/organisation"
)
person_chooser = PersonChooserViewSet("nsr_events_person_chooser", url_prefix="events/choose/person")
venue_chooser = VenueChooserViewSet("nsr_events_venue_chooser", url_prefix="events/choose/venue")
room_chooser = RoomChooserViewSet("nsr_events_room_chooser", url_prefix="events/choose/room")
event_chooser = EventChooserViewSet("nsr_events_event_chooser", url_prefix="events/choose/event")

CHOOSERS = [organisation_chooser, person_chooser, venue_chooser, room_chooser, event_chooser]

OrganisationChooser = organisation_chooser.widget_class
PersonChooser = person_chooser.widget_class
VenueChooser = venue_chooser.widget_class
RoomChooser = room_chooser.widget_class
EventChooser = event_chooser.widget_class
