"""Who every mail comes from, and by which name it is known on its way."""

from __future__ import annotations

import uuid
from email.utils import parseaddr

from django.conf import settings

from nsr_events import conf


def sender() -> str:
    """The address that every mail comes from: never anything typed."""
    return conf.MAIL_FROM or settings.DEFAULT_FROM_EMAIL


def message_id(uid: uuid.UUID) -> str:
    """The Message-ID of a mail, made with its row: the same on every copy, also when the settings change meanwhile."""
    domain = conf.MAIL_DOMAIN or parseaddr(sender())[1].rpartition("@")[2] or "localhost"
    return f"<{uid}@{domain}>"
