"""The tab Registration in the workspace: the state and why, saving with a second look, groups, questions, preview."""

import datetime as dt
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import override_settings
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from nsr_events.core import checklist
from nsr_events.core.models import Event
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import Question, Registration, RegistrationSetup
from nsr_events.registration.setup import checks
from tests.factories import NOW, make_index, make_page
from tests.registration.setting_up import make_category, make_open_event, make_question, people

pytestmark = pytest.mark.django_db

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
"""The screens go by the real clock: past for it, whenever the tests run."""


@pytest.fixture(autouse=True)
def in_english():
    """What the screens say is read in the source language."""
    with translation.override("en"):
        yield


@pytest.fixture
def boss(client):
    user = User.objects.create_superuser(
        "boss", "boss@example.org", "pass", first_name="Berit", last_name="Boss"
    )
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


@pytest.fixture
def event(boss):
    return make_open_event(days=2, date=dt.date(2036, 6, 8), opens=LONG_AGO)


def address(event, name, *args):
    return reverse(f"nsr_events_registration:{name}", args=[event.pk, *args])


def fields_of(client, url):
    """What a browser would send of the form with a stamp, unchanged."""
    page = BeautifulSoup(client.get(url).content, "html.parser")
    form = page.select_one("form:has(input[name=stamp])")
    data = {}
    for each in form.select("input[name], textarea[name]"):
        if each.get("type") in ("checkbox", "radio") and not each.has_attr("checked"):
            continue
        if each.find_parent("template"):
            continue
        default = "on" if each.get("type") == "checkbox" else each.text.removeprefix("\n")
        data.setdefault(each["name"], []).append(each.get("value") or default)
    for each in form.select("select[name]"):
        chosen = each.select_one("option[selected]") or each.select_one("option")
        data[each["name"]] = [chosen["value"] if chosen else ""]
    data.pop("csrfmiddlewaretoken", None)
    return data


def send(client, url, follow=False, **changed):
    """Post what the screen shows, with changes; None takes a field away."""
    data = {**fields_of(client, url), **changed}
    return client.post(url, {name: value for name, value in data.items() if value is not None}, follow=follow)


def text(response):
    page = BeautifulSoup(response.content, "html.parser")
    return re.sub(r"\s+", " ", page.get_text(" "))


def errors(response):
    page = BeautifulSoup(response.content, "html.parser")
    return [re.sub(r"\s+", " ", each.get_text(" ")).strip() for each in page.select(".error-message")]


def setup_of(event):
    return RegistrationSetup.objects.select_related("event").get(event=event)


class TestState:
    def test_the_rule_that_decided_leads_to_its_field(self, client, event):
        RegistrationSetup.objects.filter(event=event).update(opens=dt.datetime(2036, 3, 1, 8, tzinfo=dt.UTC))
        page = BeautifulSoup(client.get(address(event, "setup")).content, "html.parser")
        now = page.select_one(".ne-now")
        assert "registration opens 1\u00a0March\u00a02036 09:00" in now.get_text()
        assert now.a["href"].endswith("#id_opens")
        assert page.select_one("#id_opens") is not None

    def test_it_leads_to_the_public_form_where_there_is_a_page(self, client, event):
        page = make_page(event, make_index())
        found = BeautifulSoup(client.get(address(event, "setup")).content, "html.parser")
        assert found.select_one(f'a[href="{page.full_url}register/"]') is not None

    def test_a_closed_group_leads_to_the_group(self, client, event):
        group = event.categories.get()
        group.closes = LONG_AGO + dt.timedelta(days=9)
        group.save()
        page = BeautifulSoup(client.get(address(event, "setup")).content, "html.parser")
        link = page.select_one(".ne-now a")["href"]
        assert link == address(event, "category", group.uid) + "#id_closes"
        assert BeautifulSoup(client.get(link).content, "html.parser").select_one("#id_closes") is not None

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"mode": "none"}, "Not set up"),
            (
                {"opens": dt.datetime(2036, 3, 1, 8, tzinfo=dt.UTC)},
                "registration opens 1 March 2036",
            ),
            ({"capacity": 80}, "Open: 0 of 80"),
            ({"paused": True}, "Closed: registration is paused"),
        ],
    )
    def test_the_header_says_it_on_every_tab(self, client, event, values, words):
        RegistrationSetup.objects.filter(event=event).update(**values)
        assert words in text(client.get(reverse("nsr_events_admin:days", args=[event.pk])))

    def test_a_full_event_says_how_many_wait(self, client, event):
        RegistrationSetup.objects.filter(event=event).update(capacity=1)
        people(event, 1)
        people(event, 12, "waitlisted")
        assert "Full, waiting list: 12 wait" in text(
            client.get(reverse("nsr_events_admin:overview", args=[event.pk]))
        )


