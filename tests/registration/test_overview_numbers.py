"""The numbers on an event's overview: registered, waiting, unanswered, not delivered, checked in; for who may see."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from nsr_events.core import numbers
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration.models import Attendance
from tests.admin.conftest import make_user
from tests.factories import invite
from tests.registration.people import coming_event, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(region):
    return coming_event(collection=region, days=2, capacity=2)


@pytest.fixture
def organiser(region):
    return make_user("organiser", collection=region, actions=["see_registrations", "send_mail"])


def shown(event, user, now=None):
    return {str(each.label): each for each in numbers.numbers_for(event, user, now=now or timezone.now())}


def test_all_five_with_where_they_lead(client, event, organiser):
    rows = [person(event, number) for number in (1, 2, 3)]
    invite(event)
    OutgoingMail.objects.filter(registration=rows[0]).update(status="failed")
    OutgoingMail.objects.filter(registration=rows[1]).update(status="unknown")
    for day in event.days.all():
        Attendance.objects.create(registration=rows[0], day=day, checked_in=timezone.now())

    found = shown(event, organiser)
    wished = {
        "Registered": 2,
        "On the waiting list": 1,
        "Unanswered invitations": 1,
        "Mail not delivered": 2,
        "Checked in": 1,
    }
    assert {label: each.value for label, each in found.items()} == {
        gettext(label): number for label, number in wished.items()
    }
    assert found[gettext("Checked in")].detail == gettext("of %(capacity)d") % {"capacity": 2}
    client.force_login(organiser)
    for each in found.values():
        assert client.get(each.url).status_code == 200
    assert len(client.get(found[gettext("Checked in")].url).context["people"]) == 1


def test_each_is_for_those_only_who_may_see_it(event, region):
    person(event)
    mailer = make_user("mailer", collection=region, actions=["send_mail"])
    host = make_user("host", collection=region, actions=["see_registrations"])
    editor = make_user("editor", collection=region, actions=["change"])
    neighbour = make_user("nobody")
    assert set(shown(event, mailer)) == {gettext("Mail not delivered")}
    assert gettext("Mail not delivered") not in shown(event, host)
    assert shown(event, editor) == shown(event, neighbour) == {}


def test_checked_in_is_shown_from_the_first_morning_on(event, organiser):
    person(event)
    morning = event.local_start.replace(hour=0, minute=1)
    label = gettext("Checked in")
    assert label not in shown(event, organiser, now=morning - dt.timedelta(hours=1))
    assert shown(event, organiser, now=morning)[label].value == 0


def test_colleagues_that_wait_are_told_beside_the_invitations(event, organiser):
    first = invite(event)
    invite(event, 2, state="draft", proposed_by=first)
    detail = shown(event, organiser)[gettext("Unanswered invitations")].detail
    assert detail.startswith("1 ")


def test_mail_that_perhaps_arrived_leads_there_when_nothing_failed(event, organiser):
    row = person(event)
    label = gettext("Mail not delivered")
    assert shown(event, organiser)[label].value == 0
    OutgoingMail.objects.filter(registration=row).update(status="unknown")
    assert shown(event, organiser)[label].url.endswith("state=unknown")
    OutgoingMail.objects.filter(registration=row).update(status="failed")
    assert (
        shown(event, organiser)[label].url
        == reverse("nsr_events_messages:outbox", args=[event.pk]) + "?state=failed"
    )


def test_the_numbers_cost_the_same_however_many_there_are(event, organiser, django_assert_max_num_queries):
    person(event)
    with django_assert_max_num_queries(9) as few:
        shown(event, organiser)
    for number in range(2, 30):
        person(event, number)
        invite(event, number)
    with django_assert_max_num_queries(9) as many:
        shown(event, organiser)
    assert abs(len(many) - len(few)) <= 1
