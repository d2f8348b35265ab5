"""A reminder rule in an organiser's words."""

from __future__ import annotations

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from nsr_events.core import formats

from .models import ReminderRule

Anchor = ReminderRule.Anchor


def rule_name(rule: ReminderRule) -> str:
    """ "2 dager før arrangementets start kl. 09:00"."""
    amount = rule.minutes if rule.minutes is not None else rule.days or 0
    anchor = {"anchor": str(Anchor(rule.anchor).label)}
    if amount == 0:
        words = _("At %(anchor)s") if rule.minutes is not None else _("On the day of %(anchor)s")
        words = words % anchor
    else:
        distance = {"distance": _distance(rule), **anchor}
        words = (
            _("%(distance)s before %(anchor)s") if amount < 0 else _("%(distance)s after %(anchor)s")
        ) % distance
    return f"{words} {formats.at_clock(rule.at, get_language() or 'en')}" if rule.at else words


def _distance(rule: ReminderRule) -> str:
    if rule.minutes is None:
        count = abs(rule.days or 0)
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    minutes = abs(rule.minutes)
    if minutes % 60 == 0:
        return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
