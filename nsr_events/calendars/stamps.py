"""When something an entry shows last changed (calendars, section 6).

``Event.ical_stamp`` moves only when the content of the event's entries differs in some language, whoever
saves or publishes, and it only grows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from django.apps import apps
from django.db import transaction

from nsr_events.core import presentations
from nsr_events.core.models import Event
from nsr_events.core.presentations import Presentation
from nsr_events.core.texts import content_languages

from .entries import content_digest, with_facts

CHUNK = 200
"""Events a transaction, so that a change of a venue used everywhere does not lock them all for long."""

ONE_SECOND = dt.timedelta(seconds=1)
FILES = ("calendar.ics", "programme.ics")


AddressProvider = Callable[[list[int]], Iterable[str]]
_address_providers: list[AddressProvider] = []


def restamp(events: Iterable[Event | int], *, now: dt.datetime) -> int:
    """Give events whose entries changed a new digest and stamp; return how many did.

    ``events`` are rows or primary keys. A constant number of queries for each 200. Rows handed in get their
    new values too, so that a later ``save()`` does not bring the old ones back.
    """
    handed_in = list(events)
    rows = {row.pk: row for row in handed_in if isinstance(row, Event)}
    ids = sorted({row.pk if isinstance(row, Event) else row for row in handed_in})
    changed = [
        event for start in range(0, len(ids), CHUNK) for event in _restamp(ids[start : start + CHUNK], now)
    ]
    for event in changed:
        if event.pk in rows:
            rows[event.pk].ical_digest, rows[event.pk].ical_stamp = event.ical_digest, event.ical_stamp
    return len(changed)


def restamp_all(*, now: dt.datetime) -> int:
    """Restamp every event: for what bypasses the signals, and after upgrades that change entries."""
    return restamp(Event.objects.values_list("pk", flat=True), now=now)


def register_addresses(provider: AddressProvider) -> None:
    """Add a function of event ids that answers more addresses to purge, such as those of index feeds."""
    if provider not in _address_providers:
        _address_providers.append(provider)


def purge_later(event_ids: Iterable[int]) -> None:
    """After commit, tell the caches in front of the site that feeds have changed, where Wagtail knows any."""
    ids = list(event_ids)
    if ids and apps.is_installed("wagtail.contrib.frontend_cache"):
        transaction.on_commit(partial(_purge, ids))


@transaction.atomic
def _restamp(ids: Sequence[int], now: dt.datetime) -> list[Event]:
    """Restamp one chunk under the events' row locks, so that no older digest overwrites a newer one."""
    locked = Event.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    events = list(with_facts(locked))
    shown = _shown_in_all_languages([event.pk for event in events])
    changed = []
    for event in events:
        content = content_digest(event, [(language, of.get(event.pk)) for language, of in shown])
        if content != event.ical_digest:
            event.ical_stamp = _next_stamp(event, now)
            event.ical_digest = content
            changed.append(event)
    Event.objects.bulk_update(changed, ["ical_digest", "ical_stamp"])
    purge_later(event.pk for event in changed)
    return changed


def _next_stamp(event: Event, now: dt.datetime) -> dt.datetime:
    """``now`` in whole seconds; later than the last one, as ICSx5 updates only then (bitfireAT/icsx5#397)."""
    last = event.ical_stamp.replace(microsecond=0)
    earliest = last + ONE_SECOND if event.ical_digest else last
    return max(now.replace(microsecond=0), earliest)


def _shown_in_all_languages(ids: Sequence[int]) -> list[tuple[str, dict[int, Presentation]]]:
    return [(language, presentations.of(ids, language)) for language, _name in content_languages()]


def _purge(ids: list[int]) -> None:
    from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

    pages = {shown.url for _language, found in _shown_in_all_languages(ids) for shown in found.values()}
    addresses = {f"{page}{name}" for page in pages for name in FILES}
    addresses.update(address for provider in _address_providers for address in provider(ids))
    purge_urls_from_cache(sorted(addresses))
