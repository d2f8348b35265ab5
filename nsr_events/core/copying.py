"""Copies an event as a new one: for a page that is copied, and for a new edition.

An event consists of parts that domains register here, so that this package calls nobody below it. Facts and days are
always carried over; every date keeps its distance to its day and its time on the wall. What belongs to the original
alone is never copied: uids, sequences, status, releases, accepted conflicts, the online link.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from i18nfield.strings import LazyI18nString
from wagtail.log_actions import log

from .events import lock_event, save_facts, set_bounds
from .models import Event, EventDay, EventDayHost, EventOrganisation
from .signals import event_changed
from .texts import as_dict, content_languages

RESET_FACTS = frozenset({
    "uid", "name", "edition", "start", "end", "status", "status_note", "status_changed_at", "previous_start",
    "rescheduled_at", "online_url", "online_open", "ical_sequence", "ical_stamp", "ical_digest", "changed_at",
})  # fmt: skip
"""Columns of the event that the copy does not take over as they are."""

SATURDAY = 5

FACT_KEYS = {"format": (str,), "times_known": (bool,), "audience": (dict,), "fee_note": (dict,)}
DAY_KEYS = {"opens": (dt.time,), "closes": (dt.time,), "theme": (dict,)}


@dataclass(frozen=True)
class Shift:
    """Where the dates of an event go: each of its days to a new date, anything else along with the day before it.

    ``dates`` holds the event's days (old date to new). Times on the wall stay, also across a clock change.
    """

    dates: Mapping[dt.date, dt.date]
    zone: ZoneInfo

    def days_from(self, date: dt.date) -> dt.timedelta:
        """How far a date moves: as far as the newest day that is not after it, else as the first day."""
        anchor = max((day for day in self.dates if day <= date), default=min(self.dates))
        return self.dates[anchor] - anchor

    def moment(self, moment: dt.datetime, *, day: dt.date | None = None) -> dt.datetime:
        """Return an instant with the same time on the wall after the shift of ``day`` (else of its own date).

        A time that the clock skips in spring counts as that much after the change.
        """
        local = moment.astimezone(self.zone)
        distance = self.days_from(day or local.date())
        if not distance:
            return moment
        wall = local.time().replace(fold=0)
        return dt.datetime.combine(local.date() + distance, wall, tzinfo=self.zone).astimezone(dt.UTC)


def shift_to(event: Event, first_day: dt.date | None = None, *, skip_weekends: bool = False) -> Shift:
    """Return the shift that puts the first day of ``event`` on ``first_day`` (None: where it is).

    With ``skip_weekends`` a day that would fall on a Saturday or Sunday goes to the next weekday no other day has.
    """
    old = sorted(event.days.values_list("date", flat=True))
    distance = (first_day or old[0]) - old[0]
    dates: dict[dt.date, dt.date] = {}
    for date in old:
        new = date + distance
        if skip_weekends:
            new = max(new, max(dates.values(), default=new - dt.timedelta(days=1)) + dt.timedelta(days=1))
            new += dt.timedelta(days=max(0, 7 - new.weekday()) if new.weekday() >= SATURDAY else 0)
        dates[date] = new
    return Shift(dates, event.zone)


@dataclass(frozen=True)
class Moment:
    """One date of an event that moves with a new edition, shown before anything is saved.

    ``remark`` says what else is worth knowing, such as that the date is emptied.
    """

    label: str
    before: dt.datetime
    after: dt.datetime
    whole_day: bool = False
    remark: str = ""

    @property
    def keeps_its_time(self) -> bool:
        """Whether the time on the wall stays; not when the clock skips it that day."""
        return self.before.time() == self.after.time()


@dataclass
class Copying:
    """A copy under way. Parts read ``source``, write rows of ``target`` and leave in ``made`` what others need.

    ``made`` maps a part's key to ``{old primary key: new row}``; days are there from the start. ``drafts`` asks
    that what can be a draft becomes one; ``replaced`` holds the old and the new edition's name.
    """

    source: Event
    target: Event
    shift: Shift
    now: dt.datetime
    by: Any = None
    drafts: bool = False
    replaced: tuple[str, str] = ("", "")
    made: dict[str, dict[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class EventPart:
    """A part of an event that a domain knows how to copy, to count and to fill from a preset.

    ``key`` is also the name of the preset's section, ``needs`` the keys of parts without which this one means nothing.
    ``copy(copying)`` is None for what every copy carries. ``count(event, by)`` says how many rows ``by`` would copy,
    ``moments(event, shift)`` which dates move. ``with_page`` is False for what copying a page does by itself.
    ``preset_keys`` are the keys a preset's section may hold, with the types of TOML that each may have;
    ``apply_preset(event, section, now=, by=)`` carries the section out on a new event.
    """

    key: str
    label: str | Promise
    needs: tuple[str, ...] = ()
    copy: Callable[[Copying], None] | None = None
    count: Callable[[Event, Any], int] | None = None
    moments: Callable[[Event, Shift], Iterable[Moment]] | None = None
    with_page: bool = True
    preset_keys: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    apply_preset: Callable[..., None] | None = None


_parts: dict[str, EventPart] = {}


def register_part(part: EventPart) -> None:
    """Add a part, after those it needs; from ``AppConfig.ready()``. The same key again takes its place."""
    missing = set(part.needs) - set(_parts)
    if missing:
        raise LookupError(f"{part.key} needs {', '.join(sorted(missing))}, which nobody registered before it")
    _parts[part.key] = part


def event_parts() -> list[EventPart]:
    """Every registered part, each after those it needs."""
    return list(_parts.values())


def parts_to_copy() -> list[EventPart]:
    """The parts an organiser may leave out of a new edition."""
    return [part for part in event_parts() if part.copy]


def complete(keys: Collection[str]) -> list[EventPart]:
    """Return the parts named by ``keys``, without those that miss one they need."""
    kept: list[EventPart] = []
    optional = {part.key for part in parts_to_copy()}
    for part in parts_to_copy():
        needed = set(part.needs) & optional
        if part.key in keys and needed <= {each.key for each in kept}:
            kept.append(part)
    return kept


@transaction.atomic
def copy_event(
    source: Event,
    *,
    now: dt.datetime,
    by: Any = None,
    first_day: dt.date | None = None,
    skip_weekends: bool = False,
    edition: str | None = None,
    parts: Collection[str] | None = None,
    drafts: bool = False,
) -> Event:
    """Return a planned event like ``source``, with rows of its own for every part of it.

    ``first_day`` moves it (see ``shift_to``); a new ``edition`` also replaces the old one's name in the event's
    name. ``parts`` are the keys to copy; None copies what belongs to an event whose page is copied. Nothing is
    released, sent or opened, and ``source`` is only read.
    """
    source = lock_event(source.pk)
    wished = [part.key for part in parts_to_copy() if part.with_page] if parts is None else parts
    replaced = (source.edition, source.edition if edition is None else edition)
    shift = shift_to(source, first_day, skip_weekends=skip_weekends)
    copying = Copying(source, Event(), shift, now, by, drafts=drafts, replaced=replaced)
    _copy_facts(copying)
    for part in complete(wished):
        part.copy(copying)
    log(copying.target, "nsr_events.event.create", user=by, data={"copy_of": str(source.uid)})
    event_changed.send(Event, event=copying.target, changes={"days"}, before={}, now=now, by=by)
    return copying.target


def values_of_row(row: models.Model, *, but: Collection[str] = ()) -> dict[str, Any]:
    """The column values of a row by attribute, without its primary key and without the fields ``but``.

    So a column that is added later is copied too, unless somebody decides otherwise.
    """
    fields = [each for each in row._meta.concrete_fields if not each.primary_key and each.name not in but]
    return {each.attname: getattr(row, each.attname) for each in fields}


def renamed(text: str, replaced: tuple[str, str]) -> str:
    """Return ``text`` with the new edition's name where it says the old one's."""
    old, new = replaced
    return text.replace(old, new) if old and new else text


def renamed_in_every_language(
    value: Any, replaced: tuple[str, str], *, characters: int = 120
) -> LazyI18nString:
    """The same for a multilingual text; a language whose text would become too long keeps it as it was."""
    texts = {code: (renamed(text, replaced), text) for code, text in as_dict(value).items()}
    return LazyI18nString(
        {code: new if len(new) <= characters else old for code, (new, old) in texts.items()}
    )


def _copy_facts(copying: Copying) -> None:
    """Make the event's row and its days, which every copy has."""
    source, shift = copying.source, copying.shift
    old_days = list(source.days.all())
    days = [_moved_day(day, shift) for day in old_days]
    target = copying.target = Event(
        **values_of_row(source, but=RESET_FACTS),
        name=renamed_in_every_language(source.name, copying.replaced),
        edition=copying.replaced[1],
        ical_stamp=copying.now.replace(microsecond=0),
    )
    set_bounds(target, days)
    target.save()
    for day in days:
        day.event = target
    EventDay.objects.bulk_create(days)
    copying.made["days"] = {old.pk: new for old, new in zip(old_days, days, strict=True)}


