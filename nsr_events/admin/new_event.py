"""New event: one form makes the event with its days and a draft page, and leads to its workspace."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.forms.collections import BaseCollectionMemberForm
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from nsr_events.core import events
from nsr_events.core.choosers import VenueChooser
from nsr_events.core.models import Event, EventDay
from nsr_events.core.permissions import collections_to_add_to, event_policy

from .pages import IndexPageField, make_page


class NewEventForm(BaseCollectionMemberForm):
    """What an event cannot do without; everything else follows in its workspace."""

    permission_policy = event_policy

    first_day = forms.DateField(label=gettext_lazy("First day"), widget=AdminDateInput)
    number_of_days = forms.IntegerField(
        label=gettext_lazy("Number of days"), min_value=1, max_value=events.MOST_DAYS, initial=1
    )
    opens = forms.TimeField(label=gettext_lazy("Opens"), required=False, widget=AdminTimeInput)
    closes = forms.TimeField(label=gettext_lazy("Closes"), required=False, widget=AdminTimeInput)

    class Meta:
        model = Event
        fields = ["name", "type", "region", "collection", "venue"]
        widgets = {"venue": VenueChooser}

    field_order = [
        "name", "type", "first_day", "number_of_days", "opens", "closes", "venue", "region", "collection",
        "parent",
    ]  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["parent"] = IndexPageField(
            user=user,
            label=gettext_lazy("Draft page under"),
            required=False,
            empty_label=gettext_lazy("No page yet"),
            help_text=gettext_lazy("The page is a draft until you publish it."),
        )
        self.order_fields(self.field_order)

    def days(self) -> list[EventDay]:
        """The wished days in a row, all with the same hours."""
        values = self.cleaned_data
        dates = [
            values["first_day"] + dt.timedelta(days=number) for number in range(values["number_of_days"])
        ]
        return [EventDay(date=date, opens=values["opens"], closes=values["closes"]) for date in dates]

    def clean_first_day(self):
        first = self.cleaned_data["first_day"]
        if abs(first.year - timezone.now().year) > events.MOST_YEARS_OFF:
            raise ValidationError(_("This date is more than ten years away. Check the year."))
        return first

    def clean(self):
        values = super().clean()
        opens, closes = values.get("opens"), values.get("closes")
        try:
            EventDay(date=dt.date(2000, 1, 1), opens=opens, closes=closes).clean()
        except ValidationError as refusal:
            self.add_error("closes", refusal.message_dict["closes"])
        return values

    def _get_validation_exclusions(self):
        # Start and end follow from the days, in events.create_event().
        return super()._get_validation_exclusions() | {"start", "end"}


class NewEventView(WagtailAdminTemplateMixin, FormView):
    """The form; refused to whoever may add events in no collection."""

    form_class = NewEventForm
    template_name = "nsr_events/admin/new_event.html"
    page_title = gettext_lazy("New event")
    header_icon = "date"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        # BaseCollectionMemberForm raises a bare Exception for a user without any collection.
        if not collections_to_add_to(request.user).exists():
            raise PermissionDenied

    def get_breadcrumbs_items(self):
        events_item = {"url": reverse("nsr_events_admin:index"), "label": _("Events")}
        return [*self.breadcrumbs_items, events_item, {"url": "", "label": self.page_title}]

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {**context, "media": context["form"].media}

    def form_valid(self, form):
        try:
            event, page = self._make(form)
        except ValidationError as refusal:
            _show(refusal, form)
            return self.form_invalid(form)
        text = _("“%(event)s” is made, with a draft page.") if page else _("“%(event)s” is made.")
        messages.success(self.request, text % {"event": event})
        return redirect("nsr_events_admin:overview", event.pk)

    def form_invalid(self, form):
        messages.error(self.request, _("The event is not made yet. Correct what is marked below."))
        return super().form_invalid(form)

    @transaction.atomic
    def _make(self, form):
        user, values = self.request.user, form.cleaned_data
        event = events.create_event(
            days=form.days(),
            now=timezone.now(),
            by=user,
            name=values["name"],
            type=values["type"],
            region=values["region"],
            venue=values["venue"],
            collection=values.get("collection") or form.collections[0],
        )
        page = make_page(event, parent=values["parent"], by=user) if values["parent"] else None
        return event, page


def _show(refusal, form):
    messages_by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    for field, texts in messages_by_field.items():
        target = {"days": "first_day", "date": "first_day"}.get(field, field)
        form.add_error(target if target in form.fields else None, texts)
