"""The only code that makes a mail: subject, text, HTML, headers (mail, section 4)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from . import kinds, markup, placeholders, texts
from .kinds import Kind, MailContext
from .models import OutgoingMail
from .parts import Part
from .sender import sender

MOST_BYTES = 5 * 1024 * 1024
AS_BASE64 = 4 / 3 * 78 / 76
STYLES = Path(__file__).parent / "mail.css"


class TooLarge(ValueError):  # noqa: N818
    """A mail of more than 5 MB."""


@dataclass(frozen=True)
class Rendered:
    """A mail as it goes out, but for its sender and recipient."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]
    parts: Sequence[Part] = field(default_factory=tuple)

    @property
    def digest(self) -> str:
        """Tells two texts apart without keeping either."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def render(
    mail: OutgoingMail,
    now: dt.datetime,
    *,
    parts: Sequence[Part] = (),
    inert: bool = False,
    shared: dict[Any, Any] | None = None,
) -> Rendered:
    """Return ``mail`` in the recipient's language, from today's data.

    ``inert`` is for the eyes of staff: secret addresses lead nowhere and nothing is written. ``shared`` is that of
    ``MailContext``. Raises ``UnknownKind``, ``UnknownPlaceholder`` and whatever a placeholder raises.
    """
    kind = kinds.get(mail.kind)
    with translation.override(mail.language):
        context = MailContext(mail, mail.language, now, inert, tuple(parts), {} if shared is None else shared)
        words = texts.text_of(kind, mail, context.shared)
        subject, body = _filled(kind, words, context)
        frame = _frame(context)
        html = render_to_string(
            "nsr_events/mail/base.html",
            {"subject": subject, "blocks": body, "language": mail.language, "kind": kind, **frame},
        )
        text = markup.as_text(body)
        return Rendered(
            subject=subject,
            text=f"{text}\n\n{_foot(frame, text)}\n",
            html=_inliner().inline(html),
            headers=headers_of(mail, kind, inert=inert),
            parts=parts,
        )


def message(mail: OutgoingMail, rendered: Rendered, to: str) -> EmailMultiAlternatives:
    """Return the message that is handed to the server. Raises ``ValueError`` for what cannot be a mail."""
    reply_to = [mail.event.contact_email] if mail.event.contact_email else None
    found = EmailMultiAlternatives(
        rendered.subject, rendered.text, sender(), [to], reply_to=reply_to, headers=rendered.headers
    )
    found.attach_alternative(rendered.html, "text/html")
    for part in rendered.parts:
        if part.alternative:
            found.attach_alternative(part.content, part.type)
        else:
            found.attach(part.filename, part.content, part.type)
    if _size(rendered) > MOST_BYTES:
        raise TooLarge("The mail is larger than 5 MB.")
    return found


def _size(rendered: Rendered) -> float:
    """About how many bytes go out, in base64: making them to count them would take as long as the whole rest."""
    contents = [rendered.text, rendered.html, *(part.content for part in rendered.parts)]
    return sum(len(each.encode() if isinstance(each, str) else each) for each in contents) * AS_BASE64


def headers_of(mail: OutgoingMail, kind: Kind, *, inert: bool = False) -> dict[str, str]:
    """Return the headers beside From, To, Reply-To, Subject and Date."""
    headers = {
        "Message-ID": mail.message_id,
        "X-Mail-Ref": str(mail.uid),  # some relays replace the Message-ID
        "Auto-Submitted": "auto-generated",  # RFC 3834, section 5
        "X-Auto-Response-Suppress": "All",
        "Content-Language": mail.language,
    }
    if kind.unsubscribe and (address := kind.unsubscribe(mail)):
        address = placeholders.INERT_ADDRESS if inert else address
        headers["List-Unsubscribe"] = f"<{address}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058, section 3.1
    return headers


def _filled(kind: Kind, words: texts.MailText, context: MailContext) -> tuple[str, list[markup.Block]]:
    blocks = markup.parse(words.body)
    used = markup.names(blocks) | set(markup.NAMED.findall(words.subject))
    values = placeholders.values_for(kind, used, context)
    subject = markup.fill_line(words.subject, values)
    body = markup.fill(blocks, values, placeholders.links_for(kind, used, context))
    return subject, markup.marked(body) if context.inert else body


def _frame(context: MailContext) -> dict[str, str]:
    """What stands around every text: which event, who sends, whom to ask."""
    return {
        "event_name": placeholders.event_name(context),
        "event_dates": placeholders.event_dates(context),
        "event_url": placeholders.event_url(context),
        "organiser": placeholders.organiser(context),
        "contact": placeholders.contact(context),
    }


def _foot(frame: dict[str, str], text: str) -> str:
    """The frame's lines below ``text``; the event's page only where the text does not lead there."""
    is_told = any(word.strip("().,") == frame["event_url"] for word in text.split())
    url = "" if is_told else frame["event_url"]
    lines = ["-- ", f"{frame['event_name']}, {frame['event_dates']}", url, frame["organiser"]]
    if frame["contact"]:
        lines.append(
            _("Questions? Reply to this e-mail, or ask %(contact)s.") % {"contact": frame["contact"]}
        )
    return "\n".join(line for line in lines if line).replace(markup.SOFT_HYPHEN, "")


@cache
def _inliner() -> css_inline.CSSInliner:
    """Mail programs want styles at each element. Remote sheets off: the inliner would otherwise fetch them."""
    return css_inline.CSSInliner(
        load_remote_stylesheets=False, keep_at_rules=True, extra_css=STYLES.read_text(encoding="utf-8")
    )