class TestSaving:
    def test_what_is_saved_unchanged_stays_and_writes_no_history(self, client, event):
        before = setup_of(event)
        assert send(client, address(event, "setup")).status_code == 302
        after = setup_of(event)
        names = [each.attname for each in RegistrationSetup._meta.concrete_fields]
        assert [getattr(before, name) for name in names] == [getattr(after, name) for name in names]
        assert not ModelLogEntry.objects.filter(action="nsr_events.registration.setup").exists()

    def test_times_are_those_of_the_events_zone(self, client, event):
        Event.objects.filter(pk=event.pk).update(timezone="Asia/Tokyo")
        send(client, address(event, "setup"), closes="2036-05-30 12:00")
        assert setup_of(event).closes == dt.datetime(2036, 5, 30, 3, tzinfo=dt.UTC)
        assert fields_of(client, address(event, "setup"))["closes"] == ["2036-05-30 12:00"]

    def test_raised_capacity_asks_first_and_does_it_then(self, client, event):
        RegistrationSetup.objects.filter(event=event).update(capacity=2, waiting_list="automatic")
        people(event, 2)
        people(event, 14, "waitlisted")
        asked = send(client, address(event, "setup"), capacity="12")
        assert "Ten people on the waiting list get a seat at once" in text(asked)
        assert "Four people still wait" in text(asked)
        assert setup_of(event).capacity == 2
        form = BeautifulSoup(asked.content, "html.parser")
        assert form.select_one("#id_capacity")["value"] == "12"
        answer = form.select_one("input[name=confirmed]")["value"]
        done = send(client, address(event, "setup"), capacity="12", confirmed=answer, follow=True)
        assert "10 people got a seat." in text(done)
        assert Registration.objects.filter(event=event, status="confirmed").count() == 12

    def test_a_stale_tab_saves_nothing_names_the_other_and_keeps_what_was_typed(self, client, event):
        url = address(event, "setup")
        mine = {**fields_of(client, url), "capacity": "33"}
        send(client, url, few_left="7")
        response = client.post(url, mine)
        assert "Berit Boss saved this while you had it open" in text(response)
        assert "“few seats left” from" in text(response)
        page = BeautifulSoup(response.content, "html.parser")
        assert page.select_one("#id_capacity")["value"] == "33"
        assert (setup_of(event).capacity, setup_of(event).few_left) == (None, 7)
        again = {**mine, "stamp": page.select_one("input[name=stamp]")["value"]}
        assert client.post(url, again).status_code == 302
        assert setup_of(event).capacity == 33

    def test_a_busy_lock_keeps_everything_and_says_so(self, client, event, monkeypatch):
        def busy(*args, **kwargs):
            raise Busy

        monkeypatch.setattr("nsr_events.registration.saving.save_setup", busy)
        response = send(client, address(event, "setup"), capacity="33")
        assert response.status_code == 503
        assert BeautifulSoup(response.content, "html.parser").select_one("#id_capacity")["value"] == "33"

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"opens": "2036-05-01 12:00", "closes": "2036-04-01 12:00"}, "after registration opens"),
            ({"closes": "2036-07-01 12:00"}, "before the event ends"),
            ({"opens": "2036-06-20 12:00", "closes": ""}, "before the event starts"),
            ({"edit_until": "2036-07-01 12:00"}, "before the event ends"),
            ({"offers_until": "2036-06-09 12:00"}, "before the event starts"),
            ({"mode": "external", "external_url": ""}, "address of the site"),
            ({"capacity": "10", "few_left": "10"}, "fewer than the seats"),
            ({"identity_kept": "731"}, "730"),
            ({"identity_kept": "9" * 40}, "730"),
            ({"closes": "i morgen"}, "Write date and time like this"),
        ],
    )
    def test_what_contradicts_itself_is_said_at_the_field(self, client, event, changed, words):
        response = send(client, address(event, "setup"), **changed)
        assert response.status_code == 200
        assert len(errors(response)) == 1
        assert words in errors(response)[0]

    def test_fewer_seats_than_are_reserved_are_refused_at_the_seats(self, client, event):
        make_category(event, "Presse", reserved=8)
        response = send(client, address(event, "setup"), capacity="5")
        assert "8 seats are reserved" in errors(response)[0]

    def test_the_table_shows_until_when_everything_is_kept(self, client, event):
        page = BeautifulSoup(client.get(address(event, "setup")).content, "html.parser")
        rows = {
            row.th.get_text(): row.find_all("td")[1].get_text() for row in page.select(".ne-kept tbody tr")
        }
        assert rows["Sensitive answers"] == "16\u00a0June\u00a02036"
        assert rows["Names, addresses, consents"] == "6\u00a0December\u00a02036"

    def test_the_history_names_the_fields_and_no_value(self, client, event):
        send(client, address(event, "setup"), capacity="77")
        entry = ModelLogEntry.objects.get(action="nsr_events.registration.setup")
        assert entry.data == {"fields": ["capacity"]}


