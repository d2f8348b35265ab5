"""What the own page shows, most urgent first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nsr_events import conf
from nsr_events.core import formats, presentations
from nsr_events.core.phrases import former_date, joined, place_words
from nsr_events.core.texts import text_in
from nsr_events.programme import materials
from nsr_events.registration import answers_shown, seats
from nsr_events.registration.counting import place_in_line
from nsr_events.registration.models import ConsentText, HandOver, Registration, RegistrationSetup
from nsr_events.registration.seats import bookings
from nsr_events.registration.sentences import hours, moment

from . import panels
from .day import next_entry, own_days, programme_of

Status = Registration.Status


@dataclass(frozen=True)
class Standing:
    """How a registration stands: a tag, a sentence in the person's words, and what they can do about it now."""

    tag: str
    tone: str
    title: str
    sentence: str = ""
    note: str = ""
    action: str = ""


@dataclass(frozen=True)
class Task:
    """Something to do before or after, with how it stands."""

    title: str
    url: str
    state: str = ""
    urgent: bool = False


def page_context(registration: Registration, request: HttpRequest, *, now: dt.datetime) -> dict[str, Any]:
    """Return the context of the own page."""
    event, language = registration.event, registration.language
    setup: RegistrationSetup = event.registration_setup
    programme = programme_of(registration)
    days = own_days(registration, programme, now=now)
    presented = presentations.of([event.pk], language).get(event.pk)
    confirmed = registration.status == Status.CONFIRMED
    return {
        "ne_base_template": conf.BASE_TEMPLATE,
        "registration": registration,
        "event": event,
        "event_name": presented.title if presented else text_in(event.name, language).value,
        "event_url": presented.url if presented else "",
        "when": formats.date_range(event.local_start.date(), event.local_end.date(), language),
        "hours": hours(event, language),
        "former": former_date(event, language, now=now),
        "where": place_words(event),
        "standing": standing(registration, now=now),
        "days": days if confirmed else [],
        "day_names": day_names(registration),
        "next": next_entry(days, now) if confirmed and not event.is_off else None,
        "tasks": tasks(registration, programme, now=now) if registration.is_active else [],
        "answers": answers_shown.of(registration),
        "materials": _materials(registration, programme, now=now) if confirmed else [],
        "consents": _consents(registration),
        "proposal": registration.hand_over_proposals.filter(state=HandOver.State.PROPOSED).first(),
        "can": abilities(registration, now=now),
        "done": request.GET.get("done", ""),
        "main_panels": panels.shown(registration, request, now=now, side=False),
        "side_panels": panels.shown(registration, request, now=now, side=True),
        "kept_until": kept_until(registration),
        "edit_until": moment(setup.editing_ends, event, language),
        "online_url": event.online_url if confirmed and not event.is_off else "",
        "running": event.start <= now < event.end,
    }


def standing(registration: Registration, *, now: dt.datetime) -> Standing:
    """Say how a registration stands, also where the event itself is off."""
    event = registration.event
    if event.status == event.Status.CANCELLED:
        return Standing(
            _("Cancelled"), "danger", _("The event is cancelled"), _("You need do nothing."), _note(registration)
        )  # fmt: skip
    found = STANDINGS[registration.status](registration, now)
    if event.status == event.Status.POSTPONED and registration.is_active:
        return Standing(
            _("Postponed"), "warn", _("The event is postponed"),
            _("You keep your place. We write to you when there is a new date."), _note(registration),
        )  # fmt: skip
    return found


def _note(registration: Registration) -> str:
    """What the organiser says about the state of the event."""
    return text_in(registration.event.status_note, registration.language).value


def _confirmed(registration: Registration, now: dt.datetime) -> Standing:
    if registration.event.end <= now:
        return Standing(_("Over"), "plain", _("Thank you for coming"))
    return Standing(_("You are registered"), "ok", _("You are registered"))


def _waitlisted(registration: Registration, now: dt.datetime) -> Standing:
    setup = registration.event.registration_setup
    place = place_in_line(registration)
    sentence = ngettext(
        "You are number %(n)d of those waiting.", "You are number %(n)d of those waiting.", place
    )
    until = moment(setup.last_offer, registration.event, registration.language)
    return Standing(
        _("Waiting list"), "warn", sentence % {"n": place},
        _("Others may be called before you when there is room in their group or on their days."),
        _("You hear from us by %(moment)s at the latest.") % {"moment": until},
    )  # fmt: skip


def _offered(registration: Registration, now: dt.datetime) -> Standing:
    until = moment(registration.offer_expires, registration.event, registration.language)
    return Standing(
        _("Seat offered"), "warn", _("You are offered a seat"),
        _("Answer by %(moment)s. After that the seat goes to the next in line.") % {"moment": until},
        action="answer",
    )  # fmt: skip


def _pending(registration: Registration, now: dt.datetime) -> Standing:
    return Standing(
        _("Awaiting approval"), "info", _("Your registration awaits approval"),
        _("The organiser looks at it. You get an e-mail when it is decided."),
    )  # fmt: skip


