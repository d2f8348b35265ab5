"""Secret links: signed, never stored, one purpose each, revoked by raising a version (registration, section 10)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from nsr_events import conf
from nsr_events.core.site_root import site_root

from .models import Invitation, Registration

SESSION_KEY = "nsr_events.links"
SESSION_HOURS = 12
MOST_NOTED = 10
"""Registrations one browser may hold: an assistant registers others."""


class Purpose(StrEnum):
    """What a link opens; none opens another's door."""

    ME = "me"
    INVITE = "invite"
    VERIFY = "verify"
    FEED = "feed"
    EXPORT = "export"
    ERASE = "erase"
    STOP = "stop"
    SPEAKER = "speaker"


@dataclass(frozen=True)
class Opened:
    """What a token says: whose row, and the version it was made for."""

    uid: uuid.UUID
    version: str


def token(purpose: str, row: Registration | Invitation) -> str:
    """Return the token of ``purpose`` for a registration or invitation: 22 characters, a version, a signature."""
    return _signer(purpose).sign(f"{_short(row.uid)}-{version_of(purpose, row)}")


def open_token(purpose: str, value: str) -> Opened | None:
    """Return what a token says, or None when it was not made by us for this purpose. Asks no database."""
    try:
        uid, _dash, version = _signer(purpose).unsign(value).rpartition("-")
        return Opened(_long(uid), version)
    except (signing.BadSignature, ValueError, binascii.Error):
        return None


def version_of(purpose: str, row: Registration | Invitation) -> str:
    """Return the version a token must have to open ``row`` now; raising any part revokes older ones.

    A link that confirms an address is bound to that address, so that an older one cannot confirm a newer address.
    """
    parts = [str(row.token_version)]
    if purpose == Purpose.FEED:
        parts.append(str(row.feed_version))
    if purpose == Purpose.VERIFY:
        about = row.new_email or row.email
        parts.append(hashlib.sha256(about.encode()).hexdigest()[:12])
    return ".".join(parts).replace(".", "_")


def opens(purpose: str, opened: Opened | None, row: Registration | Invitation, *, now: dt.datetime) -> bool:
    """Whether what a token said still opens ``row``: the same version, and not past its life."""
    if opened is None or opened.uid != row.uid or opened.version != version_of(purpose, row):
        return False
    return now < expires(purpose, row)


def expires(purpose: str, row: Registration | Invitation) -> dt.datetime:
    """When links to ``row`` die: some days after the event; the calendar feed lives until the row is anonymised."""
    if purpose == Purpose.FEED:
        return dt.datetime.max.replace(tzinfo=dt.UTC)
    return row.event.end + dt.timedelta(days=row.event.registration_setup.links_kept)


def address(purpose: str, row: Registration | Invitation, *, language: str = "") -> str:
    """Return the absolute address with the secret of ``purpose``, on the site's own host, never the request's."""
    names = {
        Purpose.ME: "nsr_events:me_link",
        Purpose.INVITE: "nsr_events:invitation_link",
        Purpose.VERIFY: "nsr_events:verify",
        Purpose.FEED: "nsr_events:personal_feed",
        Purpose.STOP: "nsr_events:stop",
        Purpose.EXPORT: "nsr_events:export",
        Purpose.ERASE: "nsr_events:erase",
    }
    return site_root() + reverse(names[Purpose(purpose)], args=[token(purpose, row)])


def note(request: HttpRequest, purpose: str, row: Registration | Invitation, *, now: dt.datetime) -> None:
    """Remember in the browser's own session that it came with a valid link. Writes nothing else.

    A new link gets the session a new key, so that nobody who planted a cookie in this browser comes in with it.
    """
    entry = [purpose, str(row.uid), version_of(purpose, row), now.timestamp()]
    before = request.session.get(SESSION_KEY, [])
    noted = [each for each in before if each[:2] != entry[:2]]
    if noted == before and request.session.session_key:
        request.session.cycle_key()
    request.session[SESSION_KEY] = [*noted, entry][-MOST_NOTED:]


def noted(request: HttpRequest, purpose: str, row: Registration | Invitation, *, now: dt.datetime) -> bool:
    """Whether this browser came with a link that still opens ``row``, within the last twelve hours."""
    for kind, uid, version, at in request.session.get(SESSION_KEY, []):
        if kind == purpose and uid == str(row.uid):
            fresh = now.timestamp() - at < SESSION_HOURS * 3600
            return fresh and opens(purpose, Opened(row.uid, version), row, now=now)
    return False


def forget(request: HttpRequest, row: Registration | Invitation) -> None:
    """Forget a row in this browser: "Close this page"."""
    kept = [each for each in request.session.get(SESSION_KEY, []) if each[1] != str(row.uid)]
    request.session[SESSION_KEY] = kept


def _signer(purpose: str) -> signing.Signer:
    keys = list(conf.LINK_KEYS) or [settings.SECRET_KEY]
    return signing.Signer(key=keys[0], fallback_keys=keys[1:], sep=".", salt=f"nsr_events.{Purpose(purpose)}")


def _short(uid: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(uid.bytes).rstrip(b"=").decode()


def _long(short: str) -> uuid.UUID:
    return uuid.UUID(bytes=base64.urlsafe_b64decode(short + "=="))
