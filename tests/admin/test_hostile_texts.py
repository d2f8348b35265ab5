"""One corpus through every text an editor may type and every output: a text stays a text.

Each output is drawn twice on the same database: with the hostile text, and with its twin, in which every sign
that some language of machines knows is a letter. Both must have the same elements and attributes, properties,
keys and entries, and show the text equally often.
"""

# ruff: noqa: F401, F811 - the fixture comes from the module beside

import csv
import datetime as dt
import io
import json
import re

import feedparser
import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from i18nfield.strings import LazyI18nString
from icalendar import Calendar
from lxml import etree
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from nsr_events.admin.pages import make_page
from nsr_events.core.events import change_status, save_days
from nsr_events.core.models import Event, EventDay, EventDayHost, EventOrganisation
from nsr_events.pages.blocks import body_blocks, related_blocks
from nsr_events.pages.reports import EventReportPage
from nsr_events.programme.models import Track
from nsr_events.programme.releases import release_programme
from tests.filling import Markup, fill, plain, twin
from tests.registration.asking import make_question

from .test_matrix import BULK, ROWS, address_of, matrix

MARKUP = "</script><img src=x onerror=alert(1)>\"'{{7*7}}"
CORPUS = {
    "markup": MARKUP,
    "script": "</script><script>alert(1)</script>",
    "attribute": "\" onmouseover='alert(1)' x=`",
    "template": "{{ 7*7 }}{% load x %}{# y #}",
    "cdata": "]]><b><!-- --><?xml version='1.0'?>",
    "entities": "&lt;script&gt; &amp;amp; &#60;b&#62;",
    "script link": "javascript:alert(1) www.ond.example",
    "web link": "http://ond.example/\"onclick='x' http://a.example",
    "calendar": "a\\n,b;c\\\r\nEND:VEVENT\r\nATTENDEE:x",
    "formula": "=cmd|' /C calc'!A1",
    "right to left": "\u202egnp.exe\u2066 <b>",
    "pictures": "👩‍👩‍👧‍👦 𝕳𝖊𝖎 <i>",
    "controls": "a\x0bb\x1b\ufffe<b>",
}  # fmt: skip
ADDRESS = "https://ond.example/\"><b>'onclick='{{7*7}}"


@pytest.fixture
def filled(matrix, settings, tmp_path):
    """The matrix's event with a page, report, track, partners, an open form; beside it a past and a postponed one."""
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    event = matrix.event
    days = list(event.days.all())
    for number, day in enumerate(days):
        day.date = now.date() + dt.timedelta(days=60 + number)
    save_days(event, days, now=now)
    EventDayHost.objects.create(day=days[0], organisation=matrix.organisation)
    for role in ("organiser", "partner"):
        EventOrganisation.objects.create(event=event, organisation=matrix.organisation, role=role)
    event.sessions.update(track=Track.objects.create(event=event, name={"nb": "Spor"}))
    event.region, event.series = matrix.region, matrix.series
    event.save()
    make_question(event, "one", options=["o_a"])
    setup = event.registration_setup
    setup.mode, setup.opens = "open", now - dt.timedelta(days=1)
    setup.save()
    change_status(event, "confirmed", now=now)
    change_status(matrix.foreign, "postponed", note={"nb": "Utsatt"}, now=now)
    matrix.neighbours = make_page(matrix.foreign, parent=matrix.index, by=matrix.boss)
    matrix.report = matrix.index.add_child(
        instance=EventReportPage(title="Slik var det", slug="slik", event=event, locale=matrix.index.locale)
    )
    matrix.media = {
        "image": get_image_model().objects.create(title="Bilde", file=get_test_image_file()),
        "document": get_document_model().objects.create(title="Ark", file=get_test_image_file("ark.png")),
        "page": matrix.report,
    }
    return matrix


