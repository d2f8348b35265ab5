"""How often an address that nobody has proven may get mail: a form must not become a way to flood a mailbox.

Registrations go on; the mail waits (privacy-security, section 7).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from nsr_events.core.models import Event
from nsr_events.core.throttling import Limit, give_back, use, used_up, window_ends
from nsr_events.outbox import health

from . import mails
from .addresses import email_key
from .applications import Application
from .models import RegistrationSetup

HOURLY = Limit("first_mail", 1, 3600)
DAILY = Limit("first_mail_day", 6, 86_400)
SITE = Limit("first_mail_site", 2000, 3600)
ALARM = Limit("first_mail_alarm", 1, 3600)
"""The alarm is raised once while the site's limit holds, and each event's organiser told once."""

logger = logging.getLogger("nsr_events.registration")


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
    if SITE in over:
        _alarm(event, now)
    # A mail that waits is not one of those that an address gets now.
    _give_back(limits, now)
    return replace(application, mail_due=max(window_ends(limit, now) for limit in over))


def not_needed(application: Application, event: Event, setup: RegistrationSetup, *, now: dt.datetime) -> None:
    """Take back what ``in_its_time`` counted: there will be no mail."""
    if application.mail_due is None:
        _give_back(_limits(application, event, setup), now)


def _alarm(event: Event, now: dt.datetime) -> None:
    """Say once in the log, and once to each organiser concerned, that confirmations wait; nobody is turned away."""
    if use(ALARM, now=now).allowed:
        logger.error(
            "More than %d first mails within the hour: the rest wait until %s.",
            SITE.most,
            window_ends(SITE, now),
        )
    if use(ALARM, event.uid, now=now).allowed:
        mails.tell_staff(event, "first_mails", now=now)


def watch() -> None:
    """Let the site's health tell while confirmations wait; from ``AppConfig.ready()``."""
    health.watch(problems)


def problems(now: dt.datetime) -> Iterator[str]:
    """What somebody who looks after the site should know now."""
    if used_up(SITE, now=now):
        yield _("More than %(most)d first mails within the hour: confirmations to new addresses wait.") % {
            "most": SITE.most
        }


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
