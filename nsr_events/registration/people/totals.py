"""Numbers of the event on one screen: seats, answers per day, the kitchen; what happened last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from nsr_events.core import audit
from nsr_events.registration.models import StatusChange

from .listing import ALL_TABS
from .numbers import kitchen, ordinary_totals, standing, status_counts
from .one import happened
from .screens import SENSITIVE, PeopleView
from .words import day_words

RECENT = 20


class NumbersView(PeopleView):
    """How many, of what, on which day. Totals only: nobody is named but in the history."""

    template_name = "nsr_events/registration/admin/people/numbers.html"
    page_title = gettext_lazy("Numbers")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = list(self.event.days.all())
        counts = status_counts(self.event.registrations.all())
        found = kitchen(self.event, days)
        steps = StatusChange.objects.filter(registration__event=self.event).select_related(
            "registration", "by"
        )
        recent = steps.order_by("-at", "-pk")[:RECENT]
        return super().get_context_data(
            standing=standing(
                self.registration_setup, now=self.now, categories=list(self.event.categories.all()), days=days
            ),
            statuses=[(str(status.label), counts[status]) for status in counts_in_order(counts)],
            day_names=[day_words(day) for day in days],
            totals=[*ordinary_totals(self.event, days)],
            kitchen=found,
            may_sensitive=self.may(SENSITIVE),
            recent=[(step.registration, happened(step, self.event)) for step in recent],
            **kwargs,
        )


def counts_in_order(counts: Any) -> list[Any]:
    """The statuses that somebody has, in the order of the tabs."""
    return [status for status in ALL_TABS if counts[status]]


class TextsView(PeopleView):
    """Free texts of sensitive questions, alphabetically and without names; each view is written down."""

    also = (SENSITIVE,)
    template_name = "nsr_events/registration/admin/people/texts.html"
    page_title = gettext_lazy("Free texts for the kitchen")

    @method_decorator(sensitive_variables())
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        audit.record("sensitive.texts", event=self.event, actor=request.user, request=request, now=self.now)
        found = kitchen(self.event, list(self.event.days.all()))
        return self.page(texts=found.texts, unreadable=found.unreadable)
