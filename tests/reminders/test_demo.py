"""Every rule of every event of the demo on frozen clocks: around each due time, once each, to those it is for."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from example_site.demo.build import build
from nsr_events.core.models import Event
from nsr_events.outbox import delivery
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration.models import Registration
from nsr_events.reminders import audiences, occurrences, planning
from nsr_events.reminders.models import ReminderRule
from tests.admin.conftest import restore_wagtail

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.django_db
def test_every_rule_of_the_demo_reaches_those_it_is_for_once_and_in_time():
    restore_wagtail()
    build()
    OutgoingMail.objects.all().delete()
    expected = Counter()
    moments = set()
    for rule in ReminderRule.objects.select_related("event__venue"):
        if rule.is_of_invitations or rule.event.is_off:
            continue
        for each in occurrences.of_event(rule, rule.event, list(rule.event.days.all())):
            if each.due >= rule.counts_from:
                moments |= {each.due - MINUTE, each.due, each.due + 7 * MINUTE}
                rows = audiences.had_status(planning.expected(rule, rule.event, each), rule.segment, each.due)
                for pk in rows.values_list("pk", flat=True):
                    expected[rule.pk, pk, each.key] += 1
    for moment in sorted(moments):
        planning.plan_reminders(now=moment)
        while delivery.drain(clock=lambda moment=moment: moment).sent:
            pass
    mails = OutgoingMail.objects.filter(kind="reminder")
    sent = mails.filter(status="sent")
    assert Counter(sent.values_list("rule", "registration", "occurrence")) == expected
    assert len(expected) > 500
    assert set(expected.values()) == {1}
    assert not mails.exclude(status="sent").exists()
    assert all(mail.due <= mail.sent_at < mail.expires for mail in sent)
    away = Event.objects.filter(status__in=("cancelled", "postponed"))
    assert not sent.filter(event__in=away).exists()
    without_seat = Registration.objects.exclude(status="confirmed")
    assert not sent.filter(registration__in=without_seat).exists()
