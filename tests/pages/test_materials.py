"""Slides and documents on public pages: links for what is open, a word on the rest, 404 for whoever guesses."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.models import PageViewRestriction

from nsr_events.programme.materials import save_material
from nsr_events.programme.models import SessionMaterial
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from tests.factories import NOW, make_event, make_index, make_page

pytestmark = pytest.mark.django_db

UNKNOWN = "5b6c5f0e-2b60-4f0a-9a64-1e9f7d8f2c11"


@pytest.fixture
def page():
    """A page of an event months ahead, with one released talk."""
    ahead = timezone.now().date() + dt.timedelta(days=90)
    event = make_event("Samling", date=ahead, now=timezone.now())
    create_session(event, now=NOW, day=event.days.first().uid, start="10:00", title={"nb": "Trusselbildet"})
    release_programme(event, now=timezone.now())
    return make_page(event, make_index())


@pytest.fixture
def session(page):
    return page.event.sessions.get()


def add(page, title, *, session=None, name="Trusler – æøå.pdf", **fields):
    row = SessionMaterial(
        event=page.event, session=session, title={"nb": title}, **{"visible_from": "now", **fields}
    )
    return save_material(row, uploaded=None if row.link else SimpleUploadedFile(name, b"lysbilder"))


def address(page, row):
    return f"{page.url}materials/{row.uid}/"


def test_what_is_open_is_a_link_on_both_pages_and_the_rest_is_for_participants(client, page, session):
    add(page, "Program til veggen", access="public")
    add(page, "Opptaket", session=session, link="https://video.example.no/1", access="public")
    add(page, "Deltakerheftet", session=session, access="registered")
    add(page, "Fasiten", session=session, access="public", visible_from="after_session")

    for path in ("", f"sessions/{session.uid}/"):
        body = client.get(page.url + path).content.decode()
        assert 'href="https://video.example.no/1"' in body
        assert "Deltakerheftet" in body
        assert gettext("for participants") in body
        assert "Fasiten" in body
        assert body.count("/materials/") == (1 if path == "" else 0)
    assert "Program til veggen" in client.get(page.url).content.decode()


def test_nothing_is_said_where_there_is_nothing(client, page):
    assert 'id="dokumenter"' not in client.get(page.url).content.decode()


def test_a_public_file_goes_out_as_an_attachment_that_caches_may_keep(client, page):
    response = client.get(address(page, add(page, "Lysbilder", access="public")))

    assert b"".join(response.streaming_content) == b"lysbilder"
    assert response["Content-Disposition"] == (
        "attachment; filename=\"trusler-aeoa.pdf\"; filename*=UTF-8''Trusler%20%E2%80%93%20%C3%A6%C3%B8%C3%A5.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Content-Type"] == "application/pdf"
    assert "Set-Cookie" not in response
    assert "Vary" not in response


def test_an_editors_copy_is_stored_by_nobody(admin_client, page):
    row = add(page, "Lysbilder", access="public")

    assert admin_client.get(address(page, row))["Cache-Control"] == "private, no-store"


def test_head_answers_like_get_without_the_file(client, page):
    response = client.head(address(page, add(page, "Lysbilder", access="public")))

    assert response.status_code == 200
    assert response["Content-Length"] == "9"
    assert response.getvalue() == b""


@pytest.mark.parametrize(
    "fields",
    [
        {"access": "registered"},
        {"access": "attended"},
        {"access": "registered", "link": "https://video.example.no/1"},
        {"access": "public", "visible_from": "after_session"},
        {"access": "public", "visible_from": "after_event"},
    ],
)
def test_a_guessed_address_of_what_is_not_for_everybody_is_404(client, page, session, fields):
    row = add(page, "Hemmelige lysbilder", session=session, **fields)
    response = client.get(address(page, row))

    assert response.status_code == 404
    assert b"Hemmelige lysbilder" not in response.content
    assert b"video.example.no" not in response.content


def test_what_closes_again_is_404_from_then_on(client, page):
    row = add(page, "Lysbilder", access="public")
    assert client.get(address(page, row)).status_code == 200
    row.access = "registered"
    save_material(row)

    assert client.get(address(page, row)).status_code == 404


@pytest.mark.parametrize("path", [UNKNOWN, "..%2f..%2fsettings", "%2e%2e/%2e%2e", "abc", UNKNOWN + "/../x"])
def test_an_address_that_names_no_material_is_404(client, page, path):
    assert client.get(f"{page.url}materials/{path}/").status_code == 404


def test_a_material_of_another_event_is_404_below_this_one(client, page):
    other = make_page(make_event("Annet"), page.get_parent().specific)

    assert client.get(address(page, add(other, "Lysbilder", access="public"))).status_code == 404


def test_a_draft_page_hands_out_nothing(client, page):
    row = add(page, "Lysbilder", access="public")
    page.unpublish()

    assert client.get(address(page, row)).status_code == 404


def test_a_page_behind_a_login_hands_out_nothing_and_nobody_stores_it(client, django_user_model, page):
    row = add(page, "Lysbilder", access="public")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)

    assert client.get(address(page, row)).status_code == 302
    client.force_login(django_user_model.objects.create_user("reader"))
    assert "no-store" in client.get(address(page, row))["Cache-Control"]


def test_hostile_titles_and_names_stay_text(client, page):
    words = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(1)>"
    add(page, words, access="public", name='"><img src=x>.pdf')
    body = client.get(page.url).content.decode()

    assert "<img src=x" not in body
    assert "alert(1)</script>\"'" not in body
