"""All events: what it lists, finds, filters, exports and changes in bulk."""

import csv
import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.utils.translation import ngettext
from openpyxl import load_workbook

from nsr_events.core.events import change_status
from nsr_events.core.models import Event
from nsr_events.outbox.models import OutgoingMail
from nsr_events.pages.reports import EventReportPage
from nsr_events.registration import seats
from tests.admin.conftest import NOW, make_event, make_user
from tests.factories import application

URL = "/admin/events/"


def names(response):
    return [str(event.name) for event in response.context["object_list"]]


@pytest.fixture
def more(world):
    """Beside the two of the world: one in the past and one far ahead, both in Oslo."""
    past = make_event("Frokostmøte", collection=world.oslo, type=world.type, first=dt.date(2020, 2, 4))
    ahead = make_event("Toppmøte", collection=world.oslo, type=world.type, first=dt.date(2031, 2, 4))
    change_status(ahead, "confirmed", now=NOW)
    call_command("wagtail_update_index", verbosity=0)
    return past, ahead


def test_it_lists_the_newest_first_and_only_the_users_own(as_editor, more):
    assert names(as_editor.get(URL)) == ["Toppmøte", "Samling i Oslo", "Frokostmøte"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"when": "past"}, ["Frokostmøte"]),
        ({"when": "upcoming"}, ["Toppmøte", "Samling i Oslo"]),
        ({"status": "confirmed"}, ["Toppmøte"]),
        ({"start_from": "2027-01-01", "start_to": "2027-12-31"}, ["Samling i Oslo"]),
        ({"q": "samling"}, ["Samling i Oslo"]),
        ({"q": "topp"}, ["Toppmøte"]),
        ({"q": "trondheimskaia"}, []),
        ({"q": "møte", "when": "past"}, []),
        ({"when": "hva som helst"}, ["Toppmøte", "Samling i Oslo", "Frokostmøte"]),
    ],
)
def test_filters_and_search(as_editor, more, query, found):
    assert names(as_editor.get(URL, query)) == found


def test_the_filter_offers_no_collection_of_others(as_editor, more):
    page = as_editor.get(URL).content.decode()
    assert "Oslo krets" in page
    assert "Trøndelag krets" not in page


def test_a_collection_of_others_finds_nothing(as_editor, world, more):
    found = names(as_editor.get(URL, {"collection": world.trondelag.pk}))
    assert "Åpning på Trondheimskaia" not in found


@pytest.mark.parametrize("value", ["abc", "99999999999999999999", "-1"])
@pytest.mark.parametrize("name", ["collection", "type", "region", "series", "start_from", "p", "ordering"])
def test_unknown_filter_values_are_no_error(as_editor, world, name, value):
    assert as_editor.get(URL, {name: value}).status_code == 200


def test_each_row_leads_to_the_workspace(as_editor, world):
    assert f'href="/admin/events/{world.event.pk}/"' in as_editor.get(URL).content.decode()


def test_the_button_for_a_new_event_is_shown_to_those_who_may_add(client, world):
    client.force_login(world.editor)
    assert "/admin/events/new/" in client.get(URL).content.decode()
    client.force_login(make_user("changer", collection=world.oslo, actions=["change"]))
    assert "/admin/events/new/" not in client.get(URL).content.decode()


class TestExport:
    """A spreadsheet opens it as text."""

    @pytest.fixture
    def hostile(self, world):
        return [
            make_event(name, collection=world.oslo, type=world.type, first=dt.date(2027, 4, number))
            for number, name in enumerate(
                ['=HYPERLINK("http://ond.example")', "+47", "@SUM(A1)", "\u200bVanlig"], 1
            )
        ]

    def test_csv_holds_own_events_and_no_living_formula(self, as_editor, world, hostile):
        body = b"".join(as_editor.get(URL, {"export": "csv"}).streaming_content).decode()
        rows = list(csv.reader(io.StringIO(body)))
        assert len(rows) == 6
        assert "Åpning på Trondheimskaia" not in body
        assert not any(cell.startswith(("=", "+", "@", "-")) for row in rows for cell in row)
        assert "'+47" in [row[0] for row in rows]

    def test_xlsx_holds_text_cells(self, as_editor, world, hostile):
        body = b"".join(as_editor.get(URL, {"export": "xlsx"}).streaming_content)
        cells = [row[0] for row in load_workbook(io.BytesIO(body)).active.iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} == {"s"}
        assert "Åpning på Trondheimskaia" not in [cell.value for cell in cells]


