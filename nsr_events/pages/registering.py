"""The registration form and its receipt below an event's page, so that the page's privacy holds for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from nsr_events.registration import views
from nsr_events.registration.views import Place


def show_form(page, request: HttpRequest) -> HttpResponse:
    """The form with the event's facts, or what stands in its place; a POST registers somebody."""
    return _form(request, page=page)


@sensitive_post_parameters()
def _form(request: HttpRequest, *, page) -> HttpResponse:
    return views.answer(request, place_of(page, request), now=timezone.now())


def show_receipt(page, request: HttpRequest) -> HttpResponse:
    """What became of the form this browser sent."""
    return views.answer_receipt(request, place_of(page, request))


def place_of(page, request: HttpRequest) -> Place:
    """Where the form of an event's page stands."""
    base = page.get_url(request)
    return Place(
        event=page.facts,
        setup=page.facts.registration_setup,
        language=page.language,
        title=page.title,
        form_url=base + page.reverse_subpage("register"),
        receipt_url=base + page.reverse_subpage("register_receipt"),
        event_url=base,
        calendar_url=page.full_file_url("calendar"),
        context=page.get_context(request),
    )
