"""What a form asks, when, and what an answer is."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsr_events.registration import questions
from nsr_events.registration.questions import Asked, Condition, Form, Option
from nsr_events.registration.values import Wrong

from .asking import VECTORS, form_of_vector

FISH, MEAT, OLD = (
    Option("o_fish", {"nb": "Fisk"}),
    Option("o_meat", {"nb": "Kjøtt"}),
    Option("o_old", {}, retired=True),
)


def asked(kind, **fields):
    return Asked(key="q_1", kind=kind, label={"nb": "Hva?"}, **fields)


def code(question, raw, **more):
    with pytest.raises(Wrong) as caught:
        questions.parse(question, raw, **more)
    return caught.value.code


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_rule_of_conditions(vector):
    assert questions.visible(form_of_vector(vector), vector["answers"]) == set(vector["visible"])


@pytest.mark.parametrize(
    ("kind", "raw", "answer"),
    [
        ("text", ["  Hei "], "Hei"),
        ("paragraph", ["En\r\nto"], "En\nto"),
        ("number", ["1 000"], 1000),
        ("yes_no", ["yes"], True),
        ("yes_no", ["no"], False),
        ("one", ["o_fish"], "o_fish"),
        ("several", ["o_meat", "o_fish", "o_fish"], ["o_fish", "o_meat"]),
        ("days", ["d2", "d1"], ["d1", "d2"]),
        ("date", ["9.3.2027"], "2027-03-09"),
        ("phone", ["21 00 00 00"], "+4721000000"),
        ("email", ["a@b.no"], "a@b.no"),
        ("consent", ["on"], None),
        ("information", ["x"], None),
    ],
)
def test_each_kind_stores_its_own_value(kind, raw, answer):
    options = (FISH, MEAT, OLD) if kind in questions.CHOICES else ()

    assert questions.parse(asked(kind, options=options), raw, days=["d1", "d2"]) == answer


@pytest.mark.parametrize("kind", questions.PARSERS)
def test_nothing_is_no_answer(kind):
    assert questions.parse(asked(kind, options=(FISH,)), ["", "  "], days=["d1"]) is None


@pytest.mark.parametrize(
    ("question", "raw", "wrong"),
    [
        (asked("text", maximum=3), ["fire"], "too_long"),
        (asked("text", minimum=3), ["to"], "too_short"),
        (asked("paragraph", maximum=90_000), ["x" * 2001], "too_long"),
        (asked("number", minimum=1, maximum=9), ["10"], "number_range"),
        (asked("date", earliest=dt.date(2027, 3, 1)), ["28.2.2027"], "date_range"),
        (asked("one", options=(FISH, MEAT)), ["o_cake"], "option"),
        (asked("one", options=(FISH, OLD)), ["o_old"], "option"),
        (asked("one", options=(FISH,)), ["other"], "option"),
        (asked("one", options=(FISH,), allow_other=True), ["other"], "other"),
        (asked("several", options=(FISH, MEAT), minimum=2), ["o_fish"], "too_few"),
        (asked("several", options=(FISH, MEAT), maximum=1), ["o_fish", "o_meat"], "too_many"),
        (asked("days"), ["d9"], "day"),
        (asked("yes_no"), ["maybe"], "option"),
    ],
)
def test_what_does_not_fit_is_refused(question, raw, wrong):
    assert code(question, raw, days=["d1"]) == wrong


def test_a_text_of_ones_own_is_kept_as_other():
    question = asked("one", options=(FISH,), allow_other=True)

    assert questions.parse(question, ["other"], other=" Frukt ") == {"other": "Frukt"}
    assert questions.parse(question, ["o_fish"], other="Frukt") == "o_fish"


def test_a_retired_option_stays_for_those_who_have_it():
    question = asked("several", options=(FISH, OLD))

    assert questions.parse(question, ["o_old", "o_fish"], kept=["o_old"]) == ["o_fish", "o_old"]
    assert code(question, ["o_old"], kept=["o_fish"]) == "option"


def test_a_false_answer_is_an_answer():
    assert not questions.missing(asked("yes_no", required=True), False)
    assert not questions.missing(asked("number", required=True), 0)
    assert questions.missing(asked("text", required=True), None)


def test_a_version_reads_back_as_the_form_it_was_made_of():
    form = Form(
        (
            asked("one", options=(FISH, OLD), allow_other=True, required=True),
            asked("date", earliest=dt.date(2027, 1, 1), condition=Condition("category", ("press",))),
        )
    )

    assert questions.from_content(questions.to_content(form)) == form


def test_answers_are_shown_by_their_labels():
    assert questions.label_of(asked("one", options=(FISH,)), "o_fish") == [{"nb": "Fisk"}]
    assert questions.label_of(asked("one", options=(FISH,)), "o_gone") == ["o_gone"]
    assert questions.label_of(asked("one", options=(FISH,)), {"other": "Frukt"}) == ["Frukt"]
    assert questions.label_of(asked("several", options=(FISH, MEAT)), ["o_meat"]) == [{"nb": "Kjøtt"}]
    assert questions.label_of(asked("days"), ["d1"], days={"d1": "Tirsdag"}) == ["Tirsdag"]
    assert questions.label_of(asked("yes_no"), False) == ["no"]
    assert questions.label_of(asked("number"), 0) == ["0"]
    assert questions.label_of(asked("text"), None) == []


def test_the_editor_hears_what_breaks_the_rules_of_a_form():
    text = Asked("q_text", "text", {})
    sensitive = Asked("q_diet", "yes_no", {}, sensitive=True, required=True)
    conditional = Asked("q_cond", "yes_no", {}, condition=Condition("q_gone", ("yes",)))
    form = Form(
        (
            text,
            sensitive,
            conditional,
            Asked("q_1", "text", {}, condition=Condition("q_text", ("yes",))),
            Asked("q_2", "text", {}, condition=Condition("q_cond", ("yes",))),
            Asked("q_3", "text", {}, condition=Condition("q_diet", ("perhaps",))),
            Asked("q_4", "one", {}),
            Asked("q_5", "text", {}, condition=Condition("days", ("d1",))),
        )
    )

    assert questions.problems_of(form) == [
        ("q_diet", "sensitive_required"),
        ("q_cond", "unknown_source"),
        ("q_1", "kind_of_source"),
        ("q_1", "unknown_value"),
        ("q_2", "conditional_source"),
        ("q_3", "tells_sensitive"),
        ("q_3", "unknown_value"),
        ("q_4", "no_options"),
    ]


def test_keys_are_of_the_agreed_shape_and_never_the_same():
    keys = {questions.make_key() for _n in range(200)}

    assert len(keys) == 200
    assert all(len(key) == 10 and key.startswith("q_") for key in keys)
    assert len(questions.make_option_key()) == 8


KINDS = st.sampled_from(sorted(questions.PARSERS))


@given(KINDS, st.lists(st.text(max_size=40), max_size=4), st.text(max_size=20))
def test_whatever_is_posted_is_an_answer_or_a_wrong_value(kind, raw, other):
    question = asked(kind, options=(FISH, MEAT), allow_other=True)
    try:
        answer = questions.parse(question, raw, other=other, days=["d1"])
    except Wrong:
        return
    assert questions.spoken(answer) is not None
