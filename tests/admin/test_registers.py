"""Venues with rooms, people, organisations, series, types, regions; the choosers; groups and the menu."""

import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission

from nsr_events.core.models import (
    EventDayHost,
    EventOrganisation,
    Organisation,
    Person,
    Region,
    Room,
    Venue,
)
from nsr_events.core.permissions import ACTIONS
from nsr_events.programme.models import Session, SessionPerson
from tests.admin.conftest import give_model, make_event, make_user


@pytest.fixture
def librarian(client, world):
    """A browser signed in as somebody who keeps the registers, and edits Oslo's events."""
    user = make_user("librarian", collection=world.oslo, actions=["change"])
    models = ("venue", "person", "organisation", "series", "eventtype", "region")
    give_model(user, *(f"{action}_{model}" for model in models for action in ("add", "change", "delete")))
    client.force_login(user)
    return client


def delete(client, register, row):
    return client.post(f"/admin/events/{register}/delete/{row.pk}/")


class TestDeletingWhatIsInUse:
    """Refused with an explanation, in single; nothing of other collections is named."""

    @pytest.fixture
    def used(self, world):
        """A venue, a person and an organisation that an event of each collection rests on."""
        world.foreign.venue = world.venue
        world.foreign.save()
        for event in (world.event, world.foreign):
            EventOrganisation.objects.create(event=event, organisation=world.organisation)
            session = Session.objects.create(event=event, title={"nb": "Trusselbildet"})
            SessionPerson.objects.create(session=session, person=world.person)
        EventDayHost.objects.create(day=world.event.days.first(), organisation=world.organisation)
        return world

    @pytest.mark.parametrize("register", ["venues", "people", "organisations", "types"])
    def test_it_is_kept_and_the_own_event_is_named(self, librarian, used, register):
        row = {
            "venues": used.venue,
            "people": used.person,
            "organisations": used.organisation,
            "types": used.type,
        }[register]
        for response in (
            librarian.get(f"/admin/events/{register}/delete/{row.pk}/"),
            delete(librarian, register, row),
        ):
            page = response.content.decode()
            assert response.status_code == 200
            assert "Samling i Oslo" in page
            assert "Åpning på Trondheimskaia" not in page
            assert "1 event of another" in page or "1 arrangement i en annen" in page
            assert "tatt i bruk" not in page, "it was in use all along"
        assert type(row).objects.filter(pk=row.pk).exists()

    def test_what_nothing_rests_on_goes(self, librarian, world):
        free = Venue.objects.create(name="Ledig hus")
        assert delete(librarian, "venues", free).status_code == 302
        assert not Venue.objects.filter(pk=free.pk).exists()


class TestVenues:
    """A venue and its rooms in one form."""

    def form(self, **changes):
        return {
            "name": "Middelthunsgate 27",
            "country": "NO",
            "rooms-TOTAL_FORMS": "2",
            "rooms-INITIAL_FORMS": "0",
            "rooms-0-name": "Storsalen",
            "rooms-0-seats": "80",
            "rooms-0-step_free": "on",
            "rooms-0-active": "on",
            "rooms-0-sort_order": "1",
            "rooms-1-name": "Fløyen",
            "rooms-1-sort_order": "2",
            **changes,
        }

    def test_a_venue_is_made_with_its_rooms(self, librarian, world):
        librarian.post("/admin/events/venues/new/", self.form())
        venue = Venue.objects.get(name="Middelthunsgate 27")
        assert [(room.name, room.seats, room.active) for room in venue.rooms.all()] == [
            ("Storsalen", 80, True),
            ("Fløyen", None, False),
        ]

    def test_a_mistake_in_a_room_saves_nothing(self, librarian, world):
        response = librarian.post("/admin/events/venues/new/", self.form(**{"rooms-1-name": ""}))
        assert response.status_code == 200
        assert not Venue.objects.filter(name="Middelthunsgate 27").exists()

    def test_a_room_the_programme_uses_is_not_deleted(self, librarian, world):
        Session.objects.create(event=world.event, title={"nb": "Trusselbildet"}, room=world.room)
        form = self.form(
            **{
                "rooms-TOTAL_FORMS": "1",
                "rooms-INITIAL_FORMS": "1",
                "rooms-0-id": world.room.pk,
                "rooms-0-DELETE": "on",
            }
        )
        response = librarian.post(f"/admin/events/venues/edit/{world.venue.pk}/", form)
        assert response.status_code == 200
        assert "Storsalen" in response.context["form"].rooms.non_form_errors()[0]
        assert Room.objects.filter(pk=world.room.pk).exists()

    def test_a_room_nothing_uses_is_deleted(self, librarian, world):
        form = self.form(
            **{
                "rooms-TOTAL_FORMS": "1",
                "rooms-INITIAL_FORMS": "1",
                "rooms-0-id": world.room.pk,
                "rooms-0-DELETE": "on",
            }
        )
        librarian.post(f"/admin/events/venues/edit/{world.venue.pk}/", form)
        assert not Room.objects.filter(pk=world.room.pk).exists()

    def test_a_room_of_another_venue_is_not_touched(self, librarian, world):
        other = Room.objects.create(venue=Venue.objects.create(name="Annet hus"), name="Deres sal")
        form = self.form(
            **{
                "rooms-TOTAL_FORMS": "1",
                "rooms-INITIAL_FORMS": "1",
                "rooms-0-id": other.pk,
                "rooms-0-name": "Kapret",
            }
        )
        librarian.post(f"/admin/events/venues/edit/{world.venue.pk}/", form)
        other.refresh_from_db()
        assert other.name == "Deres sal"


