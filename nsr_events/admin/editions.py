"""Copy to new edition: one screen that shows every date that moves, and one save.

Nothing is released, sent or opened by it, and the original is only read (``core.copying``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateInput

from nsr_events.core import formats
from nsr_events.core.copying import (
    EventPart,
    Moment,
    complete,
    copy_event,
    event_parts,
    parts_to_copy,
    renamed_in_every_language,
    shift_to,
)
from nsr_events.core.events import MOST_YEARS_OFF, check_days, lock_event
from nsr_events.core.models import Event, EventDay
from nsr_events.core.permissions import may
from nsr_events.core.workspace import WorkspaceView

from .pages import pages_of

COPIED = ("first_day", "skip_weekends", "edition", "parts", "drafts")
A_YEAR_OF_WEEKS = dt.timedelta(weeks=52)
FRIDAY = 4


class EditionForm(forms.Form):
    """When the new edition takes place, what it is called, and what comes along."""

    first_day = forms.DateField(label=gettext_lazy("First day"), widget=AdminDateInput)
    edition = forms.CharField(
        label=gettext_lazy("Edition"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("For example 2028. It takes the place of the old one in the name and titles."),
    )
    skip_weekends = forms.BooleanField(
        label=gettext_lazy("Move days that fall on a Saturday or Sunday to the next weekday"), required=False
    )
    drafts = forms.BooleanField(label=gettext_lazy("Programme items become drafts"), required=False)
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("What comes along"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, event: Event, user, now: dt.datetime, **kwargs):
        self.event, self.now = event, now
        super().__init__(*args, initial=first_guess(event, now), **kwargs)
        self.fields["parts"].choices = [
            (part.key, f"{part.label} ({part.count(event, user) if part.count else 0})")
            for part in parts_to_copy()
        ]

    def wish(self, name):
        """What is asked for: the checked value, or the first guess before anything was posted."""
        return self.cleaned_data.get(name) if self.is_bound else self.initial[name]

    @cached_property
    def shift(self):
        """Where the dates go."""
        return shift_to(self.event, self.wish("first_day"), skip_weekends=bool(self.wish("skip_weekends")))

    @property
    def name(self):
        """The new event's name in every language."""
        return renamed_in_every_language(self.event.name, (self.event.edition, self.wish("edition")))

    def clean_first_day(self):
        """Refuse a year nobody meant before any day is counted from it."""
        first = self.cleaned_data["first_day"]
        if abs(first.year - self.now.year) > MOST_YEARS_OFF:
            raise ValidationError(_("This date is more than ten years away. Check the year."))
        return first

    def clean(self):
        values = super().clean()
        if "first_day" not in values:
            return values
        days = [EventDay(date=date) for date in self.shift.dates.values()]
        try:
            check_days(days, now=self.now)
        except ValidationError as refusal:
            self.add_error("first_day", refusal.message_dict["days"])
        try:
            self.refuse_second()
        except ValidationError as refusal:
            self.add_error("first_day", refusal)
        return values

    def refuse_second(self):
        """A second click on the button must not make a second event."""
        if self._is_made_already(min(self.shift.dates.values())):
            text = _("“%(event)s” has been made for this day already.")
            raise ValidationError(text % {"event": self.name})

    def _is_made_already(self, date):
        same_day = Event.objects.filter(days__date=date, collection=self.event.collection_id)
        others = same_day.exclude(pk=self.event.pk).distinct()
        return any(other.name.data == self.name.data for other in others)


def first_guess(event: Event, now: dt.datetime) -> dict:
    """The same weekday a year later (or as many years as it takes to be ahead), the next number, all parts."""
    first = min(event.days.values_list("date", flat=True))
    new = first + A_YEAR_OF_WEEKS
    while new <= now.date():
        new += A_YEAR_OF_WEEKS
    return {
        "first_day": new,
        "edition": next_edition(event.edition, years=new.year - first.year),
        "skip_weekends": False,
        "drafts": True,
        "parts": [part.key for part in parts_to_copy()],
    }


def next_edition(edition: str, *, years: int = 1) -> str:
    """Return the edition that follows: "2028" after "2027", "13" after "12"; other names stay to be written."""
    found = re.search(r"\d+(?!.*\d)", edition)
    if not found:
        return edition
    step = max(1, years) if len(found.group()) == len("2027") else 1
    return edition[: found.start()] + str(int(found.group()) + step) + edition[found.end() :]


