"""Gives a page another event: for pages that were copied apart and belong together."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page, ReferenceIndex

from nsr_events.calendars import stamps
from nsr_events.core.events import lock_event
from nsr_events.core.models import Event

from . import searching
from .life import is_shown_in, without_page_in
from .page_types import get_event_page_models


def events_for(page: Any, events: QuerySet[Event]) -> QuerySet[Event]:
    """Those of ``events`` that ``page`` may go to: not its own, and without a page in its language."""
    return without_page_in(events, page.locale.language_code).exclude(pk=page.event_id)


@transaction.atomic
def relink_page(page: Any, event: Event, *, now: dt.datetime, by: Any = None) -> Event:
    """Let ``page`` and its aliases present ``event``; returns the event left behind, which is kept as it is.

    Raises ``ValidationError`` when another page presents ``event`` in that language, or when ``page`` is an alias.
    """
    for pk in sorted({page.event_id, event.pk}):
        lock_event(pk)
    page = type(page).objects.select_related("locale", "event").get(pk=page.pk)
    former = page.event
    _refuse(page, event)
    moved = [page, *_aliases_of(page)]
    type(page).objects.filter(pk__in=[each.pk for each in moved]).update(event=event)
    Page.objects.filter(pk=page.pk).update(translation_key=_key_for(page, event))
    for each in type(page).objects.filter(pk__in=[each.pk for each in moved]):
        ReferenceIndex.create_or_update_for_object(each)
    told = {"from": str(former.uid), "to": str(event.uid), "language": page.locale.language_code}
    for instance in (former, event, page):
        log(instance, "nsr_events.page.relink", user=by, data=told)
    stamps.restamp([former.pk, event.pk], now=now)
    searching.renew(None, event)
    return former


def _refuse(page: Any, event: Event) -> None:
    if page.alias_of_id:
        raise ValidationError(_("This page is an alias: it follows its original."))
    if page.event_id == event.pk:
        raise ValidationError(_("The page presents this event already."))
    if is_shown_in(event.pk, page.locale_id):
        raise ValidationError(_("“%(event)s” has a page in this language already.") % {"event": event})


def _aliases_of(page: Any) -> list[Any]:
    """Aliases, and aliases of these."""
    found: list[Any] = []
    newest = [page.pk]
    while newest:
        aliases = list(type(page).objects.filter(alias_of__in=newest))
        found += aliases
        newest = [alias.pk for alias in aliases]
    return found


def _key_for(page: Any, event: Event) -> uuid.UUID:
    """The key that makes it a translation of the event's other pages, and of no other event's."""
    originals = [
        other
        for model in get_event_page_models()
        for other in model.objects.filter(event=event, alias_of__isnull=True).exclude(pk=page.pk)
    ]
    others = Page.objects.exclude(pk=page.pk)
    for key in (other.translation_key for other in sorted(originals, key=lambda other: other.pk)):
        if not others.filter(translation_key=key, locale=page.locale_id).exists():
            return key
    shares_key = others.filter(translation_key=page.translation_key).exists()
    return uuid.uuid4() if shares_key else page.translation_key