class TestGroups:
    def test_one_is_made_edited_and_deleted(self, client, event):
        send(client, address(event, "category_new"), name_nb="Presse", capacity="5")
        group = event.categories.get(key="presse")
        send(client, address(event, "category", group.uid), reserved="2", closes="2036-05-01 12:00")
        group.refresh_from_db()
        assert (group.reserved, group.closes.isoformat()) == (2, "2036-05-01T10:00:00+00:00")
        client.post(address(event, "category_delete", group.uid))
        assert event.categories.count() == 1

    def test_one_in_use_says_by_whom_and_has_no_button(self, client, event):
        group = make_category(event, "Presse")
        people(event, 2, category=group)
        page = client.get(address(event, "category_delete", group.uid))
        assert "2 registrations are in this group" in text(page)
        assert "serious" not in page.content.decode()
        client.post(address(event, "category_delete", group.uid))
        assert event.categories.filter(pk=group.pk).exists()

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"capacity": "5", "reserved": "6"}, "at most as many"),
            ({"uses_event_seats": None, "reserved": "6"}, "needs no reserve"),
            ({"opens": "2036-06-01 12:00", "closes": "2036-05-01 12:00"}, "after registration opens"),
            ({"reserved": "90"}, "90 seats are reserved"),
        ],
    )
    def test_what_cannot_be_is_said_at_the_field(self, client, event, changed, words):
        RegistrationSetup.objects.filter(event=event).update(capacity=50)
        group = make_category(event, "Presse")
        response = send(client, address(event, "category", group.uid), **changed)
        assert words in " ".join(errors(response))

    def test_numbers_stand_beside_each(self, client, event):
        group = make_category(event, "Presse", capacity=3)
        people(event, 4, category=group)
        people(event, 2, "waitlisted", category=group)
        page = BeautifulSoup(client.get(address(event, "setup")).content, "html.parser")
        cells = [each.get_text(" ", strip=True) for each in page.select(f"#group-{group.uid} td")]
        assert cells[:5] == ["4 / 3 over", "4", "0", "2", "0"]

    def test_a_group_of_another_event_is_not_found(self, client, event):
        foreign = make_open_event().categories.get()
        for name in ("category", "category_delete"):
            assert client.get(address(event, name, foreign.uid)).status_code == 404
        assert client.post(address(event, "category_up", foreign.uid)).status_code == 404


