"""The table of answers (mail, section 5), row by row."""

import smtplib
import socket
import ssl
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsr_events.outbox import outcomes
from nsr_events.outbox.outcomes import Queue, Row


def rcpt(code, words=b"no"):
    return smtplib.SMTPRecipientsRefused({"a@example.org": (code, words)})


def data(code, words=b"no"):
    return smtplib.SMTPDataError(code, words)


def mail_from(code, words=b"no"):
    return smtplib.SMTPSenderRefused(code, words, "me@example.org")


@pytest.mark.parametrize(
    ("error", "row", "queue"),
    [
        (rcpt(450), Row.RETRY, Queue.RECONNECT),
        (data(451), Row.RETRY, Queue.RECONNECT),
        (mail_from(451), Row.RETRY, Queue.RECONNECT),
        (rcpt(421), Row.UNCLEAR, Queue.RECONNECT),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), Row.UNCLEAR, Queue.RECONNECT),
        (TimeoutError("timed out"), Row.UNCLEAR, Queue.RECONNECT),
        (data(432), Row.GIVE_BACK, Queue.REST),
        (rcpt(421, b"4.7.0 slow down"), Row.GIVE_BACK, Queue.REST),
        (rcpt(450, b"4.7.1 greylisted"), Row.GIVE_BACK, Queue.REST),
        (data(451, b"4.7.500 busy"), Row.GIVE_BACK, Queue.REST),
        (rcpt(550), Row.FAILED, Queue.RECONNECT),
        (data(554), Row.FAILED, Queue.RECONNECT),
        (mail_from(552), Row.FAILED, Queue.RECONNECT),
        (rcpt(552), Row.FAILED, Queue.RECONNECT),
        (mail_from(530), Row.GIVE_BACK, Queue.PAUSE),
        (mail_from(550), Row.GIVE_BACK, Queue.PAUSE),
        (rcpt(530), Row.GIVE_BACK, Queue.PAUSE),
        (smtplib.SMTPHeloError(500, b"who"), Row.GIVE_BACK, Queue.BREAK),
        (ValueError("Header values can't contain newlines"), Row.FAILED, Queue.RECONNECT),
        (UnicodeEncodeError("ascii", "å", 0, 1, "no"), Row.FAILED, Queue.RECONNECT),
        (RuntimeError("a foreign backend"), Row.RETRY, Queue.RECONNECT),
    ],
)
def test_while_sending(error, row, queue):
    found = outcomes.of_sending(error)
    assert (found.row, found.queue) == (row, queue)


@pytest.mark.parametrize(
    ("error", "queue"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), Queue.PAUSE),
        (smtplib.SMTPAuthenticationError(534, b"no"), Queue.PAUSE),
        (smtplib.SMTPAuthenticationError(538, b"no"), Queue.PAUSE),
        (smtplib.SMTPAuthenticationError(454, b"later"), Queue.BREAK),
        (ssl.SSLCertVerificationError("expired"), Queue.PAUSE),
        (smtplib.SMTPNotSupportedError("STARTTLS"), Queue.PAUSE),
        (ssl.SSLError("unexpected end"), Queue.BREAK),
        (ConnectionRefusedError(), Queue.BREAK),
        (socket.gaierror("unknown host"), Queue.BREAK),
        (TimeoutError(), Queue.BREAK),
        (smtplib.SMTPConnectError(421, b"busy"), Queue.BREAK),
    ],
)
def test_while_opening(error, queue):
    assert outcomes.of_opening(error).queue is queue


def test_words_for_staff_are_short_and_printable():
    found = outcomes.of_sending(data(550, b"bad\r\n\x00" + b"x" * 999))
    assert found.error.isprintable()
    assert len(found.error) == 200


@given(st.uuids(), st.integers(min_value=1, max_value=5))
def test_waits_are_spread_by_half_and_stay_the_same_for_a_mail(uid, attempts):
    table = (1, 5, 15, 60, 120)
    wait = outcomes.delay(attempts, uid, table)
    assert 0.5 <= wait.total_seconds() / 60 / table[attempts - 1] <= 1.5
    assert wait == outcomes.delay(attempts, uuid.UUID(str(uid)), table)


def test_after_the_table_there_is_no_further_try():
    assert outcomes.delay(6, uuid.uuid4(), (1, 5, 15, 60, 120)) is None
