"""Calendar text: five foreign readers see what was meant, whatever people type."""

import datetime as dt
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nsr_events.calendars import ics
from nsr_events.calendars.ics import CalendarHead, Entry, etag, write_calendar, write_entry

from .octets import complaints, unfolded, values
from .readers import READERS, Seen, agreed, require_libical

HEAD = CalendarHead(name="Arrangementer, Tromsø", zone="Europe/Oslo", url="https://example.no/arrangementer/")


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def entry(**changes):
    """An ordinary entry of one hour in June 2027."""
    facts = {
        "uid": "7a1c1f5e-52a5-4f0e-9f37-0f5c8f2b0a01",
        "start": utc(2027, 6, 8, 7),
        "end": utc(2027, 6, 8, 8),
        "zone": "Europe/Oslo",
        "stamp": utc(2027, 1, 1, 12),
        "sequence": 0,
        "summary": "Samling",
    }
    return Entry(**{**facts, **changes})


def calendar(*entries):
    return write_calendar(HEAD, entries)


@pytest.mark.parametrize("name", READERS)
def test_every_reader_sees_an_ordinary_entry(name):
    if name == "libical":
        require_libical()
    seen = READERS[name](calendar(entry(summary="Sikkerhet på sjøen, «nå»; 😀")))
    assert seen == {
        entry().uid: Seen("2027-06-08T07:00:00Z", "2027-06-08T08:00:00Z", "Sikkerhet på sjøen, «nå»; 😀")
    }


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (utc(2027, 3, 27, 22), utc(2027, 3, 28, 2)),  # over the night summer time begins
        (utc(2027, 3, 28, 0, 30), utc(2027, 3, 28, 1, 30)),
        (utc(2027, 3, 28, 1), utc(2027, 3, 28, 1, 30)),
        (utc(2027, 10, 30, 22), utc(2027, 10, 31, 4)),  # over the night it ends
        (utc(2027, 10, 31, 0, 30), utc(2027, 10, 31, 1, 30)),  # 02:30 to 02:30
        (utc(2027, 10, 31, 1), utc(2027, 10, 31, 2)),
        (utc(2027, 10, 29, 7), utc(2027, 10, 29, 15)),
        (utc(2027, 3, 29, 7), utc(2027, 3, 29, 15)),
    ],
)
@pytest.mark.parametrize(
    "zone", ["Europe/Oslo", "America/New_York", "Asia/Kathmandu", "America/Santiago", "UTC"]
)
def test_all_readers_agree_on_the_instants_around_the_changes_of_2027(zone, start, end):
    data = calendar(entry(zone=zone, start=start, end=end))
    seen = agreed(data)[entry().uid]
    assert (seen.start, seen.end) == (f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{end:%Y-%m-%dT%H:%M:%SZ}")
    assert complaints(data) == []


def test_three_days_are_dates_with_an_exclusive_end():
    data = calendar(entry(start=dt.date(2027, 6, 8), end=dt.date(2027, 6, 11), transparent=True))
    assert "DTSTART;VALUE=DATE:20270608" in unfolded(data)
    assert "DTEND;VALUE=DATE:20270611" in unfolded(data)
    assert "TRANSP:TRANSPARENT" in unfolded(data)
    assert agreed(data)[entry().uid][:2] == ("2027-06-08", "2027-06-11")
    assert b"VTIMEZONE" not in data


HOSTILE = [
    "Navn\r\nATTENDEE:mailto:x@example.com\r\nX: y",
    "BEGIN:VEVENT\nEND:VCALENDAR",
    "nul\x00 bell\x07 nel\x85 ls\u2028ps\u2029 del\x7f",
    "lone \ud800 surrogate",
    "quotes \" and ' and ;,\\ and \\n and \\\\N and :",
    "<script>alert(1)</script> & <b>",
    "\u202eright to left\u202c שלום",
    "e\u0301 composed",
    "=HYPERLINK(1)",
    "{{ template }} {% tag %} %s %(x)s",
    "👩‍👩‍👧‍👦" * 40,
    "å" * 2000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    plain = calendar(entry(description="x", location="x", categories=("x",)))
    data = calendar(entry(summary=text, description=text, location=text, categories=(text,)))
    assert complaints(data) == []
    assert [line.split(":")[0] for line in unfolded(data)] == [line.split(":")[0] for line in unfolded(plain)]
    assert agreed(data)[entry().uid].title == ics.shorten(ics.one_line(text), 255)


@given(st.text(min_size=1, max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_title_reads_back_as_it_was_cleaned(text):
    wanted = ics.shorten(ics.one_line(text), 255)
    data = calendar(entry(summary=text, description=text, location=text))
    assert complaints(data) == []
    if wanted:
        assert READERS["icalendar"](data)[entry().uid].title == wanted


def test_hints_for_line_breaks_in_page_titles_are_left_out():
    data = calendar(entry(summary="Sikkerhets\u00adkonferansen"))
    assert agreed(data)[entry().uid].title == "Sikkerhetskonferansen"


def test_a_calendar_name_cannot_break_out():
    head = CalendarHead(
        name="A\r\nATTENDEE:x, y; z", description="B\nMETHOD:REQUEST\u2028C", zone="Europe/Oslo"
    )
    data = write_calendar(head, [entry()])
    assert complaints(data) == []
    assert values(data, "NAME") == values(data, "X-WR-CALNAME") == ["A ATTENDEE:x\\, y\\; z"]
    assert values(data, "X-WR-CALDESC") == ["B\\nMETHOD:REQUEST\\nC"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "https://x.no/\r\nATTENDEE:mailto:x",
        "https://x.no/a b",
        "ftp://x.no",
        "https://",
        "x" * 99,
    ],
)
def test_an_address_that_is_none_is_left_out(address):
    data = calendar(entry(url=address, image=address, conference=address))
    assert complaints(data) == []
    for name in ("URL", "IMAGE", "CONFERENCE"):
        assert values(data, name)[name == "URL" :] == []


def test_addresses_keep_their_reserved_characters_and_become_ascii():
    data = calendar(entry(url="https://example.no/møte/?a=1,2;3&b=%20"))
    assert values(data, "URL")[1:] == ["https://example.no/m%C3%B8te/?a=1,2;3&b=%20"]


def test_every_property_has_the_form_the_readers_ask_for():
    data = calendar(
        entry(
            sequence=4,
            status="CANCELLED",
            description="Første linje\nandre; linje",
            location="Clarion Hotel, Trondheim",
            geo=(63.44, 10.4025),
            url="https://example.no/samling/",
            categories=("Konferanse, stor", "Nord"),
            image="https://example.no/bilde.jpg",
            conference="https://example.no/strøm",
            related_to="7a1c1f5e-52a5-4f0e-9f37-0f5c8f2b0a02",
        )
    )
    lines = unfolded(data)
    for line in [
        "UID:7a1c1f5e-52a5-4f0e-9f37-0f5c8f2b0a01",
        "DTSTAMP:20270101T120000Z",
        "LAST-MODIFIED:20270101T120000Z",
        "SEQUENCE:4",
        "DTSTART;TZID=Europe/Oslo:20270608T090000",
        "DTEND;TZID=Europe/Oslo:20270608T100000",
        "TRANSP:OPAQUE",
        "STATUS:CANCELLED",
        "DESCRIPTION:Første linje\\nandre\\; linje",
        "LOCATION:Clarion Hotel\\, Trondheim",
        "GEO:63.44;10.4025",
        "URL:https://example.no/samling/",
        "CATEGORIES:Konferanse\\, stor,Nord",
        "IMAGE;VALUE=URI;DISPLAY=BADGE:https://example.no/bilde.jpg",
        "CONFERENCE;VALUE=URI:https://example.no/str%C3%B8m",
        "RELATED-TO:7a1c1f5e-52a5-4f0e-9f37-0f5c8f2b0a02",
    ]:
        assert line in lines
    assert agreed(data)


def test_the_calendar_begins_as_specified():
    head = CalendarHead(
        name="Program", description="Alt", zone="Europe/Oslo", url="https://x.no/", source="https://x.no/p.ics",
        refresh_hours=1,
    )  # fmt: skip
    assert unfolded(write_calendar(head, [])) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//nsr_events//nsr_events//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Program",
        "X-WR-CALNAME:Program",
        "DESCRIPTION:Alt",
        "X-WR-CALDESC:Alt",
        "X-WR-TIMEZONE:Europe/Oslo",
        "URL:https://x.no/",
        "SOURCE;VALUE=URI:https://x.no/p.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "END:VCALENDAR",
    ]


def test_a_calendar_without_entries_is_read_by_all():
    assert agreed(calendar()) == {}


def test_a_method_is_written_only_where_a_site_asks_for_it():
    assert values(calendar(entry()), "METHOD") == []
    assert values(write_calendar(CalendarHead(name="x", method="PUBLISH"), []), "METHOD") == ["PUBLISH"]


def test_long_texts_are_cut_but_the_address_at_the_end_stays():
    text = ics.describe("æ" * 5000, last_lines=["https://example.no/samling/"])
    assert len(text) == 2000
    assert text.endswith("…\n\nhttps://example.no/samling/")


def test_an_entry_that_cannot_be_written_is_left_out_and_the_rest_lives(caplog):
    backwards = entry(uid="backwards", end=utc(2027, 6, 8, 6))
    mixed = entry(uid="mixed", end=dt.date(2027, 6, 9))
    nowhere = entry(uid="nowhere", zone="Mars/Olympus")
    with caplog.at_level(logging.ERROR):
        data = calendar(backwards, mixed, nowhere, entry())
    assert list(agreed(data)) == [entry().uid]
    assert [record.args[0] for record in caplog.records] == ["backwards", "mixed", "nowhere"]


def test_entries_stand_by_start_and_uid_whatever_the_order_they_came_in():
    first, second, third = entry(uid="a"), entry(uid="b"), entry(uid="0", start=utc(2027, 6, 8, 7, 30))
    assert calendar(third, second, first) == calendar(first, second, third)
    assert values(calendar(third, second, first), "UID") == ["a", "b", "0"]


def test_an_entry_alone_gives_the_bytes_it_has_in_its_calendar():
    one = entry(description="å" * 300, geo=(1.5, 2.5), image="https://x.no/a.png")
    assert write_entry(one) in calendar(one, entry(uid="b"))


def test_the_tag_changes_with_everything_that_shows_and_with_nothing_else():
    tag = etag(HEAD, [entry()])
    elsewhere = dt.datetime(2027, 6, 8, 9, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert etag(HEAD, [entry(start=elsewhere)]) == tag
    assert etag(HEAD, [entry(summary="Ny tittel")]) != tag
    assert etag(HEAD, [entry(stamp=utc(2027, 1, 2))]) != tag
    assert etag(CalendarHead(name="Annet"), [entry()]) != tag
    assert etag(HEAD, []) != tag
    assert tag.startswith('"')


def test_the_tag_is_made_without_writing_anything(monkeypatch):
    monkeypatch.setattr(ics, "write_entry", lambda entry: pytest.fail("wrote"))
    assert etag(HEAD, [entry()])
