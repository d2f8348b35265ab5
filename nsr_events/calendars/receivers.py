"""What makes an event's entries be looked at again (calendars, section 6)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model, Q, QuerySet
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from nsr_events.core.models import Event, EventType, Organisation, Region, Room, Series, Venue
from nsr_events.core.signals import event_changed
from nsr_events.programme.signals import programme_released

from . import stamps


def connect() -> None:
    """Listen. Called once, when Django is ready."""
    event_changed.connect(on_event_changed, dispatch_uid="nsr_events.calendars.event")
    programme_released.connect(on_programme_released, dispatch_uid="nsr_events.calendars.release")
    for name, signal in {"published": page_published, "unpublished": page_unpublished}.items():
        signal.connect(on_page_shown_or_not, dispatch_uid=f"nsr_events.calendars.{name}")
    for name, signal in {"moved": post_page_move, "slug": page_slug_changed}.items():
        signal.connect(on_pages_moved, dispatch_uid=f"nsr_events.calendars.{name}")
    post_delete.connect(on_page_deleted, dispatch_uid="nsr_events.calendars.deleted")
    for model in (Venue, Room, Organisation, Series, EventType, Region):
        for signal in (post_save, post_delete):
            signal.connect(on_place_or_word_changed, sender=model, dispatch_uid="nsr_events.calendars.row")


def on_event_changed(sender, *, event, now, **kwargs):
    """The workspace saved facts, days, hosts or a status."""
    stamps.restamp([event], now=now)


def on_programme_released(sender, *, event, **kwargs):
    """Sessions carry stamps of their own (``programme.releases``): only caches have to know."""
    stamps.purge_later([event.pk])


def on_page_shown_or_not(sender, *, instance, **kwargs):
    """A page went live, changed in public, or was taken down."""
    _restamp(_events_of([instance]))


def on_page_deleted(sender, *, instance, **kwargs):
    """Wagtail tells that a page is unpublished while it still stands, so look again once it is gone."""
    if isinstance(instance, Page):
        _restamp(_events_of([instance]))


def on_pages_moved(sender, *, instance, **kwargs):
    """A page and everything below it got new addresses."""
    below = Page.objects.live().descendant_of(instance, inclusive=True).specific()
    _restamp(_events_of(below))


def on_place_or_word_changed(sender, *, instance, **kwargs):
    """A venue, organisation or word that entries show was edited."""
    if kwargs.get("raw"):
        return
    _restamp(_events_with(instance).distinct().values_list("pk", flat=True))


def _restamp(event_ids: Iterable[int]) -> None:
    stamps.restamp(event_ids, now=timezone.now())


def _events_of(pages: Iterable[Page]) -> set[int]:
    """The events that pages of any type with our mixin present."""
    return {page.event_id for page in pages if _presents(page)} - {None}


def _presents(page: Page) -> bool:
    return any(field.name == "event" and field.related_model is Event for field in page._meta.fields)


def _events_with(instance: Model) -> QuerySet[Event]:
    if isinstance(instance, Room):
        return Event.objects.filter(Q(sessions__room=instance.pk) | Q(venue=instance.venue_id))
    if isinstance(instance, Venue):
        return Event.objects.filter(Q(venue=instance.pk) | Q(days__venue=instance.pk))
    if isinstance(instance, Organisation):
        return Event.objects.filter(Q(organisations__organisation=instance.pk) | Q(days__hosts=instance.pk))
    field = {Series: "series", EventType: "type", Region: "region"}[type(instance)]
    return Event.objects.filter(**{field: instance.pk})
