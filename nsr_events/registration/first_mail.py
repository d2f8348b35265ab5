"""How often an address that nobody has proven may get mail: a form must not become a way to flood a mailbox.

Registrations go on; the mail waits (privacy-security, section 7).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from nsr_events.core.models import Event
from nsr_events.core.throttling import Limit, use, used_up, window_ends

from .addresses import email_key
from .applications import Application
from .models import RegistrationSetup

HOURLY = Limit("first_mail", 1, 3600)
DAILY = Limit("first_mail_day", 6, 86_400)
SITE = Limit("first_mail_site", 2000, 3600)


def in_its_time(
    application: Application, event: Event, setup: RegistrationSetup, *, now: dt.datetime
) -> Application:
    """Return the application with the moment its mail may leave, when the address or the site has had enough.

    An address that an invitation proves has no limit; neither has the site where the limits are off (load tests).
    """
    if is_proven(application) or not application.email:
        return application
    over = [limit for limit, per in _limits(application, event, setup) if used_up(limit, *per, now=now)]
    if not over:
        return application
    return replace(application, mail_due=max(window_ends(limit, now) for limit in over))


def is_proven(application: Application) -> bool:
    """Whether an invitation's link has proven the address: it was sent there."""
    invitation = application.invitation
    return invitation is not None and invitation.email_key == email_key(application.email)


def count(application: Application, event: Event, setup: RegistrationSetup, *, now: dt.datetime) -> None:
    """Count the first mail of an application that was taken."""
    if application.email and not is_proven(application) and application.mail_due is None:
        for limit, per in _limits(application, event, setup):
            use(limit, *per, now=now)


def _limits(application: Application, event: Event, setup: RegistrationSetup):
    key = email_key(application.email)
    limits = [(HOURLY, (key, event.uid)), (DAILY, (key,))]
    return [*limits, (SITE, ())] if setup.rate_limit else limits