def _cancelled(registration: Registration, now: dt.datetime) -> Standing:
    if registration.event.start <= now:
        return Standing(_("Not registered"), "plain", _("You are not registered"))
    if seats.can_undo(registration, now):
        until = formats.at_clock(
            (registration.ended_at + seats.UNDO).astimezone(registration.event.zone), registration.language
        )
        return Standing(
            _("Not registered"), "plain", _("You have cancelled"),
            _("Changed your mind? You can undo it until %(time)s.") % {"time": until}, action="undo",
        )  # fmt: skip
    return Standing(
        _("Not registered"), "plain", _("You are not registered"), _("If you want to come after all, register again."),
        action="again",
    )  # fmt: skip


def _unverified(registration: Registration, now: dt.datetime) -> Standing:
    return Standing(
        _("Address not confirmed"), "warn", _("Confirm your e-mail address"),
        _("We sent you an e-mail with a link. You are not registered until you have used it."),
    )  # fmt: skip


def _lapsed(registration: Registration, now: dt.datetime) -> Standing:
    return Standing(
        _("Not registered"), "plain", _("The offer has run out"),
        _("We did not get your answer in time, so the seat went to the next in line. You may join again."),
        action="again",
    )  # fmt: skip


def _declined(registration: Registration, now: dt.datetime) -> Standing:
    return Standing(
        _("Not registered"), "plain", _("You said no to the seat"), _("If you want to come after all, register again."),
        action="again",
    )  # fmt: skip


def _rejected(registration: Registration, now: dt.datetime) -> Standing:
    return Standing(_("Not approved"), "plain", _("Your registration was not approved"))


STANDINGS = {
    Status.CONFIRMED: _confirmed,
    Status.WAITLISTED: _waitlisted,
    Status.OFFERED: _offered,
    Status.PENDING: _pending,
    Status.CANCELLED: _cancelled,
    Status.UNVERIFIED: _unverified,
    Status.LAPSED: _lapsed,
    Status.DECLINED: _declined,
    Status.REJECTED: _rejected,
}


def day_names(registration: Registration) -> str:
    """ "Alle dager", or the attended days in words."""
    attended = registration.attended_days
    every = len(registration.event.days.all())
    if every == 1 or not attended:
        return ""
    if len(attended) == every:
        return _("All days")
    return joined([formats.weekday_date(day.date, registration.language) for day in attended])


def abilities(registration: Registration, *, now: dt.datetime) -> dict[str, bool]:
    """What the person may do now; where a deadline has passed, a sentence stands in place of the control."""
    event, setup = registration.event, registration.event.registration_setup
    alive = not event.is_off and now < event.start
    changes = registration.status in {Status.CONFIRMED, Status.WAITLISTED, Status.PENDING}
    confirmed = registration.status == Status.CONFIRMED
    return {
        "edit": changes and now < setup.editing_ends and event.status != event.Status.CANCELLED,
        "edited_before": changes and now >= setup.editing_ends,
        "book": confirmed and alive and now < setup.booking_ends,
        "cancel": registration.is_active and now < event.start and registration.status != Status.UNVERIFIED,
        "transfer": confirmed and alive and setup.transfer != setup.Transfer.OFF
        and registration.hand_overs < seats.MOST_HAND_OVERS,
        "answer": registration.status == Status.OFFERED and not event.is_off,
        "undo": seats.can_undo(registration, now) and now < event.start,
    }  # fmt: skip


def tasks(registration: Registration, programme, *, now: dt.datetime) -> list[Task]:
    """Return what is left to do or to change, with how it stands."""
    can = abilities(registration, now=now)
    found = []
    if can["edit"] and answers_shown.missing(registration):
        found.append(
            Task(_("Answer what is missing"), _url(registration, "me_edit"), _("Missing"), urgent=True)
        )
    if can["book"] and bookings.bookable(programme):
        number = registration.bookings.count()
        state = (
            ngettext("%(n)d booked", "%(n)d booked", number) % {"n": number} if number else _("None booked")
        )
        found.append(Task(_("Book sessions"), _url(registration, "me_sessions"), state))
    return found


def kept_until(registration: Registration) -> str:
    """The date on which name and address are removed."""
    setup = registration.event.registration_setup
    last = registration.event.local_end.date() + dt.timedelta(days=setup.identity_kept)
    return formats.full_date(last, registration.language)


def _materials(registration: Registration, programme, *, now: dt.datetime) -> list[dict[str, str]]:
    viewer = viewer_of(registration)
    found = materials.for_participant(registration.event, programme, viewer=viewer, now=now)
    return [
        {
            "title": text_in(each.row.title, registration.language).value,
            "session": text_in(each.item.title, registration.language).value if each.item else "",
            "url": reverse("nsr_events:me_material", args=[registration.reference, each.uid]),
        }
        for each in found
    ]


def _consents(registration: Registration) -> list[dict[str, Any]]:
    """What the person agreed to and has not taken back, in the words they saw."""
    given = registration.consents.filter(withdrawn_at=None).exclude(text__use=ConsentText.Use.PRIVACY)
    return [
        {"pk": each.pk, "words": text_in(each.text.text, each.language)}
        for each in given.select_related("text")
    ]


def viewer_of(registration: Registration) -> materials.Viewer:
    """What the person may open: as one with a seat, and by the days they were checked in."""
    attended = registration.attendances.filter(checked_in__isnull=False).values_list("day__uid", flat=True)
    return materials.Viewer(
        registered=registration.status == Status.CONFIRMED, attended_days=frozenset(map(str, attended))
    )


def _url(registration: Registration, name: str) -> str:
    return reverse(f"nsr_events:{name}", args=[registration.reference])
