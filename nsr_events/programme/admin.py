"""The tab Programme: the table with its bulk changes, the list of conflicts, and the tracks."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from nsr_events.core import checklist, tabs
from nsr_events.core.events import lock_event

from .advice import programme_checklist
from .bulk import FIELDS, Outcome, change_all, selected_rows
from .checking import Found, accept_conflict, check_programme, reopen_conflict
from .forms import Choices, ReasonForm, TrackFormSet
from .history import note
from .models import Session
from .phrases import sentence
from .screens import NAMESPACE, TAB, ProgrammeView, VerbView, header_state, undo_words
from .table import Filters, groups, severity_name, total
from .values import whole

MOST_NAMED = 12
"""How many skipped rows a message names one by one."""


class TableView(ProgrammeView):
    """The whole working programme as a table: filter, sort, search, and what to do with a row or many."""

    template_name = "nsr_events/programme/admin/table.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        working = self.working
        checked = check_programme(working, now=timezone.now())
        filters = Filters(self.request.GET, working)
        found = groups(working, checked, filters, link=self.link)
        return super().get_context_data(
            groups=found,
            filters=filters,
            headings=[filters.heading(key, label) for key, label in self.columns()],
            shown=total(found),
            count=len(working.sessions),
            stops=len(checked.stops),
            conflicts=len(checked.open),
            bulk=Choices(self.event),
            kinds=Session.Kind.choices,
            statuses=Session.Status.choices,
            undo=undo_words(self.request, self.event),
            query=self.request.GET.urlencode(),
            **kwargs,
        )

    def columns(self) -> list[tuple[str, Any]]:
        """(key, heading) of the columns that can be sorted by."""
        return [
            ("start", _("Time")),
            ("title", _("Programme item")),
            ("room", _("Room")),
            ("track", _("Track")),
            ("kind", _("Kind")),
            ("status", _("Status")),
        ]


class BulkView(VerbView):
    """One change for all ticked rows."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb = request.POST.get("verb", "")
        rows = selected_rows(request.POST.getlist("selected"))
        problem = self.problem(verb, rows)
        if problem:
            messages.warning(request, problem)
            return self.back()
        value = request.POST.get("minutes" if verb == "shift" else f"new_{verb}", "")
        outcome = change_all(self.event, rows, verb, value, now=timezone.now(), by=request.user)
        self.tell(outcome)
        return self.back()

    def problem(self, verb: str, rows: dict[str, int]) -> str:
        """What is missing before anything can be done."""
        if not rows:
            return _("Tick the rows first.")
        if verb not in {*FIELDS, "shift", "unplace"}:
            return _("Choose what to do with the ticked rows.")
        if verb == "shift" and not _is_shift(self.request.POST.get("minutes", "")):
            return _("Write by how many minutes, for example 15 or -15.")
        return ""

    def tell(self, outcome: Outcome) -> None:
        """How many rows changed, which were skipped and why."""
        if outcome.done:
            words = ngettext("%(n)d item is changed.", "%(n)d items are changed.", outcome.done)
            self.done(outcome.undo, words % {"n": outcome.done})
        if outcome.skipped:
            named = [
                _("“%(title)s”: %(reason)s") % {"title": title, "reason": reason}
                for title, reason in outcome.skipped[:MOST_NAMED]
            ]
            rest = len(outcome.skipped) - len(named)
            if rest:
                named.append(_("and %(n)d more") % {"n": rest})
            words = ngettext("%(n)d item was skipped.", "%(n)d items were skipped.", len(outcome.skipped))
            messages.warning(self.request, f"{words % {'n': len(outcome.skipped)}} {'; '.join(named)}")


def _is_shift(text: str) -> bool:
    text = text.strip()
    return 0 < (whole(text[1:] if text[:1] in {"-", "+"} else text) or 0) < 24 * 60


class ConflictsView(ProgrammeView):
    """All conflicts in words, stops first; an editor may accept one with a reason."""

    template_name = "nsr_events/programme/admin/conflicts.html"
    page_title = gettext_lazy("Conflicts")
    refused: ReasonForm | None = None

    def is_about(self, found: Found) -> bool:
        """Whether the reason that was just refused was written for this conflict."""
        return self.refused is not None and self.refused.data.get("fingerprint") == found.fingerprint

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        checked = check_programme(self.working, now=timezone.now())
        told = [tell(found, checked.programme, self.link) for found in checked.found]
        for each in told:
            each["form"] = self.refused if self.is_about(each["found"]) else None
        return super().get_context_data(
            open=[each for each in told if each["found"].acceptance is None],
            accepted=[each for each in told if each["found"].acceptance],
            **kwargs,
        )


def tell(found: Found, programme: Any, link: Any) -> dict[str, Any]:
    """A conflict as templates show it."""
    severity = found.conflict.severity.value
    return {
        "found": found,
        "severity": severity,
        "label": severity_name(severity),
        "words": sentence(found.conflict, programme, link=link),
    }


class AcceptView(ConflictsView, VerbView):
    """Accept a conflict with a reason; one that is refused stands in the list again, to be mended."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Nothing is saved yet. Correct what is marked below."))
            self.refused = form
            return self.render_to_response(self.get_context_data(came_from=request.POST.get("from", "")))
        mark, reason = form.cleaned_data["fingerprint"], form.cleaned_data["reason"]
        try:
            accept_conflict(self.event, mark, reason=reason, now=timezone.now(), by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The conflict is accepted until its time, room or people change."))
        return self.to_list()

    def to_list(self) -> HttpResponse:
        """Back to where the button was: the list, or the release screen."""
        name = "release" if self.request.POST.get("from") == "release" else "conflicts"
        return HttpResponseRedirect(self.address(name))


class ReopenView(AcceptView):
    """Take an acceptance back."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reopen_conflict(self.event, request.POST.get("fingerprint", "")[:64], by=request.user)
        messages.success(request, _("The conflict counts again."))
        return self.to_list()


class TracksView(ProgrammeView):
    """The event's tracks on one small screen."""

    template_name = "nsr_events/programme/admin/tracks.html"
    page_title = gettext_lazy("Tracks")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(TrackFormSet(instance=self.event, prefix="tracks"))

    def page(self, formset: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(formset=formset))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            lock_event(self.event.pk)
            formset = TrackFormSet(request.POST, instance=self.event, prefix="tracks")
            if formset.is_valid():
                formset.save()
                note(self.event, "track.save", request.user)
        if not formset.is_valid():
            messages.error(request, _("Nothing is saved yet. Correct what is marked below."))
            return self.page(formset)
        messages.success(request, _("The tracks are saved. The public sees them with the next release."))
        return HttpResponseRedirect(self.address("table"))


def register() -> None:
    """Add the tab, the state in the header and the checklist to the workspace."""
    tabs.register(tabs.Tab(TAB, gettext_lazy("Programme"), f"{NAMESPACE}:table", "change", 40))
    tabs.register_state(tabs.HeaderState(TAB, gettext_lazy("Programme"), header_state, 20))
    checklist.register(programme_checklist)
