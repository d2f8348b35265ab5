"""Query budgets on top of an empty admin view, the same at two sizes (pages-and-workspace, section 5)."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nsr_events.admin.pages import make_page
from nsr_events.core.models import EventDayHost, EventOrganisation
from nsr_events.programme.models import Session
from nsr_events.programme.releases import release_programme
from tests.admin.conftest import NOW, make_event


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.fixture
def empty_view(as_editor, world):
    """What any screen of Wagtail's admin costs this editor: the account page has nothing of ours."""
    return queries(as_editor, reverse("wagtailadmin_account"))


def many_events(world, count):
    for number in range(count):
        make_event(
            f"Møte {number}",
            collection=world.oslo,
            type=world.type,
            venue=world.venue,
            region=world.region,
            first=dt.date(2027, 4, 1) + dt.timedelta(days=number),
        )


LISTINGS = ["/admin/events/", "/admin/events/?when=upcoming", "/admin/events/?status=planned"]


def test_all_events_at_20_and_200(as_editor, world, empty_view):
    many_events(world, 19)
    few = [queries(as_editor, url) for url in LISTINGS]
    many_events(world, 180)
    many = [queries(as_editor, url) for url in LISTINGS]
    assert few == many
    assert max(many) - empty_view <= 15
    assert len(as_editor.get("/admin/events/").context["object_list"]) == 50


def test_overview_whatever_the_size(as_editor, world, empty_view):
    url = reverse("nsr_events_admin:overview", args=[world.event.pk])
    make_page(world.event, parent=world.index, by=world.boss)
    fill(world, sessions=3)
    few = queries(as_editor, url)
    fill(world, sessions=60)
    many = queries(as_editor, url)
    assert few == many
    assert many - empty_view <= 20


def fill(world, *, sessions):
    """Hosts, organisations, sessions and a release."""
    for day in world.event.days.all():
        EventDayHost.objects.get_or_create(day=day, organisation=world.organisation)
    EventOrganisation.objects.get_or_create(event=world.event, organisation=world.organisation)
    day = world.event.days.first()
    for number in range(sessions):
        start = world.event.start + dt.timedelta(minutes=number)
        Session.objects.create(
            event=world.event,
            day=day,
            start=start,
            end=start + dt.timedelta(minutes=30),
            title={"nb": f"Post {number}"},
        )
    release_programme(world.event, now=NOW, by=world.boss)


def test_days_and_places_grows_by_no_query_for_each_host(as_editor, world):
    url = reverse("nsr_events_admin:days", args=[world.event.pk])
    few = queries(as_editor, url)
    fill(world, sessions=1)
    many = queries(as_editor, url)
    # The header's programme state reads the release, once there is one.
    assert many - few <= 6
