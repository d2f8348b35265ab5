"""The release screen: what stops it, what it changes in words, and using an older release again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from .admin import tell
from .checking import check_programme
from .forms import ReleaseForm, RepeatForm
from .models import ProgrammeRelease, Session
from .phrases import DayLines, by_day
from .releases import (
    Difference,
    ReleaseBlocked,
    StaleRelease,
    audiences,
    difference,
    release_programme,
    repeat_difference,
    repeat_release,
)
from .screens import ProgrammeView
from .stale import editor_name

SHOWN_RELEASES = 20


class DifferenceView(ProgrammeView):
    """What the two screens share: a difference by day, and a POST that carries what it was drawn from."""

    def lines(self, found: Difference) -> list[DayLines]:
        """The difference in words, by day."""
        snapshots = [found.snapshot, found.newest.snapshot if found.newest else {"rooms": []}]
        rooms = {room["uid"]: room["name"] for snapshot in snapshots for room in snapshot["rooms"]}
        return by_day(found.changes, self.working.days, rooms, self.event.zone)

    def stale(self, stale: StaleRelease) -> None:
        """Say what happened meanwhile; the screen is drawn anew."""
        newest = stale.newest
        if newest and str(newest.number) != self.request.POST.get("number"):
            words = {"who": editor_name(newest.by), "number": newest.number}
            messages.warning(
                self.request, _("%(who)s made release %(number)d meanwhile. Look at what is left.") % words
            )
        else:
            messages.warning(
                self.request, _("The programme was edited meanwhile. Look at the changes again.")
            )


class ReleaseView(DifferenceView):
    """Stops first, then the difference by day, then the button."""

    template_name = "nsr_events/programme/admin/release.html"
    page_title = gettext_lazy("Release the programme")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page()

    def page(self, form: ReleaseForm | None = None) -> HttpResponse:
        now = timezone.now()
        found = difference(self.event, now=now, working=self.working)
        checked = check_programme(self.working, now=now)
        initial = {"number": found.number, "change": found.change}
        return self.render_to_response(
            self.get_context_data(
                difference=found,
                days=self.lines(found),
                stops=[tell(each, checked.programme, self.link) for each in checked.stops],
                behind=self.behind(),
                audiences=audiences(self.event, found.changes) if found else [],
                form=form or ReleaseForm(initial=initial),
                releases=self.event.releases.defer("snapshot", "changes").select_related("by")[
                    :SHOWN_RELEASES
                ],
            )
        )

    def behind(self) -> list[tuple[str, list[Session]]]:
        """What the release leaves out, and why."""
        reasons = {
            _("In the tray, not placed yet"): lambda each: each.start is None and each.status != "cancelled",
            _("Drafts"): lambda each: each.start is not None and each.status == "draft",
            _("Internal items"): lambda each: each.start is not None and each.kind == "internal",
        }
        groups = [(name, list(filter(test, self.working.sessions))) for name, test in reasons.items()]
        return [(name, found) for name, found in groups if found]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReleaseForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        try:
            release = release_programme(
                self.event,
                now=timezone.now(),
                by=request.user,
                expected_number=form.cleaned_data["number"],
                expected_change=form.cleaned_data["change"],
                note=form.cleaned_data["note"],
                in_log=form.cleaned_data["in_log"],
            )
        except StaleRelease as stale:
            self.stale(stale)
            return self._again(form)
        except ReleaseBlocked as blocked:
            stops = len(blocked.conflicts)
            words = ngettext(
                "Nothing is released: %(n)d stop is open.",
                "Nothing is released: %(n)d stops are open.",
                stops,
            )
            messages.error(request, words % {"n": stops})
            return self._again(form)
        if release is None:
            messages.info(request, _("Nothing has changed since the newest release, so none was made."))
        else:
            words = _("Release %(number)d is out. The public sees it now.") % {"number": release.number}
            messages.success(request, words)
        return HttpResponseRedirect(self.address("release"))

    def _again(self, form: ReleaseForm) -> HttpResponse:
        """The screen as things are now; the sentence that was typed stays."""
        found = difference(self.event, now=timezone.now(), working=self.working)
        typed = {name: form.cleaned_data[name] for name in ("note", "in_log")}
        initial = {**typed, "number": found.number, "change": found.change}
        return self.page(ReleaseForm(initial=initial))


class RepeatView(DifferenceView):
    """Use an older release again: its difference from the newest, and the button."""

    template_name = "nsr_events/programme/admin/repeat.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.number = kwargs["number"]

    @property
    def page_title(self) -> str:
        return _("Use release %(number)d again") % {"number": self.number}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page()

    def page(self) -> HttpResponse:
        try:
            found = repeat_difference(self.event, self.number, now=timezone.now())
        except ProgrammeRelease.DoesNotExist:
            raise Http404 from None
        form = RepeatForm(initial={"number": found.number, "change": found.change})
        return self.render_to_response(
            self.get_context_data(difference=found, days=self.lines(found), form=form, number=self.number)
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RepeatForm(request.POST)
        if not form.is_valid():
            return self.page()
        try:
            release = repeat_release(
                self.event,
                self.number,
                now=timezone.now(),
                by=request.user,
                expected_number=form.cleaned_data["number"],
                expected_change=form.cleaned_data["change"],
                reset_rows=form.cleaned_data["reset_rows"],
            )
        except ProgrammeRelease.DoesNotExist:
            raise Http404 from None
        except StaleRelease as stale:
            self.stale(stale)
            return HttpResponseRedirect(request.path)
        if release is None:
            messages.info(request, _("The public sees this already, so no release was made."))
        else:
            words = {"number": release.number, "older": self.number}
            messages.success(
                request, _("Release %(number)d is out, with what release %(older)d showed.") % words
            )
        return HttpResponseRedirect(self.address("release"))
