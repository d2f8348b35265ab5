"""Our own words of consents and privacy, in every content language: what a consent was given to is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import translation
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.texts import as_dict, content_languages, text_in

from .models import RegistrationSetup


def in_every_language(words: Callable[[], str]) -> dict[str, str]:
    """Return what ``words`` says in each content language."""
    found = {}
    for code, _name in content_languages():
        with translation.override(code):
            found[code] = str(words())
    return found


def sensitive() -> str:
    """The words of the box that stands with sensitive answers."""
    return _(
        "I agree that the organiser uses my answers about food, health or adjustments to arrange the event for me"
    )


def sensitive_hint(setup: RegistrationSetup, language: str) -> str:
    """What happens to sensitive answers, and that nobody has to give them."""
    last = (setup.event.local_end + dt.timedelta(days=setup.sensitive_kept)).date()
    return _(
        "Needed only if you have answered. The answers are encrypted, few can see them, and they are deleted by "
        "%(date)s. You can withdraw your consent at any time on your own page."
    ) % {"date": formats.full_date(last, language)}


def listed() -> str:
    """The words of the box for the list of participants."""
    return _("Show me in the list of participants")


def listed_hint() -> str:
    """Who sees the list."""
    return _("Other participants see your name and where you work. It is not on the web.")


def privacy(setup: RegistrationSetup) -> dict[str, str]:
    """The privacy text by language: the editor's, else ours: who, why and how long (GDPR, article 13)."""
    return as_dict(setup.privacy_text) or in_every_language(lambda: _privacy(setup))


def privacy_in(setup: RegistrationSetup, language: str) -> str:
    """The privacy text in one language, without marking up who wrote it."""
    own = text_in(setup.privacy_text, language).value if as_dict(setup.privacy_text) else ""
    return own or _privacy(setup)


def _privacy(setup: RegistrationSetup) -> str:
    language = translation.get_language() or "nb"
    last = (setup.event.local_end + dt.timedelta(days=setup.identity_kept)).date()
    return _(
        "The organiser uses what you write to arrange the event, and gives it to nobody else. Your name and "
        "address are deleted by %(date)s at the latest, your answers before that. On your own page you can see, "
        "correct and delete what is stored about you."
    ) % {"date": formats.full_date(last, language)}
