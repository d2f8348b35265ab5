"""Reminders and a draft of the demo: what an organiser meets in the tab Messages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from nsr_events.core.models import Event
from nsr_events.reminders.models import Message, ReminderRule

NINE = dt.time(9)
PACKING = {
    "nb": "Hei, {first_name}!\n\nHusk gyldig legitimasjon: du henter adgangskort i resepsjonen.\n\n- **Når:** {event_dates}\n"
    "- **Sted:** {event_place}\n\n[Åpne min side]({own_page})",
    "nn": "Hei, {first_name}!\n\nHugs gyldig legitimasjon: du hentar adgangskort i resepsjonen.\n\n- **Når:** {event_dates}\n"
    "- **Stad:** {event_place}\n\n[Opne mi side]({own_page})",
    "en": "Hello {first_name},\n\nBring a valid identity card: you get an access card at the reception.\n\n"
    "- **When:** {event_dates}\n- **Where:** {event_place}\n\n[Open my page]({own_page})",
}


def add_messages(demo: Any) -> None:
    """Give coming events with registrations their reminders, and the gathering a draft."""
    coming = Event.objects.filter(registrations__isnull=False, end__gt=demo.now).distinct()
    for event in coming:
        for days in (-14, -2):
            ReminderRule.objects.create(event=event, days=days, at=NINE, counts_from=demo.now)
    gathering = demo.events["introduksjonssamling"]
    ReminderRule.objects.create(event=gathering, anchor="answer_by", days=-3, at=NINE, counts_from=demo.now)
    ReminderRule.objects.create(event=gathering, anchor="day", minutes=-60, counts_from=demo.now)
    Message.objects.create(
        event=gathering,
        subject={"nb": "Ta med legitimasjon", "nn": "Ta med legitimasjon", "en": "Bring an identity card"},
        body=PACKING,
        created=demo.now,
    )
