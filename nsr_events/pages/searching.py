"""What an event page is found by beyond its own text: the newest release's titles and people."""

from __future__ import annotations

from django.db import transaction
from wagtail.search import index

from nsr_events.core.signals import event_changed
from nsr_events.core.texts import as_dict
from nsr_events.programme.current import current_programme
from nsr_events.programme.signals import programme_released

from .page_types import get_event_page_models
from .structured import plain


def connect() -> None:
    """Renew the search index when a programme is released or a fact changes."""
    programme_released.connect(renew, dispatch_uid="nsr_events.pages.searching")
    event_changed.connect(renew, dispatch_uid="nsr_events.pages.searching")


def renew(sender, event, **kwargs) -> None:
    """Put the event's pages into the search index anew, once the change is committed."""
    transaction.on_commit(lambda: _renew(event.pk))


def _renew(event_id: int) -> None:
    for model in get_event_page_models():
        for page in model.objects.filter(event_id=event_id):
            index.insert_or_update_object(page)


def words_of(page) -> str:
    """Title without soft hyphens, the event's names, and titles, people and employers of the newest release."""
    words = [plain(page.title), *as_dict(page.event.name).values()]
    programme = current_programme(page.event_id)
    if programme is not None:
        shown = [item for item in programme.shown if item.kind != "internal"]
        words += [title for item in shown for title in item.title.values()]
        words += [f"{role.name} {role.employer}" for item in shown for role in item.people]
    return " ".join(dict.fromkeys(words))
