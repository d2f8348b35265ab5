"""What event, programme and session pages answer over HTTP."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from nsr_events.core.events import change_status, save_facts
from nsr_events.core.models import Event, EventOrganisation, Organisation, Person, Room, Venue
from nsr_events.programme.models import Session
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import cancel, create_session, unplace, update_session
from scripts.grid_classes import TARGET, stylesheet
from tests.factories import NOW, make_event, make_index, make_page

pytestmark = pytest.mark.django_db

HOSTILE = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(1)> {{ 7|add:7 }} æøå 🎉 \u202e"


@pytest.fixture
def index():
    return make_index()


@pytest.fixture
def page(index):
    """A page of an event in a house with two rooms, with one released talk."""
    venue = Venue.objects.create(name="Huset", city="Oslo")
    Room.objects.create(venue=venue, name="Storsalen", seats=80)
    event = make_event("Samling", days=2, venue=venue)
    add_session(event, "Trusselbildet")
    release_programme(event, now=NOW)
    return make_page(event, index)


def add_session(event, title, **values):
    """A talk at ten o'clock on the first day."""
    room = Room.objects.filter(venue=event.venue).first()
    first = {
        "day": event.days.first().uid,
        "start": "10:00",
        "minutes": 45,
        "room": room and room.uid,
        "title": {"nb": title},
    }
    return create_session(event, now=NOW, **{**first, **values}).sessions[0]


def test_a_visitor_gets_a_cacheable_page_without_a_cookie(client, page):
    response = client.get(page.url)

    assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
    assert "Vary" not in response
    assert response.cookies == {}
    assert client.get(page.url, headers={"if-none-match": response["ETag"]}).status_code == 304


def test_an_editor_gets_a_page_that_nobody_stores(admin_client, page):
    assert admin_client.get(page.url)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["", "programme/", "calendar.ics", "programme.ics"])
def test_public_addresses_answer_get_and_head_only(client, page, path):
    assert client.head(page.url + path).status_code == 200
    assert client.post(page.url + path).status_code == 405


@pytest.mark.parametrize(
    "path", ["calendar.ics", "programme.ics", "programme/now.json", "programme/changes.atom"]
)
def test_a_file_takes_no_post_also_without_a_token(page, path):
    assert Client(enforce_csrf_checks=True).post(page.url + path).status_code == 405


@pytest.mark.parametrize("path", ["", "programme/", "calendar.ics", "programme.ics"])
def test_a_draft_is_nowhere(client, index, page, path):
    page.unpublish()

    assert client.get(page.url + path).status_code == 404
    assert "Samling" not in client.get(index.url).content.decode()


@pytest.mark.parametrize("path", ["", "programme/", "calendar.ics", "programme.ics"])
def test_a_page_behind_a_login_leaks_nothing(client, index, page, path):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)

    response = client.get(page.url + path)

    assert response.status_code == 302
    assert b"Trusselbildet" not in response.content
    assert "Samling" not in client.get(index.url).content.decode()


def test_a_page_behind_a_password_is_never_stored_by_a_cache(client, page):
    restriction = PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password="hemmelig"
    )
    address = reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, page.pk])
    client.post(address, {"password": "hemmelig", "return_url": page.url})

    response = client.get(page.url)

    assert response.status_code == 200
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


