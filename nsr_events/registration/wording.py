"""What is wrong with an answer, in a sentence that says what to do (design, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext, pgettext

from nsr_events.core import formats

from .values import Wrong

SENTENCES: Mapping[str, Promise] = {
    "control": gettext_lazy("Remove the invisible characters, or write the text again"),
    "too_long": gettext_lazy("Write at most %(limit)d characters. Now there are %(length)d"),
    "too_short": gettext_lazy("Write at least %(limit)d characters"),
    "national_id": gettext_lazy("Remove the national identity number. It must not be registered here"),
    "number": gettext_lazy("Write a whole number in digits, for example 12"),
    "phone": gettext_lazy("Write the telephone number with eight digits, or with + and the country code"),
    "email": gettext_lazy("Write the e-mail address like this: name@company.no"),
    "date": gettext_lazy("Write the date like this: 9.3.2027"),
    "option": gettext_lazy("Choose one of the answers that are listed"),
    "day": gettext_lazy("Choose only days that you attend"),
    "other": gettext_lazy("Write what you mean by “other”"),
    "too_few": gettext_lazy("Choose at least %(limit)d"),
    "too_many": gettext_lazy("Choose at most %(limit)d"),
}

REQUIRED: Mapping[str, Promise] = {
    "text": gettext_lazy("Write an answer to “%(label)s”"),
    "one": gettext_lazy("Choose an answer to “%(label)s”"),
    "several": gettext_lazy("Choose at least one answer to “%(label)s”"),
    "days": gettext_lazy("Choose at least one day for “%(label)s”"),
}
REQUIRED_KINDS = {"yes_no": "one", "one": "one", "several": "several", "days": "days"}

NUMBERS = (
    lambda: pgettext("errors", "one"), lambda: pgettext("errors", "two"), lambda: pgettext("errors", "three"),
    lambda: pgettext("errors", "four"), lambda: pgettext("errors", "five"), lambda: pgettext("errors", "six"),
    lambda: pgettext("errors", "seven"), lambda: pgettext("errors", "eight"), lambda: pgettext("errors", "nine"),
    lambda: pgettext("errors", "ten"), lambda: pgettext("errors", "eleven"), lambda: pgettext("errors", "twelve"),
)  # fmt: skip


def say(wrong: Wrong, language: str) -> str:
    """Return the sentence for a value that cannot be taken."""
    if wrong.code == "number_range":
        return _range(wrong.params, str, _NUMBER_RANGE)
    if wrong.code == "date_range":
        return _range(wrong.params, lambda date: formats.full_date(date, language), _DATE_RANGE)
    return str(SENTENCES[wrong.code]) % wrong.params


def required(kind: str, label: str) -> str:
    """Return the sentence for a question that must be answered."""
    return str(REQUIRED[REQUIRED_KINDS.get(kind, "text")]) % {"label": label}


_NUMBER_RANGE = (
    gettext_lazy("Write a number from %(least)s to %(most)s"),
    gettext_lazy("Write a number of at least %(least)s"),
    gettext_lazy("Write a number of at most %(most)s"),
)
_DATE_RANGE = (
    gettext_lazy("Write a date from %(least)s to %(most)s"),
    gettext_lazy("Write a date not before %(least)s"),
    gettext_lazy("Write a date not after %(most)s"),
)


def _range(limits: Mapping[str, Any], words: Any, sentences: tuple[Promise, Promise, Promise]) -> str:
    both, least, most = sentences
    known = {name: words(limit) for name, limit in limits.items() if limit is not None}
    sentence = both if len(known) == 2 else least if "least" in known else most
    return str(sentence) % known


def error_count(number: int) -> str:
    """ "Du må rette opp tre feil"."""
    words = NUMBERS[number - 1]() if number <= len(NUMBERS) else str(number)
    sentence = npgettext(
        "summary", "There is %(number)s error to correct", "There are %(number)s errors to correct", number
    )
    return sentence % {"number": words}


def joined_or(names: list[str]) -> str:
    """ "A, B or C"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s or %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def day_gone() -> str:
    """What stands in place of a day that somebody answered with and that the event lost since."""
    return _("a day that was taken away")