@dataclass(frozen=True)
class Line:
    """One moment in words; ``remark`` says what an organiser should look at."""

    label: str
    before: str
    after: str
    remark: str = ""


@dataclass(frozen=True)
class Group:
    """The moments of one part."""

    part: EventPart
    lines: list[Line]

    @property
    def remarks(self) -> int:
        """How many of its lines carry a remark."""
        return sum(bool(line.remark) for line in self.lines)


class EditionView(WorkspaceView):
    """The screen. What is saved is what was shown: any other date is shown first."""

    tab = "overview"
    template_name = "nsr_events/admin/edition.html"
    page_title = gettext_lazy("Copy to new edition")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        # Whoever copies reads all of the old event and makes a new one in the same collection.
        if not may(request.user, "add", self.event):
            raise PermissionDenied

    def get(self, request, *args, **kwargs):
        return self._show(self._form())

    def post(self, request, *args, **kwargs):
        form = self._form(request.POST)
        if not form.is_valid():
            messages.error(request, _("The new edition is not made yet. Correct what is marked below."))
            return self._show(form)
        if "save" not in request.POST:
            return self._show(form)
        if request.POST.get("shown") != digest(moments_of(self.event, form)):
            messages.warning(request, _("These dates are new. Look through them, then make the new edition."))
            return self._show(form)
        return self._save(form)

    def _form(self, data=None):
        return EditionForm(data, event=self.event, user=self.request.user, now=timezone.now())

    def _save(self, form):
        wish = form.cleaned_data
        try:
            with transaction.atomic():
                lock_event(self.event.pk)  # a second click waits here until the first has made its event
                form.refuse_second()
                copy = copy_event(
                    self.event,
                    now=timezone.now(),
                    by=self.request.user,
                    **{name: wish[name] for name in COPIED},
                )
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
            return self._show(form)
        text = _("“%(event)s” is made. Its pages are drafts, and nothing is released or opened.")
        messages.success(self.request, text % {"event": copy})
        return redirect("nsr_events_admin:overview", copy.pk)

    def _show(self, form):
        is_clear = not form.is_bound or "first_day" in form.cleaned_data
        moments = moments_of(self.event, form) if is_clear else []
        return self.render_to_response(
            self.get_context_data(
                form=form,
                media=form.media,
                new_name=form.name if is_clear else "",
                groups=[Group(part, [line_of(part, each) for each in found]) for part, found in moments],
                shown=digest(moments),
                plain_copies=self._plain_copies(),
            )
        )

    def _plain_copies(self):
        """Wagtail's own form for each page that may be copied: the way to an alias."""
        user = self.request.user
        return [
            (page, f"{reverse('wagtailadmin_pages:copy', args=[page.pk])}?plain=1")
            for page in pages_of(self.event)
            if page.permissions_for_user(user).can_copy()
        ]


def moments_of(event: Event, form: EditionForm) -> list[tuple[EventPart, list[Moment]]]:
    """Every date of the parts that come along, by part."""
    kept = {part.key for part in complete(form.wish("parts") or [])}
    parts = [part for part in event_parts() if part.moments and (part.copy is None or part.key in kept)]
    found = [(part, list(part.moments(event, form.shift))) for part in parts]
    return [(part, moments) for part, moments in found if moments]


def digest(moments: list[tuple[EventPart, list[Moment]]]) -> str:
    """A fingerprint of the dates shown: only these are saved."""
    lines = [
        f"{part.key} {each.label} {each.before.isoformat()} {each.after.isoformat()}"
        for part, found in moments
        for each in found
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def line_of(part: EventPart, moment: Moment) -> Line:
    """A moment in the editor's language."""
    remark = moment.remark
    if moment.whole_day and moment.after.weekday() > FRIDAY:
        remark = _("falls on a weekend")
    if not moment.keeps_its_time:
        remark = _("the clock skips this time that day")
    before, after = (_words(each, whole_day=moment.whole_day) for each in (moment.before, moment.after))
    return Line(moment.label, before, after, remark)


def _words(moment: dt.datetime, *, whole_day: bool) -> str:
    language = get_language() or "en"
    date = f"{formats.weekday(moment.date(), language)} {formats.full_date(moment.date(), language)}"
    return date if whole_day else f"{date} {moment:%H:%M}"
