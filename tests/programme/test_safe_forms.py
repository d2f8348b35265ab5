"""Forms of the programme under stale tabs, second clicks and mangled fields."""

# ruff: noqa: F401, F811 - the fixtures come from the modules beside

import pytest
from bs4 import BeautifulSoup
from i18nfield.strings import LazyI18nString

from nsr_events.core.models import Person
from nsr_events.programme.models import Session, Track

from .making import make_event, make_session
from .test_screens import editor, page, said, typed, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event()


@pytest.mark.parametrize("minutes", ["-+15", "+-15", "--15", "- 15", "²"])
def test_minutes_that_are_no_number_are_told(event, editor, minutes):
    row = make_session(event)
    data = {"selected": f"{row.uid}:1", "verb": "shift", "minutes": minutes}
    assert "by how many minutes" in said(editor.post(url(event, "bulk"), data, follow=True))


@pytest.mark.parametrize("uid", ["a" * 36, "-" * 36, "0" * 35 + "-"])
def test_a_row_that_is_none_is_skipped(event, editor, uid):
    data = {"selected": f"{uid}:1", "verb": "unplace"}
    assert "1 item was skipped." in said(editor.post(url(event, "bulk"), data, follow=True))


@pytest.mark.parametrize("base", ["[" * 100_000, "9" * 5000, "[" * 300_000])
def test_a_base_beyond_measure_is_told_and_nothing_is_saved(event, editor, base):
    row = make_session(event)
    address = url(event, "session", row.uid)
    response = editor.post(address, typed(page(editor, address)) | {"base": base, "note": "Ny"})
    soup = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 200
    assert "Enter a valid JSON." in [each.get_text() for each in soup.select("form .error-message")]
    row.refresh_from_db()
    assert row.version == 1


@pytest.mark.parametrize(
    ("value", "error"), [("x", "Enter a whole number."), ("", "This field is required.")]
)
def test_errors_of_hidden_fields_are_shown(event, editor, value, error):
    row = make_session(event)
    address = url(event, "move", row.uid)
    response = editor.post(address, typed(page(editor, address)) | {"version": value})
    soup = BeautifulSoup(response.content, "html.parser")
    assert [each.get_text() for each in soup.select("form .error-message")] == [error]


def test_a_second_click_makes_no_second_item(event, editor):
    data = typed(page(editor, url(event, "new"))) | {"title_nb": "Én gang"}
    first, second = (editor.post(url(event, "new"), data) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert Session.objects.count() == 1
    assert typed(page(editor, url(event, "new")))["key"] != data["key"]


def test_a_second_click_before_the_first_is_done_makes_no_second_item(event, editor, monkeypatch):
    data = typed(page(editor, url(event, "new"))) | {"title_nb": "Én gang"}
    editor.post(url(event, "new"), data)
    monkeypatch.setattr("nsr_events.programme.editing.CreateView.is_made", lambda *args: False)
    assert editor.post(url(event, "new"), data).status_code == 302
    assert Session.objects.count() == 1


def test_the_key_of_another_events_item_is_not_found(event, editor):
    foreign = make_session(make_event())
    data = typed(page(editor, url(event, "new"))) | {"title_nb": "Kapret", "key": str(foreign.uid)}
    assert editor.post(url(event, "new"), data).status_code == 404
    assert Session.objects.count() == 1


@pytest.mark.parametrize("words", ["Kari www.svindel.no", "<b>Kari</b> Moe", "K" * 130 + " Moe"])
def test_a_new_person_needs_a_name(event, editor, words):
    data = typed(page(editor, url(event, "new"))) | {
        "title_nb": "Ny", "people-0-person": words, "people-0-role": "speaker", "people-0-is_new": "on",
    }  # fmt: skip
    response = editor.post(url(event, "new"), data)
    assert response.context["people"].forms[0].errors["person"]
    assert not Person.objects.exists()


class TestTracksInTwoTabs:
    @pytest.fixture
    def tracks(self, event):
        return [Track.objects.create(event=event, name=LazyI18nString({"nb": name})) for name in ("En", "To")]

    def names(self, event):
        return [str(track) for track in event.tracks.order_by("pk")]

    def test_each_keeps_what_it_changed(self, event, editor, tracks):
        address = url(event, "tracks")
        opened = typed(page(editor, address))
        editor.post(address, opened | {"tracks-0-name_nb": "Første"})
        editor.post(address, opened | {"tracks-1-name_nb": "Andre"})
        assert self.names(event) == ["Første", "Andre"]

    def test_also_within_one_track(self, event, editor, tracks):
        address = url(event, "tracks")
        opened = typed(page(editor, address))
        editor.post(address, opened | {"tracks-0-name_nb": "Første"})
        editor.post(address, opened | {"tracks-0-colour": "4"})
        assert self.names(event) == ["Første", "To"]
        assert Track.objects.get(pk=tracks[0].pk).colour == 4

    def test_a_name_may_be_set_back(self, event, editor, tracks):
        address = url(event, "tracks")
        editor.post(address, typed(page(editor, address)) | {"tracks-0-name_nb": "Første"})
        editor.post(address, typed(page(editor, address)) | {"tracks-0-name_nb": "En"})
        assert self.names(event) == ["En", "To"]

    def test_a_track_removed_meanwhile_is_told_and_stays_away(self, event, editor, tracks):
        address = url(event, "tracks")
        opened = typed(page(editor, address))
        tracks[0].delete()
        response = editor.post(address, opened | {"tracks-0-name_nb": "Første"})
        assert "Somebody has removed this track meanwhile." in response.content.decode()
        assert self.names(event) == ["To"]

    @pytest.mark.parametrize("opened", ["", "[", "[1,2,3]", "[[]]", "[" * 100_000, '[{"nb": 5}, 1, 0]'])
    def test_mangled_values_are_no_server_error(self, event, editor, tracks, opened):
        address = url(event, "tracks")
        data = typed(page(editor, address)) | {"tracks-0-opened": opened, "tracks-0-name_nb": "Første"}
        assert editor.post(address, data).status_code == 302
        assert self.names(event) == ["Første", "To"]
