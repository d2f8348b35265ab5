"""Which participants a list shows: declared filters and a search, nothing else reaches the query."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nsr_events.core.models import Event, EventDay
from nsr_events.core.texts import content_languages, text_in
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import questions
from nsr_events.registration.addresses import domain_of, email_key
from nsr_events.registration.models import (
    Attendance,
    ChosenOption,
    HandOver,
    ParticipantCategory,
    Registration,
    RegistrationSetup,
    SessionBooking,
)
from nsr_events.registration.questions import CATEGORY, DAYS, Asked, Condition

from .words import day_words, language

LONGEST_SEARCH = 200
ONLY = [
    ("missing", _("Missing answers")),
    ("undelivered", _("Mail not delivered")),
    ("checked_in", _("Checked in")),
    ("not_checked_in", _("Not checked in")),
    ("hand_over", _("Wants to hand over")),
    ("no_email", _("Without e-mail")),
]
SORTS = {
    "name": ("last_name", "first_name", "pk"),
    "organisation": ("organisation", "last_name", "pk"),
    "category": ("category__sort_order", "category", "last_name", "pk"),
    "created": ("created", "pk"),
    "queue": ("-priority", "queue_number", "pk"),
}


class PeopleFilterSet(django_filters.FilterSet):
    """Search, status, category, day, option, session, language, source, and what needs a hand."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Registration.Status.choices)
    category = django_filters.ChoiceFilter(label=_("Category"), field_name="category__key")
    day = django_filters.ChoiceFilter(label=_("Day"), field_name="days__day__uid")
    option = django_filters.ChoiceFilter(label=_("Answer"), method="by_option")
    session = django_filters.ChoiceFilter(label=_("Session"), method="by_session")
    language = django_filters.ChoiceFilter(label=_("Language"))
    source = django_filters.ChoiceFilter(label=_("Source"))
    only = django_filters.ChoiceFilter(label=_("Only"), method="by_need")

    class Meta:
        model = Registration
        fields: list[str] = []

    def __init__(
        self,
        data: Any,
        *,
        event: Event,
        setup: RegistrationSetup,
        categories: Iterable[ParticipantCategory] | None = None,
        days: Iterable[EventDay] | None = None,
    ) -> None:
        self.event, self.setup = event, setup
        self.questions = questions.as_form(event.questions.all())
        super().__init__(data, Registration.objects.filter(event=event))
        self._offer("category", [(each.key, str(each.name)) for each in categories or event.categories.all()])
        choosing = setup.days == RegistrationSetup.Days.CHOOSE
        offered = (days or event.days.all()) if choosing else []
        self._offer("day", [(str(day.uid), day_words(day)) for day in offered])
        self._offer("option", _options(self.questions.questions))
        sessions = event.sessions.filter(bookable=True).order_by("start", "pk")
        self._offer("session", [(str(row.uid), str(row)) for row in sessions])
        self._offer("language", list(content_languages()))
        self._offer("source", Registration.Source.choices)
        self._offer("only", ONLY)

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Let ``name`` choose among ``choices``; a filter with nothing to choose is not shown."""
        self.filters[name].extra["choices"] = choices
        self.filters[name].extra["empty_label"] = _("All")

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields to draw: search and status stand elsewhere, a single category is no choice."""
        names = [name for name in self.filters if name not in {"q", "status"}]
        return [
            self.form[name] for name in names if len(self.form.fields[name].choices) > 2 or name == "only"
        ]

    @property
    def active(self) -> bool:
        """Whether anything narrows the list beside the status."""
        return any(self.data.get(name) for name in self.filters if name != "status")

    @property
    def qs(self) -> QuerySet:
        """Those that fit; nobody when the address names what this event does not have."""
        status = self.form.cleaned_data.get("status") if self.form.is_valid() else ""
        return self.narrowed.filter(status=status) if status else self.narrowed

    @property
    def narrowed(self) -> QuerySet:
        """The same in every status, for the tabs."""
        if not self.form.is_valid():
            return self.queryset.none()
        rows = self.queryset.all()
        for name, value in self.form.cleaned_data.items():
            if name != "status":
                rows = self.filters[name].filter(rows, value)
        return rows

    def search(self, rows: QuerySet, _name: str, typed: str) -> QuerySet:
        """Name, organisation, reference, address; "@politiet.no" is exactly that domain."""
        return found_by(rows, plain(typed))

    def by_option(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Those who chose an option of an ordinary question."""
        key, _colon, option = value.partition(":")
        chosen = ChosenOption.objects.filter(
            registration=OuterRef("pk"), question__event=self.event, question__key=key, option=option
        )
        return rows.filter(Exists(chosen))

    def by_session(self, rows: QuerySet, _name: str, uid: str) -> QuerySet:
        """Those who booked a session."""
        return rows.filter(
            Exists(SessionBooking.objects.filter(registration=OuterRef("pk"), session__uid=uid))
        )

    def by_need(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Those whom somebody should look at."""
        inside = Attendance.objects.filter(registration=OuterRef("pk"), checked_in__isnull=False)
        proposed = HandOver.objects.filter(registration=OuterRef("pk"), state=HandOver.State.PROPOSED)
        needs = {
            "missing": missing_answers(self.questions, self.setup),
            "undelivered": undelivered(),
            "checked_in": Exists(inside),
            "not_checked_in": Q(status=Registration.Status.CONFIRMED) & ~Exists(inside),
            "hand_over": Exists(proposed),
            "no_email": Q(email=""),
        }
        return rows.filter(needs[value])


def found_by(rows: QuerySet, text: str) -> QuerySet:
    """Those of ``rows`` that hold every word of ``text`` (already ``plain``), or are of exactly the domain after @."""
    if text.startswith("@"):
        return rows.filter(email_domain=domain_of(f"x{text}"))
    for word in text.split():
        rows = rows.filter(_matches(word))
    return rows if text else rows.none()


def undelivered() -> Q:
    """Those to whom a mail did not, or perhaps did not, arrive, and those whose address is marked as bad."""
    mails = OutgoingMail.objects.undelivered().filter(registration=OuterRef("pk"))
    return Q(bad_address=True) | Q(Exists(mails))


def missing_answers(form: questions.Form, setup: RegistrationSetup) -> Q:
    """Those active who have not answered what is required of them today: asked of them at their next edit."""
    missing = [
        Q(**{name: ""})
        for name in ("organisation", "job_title", "mobile", "badge_name")
        if getattr(setup, f"ask_{name}") == RegistrationSetup.Asked.REQUIRED
    ]
    for asked in form.asked:
        if asked.required and not asked.silent and not asked.sensitive:
            missing.append(~Q(answers__has_key=asked.key) & _is_asked(asked, form))
    nobody = Q(pk__isnull=True)
    return Q(status__in=Registration.ACTIVE) & reduce(or_, missing, nobody)


def _is_asked(asked: Asked, form: questions.Form) -> Q:
    """Those to whom a question is shown, as ``questions.visible`` decides, in a query."""
    condition = asked.condition
    if condition is None:
        return Q(pk__isnull=False)
    if condition.source == CATEGORY:
        return Q(category__key__in=condition.values)
    if condition.source == DAYS:
        return Q(pk__in=Registration.objects.filter(days__day__uid__in=condition.values).values("pk"))
    source = form.get(condition.source)
    if source is None or source.retired or source.condition is not None or source.sensitive:
        return Q(pk__isnull=True)
    return _answered(source, condition)


def _answered(source: Asked, condition: Condition) -> Q:
    if source.kind == "yes_no":
        values = [value == questions.YES for value in condition.values]
        return reduce(or_, (Q(**{f"answers__{source.key}": value}) for value in values))
    chosen = ChosenOption.objects.filter(question__key=source.key, option__in=condition.values)
    found = Q(pk__in=chosen.values("registration"))
    if questions.OTHER in condition.values:
        found |= Q(**{f"answers__{source.key}__has_key": questions.OTHER})
    return found


def _options(asked: Iterable[Asked]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            _in_words(each.label),
            [(f"{each.key}:{option.key}", _in_words(option.label)) for option in each.options],
        )
        for each in asked
        if each.kind in questions.CHOICES and not each.sensitive and each.options
    ]


def _in_words(label: Any) -> str:
    return text_in(label, language()).value


def plain(typed: str) -> str:
    """Return what was typed without what no database takes, composed and cut to a sensible length."""
    kept = "".join(letter for letter in typed if unicodedata.category(letter) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", kept).strip()[:LONGEST_SEARCH]


def _matches(word: str) -> Q:
    """Rows with ``word`` in a name, the organisation, the address or the reference.

    SQLite compares letters beyond ASCII as they are, so those words are asked for in the usual cases.
    """
    cases = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    fields = ("first_name", "last_name", "organisation", "badge_name")
    found = Q(reference__startswith=word.replace("-", "").upper()) | Q(email_key__contains=email_key(word))
    for name in fields:
        for each in sorted(cases):
            found |= Q(**{f"{name}__icontains": each})
    return found


def sorted_rows(rows: QuerySet, sort: str, *, waiting: bool) -> tuple[QuerySet, str]:
    """Order ``rows`` by a key of ``SORTS``, "-" before it for the other way round; returns the key taken."""
    key = sort.removeprefix("-")
    if key not in SORTS:
        sort = key = "queue" if waiting else "name"
    order = SORTS[key]
    if sort.startswith("-"):
        order = tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order)
    return rows.order_by(*order), sort
