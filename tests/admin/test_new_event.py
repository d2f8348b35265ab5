"""New event: one form to a workspace with days and a draft page."""

import datetime as dt

import pytest
from wagtail.models import Locale, Page

from nsr_events.core.models import Event
from nsr_events.pages.models import EventIndexPage, get_event_page_models
from tests.admin.conftest import make_user

URL = "/admin/events/new/"


@pytest.fixture
def form(world, soon):
    """What an editor fills in."""
    return {
        "name_nb": "Fagdag om innsiderisiko",
        "type": world.type.pk,
        "first_day": soon.isoformat(),
        "number_of_days": "2",
        "opens": "09:00",
        "closes": "15:30",
        "venue": world.venue.pk,
        "parent": world.index.pk,
    }


def made():
    return Event.objects.exclude(pk__in=Event.objects.order_by("pk")[:2]).get()


def test_it_makes_the_event_its_days_and_a_draft_page(as_editor, world, form, soon):
    response = as_editor.post(URL, form)
    event = made()
    assert response.headers["Location"] == f"/admin/events/{event.pk}/"
    assert (str(event.name), event.collection, event.venue) == (
        "Fagdag om innsiderisiko",
        world.oslo,
        world.venue,
    )
    assert [(day.date, day.opens, day.closes) for day in event.days.all()] == [
        (soon, dt.time(9), dt.time(15, 30)),
        (soon + dt.timedelta(days=1), dt.time(9), dt.time(15, 30)),
    ]
    page = get_event_page_models()[0].objects.get(event=event)
    assert (page.title, page.slug, page.live, page.get_parent().pk) == (
        "Fagdag om innsiderisiko",
        "fagdag-om-innsiderisiko",
        False,
        world.index.pk,
    )
    assert page.latest_revision


def test_without_a_page(as_editor, world, form):
    as_editor.post(URL, {**form, "parent": ""})
    assert made()
    assert not get_event_page_models()[0].objects.exists()


def test_a_name_taken_gets_another_address(as_editor, world, form):
    as_editor.post(URL, form)
    as_editor.post(URL, form)
    slugs = get_event_page_models()[0].objects.order_by("pk").values_list("slug", flat=True)
    assert list(slugs) == ["fagdag-om-innsiderisiko", "fagdag-om-innsiderisiko-2"]


@pytest.mark.parametrize("name", ["Program", "programme", "register", "张伟", "!!!"])
def test_a_name_that_makes_no_free_address_still_gets_a_page(as_editor, world, form, name):
    as_editor.post(URL, {**form, "name_nb": name})
    page = get_event_page_models()[0].objects.get(event=made())
    page.full_clean()


def test_the_page_speaks_the_language_of_its_index(as_editor, world, form):
    english = Locale.objects.get_or_create(language_code="en")[0]
    root = Page.objects.filter(depth=2).first().copy_for_translation(english)
    index = EventIndexPage(title="Events", slug="events", locale=english)
    root.add_child(instance=index)
    as_editor.post(URL, {**form, "name_en": "Insider risk day", "parent": index.pk})
    page = get_event_page_models()[0].objects.get(event=made())
    assert (page.title, page.locale) == ("Insider risk day", english)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name_nb": ""}, "name"),
        ({"name_nb": "x" * 1_000_000}, "name"),
        ({"type": ""}, "type"),
        ({"first_day": "2127-01-01"}, "first_day"),
        ({"first_day": "9999-12-31"}, "first_day"),
        ({"first_day": ""}, "first_day"),
        ({"number_of_days": "32"}, "number_of_days"),
        ({"number_of_days": "0"}, "number_of_days"),
        ({"number_of_days": "9" * 40}, "number_of_days"),
        ({"opens": "15:00", "closes": "09:00"}, "closes"),
        ({"opens": "25:00"}, "opens"),
        ({"venue": "abc"}, "venue"),
        ({"venue": "999999"}, "venue"),
        ({"parent": "1"}, "parent"),
        ({"parent": "abc"}, "parent"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_made(as_editor, world, form, change, field):
    response = as_editor.post(URL, {**form, **change})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert Event.objects.count() == 2
    assert not get_event_page_models()[0].objects.exists()


def test_the_collection_is_one_in_which_the_editor_may_add(client, world, form):
    editor = make_user("two", collection=world.oslo, actions=["add"])
    child = world.oslo.add_child(name="Oslo sentrum")
    client.force_login(editor)
    offered = client.get(URL).context["form"].fields["collection"].queryset
    assert set(offered) == {world.oslo, child}
    response = client.post(URL, {**form, "parent": "", "collection": world.trondelag.pk})
    assert "collection" in response.context["form"].errors


def test_whoever_may_add_but_not_change_still_lands_on_the_overview(client, world, form):
    client.force_login(make_user("adder", collection=world.oslo, actions=["add"]))
    assert client.post(URL, {**form, "parent": ""}, follow=True).status_code == 200


def test_an_index_page_one_may_not_add_to_is_not_offered(client, world, form):
    client.force_login(make_user("pageless", collection=world.oslo, actions=["add", "change"]))
    assert not client.get(URL).context["form"].fields["parent"].queryset
    assert "parent" in client.post(URL, form).context["form"].errors


def test_an_event_is_made_from_the_chooser(as_editor, world, form):
    response = as_editor.post("/admin/events/choose/event/create/", {**form, "parent": ""})
    assert response.json()["step"] == "chosen"
    assert response.json()["result"]["title"] == "Fagdag om innsiderisiko"
    assert made().days.count() == 2


def test_a_mistake_in_the_chooser_shows_its_form_again(as_editor, world, form):
    response = as_editor.post("/admin/events/choose/event/create/", {**form, "first_day": "9999-12-31"})
    assert response.json()["step"] == "reshow_creation_form"


class TestPresets:
    def test_a_preset_fills_what_is_left_empty(self, as_editor, world, form, soon):
        as_editor.post(URL, {**form, "preset": "samling", "number_of_days": "", "opens": "", "closes": ""})
        event = made()
        assert [(day.date, day.opens) for day in event.days.all()] == [
            (soon + dt.timedelta(days=number), dt.time(9)) for number in range(3)
        ]
        assert event.sessions.filter(kind="meal").exists()
        assert not event.releases.exists()

    def test_what_is_typed_wins(self, as_editor, world, form):
        as_editor.post(URL, {**form, "preset": "samling", "number_of_days": "1", "opens": "08:30"})
        assert [day.opens for day in made().days.all()] == [dt.time(8, 30)]

    def test_without_one_an_empty_number_is_one_day(self, as_editor, world, form):
        as_editor.post(URL, {**form, "number_of_days": ""})
        assert made().days.count() == 1

    def test_one_that_does_not_exist_is_refused(self, as_editor, world, form):
        response = as_editor.post(URL, {**form, "preset": "../../etc/passwd"})
        assert response.context["form"].errors["preset"]