class TestBulk:
    """Move, cancel, delete."""

    def do(self, client, action, *events, **data):
        ids = "&".join(f"id={event.pk}" for event in events)
        return client.post(
            f"/admin/bulk/nsr_events/event/{action}/?{ids}&next=/admin/events/", data, follow=True
        )

    def test_move_to_another_collection_of_ones_own(self, client, world):
        mover = make_user("mover", collection=world.oslo, actions=["add", "change"])
        child = world.oslo.add_child(name="Oslo sentrum")
        client.force_login(mover)
        self.do(client, "move_to_collection", world.event, collection=child.pk)
        assert Event.objects.get(pk=world.event.pk).collection == child

    def test_not_into_a_collection_one_may_not_add_to(self, as_editor, world):
        self.do(as_editor, "move_to_collection", world.event, collection=world.trondelag.pk)
        assert Event.objects.get(pk=world.event.pk).collection == world.oslo

    def test_cancel(self, as_editor, world):
        self.do(as_editor, "cancel", world.event)
        assert Event.objects.get(pk=world.event.pk).status == "cancelled"

    def test_delete_skips_what_has_a_page_and_says_so(self, client, world, more):
        from nsr_events.admin.pages import make_page

        make_page(world.event, parent=world.index, by=world.boss)
        client.force_login(world.boss)
        response = self.do(client, "delete", world.event, *more)
        assert list(Event.objects.filter(collection=world.oslo)) == [world.event]
        assert any("Samling i Oslo" in str(message) for message in response.context["messages"])

    def test_what_one_may_not_do_is_named_and_left_alone(self, as_editor, world):
        response = as_editor.get(f"/admin/bulk/nsr_events/event/delete/?id={world.event.pk}")
        assert response.context["items"] == []
        assert response.context["items_with_no_access"] == [world.event]
        self.do(as_editor, "delete", world.event)
        assert Event.objects.filter(pk=world.event.pk).exists()

    def test_all_follows_the_filters_of_the_listing(self, as_editor, world, more):
        response = as_editor.get("/admin/bulk/nsr_events/event/cancel/?id=all&when=past")
        assert [each["item"] for each in response.context["items"]] == [more[0]]


@pytest.fixture(params=["registered", "mailed", "reported"])
def held(request, world):
    """Oslo's event with somebody who rests on it, and the words that say so."""
    if request.param == "registered":
        seats.register(world.event, application(world.event), now=NOW, by=world.boss)
        return ngettext("%(count)d registration", "%(count)d registrations", 1) % {"count": 1}
    if request.param == "mailed":
        OutgoingMail.objects.create(
            kind="staff.notice", event=world.event, language="nb", dedupe_key="x", priority=2,
            due=NOW, expires=NOW, status="sent",
        )  # fmt: skip
        return ngettext("%(count)d mail that was sent", "%(count)d mails that were sent", 1) % {"count": 1}
    report = EventReportPage(title="Slik var det", slug="slik", event=world.event)
    world.index.add_child(instance=report)
    return "Slik var det"


class TestWhatPeopleRestOn:
    """Neither alone nor in bulk does an event go that somebody is registered at, got mail of or wrote about."""

    def test_it_is_kept_and_the_screen_says_why(self, client, world, held):
        client.force_login(world.boss)
        response = client.post(f"{URL}{world.event.pk}/delete/")
        assert any(held in holder for holder in response.context["holders"]), response.context["holders"]
        assert Event.objects.filter(pk=world.event.pk).exists()

    def test_bulk_skips_it_with_the_reason(self, client, world, held):
        client.force_login(world.boss)
        response = TestBulk().do(client, "delete", world.event, world.foreign)
        assert list(Event.objects.all()) == [world.event]
        assert any(held in str(message) for message in response.context["messages"])

    def test_who_may_only_delete_learns_no_name(self, client, world):
        seats.register(world.event, application(world.event), now=NOW, by=world.boss)
        client.force_login(make_user("cleaner", collection=world.oslo, actions=["delete"]))
        for ask in (client.get, client.post):
            page = ask(f"{URL}{world.event.pk}/delete/").content.decode()
            assert ngettext("%(count)d registration", "", 1) % {"count": 1} in page
            assert "Oppdiktet" not in page


class TestDeleteOne:
    """The screen says what holds an event."""

    def test_an_event_with_a_page_is_kept(self, client, world):
        from nsr_events.admin.pages import make_page

        make_page(world.event, parent=world.index, by=world.boss)
        client.force_login(world.boss)
        for response in (
            client.get(f"{URL}{world.event.pk}/delete/"),
            client.post(f"{URL}{world.event.pk}/delete/"),
        ):
            assert response.status_code == 200
            assert "Samling i Oslo" in response.context["holders"][0]
        assert Event.objects.filter(pk=world.event.pk).exists()

    def test_an_event_that_nothing_rests_on_goes(self, client, world):
        client.force_login(world.boss)
        response = client.post(f"{URL}{world.event.pk}/delete/")
        assert (response.status_code, response.headers["Location"]) == (302, URL)
        assert not Event.objects.filter(pk=world.event.pk).exists()
