"""Giving a page another event: for language trees that were copied one by one."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection, Locale, ModelLogEntry, PageLogEntry, Revision

from nsr_events.core.models import Event
from nsr_events.pages.models import get_event_page_models
from nsr_events.pages.relinking import relink_page
from tests.admin.conftest import give_pages, make_user
from tests.factories import NOW, make_event, make_index, make_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def index():
    return make_index()


@pytest.fixture
def english(index):
    return make_index("en", title="Events", slug="events")


@pytest.fixture
def page(index):
    return make_page(make_event("Samling", date=dt.date(2027, 9, 28)), index, slug="samling")


@pytest.fixture
def twin(page, english):
    """The English page, copied apart: it presents an event of its own."""
    return make_page(make_event("Samling", date=dt.date(2027, 9, 28)), english, slug="gathering")


def again(page):
    return type(page).objects.get(pk=page.pk)


def test_the_page_presents_the_other_event_as_a_translation_and_the_one_it_left_is_kept(page, twin):
    former = relink_page(twin, page.event, now=NOW)

    assert again(twin).event == page.event
    assert again(twin).translation_key == page.translation_key
    assert set(page.get_translations()) == {again(twin)}
    assert Event.objects.filter(pk=former.pk).exists()


def test_an_older_revision_does_not_bring_the_former_event_back(page, twin):
    revision = twin.save_revision()
    relink_page(twin, page.event, now=NOW)
    Revision.objects.get(pk=revision.pk).publish()

    assert again(twin).event == page.event


def test_aliases_follow_their_original(page, twin, english):
    alias = twin.create_alias(parent=english, update_slug="alias")
    chained = alias.create_alias(parent=english, update_slug="alias-2")
    relink_page(twin, page.event, now=NOW)

    assert {again(each).event for each in (twin, alias, chained)} == {page.event}
    with pytest.raises(ValidationError):
        relink_page(again(alias), make_event("Et tredje"), now=NOW)


def test_a_language_that_is_taken_is_refused(page, index):
    other = make_page(make_event("Annet"), index)

    with pytest.raises(ValidationError):
        relink_page(other, page.event, now=NOW)
    assert again(other).event != page.event


def test_a_page_that_leaves_its_translations_is_none_of_theirs_any_more(page, english):
    twin = make_page(page.event, english, slug="gathering")
    twin.translation_key = page.translation_key
    twin.save()
    other = make_event("Annet")
    relink_page(again(twin), other, now=NOW)

    assert not page.get_translations().exists()
    assert again(twin).event == other


def test_calendars_and_history_of_both_events_know(page, twin, client):
    before = Event.objects.get(pk=page.event_id).ical_digest
    former = twin.event
    relink_page(twin, page.event, now=timezone.now())

    assert Event.objects.get(pk=page.event_id).ical_digest != before
    entries = ModelLogEntry.objects.filter(action="nsr_events.page.relink")
    assert {entry.object_id for entry in entries} == {str(page.event_id), str(former.pk)}
    assert PageLogEntry.objects.filter(action="nsr_events.page.relink", page=twin.pk).exists()
    assert set(entries[0].data) == {"from", "to", "language"}
    assert str(page.event.uid) in client.get(twin.url + "calendar.ics").content.decode()


class TestTheScreen:
    """Below the tab Page of the event that the page presents."""

    @pytest.fixture
    def boss(self, admin_client):
        return admin_client

    def url(self, page):
        return reverse("nsr_events_admin:relink", args=[page.event_id, page.pk])

    def test_the_tab_leads_there_and_it_says_what_becomes_of_the_event(self, boss, twin):
        tab = boss.get(reverse("nsr_events_admin:page", args=[twin.event_id])).content.decode()
        assert self.url(twin) in tab
        response = boss.get(self.url(twin))
        assert response.status_code == 200
        assert response.context["others"] == []

    def test_the_page_moves_and_the_event_left_behind_is_offered_for_deletion(self, boss, page, twin):
        former = twin.event_id
        response = boss.post(self.url(twin), {"event": page.event_id}, follow=True)
        assert again(twin).event == page.event
        assert reverse("nsr_events_admin:delete", args=[former]) in response.content.decode()
        boss.post(reverse("nsr_events_admin:delete", args=[former]))
        assert not Event.objects.filter(pk=former).exists()

    def test_events_with_a_page_in_the_language_are_no_choice(self, boss, page, twin, english):
        taken = make_page(make_event("Taken"), english)
        response = boss.post(self.url(twin), {"event": taken.event_id})
        assert response.context["form"].errors["event"]
        assert again(twin).event_id == twin.event_id

    def test_events_of_another_collection_are_no_choice(self, client, page, twin):
        own = Collection.get_first_root_node().add_child(name="Oslo krets")
        Event.objects.filter(pk=twin.event_id).update(collection=own)
        editor = make_user("editor", collection=own, actions=["change"])
        give_pages(editor.groups.first())
        client.force_login(editor)
        response = client.post(self.url(twin), {"event": page.event_id})
        assert response.context["form"].errors["event"]
        assert str(page.event.uid) not in response.content.decode()
        assert again(twin).event_id == twin.event_id

    def test_who_may_not_edit_the_page_moves_nothing(self, client, page, twin):
        client.force_login(
            make_user("pageless", collection=Collection.get_first_root_node(), actions=["change"])
        )
        assert client.post(self.url(twin), {"event": page.event_id}).status_code == 200
        assert again(twin).event_id == twin.event_id

    def test_a_page_of_another_event_is_404(self, boss, page, twin):
        address = reverse("nsr_events_admin:relink", args=[page.event_id, twin.pk])
        assert boss.get(address).status_code == 404
        assert boss.post(address, {"event": page.event_id}).status_code == 404

    def test_an_event_whose_page_was_deleted_says_that_it_lives_on(self, boss, page):
        event = page.event
        tab = reverse("nsr_events_admin:page", args=[event.pk])
        assert boss.get(tab).context["has_page"]
        page.delete()
        response = boss.get(tab)
        assert not response.context["has_page"]
        assert reverse("nsr_events_admin:make_page", args=[event.pk]) in response.content.decode()


def test_both_trees_copied_apart_are_brought_together_again(page, index, english):
    """The whole way: two section copies make two events, relinking makes it one."""
    twin = make_page(page.event, english, slug="gathering")
    twin.translation_key = page.translation_key
    twin.save()
    copies = [
        tree.copy(recursive=True, update_attrs={"slug": f"copy-{uuid.uuid4()}"}) for tree in (index, english)
    ]
    norwegian, other = (
        next(found for model in get_event_page_models() for found in model.objects.descendant_of(tree))
        for tree in copies
    )
    assert norwegian.event != other.event
    left = relink_page(other, norwegian.event, now=NOW)

    assert again(other).event == norwegian.event
    assert left not in (page.event, norwegian.event)
    assert Locale.objects.get(language_code="en") == again(other).locale
