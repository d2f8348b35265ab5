"""The connection to the mail server: one a drain, reopened after errors, every 100 mails and after a lull."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from django.core import mail as django_mail
from django.core.mail import EmailMessage

from nsr_events import conf

REOPEN_AFTER = 100
IDLE = 5.0
"""Seconds after which a server may have hung up, which would look like a mail lost on the way."""


class NotTaken(Exception):  # noqa: N818
    """The e-mail backend says that it sent nothing, and not why."""


def new_backend() -> Any:
    """Return the site's e-mail backend with a timeout; hides that Django 6.1 took over from ``get_connection``."""
    mailers = getattr(django_mail, "mailers", None)
    backend = django_mail.get_connection() if mailers is None else mailers[conf.MAILER]
    if getattr(backend, "timeout", conf.MAIL_TIMEOUT) is None:
        # Django waits for ever by default, which would hang the queue.
        backend.timeout = conf.MAIL_TIMEOUT
    return backend


class Connection:
    """An open connection that knows when it had better be opened anew."""

    def __init__(self) -> None:
        self._backend: Any = None
        self._used = 0
        self._last = 0.0

    def ready(self) -> bool:
        """Open the connection where needed; returns whether it is a new one. Raises what the backend raises."""
        stale = self._used >= REOPEN_AFTER or time.monotonic() - self._last > IDLE
        if self._backend is not None and not stale:
            return False
        self.close()
        backend = new_backend()
        # send_messages() would close a connection that it opened itself.
        backend.open()
        self._backend, self._used, self._last = backend, 0, time.monotonic()
        return True

    def send(self, message: EmailMessage) -> None:
        """Hand one message over. Raises what the backend raises; the connection is closed then."""
        try:
            if self._backend.send_messages([message]) == 0:
                raise NotTaken("The e-mail backend sent nothing.")
        except BaseException:
            self.close()
            raise
        self._used += 1
        self._last = time.monotonic()

    def close(self) -> None:
        """Close; a server that is gone already is no error."""
        backend, self._backend = self._backend, None
        if backend is not None:
            with contextlib.suppress(Exception):
                backend.close()
