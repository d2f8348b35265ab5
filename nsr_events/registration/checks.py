"""System checks of the keys: too short, the same twice or missing is found at start (privacy-security, section 10)."""

from __future__ import annotations

import base64
import binascii

from django.conf import settings
from django.core.checks import Error, register

from nsr_events import conf

SHORTEST = 32
HINT = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))' (docs/how-to/keys)."
FERNET_HINT = (
    "Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())' "
    "(docs/how-to/keys)."
)


@register
def check_keys(app_configs, **kwargs):
    """Links and sensitive answers have good keys of their own; while developing, none is fine."""
    return [*_missing(), *_too_short(), *_no_fernet_keys(), *_shared()]


def _keys(name: str) -> list:
    value = getattr(conf, name)
    return list(value) if isinstance(value, list | tuple) else []


def _missing():
    if settings.DEBUG:
        return
    for name, hint in (("LINK_KEYS", HINT), ("SENSITIVE_KEYS", FERNET_HINT)):
        if not _keys(name):
            yield Error(f"NSR_EVENTS[{name!r}] is empty.", hint=hint, id="nsr_events.E030")


def _too_short():
    if any(len(str(key).encode()) < SHORTEST for key in _keys("LINK_KEYS")):
        yield Error(
            f"NSR_EVENTS['LINK_KEYS'] has a key of less than {SHORTEST} bytes.",
            hint=HINT,
            id="nsr_events.E031",
        )


def _no_fernet_keys():
    if not all(_is_fernet_key(key) for key in _keys("SENSITIVE_KEYS")):
        yield Error(
            "NSR_EVENTS['SENSITIVE_KEYS'] has a key that is no Fernet key.",
            hint=FERNET_HINT,
            id="nsr_events.E032",
        )


def _is_fernet_key(key: object) -> bool:
    try:
        return len(base64.urlsafe_b64decode(str(key))) == SHORTEST
    except (ValueError, binascii.Error):
        return False


def _shared():
    every = [settings.SECRET_KEY, *map(str, _keys("LINK_KEYS")), *map(str, _keys("SENSITIVE_KEYS"))]
    if len(set(every)) < len(every):
        yield Error(
            "A key is used twice among SECRET_KEY, LINK_KEYS and SENSITIVE_KEYS.",
            hint="Each needs its own, so that one that leaks opens one thing only.",
            id="nsr_events.E033",
        )
