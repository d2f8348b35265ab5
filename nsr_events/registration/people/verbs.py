"""What an organiser may do with a registration, as the table of transitions allows (registration, section 4).

One description serves the buttons of one person and the actions for many; ``seats`` decides again under its lock.
Each act is written to the audit log in the same transaction, without a name and without the reason.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nsr_events.core import audit
from nsr_events.core.models import EventDay, Person
from nsr_events.programme.current import current_programme
from nsr_events.registration import mails, seats, speakers
from nsr_events.registration.applications import Application, Choice
from nsr_events.registration.models import ParticipantCategory, Registration, RegistrationSetup
from nsr_events.registration.seats import bookings

Status = Registration.Status
ENDED = frozenset(Status.values) - frozenset(Registration.ACTIVE)
ANY = frozenset(Status.values)
CHANGEABLE = frozenset({Status.PENDING, Status.WAITLISTED, Status.CONFIRMED})


@dataclass(frozen=True)
class Given:
    """What an organiser gave with an act: who, when, why, which mail, and the new values some acts need."""

    now: dt.datetime
    by: Any
    reason: str = ""
    notify: bool = True
    note: str = ""
    above_capacity: bool = False
    priority: int = 0
    category: ParticipantCategory | None = None
    days: tuple[EventDay, ...] = ()
    sessions: tuple[str, ...] = ()
    person: Person | None = None
    colleague: tuple[str, str, str] = ("", "", "")
    request: HttpRequest | None = field(default=None, repr=False)

    @property
    def said(self) -> dict[str, Any]:
        """What most verbs of ``seats`` take."""
        return {
            "now": self.now,
            "by": self.by,
            "reason": self.reason,
            "notify": self.notify,
            "note": self.note,
        }


Act = Callable[[Registration, Given], Any]


@dataclass(frozen=True)
class Verb:
    """One act. ``of`` are the statuses it is for; ``needs_reason`` always; ``mails`` whether it may write a mail.

    ``exceeds``: may go above capacity, ticked and with a reason. ``asks`` names the fields of its own.
    """

    key: str
    label: str | Promise
    lead: str | Promise
    of: frozenset[str]
    act: Act
    needs_reason: bool = False
    takes_reason: bool = True
    mails: bool = True
    exceeds: bool = False
    asks: tuple[str, ...] = ()
    bulk: bool = False
    serious: bool = False
    audited: str = ""
    possible: Callable[[Registration, RegistrationSetup, dt.datetime], bool] = lambda row, setup, now: True

    def is_for(self, row: Registration, setup: RegistrationSetup, now: dt.datetime) -> bool:
        """Whether it is offered for ``row``: what the rules refuse is not."""
        return row.status in self.of and row.anonymised_at is None and self.possible(row, setup, now)

    def carry_out(self, row: Registration, given: Given) -> Any:
        """Do it, with its audit entry. Raises ``Refused``, ``Stale`` or ``Busy``; then nothing was done."""
        with transaction.atomic():
            result = self.act(row, given)
            note(self.audited or f"registration.{self.key}", row, given)
            if given.above_capacity:
                note("registration.above_capacity", row, given)
        return result


def note(action: str, row: Registration, given: Given, *, fields: Iterable[str] = ()) -> None:
    """Write who did what to whom: no name, no reason, no value."""
    audit.record(
        action, event=row.event, actor=given.by, object_uid=row.uid, fields=fields, request=given.request,
        now=given.now,
    )  # fmt: skip


def _approve(row: Registration, given: Given) -> Registration:
    return seats.approve(row, above_capacity=given.above_capacity, **given.said)


def _reject(row: Registration, given: Given) -> Registration:
    return seats.reject(row, **given.said)


def _verify(row: Registration, given: Given) -> Registration:
    return seats.verify(row, above_capacity=given.above_capacity, **given.said)


def _book(row: Registration, given: Given) -> Registration:
    return seats.book(
        row, given.sessions, row_version=row.row_version, above_capacity=given.above_capacity, **given.said
    )


def _link_person(row: Registration, given: Given) -> Registration:
    return seats.link_person(row, given.person, now=given.now, by=given.by)


def _accept(row: Registration, given: Given) -> Registration:
    return seats.accept(row, now=given.now, by=given.by, notify=given.notify)


def _give_seat(row: Registration, given: Given) -> Registration:
    return seats.give_seat(row, above_capacity=given.above_capacity, **given.said)


def _cancel(row: Registration, given: Given) -> Registration:
    return seats.cancel(row, **given.said)


def _reopen(row: Registration, given: Given) -> Registration:
    return seats.reopen(row, above_capacity=given.above_capacity, **given.said)


def _priority(row: Registration, given: Given) -> Registration:
    return seats.set_priority(row, given.priority, now=given.now, by=given.by, reason=given.reason)


def _transfer(row: Registration, given: Given) -> Any:
    first, last, email = given.colleague
    return seats.transfer(
        row, first_name=first, last_name=last, email=email, now=given.now, by=given.by
    )  # fmt: skip


def _category(row: Registration, given: Given) -> Registration:
    return _change(row, given, category=given.category)


def _days(row: Registration, given: Given) -> Registration:
    return _change(row, given, days=given.days)


def _change(row: Registration, given: Given, **wished: Any) -> Registration:
    application = application_as_is(row, **wished)
    return seats.change(
        row, application, row_version=row.row_version, above_capacity=given.above_capacity, **given.said
    )


def application_as_is(row: Registration, **wished: Any) -> Application:
    """Return the application that leaves everything of ``row`` as it is but ``wished``."""
    names = (
        "category", "first_name", "last_name", "email", "language", "organisation", "job_title", "mobile",
        "badge_name", "answers", "form_version", "listed", "source", "invitation", "person", "uid",
    )  # fmt: skip
    values = {name: getattr(row, name) for name in names}
    choices = tuple(Choice(each.question_id, each.option) for each in row.chosen_options.all())
    return Application(**{**values, "days": tuple(row.attended_days), "choices": choices, **wished})


def _send_link(row: Registration, given: Given) -> None:
    mails.tell(row, "registration.link", now=given.now, facts={"occasion": str(uuid.uuid4())})


def _renew_link(row: Registration, given: Given) -> Registration:
    return seats.renew_links(row, now=given.now, by=given.by, notify=given.notify)


def _mark_address(row: Registration, given: Given) -> None:
    Registration.objects.filter(pk=row.pk).update(bad_address=True)


def _clear_address(row: Registration, given: Given) -> None:
    Registration.objects.filter(pk=row.pk).update(bad_address=False)


def _may_transfer(row: Registration, setup: RegistrationSetup, now: dt.datetime) -> bool:
    event = setup.event
    return setup.transfer != RegistrationSetup.Transfer.OFF and now < event.start and not event.is_off


def _has_address(row: Registration, setup: RegistrationSetup, now: dt.datetime) -> bool:
    return bool(row.email)


def _links_live(row: Registration, setup: RegistrationSetup, now: dt.datetime) -> bool:
    return bool(row.email) and now < setup.event.end + dt.timedelta(days=setup.links_kept)


def _chooses_days(row: Registration, setup: RegistrationSetup, now: dt.datetime) -> bool:
    return setup.days == RegistrationSetup.Days.CHOOSE


def _takes_bookings(row: Registration, setup: RegistrationSetup, now: dt.datetime) -> bool:
    return now < setup.event.end and bool(bookings.bookable(current_programme(setup.event_id)))


def _has_speakers(row: Registration, setup: RegistrationSetup, now: dt.datetime) -> bool:
    return row.person_id is not None or speakers.speakers_of(setup.event).exists()


def _not_over(row: Registration, setup: RegistrationSetup, now: dt.datetime) -> bool:
    return now < setup.event.end


VERBS = (
    Verb(
        "approve", _("Approve"), _("They get a seat if there is one for a newcomer, else a place on the waiting list."),
        frozenset({Status.PENDING}), _approve, exceeds=True, bulk=True,
    ),
    Verb(
        "reject", _("Do not approve"), _("The reason stays here. Write to the person in the mail's note if you like."),
        frozenset({Status.PENDING}), _reject, bulk=True, serious=True,
    ),
    Verb(
        "verify", _("Confirm the registration"),
        _("Without waiting for the address to be confirmed: they are placed as if they came now."),
        frozenset({Status.UNVERIFIED}), _verify, exceeds=True, audited="registration.verified", possible=_not_over,
    ),
    Verb(
        "accept", _("Accept the offer for them"), _("They said yes to the offered seat by telephone or mail."),
        frozenset({Status.OFFERED}), _accept, takes_reason=False,
    ),
    Verb(
        "give_seat", _("Give a seat"), _("Out of turn: before others who wait."), frozenset({Status.WAITLISTED}),
        _give_seat, needs_reason=True, exceeds=True, bulk=True, possible=_not_over,
    ),
    Verb(
        "cancel", pgettext_lazy("a registration", "Cancel"), _("If they have a seat, it goes to those who wait."),
        frozenset({Status.PENDING, Status.CONFIRMED, Status.WAITLISTED, Status.OFFERED}), _cancel, bulk=True,
        serious=True,
    ),
    Verb(
        "reopen", _("Take back"),
        _("They are placed as if they came now: a seat if there is one, else the waiting list."),
        ENDED, _reopen, exceeds=True, possible=_not_over,
    ),
    Verb(
        "priority", _("Change priority"), _("Higher comes first. 0 is the order in which people came."),
        frozenset({Status.WAITLISTED}), _priority, needs_reason=True, mails=False, asks=("priority",),
    ),
    Verb(
        "category", _("Change category"), _("The category decides which seats count and what is asked."), CHANGEABLE,
        _category, exceeds=True, asks=("category",), bulk=True,
    ),
    Verb(
        "days", _("Change days"),
        _("They come on exactly the days you choose. Days they give up go to those who wait."),
        CHANGEABLE, _days, exceeds=True, asks=("days",), bulk=True, possible=_chooses_days,
    ),
    Verb(
        "sessions", pgettext_lazy("organiser", "Book sessions"),
        _("They get exactly the sessions you tick. Two at a time are refused."),
        frozenset({Status.CONFIRMED}), _book, exceeds=True, asks=("sessions",), audited="registration.booked",
        possible=_takes_bookings,
    ),
    Verb(
        "transfer", _("Hand over to a colleague"),
        _("The colleague gets the seat with category and days, and nothing else. Both are told by mail."),
        frozenset({Status.CONFIRMED}), _transfer, takes_reason=False, mails=False,
        asks=("first_name", "last_name", "email"),
        possible=_may_transfer,
    ),
    Verb(
        "link", _("Send the link"), _("The personal link goes to their address once more."), ANY, _send_link,
        takes_reason=False, mails=False, bulk=True, audited="link.sent", possible=_links_live,
    ),
    Verb(
        "new_link", _("Revoke the link"),
        _("The old links open nothing any more, also in open tabs. With a mail they get new ones."),
        ANY, _renew_link, takes_reason=False, audited="link.revoked", serious=True,
    ),
    Verb(
        "person", _("Link to a speaker profile"),
        _("Says that the participant and the speaker are one person. Nothing is sent, and nothing is public."),
        ANY, _link_person, takes_reason=False, mails=False, asks=("person",), audited="person.linked",
        possible=_has_speakers,
    ),
    Verb(
        "bad_address", _("Mark the address as bad"), _("They get no mail to many until the address is changed."), ANY,
        _mark_address, takes_reason=False, mails=False,
        possible=lambda row, setup, now: bool(row.email) and not row.bad_address,
    ),
    Verb(
        "good_address", _("Mark the address as good"), _("They get mail to many again."), ANY, _clear_address,
        takes_reason=False, mails=False, possible=lambda row, setup, now: row.bad_address,
    ),
)  # fmt: skip
BY_KEY = {verb.key: verb for verb in VERBS}


def verbs_for(row: Registration, setup: RegistrationSetup, *, now: dt.datetime) -> list[Verb]:
    """Return the acts that are offered for one registration."""
    return [verb for verb in VERBS if verb.is_for(row, setup, now)]


def bulk_verbs(view: Any) -> list[Verb]:
    """Return the acts for many that make sense at the event of a view."""
    setup = view.registration_setup
    choosing = setup.days == RegistrationSetup.Days.CHOOSE
    return [verb for verb in VERBS if verb.bulk and (verb.key != "days" or choosing)]
