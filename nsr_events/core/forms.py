"""Forms of an event's facts: the facts themselves, its days with hosts, the organisations that take part.

They check and collect; ``core.events`` saves. ``PlacesForms`` joins the three for one save.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.collections import BaseCollectionMemberForm
from wagtail.admin.forms.formsets import BaseFormSetMixin
from wagtail.admin.forms.models import formfield_for_dbfield
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from . import events
from .choosers import OrganisationChooser, VenueChooser
from .models import Event, EventDay, EventOrganisation, Organisation
from .permissions import event_policy

FEWEST_HOST_FIELDS = 2
TIME_WIDGET = {"attrs": {"placeholder": "09:00"}}


class ChosenField(forms.ModelChoiceField):
    """A choice whose initial row is drawn without asking the database for it again."""

    def prepare_value(self, value):
        return value if isinstance(value, self.queryset.model) else super().prepare_value(value)

    def has_changed(self, initial, data):
        return str(super().prepare_value(initial) or "") != str(super().prepare_value(data) or "")


class AccessMixin:
    """Names the collection by what it decides: in Norwegian it has the same name as a gathering."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "collection" in self.fields:
            self.fields["collection"].label = _("Access (collection)")
            self.fields["collection"].help_text = _("Decides who may work with the event.")


class FactsForm(AccessMixin, BaseCollectionMemberForm):
    """What the event is, where and for whom; its collection is one in which the user may make events."""

    permission_policy = event_policy

    class Meta:
        model = Event
        fields = [
            "name", "type", "series", "edition", "region", "collection", "format", "venue", "timezone",
            "times_known", "online_url", "online_open", "contact_name", "contact_email", "contact_phone",
            "audience", "fee_note",
        ]  # fmt: skip
        widgets = {"venue": VenueChooser}
        formfield_callback = formfield_for_dbfield

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["timezone"].widget.attrs["spellcheck"] = "false"


class EssentialsForm(AccessMixin, BaseCollectionMemberForm):
    """What an event cannot do without; ``create`` makes it with its days."""

    permission_policy = event_policy

    first_day = forms.DateField(label=_("First day"), widget=AdminDateInput)
    number_of_days = forms.IntegerField(
        label=_("Number of days"), min_value=1, max_value=events.MOST_DAYS, initial=1
    )
    opens = forms.TimeField(label=_("Opens"), required=False, widget=AdminTimeInput)
    closes = forms.TimeField(label=_("Closes"), required=False, widget=AdminTimeInput)

    class Meta:
        model = Event
        fields = ["name", "type", "region", "collection", "venue"]
        widgets = {"venue": VenueChooser}
        formfield_callback = formfield_for_dbfield

    field_order = [
        "name", "type", "first_day", "number_of_days", "opens", "closes", "venue", "region", "collection",
    ]  # fmt: skip

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
        try:
            EventDay(opens=values.get("opens"), closes=values.get("closes")).clean()
        except ValidationError as refusal:
            self.add_error("closes", refusal.message_dict["closes"])
        return values

    def create(self, *, now: dt.datetime, by: Any) -> Event:
        """Make the event in the chosen collection, or in the only one there is to choose."""
        values = self.cleaned_data
        return events.create_event(
            days=self.days(),
            now=now,
            by=by,
            name=values["name"],
            type=values["type"],
            region=values["region"],
            venue=values["venue"],
            collection=values.get("collection") or self.collections[0],
            **({"uid": values["key"]} if values.get("key") else {}),
        )

    def _get_validation_exclusions(self):
        # Start and end follow from the days, in create_event().
        return super()._get_validation_exclusions() | {"start", "end"}


class QuickEventForm(EssentialsForm):
    """The essentials inside a chooser's dialog, where a second dialog for the venue would be too much."""

    class Meta(EssentialsForm.Meta):
        widgets = {"venue": forms.Select}


