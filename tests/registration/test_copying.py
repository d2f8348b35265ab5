"""A copy takes along how people register, never who did; nothing opens by itself."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from nsr_events.core.copying import copy_event, event_parts, shift_to
from nsr_events.core.models import Event
from nsr_events.registration.models import (
    FormVersion,
    Invitation,
    ParticipantCategory,
    Question,
    Registration,
    RegistrationSetup,
)
from tests.factories import NOW, make_event

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
LATER = dt.date(2028, 9, 26)


def at(year, month, day, hour=12):
    return dt.datetime(year, month, day, hour, tzinfo=OSLO)


@pytest.fixture
def event():
    """Three days in September, open since June, with two groups and three questions."""
    event = make_event("Samling 2027", date=dt.date(2027, 9, 28), days=3)
    RegistrationSetup.objects.filter(event=event).update(
        mode="open",
        opens=at(2027, 6, 1),
        closes=at(2027, 9, 21),
        edit_until=at(2027, 9, 24),
        capacity=40,
        identity_kept=90,
        privacy_text={"nb": "Hvem, hvorfor, hvor lenge"},
    )
    ParticipantCategory.objects.create(
        event=event,
        key="press",
        name={"nb": "Presse"},
        opens=at(2027, 8, 1),
        reserved=5,
        reserved_until=at(2027, 9, 1),
        sort_order=1,
    )
    day = event.days.all()[1]
    add(event, "q_hotel", kind="yes_no")
    add(event, "q_nights", kind="days", condition={"source": "q_hotel", "values": ["yes"]})
    add(event, "q_table", kind="text", condition={"source": "days", "values": [str(day.uid)]})
    add(event, "q_gone", kind="text", retired=True)
    return Event.objects.get(pk=event.pk)


def add(event, key, **fields):
    return Question.objects.create(
        event=event, key=key, label={"nb": key}, sort_order=event.questions.count(), **fields
    )


def setup_of(event):
    return RegistrationSetup.objects.select_related("event").get(event=event)


def local(moment):
    return moment.astimezone(OSLO).strftime("%Y-%m-%d %H:%M")


def moments(event, first_day):
    part = next(each for each in event_parts() if each.key == "registration")
    return {each.label: each for each in part.moments(event, shift_to(event, first_day))}


def test_setup_groups_and_questions_come_along_with_the_same_keys(event):
    copy = copy_event(event, now=NOW, first_day=LATER)
    setup = setup_of(copy)
    assert (setup.mode, setup.capacity, setup.identity_kept) == ("open", 40, 90)
    assert str(setup.privacy_text) == "Hvem, hvorfor, hvor lenge"
    assert list(copy.categories.values_list("key", flat=True)) == ["participant", "press"]
    assert list(copy.questions.values_list("key", flat=True)) == ["q_hotel", "q_nights", "q_table"]


def test_dates_keep_their_distance_and_the_time_on_the_wall(event):
    setup = setup_of(copy_event(event, now=NOW, first_day=LATER))
    assert [local(each) for each in (setup.opens, setup.closes, setup.edit_until)] == [
        "2028-05-30 12:00",
        "2028-09-19 12:00",
        "2028-09-22 12:00",
    ]


def test_a_condition_on_a_day_means_the_copys_day(event):
    copy = copy_event(event, now=NOW, first_day=LATER)
    assert copy.questions.get(key="q_table").condition["values"] == [str(copy.days.all()[1].uid)]


def test_an_opening_date_that_is_past_is_emptied(event):
    now = dt.datetime(2028, 7, 1, tzinfo=dt.UTC)
    copy = copy_event(event, now=now, first_day=LATER)
    assert setup_of(copy).opens is None
    assert local(copy.categories.get(key="press").opens) == "2028-07-30 12:00"


def test_a_copy_on_the_same_dates_is_not_opened(event):
    """Copying a page by Wagtail's button makes an event on the same dates: nothing of it opens."""
    copy = copy_event(event, now=NOW)
    assert setup_of(copy).opens is None
    assert copy.categories.get(key="press").opens is None
    assert setup_of(copy).mode == "open"


def test_the_screen_lists_every_date_and_which_are_emptied(event):
    found = moments(event, LATER)
    assert len(found) == 5
    assert not any(each.remark for each in found.values())
    same = moments(event, dt.date(2027, 9, 28))
    assert sorted(each.before.month for each in same.values() if each.remark) == [6, 8]


def test_a_past_opening_is_named_before_anything_is_saved(event):
    RegistrationSetup.objects.filter(event=event).update(opens=timezone.now() - dt.timedelta(days=900))
    fresh = Event.objects.get(pk=event.pk)
    emptied = [each for each in moments(fresh, LATER).values() if each.remark]
    assert len(emptied) == 1


def test_nobody_comes_along(event):
    category = event.categories.first()
    Registration.objects.create(
        event=event, category=category, status="confirmed", first_name="A", last_name="B", language="nb"
    )
    Invitation.objects.create(event=event, category=category, email="a@example.org", language="nb")
    FormVersion.objects.create(event=event, number=1, digest="x", content=[], made_at=NOW)
    copy = copy_event(event, now=NOW, first_day=LATER)
    assert not copy.registrations.exists()
    assert not copy.invitations.exists()
    assert not copy.form_versions.exists()


def test_another_sites_form_stays_with_the_original(event):
    RegistrationSetup.objects.filter(event=event).update(
        mode="external", external_url="https://example.org/2027"
    )
    copy = setup_of(copy_event(Event.objects.get(pk=event.pk), now=NOW, first_day=LATER))
    assert (copy.mode, copy.external_url) == ("none", "")


def test_left_out_the_new_edition_has_a_setup_of_its_own(event):
    copy = copy_event(event, now=NOW, first_day=LATER, parts=["hosts"])
    assert (setup_of(copy).mode, copy.questions.count()) == ("none", 0)
    assert copy.categories.count() == 1


def test_the_original_is_only_read(event):
    before = [list(model.objects.values()) for model in (RegistrationSetup, ParticipantCategory, Question)]
    copy = copy_event(event, now=NOW, first_day=LATER)
    after = [
        list(model.objects.exclude(event=copy).values())
        for model in (RegistrationSetup, ParticipantCategory, Question)
    ]
    assert after == before
