"""Screens of the workspace that show and change an event's own facts: Overview, Days and places."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import groupby

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.models import ModelLogEntry

from . import checklist, events, numbers, tabs
from .forms import PlacesForms, ReviveForm, StatusForm
from .models import Event
from .permissions import ACTIONS, may
from .signals import Audience, event_changing
from .texts import as_dict
from .workspace import WorkspaceView

RECENT = 10
LOOKED_AT = 100
DAYS_TAB = "days"


class OverviewView(WorkspaceView):
    """The event in short, what is missing, what happened last; for whoever may do anything with it."""

    tab = "overview"
    event_action = ACTIONS
    template_name = "nsr_events/core/admin/overview.html"

    def get_context_data(self, **kwargs):
        may_change = may(self.request.user, "change", self.event)
        return super().get_context_data(
            days=events.days_of(self.event),
            may_change=may_change,
            may_copy=may_change and may(self.request.user, "add", self.event),
            may_delete=may(self.request.user, "delete", self.event),
            items=checklist.items_for(self.event, now=timezone.now()) if may_change else [],
            numbers=numbers.numbers_for(self.event, self.request.user, now=timezone.now()),
            log_entries=recent_entries(self.event) if may_change else [],
            **kwargs,
        )


def recent_entries(event: Event) -> list[ModelLogEntry]:
    """The last things that happened to ``event``, newest first, with the names of those who did them.

    What somebody did several times in a row is one thing, and its ``times`` tells how many.
    """
    found = []
    for _same, run in groupby(
        _entries(event)[:LOOKED_AT], key=lambda entry: (str(entry.message), entry.user_id)
    ):
        first, *others = run
        first.times = 1 + len(others)
        found.append(first)
    return found[:RECENT]


def _entries(event: Event) -> QuerySet[ModelLogEntry]:
    content_type = ContentType.objects.get_for_model(Event)
    entries = ModelLogEntry.objects.filter(content_type=content_type, object_id=str(event.pk))
    return entries.select_related("user").order_by("-timestamp", "-pk")


def who_saved(event: Event) -> str:
    """The name of whoever did the last thing to ``event``."""
    entry = _entries(event).first()
    return entry.user_display_name if entry else _("Somebody else")


MATERIAL_LABELS = {
    "days": gettext_lazy("days, hours or the venue of a day"),
    "timezone": gettext_lazy("time zone"),
    "venue": gettext_lazy("venue"),
    "format": gettext_lazy("format"),
    "online_url": gettext_lazy("online link"),
    "status": gettext_lazy("status: a postponed event with a new date is confirmed again"),
}


@dataclass(frozen=True)
class Question:
    """What an editor confirms before people meet the event at another time or place.

    ``answer`` names the changes, so that a form changed after the question is asked about again. ``follows`` says what
    else saving does.
    """

    labels: list[str]
    audiences: list[Audience]
    answer: str
    follows: tuple[str, ...] = ()


def question_before(event: Event, changes: set[str]) -> Question | None:
    """Return what to ask before ``changes`` are committed, None where they concern nobody and nothing follows."""
    material = sorted(changes & events.MATERIAL_FACTS)
    answers = event_changing.send(Event, event=event, changes=set(material)) if material else []
    audiences = [audience for _receiver, audience in answers if audience and audience.count]
    if not audiences and not event.followed:
        return None
    labels = [str(MATERIAL_LABELS.get(name, name)) for name in material] if audiences else []
    answer = ",".join(material)
    if event.followed:
        answer += ":" + hashlib.sha256("\n".join(event.followed).encode()).hexdigest()[:16]
    return Question(labels, audiences, answer, event.followed)


class PlacesView(WorkspaceView):
    """Facts, days with hosts and organisations: one form, one save, all or nothing."""

    tab = DAYS_TAB
    template_name = "nsr_events/core/admin/places.html"

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(forms=self.forms_for(self.fresh_event())))

    def post(self, request, *args, **kwargs):
        with transaction.atomic():
            event = events.lock_event(self.event.pk)
            forms = self.forms_for(event, data=request.POST)
            stale = request.POST.get("changed_at") != event.changed_at.isoformat()
            changes = forms.save(by=request.user) if forms.is_valid() and not stale else None
            question = question_before(event, changes or set())
            asks = question is not None and request.POST.get("confirmed") != question.answer
            if changes is not None and not asks:
                messages.success(request, _("“%(event)s” is saved.") % {"event": event})
                if "status" in changes:
                    messages.info(request, _("It has its new date, and is confirmed again."))
                return redirect(reverse("nsr_events_admin:days", args=[event.pk]))
            transaction.set_rollback(True)
        if stale:
            messages.error(request, self.stale_message(forms))
        elif asks:
            messages.warning(request, _("Nothing is saved yet. Look at what changes, then save again."))
        else:
            messages.error(request, _("Nothing is saved yet. Correct what is marked below."))
        context = self.get_context_data(forms=forms, question=question, has_unsaved_changes=True)
        return self.render_to_response(context)

    def fresh_event(self):
        """Another instance than the header's: a bound form writes what was typed into its own."""
        return Event.objects.select_related("collection").get(pk=self.event.pk)

    def forms_for(self, event, data=None):
        return PlacesForms(event, user=self.request.user, now=timezone.now(), data=data)

    def stale_message(self, forms):
        """Who was faster, and what differs; the next save is made knowingly."""
        who = who_saved(self.event)
        differs = ", ".join(forms.changed_labels)
        return _(
            "%(who)s saved this event while you had it open. What you typed stands below and is not saved. "
            "It differs from theirs in: %(fields)s. Save again to replace theirs."
        ) % {"who": who, "fields": differs or "–"}

    @cached_property
    def stored_stamp(self):
        return Event.objects.values_list("changed_at", flat=True).get(pk=self.event.pk).isoformat()

    def get_context_data(self, **kwargs):
        return super().get_context_data(changed_at=self.stored_stamp, media=kwargs["forms"].media, **kwargs)


