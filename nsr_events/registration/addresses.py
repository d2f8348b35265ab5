"""E-mail addresses as keys: the same mailbox in other letter cases is the same person."""

from __future__ import annotations

import unicodedata


def email_key(address: str) -> str:
    """Return the form in which an address is compared: NFC, trimmed, case-folded, the domain as ASCII.

    What stands after a plus sign is kept: it may be another person. A column of its own holds the key, as SQLite's
    ``LOWER`` knows ASCII only. Returns "" for "".
    """
    local, at, domain = unicodedata.normalize("NFC", address).strip().casefold().rpartition("@")
    if not at:
        return domain
    return f"{local}@{_ascii(domain)}"


def domain_of(address: str) -> str:
    """Return the part of an address's key after the @ sign; "" when there is none."""
    return email_key(address).rpartition("@")[2] if "@" in address else ""


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
