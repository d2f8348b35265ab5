"""What is said of questions: when one is shown, and what saving one will do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from nsr_events.core import formats
from nsr_events.core.models import Event
from nsr_events.core.texts import default_language, text_in
from nsr_events.registration.asking import Effects, Kept
from nsr_events.registration.models import Question
from nsr_events.registration.questions import CATEGORY, DAYS, NO, OTHER, YES
from nsr_events.registration.wording import joined_or


def named(event: Event) -> dict[str, Any]:
    """Return the names of what a condition of the event may hold: sources and values, in two queries."""
    language = get_language() or default_language()
    found = {CATEGORY: _("Group"), DAYS: _("Days"), YES: _("Yes"), NO: _("No"), OTHER: _("Other")}
    found |= {each.key: text_in(each.name, language).value for each in event.categories.all()}
    for day in event.days.all():
        found[str(day.uid)] = formats.capitalised(formats.weekday_date(day.date, language))
    for question in event.questions.all():
        found[question.key] = text_in(question.label, language).value
        found |= {option["key"]: text_in(option["label"], language).value for option in question.options}
    return found


def condition_words(question: Question, names: dict[str, Any]) -> str:
    """ "Shown when “Overnatting” is Ja"; empty for a question that is always shown."""
    source = question.condition.get("source")
    if not source:
        return ""
    values = [str(names.get(value, value)) for value in question.condition.get("values", ())]
    return _("Shown when “%(source)s” is %(values)s") % {
        "source": names.get(source, source),
        "values": joined_or(values),
    }


def before_saving(effects: Effects) -> list[str]:
    """Return what saving a question will do, one sentence each."""
    return list(_sentences(effects))


def _sentences(effects: Effects) -> Iterator[str]:
    if effects.becomes_sensitive:
        words = ngettext(
            "%(number)d answer is encrypted and moved. From then on only those with the permission for sensitive "
            "answers read it, and it is deleted early. This cannot be undone.",
            "%(number)d answers are encrypted and moved. From then on only those with the permission for sensitive "
            "answers read them, and they are deleted early. This cannot be undone.",
            effects.sealed,
        )
        yield words % {"number": effects.sealed}
    if effects.lacking:
        words = ngettext(
            "%(number)d registered person has no answer. The seat is kept, and the answer asked for at the next "
            "change.",
            "%(number)d registered people have no answer. They keep their seats, and are asked at their next "
            "change.",
            effects.lacking,
        )
        yield words % {"number": effects.lacking}
    if effects.others:
        words = ngettext(
            "“Other” is no longer offered; %(number)d person keeps what they wrote.",
            "“Other” is no longer offered; %(number)d people keep what they wrote.",
            effects.others,
        )
        yield words % {"number": effects.others}
    for kept in effects.retired:
        yield _retired(kept)
    for kept in effects.over:
        words = ngettext(
            "“%(label)s”: %(chosen)d has chosen it, and there are %(places)d places. Nobody loses a place.",
            "“%(label)s”: %(chosen)d have chosen it, and there are %(places)d places. Nobody loses a place.",
            kept.chosen,
        )
        yield words % {"label": kept.label, "chosen": kept.chosen, "places": kept.places}


def _retired(kept: Kept) -> str:
    words = ngettext(
        "“%(label)s” is no longer offered; %(chosen)d person keeps it.",
        "“%(label)s” is no longer offered; %(chosen)d people keep it.",
        kept.chosen,
    )
    return words % {"label": kept.label, "chosen": kept.chosen}
