"""Real clients against a live server: vdirsyncer and khal subscribe, a CalDAV server takes each file."""

import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.core import mail

from nsr_events.outbox import delivery
from nsr_events.programme.sessions import get_session, place
from tests.factories import NOW, open_registration, register

from .conftest import add_session, make_event, make_page, release
from .readers import agreed, by_icalendar

HOUR = dt.timedelta(hours=1)
UNCHANGED = (set(), set())
AT_1130 = "2027-06-08T09:30:00Z"
BIN = Path(sys.executable).parent


def program(name):
    """The path of a client, or a skip that names it."""
    found = BIN / name
    if not found.exists():
        pytest.skip(f"{name} is not installed")
    return str(found)


def run(*command, env=None):
    """Run a client and return what it printed; fail with its complaint."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Subscription:
    """vdirsyncer keeping a folder in step with a feed; ``sync`` tells which entries went and which came.

    It names entries of feeds by their content, so that an entry that changed goes and comes.
    """

    def __init__(self, folder, address):
        self.files = folder / "calendar"
        self.files.mkdir()
        self.config = folder / "vdirsyncer.conf"
        self.config.write_text(
            f"""
[general]
status_path = "{folder}/status/"
[pair feed]
a = "remote"
b = "local"
collections = null
[storage remote]
type = "http"
url = "{address}"
[storage local]
type = "filesystem"
path = "{self.files}"
fileext = ".ics"
"""
        )
        self.command = [program("vdirsyncer"), "-c", str(self.config)]
        run(*self.command, "discover")

    def sync(self):
        before = self.contents()
        run(*self.command, "sync")
        after = self.contents()
        return {title_and_start(data) for data in before - after}, {
            title_and_start(data) for data in after - before
        }

    def contents(self):
        return {file.read_bytes() for file in self.files.iterdir()}


def title_and_start(data):
    """Of the one entry in a file."""
    (seen,) = by_icalendar(data).values()
    return seen.title, seen.start


def khal_lists(folder, files):
    """What khal shows of three days in June 2027, a line an entry."""
    config = folder / "khal.conf"
    config.write_text(
        f"""
