"""Settings of the app: one dict ``NSR_EVENTS`` in the site's settings, read lazily.

Every key, its default and its meaning stand here; an unknown key or a value of the wrong type is reported by
a system check (``nsr_events.E001`` and ``E002``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class Setting:
    """One documented key of ``NSR_EVENTS``."""

    default: Any
    types: tuple[type, ...]
    doc: str


SETTINGS: dict[str, Setting] = {
    "BASE_TEMPLATE": Setting(
        "base.html",
        (str,),
        "Template that nsr_events/base.html extends; it needs the blocks of docs/reference.",
    ),
    "BODY_BLOCKS": Setting(
        "nsr_events.pages.blocks.body_blocks",
        (str,),
        "Dotted path of a function that returns the StreamField blocks of event pages.",
    ),
    "PAGE_TYPES": Setting(
        True,
        (bool,),
        "Whether editors may create our own page types; off for sites that build theirs from the mixins.",
    ),
    "PRESETS": Setting(
        None,
        (str, Path, type(None)),
        "Folder with the site's own presets for new events, as TOML files (docs/how-to/presets).",
    ),
    "TRUSTED_PROXIES": Setting(
        0,
        (int,),
        "How many proxies before the site write X-Forwarded-For, counted from its right (docs/how-to).",
    ),
    "PARTICIPANT_CSP": Setting(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        (str, type(None)),
        "Content-Security-Policy of forms and own pages, unless the response has one; None leaves it to the site.",
    ),
    "HOLIDAYS": Setting(
        "nsr_events.registration.holidays.norwegian",
        (str,),
        "Dotted path of a function from a year to its holidays, on which no deadline of an offered seat falls.",
    ),
    "LINK_KEYS": Setting(
        (),
        (list, tuple),
        "Keys that sign the links in mails, newest first, at least 32 bytes each; from the environment.",
    ),
    "SENSITIVE_KEYS": Setting(
        (),
        (list, tuple),
        "Fernet keys that encrypt sensitive answers, newest first; from the environment. Without one such questions "
        "are neither shown nor saved.",
    ),
    "MATERIAL_EXTENSIONS": Setting(
        ["pdf", "pptx", "docx", "xlsx", "odp", "zip", "mp4"],
        (list, tuple),
        "Types of files that slides and documents may have, by their ending; each file is at most 50 MB.",
    ),
    "MAIL_FROM": Setting(
        None,
        (str, type(None)),
        'Sender of every mail, such as "Events <events@example.org>"; None: DEFAULT_FROM_EMAIL.',
    ),
    "MAIL_DOMAIN": Setting(
        None, (str, type(None)), "Domain of each Message-ID; None: that of the sender's address."
    ),
    "MAIL_SENDERS": Setting(
        1, (int,), "How many connections to the mail server at once (Exchange Online allows 3)."
    ),
    "MAIL_BATCH": Setting(20, (int,), "How many mails a sender takes from the queue at a time."),
    "MAIL_RATE": Setting(
        None,
        (int, float, type(None)),
        "Most mails a minute and sender (Exchange Online: 30); None: no limit.",
    ),
    "MAIL_RETRY": Setting(
        (1, 5, 15, 60, 120),
        (list, tuple),
        "Minutes between the tries after a temporary refusal, each up to half shorter or longer.",
    ),
    "MAIL_TIMEOUT": Setting(
        10,
        (int, float),
        "Seconds to wait for an answer of the mail server, where the backend sets no timeout.",
    ),
    "MAIL_LEASE": Setting(
        300, (int, float), "Seconds after which a mail that a sender took and did not finish is taken back."
    ),
    "MESSAGE_DELAY": Setting(
        10,
        (int, float),
        "Minutes between confirming a message to many and its sending, in which it can be stopped.",
    ),
    "MAILER": Setting(
        "default", (str,), "Which of Django 6.1's MAILERS sends; older versions have one only."
    ),
    "ICAL_ORGANIZER": Setting(
        None,
        (str, type(None)),
        'Who invites in calendars, such as "Events <events@example.org>", with the address of MAIL_FROM, whose mailbox '
        "must bear replies; None: mails carry plain calendar files.",
    ),
    "ICAL_METHOD": Setting(
        None,
        (str, type(None)),
        'METHOD of feeds: None, or "PUBLISH" for Outlook XP and 2003 (docs/reference).',
    ),
}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "nsr-events-drain": {
        "task": "nsr_events.tasks.drain",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "nsr-events-answer-link-requests": {
        "task": "nsr_events.tasks.answer_link_requests",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "nsr-events-promote": {
        "task": "nsr_events.tasks.promote",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    "nsr-events-plan-reminders": {
        "task": "nsr_events.tasks.plan_reminders",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    "nsr-events-restamp-calendars": {
        "task": "nsr_events.tasks.restamp_calendars",
        "schedule": 900.0,
        "options": {"expires": 600},
    },
}
"""For the site's ``CELERY_BEAT_SCHEDULE``. Every tick looks at the database, so a lost or doubled one does no harm."""


def __getattr__(name: str) -> Any:
    """Return the site's value for a key of ``SETTINGS``, else its default."""
    try:
        setting = SETTINGS[name]
    except KeyError:
        raise AttributeError(name) from None
    return getattr(settings, "NSR_EVENTS", {}).get(name, setting.default)
