"""What registration does when an event is made or its days change."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext

from nsr_events.core.models import Event, EventDay
from nsr_events.core.signals import days_leaving, event_changed
from nsr_events.core.texts import content_languages

from .models import ParticipantCategory, Registration, RegistrationDay, RegistrationSetup


def connect() -> None:
    """Listen; from ``AppConfig.ready()``."""
    event_changed.connect(follow_event, dispatch_uid="nsr_events.registration.follow_event")
    days_leaving.connect(let_go_of_days, dispatch_uid="nsr_events.registration.let_go_of_days")


def let_go_of_days(sender: Any, *, event: Event, days: list[EventDay], **kwargs: Any) -> None:
    """Where everybody comes all days, a day that goes is nobody's choice; else those who chose it keep it."""
    setup = RegistrationSetup.objects.select_for_update(no_key=True).filter(event=event).first()
    if setup and setup.days == RegistrationSetup.Days.ALL:
        RegistrationDay.objects.filter(day__in=days).delete()


def follow_event(
    sender: Any, *, event: Event, changes: set[str], before: dict, now: dt.datetime, **kwargs: Any
) -> None:
    """Give a new event its setup and first category; let who comes all days come on new days too."""
    if not before:
        set_up(event)
    elif "days" in changes:
        add_new_days(event, now=now)


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
    words = {}
    for code, _name in content_languages():
        with translation.override(code):
            words[code] = gettext(source)
    return words