[calendars]
[[feed]]
path = {files}
[locale]
local_timezone = Europe/Oslo
default_timezone = Europe/Oslo
timeformat = %H:%M
dateformat = %d.%m.
longdateformat = %d.%m.%Y
datetimeformat = %d.%m. %H:%M
longdatetimeformat = %d.%m.%Y %H:%M
[sqlite]
path = {folder}/khal.db
"""
    )
    env = {"HOME": str(folder), "LC_ALL": "C.UTF-8"}
    look = ["list", "--format", "{start-time}|{title}", "--day-format", "", "08.06.2027", "3d"]
    listing = run(program("khal"), "-c", str(config), *look, env=env)
    return listing.splitlines()


@pytest.mark.django_db(transaction=True)
def test_a_subscriber_is_told_of_exactly_what_was_released(site, venue, live_server, tmp_path, now):
    dates = tuple(dt.date(2027, 6, day) for day in (8, 9, 10))
    event = make_event("Samling", dates=dates, venue=venue)
    page = make_page(event, site["nb"])
    add_session(event, "Åpning på sjøen, «nå»; 😀")
    lunch = add_session(event, "Lunsj", start="11:30", kind="meal")
    release(event)
    subscription = Subscription(tmp_path, f"{live_server.url}{page.get_url()}programme.ics")
    assert subscription.sync() == (
        set(),
        {("Åpning på sjøen, «nå»; 😀", "2027-06-08T07:00:00Z"), ("Lunsj", AT_1130)},
    )
    assert subscription.sync() == UNCHANGED
    assert [line.split("|") for line in khal_lists(tmp_path, subscription.files) if line] == [
        ["09:00", "Åpning på sjøen, «nå»; 😀"],
        ["11:30", "Lunsj"],
    ]

    version = get_session(event, lunch.uid).version
    place(event, lunch.uid, version=version, day=str(lunch.day.uid), start="12:00", now=now + HOUR)
    assert subscription.sync() == UNCHANGED
    release(event, now=now + 2 * HOUR)
    assert subscription.sync() == ({("Lunsj", AT_1130)}, {("Lunsj", "2027-06-08T10:00:00Z")})
    assert ["12:00", "Lunsj"] in [line.split("|") for line in khal_lists(tmp_path, subscription.files)]


@pytest.mark.django_db(transaction=True)
def test_a_subscriber_of_the_index_sees_three_days_as_three_days(site, venue, live_server, tmp_path):
    dates = tuple(dt.date(2027, 6, day) for day in (8, 9, 10))
    make_page(make_event("Samling", dates=dates, venue=venue), site["nb"])
    subscription = Subscription(tmp_path, f"{live_server.url}/arrangementer/calendar.ics")
    assert subscription.sync() == (set(), {("Samling", "2027-06-08")})
    assert subscription.sync() == UNCHANGED
    shown = [line.split("|")[1] for line in khal_lists(tmp_path, subscription.files) if line]
    assert len(shown) == 3
    assert all("Samling" in title for title in shown)


@pytest.fixture
def caldav(tmp_path):
    """The address of a CalDAV server's empty collection."""
    pytest.importorskip("radicale", reason="radicale is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--config", "", "--auth-type", "none", "--server-hosts", f"127.0.0.1:{port}"]
    store = ["--storage-filesystem-folder", str(tmp_path / "radicale")]
    server = subprocess.Popen(
        [sys.executable, "-m", "radicale", *options, *store],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(100):
            try:
                urllib.request.urlopen(f"{address}/.web/", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        ask(f"{address}/test/calendar/", "MKCALENDAR")
        yield f"{address}/test/calendar"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(tmp_path / "radicale", ignore_errors=True)


def ask(address, method, body=None):
    """One request as user "test"; returns status and body, raises for an error."""
    headers = {"Authorization": "Basic dGVzdDp0ZXN0", "Content-Type": "text/calendar; charset=utf-8"}
    request = urllib.request.Request(address, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.status, response.read()


@pytest.mark.django_db
def test_each_file_can_be_put_on_a_caldav_server(site, venue, client, caldav):
    dates = tuple(dt.date(2027, 6, day) for day in (8, 9, 10))
    event = make_event("Samling æøå", dates=dates, venue=venue)
    page = make_page(event, site["nb"])
    sessions = [
        add_session(event, f"Økt; {n}, 😀", start=f"{9 + n}:00", abstract={"nb": "å" * 2000})
        for n in range(3)
    ]
    release(event)
    names = ["calendar.ics", *(f"sessions/{session.uid}.ics" for session in sessions)]
    for number, name in enumerate(names):
        data = client.get(page.get_url() + name).content
        status, _body = ask(f"{caldav}/{number}.ics", "PUT", data)
        assert status == 201
        _status, stored = ask(f"{caldav}/{number}.ics", "GET")
        assert agreed(stored) == agreed(data)


@pytest.mark.django_db
@pytest.mark.parametrize("invites", [True, False])
def test_the_entry_in_a_mail_can_be_put_on_a_caldav_server(site, venue, caldav, settings, invites):
    """As a program stores what came by mail: an object in a store has no METHOD (RFC 4791, section 4.1)."""
    organizer = settings.DEFAULT_FROM_EMAIL if invites else None
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "ICAL_ORGANIZER": organizer}
    dates = tuple(dt.date(2027, 6, day) for day in (8, 9, 11))
    event = make_event("Samling æøå; 😀", dates=dates, venue=venue)
    make_page(event, site["nb"])
    open_registration(event)
    register(event)
    for _mail in range(2):  # the second run of days has a mail of its own
        delivery.drain(clock=lambda: NOW)
    files = [
        content if isinstance(content, bytes) else content.encode()
        for message in mail.outbox
        for _name, content, kind in message.attachments
        if kind.partition(";")[0] in {"application/ics", "text/calendar"}
    ]
    assert len(files) == 2
    assert [b"METHOD:REQUEST" in data for data in files] == [invites] * 2
    for number, data in enumerate(files):
        kept = data.replace(b"METHOD:REQUEST\r\n", b"")
        status, _body = ask(f"{caldav}/{number}.ics", "PUT", kept)
        assert status == 201
        _status, stored = ask(f"{caldav}/{number}.ics", "GET")
        assert agreed(stored) == agreed(kept)
