"""Copies how people register into a new edition, and fills it from a preset.

Nothing opens by itself: an opening date that is past, or of a copy on the same dates, is emptied and listed. Never
copied: registrations, invitations, answers, versions of the form, the address of another site's form.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
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
from nsr_events.core.models import Event
from nsr_events.core.texts import as_dict

from .models import ParticipantCategory, Question, RegistrationSetup, check_reserves
from .questions import CATEGORY, DAYS, make_key, make_option_key
from .receivers import set_up
from .saving import category_key

SETUP_MOMENTS = ("opens", "closes", "edit_until", "booking_until", "offers_until")
CATEGORY_MOMENTS = ("opens", "closes", "reserved_until")
KEPT = (
    "links_kept", "sensitive_kept", "unfinished_kept", "meetings_kept", "answers_kept", "invitations_kept",
    "mail_kept", "identity_kept",
)  # fmt: skip

SETUP_KEYS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(
        ("mode", "days", "waiting_list", "transfer", "ask_organisation", "ask_job_title", "ask_mobile",
         "ask_badge_name"), (str,)
    ),
    **dict.fromkeys(("capacity", "few_left", "waiting_limit", "offer_hours", *KEPT), (int,)),
    **dict.fromkeys(("verify_email", "participant_list", "invites", "approve_colleagues"), (bool,)),
    "privacy_text": (dict,), "closes_days_before": (int,), "edit_days_before": (int,), "at": (dt.time,),
}  # fmt: skip
"""Of a preset's ``[registration]``. Deadlines are so many days before the first day, ``at`` a time on the wall."""

CATEGORY_KEYS: Mapping[str, tuple[type, ...]] = {
    "key": (str,), "name": (dict,), "description": (dict,), "capacity": (int,), "reserved": (int,),
    "uses_event_seats": (bool,), "approval": (bool,), "invited_only": (bool,),
}  # fmt: skip

QUESTION_KEYS: Mapping[str, tuple[type, ...]] = {
    "id": (str,), "kind": (str,), "section": (dict,), "label": (dict,), "help": (dict,), "required": (bool,),
    "sensitive": (bool,), "options": (list,), "allow_other": (bool,), "minimum": (int,), "maximum": (int,),
    "retention": (int,), "shown_when": (dict,),
}  # fmt: skip
"""``id`` names a question for ``shown_when = { source = "hotel", values = ["yes"] }``; options count from 1 there."""


def register() -> None:
    """Make the parts of registration known."""
    register_part(
        EventPart(
            "registration",
            gettext_lazy("Registration: setup, groups and questions"),
            needs=("days",),
            copy=copy_registration,
            count=lambda event, by: event.categories.count() + event.questions.filter(retired=False).count(),
            moments=moments_of_registration,
            preset_keys=SETUP_KEYS,
            apply_preset=apply_setup,
        )
    )
    register_part(
        EventPart(
            "categories",
            gettext_lazy("Participant categories"),
            needs=("registration",),
            preset_keys=CATEGORY_KEYS,
            apply_preset=apply_categories,
        )
    )
    register_part(
        EventPart(
            "questions",
            gettext_lazy("Questions"),
            needs=("registration",),
            preset_keys=QUESTION_KEYS,
            apply_preset=apply_questions,
        )
    )


def copy_registration(copying: Copying) -> None:
    """Copy setup, groups and questions that are asked, with the same keys and shifted dates."""
    source, target = copying.source, copying.target
    setup = source.registration_setup
    copy = RegistrationSetup(**values_of_row(setup, but={"event"}), event=target)
    if setup.mode == RegistrationSetup.Mode.EXTERNAL:
        copy.mode, copy.external_url = RegistrationSetup.Mode.NONE, ""
    _shift(copy, SETUP_MOMENTS, copying.shift, now=copying.now)
    copy.save()
    ParticipantCategory.objects.bulk_create(_copied(each, copying) for each in source.categories.all())
    Question.objects.bulk_create(
        _copied_question(each, copying) for each in source.questions.filter(retired=False)
    )


def _copied(category: ParticipantCategory, copying: Copying) -> ParticipantCategory:
    copy = ParticipantCategory(**values_of_row(category, but={"uid", "event"}), event=copying.target)
    _shift(copy, CATEGORY_MOMENTS, copying.shift, now=copying.now)
    return copy


def _copied_question(question: Question, copying: Copying) -> Question:
    copy = Question(**values_of_row(question, but={"uid", "event"}), event=copying.target)
    if copy.condition.get("source") == DAYS:
        days = {str(day.uid): str(copying.made["days"][day.pk].uid) for day in copying.source.days.all()}
        copy.condition = {
            "source": DAYS,
            "values": [days[uid] for uid in copy.condition["values"] if uid in days],
        }
    for name in ("earliest", "latest"):
        if date := getattr(copy, name):
            setattr(copy, name, date + copying.shift.days_from(date))
    return copy


def _shift(row: Any, names: Iterable[str], shift: Shift, *, now: dt.datetime) -> None:
    for name in names:
        if before := getattr(row, name):
            after = shift.moment(before)
            setattr(row, name, None if name == "opens" and _stays_shut(shift, after, now) else after)