class StatusForm(forms.ModelForm):
    """The status and the words that explain it in public."""

    class Meta:
        model = Event
        fields = ["status", "status_note"]
        widgets = {"status": forms.RadioSelect}
        help_texts = {
            "status_note": _("Shown on the page, for example why it is cancelled and what happens next.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.status == Event.Status.CANCELLED:  # the way back is a screen of its own
            self.fields["status"].choices = [(Event.Status.CANCELLED.value, Event.Status.CANCELLED.label)]


class ReviveForm(forms.ModelForm):
    """The words the page shows once a cancelled event takes place after all; none, unless somebody writes them."""

    class Meta:
        model = Event
        fields = ["status_note"]
        help_texts = {"status_note": _("Optional. It takes the place of why the event was cancelled.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"status_note": ""}, **kwargs)


class DayForm(forms.ModelForm):
    """One day with its hosts, each in a field of its own, in the order shown."""

    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = EventDay
        fields = ["date", "opens", "closes", "theme", "venue", "capacity"]
        widgets = {
            "date": AdminDateInput,
            "opens": AdminTimeInput(**TIME_WIDGET),
            "closes": AdminTimeInput(**TIME_WIDGET),
            "venue": VenueChooser,
        }

    def __init__(self, *args, host_fields=FEWEST_HOST_FIELDS, today=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.host_names = [f"host_{number}" for number in range(1, host_fields + 1)]
        for number, name in enumerate(self.host_names, 1):
            self.fields[name] = ChosenField(
                Organisation.objects.all(),
                label=_("Host %(number)d") % {"number": number},
                required=False,
                widget=OrganisationChooser,
            )
        if not self.instance._state.adding:
            self.initial["uid"] = self.instance.uid
            for name, host in zip(self.host_names, self.instance.day_hosts.all(), strict=False):
                self.initial[name] = host.organisation

    @property
    def host_bound_fields(self):
        """The fields of the hosts, for the template."""
        return [self[name] for name in self.host_names]

    def hosts(self) -> list[Organisation]:
        """The chosen hosts in order, each once."""
        return list(dict.fromkeys(host for name in self.host_names if (host := self.cleaned_data.get(name))))

    def clean_date(self):
        date = self.cleaned_data["date"]
        if self.today and abs(date.year - self.today.year) > events.MOST_YEARS_OFF:
            raise ValidationError(_("This date is more than ten years away. Check the year."))
        return date


class EventRowsFormSet(BaseFormSetMixin, BaseFormSet):
    """Rows below an event, added and removed by Wagtail's ``w-formset``."""

    def left(self) -> list[forms.Form]:
        """The forms that are neither removed nor empty; to be asked after validation."""
        wanted = [form for form in self.forms if not self._should_delete_form(form)]
        return [form for form in wanted if form.has_changed() or self.is_kept(form)]

    def is_kept(self, form) -> bool:
        """Whether a form without changes stands for a row that exists."""
        return False


class BaseDayFormSet(EventRowsFormSet):
    """All days of an event, each found again by its ``uid``."""

    def __init__(self, *args, days: list[EventDay], today: dt.date, **kwargs):
        self.days = {str(day.uid): day for day in days}
        self.today = today
        super().__init__(*args, initial=[{"uid": uid} for uid in self.days], **kwargs)

    def get_form_kwargs(self, index):
        day = self._day_of(index)
        hosts = len(day.day_hosts.all()) if day else 0
        posted = self._posted_hosts(index) if self.is_bound and index is not None else 0
        instance = {"instance": day} if day else {}
        return {"host_fields": max(FEWEST_HOST_FIELDS, hosts + 1, posted), "today": self.today, **instance}

    def _day_of(self, index):
        if index is None:
            return None
        if self.is_bound:
            return self.days.get(self.data.get(f"{self.prefix}-{index}-uid", ""))
        return dict(enumerate(self.days.values())).get(index)

    def _posted_hosts(self, index):
        count = sum(key.startswith(f"{self.prefix}-{index}-host_") for key in self.data)
        return min(count, 20)

    def is_kept(self, form):
        return not form.instance._state.adding

    def unasked(self) -> list[EventDay]:
        """Days that the form did not show, since somebody added them meanwhile: they stay as they are."""
        shown = {form.instance.pk for form in self.forms}
        return [day for day in self.days.values() if day.pk not in shown]

    def removed(self) -> list[EventDay]:
        """Days that the editor took away."""
        gone = [form.instance for form in self.forms if self._should_delete_form(form)]
        return [day for day in gone if not day._state.adding]

    def clean(self):
        """Mark a date that stands twice where it stands the second time."""
        if not self.left():
            raise ValidationError(_("An event has at least one day."))
        seen = {day.date for day in self.unasked()}
        for form in self.left():
            date = form.cleaned_data.get("date") if hasattr(form, "cleaned_data") else None
            if date in seen:
                form.add_error("date", _("The event already has this date."))
            elif date:
                seen.add(date)


class OrganisationForm(forms.ModelForm):
    """An organisation's part in the event."""

    class Meta:
        model = EventOrganisation
        fields = ["organisation", "role", "level"]
        field_classes = {"organisation": ChosenField}
        widgets = {"organisation": OrganisationChooser}


class BaseOrganisationFormSet(EventRowsFormSet):
    """The organisations of an event in the order shown."""

    def __init__(self, *args, rows: list[EventOrganisation], **kwargs):
        initial = [{"organisation": row.organisation, "role": row.role, "level": row.level} for row in rows]
        super().__init__(*args, initial=initial, **kwargs)

    def is_kept(self, form):
        return bool(form.initial)

    def clean(self):
        seen = set()
        for form in self.left():
            values = getattr(form, "cleaned_data", {})
            part = (values.get("organisation"), values.get("role"))
            if part[0] and part in seen:
                form.add_error("organisation", _("The organisation already has this role."))
            seen.add(part)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "ORDER" in form.fields:
            form.fields["ORDER"].label = _("Order")
            form.fields["ORDER"].widget.attrs["min"] = 1


DayFormSet = formset_factory(
    DayForm, formset=BaseDayFormSet, extra=0, can_delete=True, max_num=events.MOST_DAYS, validate_max=True,
    absolute_max=2 * events.MOST_DAYS,
)  # fmt: skip
OrganisationFormSet = formset_factory(
    OrganisationForm, formset=BaseOrganisationFormSet, extra=0, can_delete=True, can_order=True, max_num=200,
    validate_max=True, absolute_max=300,
)  # fmt: skip


class PlacesForms:
    """Facts, days with hosts and organisations of one event, checked and saved together.

    ``event`` is the row as it is now; bound forms write into it, so a view gives its header another instance.
    """

    def __init__(self, event: Event, *, user: Any, now: dt.datetime, data=None):
        self.event = event
        self.now = now
        days = list(event.days.prefetch_related("day_hosts__organisation").select_related("venue"))
        rows = list(event.organisations.select_related("organisation"))
        self.facts = FactsForm(data, instance=event, user=user)
        self.days = DayFormSet(data, prefix="days", days=days, today=now.date())
        self.organisations = OrganisationFormSet(data, prefix="organisations", rows=rows)

    def is_valid(self) -> bool:
        """Check all three, so that every error shows at once."""
        return all([self.facts.is_valid(), self.days.is_valid(), self.organisations.is_valid()])

    @property
    def media(self):
        return (
            self.facts.media
            + self.days.media
            + self.days.empty_form.media
            + self.organisations.empty_form.media
        )

    @cached_property
    def changed_labels(self) -> list[str]:
        """What differs between the forms and the event as it is now, by label."""
        found = [str(self.facts.fields[name].label) for name in self.facts.changed_data]
        found += [str(_("Days"))] if self.days.has_changed() else []
        return found + ([str(_("Organisations"))] if self.organisations.has_changed() else [])

    def save(self, *, by: Any) -> set[str] | None:
        """Save through ``core.events``; returns what changed, None when it refused (reasons at the fields)."""
        hosts = {form.instance.date: form.hosts() for form in self.days.left()}
        unasked = self.days.unasked()
        hosts.update({day.date: [host.organisation for host in day.day_hosts.all()] for day in unasked})
        try:
            return events.save_facts(
                self.facts.instance,
                now=self.now,
                by=by,
                days=[form.instance for form in self.days.left()] + unasked,
                removed_days=self.days.removed(),
                hosts=hosts,
                organisations=self._wished_organisations(),
            )
        except ValidationError as refusal:
            self._show(refusal)
            return None

    def _wished_organisations(self):
        # A row without a number goes last, as it was added last.
        rows = sorted(self.organisations.left(), key=lambda form: form.cleaned_data.get("ORDER") or 10_000)
        return [form.instance for form in rows]

    def _show(self, refusal):
        by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
        for field, messages in by_field.items():
            if field == "days":
                self.days.non_form_errors().extend(messages)
            else:
                self.facts.add_error(field if field in self.facts.fields else None, messages)
