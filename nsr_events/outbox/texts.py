"""The words of each kind of mail, by language (mail, section 3).

Looked up level by level: what the mail itself brings (a rule, a message), the event's template, the site's template,
the packaged text. A language missing at one level falls to the next level, never to another language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Q

from nsr_events.core.texts import as_dict, default_language

from . import markup
from .kinds import Kind
from .models import MailTemplate, OutgoingMail
from .placeholders import COMMON, COMMON_LINKS

MOST_SUBJECT = 150
SECRET_ADDRESS = re.compile(r"/(?:me|cal)/")
TYPED_LINK = re.compile(r"\]\((?P<address>[^)]*)\)")


@dataclass(frozen=True)
class MailText:
    """A subject of one line and a body in the small markup, both with placeholders."""

    subject: str
    body: str


def text_of(kind: Kind, mail: OutgoingMail, shared: dict[Any, Any] | None = None) -> MailText:
    """Return the words for ``mail`` in its language; one query, none where ``shared`` has the event's templates.

    Raises ``LookupError`` when no level has any words.
    """
    templates = _templates(mail.event_id, shared if shared is not None else {})
    for code in dict.fromkeys((mail.language, default_language(), "en")):
        if kind.own_text and (words := kind.own_text(mail, code)):
            return words
        if words := words_at(kind, code, templates):
            return words
    raise LookupError(f"{kind.key} has no text.")


def words_at(
    kind: Kind, language: str, templates: Mapping[tuple[str, bool], MailTemplate]
) -> MailText | None:
    """Return a kind's words in ``language`` from the first level that has them, None where none has.

    ``templates`` are by kind and whether they are the event's own (True) or the site's (False).
    """
    for of_event in (True, False):
        if (template := templates.get((kind.key, of_event))) and (words := written(template, language)):
            return words
    return packaged_texts(kind.texts).get(language) if kind.texts else None


def written(row: Any, language: str) -> MailText | None:
    """Return what a row with multilingual ``subject`` and ``body`` says in ``language``; both, or nothing."""
    subject, body = as_dict(row.subject).get(language, ""), as_dict(row.body).get(language, "")
    return MailText(subject, body) if subject.strip() and body.strip() else None


def templates_of(event_id: int) -> dict[tuple[str, bool], MailTemplate]:
    """Return the templates that mail about an event may use; one query."""
    rows = MailTemplate.objects.filter(Q(event=None) | Q(event=event_id))
    return {(row.kind, row.event_id is not None): row for row in rows}


def _templates(event_id: int, shared: dict[Any, Any]) -> dict[tuple[str, bool], MailTemplate]:
    key = ("templates", event_id)
    if key not in shared:
        shared[key] = templates_of(event_id)
    return shared[key]


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