@pytest.mark.parametrize("path", ["", "programme/", "programme/changes/"])
def test_a_page_behind_a_login_is_stored_by_nobody_for_who_signs_in_without_a_cookie(
    client, page, path, settings
):
    """Single sign-on names the reader in a header, and the first request has no cookie yet."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.RemoteUserMiddleware"]
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)

    response = client.get(page.url + path, REMOTE_USER="leser")

    assert response.status_code == 200
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_calendars_of_a_restricted_page_are_private_and_speak_for_the_page(admin_client, page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)

    for path in ("calendar.ics", "programme.ics", f"sessions/{page.event.sessions.get().uid}.ics"):
        response = admin_client.get(page.url + path)
        assert "private" in response["Cache-Control"]
        assert page.url.encode() in response.content.replace(b"\r\n ", b"")


def test_before_the_first_release_the_page_says_so(client, index):
    page = make_page(make_event("Ny"), index, programme_note="Programmet kommer i mai.")
    Session.objects.create(event=page.event, title={"nb": "Hemmelig utkast"})

    body = client.get(page.url + "programme/").content.decode()

    assert "Programmet kommer i mai." in body
    assert "Hemmelig utkast" not in body
    assert client.get(page.url + "programme.ics").status_code == 404


def test_no_edit_changes_a_public_byte_before_it_is_released(client, page):
    session = page.event.sessions.get()
    addresses = [
        page.url,
        f"{page.url}programme/",
        f"{page.url}sessions/{session.uid}/",
        f"{page.url}programme.ics",
    ]
    before = [client.get(address).content for address in addresses]

    update_session(
        page.event, session.uid, version=session.version, now=NOW, title={"nb": "Nytt navn"}, start="12:00"
    )
    draft = type(page).objects.get(pk=page.pk)
    draft.intro = "Et utkast."
    draft.save_revision()

    assert [client.get(address).content for address in addresses] == before
    release_programme(page.event, now=NOW + dt.timedelta(hours=1))
    assert all(
        old != new
        for old, new in zip(before[1:], [client.get(one).content for one in addresses[1:]], strict=True)
    )


def test_a_session_page_tells_title_time_room_and_people(client, page):
    person = Person.objects.create(
        given_name="Kari", family_name="Nordmann", title="Leder", employer="Kripos"
    )
    session = add_session(
        page.event, "Metode", start="12:00", people=[{"person": person.uid, "role": "speaker"}]
    )
    release_programme(page.event, now=NOW)

    body = client.get(f"{page.url}sessions/{session.uid}/").content.decode()

    for words in (
        "Metode",
        "12:00–12:45",
        "Storsalen",
        "Kari Nordmann",
        "Leder",
        "Kripos",
        "Tirsdag 8.\xa0juni",
    ):
        assert words in body


def test_a_session_in_another_language_says_which(client, page):
    session = add_session(page.event, "Guest lecture", start="12:00", language="en")
    release_programme(page.event, now=NOW)

    assert "<dd>engelsk</dd>" in client.get(f"{page.url}sessions/{session.uid}/").content.decode()


@pytest.mark.parametrize("uid", ["00000000-0000-4000-8000-000000000000"])
def test_an_unknown_session_is_not_found(client, page, uid):
    assert client.get(f"{page.url}sessions/{uid}/").status_code == 404


def test_an_internal_item_has_no_page_and_stands_nowhere(client, page):
    session = add_session(page.event, "Rigging", kind="internal", start="07:00")
    release_programme(page.event, now=NOW)

    assert client.get(f"{page.url}sessions/{session.uid}/").status_code == 404
    assert "Rigging" not in client.get(f"{page.url}programme/").content.decode()


def test_what_has_left_the_programme_has_no_page_any_more(client, page):
    session = page.event.sessions.get()
    address = f"{page.url}sessions/{session.uid}/"
    assert client.get(address).status_code == 200

    unplace(page.event, session.uid, version=session.version, now=NOW)
    release_programme(page.event, now=NOW)

    assert client.get(address).status_code == 404
    assert "Trusselbildet" not in client.get(f"{page.url}programme/").content.decode()


def test_a_cancelled_session_is_struck_and_keeps_its_page(client, page):
    session = page.event.sessions.get()
    cancel(page.event, session.uid, version=session.version, now=NOW)
    release_programme(page.event, now=NOW)

    body = client.get(f"{page.url}programme/").content.decode()

    assert "is-off" in body
    assert "Avlyst" in body
    assert client.get(f"{page.url}sessions/{session.uid}/").status_code == 200


def test_a_session_moved_this_week_says_where_it_was(client, page):
    now = timezone.now()
    page.event.releases.update(at=now - dt.timedelta(days=30))
    session = page.event.sessions.get()
    update_session(page.event, session.uid, version=session.version, now=now, start="11:00")
    release_programme(page.event, now=now)

    body = client.get(f"{page.url}sessions/{session.uid}/").content.decode()

    assert "Ny tid" in body
    assert "<s>tirsdag 8.\xa0juni, 10:00, Storsalen</s>" in body
    assert "Ny tid" in client.get(f"{page.url}programme/").content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", {"Alfa", "Beta"}), ("?q=alfa", {"Alfa"}), ("?kind=workshop", {"Beta"}), ("?q=ingenting", set())],
)
def test_the_server_filters_the_programme(client, index, query, shown):
    event = make_event("Filter")
    add_session(event, "Alfa")
    add_session(event, "Beta", kind="workshop", start="12:00")
    release_programme(event, now=NOW)
    page = make_page(event, index)

    body = client.get(f"{page.url}programme/{query}").content.decode()

    assert {title for title in ("Alfa", "Beta") if f">{title}<" in body} == shown


def test_an_unknown_filter_value_is_left_out_and_said(client, page):
    body = client.get(f"{page.url}programme/?track=finnesikke&kind=tull").content.decode()

    assert "Trusselbildet" in body
    assert "finnesikke" in body
    assert "Utelatt" in body


def test_hostile_text_is_text_everywhere(client, index):
    venue = Venue.objects.create(name=HOSTILE[:80], city="Oslo", address=HOSTILE[:80])
    Room.objects.create(venue=venue, name=HOSTILE[:70], seats=1)
    event = make_event({"nb": HOSTILE[:100]}, venue=venue, audience={"nb": HOSTILE}, fee_note={"nb": HOSTILE})
    person = Person.objects.create(given_name="Kari<b>", family_name="O'Brien & sønn", title=HOSTILE[:90])
    session = add_session(
        event, HOSTILE, abstract={"nb": HOSTILE * 20}, people=[{"person": person.uid, "role": "speaker"}]
    )
    release_programme(event, now=NOW)
    page = make_page(
        event, index, title=HOSTILE, intro=HOSTILE[:200], kicker=HOSTILE[:60], programme_note=HOSTILE
    )

    for path in (index.url, page.url, f"{page.url}programme/", f"{page.url}sessions/{session.uid}/"):
        body = client.get(path).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body
        assert "Kari<b>" not in body
        assert "æøå 🎉" in body


def test_a_long_event_a_title_without_end_and_no_programme_at_all(client, index):
    page = make_page(make_event("x" * 120, days=31), index, title="y" * 255)

    assert client.get(page.url).status_code == 200
    assert client.get(page.url + "programme/").status_code == 200


@pytest.mark.parametrize(
    ("status", "words"),
    [("cancelled", "Arrangementet er avlyst."), ("postponed", "Utsatt"), ("planned", "Foreløpig dato")],
)
def test_the_page_tells_the_status(client, page, status, words):
    change_status(page.event, status, now=NOW)

    assert words in client.get(page.url).content.decode()


def test_hosts_themes_and_places_of_each_day_stand_on_page_and_programme(client, index):
    event = make_event("Tre dager", days=2)
    other = Venue.objects.create(name="NSRs hus", city="Oslo")
    days = list(event.days.all())
    days[1].venue, days[1].theme = other, {"nb": "Hjemme hos næringslivet"}
    police = Organisation.objects.create(name="Politidirektoratet")
    council = Organisation.objects.create(name="Næringslivets Sikkerhetsråd", short_name="NSR")
    save_facts(
        event,
        now=NOW,
        days=days,
        hosts={days[0].date: [police], days[1].date: [council]},
        organisations=[EventOrganisation(organisation=police, role="organiser")],
    )
    add_session(event, "Start")
    release_programme(event, now=NOW)
    page = make_page(event, index)

    for path in ("", "programme/"):
        body = client.get(page.url + path).content.decode()
        for words in ("Politidirektoratet", "NSR", "NSRs hus", "Hjemme hos næringslivet"):
            assert words in body


def test_a_page_moved_elsewhere_takes_its_programme_and_feeds_along(
    client, page, django_capture_on_commit_callbacks
):
    old = page.url
    page = type(page).objects.get(pk=page.pk)
    page.slug = "nytt-navn"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    new = type(page).objects.get(pk=page.pk).url

    for path in ("", "programme/", "calendar.ics", "programme.ics"):
        response = client.get(old + path, follow=True)
        assert response.status_code == 200, (path, response.redirect_chain)
        assert response.redirect_chain[-1][0].startswith(new), path


def test_reserved_slugs_are_refused_with_a_reason(index):
    with pytest.raises(ValidationError, match="programme"):
        make_page(make_event("Navn"), index, slug="programme", live=False)


def test_a_page_keeps_its_own_event_whatever_a_revision_says(page):
    other = make_event("En annen")
    revision = page.save_revision()
    revision.content["event"] = other.pk
    revision.save()

    revision.publish()

    assert type(page).objects.get(pk=page.pk).event_id == page.event_id
    assert Event.objects.count() == 2


def test_a_preview_of_a_page_that_was_never_saved_works(page):
    draft = type(page)(title="Ny", slug="ny", event=page.event, locale=page.locale)

    response = draft.make_preview_request()

    assert response.status_code == 200


def test_the_grid_classes_file_is_what_its_script_writes():
    assert TARGET.read_text() == stylesheet()