class TestQuestions:
    def add(self, client, event, kind="yes_no", **fields):
        url = f"{address(event, 'question_new')}?kind={kind}"
        return send(client, url, **fields)

    def test_each_kind_has_only_its_fields(self, client, event):
        shown = {}
        for kind in Question.Kind.values:
            shown[kind] = set(fields_of(client, f"{address(event, 'question_new')}?kind={kind}"))
        assert {"minimum", "maximum"} <= shown["number"]
        assert not {"minimum", "earliest", "options-TOTAL_FORMS"} & shown["yes_no"]
        assert {"earliest", "latest"} <= shown["date"]
        assert "options-TOTAL_FORMS" in shown["one"]
        assert not {"required", "sensitive", "retention"} & (shown["consent"] | shown["information"])

    def test_a_choice_is_made_with_its_options_and_places(self, client, event):
        fields = {
            "label_nb": "Hvordan kommer du?",
            "options-0-label_nb": "Tog",
            "options-1-label_nb": "Buss",
            "options-1-places": "40",
        }
        assert self.add(client, event, "one", **fields).status_code == 302
        question = event.questions.get()
        assert [(each["label"], each["places"]) for each in question.options] == [
            ({"nb": "Tog"}, None),
            ({"nb": "Buss"}, 40),
        ]
        assert all(re.fullmatch("o_.{6}", each["key"]) for each in question.options)

    def test_options_are_ordered_by_number_and_keep_their_keys(self, client, event):
        question = make_question(event, "Hvordan?", "one", options=["Tog", "Buss"])
        url = address(event, "question", question.uid)
        send(client, url, **{"options-0-ORDER": "2", "options-1-ORDER": "1", "options-0-label_nb": "Med tog"})
        question.refresh_from_db()
        assert [(each["key"], each["label"]["nb"]) for each in question.options] == [
            ("o_buss", "Buss"),
            ("o_tog", "Med tog"),
        ]

    def test_a_condition_is_chosen_of_what_is_always_shown(self, client, event):
        hotel = make_question(event, "Hotell?")
        fields = {"label_nb": "Sen ankomst?", "condition": hotel.key, f"values_{hotel.key}": ["yes"]}
        assert self.add(client, event, **fields).status_code == 302
        late = event.questions.last()
        assert late.condition == {"source": hotel.key, "values": ["yes"]}
        offered = BeautifulSoup(client.get(address(event, "question_new")).content, "html.parser")
        values = [each["value"] for each in offered.select("#id_condition option")]
        assert values == ["", hotel.key]

    def test_a_condition_without_a_value_is_refused(self, client, event):
        hotel = make_question(event, "Hotell?")
        response = self.add(client, event, label_nb="Sen ankomst?", condition=hotel.key)
        assert "Tick at least one answer" in errors(response)[0]

    def test_what_others_depend_on_says_so_in_place_of_a_condition(self, client, event):
        hotel = make_question(event, "Hotell?")
        make_question(event, "Sen ankomst?", condition={"source": hotel.key, "values": ["yes"]})
        page = client.get(address(event, "question", hotel.uid))
        assert "since these questions depend on it" in text(page)
        assert "Sen ankomst?" in text(page)

    def test_another_kind_keeps_what_was_typed_and_saves_nothing(self, client, event):
        url = f"{address(event, 'question_new')}?kind=text"
        response = send(client, url, label_nb="Hvor mange?", kind="number", change_kind="1")
        page = BeautifulSoup(response.content, "html.parser")
        assert page.select_one("#id_label_0")["value"] == "Hvor mange?"
        assert page.select_one("option[value=number]").has_attr("selected")
        assert not event.questions.exists()
        assert errors(response) == []

    def test_after_answers_the_kind_is_text_on_the_screen(self, client, event):
        question = make_question(event)
        people(event, 1, answers={question.key: True})
        page = client.get(address(event, "question", question.uid))
        assert "Somebody has answered, so the kind stays" in text(page)
        assert send(client, address(event, "question", question.uid), kind="text").status_code == 200

    def test_newly_required_says_how_many_lack_an_answer(self, client, event):
        question = make_question(event)
        people(event, 12)
        asked = send(client, address(event, "question", question.uid), required="on")
        assert "12 registered people have no answer" in text(asked)
        answer = BeautifulSoup(asked.content, "html.parser").select_one("input[name=confirmed]")["value"]
        send(client, address(event, "question", question.uid), required="on", confirmed=answer)
        question.refresh_from_db()
        assert question.required

    def test_removing_one_with_answers_offers_to_retire_it(self, client, event):
        question = make_question(event)
        people(event, 1, answers={question.key: True})
        url = address(event, "question_delete", question.uid)
        assert "It can be retired" in text(client.get(url))
        client.post(url)
        assert event.questions.filter(retired=False).exists()
        client.post(address(event, "question_retire", question.uid))
        assert event.questions.get().retired
        client.post(address(event, "question_restore", question.uid))
        assert not event.questions.get().retired

    def test_they_move_by_buttons_and_the_pressed_one_has_the_focus_again(self, client, event):
        first, _second, _third = (make_question(event, label) for label in "ABC")
        response = client.post(address(event, "question_down", first.uid), follow=True)
        assert [str(each) for each in event.questions.all()] == ["B", "A", "C"]
        page = BeautifulSoup(response.content, "html.parser")
        focused = page.select("button[autofocus]")
        assert [each["aria-label"] for each in focused] == ["Move down: A"]

    @override_settings(NSR_EVENTS={"SENSITIVE_KEYS": []})
    def test_without_a_key_nothing_can_be_sensitive_and_the_screen_says_why(self, client, event):
        page = client.get(f"{address(event, 'question_new')}?kind=text")
        assert "this site has no key" in text(page)
        assert "sensitive" not in fields_of(client, f"{address(event, 'question_new')}?kind=text")
        self.add(client, event, "text", label_nb="Allergi?", sensitive="on")
        assert not event.questions.get().sensitive

    def test_sensitive_options_have_no_places(self, client, event):
        fields = {
            "label_nb": "Mat?",
            "sensitive": "on",
            "options-0-label_nb": "Vegan",
            "options-0-places": "3",
        }
        assert "cannot be counted" in " ".join(errors(self.add(client, event, "several", **fields)))

    def test_a_question_of_another_event_is_not_found(self, client, event):
        foreign = make_question(make_open_event())
        for name in ("question", "question_delete"):
            assert client.get(address(event, name, foreign.uid)).status_code == 404
        assert client.post(address(event, "question_retire", foreign.uid)).status_code == 404


