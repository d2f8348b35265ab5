"""Each public state and each rule says one sentence, to the public and to the organiser."""

import datetime as dt

import pytest

from nsr_events.core.events import change_status
from nsr_events.core.models import Event
from nsr_events.registration import sentences
from nsr_events.registration.counting import state_of
from nsr_events.registration.models import ParticipantCategory, RegistrationSetup
from nsr_events.registration.room import Limit, LimitKind
from nsr_events.registration.state import Name, PublicState, Rule
from tests.factories import NOW, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event("Samling", days=2)


def setup_of(event, **values):
    RegistrationSetup.objects.filter(event=event).update(**values)
    return RegistrationSetup.objects.select_related("event").get(event=event)


def told(event, *, now=NOW, language="nb", **values):
    setup = setup_of(event, **values)
    event = Event.objects.select_related("registration_setup").get(pk=event.pk)
    state = state_of(event, now=now)
    return (
        str(sentences.public_sentence(state, event, setup, language)),
        sentences.organiser_sentence(state, event, setup, language),
    )


OPEN = {"mode": "open", "opens": NOW - dt.timedelta(days=1)}


def test_a_closed_group_is_named_to_the_organiser_with_the_field_that_closed_it(event):
    category = event.categories.get()
    ParticipantCategory.objects.filter(pk=category.pk).update(
        name={"nb": "Presse"}, closes=dt.datetime(2027, 3, 3, 11, tzinfo=dt.UTC)
    )
    public, cause = told(event, now=dt.datetime(2027, 3, 4, tzinfo=dt.UTC), language="en", **OPEN)
    assert public == "Registration closed 3\u00a0March\u00a02027 12:00."
    assert "Presse" in cause.words
    assert "3\u00a0March\u00a02027 12:00" in cause.words
    assert (cause.screen, cause.field, cause.row) == ("category", "closes", category.pk)


def test_the_words_of_a_pause_stand_in_place_of_ours(event):
    public, cause = told(event, **OPEN, paused=True, paused_text={"nb": "Vi venter på rommet."})
    assert public == "Vi venter på rommet."
    assert cause.field == "paused"


def test_a_pause_in_another_language_says_which(event):
    setup = setup_of(event, **OPEN, paused=True, paused_text={"nb": "Vi venter på rommet."})
    state = state_of(setup.event, now=NOW)
    assert sentences.public_sentence(state, event, setup, "en").lang == "nb"


def test_no_opening_date_is_never_called_open(event):
    public, cause = told(event, mode="open", opens=None, language="en")
    assert public == "We have not decided yet when registration opens."
    assert cause.field == "opens"


def test_the_last_seats_are_counted_in_words(event):
    public, cause = told(event, **OPEN, capacity=3, language="en")
    assert public == "Only three seats left."
    assert cause.field == "few_left"


def test_a_cancelled_and_a_postponed_event_have_words_of_their_own(event):
    change_status(event, "postponed", now=NOW)
    postponed, _cause = told(event, **OPEN, language="en")
    change_status(event, "cancelled", now=NOW)
    cancelled, cause = told(event, **OPEN, language="en")
    assert cancelled == "The event is cancelled."
    assert postponed.startswith("The event is postponed.")
    assert cause.screen == "status"


LIMITS = [
    Limit(LimitKind.EVENT),
    Limit(LimitKind.CATEGORY, 1),
    Limit(LimitKind.DAY, 1),
    Limit(LimitKind.QUEUE),
]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("rule", Rule)
@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_every_rule_can_be_said_in_every_language(event, rule, language, limit):
    params = {"at": NOW, "category": event.categories.get().pk, "limit": limit, "waiting": 4, "left": 14}
    state = PublicState(Name.CLOSED, rule, params)
    setup = event.registration_setup
    assert str(sentences.public_sentence(state, event, setup, language)).endswith(".")
    assert sentences.organiser_sentence(state, event, setup, language).words.endswith(".")
