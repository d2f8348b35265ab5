"""Template tags of the public pages: dates in words, multilingual texts with their language, icons."""

from __future__ import annotations

import datetime as dt
import json

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from nsr_events.core import formats
from nsr_events.core.phrases import joined
from nsr_events.core.texts import text_in

register = template.Library()


@register.simple_tag
def words(value, language=None):
    """A multilingual text in the page's language; marked with its own ``lang`` where it falls back."""
    wished = language or get_language()
    text = text_in(value, wished)
    if text.value and text.lang != wished:
        return format_html('<span lang="{}">{}</span>', text.lang, text.value)
    return text.value


LD_ESCAPES = {
    ord("<"): "\\u003C",
    ord(">"): "\\u003E",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


@register.simple_tag
def json_ld(data):
    """Structured data in a block that no browser runs, so the content policy has nothing to forbid.

    ``<``, ``>`` and ``&`` are escaped inside the JSON: nothing an editor typed can end the block.
    """
    if not data:
        return ""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True).translate(LD_ESCAPES)
    # Escaped above, so that what an editor typed cannot end the block.
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 # nosec B308 B703


@register.filter
def plain_words(value):
    """A multilingual text in the page's language, for attributes and titles."""
    return text_in(value, get_language()).value


@register.filter
def language_of(value):
    """The language a multilingual text is really shown in, for a ``lang`` attribute; empty where it is the page's."""
    lang = text_in(value, get_language()).lang
    return "" if lang == get_language() else lang


@register.filter
def full_date(date: dt.date):
    """ "9. mars 2027"."""
    return formats.full_date(date, get_language())


@register.filter
def day_month(date: dt.date):
    """ "9. mars"."""
    return formats.day_month(date, get_language())


@register.filter
def weekday(date: dt.date):
    """ "Tirsdag"."""
    return formats.capitalised(formats.weekday(date, get_language()))


@register.filter
def weekdays(days):
    """ "Tirsdag og torsdag", from days of an event."""
    names = [formats.weekday(day.date, get_language()) for day in days]
    return formats.capitalised(joined(names))


@register.filter
def weekday_date(date: dt.date):
    """ "Tirsdag 9. mars"."""
    return formats.capitalised(formats.weekday_date(date, get_language()))


@register.filter
def at_clock(moment):
    """ "kl. 14:15"."""
    return formats.at_clock(moment, get_language())


@register.filter
def clock(moment):
    """ "14:15"."""
    return formats.clock(moment)