class TestPreview:
    @pytest.fixture
    def asked(self, event):
        make_category(event, "Presse")
        return make_question(
            event, "Allergi?", "text", sensitive=True, section={"nb": "Mat"}, help={"nb": "Så du får mat."}
        )

    def test_it_is_the_real_form_without_a_way_to_send_it(self, client, event, asked):
        response = client.get(address(event, "preview"))
        page = BeautifulSoup(response.content, "html.parser")
        assert page.select_one(f"[name={asked.key}]") is not None
        main = page.select_one(".ne-page")
        assert main.select("form, button[type=submit]") == []
        assert "no-store" in response.headers["Cache-Control"]

    @pytest.mark.parametrize(
        ("language", "words"), [("nb", "Fornavn"), ("nn", "Førenamn"), ("en", "First name")]
    )
    def test_in_any_language(self, client, event, asked, language, words):
        assert words in text(client.get(f"{address(event, 'preview')}?language={language}"))

    def test_as_somebody_invited_to_a_group_the_address_is_text(self, client, event, asked):
        group = event.categories.get(key="presse")
        page = client.get(f"{address(event, 'preview')}?group={group.uid}")
        assert "kari.nordmann@example.no" in text(page)

    def test_it_shows_whatever_the_state_is(self, client, event, asked):
        RegistrationSetup.objects.filter(event=event).update(mode="none", opens=None)
        assert asked.key in client.get(address(event, "preview")).content.decode()

    def test_nothing_is_written(self, client, event, asked):
        assert client.post(address(event, "preview"), {"first_name": "A"}).status_code == 405
        client.get(address(event, "preview"))
        assert not Registration.objects.exists()


class TestChecklist:
    def items(self, event):
        fresh = Event.objects.get(pk=event.pk)
        return {str(each.text): each for each in checks.checklist(fresh, NOW)}

    def test_without_registration_it_is_silent(self, event):
        RegistrationSetup.objects.filter(event=event).update(mode="none")
        assert self.items(event) == {}

    def test_what_is_missing_is_named_with_its_field_and_goes_with_its_cause(self, event):
        items = self.items(event)
        assert any("standard privacy text" in each for each in items)
        contact = next(item for words, item in items.items() if "no contact e-mail" in words)
        assert contact.severity == checklist.Severity.MISSING
        RegistrationSetup.objects.filter(event=event).update(
            capacity=10, privacy_text={"nb": "Ja", "nn": "Ja", "en": "Yes"}
        )
        Event.objects.filter(pk=event.pk).update(contact_email="post@example.org")
        assert self.items(event) == {}

    def test_no_opening_date_is_advice(self, event):
        RegistrationSetup.objects.filter(event=event).update(opens=None)
        item = self.items(event)["No opening date is set, so registration stays closed."]
        assert item.severity == checklist.Severity.ADVICE
        assert item.url.endswith("#id_opens")

    @override_settings(NSR_EVENTS={"SENSITIVE_KEYS": []})
    def test_sensitive_questions_without_a_key(self, event):
        make_question(event, sensitive=True)
        assert any("no key" in each for each in self.items(event))


class TestBudgets:
    """The same number of queries with few and with many."""

    def count(self, client, url, django_assert_max_num_queries):
        client.get(url)
        with django_assert_max_num_queries(60) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    @pytest.mark.parametrize("name", ["setup", "questions", "preview"])
    def test_screens(self, client, event, name, django_assert_max_num_queries):
        make_page(event, make_index())
        make_category(event, "Presse")
        question = make_question(event, "Hvordan?", "one", options=["Tog", "Buss"])
        people(event, 2, answers={question.key: "o_tog"})
        few = self.count(client, address(event, name), django_assert_max_num_queries)
        for number in range(15):
            make_category(event, f"Gruppe {number}")
            extra = make_question(event, f"Spørsmål {number}", "several", options=["A", "B"])
            people(event, 2, answers={extra.key: ["o_a"]})
        many = self.count(client, address(event, name), django_assert_max_num_queries)
        assert many == few
