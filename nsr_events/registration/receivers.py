"""What registration does when an event is made or its days change."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import translation
from django.utils.translation import get_language, gettext

from nsr_events.core.models import Event, EventDay
from nsr_events.core.signals import Followed, days_leaving, days_saving, event_changed
from nsr_events.core.texts import content_languages, default_language, text_in

from . import first_mail, promoting, saving
from .models import ParticipantCategory, Registration, RegistrationDay, RegistrationSetup
from .questions import DAYS
from .setup import words


def connect() -> None:
    """Listen, and tell the site's health what to look at; from ``AppConfig.ready()``."""
    event_changed.connect(follow_event, dispatch_uid="nsr_events.registration.follow_event")
    days_saving.connect(lock_seats, dispatch_uid="nsr_events.registration.lock_seats")
    days_leaving.connect(let_go_of_days, dispatch_uid="nsr_events.registration.let_go_of_days")
    promoting.watch()
    first_mail.watch()


def lock_seats(sender: Any, *, event: Event, **kwargs: Any) -> None:
    """Take the lock on the seats before the days: who registers holds it, and waits for the days they refer to."""
    list(RegistrationSetup.objects.select_for_update(no_key=True).filter(event=event).values_list("pk"))


def let_go_of_days(sender: Any, *, event: Event, days: list[EventDay], **kwargs: Any) -> None:
    """Where everybody comes all days, a day that goes is nobody's choice; else those who chose it keep it.

    Who is not registered any more keeps no day from going. Raises ``ValidationError`` while a question is shown on the
    day only.
    """
    _check_conditions(event, days)
    ended = RegistrationDay.objects.filter(day__in=days).exclude(registration__status__in=Registration.ACTIVE)
    ended.delete()
    setup = RegistrationSetup.objects.select_for_update(no_key=True).filter(event=event).first()
    if setup and setup.days == RegistrationSetup.Days.ALL:
        RegistrationDay.objects.filter(day__in=days).delete()


def follow_event(
    sender: Any, *, event: Event, changes: set[str], before: dict, now: dt.datetime, **kwargs: Any
) -> Followed | None:
    """Give a new event its setup and first category; let who comes all days come on new days too.

    Seats that other days have made free are given away at once; says what that does to people.
    """
    if not before:
        set_up(event)
        return None
    if "days" in changes:
        add_new_days(event, now=now)
    if not changes & {"days", "day_texts"}:
        return None
    effects = saving.follow_days(event, {uid: seats for uid, _theme, seats in before["day_texts"]}, now=now)
    return Followed(tuple(words.before_saving(effects, event))) if effects else None


def _check_conditions(event: Event, days: list[EventDay]) -> None:
    """A question shown on some days only would be shown to nobody."""
    leaving = {str(day.uid) for day in days}
    found = [
        text_in(question.label, get_language() or default_language()).value
        for question in event.questions.filter(retired=False)
        if question.condition.get("source") == DAYS and leaving & set(question.condition.get("values", ()))
    ]
    if found:
        refusal = gettext(
            "The question “%(question)s” is shown to those who come on a day you took away. Change its condition first."
        )
        raise ValidationError({"days": [refusal % {"question": each} for each in found]})


def set_up(event: Event) -> RegistrationSetup:
    """Return the setup of an event, made with one category when there is none."""
    setup, _made = RegistrationSetup.objects.get_or_create(event=event)
    if not ParticipantCategory.objects.filter(event=event).exists():
        ParticipantCategory.objects.create(
            event=event, key="participant", name=_in_every_language("Participant")
        )
    return setup


def add_new_days(event: Event, *, now: dt.datetime) -> None:
    """Where everybody comes all days, a new day is everybody's; whom it concerns sees it in their calendar."""
    setup = RegistrationSetup.objects.select_for_update(no_key=True).get(event=event)
    if setup.days != RegistrationSetup.Days.ALL:
        return
    rows = Registration.objects.filter(event=event).active()
    for day in EventDay.objects.filter(event=event):
        without = rows.exclude(days__day=day)
        pks = list(without.values_list("pk", flat=True))
        RegistrationDay.objects.bulk_create(RegistrationDay(registration_id=pk, day=day) for pk in pks)
        rows.filter(pk__in=pks).update(
            calendar_version=F("calendar_version") + 1, calendar_changed=now, row_version=F("row_version") + 1
        )


def _in_every_language(source: str) -> dict[str, str]:
    found = {}
    for code, _name in content_languages():
        with translation.override(code):
            found[code] = gettext(source)
    return found
