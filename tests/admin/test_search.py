"""Searching in the admin: Wagtail's own screens beside ours, and whatever is typed."""

import pytest
from django.core.management import call_command

from nsr_events.core.searching import plain_words

OURS = ["events", *(f"events/{name}" for name in ("venues", "people", "organisations"))]
CHOOSERS = [f"events/choose/{name}/results" for name in ("event", "person", "organisation", "venue")]


@pytest.mark.parametrize("screen", ["pages/search", "images", "users"])
def test_wagtails_own_searches_answer(client, world, screen):
    client.force_login(world.boss)
    response = client.get(f"/admin/{screen}/?q=x")
    assert response.status_code == 200
    if screen == "pages/search":
        assert 'href="/admin/events/?q=x"' in response.content.decode()


@pytest.mark.parametrize("typed", ["\"';*", '"Oslo', "AND", "oslo NOT", "a:b^(", "NEAR("])
@pytest.mark.parametrize("screen", [*OURS, *CHOOSERS])
def test_whatever_is_typed_is_no_server_error(client, world, screen, typed):
    client.force_login(world.boss)
    assert client.get(f"/admin/{screen}/", {"q": typed}).status_code == 200


def test_signs_around_a_word_do_not_hide_it(as_editor, world):
    call_command("wagtail_update_index", verbosity=0)
    response = as_editor.get("/admin/events/", {"q": '"samling";'})
    assert list(response.context["object_list"]) == [world.event]
    assert response.context["search_form"]["q"].value() == '"samling";'


@pytest.mark.parametrize("screen", [*OURS, *CHOOSERS])
def test_signs_alone_find_nothing(client, world, screen):
    client.force_login(world.boss)
    text = client.get(f"/admin/{screen}/", {"q": "\"';*"}).content.decode()
    for name in ("Samling i Oslo", "Kari Foredrag", "Kripos", "NSRs hus"):
        assert name not in text


def test_signs_alone_select_no_event_for_a_bulk_change(as_editor, world):
    address = "/admin/bulk/nsr_events/event/cancel/"
    assert "Samling i Oslo" in as_editor.get(address, {"id": "all"}).content.decode()
    assert "Samling i Oslo" not in as_editor.get(address, {"id": "all", "q": "\"';*"}).content.decode()


def test_only_words_are_left():
    assert plain_words(" «Åse»-Marie; O'Brien* 张伟 ") == "åse marie o brien 张伟"
