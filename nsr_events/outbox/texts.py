"""The words of each kind of mail, by language (mail, section 3): today the packaged ones."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nsr_events.core.models import Event
from nsr_events.core.texts import default_language

from . import markup
from .kinds import Kind
from .placeholders import COMMON, COMMON_LINKS

MOST_SUBJECT = 150
SECRET_ADDRESS = re.compile(r"/(?:me|cal)/")
TYPED_LINK = re.compile(r"\]\((?P<address>[^)]*)\)")


@dataclass(frozen=True)
class MailText:
    """A subject of one line and a body in the small markup, both with placeholders."""

    subject: str
    body: str


def text_of(kind: Kind, event: Event, language: str) -> MailText:
    """Return the words for a mail in ``language``.

    The levels are looked through one by one: never another language while a later level has the right one.
    """
    packaged = packaged_texts(kind.texts)
    for code in (language, default_language(), "en"):
        if code in packaged:
            return packaged[code]
    raise LookupError(f"{kind.key} has no packaged text.")


@cache
def packaged_texts(path: Path) -> Mapping[str, MailText]:
    """Read the packaged texts of a kind: a table for each language with ``subject`` and ``body``."""
    with path.open("rb") as file:
        return {language: MailText(**words) for language, words in tomllib.load(file).items()}


def problems(kind: Kind, text: MailText) -> list[str]:
    """Return what is wrong with a text of this kind, in English, nothing when it may be saved."""
    known = {*COMMON, *COMMON_LINKS, *kind.placeholders, *kind.links}
    used = markup.names(markup.parse(text.body)) | set(markup.NAMED.findall(text.subject))
    found = [f"unknown placeholder {{{name}}}" for name in sorted(used - known)]
    found += [f"missing placeholder {{{name}}}" for name in sorted(kind.required - used)]
    if not text.subject.strip() or len(text.subject) > MOST_SUBJECT or "\n" in text.subject:
        found.append(f"the subject is one line of at most {MOST_SUBJECT} characters")
    if SECRET_ADDRESS.search(text.body) or SECRET_ADDRESS.search(text.subject):
        found.append("a personal address is typed in")
    for link in TYPED_LINK.finditer(text.body):
        if not (markup.NAMED.fullmatch(link["address"]) or markup.GOOD_ADDRESS.fullmatch(link["address"])):
            found.append(f"a link to {link['address']!r}, which is neither https nor mailto")
    return found
