"""Copies reminders and the event's own mail texts into a new edition, and fills a new event's from a preset.

Rules come along, mails never. A rule is relative, so that it moves with the event by itself; audiences that name days,
groups or sessions name those of the copy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from i18nfield.strings import LazyI18nString

from nsr_events.core.copying import (
    Copying,
    EventPart,
    Moment,
    Shift,
    in_content_languages,
    register_part,
    values_of_row,
)
from nsr_events.core.models import Event, EventDay
from nsr_events.outbox.models import MailTemplate
from nsr_events.registration.models import ParticipantCategory

from . import occurrences
from .models import ReminderRule
from .naming import rule_name
from .segments import UIDS, Segment

RULE_KEYS: Mapping[str, tuple[type, ...]] = {
    "anchor": (str,), "days": (int,), "at": (dt.time,), "minutes": (int,), "late_by": (int,), "audience": (dict,),
    "subject": (dict,), "body": (dict,),
}  # fmt: skip
"""Of a preset's ``[[reminders]]``; without words they have the standard text."""


def register() -> None:
    """Make the part known."""
    register_part(
        EventPart(
            "reminders",
            gettext_lazy("Reminders and mail texts"),
            needs=("registration",),
            copy=copy_reminders,
            count=lambda event, by: event.reminder_rules.count() + event.mail_templates.count(),
            moments=moments_of_reminders,
            preset_keys=RULE_KEYS,
            apply_preset=apply_reminders,
        )
    )


def copy_reminders(copying: Copying) -> None:
    """Copy rules, with the audiences of the new edition, and texts."""
    source, target = copying.source, copying.target
    names = _names(copying)
    ReminderRule.objects.bulk_create(
        ReminderRule(
            **values_of_row(rule, but={"uid", "event", "audience", "counts_from", "moved_at"}),
            event=target,
            audience=_renamed(rule.audience, names),
            counts_from=copying.now,
        )
        for rule in source.reminder_rules.all()
    )
    MailTemplate.objects.bulk_create(
        MailTemplate(**values_of_row(row, but={"event"}), event=target) for row in source.mail_templates.all()
    )


def moments_of_reminders(event: Event, shift: Shift) -> Iterable[Moment]:
    """When each rule fires now, and in the new edition."""
    days = list(EventDay.objects.filter(event=event))
    for rule in event.reminder_rules.filter(active=True):
        for each in occurrences.of_event(rule, event, days):
            anchor_day = each.anchor.astimezone(shift.zone).date()
            after = shift.moment(each.due, day=anchor_day)
            yield Moment(rule_name(rule), each.due.astimezone(shift.zone), after.astimezone(shift.zone))


def apply_reminders(event: Event, section: list[Mapping[str, Any]], *, now: dt.datetime, by: Any) -> None:
    """Make a preset's rules. Raises ``ValidationError`` for one that is none."""
    for wished in section:
        values = dict(wished)
        for name in ("subject", "body"):
            if name in values:
                values[name] = LazyI18nString(in_content_languages(values[name]))
        rule = ReminderRule(event=event, counts_from=now, **values)
        if rule.minutes is None and rule.at is None:
            rule.at = dt.time(9)
        try:
            rule.full_clean()
            Segment.parse(rule.audience)
        except (ValidationError, TypeError, ValueError) as wrong:
            raise ValidationError(_wrong(wrong)) from None
        rule.save()


def _wrong(problem: Exception) -> str:
    return _("A reminder of the preset is none: %(problem)s") % {"problem": problem}


def _names(copying: Copying) -> dict[str, str]:
    """The uids of the source's days, groups and sessions, and those of the copy."""
    source, target = copying.source, copying.target
    days = {day.pk: day.uid for day in source.days.all()}
    found = {str(days[pk]): str(new.uid) for pk, new in copying.made["days"].items() if pk in days}
    new = dict(ParticipantCategory.objects.filter(event=target).values_list("key", "uid"))
    for row in source.categories.all():
        if row.key in new:
            found[str(row.uid)] = str(new[row.key])
    made = copying.made.get("sessions", {})
    old_sessions = dict(source.sessions.values_list("pk", "uid")) if made else {}
    found |= {str(old_sessions[pk]): str(new.uid) for pk, new in made.items() if pk in old_sessions}
    return found


def _renamed(audience: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """An audience in the words of the copy. What the copy does not have stays named and reaches nobody there.

    Left out it would make a mail to a few one to everybody.
    """
    copy = Segment.from_json(audience).as_json()
    for name in UIDS:
        copy[name] = sorted(names.get(uid, uid) for uid in copy[name])
    return copy
