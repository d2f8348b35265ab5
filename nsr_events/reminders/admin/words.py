"""Audiences in an organiser's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nsr_events.core.models import Event
from nsr_events.core.phrases import joined
from nsr_events.core.texts import content_languages, text_in
from nsr_events.programme.current import current_programme
from nsr_events.registration.models import Registration
from nsr_events.registration.people.words import day_words, language, moment
from nsr_events.reminders.segments import Segment, To


def segment_words(event: Event, segment: Segment) -> str:
    """ "Påmeldte: bekreftet; kategori deltaker; språk bokmål"."""
    if segment.to == To.SPEAKERS:
        return _("Speakers and others in the released programme")
    parts = [_("Invited people who have not answered")] if segment.to == To.SILENT else [_statuses(segment)]
    parts += [words for words in _narrowing(event, segment) if words]
    return "; ".join(parts)


def _statuses(segment: Segment) -> str:
    labels = dict(Registration.Status.choices)
    return _("Registered: %(statuses)s") % {
        "statuses": joined([str(labels[each]).lower() for each in sorted(segment.statuses) if each in labels])
    }


def _narrowing(event: Event, segment: Segment) -> list[str]:
    found = []
    if segment.categories:
        names = {str(each.uid): str(each.name) for each in event.categories.all()}
        found.append(_("category: %(names)s") % {"names": _named(segment.categories, names)})
    if segment.days:
        names = {str(day.uid): day_words(day) for day in event.days.all()}
        found.append(_("day: %(names)s") % {"names": _named(segment.days, names)})
    if segment.sessions:
        programme = current_programme(event.pk)
        shown = programme.shown if programme else ()
        names = {item.uid: text_in(item.title, language()).value for item in shown}
        found.append(_("booked: %(names)s") % {"names": _named(segment.sessions, names)})
    if segment.languages:
        found.append(
            _("language: %(names)s") % {"names": _named(segment.languages, dict(content_languages()))}
        )
    if segment.checked_in is not None:
        found.append(_("came") if segment.checked_in else _("did not come"))
    return found


def _named(wanted: Collection[str], names: Mapping[str, str]) -> str:
    """The names of what is wanted, in the order of ``names``, and whether something of it is gone."""
    found = [str(name) for key, name in names.items() if key in wanted]
    return joined([*found, _("something that is no longer there")] if len(found) < len(wanted) else found)


def at_words(at: dt.datetime | None, event: Event) -> str:
    """A moment on the event's clocks."""
    return moment(at, event)


def left_out_words(left_out: Any) -> list[str]:
    """Who gets no mail and why, a sentence for each reason."""
    words = {
        "no_address": lambda n: ngettext("%(count)d has no address.", "%(count)d have no address.", n),
        "bad_address": lambda n: ngettext(
            "%(count)d has an address that mail does not reach.",
            "%(count)d have addresses that mail does not reach.",
            n,
        ),
        "unsubscribed": lambda n: ngettext(
            "%(count)d wants no reminders.", "%(count)d want no reminders.", n
        ),
    }
    return [words[reason](count) % {"count": count} for reason, count in left_out.items() if reason in words]
