"""Further parts of a mail, such as calendar entries: a later domain adds them to kinds by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .kinds import MailContext


@dataclass(frozen=True)
class Part:
    """Content beside the text: another reading of it (``alternative``), or an attachment with a file name.

    ``type`` is the whole content type with its parameters, such as
    ``text/calendar; charset=utf-8; method=REQUEST``. ``content`` is text, bytes only where the type is no text.
    """

    content: str | bytes
    type: str
    filename: str = ""
    alternative: bool = False


Provider = Callable[[MailContext], Sequence[Part]]
_providers: dict[str, list[Provider]] = defaultdict(list)
_compared: set[str] = set()


def register(kind_key: str, provider: Provider, *, compares: bool = False) -> None:
    """Let ``provider`` add parts to mails of a kind.

    It is called in the transaction that marks the mail as being sent, so it may compare and write rows of its own, and
    it makes the same bytes for a second try. With ``context.inert`` it is for a preview and writes nothing. One that
    ``compares`` what was told with the registration as it is has that registration's row locked, so that of two mails
    about it one looks after the other has written.
    """
    if provider not in _providers[kind_key]:
        _providers[kind_key].append(provider)
    if compares:
        _compared.add(kind_key)


def compares(kind_key: str) -> bool:
    """Whether mails of a kind need the row of their registration locked while their parts are made."""
    return kind_key in _compared


def of(context: MailContext) -> tuple[Part, ...]:
    """Return the parts of one mail."""
    return tuple(part for provider in _providers[context.mail.kind] for part in provider(context))
