"""Editing questions, groups, days and seats after people registered: it is said first, and nobody loses anything."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from nsr_events.core import events
from nsr_events.core.models import EventDay
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import asking, saving, seats
from nsr_events.registration.models import Question, Registration, RegistrationSetup
from nsr_events.registration.saving import Unconfirmed, stamp_of
from nsr_events.registration.setup.question_words import before_saving
from tests.admin.conftest import make_user
from tests.admin.test_days_and_places import form_of
from tests.factories import application, make_category

from .asking import form, make_question, said
from .people import address, coming_event, fresh
from .people import person as come

pytestmark = pytest.mark.django_db
S = Registration.Status


def option(key, label, **more):
    return {"key": key, "label": {"nb": label}, "places": None, "retired": False, **more}


@pytest.fixture
def event(db):
    return coming_event(days=3)


def answered(event, **data):
    """Somebody who filled in the form with ``data``."""
    filled = form(event, data)
    assert filled.is_valid(), filled.errors
    return seats.register(event, filled.application(), now=timezone.now()).registration


def edited(row, **data):
    """The form as this person edits it."""
    return form(row.event, data, registration=fresh(row))


def save(event, question, **values):
    """Save a question as the screen does: look at what it will do, then confirm exactly that."""
    stored = Question.objects.get(pk=question.pk)
    names = (
        "kind",
        "label",
        "required",
        "sensitive",
        "options",
        "allow_other",
        "minimum",
        "maximum",
        "condition",
    )
    wished = {name: getattr(stored, name) for name in names} | values
    options = {"stamp": stamp_of(stored), "now": timezone.now()}
    try:
        asking.save_question(event, stored, wished, **options)
        return []
    except Unconfirmed as asked:
        assert Question.objects.get(pk=question.pk).label == stored.label
        again = Question.objects.get(pk=question.pk)
        asking.save_question(event, again, wished, confirmed=asked.effects.answer, **options)
        return before_saving(asked.effects)


class TestQuestions:
    @pytest.fixture
    def dish(self, event):
        return make_question(
            event, "one", "Rett", options=[option("o_fish", "Fisk"), option("o_meat", "Kjøtt")]
        )

    def test_an_option_that_was_chosen_is_retired_and_stays_with_whom_chose_it(self, event, dish):
        row = answered(event, **{dish.key: "o_fish"})
        with pytest.raises(ValidationError):
            save(event, dish, options=[option("o_meat", "Kjøtt")])
        told = save(event, dish, options=[option("o_fish", "Fisk", retired=True), option("o_meat", "Kjøtt")])
        assert told == [
            ngettext("“%(label)s” is no longer offered; %(chosen)d person keeps it.", "", 1)
            % {"label": "Fisk", "chosen": 1}
        ]
        assert fresh(row).answers == {dish.key: "o_fish"}
        assert edited(row, **{dish.key: "o_fish"}).is_valid()
        assert said(form(event, {dish.key: "o_fish"}), dish.key)

    def test_other_is_no_longer_offered_and_stays_with_whom_wrote_it(self, event, dish):
        Question.objects.filter(pk=dish.pk).update(allow_other=True)
        row = answered(event, **{dish.key: "other", f"{dish.key}-other": "Rømmegrøt"})
        told = save(event, dish, allow_other=False)
        words = ngettext(
            "“Other” is no longer offered; %(number)d person keeps what they wrote.",
            "“Other” is no longer offered; %(number)d people keep what they wrote.",
            1,
        )
        assert told == [words % {"number": 1}]

        edit = edited(row, **{dish.key: "other", f"{dish.key}-other": "Rømmegrøt"})
        assert edit.is_valid(), edit.errors
        seats.change(fresh(row), edit.application(), now=timezone.now(), row_version=row.row_version)
        assert fresh(row).answers == {dish.key: {"other": "Rømmegrøt"}}
        assert (
            "Rømmegrøt" in str(edited(row)[f"{dish.key}-other"]) or edited(row).initial[f"{dish.key}-other"]
        )
        new = form(event, {dish.key: "other", f"{dish.key}-other": "Grøt"})
        assert not new.is_valid()

    def test_switching_other_off_asks_nothing_where_nobody_used_it(self, event, dish):
        Question.objects.filter(pk=dish.pk).update(allow_other=True)
        answered(event, **{dish.key: "o_fish"})
        assert save(event, dish, allow_other=False) == []

    def test_a_question_with_answers_is_retired_and_the_answers_stay_through_edits(self, event, dish):
        row = answered(event, **{dish.key: "o_fish"})
        with pytest.raises(ValidationError):
            asking.delete(event, dish)
        asking.retire(event, dish)
        edit = edited(row)
        assert dish.key not in edit.fields
        assert edit.is_valid()
        seats.change(fresh(row), edit.application(), now=timezone.now(), row_version=row.row_version)
        assert fresh(row).answers == {dish.key: "o_fish"}

    def test_the_kind_stays_once_somebody_has_answered(self, event, dish):
        row = answered(event, **{dish.key: "o_fish"})
        with pytest.raises(ValidationError) as refused:
            save(event, dish, kind="text", options=[])
        assert "kind" in refused.value.message_dict
        assert fresh(row).answers == {dish.key: "o_fish"}

    def test_newly_required_keeps_the_seat_and_asks_at_the_next_edit(self, event, dish):
        row = answered(event)
        assert len(save(event, dish, required=True)) == 1
        assert fresh(row).status == S.CONFIRMED
        assert said(edited(row), dish.key)
        assert edited(row, **{dish.key: "o_meat"}).is_valid()

    def test_no_longer_required_asks_nothing(self, event, dish):
        Question.objects.filter(pk=dish.pk).update(required=True)
        answered(event, **{dish.key: "o_fish"})
        assert save(event, dish, required=False) == []

    def test_narrower_limits_leave_the_answer_until_the_person_edits(self, event):
        age = make_question(event, "number", "Antall bøker")
        row = answered(event, **{age.key: "90"})
        assert save(event, age, maximum=50) == []
        assert fresh(row).answers == {age.key: 90}
        edit = edited(row, **{age.key: "90"})
        assert said(edit, age.key)
        assert 'value="90"' in str(edit[age.key])

    def test_a_changed_condition_applies_at_the_next_edit(self, event, dish):
        why = make_question(event, "text", "Hvorfor")
        row = answered(event, **{dish.key: "o_fish", why.key: "Godt"})
        assert save(event, why, condition={"source": dish.key, "values": ["o_meat"]}) == []
        assert fresh(row).answers[why.key] == "Godt"
        edit = edited(row, **{dish.key: "o_meat", why.key: "Godt"})
        assert edit.is_valid()
        seats.change(fresh(row), edit.application(), now=timezone.now(), row_version=row.row_version)
        assert fresh(row).answers == {dish.key: "o_meat", why.key: "Godt"}

    def test_fewer_places_than_people_is_said_and_nobody_loses_one(self, event, dish):
        row = answered(event, **{dish.key: "o_fish"})
        answered(event, email="to@example.no", **{dish.key: "o_fish"})
        told = save(event, dish, options=[option("o_fish", "Fisk", places=1), option("o_meat", "Kjøtt")])
        assert len(told) == 1
        edit = edited(row, **{dish.key: "o_fish"})
        assert edit.is_valid()
        seats.change(fresh(row), edit.application(), now=timezone.now(), row_version=row.row_version)
        assert fresh(row).answers == {dish.key: "o_fish"}


def test_after_fifty_answers_words_options_and_need_change_and_everything_stays_readable(client, region):
    """Closing list of the specification, 14: nothing lost, old words readable, export complete, the missing listed."""
    event = coming_event(collection=region)
    dish = make_question(event, "one", "Rett", options=[option("o_fish", "Fisk"), option("o_meat", "Kjøtt")])
    rows = [
        answered(event, email=f"gjest{number}@example.no", **({dish.key: "o_fish"} if number % 5 else {}))
        for number in range(50)
    ]
    changed = [option("o_fish", "Torsk", retired=True), option("o_meat", "Gryte"), option("o_new", "Vegetar")]
    told = save(event, dish, label={"nb": "Middag"}, options=changed, required=True)
    assert len(told) == 2

    user = make_user("registrar", collection=region, actions=["see_registrations", "export_registrations"])
    client.force_login(user)
    kept = [row for number, row in enumerate(rows) if number % 5]
    assert {fresh(row).answers[dish.key] for row in kept} == {"o_fish"}
    screen = client.get(address(event, "person", kept[0].uid)).content.decode()
    assert "Rett" in screen
    assert "Fisk" in screen
    listed = client.get(address(event, "list"), {"only": "missing"})
    assert listed.context["page"].paginator.count == 10
    response = client.post(address(event, "export"), {"kind": "csv", "columns": ["last_name", dish.key]})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.count('"Torsk"') == 40
    assert len(text.splitlines()) == 51


def attempt(verb):
    """What a verb will do, told first; then done."""
    try:
        verb("")
    except Unconfirmed as asked:
        verb(asked.effects.answer)
        return asked.effects
    return None


class TestGroups:
    def save(self, event, category, **values):
        def verb(confirmed):
            row = type(category).objects.get(pk=category.pk)
            saving.save_category(
                event, row, values, stamp=stamp_of(row), confirmed=confirmed, now=timezone.now()
            )

        return attempt(verb)

    @pytest.mark.parametrize(
        "values",
        [
            {"approval": True}, {"invited_only": True}, {"closes": timezone.now() - dt.timedelta(days=1)},
            {"uses_event_seats": False}, {"capacity": 1}, {"reserved": 0},
        ],
    )  # fmt: skip
    def test_no_rule_of_a_group_takes_a_seat_or_an_edit_from_those_in_it(self, event, values):
        press = make_category(event, "press")
        rows = [come(event, number, category=press) for number in (1, 2)]
        effects = self.save(event, press, **values)
        assert [fresh(row).status for row in rows] == [S.CONFIRMED, S.CONFIRMED]
        if "capacity" in values:
            assert [(over.taken, over.capacity) for over in effects.over] == [(2, 1)]
        assert OutgoingMail.objects.count() == 2
        wish = application(event, 1, category=press, first_name="Ny")
        seats.change(fresh(rows[0]), wish, now=timezone.now(), row_version=rows[0].row_version)
        assert fresh(rows[0]).first_name == "Ny"

    def test_one_with_people_is_not_deleted_also_when_they_have_cancelled(self, event):
        press = make_category(event, "press")
        row = come(event, category=press)
        seats.cancel(row, now=timezone.now())
        with pytest.raises(ValidationError):
            saving.delete_category(event, press, now=timezone.now())
        assert fresh(row).category == press

    def test_a_group_that_begins_to_use_the_events_seats_says_what_is_taken(self, event):
        RegistrationSetup.objects.filter(event=event).update(capacity=1)
        event.registration_setup.refresh_from_db()
        crew = make_category(event, "crew", uses_event_seats=False)
        rows = [come(event, 1), *(come(event, number, category=crew) for number in (2, 3))]
        effects = self.save(event, crew, uses_event_seats=True)
        assert [(over.taken, over.capacity) for over in effects.over] == [(3, 1)]
        assert {fresh(row).status for row in rows} == {S.CONFIRMED}


@pytest.mark.parametrize("limit", ["event", "group", "day"])
def test_who_is_inside_still_changes_their_registration_when_there_is_less_than_is_taken(event, limit):
    group = make_category(event, "press")
    rows = [come(event, number, category=group) for number in range(3)]
    if limit == "event":
        RegistrationSetup.objects.filter(event=event).update(capacity=1)
    elif limit == "group":
        type(group).objects.filter(pk=group.pk).update(capacity=1)
    else:
        EventDay.objects.filter(event=event).update(capacity=1)
    group.refresh_from_db()
    wish = application(event, 0, category=group, first_name="Ny")
    seats.change(fresh(rows[0]), wish, now=timezone.now(), row_version=rows[0].row_version)
    assert fresh(rows[0]).first_name == "Ny"


def test_fewer_seats_than_people_is_said_and_nobody_loses_one(event):
    rows = [come(event, number) for number in range(3)]

    def verb(confirmed):
        setup = RegistrationSetup.objects.get(event=event)
        saving.save_setup(
            event, {"capacity": 2}, stamp=stamp_of(setup), confirmed=confirmed, now=timezone.now()
        )

    effects = attempt(verb)
    assert [(over.taken, over.capacity) for over in effects.over] == [(3, 2)]
    assert {fresh(row).status for row in rows} == {S.CONFIRMED}


class TestDays:
    """Days are edited on the tab Days and places; what that does to people is said there before it is saved."""

    @pytest.fixture
    def event(self, region):
        event = coming_event(days=3, collection=region, waiting_list="automatic")
        event.contact_email = "arrangor@example.no"
        event.save()
        return event

    @pytest.fixture
    def editor(self, client, region):
        client.force_login(make_user("editor", collection=region, actions=["change"]))
        return client

    def days(self, event):
        return list(event.days.order_by("date"))

    def resize(self, event, number, seats_):
        day = self.days(event)[number]
        day.capacity = seats_
        events.save_facts(
            event, now=timezone.now(), days=[day if each.pk == day.pk else each for each in self.days(event)]
        )
        return event.followed

    def test_fewer_seats_on_a_day_than_people_is_said_and_nobody_loses_one(self, event):
        rows = [come(event, number) for number in range(3)]
        told = self.resize(event, 1, 2)
        assert len(told) == 1
        assert "3" in told[0]
        assert {fresh(row).status for row in rows} == {S.CONFIRMED}
        assert self.resize(event, 0, 3) == ()

    def test_more_seats_on_a_day_give_them_away_at_once_and_say_to_how_many(self, event):
        self.resize(event, 1, 1)
        come(event, 1)
        waiting = [come(event, number) for number in (2, 3)]
        assert {row.status for row in waiting} == {S.WAITLISTED}
        told = self.resize(event, 1, 2)
        assert len(told) == 2
        assert [fresh(row).status for row in waiting] == [S.CONFIRMED, S.WAITLISTED]

    def test_a_new_day_too_small_for_all_is_said(self, event):
        rows = [come(event, number) for number in range(3)]
        last = self.days(event)[-1]
        new = EventDay(
            date=last.date + dt.timedelta(days=1), opens=last.opens, closes=last.closes, capacity=1
        )
        events.save_facts(event, now=timezone.now(), days=[*self.days(event), new])
        assert len(event.followed) == 1
        assert [len(fresh(row).attended_days) for row in rows] == [4, 4, 4]

    def test_the_screen_asks_before_it_does_it(self, editor, event):
        self.resize(event, 1, 1)
        come(event, 1)
        waiting = come(event, 2)
        url = reverse("nsr_events_admin:days", args=[event.pk])
        data = form_of(editor, event)
        number = next(
            key.split("-")[1]
            for key, value in data.items()
            if key.endswith("-uid") and value == str(self.days(event)[1].uid)
        )
        data[f"days-{number}-capacity"] = "2"
        asked = editor.post(url, data)
        question = asked.context["question"]
        assert question.follows
        assert question.follows[0] in asked.content.decode()
        assert (fresh(waiting).status, self.days(event)[1].capacity) == (S.WAITLISTED, 1)
        assert not OutgoingMail.objects.filter(kind="registration.promoted").exists()

        done = editor.post(url, {**data, "confirmed": question.answer})
        assert done.status_code == 302
        assert (fresh(waiting).status, self.days(event)[1].capacity) == (S.CONFIRMED, 2)

    def test_a_day_that_somebody_chose_stays_until_they_have_others(self, event):
        RegistrationSetup.objects.filter(event=event).update(days="choose")
        event.registration_setup.refresh_from_db()
        first, second, third = self.days(event)
        row = come(event, days=(second,))
        with pytest.raises(ValidationError) as refused:
            events.save_days(event, [first, third], now=timezone.now())
        assert "days" in refused.value.message_dict
        assert fresh(row).attended_days == [second]

    def test_who_has_cancelled_keeps_no_day_from_going(self, event):
        RegistrationSetup.objects.filter(event=event).update(days="choose")
        event.registration_setup.refresh_from_db()
        first, second, third = self.days(event)
        row = come(event, days=(first, second))
        seats.cancel(row, now=timezone.now())
        events.save_days(event, [first, third], now=timezone.now())
        assert self.days(event) == [first, third]
        assert fresh(row).attended_days == [first]

    def test_where_everybody_comes_all_days_the_seat_stays_when_one_goes(self, event):
        rows = [come(event, number) for number in (1, 2)]
        first, _second, third = self.days(event)
        events.save_days(event, [first, third], now=timezone.now())
        assert {fresh(row).status for row in rows} == {S.CONFIRMED}
        assert fresh(rows[0]).attended_days == [first, third]

    def test_a_full_day_that_goes_lets_in_who_waited_for_it(self, event):
        self.resize(event, 1, 1)
        come(event, 1)
        waiting = come(event, 2)
        first, _second, third = self.days(event)
        events.save_days(event, [first, third], now=timezone.now())
        assert len(event.followed) == 1
        assert fresh(waiting).status == S.CONFIRMED

    def test_a_day_on_which_a_question_depends_says_so(self, event):
        first, second, third = self.days(event)
        question = make_question(
            event, "text", "Middag", condition={"source": "days", "values": [str(second.uid)]}
        )
        with pytest.raises(ValidationError) as refused:
            events.save_days(event, [first, third], now=timezone.now())
        assert "Middag" in str(refused.value)
        asking.retire(event, question)
        events.save_days(event, [first, third], now=timezone.now())
        assert self.days(event) == [first, third]

    def test_an_answer_about_a_day_that_is_gone_breaks_no_page(self, client, event, region):
        dinner = make_question(event, "days", "Middag")
        first, second, third = self.days(event)
        row = answered(event, **{dinner.key: [str(first.uid), str(second.uid)]})
        events.save_days(event, [first, third], now=timezone.now())
        assert fresh(row).answers[dinner.key] == [str(first.uid), str(second.uid)]
        client.force_login(make_user("host", collection=region, actions=["see_registrations"]))
        page = client.get(reverse("nsr_events_participants:person", args=[event.pk, row.uid]))
        assert page.status_code == 200
        assert str(second.uid) not in page.content.decode()
        assert gettext("a day that was taken away") in page.content.decode()
        assert edited(row, **{dinner.key: [str(first.uid)]}).is_valid()

    def test_a_day_without_a_change_of_seats_says_nothing(self, event):
        come(event, 1)
        day = self.days(event)[0]
        day.theme = {"nb": "Tema"}
        events.save_facts(event, now=timezone.now(), days=[day, *self.days(event)[1:]])
        assert event.followed == ()
