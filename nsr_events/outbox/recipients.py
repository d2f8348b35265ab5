"""Who a mail is for, in the words of the domain that knows: the outbox itself knows no domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from .models import OutgoingMail


@dataclass(frozen=True)
class Recipient:
    """How staff see a recipient; ``url`` leads to their page in the workspace, empty for nowhere."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Party:
    """A domain's people. ``may_see``: the member of staff may see registrations, so names may be shown and searched.

    ``related`` are the relations to load with the mails. ``describe`` answers None for a mail to others.
    """

    related: tuple[str, ...]
    describe: Callable[[OutgoingMail, bool], Recipient | None]
    search: Callable[[str, bool], Q]


_parties: list[Party] = []


def register(party: Party) -> None:
    """Make a domain's people known."""
    if party not in _parties:
        _parties.append(party)


def related() -> list[str]:
    """Return the relations that describing needs."""
    return sorted({"person", *(name for party in _parties for name in party.related)})


def describe(mail: OutgoingMail, *, may_see: bool) -> Recipient:
    """Return who ``mail`` is for; without ``may_see`` no name and no address."""
    for party in _parties:
        if found := party.describe(mail, may_see):
            return found
    if mail.person:
        return Recipient(mail.person.name)
    return Recipient(mail.to if may_see and mail.to else "–")


def search(words: str, *, may_see: bool) -> Q:
    """Return the condition that finds mails to whom ``words`` names."""
    found = Q(person__family_name__icontains=words) | Q(person__given_name__icontains=words)
    if may_see:
        found |= Q(to__iexact=words)
    for party in _parties:
        found |= party.search(words, may_see)
    return found
