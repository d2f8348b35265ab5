"""The registration form as a participant meets it: the real one, at an event where nobody is registered yet."""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nsr_events import conf
from nsr_events.core.models import Event
from nsr_events.core.texts import content_languages, default_language, text_in
from nsr_events.registration import sensitive
from nsr_events.registration.counting import occupancy
from nsr_events.registration.forms import RegistrationForm
from nsr_events.registration.models import Invitation, ParticipantCategory, RegistrationSetup
from nsr_events.registration.room import Occupancy

from .screens import SetupScreen

AHEAD = dt.timedelta(days=1)


@dataclass(frozen=True)
class Choice:
    """A link of the bar above the form."""

    words: str
    query: str
    chosen: bool
    language: str = ""


class PreviewView(SetupScreen):
    """The form of a visitor, or of somebody invited to a group, in any language. It takes nothing."""

    http_method_names = ["get", "head"]
    template_name = "nsr_events/registration/admin/preview.html"
    page_title = gettext_lazy("Preview of the form")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wished = request.GET.get("language", "")
        language = wished if wished in dict(content_languages()) else default_language()
        categories = list(self.event.categories.all())
        group = self.group(categories)
        # The bar speaks the editor's language, the form the participant's.
        bar = self.bar(categories, group, language)
        with translation.override(language):
            form = preview_form(self.event, group=group, language=language, now=timezone.now())
            context = {
                "event": self.event, "form": form, "language": language, "bar": bar,
                "ne_base_template": conf.BASE_TEMPLATE,
            }  # fmt: skip
            return HttpResponse(render_to_string(self.template_name, context, request))

    def group(self, categories: list[ParticipantCategory]) -> ParticipantCategory | None:
        """The group somebody is invited to; none for a visitor, where visitors may register."""
        wished = self.request.GET.get("group", "")
        found = next((each for each in categories if str(each.uid) == wished), None)
        invited = self.event.registration_setup.mode == RegistrationSetup.Mode.INVITED
        nobody = invited or all(each.invited_only for each in categories)
        return found or (categories[0] if categories and nobody else None)

    def bar(
        self, categories: list[ParticipantCategory], group: ParticipantCategory | None, language: str
    ) -> dict[str, Any]:
        """What stands above the form: that it is a preview, the way back, languages and groups."""
        mine, uid = get_language() or "en", str(group.uid) if group else ""
        asks = self.event.questions.filter(sensitive=True, retired=False).exists()
        as_group = [
            Choice(
                _("Invited: %(group)s") % {"group": text_in(each.name, mine).value},
                f"?language={language}&group={each.uid}",
                chosen=each == group,
            )
            for each in categories
        ]
        return {
            "lang": mine,
            "title": _("This is a preview"),
            "words": _("Try the form as a participant. Nothing is sent or stored."),
            "no_key": _("Sensitive questions are not shown: this site has no key for them.")
            if asks and not sensitive.available()
            else "",
            "back": self.address("questions"),
            "back_words": _("Back to the questions"),
            "languages": [
                Choice(name, f"?language={code}&group={uid}", chosen=code == language, language=code)
                for code, name in content_languages()
            ],
            "language_words": _("Language"),
            "groups": [Choice(_("Visitor"), f"?language={language}", chosen=group is None), *as_group],
            "group_words": _("Seen by"),
        }


def preview_form(
    event: Event, *, group: ParticipantCategory | None, language: str, now: dt.datetime
) -> RegistrationForm:
    """Return the form with everything open and every seat free; ``group`` is that of an invitation."""
    setup = copy.copy(event.registration_setup)
    setup.mode, setup.paused, setup.opens, setup.closes = "open", False, now - AHEAD, now + AHEAD
    invitation = _invitation(event, group, language) if group else None
    counts = _emptied(occupancy(setup, now=now))
    return RegistrationForm(
        event=event, setup=setup, language=language, now=now, invitation=invitation, counts=counts
    )


def _emptied(counts: Occupancy) -> Occupancy:
    rules = {pk: replace(each, opens=None, closes=None) for pk, each in counts.categories.items()}
    return replace(counts, categories=rules, taken=Counter(), taken_on=Counter(), queue=())


def _invitation(event: Event, group: ParticipantCategory, language: str) -> Invitation:
    return Invitation(
        event=event,
        category=group,
        language=language,
        first_name="Kari",
        last_name="Nordmann",
        email="kari.nordmann@example.no",
    )