def write(world, text, dress=str):
    """Fill everything as editors would, and let the world see it."""
    for medium in (world.media["image"], world.media["document"]):
        medium.title = dress(text)
        medium.save()
    assert fill(text, address=ADDRESS, media=world.media, dress=dress) > 90
    for question in world.event.questions.filter(kind="one"):
        question.options = [{"key": "o_a", "label": {"nb": dress(text)}}]
        question.save()
    note = LazyI18nString({"nb": dress(text), "en": dress(text)})
    release_programme(world.event, now=timezone.now(), by=world.boss, note=note)


def public_addresses(world):
    """Every public address of the index, the events and the report, by name."""
    index, page = world.index.get_url(), type(world.page).objects.get(pk=world.page.pk).url
    month = f"{timezone.now() + dt.timedelta(days=61):%Y-%m}"
    session, person = world.event.sessions.get(), world.person
    below = {
        "programme": "programme/", "filtered": "programme/?q=o&track=x", "changes": "programme/changes/",
        "changes.atom": "programme/changes.atom", "now": "programme/now.json", "session": f"sessions/{session.uid}/",
        "session.ics": f"sessions/{session.uid}.ics", "person": f"people/{person.uid}/", "page": "",
        "room": f"rooms/{world.room.uid}/", "event.ics": "calendar.ics", "programme.ics": "programme.ics",
        "form": "register/",
    }  # fmt: skip
    lists = {
        "index": "", "archive": "archive/", "month": f"month/{month}/", "feed.xml": "feed.xml",
        "index.ics": "calendar.ics", "found": "?q=o&type=x",
    }  # fmt: skip
    return {
        **{name: page + path for name, path in below.items()},
        **{name: index + path for name, path in lists.items()},
        "postponed": type(world.neighbours).objects.get(pk=world.neighbours.pk).url,
        "report": type(world.report).objects.get(pk=world.report.pk).url,
        "sitemap": "/sitemap.xml",
    }


def screens(world):
    """Every screen of ours in the admin, and Wagtail's around our pages."""
    ours = {route: address_of(route, world) for route, row in ROWS.items() if row.family != BULK}
    pages = [
        f"/admin/pages/{page.pk}/{tail}"
        for page in (world.page, world.report)
        for tail in ("edit/", "history/")
    ]
    return {
        **ours,
        **{address: address for address in [*pages, f"/admin/pages/{world.index.pk}/", "/admin/"]},
    }


def drawn(client, world, addresses, text, dress):
    """What every address answers when the text stands everywhere; nothing of it stays in the database."""
    with transaction.atomic():
        write(world, text, dress)
        cache.clear()
        answers = {name: client.get(url) for name, url in addresses(world).items()}
        found = {
            name: (answer.status_code, answer.get("Content-Type", ""), b"".join(answer))
            for name, answer in answers.items()
        }
        transaction.set_rollback(True)
    cache.clear()
    return found


def shape(kind, body):
    """What a machine makes of a body: elements, properties or keys, without the texts."""
    if kind.startswith("text/html"):
        return Markup(body).elements
    if kind.startswith("text/calendar"):
        calendar = Calendar.from_ical(body)
        return [(part.name, sorted(part)) for part in calendar.walk()]
    if "xml" in kind:
        return [(node.tag, sorted(node.attrib)) for node in etree.fromstring(body).iter()]
    if kind.startswith("application/json"):
        return keys(json.loads(body))
    return []


def keys(data):
    """The keys of a JSON document, and the kinds of its values."""
    if isinstance(data, dict):
        return {key: keys(value) for key, value in data.items()}
    return [keys(value) for value in data] if isinstance(data, list) else type(data).__name__


def wrong_links(found):
    """Addresses that run something."""
    return {link for link in found.links if link.strip().lower().startswith(RUNS)}


RUNS = ("javascript:", "data:text", "vbscript:")