class StatusView(WorkspaceView):
    """Give the event a status: the one screen that does."""

    tab = "overview"
    template_name = "nsr_events/core/admin/status.html"
    page_title = gettext_lazy("Change the status")
    form_class = StatusForm

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(form=self.form_class(instance=self._another())))

    def post(self, request, *args, **kwargs):
        with transaction.atomic():
            now_is = events.lock_event(self.event.pk)
            form = self.form_class(request.POST, instance=self._another())
            stale = request.POST.get("changed_at") != now_is.changed_at.isoformat()
            if form.is_valid() and not stale:
                self._save(form)
        if stale:
            messages.error(request, self.stale_message(now_is))
        if stale or not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        messages.success(
            request, _("The status is now: %(status)s.") % {"status": self.event.get_status_display().lower()}
        )
        return redirect("nsr_events_admin:overview", self.event.pk)

    def _save(self, form):
        wished = form.cleaned_data
        events.change_status(
            self.event, wished["status"], note=wished["status_note"], now=timezone.now(), by=self.request.user
        )

    def stale_message(self, event):
        """Who was faster, and the status by now; the next save is made knowingly."""
        return _(
            "%(who)s saved this event while you had it open. Its status is now: %(status)s. "
            "What you chose stands below and is not saved. Save again to replace theirs."
        ) % {"who": who_saved(event), "status": event.get_status_display().lower()}

    def get_context_data(self, **kwargs):
        return super().get_context_data(changed_at=self._another().changed_at.isoformat(), **kwargs)

    def _another(self):
        return Event.objects.get(pk=self.event.pk)


class ReviveView(StatusView):
    """Let a cancelled event take place after all, after a look at what that brings back."""

    template_name = "nsr_events/core/admin/revive.html"
    page_title = gettext_lazy("Revive the event")
    form_class = ReviveForm

    def dispatch(self, request, *args, **kwargs):
        if self.event.status != Event.Status.CANCELLED:
            messages.warning(request, _("The event is not cancelled."))
            return redirect("nsr_events_admin:status", self.event.pk)
        return super().dispatch(request, *args, **kwargs)

    def _save(self, form):
        note = form.cleaned_data["status_note"]
        events.revive_event(self.event, note=note, now=timezone.now(), by=self.request.user)

    def get_context_data(self, **kwargs):
        answers = event_changing.send(Event, event=self.event, changes={"status"})
        audiences = [audience for _receiver, audience in answers if audience and audience.count]
        return super().get_context_data(audiences=audiences, **kwargs)


def facts_checklist(event: Event, now):
    """What participants would miss among the facts: place or link, hours, contact, what a map shows."""
    url = reverse("nsr_events_admin:days", args=[event.pk])
    missing = checklist.Severity.MISSING
    if event.format != Event.Format.ONLINE and not event.venue_id:
        yield checklist.Item(missing, _("The event has no venue."), f"{url}#id_venue-chooser")
    if event.format != Event.Format.ONSITE and not event.online_url:
        yield checklist.Item(missing, _("The event has no link to take part online."), f"{url}#id_online_url")
    if not (event.contact_email or event.contact_phone):
        yield checklist.Item(missing, _("Nobody is named as contact."), f"{url}#id_contact_name")
    if event.status == Event.Status.PLANNED:
        yield checklist.Item(checklist.Severity.ADVICE, _("The date is still marked as preliminary."), url)
    yield from _hours_missing(event, f"{url}#days-heading")
    yield from _maps_without_words(event)


def _hours_missing(event: Event, url: str):
    days = [day for day in events.days_of(event) if day.opens is None or day.closes is None]
    if days and event.times_known:
        words = ngettext(
            "%(n)d day has no hours. Write them, or say that the times are not known.",
            "%(n)d days have no hours. Write them, or say that the times are not known.",
            len(days),
        )
        yield checklist.Item(checklist.Severity.MISSING, words % {"n": len(days)}, url)


def _maps_without_words(event: Event):
    venues = {day.venue or event.venue for day in events.days_of(event)} - {None}
    for venue in sorted(venues, key=lambda venue: venue.pk):
        if venue.map_image_id and not as_dict(venue.map_alt):
            words = _("The map of “%(venue)s” has no text alternative.") % {"venue": venue.name}
            url = reverse("nsr_events_venues:edit", args=[venue.pk])
            yield checklist.Item(checklist.Severity.MISSING, words, url)


def register():
    """Add this package's tabs and checklist to the workspace."""
    tabs.register(tabs.Tab("overview", gettext_lazy("Overview"), "nsr_events_admin:overview", None, 10))
    tabs.register(tabs.Tab(DAYS_TAB, gettext_lazy("Days and places"), "nsr_events_admin:days", "change", 30))
    checklist.register(facts_checklist)
