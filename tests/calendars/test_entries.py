"""What an event's entries hold."""

import datetime as dt

import pytest

from nsr_events.calendars.entries import event_entries, with_facts
from nsr_events.core.events import change_status, save_facts
from nsr_events.core.models import Event, EventDay, EventDayHost, Organisation, Venue
from nsr_events.core.presentations import Presentation

from .conftest import make_event, make_organiser, make_region

pytestmark = pytest.mark.django_db

SHOWN = Presentation(
    title="Samling i nord",
    summary="Tre dager om sikkerhet.",
    url="https://example.no/samling/",
    language="nb",
)


def entries_of(event, *, shown=SHOWN, language="en"):
    return event_entries(with_facts(Event.objects.filter(pk=event.pk)).get(), shown, language)


def only_entry(event, **kwargs):
    (entry,) = entries_of(event, **kwargs)
    return entry


def test_an_event_of_one_day_has_its_hours():
    event = make_event()
    entry = only_entry(event)
    assert entry.uid == str(event.uid)
    assert entry.start == dt.datetime(2027, 6, 8, 7, tzinfo=dt.UTC)
    assert entry.end == dt.datetime(2027, 6, 8, 14, tzinfo=dt.UTC)
    assert not entry.transparent


def test_an_evening_may_end_after_midnight():
    entry = only_entry(make_event(hours=("18:00", "02:00")))
    assert entry.end - entry.start == dt.timedelta(hours=8)


@pytest.mark.parametrize(
    ("date", "hours", "length"),
    [
        (dt.date(2027, 3, 27), ("22:00", "04:00"), 5),  # the short night
        (dt.date(2027, 10, 30), ("22:00", "04:00"), 7),  # the long one
        (
            dt.date(2027, 3, 28),
            ("02:30", "02:45"),
            1,
        ),  # a time that does not exist: one hour rather than less than none
    ],
)
def test_nights_when_the_clocks_change_have_their_true_length(date, hours, length):
    entry = only_entry(make_event(dates=(date,), hours=hours))
    assert dt.timedelta(0) < entry.end - entry.start <= dt.timedelta(hours=length)
    if hours[0] == "22:00":
        assert entry.end - entry.start == dt.timedelta(hours=length)


def test_three_days_in_a_row_are_one_span_of_dates():
    event = make_event(dates=(dt.date(2027, 6, 8), dt.date(2027, 6, 9), dt.date(2027, 6, 10)))
    entry = only_entry(event)
    assert (entry.start, entry.end, entry.transparent) == (dt.date(2027, 6, 8), dt.date(2027, 6, 11), True)
    assert "Tuesday 8\xa0June 09:00–16:00\nWednesday 9\xa0June" in entry.description


def test_days_with_gaps_are_an_entry_each_under_the_days_own_uid():
    mondays = (dt.date(2027, 9, 6), dt.date(2027, 9, 13), dt.date(2027, 9, 20))
    event = make_event(dates=mondays)
    found = entries_of(event)
    assert [entry.uid for entry in found] == [str(day.uid) for day in event.days.order_by("date")]
    assert [entry.start.date() for entry in found] == list(mondays)
    assert {entry.end - entry.start for entry in found} == {dt.timedelta(hours=7)}


def test_a_day_without_hours_is_a_whole_day():
    entry = only_entry(make_event(hours=(None, None)))
    assert (entry.start, entry.end) == (dt.date(2027, 6, 8), dt.date(2027, 6, 9))


def test_unknown_times_show_as_a_whole_day_and_are_not_mentioned():
    entry = only_entry(make_event(times_known=False))
    assert entry.start == dt.date(2027, 6, 8)
    assert "09:00" not in entry.description


def test_without_an_end_it_takes_an_hour():
    entry = only_entry(make_event(hours=("09:00", None)))
    assert entry.end - entry.start == dt.timedelta(hours=1)