def differences(hostile, harmless, text):
    """What one output made of a text that it did not make of the twin."""
    (status, kind, body), (other_status, _kind, other) = hostile, harmless
    if status != other_status or status >= 500:
        return [status, other_status]
    if shape(kind, body) != shape(kind, other):
        return ["another structure", *first_difference(shape(kind, body), shape(kind, other))]
    if not kind.startswith("text/html"):
        return []
    found, twins = Markup(body), Markup(other)
    counts = found.words.count(plain(text)), twins.words.count(plain(twin(text)))
    return [*wrong_links(found), *(counts if counts[0] != counts[1] and is_shown_whole(text) else [])]


def first_difference(one, other):
    """Where two structures part, to be read in a failure."""
    parted = (pair for pair in zip(one, other, strict=False) if pair[0] != pair[1])
    return next(parted, (len(one), len(other)))


def is_shown_whole(text):
    """Controls are taken out of a text when it is saved."""
    return not re.search("[\x00-\x1f\ufffe]", text.replace("\r\n", ""))


def assert_a_text_stays_a_text(client, world, addresses, text):
    hostile, harmless = (drawn(client, world, addresses, text, dress) for dress in (str, twin))
    wrong = {name: differences(hostile[name], harmless[name], text) for name in hostile}
    assert {name: found for name, found in wrong.items() if found} == {}
    return hostile


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
def test_a_text_stays_a_text_in_every_public_output(client, filled, text):
    found = assert_a_text_stays_a_text(client, filled, public_addresses, text)

    assert {status for status, _kind, _body in found.values()} == {200}
    bodies = {name: body for name, (_status, _kind, body) in found.items()}
    if is_shown_whole(text):
        assert Markup(bodies["page"]).words.count(plain(text)) > 20
        assert plain(text) in plain(Markup(bodies["session"]).data[0]["name"])
    assert_machines_read(bodies)


def assert_machines_read(bodies):
    """JSON-LD, Atom and calendars are whole."""
    for name in ("page", "programme", "session", "report"):
        assert len(Markup(bodies[name]).data) == 1, name
    for name in ("feed.xml", "changes.atom"):
        feed = feedparser.parse(bodies[name])
        assert not feed.bozo
        assert feed.entries
    for name in ("index.ics", "event.ics", "programme.ics", "session.ics"):
        assert Calendar.from_ical(bodies[name]).walk("VEVENT"), name


def test_a_text_stays_a_text_on_every_screen_of_the_workspace(client, filled):
    client.force_login(filled.boss)
    assert_a_text_stays_a_text(client, filled, screens, MARKUP)


def test_fifty_days_without_picture_or_hours_are_shown_everywhere(client, filled):
    """More than a form takes, as an import by hand might leave them."""
    last = filled.event.days.last().date
    EventDay.objects.bulk_create(
        EventDay(event=filled.event, date=last + dt.timedelta(days=number)) for number in range(1, 48)
    )
    fill("Dag", address="https://example.org/", media=filled.media)
    Event.objects.filter(pk=filled.event.pk).update(end=filled.event.end + dt.timedelta(days=47))
    release_programme(filled.event, now=timezone.now())

    assert filled.event.days.count() == 50
    for name, address in public_addresses(filled).items():
        assert client.get(address).status_code == 200, name


def test_no_export_of_the_admin_holds_a_formula(client, filled):
    client.force_login(filled.boss)
    write(filled, CORPUS["formula"])
    response = client.get("/admin/events/?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))

    assert len(rows) > 2
    assert [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")] == []


def test_no_address_that_runs_something_is_taken_anywhere():
    """By no model of ours and by no block of a page."""
    fields = [
        field
        for model in apps.get_app_config("nsr_events").get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.URLField)
    ]
    blocks = [
        child.child_blocks["url"]
        for make in (body_blocks, related_blocks)
        for _name, child in make()
        if "url" in getattr(child, "child_blocks", {})
    ]
    assert len(fields) >= 6
    assert len(blocks) == 3
    for address in (
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "java\tscript:x",
    ):
        for field in fields:
            with pytest.raises(ValidationError):
                field.clean(address, field.model())
        for block in blocks:
            with pytest.raises(ValidationError):
                block.clean(address)
