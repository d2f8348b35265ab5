"""What an answer of the mail server means for the mail and for the queue (mail, section 5). Pure.

In smtplib every exception is an ``OSError``, and a timeout while reading arrives as ``SMTPServerDisconnected``, so the
phase decides and not the class: errors from opening concern the connection, errors from sending the message.
"""

from __future__ import annotations

import datetime as dt
import re
import smtplib
import ssl
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

THROTTLED = re.compile(r"\b4\.7\.\d{1,3}\b")
NEEDS_LOGIN = {530, 534, 535, 538}
TOO_LARGE = 552
WRONG_SETTINGS = (ssl.SSLCertVerificationError, smtplib.SMTPNotSupportedError)
MOST_ERROR = 200


class Row(StrEnum):
    """What becomes of the mail."""

    SENT = "sent"
    RETRY = "retry"
    """Try again later; the attempt counts."""
    UNCLEAR = "unclear"
    """It may have been accepted: retry kinds go again, park kinds wait for staff."""
    GIVE_BACK = "give back"
    """Nothing to do with this mail: waiting again, and the attempt does not count."""
    FAILED = "failed"


class Queue(StrEnum):
    """What becomes of the sending of all other mail."""

    GO_ON = "go on"
    RECONNECT = "reconnect"
    REST = "rest"
    """The server asks for less: this sender rests."""
    BREAK = "break"
    """The server cannot be reached; several in a row open the breaker."""
    PAUSE = "pause"
    """Somebody must put the settings right."""


@dataclass(frozen=True)
class Outcome:
    """What to do with the mail and the queue, and why in words for staff (at most 200 characters)."""

    row: Row
    queue: Queue
    error: str = ""


SENT = Outcome(Row.SENT, Queue.GO_ON)


def of_opening(error: Exception) -> Outcome:
    """Return what an error while opening a connection means. No mail is concerned by it."""
    code, words = _answer(error)
    if isinstance(error, WRONG_SETTINGS) or code in NEEDS_LOGIN:
        return Outcome(Row.GIVE_BACK, Queue.PAUSE, words)
    return Outcome(Row.GIVE_BACK, Queue.BREAK, words)


def of_sending(error: Exception) -> Outcome:
    """Return what an error while handing over one mail means."""
    code, words = _answer(error)
    if isinstance(error, ssl.SSLCertVerificationError):  # a ValueError too
        return Outcome(Row.GIVE_BACK, Queue.PAUSE, words)
    if isinstance(error, (ValueError, smtplib.SMTPNotSupportedError)):
        return Outcome(Row.FAILED, Queue.RECONNECT, words)  # UnicodeError and BadHeaderError are ValueErrors
    if isinstance(error, smtplib.SMTPHeloError):
        return Outcome(Row.GIVE_BACK, Queue.BREAK, words)
    if code:
        return _of_code(code, words, at_sender=isinstance(error, smtplib.SMTPSenderRefused))
    if isinstance(error, OSError):
        return Outcome(Row.UNCLEAR, Queue.RECONNECT, words)
    return Outcome(Row.RETRY, Queue.RECONNECT, words)


def _of_code(code: int, words: str, *, at_sender: bool) -> Outcome:
    if code == TOO_LARGE:
        return Outcome(Row.FAILED, Queue.RECONNECT, words)
    if code in NEEDS_LOGIN or (at_sender and code >= 500):
        return Outcome(Row.GIVE_BACK, Queue.PAUSE, words)
    if code == 432 or (code in {421, 450, 451} and THROTTLED.search(words)):
        return Outcome(Row.GIVE_BACK, Queue.REST, words)
    if code == 421:
        return Outcome(Row.UNCLEAR, Queue.RECONNECT, words)
    if code >= 500:
        return Outcome(Row.FAILED, Queue.RECONNECT, words)
    return Outcome(Row.RETRY, Queue.RECONNECT, words)


def delay(attempts: int, uid: uuid.UUID, table: Sequence[float]) -> dt.timedelta | None:
    """Return how long to wait after ``attempts`` attempts, None when there were enough.

    ``table`` in minutes. Spread by half, by a hash of ``uid``, so that a hundred mails refused together do not come
    back together, and one mail's delays are the same wherever they are worked out.
    """
    if attempts > len(table):
        return None
    spread = 0.5 + (uid.int + attempts * 7919) % 1009 / 1008
    return dt.timedelta(minutes=table[attempts - 1] * spread)


def words_of(error: Exception) -> str:
    """Return an error in at most 200 printable characters, for staff."""
    return _answer(error)[1]


def _answer(error: Exception) -> tuple[int, str]:
    """The server's code (0 where it gave none) and its words."""
    code, said = 0, str(error) or type(error).__name__
    if isinstance(error, smtplib.SMTPResponseException):
        code, said = int(error.smtp_code), _decoded(error.smtp_error)
    elif isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, reply = next(iter(error.recipients.values()))
        said = _decoded(reply)
    printable = "".join(letter if letter.isprintable() else " " for letter in said)
    return code, f"{code or ''} {printable}".strip()[:MOST_ERROR]


def _decoded(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
