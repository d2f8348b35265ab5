"""How often an address that nobody has proven may get mail: a form must not become a way to flood a mailbox.

Registrations go on; the mail waits (privacy-security, section 7).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from nsr_events.core.models import Event
from nsr_events.core.throttling import Limit, give_back, use, window_ends

from .addresses import email_key
from .applications import Application
from .models import RegistrationSetup

HOURLY = Limit("first_mail", 1, 3600)
DAILY = Limit("first_mail_day", 6, 86_400)
SITE = Limit("first_mail_site", 2000, 3600)


def in_its_time(
    application: Application, event: Event, setup: RegistrationSetup, *, now: dt.datetime
) -> Application:
    """Count a first mail and return the application, with the moment it may leave when somebody has had enough.

    Counted before the registration is made, so that many at the same moment do not all find room; whoever is not
    registered in the end takes it back with ``not_needed``. An address that an invitation proves has no limit;
    neither has the site where the limits are off (load tests).
    """
    limits = _limits(application, event, setup)
    over = [limit for limit, per in limits if not use(limit, *per, now=now).allowed]
    if not over:
        return application
    # A mail that waits is not one of those that an address gets now.
    _give_back(limits, now)
    return replace(application, mail_due=max(window_ends(limit, now) for limit in over))


def not_needed(application: Application, event: Event, setup: RegistrationSetup, *, now: dt.datetime) -> None:
    """Take back what ``in_its_time`` counted: there will be no mail."""
    if application.mail_due is None:
        _give_back(_limits(application, event, setup), now)


def is_proven(application: Application) -> bool:
    """Whether an invitation's link has proven the address: it was sent there."""
    invitation = application.invitation
    return invitation is not None and invitation.email_key == email_key(application.email)


def _give_back(limits, now: dt.datetime) -> None:
    for limit, per in limits:
        give_back(limit, *per, now=now)


def _limits(application: Application, event: Event, setup: RegistrationSetup):
    if is_proven(application) or not application.email:
        return []
    key = email_key(application.email)
    limits = [(HOURLY, (key, event.uid)), (DAILY, (key,))]
    return [*limits, (SITE, ())] if setup.rate_limit else limits
