"""Presets: ours and a site's fill new events; a mistake in a file is found at start and named."""

import datetime as dt

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.test import override_settings

from nsr_events.core.copying import event_parts
from nsr_events.core.models import Event
from nsr_events.core.presets import apply_preset, make_days, presets, problems
from nsr_events.programme.models import Session
from tests.factories import NOW, make_event

pytestmark = pytest.mark.django_db  # the checks ask the database what it can do

COURSE = """
name = { nb = "Kurs", en = "Course" }

[facts]
format = "online"
fee_note = { nb = "Gratis", fr = "Gratuit" }

[[days]]
opens = 10:00:00
closes = 12:00:00
theme = { nb = "Grunnlag" }

[[sessions]]
day = 1
start = 10:15:00
minutes = 30
kind = "meal"
title = { nb = "Kaffe" }
"""


@pytest.fixture
def folder(tmp_path):
    """A site's folder of presets."""
    with override_settings(NSR_EVENTS={"PRESETS": str(tmp_path)}):
        yield tmp_path


def write(folder, text, name="kurs"):
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def texts():
    """What the system check says of presets."""
    return [problem.msg for problem in run_checks() if problem.id == "nsr_events.E004"]


def test_ours_are_without_mistake():
    assert problems() == []
    assert "samling" in presets()


def test_a_file_in_a_sites_folder_is_a_preset_without_code(folder):
    write(folder, COURSE)
    assert texts() == []
    assert presets()["kurs"].label("en") == "Course"
    assert presets()["kurs"].label("nn") == "Kurs"


def test_a_sites_file_takes_the_place_of_ours(folder):
    write(folder, COURSE, name="samling")
    assert presets()["samling"].label("nb") == "Kurs"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("[regitration]\nmode = 'open'", '"regitration"'),
        ("[[sessions]]\nstarts = 10:00:00", '"sessions.starts"'),
        ("[[sessions]]\nstart = '10:00'", '"sessions.start" must be time'),
        ("[facts]\ntimes_known = 1", '"facts.times_known" must be bool'),
        ("days = 3", '"days" must be a table'),
        ("tracks = [1]", '"tracks" must be a table'),
        ("this is not TOML", "kurs.toml"),
    ],
)
def test_a_mistake_is_a_check_that_names_file_and_key(folder, line, named):
    write(folder, f'name = {{ nb = "Kurs" }}\n{line}\n')
    found = texts()
    assert len(found) == 1
    assert "kurs.toml" in found[0]
    assert named in found[0]
    assert "kurs" not in presets(), "nobody is offered a preset that would fail"


def test_a_preset_without_a_name_and_a_folder_that_is_not_there_are_told(folder):
    write(folder, "[facts]\nformat = 'online'\n")
    assert '"name"' in texts()[0]
    with override_settings(NSR_EVENTS={"PRESETS": "/no/such/folder"}):
        assert "no such folder" in texts()[0]
        assert "samling" in presets()


def test_a_file_in_another_encoding_is_told(folder):
    (folder / "latin.toml").write_bytes('name = { nb = "Møte" }'.encode("latin-1"))
    assert "latin.toml" in texts()[0]


@pytest.mark.django_db
class TestFilling:
    def test_facts_days_and_items(self, folder):
        write(folder, COURSE)
        event = make_event("Kurs", hours=(None, None))
        apply_preset(event, presets()["kurs"], now=NOW)
        event = Event.objects.get(pk=event.pk)
        assert (event.format, event.fee_note.data) == ("online", {"nb": "Gratis"})
        day = event.days.get()
        assert (day.opens, day.closes, str(day.theme)) == (dt.time(10), dt.time(12), "Grunnlag")
        item = event.sessions.get()
        assert (str(item.title), item.kind, item.for_all, item.minutes) == ("Kaffe", "meal", True, 30)
        assert item.start.astimezone(event.zone).time() == dt.time(10, 15)

    def test_what_was_typed_stays(self, folder):
        write(folder, COURSE)
        event = make_event("Kurs", hours=("08:00", "15:00"))
        apply_preset(event, presets()["kurs"], now=NOW)
        day = event.days.get()
        assert (day.opens, day.closes) == (dt.time(8), dt.time(15))

    def test_an_item_of_a_day_too_many_waits_in_the_tray(self, folder):
        write(folder, COURSE.replace("day = 1", "day = 4"))
        event = make_event("Kurs")
        apply_preset(event, presets()["kurs"], now=NOW)
        assert event.sessions.get().start is None

    def test_a_value_that_is_none_of_its_kind_changes_nothing(self, folder):
        write(folder, COURSE.replace('kind = "meal"', 'kind = "supper"'))
        event = make_event("Kurs", hours=(None, None))
        with pytest.raises(ValidationError):
            apply_preset(event, presets()["kurs"], now=NOW)
        assert Event.objects.get(pk=event.pk).format == "onsite"
        assert event.days.get().opens is None

    def test_a_gathering_has_three_days_meals_tracks_and_draws_no_stop(self):
        preset = presets()["samling"]
        event = make_event("Samling", days=3, hours=(None, None))
        apply_preset(event, preset, now=NOW)
        assert [day.date for day in make_days(preset, event.days.first().date)] == [
            day.date for day in event.days.all()
        ]
        assert event.tracks.count() == 2
        assert event.sessions.filter(kind=Session.Kind.MEAL).count() == 5
        assert not event.sessions.filter(start=None).exists()
        assert not event.releases.exists()


def test_every_part_that_fills_itself_says_which_keys_it_knows():
    assert all(part.preset_keys for part in event_parts() if part.apply_preset)
