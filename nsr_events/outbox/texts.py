"""The words of each kind of mail, by language (mail, section 3).

Looked up level by level: what the mail itself brings (a rule, a message), the event's template, the site's template,
the packaged text. A language missing at one level falls to the next level, never to another language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _

from nsr_events.core.texts import as_dict, default_language

from . import markup
from .kinds import Kind
from .models import MOST_SUBJECT, MailTemplate, OutgoingMail
from .placeholders import COMMON, COMMON_LINKS

SECRET_ADDRESS = re.compile(r"/(?:me|cal)/")
TYPED_DATE = re.compile(
    r"\b\d{1,2}\.\s?(?:\d{1,2}\.|(?:jan|feb|mars?|apr|mai|jun|jul|aug|sep|okt|nov|des)\w*)(?:\s?\d{2,4})?",
    re.IGNORECASE,
)
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


def known_names(kind: Kind) -> set[str]:
    """Return the placeholders that texts of this kind may use."""
    return {*COMMON, *COMMON_LINKS, *kind.placeholders, *kind.links}


def names_in(text: MailText) -> set[str]:
    """Return the placeholders that a text uses."""
    return markup.names(markup.parse(text.body)) | set(markup.NAMED.findall(text.subject))


def problems(kind: Kind, text: MailText) -> list[str]:
    """Return what is wrong with a text of this kind, in sentences; nothing when it may be saved."""
    used = names_in(text)
    found = [
        _("There is no placeholder {%(name)s} in this kind of mail.") % {"name": name}
        for name in sorted(used - known_names(kind))
    ]
    found += [
        _("The text needs the placeholder {%(name)s}.") % {"name": name}
        for name in sorted(kind.required - used)
    ]
    found += [
        _("The subject cannot hold the link {%(name)s}. Put it in the text.") % {"name": name}
        for name in sorted(set(markup.NAMED.findall(text.subject)) & {*COMMON_LINKS, *kind.links})
    ]
    if not text.subject.strip() or len(text.subject) > MOST_SUBJECT or "\n" in text.subject:
        found.append(_("The subject is one line of at most %(most)d characters.") % {"most": MOST_SUBJECT})
    if SECRET_ADDRESS.search(text.body) or SECRET_ADDRESS.search(text.subject):
        found.append(_("A personal address is typed in. Use the placeholder {own_page}."))
    for link in TYPED_LINK.finditer(text.body):
        if not (markup.NAMED.fullmatch(link["address"]) or markup.GOOD_ADDRESS.fullmatch(link["address"])):
            found.append(
                _("The link to “%(address)s” must begin with https:// or mailto:.")
                % {"address": link["address"]}
            )
    return found


def warnings(text: MailText, *, own_hosts: Iterable[str]) -> list[str]:
    """Return what is allowed in a text but worth a second look: foreign links, dates typed by hand."""
    found = []
    for link in TYPED_LINK.finditer(text.body):
        host = urlsplit(link["address"]).hostname
        if host and host not in own_hosts:
            found.append(_("A link leads to another site: %(host)s.") % {"host": host})
    if date := TYPED_DATE.search(f"{text.subject}\n{text.body}"):
        found.append(
            _("“%(date)s” is typed by hand. It stays when the event moves; {event_dates} follows it.")
            % {"date": date[0]}
        )
    return found
