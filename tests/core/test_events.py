"""The verbs that change an event's facts."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from nsr_events.core.events import change_status, create_event, delete_event, save_days, save_facts
from nsr_events.core.models import Event, EventDay, EventType, Organisation, Venue
from nsr_events.core.signals import event_changed
from tests.factories import NOW, make_event, make_index, make_page

pytestmark = pytest.mark.django_db
JUNE_8 = dt.date(2027, 6, 8)


@pytest.fixture
def told():
    """What ``event_changed`` said, in order."""
    heard = []

    def listen(sender, changes, **kwargs):
        heard.append(changes)

    event_changed.connect(listen)
    yield heard
    event_changed.disconnect(listen)


def test_start_and_end_follow_from_the_days():
    event = make_event(days=3, hours=("09:00", "16:00"))

    assert event.local_start == dt.datetime(2027, 6, 8, 9, tzinfo=event.zone)
    assert event.local_end == dt.datetime(2027, 6, 10, 16, tzinfo=event.zone)


def test_a_day_may_close_in_the_night_after_it():
    assert make_event(hours=("19:00", "02:00")).local_end.date() == dt.date(2027, 6, 9)


def test_days_without_hours_are_whole_days():
    event = make_event(days=2, hours=(None, None))

    assert (event.local_start.hour, event.local_end.date()) == (0, dt.date(2027, 6, 10))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": {"nb": ""}}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
        ({"name": {"nb": "x" * 1_000_000}}, "name"),
        ({"hours": ("16:00", "09:00")}, "closes"),
        ({"days": 40}, "days"),
        ({"date": dt.date(2090, 1, 1)}, "days"),
    ],
)
def test_a_wrong_fact_is_refused_by_its_field_and_nothing_is_saved(change, field):
    name = change.pop("name", {"nb": "Samling"})

    with pytest.raises(ValidationError) as refused:
        make_event(name, **change)

    assert field in refused.value.message_dict
    assert not Event.objects.exists()


def test_the_same_date_twice_is_refused():
    event = make_event()
    days = [*event.days.all(), EventDay(date=JUNE_8)]

    with pytest.raises(ValidationError, match=r"dato|date"):
        save_days(event, days, now=NOW)

    assert event.days.count() == 1


def test_a_material_fact_raises_the_sequence_once(told):
    event = make_event()
    told.clear()
    event.venue = Venue.objects.create(name="Huset")
    event.format = Event.Format.MIXED

    changes = save_facts(event, now=NOW)

    assert changes == {"venue", "format"}
    assert Event.objects.get().ical_sequence == 1
    assert told == [changes]


def test_a_fact_that_moves_nobody_keeps_the_sequence(told):
    event = make_event()
    told.clear()
    event.contact_name = "Kari"

    save_facts(event, now=NOW)

    assert Event.objects.get().ical_sequence == 0
    assert told == [{"contact_name"}]


def test_saving_without_a_change_does_nothing(told):
    event = make_event()
    told.clear()

    assert save_facts(event, now=NOW) == set()
    assert told == []
    assert Event.objects.get().ical_sequence == 0


def test_two_days_can_trade_dates():
    event = make_event(days=2)
    first, second = event.days.all()
    first.date, second.date = second.date, first.date

    save_days(event, [first, second], now=NOW)

    assert [day.pk for day in event.days.all()] == [second.pk, first.pk]


def test_hosts_keep_their_order():
    event = make_event()
    hosts = [Organisation.objects.create(name=name) for name in ("B", "A")]

    save_facts(event, now=NOW, hosts={JUNE_8: hosts})

    assert [host.organisation for host in event.days.get().day_hosts.all()] == hosts


def test_a_status_is_changed_once(told):
    event = make_event()
    told.clear()

    assert change_status(event, "cancelled", now=NOW) == {"status"}
    assert change_status(event, "cancelled", now=NOW) == set()
    assert Event.objects.get().ical_sequence == 1
    assert Event.objects.get().status_changed_at == NOW
    assert told == [{"status"}]


def test_an_event_with_a_page_is_not_deleted():
    event = make_event()
    make_page(event, make_index())

    with pytest.raises(ProtectedError):
        delete_event(event)

    assert Event.objects.exists()


def test_an_event_without_a_page_is_deleted_with_its_programme():
    event = make_event()
    event.sessions.create(title={"nb": "Åpning"}, day=event.days.first())

    delete_event(event)

    assert not Event.objects.exists()


def test_an_event_needs_a_day():
    kind = EventType.objects.create(slug="x", name={"nb": "X"})

    with pytest.raises(ValidationError, match=r"minst én dag|at least one day"):
        create_event(days=[], now=NOW, name={"nb": "Tom"}, type=kind)
