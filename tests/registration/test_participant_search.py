"""Participants in the global search: by words or domain, across the user's own events, and written down."""

import pytest
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.audit import AuditEntry
from nsr_events.registration.models import Registration
from nsr_events.registration.people.searching import search_area
from tests.admin.conftest import make_user
from tests.factories import make_event, open_registration, register
from tests.registration.people import address, coming_event, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(region):
    return coming_event(collection=region, name="Samlingen")


@pytest.fixture
def foreign(other_region):
    return coming_event(collection=other_region, name="Naboens")


def search(client, q, **more):
    return client.get(reverse("nsr_events_participants_search"), {"q": q, **more})


def names(response):
    return [row.full_name for row, _url, _dates in response.context["people"]]


@pytest.mark.parametrize(
    "q", ["Ærlig", "ærlig", "marte ærlig", "Kripos", "@politiet.no", "marte@", "{reference}"]
)
def test_finds_by_name_organisation_reference_address_and_domain(desk, event, q):
    row = person(event, last_name="Ærlig", email="Marte@politiet.no", organisation="Kripos")
    person(event, 2, first_name="Ola", email="ola@ikkepolitiet.no")
    response = search(desk, q.format(reference=row.shown_reference))
    assert names(response) == ["Marte Ærlig"]
    text = response.content.decode()
    assert address(event, "person", row.uid) in text
    assert "Samlingen" in text
    assert row.email not in text


def test_across_events_the_newest_first(desk, event, region):
    older = make_event(collection=region, name="Den gamle")
    open_registration(older)
    register(older)
    Registration.objects.filter(event=older).update(first_name="Marte")
    person(event)
    Registration.objects.all().update(last_name="Felles")
    events = [str(row.event) for row, _url, _dates in search(desk, "Felles").context["people"]]
    assert events == [str(each) for each in sorted((event, older), key=lambda each: each.start, reverse=True)]


def test_shows_nobody_of_collections_where_one_may_not_see_participants(client, event, foreign, region):
    person(event, last_name="Skjult")
    person(foreign, last_name="Skjult")
    user = make_user("mixed", collection=region, actions=["see_registrations"])
    client.force_login(user)
    assert [row.event for row, _url, _dates in search(client, "Skjult").context["people"]] == [event]
    assert "Naboens" not in search(client, "Skjult").content.decode()

    editor = make_user("editor", collection=region, actions=["change", "send_mail", "check_in"])
    client.force_login(editor)
    assert search(client, "Skjult").status_code == 302
    assert AuditEntry.objects.filter(user=editor).count() == 0


def test_the_area_is_offered_to_those_only_who_may_see_somebody(desk, event, registrar, region, rf):
    text = search(desk, "x").content.decode()
    assert f'href="{reverse("nsr_events_participants_search")}?q=x"' in text
    request = rf.get("/")
    for user, offered in (
        (registrar, True),
        (make_user("editor", collection=region, actions=["change"]), False),
    ):
        request.user = user
        assert search_area().is_shown(request) == offered


def test_each_event_somebody_was_found_at_is_written_down_once_an_hour(desk, event, registrar, region):
    other = coming_event(collection=region, name="Den andre")
    for number in (1, 2):
        person(event, number, organisation="Kripos")
    person(other, 3, organisation="Kripos")
    coming_event(collection=region, name="Uten treff")
    for _time in range(2):
        search(desk, "Kripos")
    entries = AuditEntry.objects.filter(action="registrations.searched", user=registrar)
    assert {entry.event_uid for entry in entries} == {event.uid, other.uid}
    assert entries.count() == 2
    assert "Kripos" not in str([vars(entry) for entry in entries])


@pytest.mark.parametrize("q", ["", " ", "a", "@", "@x", "\x00", "'", '"; DROP', "(", "%"])
def test_too_little_or_signs_alone_list_nobody(desk, event, q):
    person(event)
    assert names(search(desk, q)) == []
    assert not AuditEntry.objects.filter(action="registrations.searched").exists()


def test_who_was_anonymised_is_not_found(desk, event):
    person(event, last_name="Borte")
    Registration.objects.update(anonymised_at=timezone.now())
    assert names(search(desk, "Borte")) == []


def test_what_was_typed_is_text_and_stays_in_the_links_of_the_pager(desk, event):
    for number in range(30):
        person(event, number, organisation="<b>Kripos</b>")
    text = search(desk, "<b>Kripos</b>").content.decode()
    assert "<b>Kripos" not in text
    assert "%3Cb%3EKripos" in text
    assert len(names(search(desk, "<b>Kripos</b>", p=2))) == 5


def test_queries_do_not_grow_with_people_or_events(desk, event, region, django_assert_max_num_queries):
    def fill(at, number):
        for each in range(number):
            person(at, each, organisation="Kripos")

    fill(event, 3)
    search(desk, "Kripos")
    with django_assert_max_num_queries(14) as few:
        search(desk, "Kripos")
    for number in range(4):
        fill(coming_event(collection=region, name=f"Nr. {number}"), 5)
    search(desk, "Kripos")
    with django_assert_max_num_queries(14) as many:
        search(desk, "Kripos")
    assert len(many) == len(few)


def test_a_superuser_sees_everybody_and_is_logged(client, event, foreign):
    for at in (event, foreign):
        person(at, last_name="Overalt")
    boss = make_user("boss", is_superuser=True)
    client.force_login(boss)
    assert len(names(search(client, "Overalt"))) == 2
    assert AuditEntry.objects.filter(user=boss).count() == 2
