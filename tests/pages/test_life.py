"""What happens to the event in the life of a page: the table of pages-and-workspace, section 2, row by row."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.convert_alias import ConvertAliasPageAction
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, Locale, Page

from nsr_events.core.events import create_event
from nsr_events.core.models import Event, EventDay, EventType
from nsr_events.pages.models import get_event_index_page_models, get_event_page_models
from nsr_events.programme.models import Session
from nsr_events.programme.releases import release_programme
from tests.admin.conftest import give_pages, make_user
from tests.factories import NOW, make_event, make_index, make_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def index():
    return make_index()


@pytest.fixture
def page(index):
    """A live page of an event with a released item."""
    event = make_event("Samling", days=2, date=dt.date(2027, 9, 28))
    day = event.days.first()
    start = dt.datetime.combine(day.date, dt.time(9), tzinfo=event.zone)
    Session.objects.create(
        event=event, day=day, start=start, end=start + dt.timedelta(hours=1), title={"nb": "Økt"}
    )
    release_programme(event, now=NOW)
    return make_page(event, index, title="Samling", slug="samling")


@pytest.fixture
def english(index):
    """The index in English, a translation of the Norwegian one."""
    english = make_index("en", title="Events", slug="events")
    english.translation_key = index.translation_key
    english.save()
    return english


@pytest.fixture
def admin(client, django_user_model):
    user = django_user_model.objects.create_superuser("admin", "admin@example.org", "pass")
    client.force_login(user)
    client.user = user
    return client


def again(page):
    """The page as the database has it."""
    return Page.objects.get(pk=page.pk).specific


def assert_own_copy(copy, original):
    """The copy shows a planned event that shares nothing with the original's."""
    mine, theirs = again(copy).event, again(original).event
    assert mine != theirs
    assert mine.uid != theirs.uid
    assert mine.status == Event.Status.PLANNED
    assert not mine.releases.exists()
    assert mine.sessions.count() == theirs.sessions.count()
    assert not set(mine.sessions.values_list("uid")) & set(theirs.sessions.values_list("uid"))


class TestDraftsAndRevisions:
    def test_drafting_publishing_and_scheduling_leave_event_sequence_and_stamp(self, page):
        before = Event.objects.values().get(pk=page.event_id)
        page.title = "Ny tittel"
        page.save_revision()
        page.go_live_at = timezone.now() + dt.timedelta(days=1)
        page.save_revision().publish()
        assert Event.objects.values().get(pk=page.event_id)["ical_sequence"] == before["ical_sequence"]
        assert Event.objects.count() == 1

    def test_no_revision_can_bring_another_event(self, page):
        other = make_event("En annen")
        revision = page.save_revision()
        revision.content["event"] = other.pk
        revision.save()
        revision.publish()
        assert again(page).event == page.event
        assert page.get_latest_revision_as_object().event == page.event

    def test_a_revision_that_names_an_event_long_gone_still_opens(self, page):
        revision = page.save_revision()
        revision.content["event"] = 999_999
        revision.save()
        assert again(page).get_latest_revision_as_object().event == page.event

    def test_the_json_of_a_page_may_be_text(self, page):
        other = make_event("En annen")
        content = {**page.serializable_data(), "event": other.pk}
        assert page.with_content_json(json.dumps(content, default=str)).event == page.event

    def test_reverting_on_the_form_keeps_the_event(self, page, admin):
        old = page.save_revision()
        page.title = "Ny tittel"
        page.save_revision().publish()
        address = reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, old.pk])
        assert admin.get(address).status_code == 200
        old.publish()
        assert again(page).event == page.event


