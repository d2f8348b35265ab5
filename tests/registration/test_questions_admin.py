"""Changing what a form asks, before and after answers: nothing is lost, and what it does is said first."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.test import override_settings

from nsr_events.core.audit import AuditEntry
from nsr_events.registration import answers, asking, saving, sensitive
from nsr_events.registration.models import ChosenOption, Question, Registration, SensitiveAnswers
from tests.factories import NOW
from tests.registration.setting_up import make_category, make_open_event, make_question, people

pytestmark = pytest.mark.django_db

TRAIN = {"key": "o_train1", "label": {"nb": "Tog"}, "places": None, "retired": False}
PLANE = {"key": "o_plane1", "label": {"nb": "Fly"}, "places": None, "retired": False}


@pytest.fixture
def key():
    """A site that may keep sensitive answers."""
    with override_settings(NSR_EVENTS={"SENSITIVE_KEYS": [Fernet.generate_key().decode()]}):
        yield


@pytest.fixture
def event():
    return make_open_event(days=2)


def values_of(question, **changed):
    names = (
        "kind", "section", "label", "help", "required", "sensitive", "options", "allow_other", "minimum", "maximum",
        "earliest", "latest", "condition", "retention",
    )  # fmt: skip
    return {name: getattr(question, name) for name in names} | changed


def save(event, question, *, confirmed="", **changed):
    question = Question.objects.get(pk=question.pk) if question.pk else question
    stamp = saving.stamp_of(question) if question.pk else ""
    return asking.save_question(
        event, question, values_of(question, **changed), stamp=stamp, confirmed=confirmed, now=NOW
    ).row


def effects_of(event, question, **changed):
    with pytest.raises(saving.Unconfirmed) as asked:
        save(event, question, **changed)
    return asked.value.effects


def refused(event, question, **changed):
    with pytest.raises(ValidationError) as refusal:
        save(event, question, **changed)
    return refusal.value


class TestNew:
    def test_a_question_gets_a_key_of_its_own_and_the_last_place(self, event):
        make_question(event)
        row = save(event, Question(event=event), label={"nb": "Middag?"}, kind="yes_no")
        assert row.key.startswith("q_")
        assert len(row.key) == 10
        assert row.sort_order == 1

    def test_a_second_click_makes_no_second_one(self, event):
        uid = Question(event=event).uid
        for _click in range(2):
            save(event, Question(event=event, uid=uid), label={"nb": "Middag?"}, kind="yes_no")
        assert event.questions.count() == 1

    def test_a_choice_without_options_is_refused_at_its_options(self, event):
        refusal = refused(event, Question(event=event), label={"nb": "Hvordan?"}, kind="one", options=[])
        assert list(refusal.message_dict) == ["options"]

    def test_required_says_how_many_lack_an_answer(self, event):
        people(event, 3)
        people(event, 2, "cancelled")
        new = Question(event=event)
        assert effects_of(event, new, label={"nb": "A?"}, kind="yes_no", required=True).lacking == 3


class TestAfterAnswers:
    @pytest.fixture
    def asked(self, event):
        """A choice that 50 people answered: 30 by train, 20 by plane."""
        question = make_question(event, "Hvordan?", "one", options=[TRAIN, PLANE])
        people(event, 30, answers={question.key: "o_train1"})
        people(event, 20, answers={question.key: "o_plane1"})
        return question

    def test_words_may_change_and_nothing_is_lost(self, event, asked):
        options = [{**TRAIN, "label": {"nb": "Med tog"}}, PLANE]
        row = save(event, asked, label={"nb": "Hvordan reiser du?"}, options=options)
        assert row.key == asked.key
        assert Registration.objects.filter(event=event, answers__has_key=asked.key).count() == 50

    def test_the_kind_stays(self, event, asked):
        assert list(refused(event, asked, kind="text").message_dict) == ["kind"]

    def test_before_answers_the_kind_may_change(self, event):
        question = make_question(event, "Hva?", "text")
        assert save(event, question, kind="paragraph").kind == "paragraph"

    def test_a_chosen_option_is_not_taken_away(self, event, asked):
        refusal = refused(event, asked, options=[TRAIN])
        assert "Fly" in refusal.message_dict["options"][0]

    def test_an_option_that_nobody_chose_goes(self, event, asked):
        options = [TRAIN, PLANE, {**PLANE, "key": "o_boat11", "label": {"nb": "Båt"}}]
        save(event, asked, options=options)
        assert len(save(event, asked, options=[TRAIN, PLANE]).options) == 2

    def test_retiring_an_option_says_how_many_keep_it(self, event, asked):
        options = [TRAIN, {**PLANE, "retired": True}]
        effects = effects_of(event, asked, options=options)
        assert [(each.label, each.chosen) for each in effects.retired] == [("Fly", 20)]
        save(event, asked, options=options, confirmed=effects.answer)
        assert ChosenOption.objects.filter(question=asked, option="o_plane1").count() == 20

    def test_fewer_places_than_people_take_nothing_from_anybody(self, event, asked):
        options = [{**TRAIN, "places": 10}, PLANE]
        effects = effects_of(event, asked, options=options)
        assert [(each.chosen, each.places) for each in effects.over] == [(30, 10)]

    def test_newly_required_counts_those_without_an_answer_and_leaves_the_rest(self, event, asked):
        people(event, 4)
        effects = effects_of(event, asked, required=True)
        assert effects.lacking == 4
        assert save(event, asked, required=True, confirmed=effects.answer).required

    def test_it_is_retired_instead_of_deleted(self, event, asked):
        with pytest.raises(ValidationError):
            asking.delete(event, asked)
        asking.retire(event, asked)
        assert event.questions.get().retired
        asking.restore(event, asked)
        assert not event.questions.get().retired

    def test_one_without_answers_is_deleted(self, event):
        question = make_question(event)
        asking.delete(event, question)
        assert not event.questions.exists()

    def test_somebody_elses_save_is_not_overwritten(self, event, asked):
        stamp = saving.stamp_of(asked)
        save(event, asked, label={"nb": "Nye ord"})
        with pytest.raises(saving.SavedMeanwhile):
            asking.save_question(
                event, asked, values_of(asked, label={"nb": "Mine ord"}), stamp=stamp, now=NOW
            )


class TestConditions:
    @pytest.fixture
    def hotel(self, event):
        return make_question(event, "Hotell?")

    def test_one_level_only(self, event, hotel):
        night = make_question(event, "Sen ankomst?", condition={"source": hotel.key, "values": ["yes"]})
        third = make_question(event, "Når?", "text")
        refusal = refused(event, third, condition={"source": night.key, "values": ["yes"]})
        assert list(refusal.message_dict) == ["condition"]

    def test_a_source_does_not_become_conditional_itself(self, event, hotel):
        make_question(event, "Natt?", condition={"source": hotel.key, "values": ["yes"]})
        other = make_question(event, "Middag?")
        assert "Natt?" in str(refused(event, hotel, condition={"source": other.key, "values": ["yes"]}))

    def test_a_source_is_neither_retired_nor_deleted_while_others_depend_on_it(self, event, hotel):
        make_question(event, "Natt?", "text", condition={"source": hotel.key, "values": ["yes"]})
        for verb in (asking.retire, asking.delete):
            with pytest.raises(ValidationError, match="Natt"):
                verb(event, hotel)

    def test_a_value_that_others_depend_on_is_not_retired(self, event):
        way = make_question(event, "Hvordan?", "one", options=[TRAIN, PLANE])
        make_question(event, "Flynummer?", "text", condition={"source": way.key, "values": ["o_plane1"]})
        assert "Flynummer" in str(refused(event, way, options=[TRAIN, {**PLANE, "retired": True}]))

    def test_an_ordinary_question_never_depends_on_a_sensitive_one(self, event, key):
        diet = make_question(event, "Allergi?", sensitive=True)
        refusal = refused(
            event, make_question(event, "Hvilken?", "text"), condition={"source": diet.key, "values": ["yes"]}
        )
        assert list(refusal.message_dict) == ["condition"]

    def test_a_source_of_ordinary_questions_does_not_become_sensitive(self, event, hotel, key):
        make_question(event, "Natt?", "text", condition={"source": hotel.key, "values": ["yes"]})
        assert "Natt?" in str(refused(event, hotel, sensitive=True))


class TestSensitive:
    @pytest.fixture
    def diet(self, event):
        question = make_question(event, "Mat?", "several", options=["Vegan", "Gluten"])
        people(event, 3, answers={question.key: ["o_vegan"]})
        people(event, 1, "cancelled", answers={question.key: ["o_gluten"]})
        people(event, 2)
        return question

    @override_settings(NSR_EVENTS={"SENSITIVE_KEYS": []})
    def test_without_a_key_it_is_refused(self, event, diet):
        assert list(refused(event, diet, sensitive=True).message_dict) == ["sensitive"]

    def test_it_says_how_many_answers_move(self, event, diet, key):
        effects = effects_of(event, diet, sensitive=True)
        assert (effects.becomes_sensitive, effects.sealed) == (True, 4)
        assert Registration.objects.filter(answers__has_key=diet.key).count() == 4

    def seal(self, event, diet):
        return save(event, diet, sensitive=True, confirmed=effects_of(event, diet, sensitive=True).answer)

    def test_answers_move_and_every_copy_in_clear_is_wiped(self, event, diet, key):
        self.seal(event, diet)
        assert not Registration.objects.filter(answers__has_key=diet.key).exists()
        assert not ChosenOption.objects.filter(question=diet).exists()
        opened = [
            sensitive.decrypt(row.token, row.registration.uid).answers
            for row in SensitiveAnswers.objects.select_related("registration").order_by("registration_id")
        ]
        assert opened == [{diet.key: ["o_vegan"]}] * 3 + [{diet.key: ["o_gluten"]}] + [{}] * 2

    def test_every_registration_has_a_row_so_that_its_presence_tells_nothing(self, event, diet, key):
        self.seal(event, diet)
        assert SensitiveAnswers.objects.count() == 6
        assert len({len(row.token) for row in SensitiveAnswers.objects.all()}) == 1

    def test_answers_that_are_there_already_stay(self, event, diet, key):
        row = Registration.objects.filter(event=event).first()
        SensitiveAnswers.objects.create(
            registration=row, token=sensitive.encrypt(row.uid, {"q_old": "x"}, at=NOW), answered_at=NOW
        )
        self.seal(event, diet)
        row.refresh_from_db()
        assert sensitive.decrypt(row.sensitive_answers.token, row.uid).answers == {
            "q_old": "x",
            diet.key: ["o_vegan"],
        }

    def test_what_cannot_be_read_stops_everything(self, event, diet, key):
        row = Registration.objects.filter(event=event).first()
        SensitiveAnswers.objects.create(registration=row, token="damaged", answered_at=NOW)
        assert list(refused(event, diet, sensitive=True).message_dict) == ["sensitive"]
        assert Registration.objects.filter(answers__has_key=diet.key).count() == 4

    def test_an_answer_given_while_it_is_encrypted_moves_too(self, event, diet, key):
        safe = answers.seal(event, diet.key, now=NOW)
        late = people(event, 1, answers={diet.key: ["o_gluten"]})[0]
        changed = Registration.objects.filter(event=event).first()
        Registration.objects.filter(pk=changed.pk).update(answers={diet.key: ["o_gluten"]}, row_version=2)
        assert safe.move(diet) == 5
        for row in (late, changed):
            row.refresh_from_db()
            assert row.answers == {}
            assert sensitive.decrypt(row.sensitive_answers.token, row.uid).answers == {diet.key: ["o_gluten"]}

    def test_a_form_that_is_open_elsewhere_is_stale_afterwards(self, event, diet, key):
        self.seal(event, diet)
        assert Registration.objects.filter(event=event, row_version=2).count() == 4

    def test_back_is_refused(self, event, diet, key):
        self.seal(event, diet)
        assert list(refused(event, diet, sensitive=False).message_dict) == ["sensitive"]

    def test_the_audit_log_holds_the_number_and_no_value(self, event, diet, key):
        self.seal(event, diet)
        entry = AuditEntry.objects.get(action="answers.sealed")
        assert entry.counts == {"answers": 4}
        assert entry.event_uid == event.uid

    def test_one_that_somebody_answered_is_not_deleted_and_keeps_its_kind(self, event, diet, key):
        self.seal(event, diet)
        with pytest.raises(ValidationError):
            asking.delete(event, diet)
        assert list(refused(event, diet, kind="one").message_dict) == ["kind"]
        assert (
            "Vegan" in refused(event, diet, options=[Question.objects.get(pk=diet.pk).options[1]]).messages[0]
        )

    def test_a_new_one_gives_every_registration_a_row(self, event, key):
        people(event, 3)
        save(event, Question(event=event), label={"nb": "Mat?"}, kind="text", sensitive=True)
        assert SensitiveAnswers.objects.count() == 3


class TestOrder:
    def test_a_question_moves_within_its_section_and_a_section_among_sections(self, event):
        names = [("A", "1"), ("B", "1"), ("C", "2"), ("D", "1")]
        rows = {label: make_question(event, label, section={"nb": section}) for label, section in names}
        asking.move(event, rows["D"], up=True)
        assert [str(each) for each in event.questions.all()] == ["A", "D", "B", "C"]
        asking.move_section(event, rows["C"], up=True)
        assert [str(each) for each in event.questions.all()] == ["C", "A", "D", "B"]

    def test_at_the_end_nothing_happens(self, event):
        rows = [make_question(event, label) for label in "AB"]
        asking.move(event, rows[0], up=True)
        asking.move(event, rows[1], up=False)
        assert [str(each) for each in event.questions.all()] == ["A", "B"]


def test_how_many_answered_is_counted_in_one_query_whatever_the_number(event, django_assert_num_queries):
    rows = [make_question(event, f"Spørsmål {n}") for n in range(12)]
    people(event, 2, answers={rows[0].key: True, rows[1].key: False})
    with django_assert_num_queries(1):
        found = answers.answered(event, rows)
    assert (found[rows[0].key], found[rows[1].key], found[rows[2].key]) == (2, 2, 0)


def test_a_question_for_one_group_keeps_the_groups_key(event):
    make_category(event, "Presse")
    question = make_question(event, "Redaksjon?", "text")
    row = save(event, question, condition={"source": "category", "values": ["presse"]})
    assert row.condition["values"] == ["presse"]