def _stays_shut(shift: Shift, opens: dt.datetime, now: dt.datetime) -> bool:
    """Whether an opening date is emptied: it is past, or the copy has the dates of the original."""
    return opens <= now or all(old == new for old, new in shift.dates.items())


def moments_of_registration(event: Event, shift: Shift) -> Iterable[Moment]:
    """Every date of the setup and its groups, with where it goes."""
    now = timezone.now()
    setup = event.registration_setup
    yield from _moments(setup, SETUP_MOMENTS, "", shift, now)
    for category in event.categories.all():
        yield from _moments(category, CATEGORY_MOMENTS, str(category.name), shift, now)


def _moments(row: Any, names: Iterable[str], group: str, shift: Shift, now: dt.datetime) -> Iterable[Moment]:
    for name in names:
        if not (before := getattr(row, name)):
            continue
        after = shift.moment(before)
        label = str(row._meta.get_field(name).verbose_name)
        shut = name == "opens" and _stays_shut(shift, after, now)
        yield Moment(
            f"{group}: {label}" if group else label[:1].upper() + label[1:],
            before.astimezone(shift.zone),
            after.astimezone(shift.zone),
            remark=_("emptied: nothing opens by itself") if shut else "",
        )


def apply_setup(event: Event, section: Mapping[str, Any], *, now: dt.datetime, by: Any) -> None:
    """Fill the setup of a new event; registration is not opened."""
    setup = set_up(event)
    at = section.get("at", dt.time(12))
    for name, value in section.items():
        if name == "privacy_text":
            setup.privacy_text = LazyI18nString(in_content_languages(value))
        elif name.endswith("_days_before"):
            moment = _days_before(event, value, at)
            setattr(
                setup, {"closes": "closes", "edit": "edit_until"}[name.removesuffix("_days_before")], moment
            )
        elif name != "at":
            setattr(setup, name, value)
    setup.full_clean(exclude={"event"})
    setup.save()


def _days_before(event: Event, days: int, at: dt.time) -> dt.datetime:
    date = event.local_start.date() - dt.timedelta(days=days)
    return dt.datetime.combine(date, at, tzinfo=event.zone).astimezone(dt.UTC)


def apply_categories(event: Event, section: list[Mapping[str, Any]], *, now: dt.datetime, by: Any) -> None:
    """Make a preset's groups in place of the one that every event begins with."""
    unused = list(event.categories.all())
    rows: list[ParticipantCategory] = []
    for order, wished in enumerate(section):
        row = unused.pop(0) if unused else ParticipantCategory(event=event)
        for name, value in wished.items():
            setattr(
                row, name, LazyI18nString(in_content_languages(value)) if isinstance(value, dict) else value
            )
        row.sort_order = order
        row.key = wished.get("key") or category_key(row.name, {each.key for each in rows})
        row.full_clean(exclude={"event"})
        row.save()
        rows.append(row)
    for row in unused:
        row.delete()
    setup = RegistrationSetup.objects.select_related("event").get(event=event)
    check_reserves(setup.event, rows)


def apply_questions(event: Event, section: list[Mapping[str, Any]], *, now: dt.datetime, by: Any) -> None:
    """Make a preset's questions in the order of the file, with keys of their own."""
    made: dict[str, Question] = {}
    for order, wished in enumerate(section):
        row = _question(event, wished, order, made)
        row.full_clean(exclude={"event"})
        row.save()
        made[wished.get("id", row.key)] = row


def _question(event: Event, wished: Mapping[str, Any], order: int, made: Mapping[str, Question]) -> Question:
    plain = {
        name: LazyI18nString(in_content_languages(value)) if isinstance(value, dict) else value
        for name, value in wished.items()
        if name not in {"id", "options", "shown_when"}
    }
    return Question(
        event=event,
        key=make_key(),
        sort_order=order,
        options=[_option(each) for each in wished.get("options", [])],
        condition=_condition(event, wished.get("shown_when"), made),
        **plain,
    )


def _option(wished: Mapping[str, Any]) -> dict[str, Any]:
    label = as_dict({code: words for code, words in wished.items() if code != "places"})
    return {
        "key": make_option_key(),
        "label": in_content_languages(label),
        "places": wished.get("places"),
        "retired": False,
    }


def _condition(
    event: Event, wished: Mapping[str, Any] | None, made: Mapping[str, Question]
) -> dict[str, Any]:
    """The stored condition: positions of options and days become keys and uids."""
    if not wished:
        return {}
    source, values = wished["source"], wished["values"]
    if source == CATEGORY:
        return {"source": CATEGORY, "values": values}
    if source == DAYS:
        days = list(event.days.all())
        return {"source": DAYS, "values": [str(days[n - 1].uid) for n in values if 0 < n <= len(days)]}
    if source not in made:
        raise ValidationError(_("No question before this one is called “%(id)s”.") % {"id": source})
    other = made[source]
    keys = [each if isinstance(each, str) else other.options[each - 1]["key"] for each in values]
    return {"source": other.key, "values": keys}