class TestCopies:
    def test_a_copy_in_code_gets_its_own_event(self, page):
        copy = page.copy(update_attrs={"slug": "kopi"})
        assert_own_copy(copy, page)

    def test_publishing_the_copied_revisions_keeps_it(self, page, index):
        page.title = "Senere"
        page.save_revision()
        elsewhere = index.get_parent().add_child(
            instance=type(index)(title="Annet", slug="annet", locale=index.locale)
        )
        copy = again(page.copy(to=elsewhere))
        own = copy.event
        for revision in copy.revisions.order_by("pk"):
            revision.publish()
            assert again(copy).event == own
        assert again(page).event != own

    def test_a_section_copied_with_its_pages_shares_no_event(self, page, index):
        child = make_page(make_event("Dagen derpå"), index, slug="dagen-derpa")
        copied = index.copy(recursive=True, update_attrs={"slug": "kopi"})
        copies = {copy.slug: copy for copy in copied.get_children().specific()}
        assert_own_copy(copies["samling"], page)
        assert_own_copy(copies["dagen-derpa"], child)
        assert Event.objects.count() == 4

    def test_a_copy_of_an_alias_gets_its_own_event(self, page):
        alias = page.create_alias(update_slug="speil")
        assert_own_copy(alias.copy(update_attrs={"slug": "kopi"}), page)

    def test_a_copy_of_a_translation_gets_its_own_event(self, page, english):
        translation = page.copy_for_translation(english.locale)
        copy = translation.copy(update_attrs={"slug": "copy"})
        assert_own_copy(copy, page)
        assert again(translation).event == page.event

    def test_copies_of_a_copy_are_apart_too(self, page):
        first = again(page.copy(update_attrs={"slug": "kopi"}))
        second = again(first.copy(update_attrs={"slug": "kopi-2"}))
        assert len({page.event_id, first.event_id, second.event_id}) == 3

    def test_a_copy_that_is_refused_leaves_no_event(self, page):
        """The slug is taken, so no page is made; nor is an event."""
        with pytest.raises(Exception, match=r"slug|in use"):
            page.copy()
        assert Event.objects.count() == 1

    def test_a_live_copy_of_a_confirmed_event_says_that_its_date_is_preliminary(self, client, page):
        copy = again(page.copy(update_attrs={"slug": "kopi"}))
        assert copy.live
        assert "Foreløpig dato" in client.get(copy.url).content.decode()

    def test_saving_a_page_again_copies_nothing(self, page):
        page.create_alias(update_slug="speil")
        page.save()
        page.save_revision().publish()
        assert Event.objects.count() == 1


class TestTranslationsAndAliases:
    def test_a_translation_shows_the_same_event(self, page, english):
        translation = page.copy_for_translation(english.locale)
        assert again(translation).event == page.event
        assert Event.objects.count() == 1

    def test_a_translation_as_alias_shows_the_same_event(self, page, english):
        translation = page.copy_for_translation(english.locale, alias=True)
        assert again(translation).event == page.event

    def test_an_alias_shows_the_same_event(self, page):
        assert again(page.create_alias(update_slug="speil")).event == page.event

    def test_an_alias_of_a_section_shows_the_same_events(self, page, index):
        alias = index.create_alias(update_slug="speil", recursive=True)
        assert alias.get_children().get().specific.event == page.event
        assert Event.objects.count() == 1

    def test_an_alias_made_independent_keeps_it(self, page):
        alias = page.create_alias(update_slug="speil")
        ConvertAliasPageAction(alias).execute(skip_permission_checks=True)
        alias = again(alias)
        assert alias.alias_of is None
        assert alias.event == page.event
        alias.save_revision().publish()
        assert again(alias).event == page.event

    def test_publishing_the_original_keeps_the_aliass_event(self, page):
        alias = page.create_alias(update_slug="speil")
        page.title = "Ny tittel"
        page.save_revision().publish()
        assert (again(alias).title, again(alias).event) == ("Ny tittel", page.event)

    def test_an_english_page_made_by_hand_shows_the_same_event(self, page, english):
        assert make_page(page.event, english, slug="gathering").event == page.event
        assert Event.objects.count() == 1

    def test_an_alias_does_not_stand_in_the_way_of_a_translation_by_hand(self, page, english):
        """The rule goes by language: an English alias is no English page."""
        page.copy_for_translation(english.locale, alias=True)
        assert make_page(page.event, english, slug="gathering").event == page.event

    def test_both_trees_copied_make_two_events(self, page, english):
        page.copy_for_translation(english.locale)
        index = again(page).get_parent()
        index.copy(recursive=True, update_attrs={"slug": "kopi"})
        again(english).copy(recursive=True, update_attrs={"slug": "copy"})
        assert Event.objects.count() == 3