def _moved_day(day: EventDay, shift: Shift) -> EventDay:
    return EventDay(**values_of_row(day, but={"uid", "event", "date"}), date=shift.dates[day.date])


def _copy_hosts(copying: Copying) -> None:
    days = copying.made["days"]
    EventDayHost.objects.bulk_create(
        EventDayHost(**values_of_row(host, but={"day"}), day=days[host.day_id])
        for host in EventDayHost.objects.filter(day__event=copying.source)
    )


def _copy_organisations(copying: Copying) -> None:
    EventOrganisation.objects.bulk_create(
        EventOrganisation(**values_of_row(row, but={"event"}), event=copying.target)
        for row in copying.source.organisations.order_by("sort_order", "pk")
    )


def _moments_of_days(event: Event, shift: Shift) -> Iterable[Moment]:
    for number, day in enumerate(event.days.all(), start=1):
        before, after = (dt.datetime.combine(date, dt.time()) for date in (day.date, shift.dates[day.date]))
        label = gettext("Day %(number)d") % {"number": number}
        yield Moment(f"{label}: {day.theme}" if str(day.theme) else label, before, after, whole_day=True)


def _apply_facts(event: Event, section: Mapping[str, Any], *, now: dt.datetime, by: Any) -> None:
    for name, value in section.items():
        setattr(
            event, name, LazyI18nString(in_content_languages(value)) if isinstance(value, dict) else value
        )
    save_facts(event, now=now, by=by)


