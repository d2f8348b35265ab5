"""What an editor meets on the tab Programme, by ordinary forms: no scripts, no pointer."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.urls import reverse
from i18nfield.strings import LazyI18nString
from wagtail.models import Collection
from wagtail.users.models import UserProfile

from nsr_events.core.models import Person
from nsr_events.programme import sessions
from nsr_events.programme.admin_urls import patterns
from nsr_events.programme.current import current_programme
from nsr_events.programme.materials import save_material
from nsr_events.programme.models import ConflictAcceptance, Session, SessionMaterial, Track
from nsr_events.programme.releases import release_programme
from nsr_events.programme.values import values_of
from tests.admin.conftest import make_user

from .making import LATER, NOW, day_of, make_event, make_person, make_session, room_of

pytestmark = pytest.mark.django_db

UNKNOWN = "5b6c5f0e-2b60-4f0a-9a64-1e9f7d8f2c11"


@pytest.fixture
def event():
    return make_event()


@pytest.fixture
def editor(admin_client, admin_user):
    admin_user.first_name, admin_user.last_name = "Ola", "Redaktør"
    admin_user.save()
    UserProfile.objects.create(user=admin_user, preferred_language="en")
    return admin_client


@pytest.fixture
def kari():
    return User.objects.create_user("kari", first_name="Kari")


def url(event, name="table", *args):
    return reverse(f"nsr_events_programme:{name}", args=[event.pk, *args])


def page(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(node):
    return re.sub(r"\s+", " ", node.get_text(" ")).replace(" ,", ",").strip()


def titles(soup):
    return [words(cell.a) for cell in soup.select("tr.ne-item th")]


def said(response):
    """The messages a response shows."""
    soup = BeautifulSoup(response.content, "html.parser")
    return " | ".join(words(node) for node in soup.select(".messages li"))


def typed(soup):
    """What a browser would send from the session form as it stands."""
    form = soup.select_one("form.ne-form")
    data = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        if field.find_parent("template"):
            continue
        name = field["name"]
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            data[name] = chosen["value"] if chosen else ""
        elif field.name == "textarea":
            data[name] = field.get_text().removeprefix("\n")
        elif field.get("type") in {"checkbox", "radio"}:
            if field.has_attr("checked"):
                data.setdefault(name, []).append(field.get("value", "on"))
        else:
            data[name] = field.get("value", "")
    return data


def again(session):
    return sessions.get_session(session.event, session.uid)


@pytest.mark.parametrize("name", ["table", "new", "conflicts", "tracks", "release"])
def test_every_screen_opens(event, editor, name):
    make_session(event, "En")
    make_session(event, "To")
    assert editor.get(url(event, name)).status_code == 200


@pytest.mark.parametrize("name", ["table", "new", "conflicts", "tracks", "release"])
def test_every_screen_opens_on_an_empty_programme(event, editor, name):
    assert editor.get(url(event, name)).status_code == 200


@pytest.mark.parametrize("name", ["session", "move", "swap"])
def test_every_screen_of_a_session_opens(event, editor, name):
    assert editor.get(url(event, name, make_session(event).uid)).status_code == 200


class TestTable:
    def test_rows_stand_by_day_and_time_with_the_tray_last(self, event, editor):
        make_session(event, "Sist", start=None)
        make_session(event, "Andre dag", "09:00", day=2)
        make_session(event, "Tidlig", "09:00")
        make_session(event, "Sen", "14:00")
        soup = page(editor, url(event))
        assert titles(soup) == ["Tidlig", "Sen", "Andre dag", "Sist"]
        assert [words(head) for head in soup.select(".ne-table__day")] == [
            "Tuesday 28 September",
            "Wednesday 29 September",
            "Tray: not placed yet",
        ]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"room": "Loftet"}, ["Panel"]),
            ({"kind": "panel"}, ["Panel"]),
            ({"status": "draft"}, ["Utkast"]),
            ({"day": "tray"}, ["Skuff"]),
            ({"q": "trussel"}, ["Trusselbildet"]),
            ({"q": "nordmann"}, ["Trusselbildet"]),
            ({"q": "ÅPNING"}, ["Utkast"]),
            ({"sort": "-title", "day": "1"}, ["Utkast", "Trusselbildet", "Panel"]),
        ],
    )
    def test_filter_search_and_sort_work_together(self, event, editor, query, expected):
        person = {"person": make_person().uid, "role": "speaker"}
        make_session(event, "Trusselbildet", people=[person])
        make_session(event, "Panel", "11:00", room="Loftet", kind="panel")
        make_session(event, "Utkast", "12:00", status="draft", abstract={"nb": "Om åpning"})
        make_session(event, "Skuff", start=None)
        if "room" in query:
            query = {"room": room_of(event, query["room"])}
        if query.get("day") == "1":
            query["day"] = day_of(event)
        assert titles(page(editor, url(event), **query)) == expected

    def test_an_unknown_filter_value_is_ignored_and_said(self, event, editor):
        make_session(event)
        soup = page(editor, url(event), room=UNKNOWN, kind="party", sort="drop table")
        assert titles(soup) == ["Trusselbildet"]
        assert "Ignored, as this programme does not have it: kind, room." in words(soup)

    def test_conflicts_stand_on_both_rows_in_words_with_a_link_to_the_other(self, event, editor):
        one, two = make_session(event, "Åpning", "10:00"), make_session(event, "Debatt", "10:30")
        soup = page(editor, url(event))
        chips = soup.select(".ne-chip--stop")
        assert [words(chip) for chip in chips] == [
            "Storsalen is taken 10:30–11:15 by Debatt .",
            "Storsalen is taken 10:00–10:45 by Åpning .",
        ]
        assert [chip.a["href"] for chip in chips] == [
            url(event, "session", two.uid),
            url(event, "session", one.uid),
        ]

    def test_what_people_typed_is_shown_as_text(self, event, editor):
        make_session(event, "<script>alert(1)</script>")
        make_session(event, '"><img src=x onerror=alert(1)>')
        response = editor.get(url(event))
        assert b"<script>alert" not in response.content
        assert b"<img src=x" not in response.content

    def test_the_header_tells_the_state_of_the_programme(self, event, editor):
        def state():
            return words(page(editor, url(event)).select_one(".ne-states"))

        assert "None yet" in state()
        session = make_session(event)
        assert "Working programme only, never released" in state()
        release_programme(event, now=NOW)
        assert "Release 1" in state()
        sessions.unplace(event, session.uid, version=1, now=LATER)
        assert "Release 1 + 1 change" in state()


def counted(django_assert_max_num_queries, client, address, most):
    client.get(address)
    with django_assert_max_num_queries(most) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(("name", "most"), [("table", 15), ("release", 25), ("conflicts", 15)])
def test_queries_do_not_grow_with_the_programme(event, editor, django_assert_max_num_queries, name, most):
    bare = reverse("nsr_events_admin:overview", args=[make_event().pk])
    empty = counted(django_assert_max_num_queries, editor, bare, 60)
    parts = [{"person": make_person(family=str(n)).uid, "role": "speaker"} for n in range(3)]

    def fill(first, count):
        for n in range(first, count):
            room = ["Storsalen", "Loftet", "Kjelleren"][n % 3]
            also = [room_of(event, "Kjelleren")] if n % 2 else []
            make_session(
                event,
                f"Post {n}",
                f"{9 + n % 7:02}:{n % 60:02}",
                room=room,
                also_rooms=also,
                people=parts[: n % 4],
            )

    fill(0, 6)
    few = counted(django_assert_max_num_queries, editor, url(event, name), empty + most)
    fill(6, 40)
    assert counted(django_assert_max_num_queries, editor, url(event, name), empty + most) == few


class TestSessionForm:
    def test_a_new_item_is_added_with_people_by_name(self, event, editor):
        person = make_person(employer="Kripos")
        data = typed(page(editor, url(event, "new")))
        data |= {
            "title_nb": "Velkommen",
            "title_en": "Welcome",
            "day": day_of(event),
            "start": "9:15",
            "minutes": "30",
            "room": room_of(event),
            "people-0-person": "Kari Nordmann, Kripos",
            "people-0-role": "opener",
        }
        response = editor.post(url(event, "new"), data, follow=True)
        session = Session.objects.get()
        assert "“Welcome” is added." in said(response)
        assert (values_of(session)["start"], session.minutes) == ("09:15", 30)
        link = session.people.get()
        assert (link.person, link.role, link.title, link.employer) == (person, "opener", "Leder", "Kripos")

    def test_saving_untouched_changes_nothing(self, event, editor):
        part = {"person": make_person().uid, "role": "speaker", "title": "Sjef", "employer": ""}
        session = make_session(
            event, people=[part], also_rooms=[room_of(event, "Loftet")], capacity=12, language="nb"
        )
        editor.post(
            url(event, "session", session.uid), typed(page(editor, url(event, "session", session.uid)))
        )
        assert (again(session).version, values_of(again(session))) == (1, values_of(session))

    def test_every_field_can_be_changed_on_one_page(self, event, editor):
        track = Track.objects.create(event=event, name=LazyI18nString({"nb": "Spor"}))
        session = make_session(event)
        data = typed(page(editor, url(event, "session", session.uid)))
        data |= {
            "title_nb": "Nytt", "abstract_nb": "Tekst", "where_nb": "Foajeen", "kind": "panel", "status": "draft",
            "day": day_of(event, 2), "start": "13:00", "minutes": "60", "room": room_of(event, "Loftet"),
            "also_rooms": [room_of(event, "Kjelleren")], "for_all": "on", "track": str(track.uid), "language": "nb",
            "link": "https://example.org/strom", "bookable": "on", "capacity": "20", "note": "Husk mikrofon",
        }  # fmt: skip
        editor.post(url(event, "session", session.uid), data)
        values = values_of(again(session))
        assert values == {
            "title": {"nb": "Nytt"}, "abstract": {"nb": "Tekst"}, "where": {"nb": "Foajeen"}, "kind": "panel",
            "status": "draft", "day": day_of(event, 2), "start": "13:00", "minutes": 60,
            "room": room_of(event, "Loftet"), "also_rooms": [room_of(event, "Kjelleren")], "for_all": True,
            "track": str(track.uid), "language": "nb", "link": "https://example.org/strom", "bookable": True,
            "capacity": 20, "note": "Husk mikrofon", "people": [],
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("field", "value", "said_by"),
        [
            ("start", "25:00", "Write a time such as 09:30."),
            ("minutes", "0", "greater than or equal to 1"),
            ("title_nb", "", "Write a title in at least one language."),
            ("title_nb", "x" * 1_000_000, "at most 200 characters"),
            ("link", "javascript:alert(1)", "Enter a valid URL"),
            ("link", "http://example.org", "starts with https://"),
            ("day", UNKNOWN, "Select a valid choice"),
            ("room", UNKNOWN, "Select a valid choice"),
            ("people-0-person", "Ingen Kjent", "Nobody in the register has this name"),
        ],
    )
    def test_a_mistake_is_told_by_its_field_and_what_was_typed_stays(
        self, event, editor, field, value, said_by
    ):
        session = make_session(event)
        data = typed(page(editor, url(event, "session", session.uid))) | {
            "note": "Ikke mist meg",
            field: value,
        }
        response = editor.post(url(event, "session", session.uid), data)
        assert response.status_code == 200
        assert said_by in response.content.decode()
        assert "Ikke mist meg" in response.content.decode()
        assert again(session).version == 1

    def test_a_double_booked_room_is_saved_and_shown_as_a_conflict(self, event, editor):
        make_session(event, "Første", "10:00")
        session = make_session(event, "Andre", "12:00")
        data = typed(page(editor, url(event, "session", session.uid))) | {"start": "10:15"}
        response = editor.post(url(event, "session", session.uid), data, follow=True)
        assert "“Andre” is saved." in said(response)
        assert "Storsalen is taken 10:00–10:45" in response.content.decode()

    def test_a_new_name_becomes_a_person_when_asked_for(self, event, editor):
        session = make_session(event)
        data = typed(page(editor, url(event, "session", session.uid)))
        data |= {
            "people-0-person": "Anne Grete Hansen, Posten",
            "people-0-is_new": "on",
            "people-0-title": "Sjef",
        }
        editor.post(url(event, "session", session.uid), data)
        person = Person.objects.get()
        assert (person.given_name, person.family_name, person.employer) == ("Anne Grete", "Hansen", "Posten")
        assert again(session).people.get().title == "Sjef"

    def test_a_refused_form_makes_no_person(self, event, editor):
        session = make_session(event)
        data = typed(page(editor, url(event, "session", session.uid)))
        data |= {"people-0-person": "Anne Hansen", "people-0-is_new": "on", "start": "25:00"}
        editor.post(url(event, "session", session.uid), data)
        assert not Person.objects.exists()

    def test_a_stale_form_makes_no_person_either(self, event, editor):
        session = make_session(event)
        data = typed(page(editor, url(event, "session", session.uid)))
        sessions.unplace(event, session.uid, version=1, now=LATER)
        data |= {"people-0-person": "Anne Hansen", "people-0-is_new": "on"}
        assert editor.post(url(event, "session", session.uid), data).status_code == 409
        assert not Person.objects.exists()

    def test_people_are_removed_and_put_in_order(self, event, editor):
        first, second, third = (make_person("P", str(n)) for n in range(3))
        session = make_session(
            event, people=[{"person": p.uid, "role": "speaker"} for p in (first, second, third)]
        )
        data = typed(page(editor, url(event, "session", session.uid)))
        data |= {"people-0-ORDER": "9", "people-1-DELETE": "on"}
        editor.post(url(event, "session", session.uid), data)
        assert [link.person for link in again(session).people.all()] == [third, first]


class TestTwoEditors:
    def open_and_move(self, event, editor, kari):
        """Ola opens the form; Kari moves the session meanwhile."""
        session = make_session(event)
        data = typed(page(editor, url(event, "session", session.uid)))
        moved = {"start": "10:30", "day": day_of(event), "room": room_of(event, "Loftet")}
        sessions.place(event, session.uid, version=1, now=LATER, by=kari, **moved)
        return session, data

    def test_the_second_sees_who_moved_it_where_and_what_differs(self, event, editor, kari):
        session, data = self.open_and_move(event, editor, kari)
        response = editor.post(
            url(event, "session", session.uid), data | {"start": "11:00", "title_nb": "Nytt"}
        )
        soup = BeautifulSoup(response.content, "html.parser")
        assert response.status_code == 409
        assert (
            "Kari moved it to Tuesday 28\u00a0September 10:30, Loftet at"
            in soup.select_one(".ne-lead").get_text()
        )
        rows = [
            [words(cell) for cell in row.select("th, td")] for row in soup.select("table.ne-table tbody tr")
        ]
        assert rows == [["title", "Trusselbildet", "Nytt"], ["start", "10:30", "11:00"]]
        assert again(session).version == 2

    def test_mine_changes_only_what_i_changed(self, event, editor, kari):
        session, data = self.open_and_move(event, editor, kari)
        response = editor.post(url(event, "session", session.uid), data | {"title_nb": "Nytt"})
        form = BeautifulSoup(response.content, "html.parser").select_one("main form[method=post]")
        fields = {}
        for field in form.select("input[name]"):
            fields.setdefault(field["name"], []).append(field["value"])
        editor.post(url(event, "session", session.uid), fields)
        values = values_of(again(session))
        assert (values["title"], values["start"], values["room"]) == (
            {"nb": "Nytt"},
            "10:30",
            room_of(event, "Loftet"),
        )

    def test_going_on_keeps_everything_that_was_typed(self, event, editor, kari):
        session, data = self.open_and_move(event, editor, kari)
        data |= {"note": "Viktig <notat>", "version": "2", "go_on": "1"}
        response = editor.post(url(event, "session", session.uid), data)
        assert typed(BeautifulSoup(response.content, "html.parser"))["note"] == "Viktig <notat>"
        assert again(session).version == 2

    def test_a_row_verb_on_a_changed_row_says_who_was_first(self, event, editor, kari):
        session, _data = self.open_and_move(event, editor, kari)
        response = editor.post(url(event, "verb", session.uid, "unplace"), {"version": "1"}, follow=True)
        assert "Nothing was changed. Kari changed it at" in said(response)
        assert again(session).start


class TestRowVerbs:
    @pytest.mark.parametrize(
        ("verb", "after"),
        [("unplace", {"start": None}), ("cancel", {"status": "cancelled"}), ("duplicate", {"version": 1})],
    )
    def test_one_button_each(self, event, editor, verb, after):
        session = make_session(event)
        editor.post(url(event, "verb", session.uid, verb), {"version": "1"})
        assert {name: getattr(again(session), name) for name in after} == after
        assert Session.objects.count() == (2 if verb == "duplicate" else 1)

    def test_a_row_is_moved_by_a_small_form(self, event, editor):
        session = make_session(event)
        data = {
            "version": "1",
            "day": day_of(event, 3),
            "start": "14:00",
            "minutes": "45",
            "room": room_of(event, "Loftet"),
        }
        response = editor.post(url(event, "move", session.uid), data, follow=True)
        assert "“Trusselbildet” is moved to Thursday 30\u00a0September 14:00, Loftet." in said(
            response
        ).replace("30 September", "30\u00a0September")

    def test_two_rows_trade_places(self, event, editor):
        one, two = make_session(event, "En", "10:00"), make_session(event, "To", "12:00")
        editor.post(url(event, "swap", one.uid), {"version": "1", "other": f"{two.uid}:1"})
        assert (values_of(again(one))["start"], values_of(again(two))["start"]) == ("12:00", "10:00")

    def test_the_last_step_can_be_taken_back_once(self, event, editor):
        session = make_session(event)
        editor.post(url(event, "verb", session.uid, "unplace"), {"version": "1"})
        assert "Undone" in said(editor.post(url(event, "undo"), follow=True))
        assert values_of(again(session))["start"] == "10:00"
        assert "There is nothing to undo" in said(editor.post(url(event, "undo"), follow=True))

    def test_a_step_is_not_taken_back_over_somebody_elses(self, event, editor, kari):
        session = make_session(event)
        editor.post(url(event, "verb", session.uid, "unplace"), {"version": "1"})
        sessions.update_session(event, session.uid, version=2, now=LATER, by=kari, note="Vent")
        assert "Not undone: Kari changed it at" in said(editor.post(url(event, "undo"), follow=True))
        assert again(session).start is None

    def test_what_was_released_is_cancelled_instead_of_removed(self, event, editor):
        session = make_session(event)
        release_programme(event, now=NOW)
        response = editor.post(url(event, "verb", session.uid, "remove"), {"version": "1"}, follow=True)
        assert "was released or booked: cancel it instead" in said(response)
        assert Session.objects.count() == 1

    def test_a_removed_row_comes_back_with_undo(self, event, editor):
        session = make_session(event)
        editor.post(url(event, "verb", session.uid, "remove"), {"version": "1"})
        assert not Session.objects.exists()
        editor.post(url(event, "undo"))
        assert values_of(again(session)) == values_of(session)


class TestBulk:
    def post(self, event, editor, rows, **data):
        keys = [f"{row.uid}:{row.version}" for row in rows]
        return editor.post(url(event, "bulk"), {"selected": keys, **data}, follow=True)

    @pytest.mark.parametrize(
        ("data", "name", "value"),
        [
            ({"verb": "kind", "new_kind": "panel"}, "kind", "panel"),
            ({"verb": "status", "new_status": "draft"}, "status", "draft"),
            ({"verb": "room", "new_room": ""}, "room", None),
            ({"verb": "shift", "minutes": "-15"}, "start", "09:45"),
            ({"verb": "unplace"}, "start", None),
        ],
    )
    def test_many_rows_change_at_once(self, event, editor, data, name, value):
        rows = [make_session(event, "En"), make_session(event, "To", day=2)]
        assert "2 items are changed." in said(self.post(event, editor, rows, **data))
        assert [values_of(again(row))[name] for row in rows] == [value, value]

    def test_skipped_rows_are_named_with_the_reason(self, event, editor, kari):
        rows = [
            make_session(event, "Flyttes"),
            make_session(event, "Skuff", start=None),
            make_session(event, "Tatt", day=2),
        ]
        sessions.update_session(event, rows[2].uid, version=1, now=LATER, by=kari, note="Min")
        heard = said(self.post(event, editor, rows, verb="shift", minutes="30"))
        assert "1 item is changed." in heard
        assert "2 items were skipped. “Skuff”: “Skuff” has no time yet." in heard
        assert "“Tatt”: Kari changed it at" in heard

    def test_a_bulk_change_is_one_undo(self, event, editor):
        rows = [make_session(event, "En"), make_session(event, "To", day=2)]
        self.post(event, editor, rows, verb="unplace")
        editor.post(url(event, "undo"))
        assert [values_of(again(row))["start"] for row in rows] == ["10:00", "10:00"]

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ({"verb": "unplace"}, "Tick the rows first."),
            ({"selected": "x:1"}, "Choose what to do"),
            ({"verb": "drop", "selected": "x:1"}, "Choose what to do"),
            ({"verb": "shift", "minutes": "lots", "selected": "x:1"}, "by how many minutes"),
            ({"verb": "shift", "minutes": "9" * 5000, "selected": "x:1"}, "by how many minutes"),
            ({"verb": "unplace", "selected": "x:1"}, "1 item was skipped."),
            ({"verb": "unplace", "selected": f"{UNKNOWN}:{'9' * 5000}"}, "Tick the rows first."),
        ],
    )
    def test_what_is_missing_or_malformed_is_said(self, event, editor, data, expected):
        assert expected in said(editor.post(url(event, "bulk"), data, follow=True))

    def test_the_filter_is_kept(self, event, editor):
        session = make_session(event)
        data = {"selected": f"{session.uid}:1", "verb": "unplace", "query": "kind=workshop"}
        assert editor.post(url(event, "bulk"), data)["Location"].endswith("/programme/?kind=workshop")


class TestConflicts:
    def test_stops_come_first_and_are_accepted_with_a_reason(self, event, editor):
        make_session(event, "En")
        make_session(event, "To")
        make_session(event, "Uten rom", "12:00", room=None)
        soup = page(editor, url(event, "conflicts"))
        assert [words(node) for node in soup.select(".ne-conflict__label")][:2] == ["Stop", "Warning"]
        mark = soup.select_one(".ne-conflict--stop input[name=fingerprint]")["value"]
        editor.post(url(event, "accept"), {"fingerprint": mark, "reason": "Delt sal"})
        soup = page(editor, url(event, "conflicts"))
        assert not soup.select(".ne-conflict--stop")
        assert "Delt sal" in words(soup.select_one("details .ne-quiet"))

    @pytest.mark.parametrize("origin", ["", "release"])
    def test_a_reason_that_is_too_long_stands_there_to_be_shortened(self, event, editor, origin):
        make_session(event, "En")
        make_session(event, "To")
        soup = page(editor, url(event, "conflicts"))
        mark = soup.select_one("input[name=fingerprint]")["value"]
        long = "Salen kan deles. " * 30
        response = editor.post(
            url(event, "accept"), {"fingerprint": mark, "reason": long, "from": origin}, follow=True
        )
        soup = BeautifulSoup(response.content, "html.parser")
        opened = soup.select_one("details.ne-accept[open]")
        assert opened.select_one("input[name=fingerprint]")["value"] == mark
        assert opened.select_one("input[name=reason]")["value"].strip() == long.strip()
        assert opened.select_one("input[name=from]")["value"] == origin
        assert opened.select_one(".error-message")
        assert not ConflictAcceptance.objects.exists()

    def test_an_acceptance_without_a_reason_is_refused(self, event, editor):
        make_session(event, "En")
        make_session(event, "To")
        mark = page(editor, url(event, "conflicts")).select_one("input[name=fingerprint]")["value"]
        response = editor.post(url(event, "accept"), {"fingerprint": mark, "reason": ""}, follow=True)
        soup = BeautifulSoup(response.content, "html.parser")
        assert "Write why" in soup.select_one("details.ne-accept[open] .error-message").text
        assert not ConflictAcceptance.objects.exists()

    def test_an_acceptance_is_taken_back(self, event, editor):
        make_session(event, "En")
        make_session(event, "To")
        mark = page(editor, url(event, "conflicts")).select_one("input[name=fingerprint]")["value"]
        editor.post(url(event, "accept"), {"fingerprint": mark, "reason": "Delt sal"})
        editor.post(url(event, "reopen"), {"fingerprint": mark})
        assert page(editor, url(event, "conflicts")).select(".ne-conflict--stop")

    def test_a_missing_title_cannot_be_accepted(self, event, editor):
        make_session(event, {"en": "Only English"})
        assert not page(editor, url(event, "conflicts")).select(".ne-conflict--stop form")


class TestTracks:
    def test_tracks_are_added_renamed_and_removed_on_one_screen(self, event, editor):
        old = Track.objects.create(event=event, name=LazyI18nString({"nb": "Gammelt"}))
        session = make_session(event, track=str(old.uid))
        data = typed(page(editor, url(event, "tracks")))
        data |= {"tracks-0-DELETE": "on", "tracks-1-name_nb": "Nytt", "tracks-1-colour": "3"}
        editor.post(url(event, "tracks"), data)
        assert [(str(track), track.colour) for track in event.tracks.all()] == [("Nytt", 3)]
        assert again(session).track is None

    def test_another_events_track_is_out_of_reach(self, event, editor):
        foreign = Track.objects.create(event=make_event(), name=LazyI18nString({"nb": "Andres"}))
        Track.objects.create(event=event, name=LazyI18nString({"nb": "Vårt"}))
        data = typed(page(editor, url(event, "tracks"))) | {
            "tracks-0-id": str(foreign.pk),
            "tracks-0-name_nb": "Kapret",
        }
        editor.post(url(event, "tracks"), data)
        foreign.refresh_from_db()
        assert str(foreign) == "Andres"


class TestRelease:
    def data(self, client, address):
        form = page(client, address).select("form:has(input[name=change])")[0]
        return {field["name"]: field.get("value", "") for field in form.select("input[type=hidden][name]")}

    def test_the_difference_is_told_by_day_in_words(self, event, editor):
        moved, gone = make_session(event, "Trusselbildet"), make_session(event, "Utgår", "13:00", day=2)
        release_programme(event, now=NOW)
        sessions.place(
            event,
            moved.uid,
            version=1,
            day=day_of(event),
            start="10:30",
            room=room_of(event, "Loftet"),
            now=LATER,
        )
        sessions.unplace(event, gone.uid, version=1, now=LATER)
        make_session(event, "Ny", "15:00", day=2)
        soup = page(editor, url(event, "release"))
        assert [words(line).replace("\u00a0", " ") for line in soup.select(".ne-line")] == [
            "Moved: Trusselbildet, Tue. 10:00–10:45 Storsalen → becomes 10:30–11:15 Loftet",
            "Cancelled: Utgår, Wed. 13:00–13:45 Storsalen",
            "New: Ny, Wed. 15:00–15:45 Storsalen",
        ]

    def test_what_stays_behind_is_named(self, event, editor):
        make_session(event, "Skuff", start=None)
        make_session(event, "Utkast", status="draft")
        make_session(event, "Rigging", "08:00", kind="internal")
        text = words(page(editor, url(event, "release")))
        assert "In the tray, not placed yet (1) Skuff Drafts (1) Utkast Internal items (1) Rigging" in text

    def test_a_release_with_its_sentence_goes_out(self, event, editor):
        make_session(event)
        data = self.data(editor, url(event, "release")) | {"note_nb": "Første program", "in_log": "on"}
        response = editor.post(url(event, "release"), data, follow=True)
        assert "Release 1 is out." in said(response)
        assert (current_programme(event.pk).number, str(event.releases.get().note)) == (1, "Første program")

    def test_a_double_click_makes_one_release_and_shows_the_screen_again(self, event, editor):
        make_session(event)
        data = self.data(editor, url(event, "release"))
        editor.post(url(event, "release"), data)
        response = editor.post(url(event, "release"), data)
        assert "Ola Redaktør made release 1 meanwhile" in said(response)
        assert event.releases.count() == 1

    def test_an_edit_after_the_screen_was_drawn_shows_it_again_with_the_sentence_kept(self, event, editor):
        session = make_session(event)
        data = self.data(editor, url(event, "release")) | {"note_nb": "Behold meg"}
        sessions.update_session(event, session.uid, version=1, now=LATER, title={"nb": "Nytt"})
        response = editor.post(url(event, "release"), data)
        assert "The programme was edited meanwhile" in said(response)
        assert (
            'value="Behold meg"' in response.content.decode() or ">\nBehold meg<" in response.content.decode()
        )
        assert not event.releases.exists()

    def test_a_stop_is_shown_first_and_holds_the_release(self, event, editor):
        make_session(event, "En")
        make_session(event, "To")
        soup = page(editor, url(event, "release"))
        assert words(soup.select("main h3")[0]) == "1 stop: mend it or accept it first"
        response = editor.post(url(event, "release"), self.data(editor, url(event, "release")))
        assert "Nothing is released: 1 stop is open." in said(response)
        assert not event.releases.exists()

    def test_nothing_changed_says_so(self, event, editor):
        make_session(event)
        release_programme(event, now=NOW)
        soup = page(editor, url(event, "release"))
        assert "Nothing has changed since the newest release." in words(soup)
        assert not soup.select("input[name=change]")

    def test_an_older_release_is_used_again_after_its_difference_was_shown(self, event, editor):
        session = make_session(event)
        release_programme(event, now=NOW)
        sessions.update_session(event, session.uid, version=1, now=LATER, start="11:00")
        release_programme(event, now=LATER)
        assert "Use release 1 again" in words(page(editor, url(event, "release")))
        address = url(event, "repeat", 1)
        assert "Moved: Trusselbildet" in words(page(editor, address))
        response = editor.post(address, self.data(editor, address), follow=True)
        assert "Release 3 is out, with what release 1 showed." in said(response)
        assert current_programme(event.pk).get(str(session.uid)).start == session.start

    def test_a_release_that_never_was_is_not_found(self, event, editor):
        make_session(event)
        release_programme(event, now=NOW)
        assert editor.get(url(event, "repeat", 9)).status_code == 404
        assert editor.get(url(event, "repeat", 10**30)).status_code == 404


WITH_SESSION = {"session", "move", "swap", "verb"}
EXTRA = {"verb": ["unplace"], "repeat": [1]}


WITH_MATERIAL = {"material", "material_delete", "material_file"}


def every_address(event, session):
    slides = SessionMaterial(event=event, session=session, title={"nb": "Opptak"}, link="https://a.no/1")
    material = save_material(slides)
    for pattern in patterns:
        args = [session.uid] if pattern.name in WITH_SESSION else []
        args += [material.uid] if pattern.name in WITH_MATERIAL else []
        yield pattern.name, url(event, pattern.name, *args, *EXTRA.get(pattern.name, []))


POST_ONLY = {"bulk", "undo", "verb", "accept", "reopen"}


def test_every_verb_is_a_post_with_a_token(event, admin_user):
    from django.test import Client

    session = make_session(event)
    release_programme(event, now=NOW)
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    for name, address in every_address(event, session):
        if name in POST_ONLY:
            assert client.get(address).status_code == 405, name
        assert client.post(address, {"version": "1"}).status_code == 403, name
    assert values_of(again(session))["start"] == "10:00"


def test_another_events_session_is_not_found_by_any_address(event, editor):
    foreign = make_session(make_event())
    for name in ("session", "move", "swap"):
        assert editor.get(url(event, name, foreign.uid)).status_code == 404, name
    assert editor.post(url(event, "verb", foreign.uid, "cancel"), {"version": "1"}).status_code == 404
    assert again(foreign).status == "confirmed"


def test_an_unknown_verb_is_not_found(event, editor):
    assert (
        editor.post(url(event, "verb", make_session(event).uid, "explode"), {"version": "1"}).status_code
        == 404
    )


def test_a_bulk_room_of_another_house_is_not_found(event, editor):
    session = make_session(event)
    data = {"selected": f"{session.uid}:1", "verb": "room", "new_room": room_of(make_event())}
    assert editor.post(url(event, "bulk"), data).status_code == 404
    assert again(session).room.name == "Storsalen"


def test_no_inline_script_or_style_stands_in_our_markup(event, editor):
    session = make_session(event)
    make_session(event, "To")
    for name, address in every_address(event, session):
        if name in POST_ONLY or name in {"repeat", "material_file"}:
            continue
        content = page(editor, address).select_one(".ne-ws")
        assert not content.select("script:not([src]), style, [style]"), name
        assert not [
            node for node in content.select("*") if any(key.startswith("on") for key in node.attrs)
        ], name


def test_the_hidden_state_of_the_form_is_plain_data(event, editor):
    session = make_session(event, "Anførsel \" og '")
    data = typed(page(editor, url(event, "session", session.uid)))
    assert json.loads(data["base"])["title"] == {"nb": "Anførsel \" og '"}


def test_a_message_shows_markup_as_text(event, editor):
    session = make_session(event, "<b>Fet</b>")
    response = editor.post(url(event, "verb", session.uid, "unplace"), {"version": "1"}, follow=True)
    assert "“<b>Fet</b>” is taken out" in said(response)
    assert b"<b>Fet</b>" not in response.content


@pytest.mark.parametrize("base", ["[]", "not json", '{"title": 5, "people": "x"}', "null", ""])
def test_a_mangled_hidden_field_is_no_server_error(event, editor, base):
    session = make_session(event)
    data = typed(page(editor, url(event, "session", session.uid)))
    response = editor.post(url(event, "session", session.uid), data | {"base": base, "note": "Ny"})
    assert response.status_code in {200, 302}


def test_only_who_may_add_people_is_offered_to(event, client):
    editor = make_user("regionredaktor", collection=event.collection, actions=("change",))
    client.force_login(editor)
    session = make_session(event)
    data = typed(page(client, url(event, "session", session.uid)))
    assert not any(name.endswith("is_new") for name in data)
    data |= {"people-0-person": "Anne Hansen", "people-0-is_new": "on"}
    client.post(url(event, "session", session.uid), data)
    assert not Person.objects.exists()


def test_an_editor_of_another_collection_finds_nothing(event, client):
    other = Collection.get_first_root_node().add_child(name="Trøndelag")
    client.force_login(make_user("nabo", collection=other, actions=("add", "change", "delete")))
    event.collection = Collection.get_first_root_node().add_child(name="Oslo")
    event.save()
    session = make_session(event)
    release_programme(event, now=NOW)
    for name, address in every_address(event, session):
        for answer in (client.get(address), client.post(address, {"version": "1"})):
            assert answer.status_code in {404, 405}, name
    assert values_of(again(session))["start"] == "10:00"
