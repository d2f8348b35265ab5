"""What people type, as values: text, numbers, dates, telephone numbers and addresses. Pure, without Django.

Every function returns the value to store or raises ``Wrong`` with a code that ``wording`` turns into a sentence.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

LINE, PARAGRAPH, ADDRESS = 200, 2000, 254
"""Most characters of a line, of a paragraph and of an e-mail address (RFC 5321, 4.5.3.1)."""

MOST_DIGITS = 12
OTHER_LINES = {"Zl", "Zp"}
FORBIDDEN = {"Cc", "Cs"}
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "mai": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "okt": 10, "oct": 10, "nov": 11, "des": 12, "dec": 12,
}  # fmt: skip

NUMBER = re.compile(r"[+-]?\d+")
NUMERIC_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
WRITTEN_DATE = re.compile(r"(\d{1,2})\.?\s*([^\W\d_]{3,})\.?,?\s*(\d{4})")
INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}")
NORWEGIAN = re.compile(r"(?:\+?47)?([2-9]\d{7})")
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.IGNORECASE)
GROUPS = re.compile(r"\d+(?:[ .\-/\u00a0\u2009\u202f]{1,2}\d+)*")

NATIONAL_ID = 11
"""Digits of a fødselsnummer or D-number."""
WEIGHTS = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))


class Wrong(ValueError):  # noqa: N818
    """A value that cannot be taken; ``code`` says what is wrong, ``params`` with what limits."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def clean_text(raw: str, *, most: int = LINE, lines: bool = False) -> str:
    """Return text with composed letters and without blanks around it; ``lines`` lets line breaks stand.

    Raises ``Wrong`` for NUL and other control characters, for more than ``most`` characters and for a national
    identity number, which no form may ask for or store (personopplysningsloven, section 12).
    """
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    allowed = "\n\t" if lines else ""
    refused = FORBIDDEN if lines else FORBIDDEN | OTHER_LINES
    if any(unicodedata.category(letter) in refused and letter not in allowed for letter in text):
        raise Wrong("control")
    if len(text) > most:
        raise Wrong("too_long", limit=most, length=len(text))
    if holds_national_id(text):
        raise Wrong("national_id")
    return text


def holds_national_id(text: str) -> bool:
    """Whether eleven digits with valid check digits stand in ``text``: a fødselsnummer or D-number.

    Blanks, dots, hyphens and slashes between groups of digits are looked through. Both kinds share the check digits
    (Skatteetaten: weights 3 7 6 1 8 9 4 5 2 and 5 4 3 2 7 6 5 4 3 2, modulo 11).
    """
    for run in GROUPS.findall(unicodedata.normalize("NFKC", text)):
        groups = re.findall(r"\d+", run)
        for first in range(len(groups)):
            # Eleven groups hold eleven digits at least: a long text of single digits costs no more than another.
            for last in range(first, min(first + NATIONAL_ID, len(groups))):
                digits = "".join(groups[first : last + 1])
                if len(digits) == NATIONAL_ID and _check_digits_hold(digits):
                    return True
    return False


def _check_digits_hold(digits: str) -> bool:
    numbers = [int(digit) for digit in digits]
    return all(
        sum(weight * number for weight, number in zip(weights, numbers, strict=False)) % 11 == 0
        for weights in WEIGHTS
    )


def parse_number(raw: str) -> int:
    """Return a whole number; blanks between thousands are fine. Raises ``Wrong``."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", clean_text(raw))).replace("\u2212", "-")
    if not NUMBER.fullmatch(text) or len(text.lstrip("+-")) > MOST_DIGITS:
        raise Wrong("number")
    return int(text)


def parse_date(raw: str) -> dt.date:
    """Return a date written 9.3.2027, 09.03.27, 9. mars 2027 or 2027-03-09. Raises ``Wrong``."""
    text = unicodedata.normalize("NFKC", clean_text(raw))
    if found := ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := NUMERIC_DATE.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
        year += 2000 if year < 100 else 0
    elif found := WRITTEN_DATE.fullmatch(text):
        day, month, year = int(found[1]), MONTHS.get(found[2][:3].casefold(), 0), int(found[3])
    else:
        raise Wrong("date")
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise Wrong("date") from None


def parse_phone(raw: str) -> str:
    """Return a telephone number as E.164 (+4721000000); eight digits are Norwegian. Raises ``Wrong``."""
    text = re.sub(r"[\s().\-/]", "", unicodedata.normalize("NFKC", raw.strip()))
    text = f"+{text[2:]}" if text.startswith("00") else text
    if found := NORWEGIAN.fullmatch(text):
        return f"+47{found[1]}"
    if not text.isascii() or not INTERNATIONAL.fullmatch(text) or text.startswith("+47"):
        raise Wrong("phone")
    return text


def phone_words(number: str) -> str:
    """Return an E.164 number as people write it: 21 00 00 00 at home, with a blank after +47 nowhere else."""
    if number.startswith("+47") and len(number) == 11:
        return " ".join(number[start : start + 2] for start in range(3, 11, 2))
    return number


def parse_email(raw: str) -> str:
    """Return an e-mail address as typed, if mail can be sent to it; domains may hold æ, ø and å. Raises ``Wrong``."""
    text = clean_text(raw, most=ADDRESS)
    local, at, domain = text.rpartition("@")
    if not at or len(local) > 64 or not LOCAL_PART.fullmatch(local) or not DOMAIN.fullmatch(_ascii(domain)):
        raise Wrong("email")
    return text


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