def test_the_description_ends_with_the_address_and_names_hosts_themes_and_organisers(venue):
    event = make_event(dates=(dt.date(2027, 6, 8), dt.date(2027, 6, 9)), venue=venue)
    make_organiser(event)
    elsewhere = Venue.objects.create(name="Equinor", city="Stjørdal")
    first, second = event.days.order_by("date")
    EventDay.objects.filter(pk=second.pk).update(venue=elsewhere, theme='{"en": "At sea"}')
    EventDayHost.objects.create(day=second, organisation=Organisation.objects.create(name="Kystverket"))
    lines = only_entry(event).description.split("\n")
    assert lines == [
        "Tre dager om sikkerhet.",
        "",
        "Tuesday 8\xa0June 09:00–16:00",
        "Wednesday 9\xa0June 09:00–16:00 · At sea · Host: Kystverket · Equinor, Stjørdal",
        "",
        "Organiser: Næringslivets sikkerhetsråd",
        "",
        "https://example.no/samling/",
    ]
    assert first.venue is None


def test_place_coordinates_and_words_are_filled_in(venue):
    event = make_event(venue=venue, region=make_region())
    make_organiser(event)
    entry = only_entry(event)
    assert entry.location == "Clarion Hotel; Trondheim, Brattørkaia 1, 7010 Trondheim"
    assert entry.geo == (63.44, 10.4025)
    assert entry.categories == ("Samling", "Nord", "Næringslivets sikkerhetsråd")
    assert entry.url == "https://example.no/samling/"


def test_the_link_to_take_part_stands_only_where_it_is_for_everyone():
    link = "https://video.example.no/rom?k=1"
    closed = only_entry(make_event(online_url=link))
    assert link not in closed.description
    assert closed.conference == ""
    opened = only_entry(make_event(online_url=link, online_open=True))
    assert opened.conference == link
    assert link in opened.description


def test_an_event_moved_online_gives_up_its_place(venue, now):
    event = make_event(venue=venue)
    change_status(event, Event.Status.MOVED_ONLINE, now=now)
    entry = only_entry(event)
    assert (entry.location, entry.geo, entry.status) == ("Online", None, "CONFIRMED")


@pytest.mark.parametrize(
    ("status", "written", "title"),
    [
        ("planned", "TENTATIVE", "Samling i nord"),
        ("confirmed", "CONFIRMED", "Samling i nord"),
        ("cancelled", "CANCELLED", "CANCELLED: Samling i nord"),
        ("postponed", "CANCELLED", "POSTPONED: Samling i nord"),
    ],
)
def test_the_status_is_told_in_the_field_and_in_the_title(status, written, title):
    entry = only_entry(make_event(status=status))
    assert (entry.status, entry.summary) == (written, title)


@pytest.mark.parametrize(
    ("status", "language", "title"),
    [
        ("cancelled", "nb", "AVLYST: Samling i nord"),
        ("postponed", "nb", "UTSATT: Samling i nord"),
        ("postponed", "nn", "UTSETT: Samling i nord"),
    ],
)
def test_the_word_before_the_title_is_in_the_feeds_language(status, language, title):
    assert only_entry(make_event(status=status), language=language).summary == title


def test_without_a_public_page_it_has_its_own_name_and_no_address():
    entry = only_entry(make_event("Lukket samling"), shown=None)
    assert (entry.summary, entry.url) == ("Lukket samling", "")


def test_a_material_change_raises_the_sequence_by_one_and_a_new_contact_does_not(venue, now):
    event = make_event()
    assert only_entry(event).sequence == 0
    event.contact_name = "Kari"
    save_facts(event, now=now)
    assert only_entry(event).sequence == 0
    event.venue = venue
    save_facts(event, now=now)
    assert only_entry(event).sequence == 1


def test_the_same_rows_give_the_same_entries_in_a_constant_number_of_queries(
    django_assert_num_queries, venue
):
    for number in range(12):
        make_organiser(make_event(f"Samling {number}", venue=venue), name=f"Vert {number}")
    for most in (2, 12):
        with django_assert_num_queries(4):
            for event in with_facts(Event.objects.filter(pk__in=Event.objects.values("pk")[:most])):
                event_entries(event, SHOWN, "nb")
