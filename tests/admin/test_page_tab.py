"""The tab Page and the header: which pages show the event, in which state, and making one that is missing."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Locale, Page

from nsr_events.admin.menu import page_header_buttons
from nsr_events.admin.pages import make_page
from nsr_events.pages.models import EventIndexPage, get_event_page_models
from tests.admin.conftest import make_user


@pytest.fixture
def english(world):
    """An English branch with an index of its own."""
    locale = Locale.objects.get_or_create(language_code="en")[0]
    root = Page.objects.filter(depth=2).first().copy_for_translation(locale)
    index = EventIndexPage(title="Events", slug="events", locale=locale)
    root.add_child(instance=index)
    return index


def tab(client, event):
    return client.get(reverse("nsr_events_admin:page", args=[event.pk]))


def states(response):
    return {row.language: row.state for row in response.context["rows"]}


def test_an_event_without_a_page_says_so_in_the_header_and_offers_to_make_one(as_editor, world):
    response = tab(as_editor, world.event)
    assert states(response) == {"nb": "none", "nn": "none", "en": "none"}
    page = response.content.decode()
    assert "page/new/?language=nb" in page
    assert "page/new/?language=en" not in page, "there is no English index to put it under"


def test_each_state_of_a_page(as_editor, world):
    page = make_page(world.event, parent=world.index, by=world.boss)
    assert states(tab(as_editor, world.event))["nb"] == "draft"

    page.go_live_at = timezone.now() + dt.timedelta(days=3)
    page.save_revision().publish()
    assert states(tab(as_editor, world.event))["nb"] == "scheduled"

    page.go_live_at = None
    page.save_revision().publish()
    assert states(tab(as_editor, world.event))["nb"] == "live"

    page = get_event_page_models()[0].objects.get(pk=page.pk)
    page.intro = "Ny"
    page.save_revision()
    assert states(tab(as_editor, world.event))["nb"] == "changed"


def test_the_header_tells_the_state_on_every_tab(as_editor, world):
    make_page(world.event, parent=world.index, by=world.boss).get_latest_revision().publish()
    for name in ("overview", "page", "days", "status"):
        page = as_editor.get(reverse(f"nsr_events_admin:{name}", args=[world.event.pk])).content.decode()
        assert "ne-state--good" in page, name


def test_a_page_is_made_where_the_editor_says(as_editor, world):
    url = reverse("nsr_events_admin:make_page", args=[world.event.pk])
    response = as_editor.post(url, {"language": "nb", "parent": world.index.pk})
    page = get_event_page_models()[0].objects.get(event=world.event)
    assert response.headers["Location"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert (page.live, page.title) == (False, "Samling i Oslo")


def test_a_page_in_another_language_is_a_translation_of_the_first_and_shares_the_event(
    as_editor, world, english
):
    first = make_page(world.event, parent=world.index, by=world.boss)
    url = reverse("nsr_events_admin:make_page", args=[world.event.pk])
    as_editor.post(url, {"language": "en", "parent": english.pk})
    second = get_event_page_models()[0].objects.get(event=world.event, locale=english.locale)
    assert second.translation_key == first.translation_key
    assert set(first.get_translations()) == {second}


@pytest.mark.parametrize("language", ["nb", "fr", "", "nn"])
def test_a_language_that_has_a_page_or_does_not_exist_or_has_no_index_gets_none(as_editor, world, language):
    make_page(world.event, parent=world.index, by=world.boss)
    url = reverse("nsr_events_admin:make_page", args=[world.event.pk])
    response = as_editor.post(url, {"language": language, "parent": world.index.pk})
    assert response.status_code in (200, 302)
    assert get_event_page_models()[0].objects.count() == 1


def test_a_page_below_an_index_one_may_not_add_to_is_refused(client, world):
    client.force_login(make_user("pageless", collection=world.oslo, actions=["change"]))
    url = reverse("nsr_events_admin:make_page", args=[world.event.pk])
    response = client.post(url, {"language": "nb", "parent": world.index.pk})
    assert response.context["form"].errors["parent"]
    assert not get_event_page_models()[0].objects.exists()


def test_no_edit_link_for_a_page_one_may_not_edit(client, world):
    page = make_page(world.event, parent=world.index, by=world.boss)
    client.force_login(make_user("pageless", collection=world.oslo, actions=["change"]))
    assert f"/admin/pages/{page.pk}/edit/" not in tab(client, world.event).content.decode()


class TestTheWayBack:
    """From a page to the workspace."""

    def test_a_button_on_the_page_editor(self, client, world):
        page = make_page(world.event, parent=world.index, by=world.boss)
        client.force_login(world.boss)
        assert (
            f"/admin/events/{world.event.pk}/" in client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
        )

    def test_not_for_a_page_editor_of_another_collection(self, world):
        page = make_page(world.event, parent=world.index, by=world.boss)
        assert list(page_header_buttons(page, world.editor, "edit"))
        assert not list(page_header_buttons(page, world.neighbour, "edit"))

    def test_the_userbar_of_the_public_page(self, client, world):
        page = make_page(world.event, parent=world.index, by=world.boss)
        page.get_latest_revision().publish()
        client.force_login(world.boss)
        assert f"/admin/events/{world.event.pk}/" in client.get(page.get_url()).content.decode()


class TestOverview:
    """What is missing, and what happened."""

    def overview(self, client, event):
        return client.get(reverse("nsr_events_admin:overview", args=[event.pk]))

    def texts(self, response):
        return [str(item.text) for item in response.context["items"]]

    def test_an_item_goes_with_its_cause(self, as_editor, world):
        before = self.texts(self.overview(as_editor, world.event))
        world.event.contact_email = "kari@example.org"
        world.event.save()
        page = make_page(world.event, parent=world.index, by=world.boss)
        page.intro = "Kort sagt."
        page.save_revision().publish()
        after = self.texts(self.overview(as_editor, world.event))
        assert len(before) == len(after) + 2

    def test_the_gravest_stands_first(self, as_editor, world):
        severities = [item.severity for item in self.overview(as_editor, world.event).context["items"]]
        assert severities == sorted(severities)
        assert severities

    def test_each_item_leads_to_where_it_is_mended(self, as_editor, world):
        for item in self.overview(as_editor, world.event).context["items"]:
            assert as_editor.get(item.url).status_code == 200

    def test_recent_activity_names_what_and_who_and_no_values(self, as_editor, world):
        status = reverse("nsr_events_admin:status", args=[world.event.pk])
        stamp = as_editor.get(status).context["changed_at"]
        as_editor.post(status, {"status": "cancelled", "changed_at": stamp})
        page = self.overview(as_editor, world.event)
        entries = page.context["log_entries"]
        assert [entry.action for entry in entries] == ["nsr_events.event.edit", "nsr_events.event.create"]
        assert "oslo-editor" in page.content.decode()
        assert "cancelled" not in str(entries[0].data)

    def test_what_somebody_did_many_times_in_a_row_is_one_line(self, as_editor, world):
        for _time in range(12):
            log(world.event, action="nsr_events.session.create", user=world.editor)
        log(world.event, action="nsr_events.event.edit", user=world.boss)
        log(world.event, action="nsr_events.session.create", user=world.editor)
        page = self.overview(as_editor, world.event)
        assert [entry.times for entry in page.context["log_entries"]] == [1, 1, 12, 1]
        assert "(12 ganger)" in page.text

    def test_whoever_may_only_check_in_sees_the_facts_and_nothing_to_do(self, client, world):
        client.force_login(make_user("door", collection=world.oslo, actions=["check_in"]))
        page = self.overview(client, world.event)
        text = page.content.decode()
        assert "Samling i Oslo" in text
        assert (page.context["items"], page.context["log_entries"]) == ([], [])
        assert "/days/" not in text
        assert "/delete/" not in text
