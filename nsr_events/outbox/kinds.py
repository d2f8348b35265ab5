"""Kinds of mail: what a domain registers so that the outbox, which knows no domain, can send for it (mail, section 2).

A domain calls ``register(Kind(...))`` from ``AppConfig.ready()``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from nsr_events.core import presentations
from nsr_events.core.models import Event
from nsr_events.core.presentations import Presentation

from .markup import Value

if TYPE_CHECKING:
    from .models import OutgoingMail
    from .parts import Part
    from .texts import MailText


class Policy(StrEnum):
    """What becomes of a mail that may or may not have gone out."""

    RETRY = "retry"
    """Sent again: a lost confirmation is worse than a double one."""
    PARK = "park"
    """Staff decide: a double mass mail is worse."""


@dataclass
class MailContext:
    """What placeholders may look at. ``inert``: for the eyes of staff, so no secret address may be worked out.

    ``shared`` keeps what many mails of one drain have in common and may be 45 seconds old: titles and addresses, never
    place and time.
    """

    mail: OutgoingMail
    language: str
    now: dt.datetime
    inert: bool = False
    parts: tuple[Part, ...] = ()
    shared: dict[Any, Any] = field(default_factory=dict)

    @property
    def event(self) -> Event:
        """The event the mail is about."""
        return self.mail.event

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was written down when the mail was put in the queue."""
        return self.mail.facts

    @property
    def presentation(self) -> Presentation | None:
        """The event's public title and address in the mail's language, None without a public page."""
        return self.once(
            "presentation", lambda: presentations.of([self.event.pk], self.language).get(self.event.pk)
        )

    def once(self, name: str, work_out: Callable[[], Any]) -> Any:
        """Return what is the same for every mail about this event in this language, worked out once."""
        key = (name, self.event.pk, self.language)
        if key not in self.shared:
            self.shared[key] = work_out()
        return self.shared[key]


@dataclass(frozen=True)
class Link:
    """A placeholder that is an address; ``label`` stands on its button. Secret ones only the recipient sees."""

    address: Callable[[MailContext], str]
    label: str | Promise
    secret: bool = True


Life = Callable[["OutgoingMail", dt.datetime], dt.datetime]


def minutes(count: int) -> Life:
    """A life of ``count`` minutes from when the mail is due."""
    return lambda mail, due: due + dt.timedelta(minutes=count)


def until_event_end(mail: OutgoingMail, due: dt.datetime) -> dt.datetime:
    """Until the event ends, and at least three days."""
    return max(mail.event.end, due + dt.timedelta(days=3))


def _no_guard(mail: OutgoingMail, now: dt.datetime) -> str | None:
    return None


def _recipient(mail: OutgoingMail) -> str:
    """A fixed address, else that of the row the mail is for, as it is now."""
    row = mail.registration or mail.invitation or mail.person
    return mail.to or (row.email if row else "")


@dataclass(frozen=True)
class Kind:
    """One kind of mail.

    ``texts`` is the TOML file with the packaged subject and body by language, None for mail that always brings its own.
    ``own_text`` of a mail and a language answers what its rule or message says in that language, None for nothing;
    ``editable`` kinds have words that editors may change. ``life`` of an unsaved row and its due time answers when it
    expires. ``guard`` answers, as of now, why the mail is no longer wanted (a ``Reason``), else None; it may query.
    ``recipient`` answers the address, "" for none. ``unsubscribe`` answers the one-click address.
    """

    key: str
    label: str | Promise
    texts: Path | None
    policy: Policy = Policy.RETRY
    priority: int = 1
    quiet_hours: bool = False
    life: Life = until_event_end
    placeholders: Mapping[str, Callable[[MailContext], Value]] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    guard: Callable[[OutgoingMail, dt.datetime], str | None] = _no_guard
    recipient: Callable[[OutgoingMail], str] = _recipient
    unsubscribe: Callable[[OutgoingMail], str] | None = None
    own_text: Callable[[OutgoingMail, str], MailText | None] | None = None
    editable: bool = True


class UnknownKind(LookupError):  # noqa: N818
    """A mail of a kind that nobody registered: its package is gone, or the key is misspelt."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Nobody registered mail of the kind {key!r}.")


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; a second one with the same key takes its place."""
    _kinds[kind.key] = kind


def get(key: str) -> Kind:
    """Return the kind with this key. Raises ``UnknownKind``."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(key) from None


def find(key: str) -> Kind | None:
    """Return the kind with this key, None where nobody registered it."""
    return _kinds.get(key)


def all_kinds() -> list[Kind]:
    """Return every kind in the order of registration, in which organisers read them."""
    return list(_kinds.values())


def keys_that_retry() -> list[str]:
    """Return the keys of the kinds that are sent again after an unclear answer."""
    return [kind.key for kind in all_kinds() if kind.policy == Policy.RETRY]
