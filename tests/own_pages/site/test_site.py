"""What a site with page types of its own relies on."""

import datetime as dt

import pytest
from django.core.management import call_command
from wagtail.models import Page

from nsr_events.admin.pages import make_page as make_draft
from nsr_events.core import presentations
from nsr_events.core.copying import copy_event
from nsr_events.pages.models import (
    EventIndexPage,
    EventPage,
    get_event_index_page_models,
    get_event_page_models,
)
from tests.factories import NOW, make_event, make_index, make_page
from tests.own_pages.models import CourseIndexPage, CoursePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def index():
    return make_index()


@pytest.fixture
def page(index):
    return make_page(make_event("Kurs 2027", edition="2027"), index, slug="kurs-2027", credits=5)


def test_the_tests_run_on_the_sites_own_types(index, page):
    assert (type(index), type(page)) == (CourseIndexPage, CoursePage)


def test_its_types_are_found_and_ours_are_not_offered(index):
    assert CoursePage in get_event_page_models()
    assert CourseIndexPage in get_event_index_page_models()
    assert not EventPage.can_create_at(index)
    assert not EventIndexPage.can_create_at(index.get_parent())


def test_a_page_made_in_the_workspace_is_of_the_sites_type(index):
    page = make_draft(make_event("Kurs"), parent=index, by=None)
    assert type(page.specific) is CoursePage


def test_calendars_and_mail_meet_its_title_and_address(page):
    assert presentations.of([page.event_id], "nb")[page.event_id].url == page.full_url


def test_a_new_edition_takes_its_fields_and_blocks_along(page):
    page.body = [("syllabus", ["Trussel", "Tiltak"])]
    page.save_revision().publish()
    copy = copy_event(page.event, now=NOW, first_day=dt.date(2028, 6, 6), edition="2028", parts={"pages"})
    new = CoursePage.objects.get(event=copy)
    assert (new.slug, new.credits, new.live) == ("kurs-2028", 5, False)
    assert list(new.body[0].value) == ["Trussel", "Tiltak"]


def test_its_form_shows_its_field_and_keeps_the_event(client, page, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("admin", "admin@example.org", "pass"))
    form = client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert 'name="credits"' in form
    assert 'name="event"' not in form


def test_other_blocks_and_types_make_no_migration():
    """Neither in our history nor in the site's."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_page_of_ours_is_made_along_the_way(index, page):
    page.copy(update_attrs={"slug": "kopi"})
    assert not EventPage.objects.exists()
    assert Page.objects.type(CoursePage).count() == 2
