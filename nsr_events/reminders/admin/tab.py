"""What this package adds to the workspace: parts of the tab Messages, its first screen, the state in the header."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nsr_events.core import checklist, tabs
from nsr_events.core.checklist import Item, Severity
from nsr_events.core.models import Event, EventDay
from nsr_events.core.permissions import may
from nsr_events.outbox.admin import SEND, TAB, Section, register_section
from nsr_events.reminders import messages, notices, occurrences
from nsr_events.reminders.models import Message, ReminderRule
from nsr_events.reminders.naming import rule_name

from .frame import NAMESPACE, address


def register() -> None:
    """Make them known."""
    register_section(
        Section("reminders", gettext_lazy("Time line and reminders"), f"{NAMESPACE}:timeline", 10)
    )
    register_section(Section("messages", gettext_lazy("Messages to many"), f"{NAMESPACE}:messages", 20))
    register_section(Section("texts", gettext_lazy("Texts"), f"{NAMESPACE}:texts", 30))
    tabs.register(tabs.Tab(TAB, gettext_lazy("Messages"), f"{NAMESPACE}:timeline", SEND, 70))
    tabs.register_state(tabs.HeaderState("messages", gettext_lazy("Messages"), header_state, 70))
    checklist.register(advice)


def header_state(event: Event, request: HttpRequest) -> tabs.State | None:
    """That a notice waits for an answer: "flyttet, 112 ikke varslet"; nothing where none does."""
    if not may(request.user, SEND, event):
        return None
    waiting = notices.open_notices(event)
    if not waiting:
        return None
    notice = waiting[0]
    count = messages.reach(notice, now=timezone.now()).count
    label = {
        Message.Kind.CHANGED: ngettext("Changed, %(count)d not told", "Changed, %(count)d not told", count),
        Message.Kind.CANCELLED: ngettext(
            "Cancelled, %(count)d not told", "Cancelled, %(count)d not told", count
        ),
    }.get(Message.Kind(notice.kind))
    words = label or ngettext("New programme, %(count)d not told", "New programme, %(count)d not told", count)
    return tabs.State(words % {"count": count}, address(event, "check", notice.uid), tabs.Tone.ATTENTION)


def advice(event: Event, now: dt.datetime) -> Iterable[Item]:
    """Notices that wait, and reminders whose time had passed before they were made."""
    if event.end < now:
        return
    for notice in notices.open_notices(event):
        yield Item(
            Severity.MISSING,
            _("%(notice)s: send it or discard it.") % {"notice": Message.Kind(notice.kind).label},
            address(event, "check", notice.uid),
        )
    rules = list(ReminderRule.objects.filter(event=event, active=True))
    days = list(EventDay.objects.filter(event=event)) if rules else []
    for rule in rules:
        found = occurrences.of_event(rule, event, days)
        if found and all(each.due < rule.counts_from for each in found):
            words = _("The reminder “%(name)s” lies in the past: nobody gets it.") % {"name": rule_name(rule)}
            yield Item(Severity.ADVICE, words, address(event, "rule", rule.uid))