class TestTheEnd:
    def test_unpublishing_leaves_the_event_and_the_workspace_says_draft(self, page, admin):
        page.unpublish()
        assert Event.objects.filter(pk=page.event_id, status="confirmed").exists()
        response = admin.get(reverse("nsr_events_admin:page", args=[page.event_id]))
        assert response.context["rows"][0].state == "draft"

    def test_expiring_leaves_the_event(self, page):
        page.expire_at = timezone.now() - dt.timedelta(minutes=1)
        page.save_revision().publish()
        Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - dt.timedelta(minutes=1), live=True)
        call_command("publish_scheduled")
        assert not again(page).live
        assert Event.objects.filter(pk=page.event_id).exists()

    def test_deleting_leaves_the_event_and_the_workspace_offers_a_page(self, page, admin, index):
        page.delete()
        response = admin.get(reverse("nsr_events_admin:page", args=[page.event_id]))
        assert response.context["rows"][0].state == "none"
        assert "page/new/?language=nb" in response.content.decode()

    def test_deleting_in_bulk_leaves_the_events(self, page, admin, index):
        other = make_page(make_event("Dagen derpå"), index, slug="dagen-derpa")
        action = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
        admin.post(f"{action}?id={page.pk}&id={other.pk}", {})
        assert not Page.objects.filter(pk__in=[page.pk, other.pk]).exists()
        assert Event.objects.count() == 2

    def test_deleting_the_whole_section_leaves_the_events(self, page, index):
        Page.objects.get(pk=index.pk).delete()
        assert Event.objects.filter(pk=page.event_id).exists()

    def test_a_page_made_after_the_only_one_was_deleted_shows_the_same_event(self, page, index):
        page.delete()
        assert make_page(page.event, index, slug="samling").event == page.event
        assert Event.objects.count() == 1


class TestMoves:
    def test_moving_keeps_the_event_and_redirects_programme_and_feeds(self, page, index, client):
        former, event = page.url, page.event
        elsewhere = index.add_child(instance=type(index)(title="Annet", slug="annet", locale=index.locale))
        page.move(elsewhere, pos="last-child")
        moved = again(page)
        assert moved.event == event
        for path in ("", "programme/"):
            response = client.get(former + path)
            assert (response.status_code, response.url.rstrip("/")) == (301, (moved.url + path).rstrip("/"))

    def test_a_new_slug_redirects_too(self, page, django_capture_on_commit_callbacks):
        page = again(page)
        page.slug = "ny-adresse"
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        assert Redirect.objects.filter(old_path__endswith="/samling/programme").exists()
        assert again(page).event == page.event


class TestTheForm:
    def post(self, **fields):
        empty = {f"{name}-count": "0" for name in ("body", "practical", "documents", "related")}
        return {"title": "Side", "slug": "side", "intro": "", "kicker": "", "credits": "0", "comments-TOTAL_FORMS": "0",
                "comments-INITIAL_FORMS": "0", "comments-MIN_NUM_FORMS": "0", "comments-MAX_NUM_FORMS": "1000",
                **empty, **fields}  # fmt: skip

    @pytest.fixture
    def address_of_new(self, index):
        model = next(model for model in get_event_page_models() if model.can_create_at(index))
        return reverse(
            "wagtailadmin_pages:add", args=[model._meta.app_label, model._meta.model_name, index.pk]
        )

    def test_the_chooser_offers_only_events_without_a_page_in_the_language(
        self, page, admin, english, address_of_new
    ):
        free = make_event("Fri")
        form = admin.get(address_of_new).content.decode()
        assert "choose/event-for-page/?language=nb" in form
        choose = reverse("nsr_events_event_for_page_chooser:choose")
        for address in (choose, reverse("nsr_events_event_for_page_chooser:choose_results")):
            norwegian = admin.get(f"{address}?language=nb").content.decode()
            assert str(free.name) in norwegian
            assert f"/{page.event_id}/" not in norwegian
            assert f"/{page.event_id}/" in admin.get(f"{address}?language=en").content.decode()

    def test_an_event_with_a_page_in_the_language_is_refused_in_words(self, page, admin, address_of_new):
        response = admin.post(address_of_new, self.post(event=page.event_id))
        assert response.status_code == 200
        assert "event" in response.context["form"].errors
        assert str(page.event) in str(response.context["form"].errors["event"])
        assert Event.objects.count() == 1

    def test_a_new_page_takes_the_event_that_was_chosen(self, page, admin, address_of_new):
        free = make_event("Fri")
        admin.post(address_of_new, self.post(event=free.pk))
        assert Page.objects.get(slug="side").specific.event == free

    def test_a_page_without_an_event_is_refused_also_as_a_draft(self, page, admin, address_of_new):
        response = admin.post(address_of_new, self.post())
        assert "event" in response.context["form"].errors

    def test_afterwards_the_event_is_a_link_and_what_is_posted_for_it_is_ignored(self, page, admin):
        other = make_event("En annen")
        address = reverse("wagtailadmin_pages:edit", args=[page.pk])
        form = admin.get(address).content.decode()
        assert reverse("nsr_events_admin:overview", args=[page.event_id]) in form
        assert 'name="event"' not in form
        admin.post(address, self.post(title="Ny tittel", slug=page.slug, event=other.pk))
        page = again(page)
        assert page.get_latest_revision_as_object().title == "Ny tittel"
        assert page.get_latest_revision_as_object().event == page.event != other

    def test_an_event_of_another_collection_cannot_be_put_on_a_page(self, page, client, address_of_new):
        oslo, north = (Collection.get_first_root_node().add_child(name=name) for name in ("Oslo", "Nord"))
        user = make_user("oslo", collection=oslo, actions=("add", "change"), pages=True)
        client.force_login(user)
        foreign = make_event("Hemmelig", collection=north)
        response = client.post(address_of_new, self.post(event=foreign.pk))
        assert "event" in response.context["form"].errors
        assert "Hemmelig" not in response.content.decode()


