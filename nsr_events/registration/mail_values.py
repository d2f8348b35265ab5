"""Placeholders of the mails about registrations and invitations: what is put into the texts when a mail is sent."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from nsr_events.core import formats
from nsr_events.core.texts import text_in
from nsr_events.outbox.kinds import MailContext
from nsr_events.outbox.markup import Value
from nsr_events.programme.current import current_programme

from . import links
from .counting import place_in_line
from .links import Purpose
from .models import Invitation, Registration

MOST_NAME = 40
"""Characters of a first name that a mail to an unproven address may carry."""

NO_NAME = re.compile(r"[.\d]")

CHANGES = {"days": _("days"), "category": _("participant category"), "sessions": _("sessions")}
"""What of a registration may have changed."""

NOTICES = {
    "hand_over": _("Somebody wants to hand over their seat to a colleague. It waits for your approval."),
    "late_cancellation": _("Somebody cancelled after the deadline for changes."),
    "first_mails": _(
        "So many people have registered within the hour that confirmations to new addresses wait until the next one. "
        "Registrations go on, and nobody loses a seat."
    ),
    "colleague": _("Somebody invited proposes a colleague. The proposal waits for your approval."),
}
"""What organisers are told, without names: those stand behind the login."""


def first_name(context: MailContext) -> str:
    """The first name, unless it might carry an address or a message to a stranger (privacy-security, section 7)."""
    name = (_registration(context) or _invitation(context)).first_name
    return "" if NO_NAME.search(name) or len(name) > MOST_NAME else name


def full_name(context: MailContext) -> str:
    """First and last name to an address that an organiser or an invitation vouches for, else the first name."""
    if invitation := _invitation(context):
        if invitation.proposed_by_id:
            return first_name(context)
        return f"{invitation.first_name} {invitation.last_name}".strip()
    row = _registration(context)
    return first_name(context) if row.source == Registration.Source.WEB else row.full_name


def reference(context: MailContext) -> str:
    """The reference in two halves."""
    row = _registration(context)
    return row.shown_reference if row else ""


def days(context: MailContext) -> Value:
    """The days somebody comes, where the event has several."""
    attended = list(_registration(context).days.select_related("day").order_by("day__date"))
    several = context.once("several days", lambda: context.event.days.count() > 1)
    return [_day(row.day, context.language) for row in attended] if several else ""


def _day(day: Any, language: str) -> str:
    date = formats.weekday_date(day.date, language)
    if not (day.opens and day.closes):
        return date
    return f"{date} {formats.at_clock(day.opens, language)}{formats.DASH}{formats.clock(day.closes)}"


def sessions(context: MailContext) -> Value:
    """The booked sessions with day and time, as released."""
    booked = [str(uid) for uid in _registration(context).bookings.values_list("session__uid", flat=True)]
    programme = current_programme(context.mail.event_id) if booked else None
    items = [programme.get(uid) for uid in booked] if programme else []
    there = sorted((item for item in items if item and not item.is_cancelled), key=lambda item: item.start)
    return [_session(item, context) for item in there]


def _session(item: Any, context: MailContext) -> str:
    start = item.start.astimezone(context.event.zone)
    when = f"{formats.weekday(start.date(), context.language)} {formats.at_clock(start, context.language)}"
    return f"{text_in(item.title, context.language)} ({when})"


def queue_position(context: MailContext) -> str:
    """The number among those waiting, "" for who waits no more."""
    row = _registration(context)
    return str(place_in_line(row)) if row.status == Registration.Status.WAITLISTED else ""


def last_answer(context: MailContext) -> str:
    """After this nobody is moved up by itself."""
    return _moment(context.event.registration_setup.last_offer, context)


def offer_deadline(context: MailContext) -> str:
    """Until when the offered seat waits."""
    return _moment(_registration(context).offer_expires, context)


def answer_by(context: MailContext) -> str:
    """Until when an invitation wants an answer."""
    return _moment(_invitation(context).answer_by, context)


def changes(context: MailContext) -> Value:
    """What of the registration changed, in words."""
    return [str(CHANGES[name]) for name in context.facts.get("changes", ()) if name in CHANGES]


def dropped(context: MailContext) -> Value:
    """Choices that filled up while somebody waited."""
    return list(context.facts.get("dropped", ()))


def note(context: MailContext) -> str:
    """What an organiser added."""
    return context.facts.get("note", "")


def proposer(context: MailContext) -> str:
    """Who proposed a colleague; "" for those the organiser invited."""
    by = _invitation(context).proposed_by
    return f"{by.first_name} {by.last_name}".strip() if by else ""


def notice(context: MailContext) -> str:
    """What organisers are told."""
    return str(NOTICES[context.facts["what"]])


def own_page(context: MailContext) -> str:
    """The secret address of the own page, or of the form by invitation."""
    purpose = Purpose.INVITE if context.mail.invitation_id else Purpose.ME
    return _secret(purpose, context)


def verify_page(context: MailContext) -> str:
    """The secret address at which somebody confirms that the address is theirs."""
    return _secret(Purpose.VERIFY, context)


def undo_page(context: MailContext) -> str:
    """The own page of somebody who cancelled by themselves, and may undo it."""
    by_person = _registration(context).ended_by == Registration.EndedBy.PERSON
    return _secret(Purpose.ME, context) if by_person else ""


def _secret(purpose: Purpose, context: MailContext) -> str:
    row = _registration(context) or _invitation(context)
    return links.address(purpose, row, language=context.language)


def _registration(context: MailContext) -> Registration | None:
    return context.mail.registration


def _invitation(context: MailContext) -> Invitation | None:
    return context.mail.invitation


def _moment(moment: dt.datetime | None, context: MailContext) -> str:
    if moment is None:
        return ""
    local, language = moment.astimezone(context.event.zone), context.language
    return f"{formats.weekday_date(local.date(), language)} {formats.at_clock(local, language)}"
