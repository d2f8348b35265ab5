"""The registration of our presets: each makes an event that could open, and none opens by itself."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from nsr_events.core.copying import event_parts
from nsr_events.core.presets import apply_preset, presets, problems
from nsr_events.registration.counting import state_of
from nsr_events.registration.models import RegistrationSetup
from nsr_events.registration.questions import as_form, problems_of
from nsr_events.registration.state import Name
from tests.factories import NOW, make_event

pytestmark = pytest.mark.django_db

NAMES = ["samling", "sikkerhetskonferanse", "apning", "webinar"]


def made(name, **facts):
    preset = presets()[name]
    event = make_event(
        "Ny", date=dt.date(2027, 9, 28), days=preset.number_of_days, hours=(None, None), **facts
    )
    apply_preset(event, preset, now=NOW)
    return event, RegistrationSetup.objects.select_related("event").get(event=event)


def part(key):
    return next(each for each in event_parts() if each.key == key)


def test_ours_are_without_mistake():
    assert problems() == []


@pytest.mark.parametrize("name", NAMES)
def test_none_opens_by_itself(name):
    _event, setup = made(name)
    assert setup.opens is None
    assert state_of(setup.event, now=NOW).state in {Name.NOT_OPEN, Name.INVITED}


@pytest.mark.parametrize("name", NAMES)
def test_the_form_keeps_its_own_rules(name):
    event, _setup = made(name)
    assert problems_of(as_form(event.questions.all())) == []


def test_the_gathering_closes_a_week_before_at_noon_in_the_events_zone():
    event, setup = made("samling")
    assert setup.closes.astimezone(event.zone).isoformat() == "2027-09-21T12:00:00+02:00"
    assert (setup.mode, setup.days, setup.sensitive_kept, setup.identity_kept) == (
        "invited",
        "choose",
        7,
        180,
    )


def test_the_gathering_asks_for_hotel_nights_only_of_those_who_need_a_room_and_keeps_diet_apart():
    event, _setup = made("samling")
    asked = {str(each.label): each for each in event.questions.all()}
    nights, room = asked["Natten etter hvilke dager?"], asked["Trenger du hotellrom?"]
    assert nights.condition == {"source": room.key, "values": ["yes"]}
    assert asked["Hva må kjøkkenet vite?"].sensitive
    assert not room.sensitive


def test_the_conferences_groups_share_the_seats_but_for_the_crew():
    event, setup = made("sikkerhetskonferanse")
    groups = {each.key: each for each in event.categories.all()}
    assert list(groups) == ["company", "public", "partner", "crew"]
    assert [key for key, each in groups.items() if not each.uses_event_seats] == ["crew"]
    assert setup.waiting_list == "offer"


def test_the_opening_asks_three_things():
    _event, setup = made("apning")
    asked = [setup.ask_organisation, setup.ask_job_title, setup.ask_mobile, setup.ask_badge_name]
    assert asked == ["off"] * 4
    assert set(setup.privacy_text.data) == {"nb", "nn", "en"}
    assert setup.identity_kept == 14


def test_the_online_seminar_proves_the_address_first():
    _event, setup = made("webinar")
    assert setup.verify_email


def test_two_events_of_one_preset_have_keys_of_their_own():
    one, _setup = made("samling")
    other, _setup = made("samling")
    keys = [{each.key for each in event.questions.all()} for event in (one, other)]
    assert not keys[0] & keys[1]


def test_a_condition_may_name_an_option_by_its_number_and_a_day_by_its_own():
    event = make_event("Kurs", days=2)
    part("questions").apply_preset(
        event,
        [
            {
                "id": "way",
                "kind": "one",
                "label": {"nb": "Hvordan?"},
                "options": [{"nb": "Tog"}, {"nb": "Fly"}],
            },
            {"kind": "text", "label": {"nb": "Avgang?"}, "shown_when": {"source": "way", "values": [2]}},
            {"kind": "text", "label": {"nb": "Bord?"}, "shown_when": {"source": "days", "values": [2]}},
        ],
        now=NOW,
        by=None,
    )
    way, plane, table = event.questions.all()
    assert plane.condition["values"] == [way.options[1]["key"]]
    assert table.condition["values"] == [str(event.days.last().uid)]


def test_a_condition_on_a_question_that_does_not_exist_is_refused():
    event = make_event("Kurs")
    wished = [{"kind": "text", "label": {"nb": "A"}, "shown_when": {"source": "nobody", "values": ["yes"]}}]
    with pytest.raises(ValidationError, match="nobody"):
        part("questions").apply_preset(event, wished, now=NOW, by=None)


def test_more_reserves_than_seats_are_refused():
    event = make_event("Kurs")
    part("registration").apply_preset(event, {"capacity": 10}, now=NOW, by=None)
    with pytest.raises(ValidationError):
        part("categories").apply_preset(event, [{"name": {"nb": "A"}, "reserved": 11}], now=NOW, by=None)
