"""The part of a form that holds a mail's subject and text, checked against its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Site

from nsr_events.core.fields import I18nFormField, I18nWidget
from nsr_events.core.texts import as_dict, content_languages
from nsr_events.outbox import kinds, texts
from nsr_events.outbox.kinds import Kind
from nsr_events.outbox.models import MOST_BODY, MOST_SUBJECT
from nsr_events.outbox.texts import MailText


class MailTextForm(forms.Form):
    """Subject and text in every language. ``kind_key`` names the kind whose placeholders they may use.

    A language is written in full or not at all. ``default_required``: the text stands alone, none is packaged.
    """

    subject = I18nFormField(label=gettext_lazy("Subject"), required=False, max_length=MOST_SUBJECT)
    body = I18nFormField(
        label=gettext_lazy("Text"), required=False, max_length=MOST_BODY, widget=I18nWidget(forms.Textarea)
    )
    default_required = False

    def kind(self) -> Kind:
        """The kind that the texts are for, once the other fields are known."""
        raise NotImplementedError

    def has_own_page(self) -> bool:
        """Whether those who get the mail have a page of their own."""
        return True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        subjects, bodies = as_dict(cleaned.get("subject")), as_dict(cleaned.get("body"))
        for code, name in content_languages():
            self._check(code, name, subjects.get(code, ""), bodies.get(code, ""))
        if self.default_required and not bodies and not self.errors:
            self.add_error("body", _("Write a subject and a text."))
        return cleaned

    def _check(self, code: str, name: str, subject: str, body: str) -> None:
        if not subject.strip() and not body.strip():
            return
        if not body.strip():
            self.add_error("body", _("%(language)s: the text is missing.") % {"language": name})
            return
        if not subject.strip():
            self.add_error("subject", _("%(language)s: the subject is missing.") % {"language": name})
            return
        text = MailText(subject, body)
        for problem in texts.problems(self.kind(), text):
            self.add_error("body", f"{name}: {problem}")
        if "own_page" in texts.names_in(text) and not self.has_own_page():
            self.add_error("body", _("Speakers have no page of their own: take out {own_page}."))

    def warnings(self) -> list[str]:
        """What may stand but is worth a second look, of a form that is valid."""
        bodies, subjects = as_dict(self.cleaned_data.get("body")), as_dict(self.cleaned_data.get("subject"))
        hosts = own_hosts()
        found = [
            warning
            for code in bodies
            for warning in texts.warnings(MailText(subjects.get(code, ""), bodies[code]), own_hosts=hosts)
        ]
        if bodies:
            missing = [name for code, name in content_languages() if code not in bodies]
            found += [self.missing_language(name) for name in missing]
        return list(dict.fromkeys(found))

    def missing_language(self, name: str) -> str:
        """What happens to readers of a language without a text."""
        return _("There is no text in %(language)s: those readers get the standard text.") % {
            "language": name
        }


def own_hosts() -> set[str]:
    """The hosts of this installation."""
    hosts = set(Site.objects.values_list("hostname", flat=True))
    if base := urlsplit(getattr(settings, "WAGTAILADMIN_BASE_URL", "")).hostname:
        hosts.add(base)
    return hosts


def placeholder_help(kind_key: str) -> list[tuple[str, str]]:
    """Return the placeholders that texts of a kind may use, with what each says."""
    names = sorted(texts.known_names(kinds.get(kind_key)))
    return [(name, str(MEANINGS.get(name, ""))) for name in names]


MEANINGS: Mapping[str, Any] = {
    "answer_by": gettext_lazy("until when the answer is wanted"),
    "calendar_note": gettext_lazy("that the calendar entry is attached"),
    "changes": gettext_lazy("what changed"),
    "contact": gettext_lazy("contact person with e-mail and telephone"),
    "days": gettext_lazy("the days the person comes"),
    "dropped": gettext_lazy("choices that filled up meanwhile"),
    "event_address": gettext_lazy("street, postal code and town"),
    "event_dates": gettext_lazy("the event's dates"),
    "event_name": gettext_lazy("the event's name"),
    "event_place": gettext_lazy("the venue"),
    "event_url": gettext_lazy("link to the event's page"),
    "first_name": gettext_lazy("first name"),
    "full_name": gettext_lazy("first and last name"),
    "last_answer": gettext_lazy("after this nobody is moved up by itself"),
    "note": gettext_lazy("what the organiser adds"),
    "notice": gettext_lazy("what happened"),
    "offer_deadline": gettext_lazy("until when the seat is kept"),
    "organiser": gettext_lazy("the organisers"),
    "own_page": gettext_lazy("the person's own link"),
    "queue_position": gettext_lazy("the place in the queue"),
    "reference": gettext_lazy("the reference of the registration"),
    "sessions": gettext_lazy("the sessions the person booked"),
    "stop_reminders": gettext_lazy("link that stops reminders"),
    "undo_page": gettext_lazy("link that undoes a cancellation"),
    "verify_page": gettext_lazy("link that confirms the address"),
    "workspace": gettext_lazy("link to the workspace"),
}
