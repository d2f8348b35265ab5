"""Forms of the event under stale tabs and second clicks."""

# ruff: noqa: F401, F811 - the fixtures come from the modules beside

import pytest
from django.urls import reverse

from nsr_events.admin.editions import EditionForm
from nsr_events.admin.new_event import NewEventView
from nsr_events.core.models import Event

from .test_editions import address as edition_of
from .test_editions import admin, event, first_day, index, wish
from .test_new_event import URL, form


def status_of(event):
    return Event.objects.get(pk=event.pk).status


def test_a_stale_tab_brings_no_cancelled_event_back(as_editor, world):
    url = reverse("nsr_events_admin:status", args=[world.event.pk])
    opened = {"changed_at": as_editor.get(url).context["changed_at"]}
    as_editor.post(url, {**opened, "status": "cancelled"})
    response = as_editor.post(url, {**opened, "status": "confirmed", "status_note_nb": "Velkommen"})
    assert response.status_code == 200
    assert status_of(world.event) == "cancelled"
    assert "Velkommen" in response.content.decode()
    again = {"changed_at": response.context["changed_at"], "status": "confirmed"}
    as_editor.post(url, again)
    assert status_of(world.event) == "cancelled", "only reviving brings it back"
    revived = as_editor.post(reverse("nsr_events_admin:revive", args=[world.event.pk]), again)
    assert revived.status_code == 302
    assert status_of(world.event) == "confirmed"


@pytest.mark.parametrize("stamp", ["", "x", None])
def test_a_status_without_a_right_time_stamp_is_not_saved(as_editor, world, stamp):
    url = reverse("nsr_events_admin:status", args=[world.event.pk])
    given = {} if stamp is None else {"changed_at": stamp}
    as_editor.post(url, {**given, "status": "cancelled"})
    assert status_of(world.event) == "planned"


def test_a_second_click_leads_to_the_event_of_the_first(as_editor, world, form):
    form["key"] = str(as_editor.get(URL).context["form"]["key"].value())
    first, second = (as_editor.post(URL, form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Event.objects.count() == 3


def test_so_it_does_before_the_first_is_done(as_editor, world, form, monkeypatch):
    form["key"] = str(as_editor.get(URL).context["form"]["key"].value())
    first = as_editor.post(URL, form)
    look, asked = NewEventView._made_before, []

    def not_yet(view, form):
        asked.append(form)
        return look(view, form) if len(asked) > 1 else None

    monkeypatch.setattr(NewEventView, "_made_before", not_yet)
    assert as_editor.post(URL, form).headers["Location"] == first.headers["Location"]
    assert Event.objects.count() == 3


def test_the_key_of_a_foreign_event_makes_and_tells_nothing(as_editor, world, form):
    response = as_editor.post(URL, {**form, "key": str(world.foreign.uid)})
    assert response.status_code == 200
    assert "Trondheimskaia" not in response.content.decode()
    assert Event.objects.count() == 2


def test_a_second_new_edition_is_refused_when_the_first_is_there(admin, event, first_day, monkeypatch):
    fields = wish(first_day)
    shown = admin.post(edition_of(event), fields).context["shown"]
    look, asked = EditionForm._is_made_already, []

    def not_yet(form, date):
        """Both clicks are checked before either has made its event: twice the first, then the second."""
        asked.append(date)
        return look(form, date) if len(asked) != 3 else False

    monkeypatch.setattr(EditionForm, "_is_made_already", not_yet)
    for status in (302, 200):
        response = admin.post(edition_of(event), {**fields, "shown": shown, "save": ""})
        assert response.status_code == status
    assert response.context["form"].non_field_errors()
    assert Event.objects.count() == 2
