"""The form an act asks for, and the screen where it is done to one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from nsr_events.core import formats
from nsr_events.core.models import Event, EventDay, Person, validate_name
from nsr_events.core.texts import text_in
from nsr_events.programme.current import current_programme
from nsr_events.registration.counting import bookings_of
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import ParticipantCategory, Registration
from nsr_events.registration.seats import Refused, Stale, bookings
from nsr_events.registration.speakers import speakers_of
from nsr_events.registration.values import Wrong, clean_text, parse_email
from nsr_events.registration.wording import say

from .screens import ManageView
from .verbs import BY_KEY, Given, Verb
from .words import day_words, language, reasons

LONGEST_REASON, LONGEST_NOTE = 1000, 1000
STANDARD, NOTE, NONE = "standard", "note", "none"
NOTICES = [
    (STANDARD, gettext_lazy("The standard mail")),
    (NOTE, gettext_lazy("The mail with a note")),
    (NONE, gettext_lazy("No mail")),
]


class PlainField(forms.CharField):
    """Text of one or several lines without what no database or mail takes."""

    def __init__(self, *, lines: bool = False, most: int = 200, **kwargs: Any) -> None:
        self.lines, self.most = lines, most
        widget = forms.Textarea({"rows": 3}) if lines else forms.TextInput()
        super().__init__(widget=widget, strip=True, **kwargs)

    def to_python(self, value: Any) -> str:
        try:
            return clean_text(str(value or ""), most=self.most, lines=self.lines)
        except Wrong as wrong:
            raise forms.ValidationError(say(wrong, language())) from None


class AddressField(PlainField):
    """An e-mail address that mail can be sent to."""

    def to_python(self, value: Any) -> str:
        text = str(value or "").strip()
        if not text:
            return ""
        try:
            return parse_email(text)
        except Wrong as wrong:
            raise forms.ValidationError(say(wrong, language())) from None


class NoticeForm(forms.Form):
    """Why, which mail, and whether limits are exceeded: what goes with every act that asks for it."""

    use_required_attribute = False

    def __init__(
        self, data: Any = None, *, reason: bool = True, needs_reason: bool = False, mails: bool = True,
        exceeds: bool = False, initial: Any = None, notice: str = STANDARD,
    ) -> None:  # fmt: skip
        super().__init__(data, initial=initial)
        if exceeds:
            self.fields["above_capacity"] = forms.BooleanField(
                label=_("Above capacity"), required=False,
                help_text=_("Also where all seats are taken. Write why."),
            )  # fmt: skip
        if reason:
            self.fields["reason"] = PlainField(
                label=_("Reason"), required=needs_reason, most=LONGEST_REASON,
                help_text=_("Stays with the registration; the person may ask to see it."),
                error_messages={"required": _("Write a reason")},
            )  # fmt: skip
        if mails:
            self.fields["notice"] = forms.ChoiceField(
                label=_("Mail to the person"), choices=NOTICES, widget=forms.RadioSelect, initial=notice
            )
            self.fields["note"] = PlainField(
                label=_("Note in the mail"), lines=True, required=False, most=LONGEST_NOTE
            )

    def clean(self) -> dict[str, Any]:
        """A note only with its mail, a reason with every exception."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("above_capacity") and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write why you go above capacity"))
        if cleaned.get("notice") == NOTE and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Write the note, or choose the standard mail"))
        return cleaned

    def said(self) -> dict[str, Any]:
        """What ``Given`` takes of this form."""
        notice = self.cleaned_data.get("notice", STANDARD)
        return {
            "reason": self.cleaned_data.get("reason", ""),
            "notify": notice != NONE,
            "note": self.cleaned_data.get("note", "") if notice == NOTE else "",
            "above_capacity": bool(self.cleaned_data.get("above_capacity")),
        }


class VerbForm(NoticeForm):
    """What one act asks for: its own fields, then reason and mail."""

    def __init__(
        self, data: Any = None, *, verb: Verb, event: Event, row: Registration | None = None
    ) -> None:
        self.verb, self.event = verb, event
        super().__init__(
            data,
            reason=verb.takes_reason,
            needs_reason=verb.needs_reason,
            mails=verb.mails,
            exceeds=verb.exceeds,
        )
        own = {name: OWN_FIELDS[name](event, row) for name in verb.asks}
        self.fields = {**own, **self.fields}

    def given(self, request: HttpRequest, *, now: Any) -> Given:
        """What the organiser gave."""
        cleaned = self.cleaned_data
        return Given(
            now=now, by=request.user, request=request, priority=cleaned.get("priority", 0),
            category=_category_of(self.event, cleaned.get("category")),
            days=_days_of(self.event, cleaned.get("days") or ()), sessions=tuple(cleaned.get("sessions") or ()),
            person=_person_of(cleaned.get("person")),
            colleague=(cleaned.get("first_name", ""), cleaned.get("last_name", ""), cleaned.get("email", "")),
            **self.said(),
        )  # fmt: skip


def _priority_field(event: Event, row: Registration | None) -> forms.Field:
    return forms.IntegerField(
        label=_("Priority"), min_value=-1000, max_value=1000, initial=row.priority if row else 0
    )


def _category_field(event: Event, row: Registration | None) -> forms.Field:
    choices = [(each.key, str(each.name)) for each in event.categories.all()]
    return forms.ChoiceField(label=_("Category"), choices=choices, initial=row.category.key if row else None)


