"""The demo's mailbox: an e-mail backend that keeps every mail as a file, and the reading of these files.

Nothing leaves the machine. The addresses below ``/demo/mail/`` exist only where ``MAILBOX_DIR`` is set.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
MOST_LISTED = 500


class EmailBackend(BaseEmailBackend):
    """Writes each message to a file of its own."""

    def send_messages(self, email_messages):
        """Store the messages; returns how many."""
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}.eml"
            written = path.with_suffix(".part")
            written.write_bytes(message.message().as_bytes())
            written.rename(path)  # so that nobody reads half a mail
        return len(email_messages)


@dataclass(frozen=True)
class Attachment:
    """A part of a mail that is neither its text nor its HTML."""

    number: int
    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class StoredMail:
    """One mail in the box."""

    name: str
    raw: bytes
    message: EmailMessage

    @property
    def sent_at(self) -> dt.datetime:
        """When it was sent; "-0000" in a mail means UTC (RFC 5322, 3.3), and the parser leaves that zone out."""
        moment = self.message["Date"].datetime
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)

    @property
    def text(self) -> str:
        """The plain text."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""

    @property
    def html(self) -> str:
        """The HTML."""
        part = self.message.get_body(("html",))
        return part.get_content() if part else ""

    @property
    def attachments(self) -> list[Attachment]:
        """Everything else, calendar entries beside the text included."""
        shown = [self.message.get_body(("plain",)), self.message.get_body(("html",))]
        parts = [part for part in self.message.walk() if not part.is_multipart() and part not in shown]
        return [
            Attachment(
                number,
                part.get_filename() or f"part-{number}",
                part.get_content_type(),
                part.get_payload(decode=True),
            )
            for number, part in enumerate(parts, 1)
        ]


def newest() -> list[StoredMail]:
    """Return the newest mails first."""
    folder = Path(settings.MAILBOX_DIR)
    names = sorted((path.stem for path in folder.glob("*.eml")), reverse=True)
    return [mail for name in names[:MOST_LISTED] if (mail := find(name))]


def find(name: str) -> StoredMail | None:
    """Return the mail with this name, None where there is none."""
    path = Path(settings.MAILBOX_DIR) / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    raw = path.read_bytes()
    return StoredMail(name, raw, message_from_bytes(raw, policy=policy.default))