class TestTheCopyButton:
    def copy(self, page):
        return reverse("wagtailadmin_pages:copy", args=[page.pk])

    def form(self, page, **fields):
        return {"new_title": "Kopi", "new_slug": "kopi", "new_parent_page": page.get_parent().pk, **fields}

    def test_it_leads_to_the_new_edition(self, page, admin):
        response = admin.get(self.copy(page))
        assert response.url == reverse("nsr_events_admin:edition", args=[page.event_id])

    def test_which_leads_back_to_wagtails_form_for_an_alias(self, page, admin):
        edition = admin.get(self.copy(page), follow=True).content.decode()
        assert f"{self.copy(page)}?plain=1" in edition
        assert admin.get(f"{self.copy(page)}?plain=1").status_code == 200
        admin.post(f"{self.copy(page)}?plain=1", self.form(page, alias="on"))
        alias = Page.objects.get(slug="kopi").specific
        assert (alias.alias_of_id, alias.event) == (page.pk, page.event)

    def test_wagtails_own_form_makes_an_event_and_says_so(self, page, admin):
        response = admin.post(self.copy(page), self.form(page), follow=True)
        assert_own_copy(Page.objects.get(slug="kopi"), page)
        assert "info" in {each.level_tag for each in response.context["messages"]}

    def test_other_pages_are_copied_as_ever(self, page, admin, index):
        assert admin.get(self.copy(index)).status_code == 200

    def test_a_section_copied_by_the_button_tells_how_many_events_were_made(self, page, admin, index):
        make_page(make_event("Dagen derpå"), index, slug="dagen-derpa")
        response = admin.post(self.copy(index), self.form(index, copy_subpages="on"), follow=True)
        assert any(each.level_tag == "info" and "2" in str(each) for each in response.context["messages"])
        assert Event.objects.count() == 4

    @pytest.fixture
    def page_editor(self, client):
        """Somebody who may work with pages, but not with events of the page's collection."""
        elsewhere = Collection.get_first_root_node().add_child(name="Nord")
        user = make_user("nord", collection=elsewhere, actions=("add", "change"))
        give_pages(user.groups.first())
        client.force_login(user)
        return client

    @pytest.mark.parametrize("section", [False, True], ids=["page", "section"])
    def test_who_may_not_make_events_there_makes_none_by_copying(self, page, index, page_editor, section):
        source, more = (index, {"copy_subpages": "on"}) if section else (page, {})
        response = page_editor.post(self.copy(source), self.form(source, **more))
        assert (response.status_code, response.url) == (302, "/admin/")
        assert Event.objects.count() == 1


def test_the_new_page_takes_the_locale_of_its_parent_into_account(page, index):
    """A page made in code without a locale is judged by the one it gets."""
    model = type(page)
    copy = index.add_child(instance=model(title="Til", slug="til", event=page.event))
    assert copy.locale == Locale.objects.get(language_code="nb")
    assert_own_copy(copy, page)


def test_an_event_may_be_years_old_when_its_page_is_copied(index):
    """Dates are checked when somebody types them, not when a page of the archive is copied."""
    kind = EventType.objects.create(slug="gammel", name={"nb": "Gammel"})
    event = create_event(
        days=[EventDay(date=dt.date(2010, 5, 2))], now=dt.datetime(2010, 1, 1, tzinfo=dt.UTC), name={"nb": "Gammel"},
        type=kind, collection=Collection.get_first_root_node(),
    )  # fmt: skip
    page = make_page(event, index, slug="gammel")
    assert_own_copy(page.copy(update_attrs={"slug": "kopi"}), page)


def test_index_pages_are_found_among_all_page_types(index):
    assert type(index) in get_event_index_page_models()