def _days_field(event: Event, row: Registration | None) -> forms.Field:
    choices = [(str(day.uid), day_words(day)) for day in event.days.all()]
    held = [str(day.uid) for day in row.attended_days] if row else []
    return forms.MultipleChoiceField(
        label=_("Days"), choices=choices, widget=forms.CheckboxSelectMultiple, initial=held,
        error_messages={"required": _("Choose at least one day")},
    )  # fmt: skip


def _sessions_field(event: Event, row: Registration | None) -> forms.Field:
    """What may be booked on the attended days, each with its time and how many seats are taken."""
    offered = offered_sessions(row) if row else []
    held = [str(uid) for uid in row.bookings.values_list("session__uid", flat=True)] if row else []
    return forms.MultipleChoiceField(
        label=_("Sessions"),
        choices=offered,
        widget=forms.CheckboxSelectMultiple,
        initial=held,
        required=False,
    )


def offered_sessions(row: Registration) -> list[tuple[str, str]]:
    """(uid, words) of the sessions that somebody may book, in the order of the programme."""
    event, programme = row.event, current_programme(row.event_id)
    items = bookings.bookable(programme)
    days = {str(day.uid): day for day in row.attended_days}
    taken = bookings_of(event.pk, but=row)
    limits = bookings.capacities(event, items)
    found = []
    for item in sorted(items.values(), key=lambda item: (item.start, item.uid)):
        if item.day in days:
            seats = bookings.seats_of(item, programme, limits)
            found.append((item.uid, _session_words(item, event, seats, taken[item.uid])))
    return found


def _session_words(item: Any, event: Event, seats: int | None, taken: int) -> str:
    start, end = item.start.astimezone(event.zone), item.end.astimezone(event.zone)
    values = {
        "when": f"{formats.weekday(start.date(), language())} {formats.clock_range(start, end)}",
        "title": text_in(item.title, language()).value, "taken": taken, "seats": seats,
    }  # fmt: skip
    if seats is None:
        return _("%(when)s: %(title)s") % values
    return _("%(when)s: %(title)s (%(taken)d of %(seats)d seats taken by others)") % values


def _person_field(event: Event, row: Registration | None) -> forms.Field:
    people = {each.pk: each.name for each in speakers_of(event)}
    if row and row.person:
        people.setdefault(row.person_id, row.person.name)
    choices = [("", _("No profile")), *sorted(((str(pk), name) for pk, name in people.items()), key=_by_name)]
    return forms.ChoiceField(
        label=_("Speaker profile"),
        choices=choices,
        required=False,
        initial=str(row.person_id or "") if row else "",
    )


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


OWN_FIELDS: dict[str, Any] = {
    "priority": _priority_field,
    "category": _category_field,
    "days": _days_field,
    "sessions": _sessions_field,
    "person": _person_field,
    "first_name": lambda event, row: PlainField(
        label=_("First name of the colleague"), most=100, validators=[validate_name]
    ),
    "last_name": lambda event, row: PlainField(
        label=_("Last name of the colleague"), most=100, validators=[validate_name]
    ),
    "email": lambda event, row: AddressField(label=_("E-mail of the colleague"), most=254),
}


def _category_of(event: Event, key: Any) -> ParticipantCategory | None:
    return event.categories.filter(key=key).first() if key else None


def _person_of(pk: Any) -> Person | None:
    return Person.objects.filter(pk=pk).first() if pk else None


def _days_of(event: Event, uids: Any) -> tuple[EventDay, ...]:
    return tuple(day for day in event.days.all() if str(day.uid) in set(uids))


class ActView(ManageView):
    """One act on one person: what it does, why, which mail; then the button."""

    template_name = "nsr_events/registration/admin/people/act.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row = self.find(kwargs["uid"])
        if kwargs["verb"] not in BY_KEY:
            raise Http404
        self.verb = BY_KEY[kwargs["verb"]]
        self.page_title = self.verb.label

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Offer nothing that the rules refuse."""
        if not self.verb.is_for(self.row, self.registration_setup, self.now):
            messages.warning(
                request, _("This is not possible as things stand: %(why)s.") % {"why": self._why()}
            )
            return self.to("person", self.row.uid)
        return super().dispatch(request, *args, **kwargs)

    def _why(self) -> str:
        return _("the status is now %(status)s") % {"status": self.row.get_status_display().lower()}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(
            form=VerbForm(verb=self.verb, event=self.event, row=self.row), row=self.row, verb=self.verb
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = VerbForm(request.POST, verb=self.verb, event=self.event, row=self.row)
        if not form.is_valid():
            messages.error(request, _("Nothing is done yet. Correct what is marked below."))
        elif request.POST.get("row_version") != str(self.row.row_version):
            self.stale()
        elif self._done(form):
            return self.to("person", self.row.uid)
        return self.page(form=form, row=self.row, verb=self.verb)

    def stale(self) -> None:
        """Somebody else changed the row since it was shown."""
        messages.warning(
            self.request,
            _("This registration was changed while you had it open. Look at it again, then press once more."),
        )

    def _done(self, form: VerbForm) -> bool:
        try:
            self.verb.carry_out(self.row, form.given(self.request, now=self.now))
        except Refused as refused:
            form.add_error(None, _("Nothing was changed: %(why)s.") % {"why": reasons(refused.problems)})
            messages.error(self.request, _("Nothing was changed."))
            return False
        except Stale:
            self.stale()
            self.row = self.find(self.row.uid)
            return False
        except Busy:
            self.busy()
            return False
        messages.success(self.request, _("Done: %(what)s.") % {"what": str(self.verb.label).lower()})
        return True
