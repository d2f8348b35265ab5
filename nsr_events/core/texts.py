"""Multilingual texts: which languages there are, and which words to show in one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from i18nfield.strings import LazyI18nString


class Text(NamedTuple):
    """Words and the language they are really in; ``lang`` differs from the wished one after a fallback."""

    value: str
    lang: str

    def __str__(self) -> str:
        return self.value


def content_languages() -> tuple[tuple[str, str], ...]:
    """The (code, name) pairs editors write in: Wagtail's content languages, the default language first."""
    pairs = tuple(getattr(settings, "WAGTAIL_CONTENT_LANGUAGES", None) or settings.LANGUAGES)
    default = default_language()
    return tuple(sorted(pairs, key=lambda pair: pair[0] != default))


def default_language() -> str:
    """The site's default content language: what a missing translation falls back to."""
    codes = [code for code, _ in getattr(settings, "WAGTAIL_CONTENT_LANGUAGES", None) or settings.LANGUAGES]
    return settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in codes else codes[0]


def text_in(value: LazyI18nString | Mapping[str, str] | str | None, language: str) -> Text:
    """Return the words of ``value`` in ``language``, else in the default language, else in any, with their language.

    ``value`` is a multilingual field, the ``{language: words}`` of a snapshot, or a plain string (taken to be in
    the wished language).
    """
    data = value.data if isinstance(value, LazyI18nString) else value
    if isinstance(data, LazyI18nString.LazyGettextProxy):
        return Text(data[language], language)
    if not isinstance(data, Mapping):
        return Text(str(data or ""), language)
    for code in (language, default_language(), *sorted(data)):
        if data.get(code):
            return Text(data[code], code)
    return Text("", language)


def as_dict(value: LazyI18nString | Mapping[str, str] | str | None) -> dict[str, str]:
    """Return the filled languages of ``value`` as ``{language: words}``, as snapshots store them."""
    data = value.data if isinstance(value, LazyI18nString) else value
    if isinstance(data, Mapping):
        return {code: words for code, words in data.items() if words}
    return {default_language(): str(data)} if data else {}
