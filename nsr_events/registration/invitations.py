"""Invitations: adding a list, sending, changing, withdrawing, colleagues (registration, section 6).

An invitation holds no seat, so only what counts places of colleagues takes the lock. Sending is a step of its own and
writes each mail in the transaction that marks the invitation as sent.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Count

from nsr_events.core.models import Event, validate_name
from nsr_events.core.texts import content_languages, default_language

from . import mails
from .addresses import email_key
from .applications import Problem, ProblemKind, Refused
from .locking import Busy, seats_locked
from .models import Invitation, ParticipantCategory, Registration, RegistrationSetup
from .values import Wrong, clean_text, parse_email

State = Invitation.State
A_TRANSACTION = 50


class Verdict(StrEnum):
    """What becomes of a row of a list."""

    NEW = "new"
    INVITED = "invited"
    REGISTERED = "registered"
    TWICE = "twice"
    BAD_ADDRESS = "bad_address"
    BAD_NAME = "bad_name"
    BAD_CATEGORY = "bad_category"


@dataclass(frozen=True)
class Defaults:
    """What an invitation of a list gets where its row says nothing else."""

    category: ParticipantCategory
    language: str = ""
    answer_by: dt.datetime | None = None
    locked_email: bool = True
    skip_approval: bool = True
    extra_seats: int = 0


@dataclass(frozen=True)
class Entry:
    """One row of a list, judged. ``invitation`` is unsaved, and None where it cannot be made."""

    number: int
    name: str
    email: str
    organisation: str
    verdict: Verdict
    invitation: Invitation | None = None


@dataclass
class Examined:
    """A whole list, judged; nothing is written."""

    entries: list[Entry] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Verdict]:
        """How many rows of each verdict."""
        return Counter(entry.verdict for entry in self.entries)

    @property
    def new(self) -> list[Invitation]:
        """The invitations to add."""
        return [entry.invitation for entry in self.entries if entry.invitation is not None]


def examine(event: Event, rows: Iterable[Mapping[str, str]], defaults: Defaults) -> Examined:
    """Judge the rows of a list (cells by target); four queries, whatever their number. Writes nothing."""
    invited = set(
        Invitation.objects.filter(event=event)
        .exclude(state=State.WITHDRAWN)
        .values_list("email_key", flat=True)
    )
    registered = set(Registration.objects.filter(event=event).active().values_list("email_key", flat=True))
    categories = _by_words(event)
    seen: set[str] = set()
    found = Examined()
    for number, cells in enumerate(rows, start=1):
        entry = _judged(event, number, cells, defaults, categories)
        key = email_key(entry.email)
        if entry.invitation is not None:
            verdict = (
                Verdict.TWICE if key in seen
                else Verdict.REGISTERED if key in registered
                else Verdict.INVITED if key in invited
                else Verdict.NEW
            )  # fmt: skip
            seen.add(key)
            kept = entry.invitation if verdict == Verdict.NEW else None
            entry = Entry(number, entry.name, entry.email, entry.organisation, verdict, kept)
        found.entries.append(entry)
    return found


def _by_words(event: Event) -> dict[str, ParticipantCategory]:
    found: dict[str, ParticipantCategory] = {}
    for each in event.categories.all():
        data = getattr(each.name, "data", each.name)
        words = data.values() if isinstance(data, Mapping) else [data]
        found |= {str(word).casefold(): each for word in [*words, each.key] if word}
    return found


def _judged(
    event: Event, number: int, cells: Mapping[str, str], defaults: Defaults,
    categories: Mapping[str, ParticipantCategory],
) -> Entry:  # fmt: skip
    first, last, typed = cells.get("first_name", ""), cells.get("last_name", ""), cells.get("email", "")
    organisation = cells.get("organisation", "")
    shown = (number, f"{first} {last}".strip()[:200], typed[:254], organisation[:200])
    wished = cells.get("category", "").strip().casefold()
    category = categories.get(wished) if wished else defaults.category
    if category is None:
        return Entry(*shown, Verdict.BAD_CATEGORY)
    try:
        email = parse_email(typed.removeprefix("mailto:"))
        validate_email(email)
    except (Wrong, ValidationError):
        return Entry(*shown, Verdict.BAD_ADDRESS)
    try:
        first, last, organisation = _names(first, last, organisation)
    except (Wrong, ValidationError):
        return Entry(*shown, Verdict.BAD_NAME)
    invitation = Invitation(
        event=event, first_name=first, last_name=last, email=email, email_key=email_key(email),
        organisation=organisation, category=category, language=_language(cells.get("language", ""), defaults),
        answer_by=defaults.answer_by, locked_email=defaults.locked_email, skip_approval=defaults.skip_approval,
        extra_seats=defaults.extra_seats,
    )  # fmt: skip
    return Entry(number, f"{first} {last}".strip(), email, organisation, Verdict.NEW, invitation)


def _names(first: str, last: str, organisation: str) -> tuple[str, str, str]:
    names = [clean_text(each, most=100) for each in (first, last)]
    for name in names:
        validate_name(name)
    return names[0], names[1], clean_text(organisation, most=200)


def _language(typed: str, defaults: Defaults) -> str:
    wished = typed.strip().casefold()
    for code, name in content_languages():
        if wished in {code.casefold(), str(name).casefold()}:
            return code
    return defaults.language or default_language()


def add(event: Event, examined: Examined, *, now: dt.datetime) -> int:
    """Add the new of a judged list as drafts; the same list again adds nothing. Returns how many were added."""
    before = Invitation.objects.filter(event=event)
    with transaction.atomic():
        count = before.count()
        for invitation in examined.new:
            invitation.created = now
        # Somebody else may have added the same address meanwhile; the constraint decides, row by row.
        Invitation.objects.bulk_create(examined.new, batch_size=200, ignore_conflicts=True)
        return before.count() - count


def drafts(event: Event) -> Any:
    """The invitations that wait to be sent; colleagues that somebody proposed wait for approval instead."""
    return Invitation.objects.filter(event=event, state=State.DRAFT, proposed_by=None)


def proposals(event: Event) -> Any:
    """Colleagues whom invited people proposed and nobody decided about."""
    return Invitation.objects.filter(event=event, state=State.DRAFT, proposed_by__isnull=False)


def send(event: Event, pks: Sequence[int], *, now: dt.datetime, note: str = "") -> int:
    """Send drafts: each is marked and its mail written in one transaction, ``A_TRANSACTION`` at a time.

    Who was sent to before is passed over, so that pressing twice sends once. Returns how many were sent.
    """
    sent = 0
    for start in range(0, len(pks), A_TRANSACTION):
        with transaction.atomic():
            rows = Invitation.objects.select_for_update(no_key=True).filter(
                event=event, state=State.DRAFT, pk__in=pks[start : start + A_TRANSACTION]
            )
            for row in rows.order_by("pk"):
                row.event = event
                _send(row, now=now, note=note)
                sent += 1
    return sent


def _send(row: Invitation, *, now: dt.datetime, note: str = "") -> None:
    row.state, row.sent_at = State.SENT, now
    row.save(update_fields=["state", "sent_at"])
    mails.invite(row, now=now, note=note)


def resend(invitation: Invitation, *, now: dt.datetime, note: str = "") -> Invitation:
    """Send an invitation once more, with a new link; the old link opens nothing any more."""
    with transaction.atomic():
        row = _locked(invitation, {State.SENT, State.DECLINED})
        row.token_version += 1
        row.save(update_fields=["token_version"])
        _send(row, now=now, note=note)
        return row


def withdraw(invitation: Invitation) -> Invitation:
    """Take an unanswered or declined invitation back; its link explains that it was."""
    with transaction.atomic():
        row = _locked(invitation, {State.DRAFT, State.SENT, State.DECLINED})
        row.state = State.WITHDRAWN
        row.save(update_fields=["state"])
        return row


def change(invitation: Invitation, **fields: Any) -> Invitation:
    """Write changed facts of an invitation. A new address makes the old link dead; send it again then.

    Raises ``Refused`` when it is answered or withdrawn, or when the address is invited already.
    """
    try:
        with transaction.atomic():
            row = _locked(invitation, {State.DRAFT, State.SENT, State.DECLINED})
            moved = "email" in fields and email_key(fields["email"]) != row.email_key
            for name, value in fields.items():
                setattr(row, name, value)
            row.token_version += moved
            row.save()
            return row
    except IntegrityError:
        raise Refused(Problem(ProblemKind.ADDRESS_TAKEN, fields.get("email"))) from None


def propose(
    invitation: Invitation, *, first_name: str, last_name: str, email: str, now: dt.datetime
) -> Invitation:
    """Let somebody invited propose a colleague, up to ``extra_seats``; sent at once or after approval.

    The colleague's invitation names the proposer, has the same category, and proposes nobody. A colleague who is
    invited or registered already gets nothing, and the proposer is answered as for anybody else: who comes is not for
    colleagues to find out. Raises ``Refused`` or ``Busy``.
    """
    try:
        with seats_locked(invitation.event_id) as setup:
            row = _locked(invitation, {State.SENT, State.ACCEPTED})
            row.event = setup.event
            _check_proposal(row, setup, email, now)
            known = bool(_known(row.event_id, [email_key(email)]))
            new = Invitation.objects.create(
                event=setup.event, first_name=first_name, last_name=last_name, email=email,
                organisation=row.organisation, category_id=row.category_id, language=row.language,
                answer_by=row.answer_by, skip_approval=row.skip_approval, proposed_by=row, created=now,
                state=State.WITHDRAWN if known else State.DRAFT,
            )  # fmt: skip
            if not known:
                _pass_on(new, setup, now)
            return new
    except IntegrityError:
        # A list with the same address was added meanwhile; asked again, the address is known.
        raise Busy from None


def _pass_on(proposal: Invitation, setup: RegistrationSetup, now: dt.datetime) -> None:
    if setup.approve_colleagues:
        mails.tell_staff(setup.event, "colleague", now=now)
    else:
        _send(proposal, now=now)


def may_propose(invitation: Invitation, setup: RegistrationSetup, *, now: dt.datetime) -> bool:
    """Whether somebody invited may propose colleagues now: until the answer is wanted or registration closes."""
    ends = invitation.answer_by or invitation.category.closes or setup.closing
    open_states = {State.SENT, State.ACCEPTED}
    return (
        bool(invitation.extra_seats)
        and invitation.state in open_states
        and not setup.event.is_off
        and now < ends
    )


def proposals_left(invitation: Invitation) -> int:
    """How many colleagues may still be proposed. One whom the organiser did not approve gives the place back."""
    made = list(invitation.proposed.values_list("state", "email_key"))
    withdrawn = [key for state, key in made if state == State.WITHDRAWN]
    known = _known(invitation.event_id, withdrawn)
    given_back = sum(key not in known for key in withdrawn)
    return max(0, invitation.extra_seats - len(made) + given_back)


def _check_proposal(row: Invitation, setup: RegistrationSetup, email: str, now: dt.datetime) -> None:
    if not may_propose(row, setup, now=now):
        raise Refused(Problem(ProblemKind.TOO_LATE))
    key = email_key(email)
    if key == row.email_key or row.proposed.filter(email_key=key).exists():
        raise Refused(Problem(ProblemKind.ADDRESS_TAKEN, email))
    if not proposals_left(row):
        raise Refused(Problem(ProblemKind.NOT_POSSIBLE, "extra_seats"))


def _known(event_id: int, keys: Collection[str]) -> set[str]:
    """Which of these addresses are invited or registered already."""
    if not keys:
        return set()
    invited = Invitation.objects.filter(event_id=event_id, email_key__in=keys).exclude(state=State.WITHDRAWN)
    registered = Registration.objects.filter(event_id=event_id, email_key__in=keys).active()
    return {*invited.values_list("email_key", flat=True), *registered.values_list("email_key", flat=True)}


def _locked(invitation: Invitation, allowed: set[str]) -> Invitation:
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related("event", "category")
    row = rows.get(pk=invitation.pk)
    if row.state not in allowed:
        raise Refused(Problem(ProblemKind.NOT_POSSIBLE, row.state))
    return row


@dataclass
class Tally:
    """How many of one category or organisation are invited, and what they answered."""

    label: str
    invited: int = 0
    accepted: int = 0
    declined: int = 0
    silent: int = 0


ANSWERS = {State.ACCEPTED: "accepted", State.DECLINED: "declined", State.SENT: "silent"}


def tallies(event: Event, by: str) -> list[Tally]:
    """Count the invitations that were sent by "category" or "organisation"; one query."""
    rows = Invitation.objects.filter(event=event, state__in=list(ANSWERS)).order_by()
    names: dict[Any, str] = {}
    if by == "category":
        names = {each.pk: str(each.name) for each in event.categories.all()}
    found: dict[Any, Tally] = {}
    for value, state, number in rows.values_list(by, "state").annotate(n=Count("pk")):
        tally = found.setdefault(value, Tally(names.get(value, str(value))))
        tally.invited += number
        name = ANSWERS[State(state)]
        setattr(tally, name, getattr(tally, name) + number)
    return sorted(found.values(), key=lambda tally: (-tally.invited, tally.label.casefold()))
