"""The registers all events share, under ordinary model permissions: venues, people, organisations ..."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError, RestrictedError
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.formsets import BaseFormSetMixin
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from nsr_events.core.choosers import OrganisationChooser
from nsr_events.core.models import EventType, Organisation, Person, Region, Room, Series, Venue
from nsr_events.core.searching import PlainSearchMixin

from .holders import holders_in_words, protected_by


class RegisterDeleteView(generic.DeleteView):
    """Refuses to delete what events rest on, and says which."""

    template_name = "nsr_events/admin/confirm_delete.html"

    @cached_property
    def holders(self):
        return holders_in_words(self.object, self.request.user)

    def form_valid(self, form):
        if self.holders:
            return self.render_to_response(self.get_context_data())
        try:
            return super().form_valid(form)
        except (ProtectedError, RestrictedError):
            # Somebody began to use it between the question and the answer.
            messages.error(self.request, _("It has come into use and is not deleted."))
            return self.render_to_response(self.get_context_data())


class RegisterIndexView(PlainSearchMixin, generic.IndexView):
    """A register's listing."""


class RegisterViewSet(ModelViewSet):
    """A register: no copies, no usage screen (it would name other collections' events), deletion that
    explains.
    """

    copy_view_enabled = False
    index_view_class = RegisterIndexView
    delete_view_class = RegisterDeleteView
    template_prefix = "nsr_events/admin/"
    add_to_admin_menu = False

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{**kwargs, "usage_url_name": None})

    def get_edit_view_kwargs(self, **kwargs):
        return super().get_edit_view_kwargs(**{**kwargs, "usage_url_name": None})

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "usage"]


class RoomFormSet(BaseFormSetMixin, BaseInlineFormSet):
    """The rooms of a venue. One that the programme uses is switched off, not deleted."""

    def __init__(self, data=None, *args, **kwargs):
        # A copy, since clean() takes back what may not be deleted.
        super().__init__(data.copy() if data is not None else None, *args, **kwargs)

    def clean(self):
        super().clean()
        used = [form for form in self.deleted_forms if form.instance.pk and protected_by(form.instance)]
        for form in used:
            self.data[form.add_prefix("DELETE")] = ""
        if used:
            text = _("Used in a programme, untick “in use” instead of removing: %(rooms)s.")
            raise ValidationError(text % {"rooms": ", ".join(str(form.instance) for form in used)})


VenueRooms = inlineformset_factory(
    Venue,
    Room,
    formset=RoomFormSet,
    fields=["name", "floor", "seats", "step_free", "active", "sort_order"],
    extra=0,
    can_delete=True,
)


class VenueForm(WagtailAdminModelForm):
    """A venue and its rooms, saved together."""

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.rooms = VenueRooms(data, files, instance=self.instance, prefix="rooms")

    def is_valid(self):
        return all([super().is_valid(), self.rooms.is_valid()])

    def save(self, commit=True):
        venue = super().save(commit=commit)
        self.rooms.instance = venue
        self.rooms.save()
        return venue


class VenueViewSet(RegisterViewSet):
    """Venues with their rooms."""

    model = Venue
    icon = "home"
    name = "nsr_events_venues"
    url_prefix = "events/venues"
    menu_label = gettext_lazy("Venues")
    list_display = ["name", "city"]
    create_template_name = "nsr_events/admin/venue_create.html"
    edit_template_name = "nsr_events/admin/venue_edit.html"
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            MultiFieldPanel(
                [
                    FieldPanel("address"),
                    FieldRowPanel([FieldPanel("postal_code"), FieldPanel("city"), FieldPanel("country")]),
                    FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude")]),
                    FieldPanel("website"),
                ],
                heading=gettext_lazy("Address"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("directions"),
                    FieldPanel("accessibility"),
                    FieldPanel("map_image"),
                    FieldPanel("map_alt"),
                ],
                heading=gettext_lazy("Finding the way"),
            ),
        ],
        base_form_class=VenueForm,
    )


class PersonViewSet(RegisterViewSet):
    """People who speak, chair and host."""

    model = Person
    icon = "user"
    name = "nsr_events_people"
    url_prefix = "events/people"
    menu_label = gettext_lazy("People")
    list_display = [
        "name",
        "title",
        Column("employer_name", label=gettext_lazy("Organisation"), accessor="employer_name"),
    ]
    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("given_name"), FieldPanel("family_name")]),
                FieldPanel("title"),
                FieldPanel("organisation", widget=OrganisationChooser),
                FieldPanel("employer"),
            ],
            heading=gettext_lazy("Person"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("public"),
                FieldRowPanel([FieldPanel("photo"), FieldPanel("photo_credit")]),
                FieldPanel("biography"),
                FieldPanel("website"),
            ],
            heading=gettext_lazy("In public"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("email"), FieldPanel("phone")])],
            heading=gettext_lazy("For organisers only"),
        ),
    ]


class OrganisationViewSet(RegisterViewSet):
    """Organisations that organise, host, support or employ."""

    model = Organisation
    icon = "group"
    name = "nsr_events_organisations"
    url_prefix = "events/organisations"
    menu_label = gettext_lazy("Organisations")
    list_display = ["name", "short_name", "kind"]
    list_filter = ["kind"]
    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("short_name"), FieldPanel("number")]),
        FieldPanel("kind"),
        FieldPanel("website"),
        FieldRowPanel([FieldPanel("logo"), FieldPanel("logo_alt")]),
    ]


class TaxonomyViewSet(RegisterViewSet):
    """Words that events are sorted by, in an order the editors choose."""

    sort_order_field = "sort_order"
    ordering = "sort_order"
    # "__str__" and not "name": SQL cannot sort by a multilingual column.
    list_display = ["__str__", "slug"]


class SeriesViewSet(TaxonomyViewSet):
    """Events that return."""

    model = Series
    icon = "history"
    name = "nsr_events_series"
    url_prefix = "events/series"
    menu_label = gettext_lazy("Event series")
    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("title_pattern")]


class EventTypeViewSet(TaxonomyViewSet):
    """Gathering, conference, seminar ..."""

    model = EventType
    icon = "tag"
    name = "nsr_events_types"
    url_prefix = "events/types"
    menu_label = gettext_lazy("Event types")
    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("icon")]


class RegionViewSet(TaxonomyViewSet):
    """Parts of the country."""

    model = Region
    icon = "site"
    name = "nsr_events_regions"
    url_prefix = "events/regions"
    menu_label = gettext_lazy("Regions")
    panels = [FieldPanel("name"), FieldPanel("slug")]


REGISTERS = [VenueViewSet, PersonViewSet, OrganisationViewSet, SeriesViewSet, EventTypeViewSet, RegionViewSet]
