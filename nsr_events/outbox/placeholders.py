"""Placeholders that every kind of mail has: what the event itself can tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nsr_events.core import formats
from nsr_events.core.models import LATEST_CLOSE, Event, EventOrganisation
from nsr_events.core.phrases import place_words
from nsr_events.core.texts import text_in

from .kinds import Kind, Link, MailContext
from .markup import Address, Value

INERT_ADDRESS = "#"
"""What stands for a secret address where staff look, before the placeholder's name: different ones stay different."""


def event_name(context: MailContext) -> str:
    """The public title in the mail's language, else the event's own name."""
    shown = context.presentation
    return shown.title if shown else text_in(context.event.name, context.language).value


def event_dates(context: MailContext) -> str:
    """ "tirsdag 9. mars 2027 kl. 10:00–16:00", or "9.–11. mars 2027"."""
    event = context.event
    night = dt.timedelta(hours=LATEST_CLOSE.hour, microseconds=1)
    first, last = event.local_start.date(), (event.local_end - night).date()
    if last > first:
        return formats.date_range(first, last, context.language)
    date = f"{formats.weekday(first, context.language)} {formats.full_date(first, context.language)}"
    if not event.times_known:
        return date
    opens = formats.at_clock(event.local_start, context.language)
    return f"{date} {opens}{formats.DASH}{formats.clock(event.local_end)}"


def event_place(context: MailContext) -> str:
    """Name and town of the house, or that it is online."""
    return place_words(context.event)


def event_address(context: MailContext) -> str:
    """Street, postal code and town."""
    event = context.event
    return event.venue.address_line if event.venue and not event.is_online else ""


def organiser(context: MailContext) -> str:
    """Who invites: the organisers, else the site."""
    return context.once("organiser", lambda: _organiser(context.event))


def _organiser(event: Event) -> str:
    rows = event.organisations.filter(role=EventOrganisation.Role.ORGANISER)
    names = [row.organisation.name for row in rows.select_related("organisation")]
    return ", ".join(names) or getattr(settings, "WAGTAIL_SITE_NAME", "")


def contact(context: MailContext) -> str:
    """Name, e-mail and telephone of the contact person."""
    event = context.event
    number = event.contact_phone.replace(" ", formats.NBSP)
    return ", ".join(filter(None, [event.contact_name, event.contact_email, number]))


def calendar_note(context: MailContext) -> str:
    """That the entry for the calendar is in the mail, where it is."""
    return _("The calendar entry is attached to this e-mail.") if context.parts else ""


def event_url(context: MailContext) -> str:
    """The public page's absolute address, "" without one."""
    return context.presentation.url if context.presentation else ""


def workspace_url(context: MailContext) -> str:
    """Where organisers work on the event."""
    base = getattr(settings, "WAGTAILADMIN_BASE_URL", "").rstrip("/")
    return f"{base}{reverse('nsr_events_admin:overview', args=[context.event.pk])}" if base else ""


COMMON: Mapping[str, Callable[[MailContext], Value]] = {
    "event_name": event_name,
    "event_dates": event_dates,
    "event_place": event_place,
    "event_address": event_address,
    "organiser": organiser,
    "contact": contact,
    "calendar_note": calendar_note,
}
COMMON_LINKS: Mapping[str, Link] = {
    "event_url": Link(event_url, gettext_lazy("To the event's page"), secret=False),
}


def values_for(kind: Kind, used: set[str], context: MailContext) -> dict[str, Value]:
    """Return the values of the placeholders in ``used``; the others are not worked out."""
    functions = {**COMMON, **kind.placeholders}
    return {name: functions[name](context) for name in sorted(used & set(functions))}


def links_for(kind: Kind, used: set[str], context: MailContext) -> dict[str, Address]:
    """Return the addresses in ``used``; for staff, secret ones lead nowhere."""
    found = {}
    for name, link in {**COMMON_LINKS, **kind.links}.items():
        if name in used:
            hidden = link.secret and context.inert
            found[name] = Address(
                f"{INERT_ADDRESS}{name}" if hidden else link.address(context), str(link.label)
            )
    return found
