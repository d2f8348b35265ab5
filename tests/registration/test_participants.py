"""The list of participants: tabs, filters, search, numbers, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nsr_events.core.audit import AuditEntry
from nsr_events.outbox.models import OutgoingMail
from nsr_events.programme.models import Session
from nsr_events.registration import seats
from nsr_events.registration.models import Attendance, Registration, RegistrationDay, SessionBooking
from tests.admin.conftest import make_user
from tests.factories import make_category
from tests.registration.people import address, answer, ask, coming_event, fresh, person

pytestmark = pytest.mark.django_db
S = Registration.Status


@pytest.fixture
def event(region):
    return coming_event(collection=region, name="Samling", capacity=2)


def names(client, event, query=""):
    """The last names the list shows, in order."""
    response = client.get(f"{address(event, 'list')}{query}")
    assert response.status_code == 200
    return [each.registration.last_name for each in response.context["people"]]


def shown(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_tab_stands_in_the_workspace_for_those_who_may_see(desk, event, region):
    overview = shown(desk, reverse("nsr_events_admin:overview", args=[event.pk]))
    assert address(event, "list") in overview
    desk.force_login(make_user("editor", collection=region, actions=["change"]))
    assert address(event, "list") not in shown(desk, reverse("nsr_events_admin:overview", args=[event.pk]))


def test_everybody_is_listed_by_name_with_status_and_organisation(desk, event):
    person(event, 2, last_name="Berg", organisation="Kripos")
    person(event, 1, last_name="Aas")
    assert names(desk, event) == ["Aas", "Berg"]
    page = shown(desk, address(event, "list"))
    assert "Kripos" in page
    assert "Bekreftet" in page


def test_status_tabs_count_everybody_and_narrow(desk, event):
    for number in (1, 2, 3):
        person(event, number)
    response = desk.get(f"{address(event, 'list')}?status=waitlisted")
    assert [tab.count for tab in response.context["status_tabs"]] == [3, 2, 1, 0, 0]
    assert [tab.current for tab in response.context["status_tabs"]].index(True) == 2
    assert [each.registration.last_name for each in response.context["people"]] == ["Oppdiktet 3"]


def test_those_who_wait_stand_in_the_order_of_the_queue(desk, event, registrar):
    rows = [person(event, number, last_name=name) for number, name in enumerate("XYCBA", start=1)]
    seats.set_priority(rows[4], 1, now=timezone.now(), by=registrar, reason="Innleder")
    assert names(desk, event, "?status=waitlisted") == ["A", "C", "B"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("aas", ["Aas"]),
        ("MARTE aas", ["Aas"]),
        ("åse", ["Ås"]),
        ("ÅSE", ["Ås"]),
        ("kripos", ["Berg"]),
        ("kari@politiet.no", ["Aas"]),
        ("@politiet.no", ["Aas"]),
        ("@itiet.no", []),
        ("@politiet", []),
        ("@Politiet.NO ", ["Aas"]),
        ("%", []),
        ("'; DROP TABLE", []),
        ("\x00", []),
    ],
)
def test_search_finds_names_organisations_addresses_and_whole_domains(desk, event, typed, found):
    person(event, 1, last_name="Aas", email="kari@politiet.no")
    person(event, 2, last_name="Berg", organisation="Kripos", email="b@nord.politiet.no")
    person(event, 3, first_name="Åse", last_name="Ås", email="c@example.no")
    response = desk.get(address(event, "list"), {"q": typed})
    assert [each.registration.last_name for each in response.context["people"]] == found


def test_search_finds_a_reference_however_it_is_written(desk, event):
    row = person(event)
    person(event, 2)
    for typed in (row.reference, row.shown_reference, row.shown_reference.lower()):
        assert names(desk, event, f"?q={typed}") == [row.last_name]


class TestFilters:
    def test_category_language_and_source(self, desk, event, registrar):
        press = make_category(event, "press")
        person(event, 1, category=press, last_name="Aas")
        person(event, 2, language="nn", last_name="Berg")
        person(event, 3, by=registrar, source="staff", last_name="Dal")
        assert names(desk, event, "?category=press") == ["Aas"]
        assert names(desk, event, "?language=nn") == ["Berg"]
        assert names(desk, event, "?source=staff") == ["Dal"]

    def test_days_where_people_choose_them(self, desk, region):
        event = coming_event(collection=region, days=2, capacity=None)
        event.registration_setup.days = "choose"
        event.registration_setup.save()
        first, second = event.days.all()
        person(event, 1, days=(first,), last_name="Aas")
        person(event, 2, days=(first, second), last_name="Berg")
        assert names(desk, event, f"?day={second.uid}") == ["Berg"]
        assert names(desk, event, f"?day={first.uid}") == ["Aas", "Berg"]

    def test_an_answer_and_a_session(self, desk, event):
        dinner = ask(event, options=["Fisk", "Kjøtt"])
        fish = dinner.options[0]["key"]
        answer(person(event, 1, last_name="Aas"), dinner, fish)
        booked = person(event, 2, last_name="Berg")
        session = Session.objects.create(
            event=event,
            day=event.days.first(),
            start=event.start,
            end=event.end,
            title={"nb": "Økt"},
            bookable=True,
        )
        SessionBooking.objects.create(registration=booked, session=session)
        assert names(desk, event, f"?option={dinner.key}:{fish}") == ["Aas"]
        assert names(desk, event, f"?session={session.uid}") == ["Berg"]

    def test_undelivered_mail_and_bad_addresses(self, desk, event):
        failed, marked = person(event, 1, last_name="Aas"), person(event, 2, last_name="Berg")
        person(event, 3, last_name="Dal")
        OutgoingMail.objects.filter(registration=failed).update(status="failed")
        Registration.objects.filter(pk=marked.pk).update(bad_address=True)
        assert names(desk, event, "?only=undelivered") == ["Aas", "Berg"]

    def test_checked_in_and_not(self, desk, event):
        inside, _outside = person(event, 1, last_name="Aas"), person(event, 2, last_name="Berg")
        Attendance.objects.create(registration=inside, day=event.days.first(), checked_in=timezone.now())
        assert names(desk, event, "?only=checked_in") == ["Aas"]
        assert names(desk, event, "?only=not_checked_in") == ["Berg"]

    def test_missing_answers_follow_conditions_and_leave_out_those_not_asked(self, desk, event):
        press = make_category(event, "press")
        lead = ask(event, "yes_no", "Blir du med på middag?")
        required = ask(event, "text", "Hvem sitter du med?", required=True,
                       condition={"source": lead.key, "values": ["yes"]})  # fmt: skip
        card = ask(
            event, "text", "Pressekort", required=True, condition={"source": "category", "values": ["press"]}
        )
        answer(person(event, 1, last_name="Aas"), lead, True)
        done = answer(person(event, 2, last_name="Berg"), lead, True)
        answer(done, required, "Kari")
        answer(person(event, 3, last_name="Dal"), lead, False)
        person(event, 4, last_name="Eng", category=press)
        answer(person(event, 5, last_name="Foss", category=press), card, "NTB 12")
        assert names(desk, event, "?only=missing") == ["Aas", "Eng"]

    def test_missing_answers_know_choices_days_and_required_fields(self, desk, region):
        event = coming_event(collection=region, days=2)
        event.registration_setup.days = "choose"
        event.registration_setup.ask_organisation = "required"
        event.registration_setup.save()
        first, second = event.days.all()
        choice = ask(event, options=["Fisk", "Kjøtt"])
        why = ask(event, "text", "Hvilken?", required=True,
                  condition={"source": choice.key, "values": [choice.options[0]["key"]]})  # fmt: skip
        bed = ask(
            event, "text", "Seng", required=True, condition={"source": "days", "values": [str(second.uid)]}
        )
        known = {"organisation": "Kripos", "days": (first,)}
        answer(person(event, 1, last_name="Aas", **known), choice, choice.options[0]["key"])
        answer(person(event, 2, last_name="Berg", **known), choice, choice.options[1]["key"])
        person(event, 3, last_name="Dal", organisation="Kripos", days=(first, second))
        person(event, 4, last_name="Eng", days=(first,))
        filled = person(event, 5, last_name="Foss", organisation="Kripos", days=(second,))
        answer(filled, bed, "Myk")
        assert why.required
        assert names(desk, event, "?only=missing") == ["Aas", "Dal", "Eng"]

    @pytest.mark.parametrize(
        "query",
        ["?category=x", "?day=1", "?option=a:b", "?status=%00", "?language=xx", "?only=all", "?session=x"],
    )
    def test_what_the_event_does_not_have_shows_nobody_and_says_so(self, desk, event, query):
        person(event)
        make_category(event, "press")
        assert names(desk, event, query) == []
        words = _("The address names something this event does not have, so nobody is shown.")
        assert words in shown(desk, f"{address(event, 'list')}{query}")


def test_the_list_shows_nothing_that_was_answered(desk, event):
    allergy = ask(event, "text", "Annet")
    answer(person(event), allergy, "MARKOER")
    assert "MARKOER" not in shown(desk, address(event, "list"))


def test_a_manual_list_names_the_first_who_can_get_a_seat(desk, event, registrar):
    event.registration_setup.waiting_list = "manual"
    event.registration_setup.save()
    rows = [person(event, number) for number in (1, 2, 3, 4)]
    seats.cancel(rows[0], now=timezone.now(), by=registrar)
    page = shown(desk, address(event, "list"))
    assert _("%(free)s free, %(waiting)s waiting.") % {"free": 1, "waiting": 2} in page
    assert (
        address(event, "person", rows[2].uid) in page.split(_("First in line who can get a seat:"))[1][:300]
    )
    assert fresh(rows[2]).status == S.WAITLISTED


def test_an_automatic_list_says_no_such_thing(desk, event):
    for number in (1, 2, 3):
        person(event, number)
    assert _("First in line who can get a seat:") not in shown(desk, address(event, "list"))


def test_opening_the_list_is_written_down_once_an_hour(desk, event, registrar):
    for _time in range(3):
        desk.get(address(event, "list"))
    entries = AuditEntry.objects.filter(action="registrations.listed", event_uid=event.uid, user=registrar)
    assert entries.count() == 1
    entries.update(at=timezone.now() - dt.timedelta(minutes=61))
    desk.get(address(event, "list"))
    assert entries.count() == 2


def test_the_overview_shows_the_numbers_to_those_who_may_see(desk, event, region):
    for number in (1, 2, 3):
        person(event, number)
    url = reverse("nsr_events_admin:overview", args=[event.pk])
    assert [number.value for number in desk.get(url).context["numbers"]] == [2, 1]
    desk.force_login(make_user("editor", collection=region, actions=["change"]))
    assert desk.get(url).context["numbers"] == []


def many(event, count):
    """``count`` confirmed people with their days."""
    start = Registration.objects.filter(event=event).count()
    category = event.categories.first()
    rows = Registration.objects.bulk_create(
        Registration(
            event=event, status=S.CONFIRMED, category=category, first_name="Marte",
            last_name=f"Nummer {number:05}", email=f"n{number}@example.no", email_key=f"n{number}@example.no",
            language="nb",
        )
        for number in range(start, start + count)
    )  # fmt: skip
    RegistrationDay.objects.bulk_create(
        RegistrationDay(registration=row, day=day) for row in rows for day in event.days.all()
    )


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("query", ["", "?status=confirmed&q=nummer", "?only=missing", "?only=undelivered"])
def test_the_list_costs_the_same_however_many_there_are(desk, event, query):
    event.registration_setup.capacity = 5000
    event.registration_setup.save()
    ask(event, "text", "Påkrevd", required=True)
    empty = queries(desk, reverse("wagtailadmin_account"))
    many(event, 60)
    few = queries(desk, f"{address(event, 'list')}{query}")
    many(event, 2000)
    lots = queries(desk, f"{address(event, 'list')}{query}")
    assert few == lots
    assert lots - empty <= 20


def test_people_of_another_region_are_told_of_nothing(client, event, neighbour):
    row = person(event, last_name="Hemmelig")
    client.force_login(neighbour)
    for name, args in (
        ("list", []),
        ("person", [row.uid]),
        ("numbers", []),
        ("export", []),
        ("invitations", []),
    ):
        response = client.get(address(event, name, *args))
        assert response.status_code == 404
        assert b"Hemmelig" not in response.content