def test_regions_are_put_in_order(librarian, world):
    second = Region.objects.create(name={"nb": "Vestlandet"}, slug="vestlandet", sort_order=5)
    librarian.post(f"/admin/events/regions/reorder/{second.pk}/?position=0")
    assert list(Region.objects.order_by("sort_order").values_list("slug", flat=True)) == [
        "vestlandet",
        "ostlandet",
    ]


def test_multilingual_columns_are_never_sorted_by(librarian, world):
    """SQL would sort the JSON."""
    for register in ("series", "types", "regions"):
        page = librarian.get(f"/admin/events/{register}/")
        assert "ordering=name" not in page.content.decode()
        assert librarian.get(f"/admin/events/{register}/?ordering=name").status_code == 200


class TestChoosers:
    """Rooms by venue, people by name; what is typed by hand is no 500."""

    def test_rooms_are_narrowed_to_a_venue(self, as_editor, world):
        Room.objects.create(venue=Venue.objects.create(name="Annet hus"), name="Deres sal")
        listed = as_editor.get(f"/admin/events/choose/room/results/?venue={world.venue.pk}").content.decode()
        assert "Storsalen" in listed
        assert "Deres sal" not in listed

    @pytest.mark.parametrize("value", ["abc", "9" * 30, "-1", ""])
    def test_a_venue_that_is_none_lists_no_room(self, as_editor, world, value):
        response = as_editor.get(f"/admin/events/choose/room/results/?venue={value}")
        assert response.status_code == 200
        assert "Storsalen" not in response.content.decode()

    @pytest.mark.parametrize("pk", ["abc", "9" * 30, "-1"])
    @pytest.mark.parametrize("kind", ["event", "person", "organisation", "venue", "room"])
    def test_a_choice_that_is_none_is_404(self, as_editor, world, kind, pk):
        assert as_editor.get(f"/admin/events/choose/{kind}/chosen/{pk}/").status_code == 404

    def test_several_events_at_once_are_the_users_own(self, as_editor, world):
        ids = f"id={world.event.pk}&id={world.foreign.pk}&id=abc"
        chosen = as_editor.get(f"/admin/events/choose/event/chosen-multiple/?multiple=1&{ids}").json()
        assert [each["title"] for each in chosen["result"]] == ["Samling i Oslo"]

    def test_the_search_finds_the_users_own_events(self, as_editor, world):
        call_command("wagtail_update_index", verbosity=0)
        make_event("Åpning i Oslo", collection=world.oslo, type=world.type)
        call_command("wagtail_update_index", verbosity=0)
        listed = as_editor.get("/admin/events/choose/event/results/?q=åpning").content.decode()
        assert "Åpning i Oslo" in listed
        assert "Trondheimskaia" not in listed

    def test_a_person_is_made_on_the_spot_by_whoever_may_add_people(self, librarian, world):
        data = {"given_name": "Ola", "family_name": "Ny", "title": "Leder"}
        response = librarian.post("/admin/events/choose/person/create/", data)
        assert response.json()["result"]["title"] == "Ola Ny"
        assert Person.objects.filter(family_name="Ny").exists()

    def test_the_dialog_offers_no_form_to_others(self, as_editor, world):
        assert 'name="given_name"' not in as_editor.get("/admin/events/choose/person/").json()["html"]
        response = as_editor.post(
            "/admin/events/choose/person/create/", {"given_name": "Ola", "family_name": "N"}
        )
        assert response.status_code == 302
        assert Person.objects.count() == 1