def _apply_days(event: Event, section: list[Mapping[str, Any]], *, now: dt.datetime, by: Any) -> None:
    """Fill the hours and themes that the event's days do not have yet; which days there are, the event says."""
    days = list(event.days.all())
    for day, wished in zip(days, section, strict=False):
        day.opens, day.closes = day.opens or wished.get("opens"), day.closes or wished.get("closes")
        if wished.get("theme") and not as_dict(day.theme):
            day.theme = LazyI18nString(in_content_languages(wished["theme"]))
    save_facts(event, now=now, by=by, days=days)


def in_content_languages(value: Any) -> Any:
    """Return ``{language: words}`` for the languages that editors write in; other values as they are."""
    codes = {code for code, _name in content_languages()}
    return (
        {code: words for code, words in value.items() if code in codes} if isinstance(value, dict) else value
    )


def register() -> None:
    """Make this package's own parts known; facts and days come with every copy."""
    register_part(EventPart("facts", _("Facts"), preset_keys=FACT_KEYS, apply_preset=_apply_facts))
    register_part(
        EventPart(
            "days",
            _("Days"),
            count=lambda event, by: event.days.count(),
            moments=_moments_of_days,
            preset_keys=DAY_KEYS,
            apply_preset=_apply_days,
        )
    )
    register_part(
        EventPart(
            "hosts",
            _("Hosts of the days"),
            needs=("days",),
            copy=_copy_hosts,
            count=lambda event, by: EventDayHost.objects.filter(day__event=event).count(),
        )
    )
    register_part(
        EventPart(
            "organisations",
            _("Organisations"),
            copy=_copy_organisations,
            count=lambda event, by: event.organisations.count(),
        )
    )
