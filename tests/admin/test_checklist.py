"""Every item of the checklist appears and goes with its cause; the header tells what the public site shows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale, Page, PageViewRestriction

from nsr_events.admin.pages import make_page
from nsr_events.core.events import change_status, save_days, save_facts
from nsr_events.core.models import Event, Room, Venue
from nsr_events.pages.models import EventIndexPage, get_event_page_models
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session, update_session

DAY = dt.timedelta(days=1)


@pytest.fixture
def event(world):
    """A confirmed event that lacks nothing: hours, place, contact, a page with an intro, a released programme."""
    event = Event.objects.get(pk=world.event.pk)
    event.contact_email = "kari@example.org"
    save_facts(event, now=timezone.now())
    change_status(event, "confirmed", now=timezone.now())
    add_session(event, "Åpning")
    release_programme(event, now=timezone.now())
    page = make_page(event, parent=world.index, by=world.boss)
    write(page, intro="Kort sagt.")
    return Event.objects.get(pk=event.pk)


def add_session(event, title, **values):
    room = Room.objects.get(name="Storsalen")
    first = {"day": event.days.first().uid, "start": "10:00", "room": room.uid, "kind": "workshop"}
    titles = title if isinstance(title, dict) else {"nb": title}
    return create_session(event, now=timezone.now(), title=titles, **{**first, **values}).session


def page_of(event):
    return get_event_page_models()[0].objects.filter(event=event).order_by("pk").first()


def write(page, *, publish=True, **fields):
    """Write on a page as an editor does."""
    page = get_event_page_models()[0].objects.get(pk=page.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(page, name, value)
    revision = page.save_revision()
    if publish:
        revision.publish()


def facts(event, **values):
    event = Event.objects.get(pk=event.pk)
    for name, value in values.items():
        setattr(event, name, value)
    save_facts(event, now=timezone.now())


def hours(event, opens):
    days = list(event.days.all())
    days[1].opens = opens
    save_days(event, days, now=timezone.now())


def picture():
    return get_image_model().objects.create(title="Bilde", file=get_test_image_file())


def restrict(event, world):
    PageViewRestriction.objects.create(page=page_of(event), restriction_type=PageViewRestriction.LOGIN)


def session_of(event, title):
    return next(each for each in event.sessions.all() if str(each.title) == title)


def change_session(event, named, /, **values):
    session = session_of(event, named)
    now = timezone.now()
    update_session(event, session.uid, version=session.version, now=now, **values)


def english_page(event, world):
    """An English page, written after the Norwegian one."""
    locale = Locale.objects.get_or_create(language_code="en")[0]
    root = Page.objects.filter(depth=2).first().copy_for_translation(locale)
    index = root.add_child(instance=EventIndexPage(title="Events", slug="events", locale=locale))
    facts(event, name={"nb": "Samling i Oslo", "en": "Gathering in Oslo"})
    page = make_page(Event.objects.get(pk=event.pk), parent=index, by=world.boss)
    write(page, intro="In short.", title="Gathering in Oslo")
    return page


def fall_behind(event, world):
    english_page(event, world)
    write(page_of(event), intro="Noe nytt.")


def catch_up(event, world):
    write(get_event_page_models()[0].objects.get(locale__language_code="en"), intro="Something new.")


def picture_in_text(event, world):
    value = {"image": picture().pk, "alt": "", "decorative": False, "caption": "", "credit": ""}
    write(page_of(event), publish=False, body=[("picture", _to_python("picture", value))])


def picture_in_gallery(event, world):
    image = {"image": picture().pk, "alt": "", "decorative": False, "caption": "", "credit": ""}
    value = {"heading": "", "pictures": [image]}
    write(page_of(event), publish=False, body=[("gallery", _to_python("gallery", value))])


def _to_python(kind, value):
    block = get_event_page_models()[0].body.field.stream_block.child_blocks[kind]
    return block.to_python(value)


def map_without_words(event, world):
    Venue.objects.filter(pk=world.venue.pk).update(map_image=picture())


CAUSES = {
    "no venue": (
        lambda event, world: facts(event, venue=None),
        lambda event, world: facts(event, venue=world.venue),
    ),
    "no link": (
        lambda event, world: facts(event, format="mixed"),
        lambda event, world: facts(event, online_url="https://a.no/x"),
    ),
    "no contact": (
        lambda event, world: facts(event, contact_email=""),
        lambda event, world: facts(event, contact_phone="22 00 00 00"),
    ),
    "preliminary": (
        lambda event, world: change_status(event, "planned", now=timezone.now()),
        lambda event, world: change_status(event, "confirmed", now=timezone.now()),
    ),
    "no hours": (lambda event, world: hours(event, None), lambda event, world: hours(event, dt.time(9))),
    "no hours, and said so": (
        lambda event, world: hours(event, None),
        lambda event, world: facts(event, times_known=False),
    ),
    "map": (
        map_without_words,
        lambda event, world: Venue.objects.update(map_alt={"nb": "Kart over kvartalet"}),
    ),
    "not published": (
        lambda event, world: page_of(event).unpublish(),
        lambda event, world: page_of(event).save_revision().publish(),
    ),
    "not published changes": (
        lambda event, world: write(page_of(event), publish=False, intro="Annet."),
        lambda event, world: page_of(event).get_latest_revision().publish(),
    ),
    "no intro": (
        lambda event, world: write(page_of(event), intro=""),
        lambda event, world: write(page_of(event), intro="Kort."),
    ),
    "lead picture": (
        lambda event, world: write(page_of(event), hero_image=picture()),
        lambda event, world: write(page_of(event), hero_alt="Folk i en sal"),
    ),
    "picture in text": (picture_in_text, lambda event, world: write(page_of(event), publish=False, body=[])),
    "gallery": (picture_in_gallery, lambda event, world: write(page_of(event), publish=False, body=[])),
    "another title": (
        lambda event, world: write(page_of(event), title="Høstsamlingen"),
        lambda event, world: facts(event, name={"nb": "Høstsamlingen"}),
    ),
    "restricted": (restrict, lambda event, world: PageViewRestriction.objects.all().delete()),
    "behind": (fall_behind, catch_up),
    "no English name": (
        lambda event, world: (english_page(event, world), facts(event, name={"nb": "Samling i Oslo"})),
        lambda event, world: facts(event, name={"nb": "Samling i Oslo", "en": "Gathering in Oslo"}),
    ),
    "stop": (
        lambda event, world: add_session(event, "Samtidig"),
        lambda event, world: change_session(event, "Samtidig", start="12:00"),
    ),
    "not released": (
        lambda event, world: change_session(event, "Åpning", title={"nb": "Velkommen"}),
        lambda event, world: release_programme(event, now=timezone.now()),
    ),
    "no room": (
        lambda event, world: change_session(event, "Åpning", room=None),
        lambda event, world: change_session(event, "Åpning", where={"nb": "Foajeen"}),
    ),
    "untranslated": (
        lambda event, world: add_session(event, {"nb": "Lunsj", "en": "Lunch"}, start="12:00"),
        lambda event, world: change_session(event, "Åpning", title={"nb": "Åpning", "en": "Opening"}),
    ),
}


def items(client, event):
    response = client.get(reverse("nsr_events_admin:overview", args=[event.pk]))
    assert response.status_code == 200
    return {str(item.text): item for item in response.context["items"]}


@pytest.mark.parametrize("cause", CAUSES)
def test_an_item_appears_with_its_cause_and_goes_with_it(client, world, event, cause):
    client.force_login(world.boss)
    provoke, mend = CAUSES[cause]
    assert items(client, event) == {}, "the event lacks nothing to begin with"

    provoke(event, world)
    with_it = items(client, event)
    mend(event, world)
    without = items(client, event)

    gone = set(with_it) - set(without)
    assert gone, with_it
    for text in gone:
        assert client.get(with_it[text].url).status_code == 200, text


def test_an_event_without_page_and_programme_lacks_only_these(client, world, event):
    client.force_login(world.boss)
    page_of(event).delete()
    assert len(items(client, event)) == 1


def test_the_gravest_items_stand_first_and_each_is_told_once(client, world, event):
    client.force_login(world.boss)
    facts(event, contact_email="", venue=None)
    write(page_of(event), title="Annet", intro="")
    found = list(items(client, event).values())
    assert [item.severity for item in found] == sorted(item.severity for item in found)
    assert len(found) == 4


class TestTheHeader:
    """Page and programme side by side, on each step the same as the public site."""

    def states(self, client, event):
        response = client.get(reverse("nsr_events_admin:days", args=[event.pk]))
        frame = next(iter(response.wsgi_request.__dict__["_nsr_events_frames"].values()))
        return {part.key: str(state.label) for part, state in frame.states}

    def shown(self, client, page, path=""):
        client.logout()
        status = client.get(page.url + path).status_code if page and page.url else 404
        return status == 200

    def test_the_page_from_none_to_unpublished(self, client, world):
        event = world.event
        seen = []

        def look():
            client.force_login(world.boss)
            word = self.states(client, event)["page"]
            seen.append((word, self.shown(client, page_of(event))))

        look()
        page = make_page(event, parent=world.index, by=world.boss)
        look()
        page.get_latest_revision().publish()
        look()
        write(page, publish=False, intro="Nytt")
        look()
        write(page, intro="Nytt")
        look()
        page_of(event).unpublish()
        look()
        page = page_of(event)
        page.go_live_at = timezone.now() + DAY
        page.save_revision().publish()
        look()
        page_of(event).delete()
        look()

        none, draft, live, changed, again, unpublished, scheduled, deleted = seen
        assert [is_shown for _word, is_shown in seen] == [False, False, True, True, True, False, False, False]
        assert live == again
        assert (draft, none) == (unpublished, deleted)
        assert len({word for word, _shown in (none, draft, live, changed, scheduled)}) == 5

    def test_the_programme_from_none_to_changed(self, client, world):
        event = Event.objects.get(pk=world.event.pk)
        page = make_page(event, parent=world.index, by=world.boss)
        page.get_latest_revision().publish()
        seen = []

        def look():
            client.force_login(world.boss)
            word = self.states(client, event)["programme"]
            client.logout()
            body = client.get(page_of(event).url + "programme/").content.decode()
            seen.append((word, [title for title in ("Åpning", "Velkommen") if title in body]))

        look()
        add_session(event, "Åpning")
        look()
        release_programme(event, now=timezone.now())
        look()
        change_session(event, "Åpning", title={"nb": "Velkommen"})
        look()
        release_programme(event, now=timezone.now())
        look()

        assert [titles for _word, titles in seen] == [[], [], ["Åpning"], ["Åpning"], ["Velkommen"]]
        words = [word for word, _titles in seen]
        assert len(set(words)) == 5
        assert "1" in words[2]
        assert "1" in words[3]
        assert "2" in words[4]


def test_the_overview_reads_the_programme_once(client, world, event):
    client.force_login(world.boss)
    items(client, event)
    with CaptureQueriesContext(connection) as captured:
        items(client, event)
    for table in ("nsr_events_eventdayhost", "nsr_events_session", "nsr_events_programmerelease"):
        assert sum(f'FROM "{table}" ' in query["sql"] for query in captured) == 1, table
