"""Two regions with an editor each, and one event in each region: what the admin's tests are about."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site

from nsr_events.core.events import create_event
from nsr_events.core.models import (
    EventDay,
    EventType,
    Organisation,
    Person,
    Region,
    Room,
    Series,
    Venue,
)
from nsr_events.core.permissions import ACTIONS
from nsr_events.pages.models import EventIndexPage

NOW = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)


def make_user(name, *, collection=None, actions=(), pages=False, **kwargs):
    """A user with access to the admin and ``actions`` on the events of ``collection``."""
    user = User.objects.create_user(name, f"{name}@example.org", "pass", **kwargs)
    group = Group.objects.create(name=f"group of {name}")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for action in actions:
        permission = Permission.objects.get(codename=f"{action}_event", content_type__app_label="nsr_events")
        GroupCollectionPermission.objects.create(group=group, collection=collection, permission=permission)
    if pages:
        give_pages(group)
    user.groups.add(group)
    return user


def give_pages(group):
    """Let ``group`` add and change pages everywhere."""
    for codename in ("add_page", "change_page"):
        permission = Permission.objects.get(codename=codename)
        GroupPagePermission.objects.create(
            group=group, page=Page.get_first_root_node(), permission=permission
        )


def give_model(user, *names):
    """Give ``user``'s group ordinary model permissions such as ``change_venue``."""
    user.groups.first().permissions.add(*Permission.objects.filter(codename__in=names))


def make_event(name, *, collection, type, days=1, first=None, venue=None, **facts):
    """An event of ``days`` days from ``first`` (9 March 2027), open 09:00-16:00."""
    first = first or dt.date(2027, 3, 9)
    rows = [
        EventDay(date=first + dt.timedelta(days=number), opens=dt.time(9), closes=dt.time(16))
        for number in range(days)
    ]
    facts = {"type": type, "collection": collection, "venue": venue, **facts}
    return create_event(days=rows, now=NOW, name={"nb": name}, **facts)


def restore_wagtail():
    """What Wagtail's migrations put into a database, where tests with a live server have flushed it."""
    locale = Locale.objects.get_or_create(language_code="nb")[0]
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    if not Page.objects.exists():
        root = Page.add_root(instance=Page(title="Root", slug="root", locale=locale))
        home = root.add_child(instance=Page(title="Hjem", slug="hjem", locale=locale))
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    content_type = ContentType.objects.get_or_create(app_label="wagtailadmin", model="admin")[0]
    Permission.objects.get_or_create(content_type=content_type, codename="access_admin")


@pytest.fixture
def world(db):
    """Oslo with its editor and event, Trøndelag with its own; the registers both share."""
    restore_wagtail()
    root = Collection.get_first_root_node()
    oslo, trondelag = root.add_child(name="Oslo krets"), root.add_child(name="Trøndelag krets")
    type_ = EventType.objects.create(name={"nb": "Konferanse"}, slug="konferanse")
    venue = Venue.objects.create(name="NSRs hus", city="Oslo")
    home = Page.objects.filter(depth=2).first()
    index = EventIndexPage(title="Arrangementer", slug="arrangementer", locale=home.locale)
    home.add_child(instance=index)
    return SimpleNamespace(
        oslo=oslo,
        trondelag=trondelag,
        type=type_,
        venue=venue,
        room=Room.objects.create(venue=venue, name="Storsalen", seats=80),
        person=Person.objects.create(given_name="Kari", family_name="Foredrag"),
        organisation=Organisation.objects.create(name="Kripos"),
        series=Series.objects.create(name={"nb": "Årskonferansen"}, slug="arskonferansen"),
        region=Region.objects.create(name={"nb": "Østlandet"}, slug="ostlandet"),
        index=index,
        event=make_event("Samling i Oslo", collection=oslo, type=type_, days=3, venue=venue),
        foreign=make_event("Åpning på Trondheimskaia", collection=trondelag, type=type_),
        editor=make_user("oslo-editor", collection=oslo, actions=("add", "change"), pages=True),
        neighbour=make_user("trondelag-editor", collection=trondelag, actions=ACTIONS),
        boss=make_user("boss", is_superuser=True),
    )


@pytest.fixture
def as_editor(client, world):
    """A browser signed in as Oslo's editor."""
    client.force_login(world.editor)
    return client


@pytest.fixture
def soon():
    """A date a month from today, for what the form compares with today."""
    return timezone.now().date() + dt.timedelta(days=30)
