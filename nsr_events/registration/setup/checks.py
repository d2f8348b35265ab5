"""What is missing before registration opens: items for the event's checklist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from nsr_events.core.checklist import Item, Severity
from nsr_events.core.models import Event
from nsr_events.core.texts import as_dict, content_languages
from nsr_events.registration import sensitive
from nsr_events.registration.models import RegistrationSetup
from nsr_events.registration.questions import as_form, problems_of

from .screens import address

TAKES_FORMS = frozenset({RegistrationSetup.Mode.OPEN, RegistrationSetup.Mode.INVITED})


def checklist(event: Event, now: dt.datetime) -> Iterator[Item]:
    """Yield what participants would miss, and what an organiser may have forgotten; silent without registration."""
    setup = RegistrationSetup.objects.select_related("event").filter(event=event).first()
    if setup is None or setup.mode not in TAKES_FORMS or event.is_off or now >= event.end:
        return
    yield from _setup_items(event, setup, now)
    yield from _question_items(event)


def _setup_items(event: Event, setup: RegistrationSetup, now: dt.datetime) -> Iterator[Item]:
    url = address(event, "setup")
    if not as_dict(setup.privacy_text):
        words = _("The form shows the standard privacy text. Read it in the preview, or write your own.")
        yield Item(Severity.ADVICE, words, f"{url}#id_privacy_text_0")
    if not event.contact_email:
        words = _("Answers to registration mail go to nobody: the event has no contact e-mail.")
        yield Item(Severity.MISSING, words, f"{_days(event)}#id_contact_email")
    if setup.opens is None and setup.mode == RegistrationSetup.Mode.OPEN:
        yield Item(
            Severity.ADVICE, _("No opening date is set, so registration stays closed."), f"{url}#id_opens"
        )
    if setup.capacity is None:
        yield Item(Severity.ADVICE, _("The event has no limit of seats."), f"{url}#id_capacity")
    if setup.closing > event.start:
        yield Item(Severity.ADVICE, _("Registration closes after the event has started."), f"{url}#id_closes")
    missing = _missing_languages(setup)
    if missing:
        words = _("The privacy text is missing in: %(languages)s.") % {"languages": ", ".join(missing)}
        yield Item(Severity.ADVICE, words, f"{url}#id_privacy_text_0")


def _missing_languages(setup: RegistrationSetup) -> list[str]:
    written = as_dict(setup.privacy_text)
    return [str(name) for code, name in content_languages() if code not in written] if written else []


def _question_items(event: Event) -> Iterator[Item]:
    live = [each for each in event.questions.all() if not each.retired]
    url = address(event, "questions")
    if any(each.sensitive for each in live) and not sensitive.available():
        words = _("Sensitive questions are not shown: this site has no key for sensitive answers.")
        yield Item(Severity.MISSING, words, url)
    if problems_of(as_form(live)):
        yield Item(Severity.MISSING, _("A question depends on something that is not asked."), url)


def _days(event: Event) -> str:
    return reverse("nsr_events_admin:days", args=[event.pk])
