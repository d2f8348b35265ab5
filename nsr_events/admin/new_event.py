"""New event: one form makes the event with its days and a draft page, and leads to its workspace."""

from __future__ import annotations

import uuid

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from nsr_events.core import presets
from nsr_events.core.events import MOST_DAYS
from nsr_events.core.forms import EssentialsForm
from nsr_events.core.permissions import collections_to_add_to, visible_events

from .pages import IndexPageField, make_page


class NewEventForm(EssentialsForm):
    """The essentials, what to begin with, and the page under which the event's draft page shall stand."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)
    preset = forms.ChoiceField(
        label=gettext_lazy("Begin with"),
        required=False,
        help_text=gettext_lazy(
            "A preset fills what you leave empty: days, hours, tracks and a first programme."
        ),
    )
    number_of_days = forms.IntegerField(
        label=gettext_lazy("Number of days"),
        min_value=1,
        max_value=MOST_DAYS,
        required=False,
        help_text=gettext_lazy("Empty: as many as the preset has, else one."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.presets = presets.presets()
        language = get_language() or "en"
        self.fields["preset"].choices = [
            ("", _("An empty event")),
            *((key, preset.label(language)) for key, preset in self.presets.items()),
        ]
        self.fields["parent"] = IndexPageField(
            user=user,
            label=gettext_lazy("Draft page under"),
            required=False,
            empty_label=gettext_lazy("No page yet"),
            help_text=gettext_lazy("The page is a draft until you publish it."),
        )

    def days(self):
        """The wished days; a preset has its say where the form is left empty."""
        values = self.cleaned_data
        if not (preset := self.presets.get(values["preset"])):
            values["number_of_days"] = values["number_of_days"] or 1
            return super().days()
        days = presets.make_days(preset, values["first_day"], values["number_of_days"])
        for day in days:
            day.opens, day.closes = values["opens"] or day.opens, values["closes"] or day.closes
        return days

    def create(self, *, now, by):
        """Make the event and let the preset fill it."""
        event = super().create(now=now, by=by)
        if preset := self.presets.get(self.cleaned_data["preset"]):
            presets.apply_preset(event, preset, now=now, by=by)
        return event


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
        if event := self._made_before(form):
            return redirect("nsr_events_admin:overview", event.pk)
        try:
            event, page = self._make(form)
        except (ValidationError, IntegrityError) as refusal:
            return self._refused(refusal, form)
        text = _("“%(event)s” is made, with a draft page.") if page else _("“%(event)s” is made.")
        messages.success(self.request, text % {"event": event})
        return redirect("nsr_events_admin:overview", event.pk)

    def _made_before(self, form):
        """The event of this very form: a second click on the button must not make a second one."""
        key = form.cleaned_data["key"]
        return visible_events(self.request.user).filter(uid=key).first() if key else None

    def _refused(self, refusal, form):
        if event := self._made_before(form):  # the first click was not done when the second came
            return redirect("nsr_events_admin:overview", event.pk)
        if isinstance(refusal, IntegrityError):
            raise refusal
        _show(refusal, form)
        return self.form_invalid(form)

    def form_invalid(self, form):
        messages.error(self.request, _("The event is not made yet. Correct what is marked below."))
        return super().form_invalid(form)

    @transaction.atomic
    def _make(self, form):
        user, parent = self.request.user, form.cleaned_data["parent"]
        event = form.create(now=timezone.now(), by=user)
        page = make_page(event, parent=parent, by=user) if parent else None
        return event, page


def _show(refusal, form):
    messages_by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    for field, texts in messages_by_field.items():
        target = {"days": "first_day", "date": "first_day"}.get(field, field)
        form.add_error(target if target in form.fields else None, texts)
