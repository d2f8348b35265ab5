"""Foreign readers of calendars: what each of five parsers sees in the same bytes.

Each function takes a calendar's bytes and returns ``{uid: Seen}``. Moments are ISO texts: a date, or an
instant in UTC, so that readings compare across libraries; a floating time ends in "floating".
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent
ICAL_JS = HERE / "vendor" / "ical.es5.min.cjs"
LIBICAL_READER = HERE / "libical_reader.c"


class Seen(NamedTuple):
    """What a reader understood of one entry."""

    start: str
    end: str
    title: str


def by_icalendar(data: bytes) -> dict[str, Seen]:
    """The library that wrote it, reading."""
    import icalendar

    calendar = icalendar.Calendar.from_ical(data)
    assert not [error for part in calendar.walk() for error in getattr(part, "errors", [])]
    return {
        str(event["UID"]): Seen(_text(event.start), _text(event.end), str(event["SUMMARY"]))
        for event in calendar.walk("VEVENT")
    }


def by_vobject(data: bytes) -> dict[str, Seen]:
    """The parser behind Radicale and many CalDAV tools."""
    import vobject

    calendar = vobject.readOne(data.decode())
    # vobject wants at least one component in a calendar.
    assert not list(calendar.components()) or calendar.validate(raiseException=True)
    return {
        event.uid.value: Seen(_text(event.dtstart.value), _text(event.dtend.value), event.summary.value)
        for event in getattr(calendar, "vevent_list", [])
    }


def by_ical(data: bytes) -> dict[str, Seen]:
    """Home Assistant's parser."""
    from ical.calendar_stream import IcsCalendarStream

    calendar = IcsCalendarStream.calendar_from_ics(data.decode())
    return {
        event.uid: Seen(_text(event.dtstart), _text(event.dtend), event.summary) for event in calendar.events
    }


def by_ical_js(data: bytes) -> dict[str, Seen]:
    """Thunderbird's and Nextcloud's parser, in V8."""
    context = _javascript()
    context.eval(_READ_JS)
    rows = json.loads(context.call("readCalendar", data.decode()))
    return {uid: Seen(*row) for uid, *row in rows}


def by_libical(data: bytes) -> dict[str, Seen]:
    """Evolution's and KOrganizer's parser, through a small C program; its own check must be silent."""
    with tempfile.NamedTemporaryFile(suffix=".ics") as file:
        file.write(data)
        file.flush()
        # A zone far away, so that a floating time shows.
        env = {**os.environ, "TZ": "America/New_York"}
        output = subprocess.run(
            [_libical_binary(), file.name], capture_output=True, check=True, env=env
        ).stdout
    answer = json.loads(output)
    assert answer["errors"] == []
    return {uid: Seen(*row) for uid, *row in answer["events"]}


READERS = {
    "icalendar": by_icalendar,
    "vobject": by_vobject,
    "ical": by_ical,
    "ical.js": by_ical_js,
    "libical": by_libical,
}


def agreed(data: bytes) -> dict[str, Seen]:
    """Return what all readers that can run here see, after asserting that they see the same.

    At least four of the five always run: libical needs a C compiler and its headers.
    """
    names = [name for name in READERS if name != "libical" or libical_missing() is None]
    readings = {name: READERS[name](data) for name in names}
    first = readings["icalendar"]
    for name, reading in readings.items():
        assert reading == first, name
    return first


def libical_missing() -> str | None:
    """Say why libical cannot take part here, None when it can."""
    if not _compiler():
        return "libical reader: no C compiler (cc)"
    return None if _libical_binary() else "libical reader: libical-dev is not installed"


def require_libical() -> None:
    """Skip the test, by name, where libical cannot take part."""
    if reason := libical_missing():
        pytest.skip(reason)


def _text(moment: dt.date) -> str:
    if not isinstance(moment, dt.datetime):
        return moment.isoformat()
    if moment.tzinfo is None:
        return f"{moment.isoformat()} floating"
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@functools.cache
def _javascript():
    from py_mini_racer import MiniRacer

    context = MiniRacer()
    context.eval(ICAL_JS.read_text())
    return context


def _compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


@functools.cache
def _libical_binary() -> str | None:
    binary = Path(tempfile.mkdtemp(prefix="nsr-events-libical-")) / "reader"
    command = [_compiler(), "-O1", "-o", str(binary), str(LIBICAL_READER), "-lical"]
    return str(binary) if subprocess.run(command, capture_output=True, check=False).returncode == 0 else None


_READ_JS = """
function readCalendar(text) {
  const root = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of root.getAllSubcomponents("vtimezone"))
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  const iso = (time) => {
    if (time.isDate) return time.toString();
    if (time.zone === ICAL.Timezone.localTimezone) return time.toString() + " floating";
    return new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");
  };
  return JSON.stringify(root.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return [event.uid, iso(event.startDate), iso(event.endDate), event.summary];
  }));
}
"""
