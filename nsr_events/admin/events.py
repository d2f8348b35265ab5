"""All events: the listing with search, filters and export, narrowed to the user's collections.

A plain index view, no snippet: a snippet viewset would open edit, delete, history, usage and chooser
addresses of other collections, each to be closed by hand (wagtail-notes, "Event permissions by collection").
"""

from __future__ import annotations

import datetime as dt

import django_filters
from django.forms import CheckboxSelectMultiple
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.models import Collection

from nsr_events.core.models import Event, EventType, Region, Series
from nsr_events.core.permissions import ACTIONS, event_policy, visible_events
from nsr_events.core.searching import PlainSearchMixin
from nsr_events.core.spreadsheets import as_text
from nsr_events.core.workspace import dates_of


def collections_seen(request):
    """The collections whose events the user may see: other names are told to nobody."""
    if request is None:
        return Collection.objects.none()
    return event_policy.collections_user_has_any_permission_for(request.user, list(ACTIONS))


class EventFilterSet(WagtailFilterSet):
    """When, status, type, region, series and, for those with several, collection."""

    when = django_filters.ChoiceFilter(
        label=_("When"),
        method="filter_when",
        choices=[("upcoming", _("Upcoming")), ("past", _("Past"))],
        empty_label=_("All"),
    )
    start = django_filters.DateFromToRangeFilter(label=_("Date"), widget=DateRangePickerWidget)
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=Event.Status.choices, widget=CheckboxSelectMultiple
    )
    type = django_filters.ModelMultipleChoiceFilter(
        label=_("Type"), queryset=EventType.objects.all(), widget=CheckboxSelectMultiple
    )
    region = django_filters.ModelMultipleChoiceFilter(
        label=_("Region"), queryset=Region.objects.all(), widget=CheckboxSelectMultiple
    )
    series = django_filters.ModelChoiceFilter(label=_("Event series"), queryset=Series.objects.all())
    collection = django_filters.ModelMultipleChoiceFilter(
        label=_("Access (collection)"), queryset=collections_seen, widget=CheckboxSelectMultiple
    )

    class Meta:
        model = Event
        fields = []

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(_with_plausible_keys(data), *args, **kwargs)

    def filter_when(self, queryset, name, value):
        """What runs now still counts as upcoming."""
        now = timezone.now()
        return queryset.filter(end__gte=now) if value == "upcoming" else queryset.filter(end__lt=now)


KEYED_FILTERS = ("type", "region", "series", "collection")


def _with_plausible_keys(data):
    """Leave out what no database takes for a primary key: SQLite fails on integers beyond 64 bits."""
    if not data:
        return data
    data = data.copy()
    for name in KEYED_FILTERS:
        kept = [value for value in data.getlist(name) if value.isdecimal() and len(value) < 19]
        data.setlist(name, kept) if kept else data.pop(name, None)
    return data


class EventTitleColumn(TitleColumn):
    """The name, leading to the workspace; its id is what the row's checkbox is described by."""

    cell_template_name = "nsr_events/admin/tables/event_title_cell.html"


class StatusColumn(Column):
    """The status as a tag with words."""

    cell_template_name = "nsr_events/admin/tables/status_cell.html"


class EventIndexView(PlainSearchMixin, generic.IndexView):
    """All events of the user's collections."""

    model = Event
    template_name = "nsr_events/admin/events_index.html"
    page_title = _("Events")
    header_icon = "date"
    index_url_name = "nsr_events_admin:index"
    index_results_url_name = "nsr_events_admin:index_results"
    add_url_name = "nsr_events_admin:new"
    add_item_label = _("New event")
    any_permission_required = list(ACTIONS)
    filterset_class = EventFilterSet
    default_ordering = "-start"
    paginate_by = 50
    list_export = [
        "name",
        "local_start",
        "local_end",
        "timezone",
        "get_status_display",
        "type",
        "region",
        "venue",
    ]
    export_headings = {
        "local_start": _("Start"),
        "local_end": _("End"),
        "get_status_display": _("Status"),
    }
    export_filename = "events"

    @cached_property
    def columns(self):
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="event"),
            EventTitleColumn("name", label=_("Event"), accessor=str, get_url=self.get_workspace_url),
            Column("start", label=_("Date"), accessor=dates_of, sort_key="start", width="18%"),
            Column("place", label=_("Venue"), accessor=lambda event: event.venue or "", width="18%"),
            Column("type", label=_("Type"), accessor="type", width="12%"),
            StatusColumn(
                "status", label=_("Status"), accessor="get_status_display", sort_key="status", width="12%"
            ),
        ]

    def get_workspace_url(self, event):
        return reverse("nsr_events_admin:overview", args=[event.pk])

    def get_base_queryset(self):
        return visible_events(self.request.user).select_related("venue", "type", "region", "collection")

    def get_add_url(self):
        return reverse(self.add_url_name) if self.user_has_permission("add") else None

    def get_preprocess_function(self, field, value, export_format):
        """Wagtail's exporter leaves formulas alive in CSV."""
        if export_format == self.FORMAT_CSV and not isinstance(value, dt.datetime):
            return as_text
        return super().get_preprocess_function(field, value, export_format)