class TestGroups:
    """The panel on Wagtail's group screen, and the suggested groups."""

    def test_each_action_is_one_box_and_stands_nowhere_twice(self, client, world):
        client.force_login(world.boss)
        page = client.get(reverse("wagtailusers_groups:add"))
        text = page.content.decode()
        own = Permission.objects.filter(content_type__app_label="nsr_events", content_type__model="event")
        codenames = {f"{action}_event" for action in ACTIONS}
        boxes = own.filter(codename__in=codenames)
        assert boxes.count() == len(ACTIONS)
        panel = next(each for each in page.context["permission_panels"] if "nsr_events" in each.prefix)
        assert {each.codename for each in panel.permission_queryset} == codenames
        assert 'name="nsr_events_permissions-TOTAL_FORMS"' in text
        for permission in own:
            assert f'name="permissions" value="{permission.pk}"' not in text

    def test_ticks_are_saved_for_a_collection(self, client, world):
        client.force_login(world.boss)
        change = Permission.objects.get(codename="change_event", content_type__app_label="nsr_events")
        prefixes = ["page_permissions", "collection_permissions", "document_permissions", "image_permissions"]
        response = client.get(reverse("wagtailusers_groups:add"))
        prefixes = [panel.prefix for panel in response.context["permission_panels"]]
        data = {
            f"{prefix}-{name}_FORMS": "0" for prefix in prefixes for name in ("TOTAL", "INITIAL", "MIN_NUM")
        }
        data.update(
            {
                "name": "Oslos redaktører",
                "nsr_events_permissions-TOTAL_FORMS": "1",
                "nsr_events_permissions-0-collection": world.oslo.pk,
                "nsr_events_permissions-0-permissions": [change.pk],
            }
        )
        client.post(reverse("wagtailusers_groups:add"), data)
        group = Group.objects.get(name="Oslos redaktører")
        assert [(row.collection, row.permission) for row in group.collection_permissions.all()] == [
            (world.oslo, change)
        ]

    def test_the_suggested_groups_are_made_once(self, world):
        out = io.StringIO()
        call_command("nsr_events_create_groups", collection="Oslo krets", stdout=out)
        call_command("nsr_events_create_groups", collection=str(world.oslo.pk), stdout=out)
        group = Group.objects.get(name="Care contacts – Oslo krets")
        rows = GroupCollectionPermission.objects.filter(group=group)
        assert {(row.collection, row.permission.codename) for row in rows} == {
            (world.oslo, "see_registrations_event"),
            (world.oslo, "see_sensitive_event"),
        }
        assert Group.objects.filter(name__endswith="Oslo krets").count() == 8

    def test_organisers_see_neither_sensitive_answers_nor_the_audit_log(self, world):
        call_command("nsr_events_create_groups", stdout=io.StringIO())
        group = Group.objects.get(name="Organisers")
        names = {row.permission.codename for row in group.collection_permissions.all()}
        assert len(names) == len(ACTIONS) - 2
        assert not names & {"see_sensitive_event", "see_audit_event"}

    def test_an_unknown_collection_is_named(self, world):
        with pytest.raises(CommandError, match="Bergen"):
            call_command("nsr_events_create_groups", collection="Bergen")


class TestCollections:
    """A collection that holds events is not deleted."""

    def test_wagtail_says_why(self, client, world):
        client.force_login(world.boss)
        url = reverse("wagtailadmin_collections:delete", args=[world.oslo.pk])
        page = client.get(url).content.decode()
        assert f"/admin/events/?collection={world.oslo.pk}" in page
        client.post(url)
        assert Collection.objects.filter(pk=world.oslo.pk).exists()

    def test_an_empty_one_is(self, client, world):
        empty = Collection.get_first_root_node().add_child(name="Tom")
        client.force_login(world.boss)
        client.post(reverse("wagtailadmin_collections:delete", args=[empty.pk]))
        assert not Collection.objects.filter(pk=empty.pk).exists()


class TestMenu:
    """Menus hide what one may not use; they protect nothing."""

    def test_an_editor_sees_all_events_and_no_register(self, as_editor, world):
        page = as_editor.get("/admin/").content.decode()
        assert "/admin/events/" in page
        assert "/admin/events/venues/" not in page

    def test_a_librarian_sees_the_registers(self, librarian, world):
        page = librarian.get("/admin/").content.decode()
        for register in ("venues", "people", "organisations", "series", "types", "regions"):
            assert f"/admin/events/{register}/" in page

    def test_a_stranger_sees_neither(self, client, world):
        client.force_login(make_user("stranger"))
        assert 'href="/admin/events/' not in client.get("/admin/").content.decode()


def test_organisations_are_found_by_name(librarian, world):
    Organisation.objects.create(name="Politidirektoratet")
    call_command("wagtail_update_index", verbosity=0)
    page = librarian.get("/admin/events/organisations/?q=polit").content.decode()
    assert "Politidirektoratet" in page
    assert "Kripos" not in page
