"""The registration form: what it asks whom, what it takes, and what it hands over to be registered."""

import datetime as dt

import pytest
from django import forms
from django.template import Context, Template
from django.test import override_settings
from django.utils import timezone

from nsr_events.registration import seats, sections, sensitive
from nsr_events.registration.models import ConsentText, FormVersion, Question, RegistrationSetup
from nsr_events.registration.values import holds_national_id
from tests.factories import invite, make_category

from .asking import form, make_question, open_event, said

pytestmark = pytest.mark.django_db
ASKED = RegistrationSetup.Asked
YES_NO = {"kind": "yes_no"}


@pytest.fixture
def event():
    return open_event(days=2)


def drawn(filled):
    """The form as a page shows it."""
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": filled}))


def application(filled):
    assert filled.is_valid(), filled.errors
    return filled.application()


def registered(event, data=None):
    """A registration made by the form."""
    return seats.register(event, application(form(event, data or {})), now=timezone.now()).registration


# Who somebody is


def test_name_and_address_are_all_that_must_be_written(event):
    asked = form(event, {})

    assert application(asked).email == "ase@example.no"
    assert [name for name, field in asked.fields.items() if field.required] == [
        "first_name",
        "last_name",
        "email",
    ]


def test_each_missing_line_says_what_to_do(event):
    empty = form(event, {"first_name": " ", "last_name": "", "email": ""})

    assert [words for _anchor, words in empty.summary] == [
        str(empty.fields[name].error_messages["required"]) for name in ("first_name", "last_name", "email")
    ]


@pytest.mark.parametrize("name", ["O'Brien", "A. Hansen", "Åse-Marie", "张伟", "N\u0303"])
def test_real_names_pass(event, name):
    assert form(event, {"last_name": name}).is_valid()


@pytest.mark.parametrize(
    "name",
    [
        "se https://ond.example",
        "www.ond.example",
        "a@b.no",
        "<b>",
        "Ola\u202eNordmann",
        "Ola\u200b",
        "x" * 101,
    ],
)
def test_what_is_no_name_is_refused_at_its_field(event, name):
    assert said(form(event, {"first_name": name}), "first_name")


def test_what_the_setup_asks_is_asked(event):
    setup = event.registration_setup
    setup.ask_organisation, setup.ask_mobile, setup.ask_job_title = ASKED.REQUIRED, ASKED.REQUIRED, ASKED.OFF
    asked = form(event, {"mobile": "21 00 00 00", "organisation": "Nordvik"})

    assert "job_title" not in asked.fields
    assert application(asked).mobile == "+4721000000"
    assert said(form(event, {}), "mobile")


def test_an_identity_number_is_refused_in_every_text(event):
    event.registration_setup.ask_job_title = ASKED.OPTIONAL
    make_question(event, "paragraph")
    number = next(f"010190{n:05d}" for n in range(100_000) if holds_national_id(f"010190{n:05d}"))
    for name in ("first_name", "organisation", "job_title", "q_00000001"):
        assert said(form(event, {name: f"Meg {number}"}), name), name


# How somebody takes part


def test_one_category_is_no_choice(event):
    assert "category" not in form(event).fields
    assert application(form(event, {"category": "tull"})).category == event.categories.get()


def test_categories_are_chosen_by_key_and_foreign_ones_are_errors(event):
    press = make_category(event, "press")
    other = make_category(open_event(), "other")
    asked = form(event, {"category": "press"})

    assert application(asked).category == press
    assert said(form(event, {"category": other.key}), "category")
    assert said(form(event, {}), "category")


def test_closed_and_invited_categories_are_not_offered_to_visitors(event):
    make_category(event, "guests", invited_only=True)
    make_category(event, "late", closes=timezone.now() - dt.timedelta(hours=1))
    make_category(event, "press")

    assert form(event).fields["category"].keys == [event.categories.first().key, "press"]
    assert "guests" in form(event, staff=True).fields["category"].keys


def test_days_are_chosen_and_foreign_ones_are_errors(event):
    event.registration_setup.days = "choose"
    first, second = event.days.all()
    foreign = open_event().days.get()

    assert application(form(event, {"days": [str(second.uid)]})).days == (second,)
    assert said(form(event, {"days": [str(foreign.uid)]}), "days")
    assert said(form(event, {"days": []}), "days")
    assert application(form(event, {"days": [str(second.uid), str(first.uid)]})).days == (first, second)


def test_a_full_day_and_category_are_told_at_the_choice(event):
    event.registration_setup.days = "choose"
    first, second = event.days.all()
    second.capacity = 1
    second.save()
    registered(event, {"days": [str(second.uid)]})
    full = make_category(event, "full", capacity=0)

    choices = dict(form(event).fields["days"].widget.choices)
    assert choices[str(second.uid)].hint
    assert not choices[str(first.uid)].hint
    assert dict(form(event).fields["category"].widget.choices)[full.key].hint


# Questions


def test_a_hidden_question_is_skipped_and_its_value_dropped_even_if_wrong(event):
    make_question(event, "yes_no")
    make_question(event, "number", required=True, condition={"source": "q_00000001", "values": ["yes"]})

    assert application(form(event, {"q_00000001": "no", "q_00000002": "tull"})).answers == {
        "q_00000001": False
    }
    assert said(form(event, {"q_00000001": "yes", "q_00000002": "tull"}), "q_00000002")
    assert said(form(event, {"q_00000001": "yes"}), "q_00000002")
    assert application(form(event, {"q_00000001": "yes", "q_00000002": "3"})).answers["q_00000002"] == 3


def test_category_and_days_decide_also_where_nobody_chooses_them(event):
    category = event.categories.get()
    make_question(event, "text", condition={"source": "category", "values": [category.key]})
    make_question(event, "text", condition={"source": "days", "values": [str(event.days.last().uid)]})
    make_question(event, "text", condition={"source": "category", "values": ["press"]})
    data = {f"q_0000000{number}": "Svar" for number in (1, 2, 3)}

    assert set(application(form(event, data)).answers) == {"q_00000001", "q_00000002"}


def test_choices_become_rows_and_full_ones_cannot_be_chosen(event):
    dinner = make_question(
        event,
        "several",
        options=[{"key": "o_a", "label": {"nb": "Fisk"}, "places": 1}, "o_b"],
        section={"nb": "Mat"},
    )
    row = registered(event, {"q_00000001": ["o_a", "o_b"]})
    late = form(event, {"email": "to@example.no", "q_00000001": ["o_a"]})

    assert row.chosen_options.count() == 2
    assert dict(form(event).fields[dinner.key].widget.choices)["o_a"].disabled
    assert 'value="o_a" id="id_q_00000001_0" disabled' in drawn(form(event))
    with pytest.raises(seats.Refused) as refused:
        seats.register(event, application(late), now=timezone.now())
    late.add_refusal(refused.value)
    assert len(said(late, dinner.key)) == 1
    assert "Fisk" in said(late, dinner.key)[0]


def test_other_brings_a_text_of_ones_own(event):
    make_question(event, "one", options=["o_a"], allow_other=True)

    assert application(form(event, {"q_00000001": "other", "q_00000001-other": "Frukt"})).answers == {
        "q_00000001": {"other": "Frukt"}
    }
    assert said(form(event, {"q_00000001": "other"}), "q_00000001-other")
    assert (
        application(form(event, {"q_00000001": "o_a", "q_00000001-other": "x" * 999})).choices[0].option
        == "o_a"
    )


def test_a_day_of_dinner_must_be_a_day_that_is_attended(event):
    event.registration_setup.days = "choose"
    first, second = (str(day.uid) for day in event.days.all())
    make_question(event, "days")

    assert application(form(event, {"days": [first], "q_00000001": [first]})).answers == {
        "q_00000001": [first]
    }
    assert said(form(event, {"days": [first], "q_00000001": [second]}), "q_00000001")


def test_questions_under_their_headings_and_reveals_under_their_radio(event):
    make_question(event, "yes_no", "Kommer du på middag?", section={"nb": "Middag"})
    make_question(event, "text", "Navn på bordkortet", section={"nb": "Middag"},
                  condition={"source": "q_00000001", "values": ["yes"]})  # fmt: skip
    make_question(
        event, "text", "Annet", section={"nb": "Annet"}, condition={"source": "q_00000001", "values": ["yes"]}
    )
    html = drawn(form(event))

    assert html.count("<h2>Middag</h2>") == 1
    assert html.index('value="yes"') < html.index("Navn på bordkortet") < html.index('value="no"')
    assert html.index('value="no"') < html.index("<h2>Annet</h2>") < html.index('name="q_00000003"')
    assert html.count("data-ne-lead>") == 2


def test_one_choice_of_many_is_a_select(event):
    make_question(event, "one", options=[f"o_{number}" for number in range(8)])

    assert '<select name="q_00000001"' in drawn(form(event))


def test_editors_words_are_text_and_nothing_else(event):
    make_question(event, "text", "<b>Hva</b> {{ 7|add:7 }}?", help={"nb": "<i>Kort</i> {{ x }} & godt"})
    make_question(
        event, "several", "Velg", options=[{"key": "o_a", "label": {"nb": "<script>1</script>{{ y }}"}}]
    )
    make_question(event, "information", "<u>Obs</u>", help={"nb": "<s>x</s>"})
    make_question(event, "consent", "<em>Ja</em>", section={"nb": "<h1>S</h1>"})
    html = drawn(form(event, {"first_name": "<b>x</b>", "q_00000001": '"><script>alert(1)</script>'}))

    # crispy-forms' own templates print help texts as they are: the fields themselves hold no markup.
    fields = form(event).fields
    assert "<i>" not in fields["q_00000001"].help_text
    assert "<b>" not in fields["q_00000001"].label
    for tag in ("<b>", "<i>", "<script>1", "<u>", "<s>", "<em>", "<script>alert", "<h1>"):
        assert tag not in html
    for words in ("{{ 7|add:7 }}", "{{ x }} &amp; godt", "{{ y }}", "&lt;u&gt;Obs"):
        assert words in html


def test_label_hint_error_input_stand_in_this_order_and_are_tied_together(event):
    make_question(event, "text", "Hva?", help={"nb": "Kort svar"}, required=True)
    html = drawn(form(event, {"q_00000001": ""}))
    part = html[html.index("Hva?") - 40 :]

    texts = [
        '<label for="id_q_00000001"',
        'id="id_q_00000001_helptext"',
        'id="id_q_00000001_error"',
        '<input type="text" name="q_00000001"',
    ]
    order = [part.index(text) for text in texts]
    assert order == sorted(order)
    assert 'aria-describedby="id_q_00000001_helptext id_q_00000001_error"' in part
    assert 'aria-invalid="true"' in part


def test_optional_is_marked_and_required_is_not(event):
    make_question(event, "text", "Må", required=True)
    make_question(event, "text", "Kan")
    html = drawn(form(event))

    assert '<label for="id_q_00000001">Må</label>' in html
    assert '<label for="id_q_00000002">Kan <span class="ne-f__opt">' in html


def test_another_language_is_marked_where_a_translation_is_missing(event):
    make_question(event, "text", "Hva?")

    assert '<span lang="nb">Hva?</span>' in drawn(form(event, language="en"))


# Sensitive answers


def test_sensitive_answers_are_encrypted_and_nowhere_else(event):
    make_question(event, "text", sensitive=True)
    asked = application(form(event, {"q_00000001": "Nøtter", "sensitive_consent": "on"}))

    assert asked.answers == {}
    assert "Nøtter" not in repr(asked)
    assert sensitive.decrypt(asked.sensitive, asked.uid).answers == {"q_00000001": "Nøtter"}
    assert [given.text.use for given in asked.consents] == ["sensitive", "privacy"]


def test_a_sensitive_answer_without_the_tick_comes_back(event):
    make_question(event, "text", sensitive=True)
    asked = form(event, {"q_00000001": "Nøtter"})

    assert said(asked, "sensitive_consent")
    assert 'value="Nøtter"' in drawn(asked)


def test_everybody_at_an_event_that_asks_gets_a_row_that_tells_nothing(event):
    make_question(event, "text", sensitive=True)
    quiet, telling = (
        application(form(event, data)) for data in ({}, {"q_00000001": "Nøtter", "sensitive_consent": "on"})
    )

    assert len(quiet.sensitive) == len(telling.sensitive)
    assert [given.text.use for given in quiet.consents] == ["privacy"]
    assert application(form(open_event(), {})).sensitive is None


def test_without_a_key_sensitive_questions_are_neither_shown_nor_saved(event):
    make_question(event, "text", "Allergi", sensitive=True)
    with override_settings(NSR_EVENTS={}):
        asked = form(event, {"q_00000001": "Nøtter", "sensitive_consent": "on"})
        html = drawn(asked)
        made = application(asked)

    assert "Allergi" not in html
    assert "Nøtter" not in html
    assert made.sensitive is None
    assert made.answers == {}


def editing(event, row, data=None, **options):
    """The form of somebody who changes what they wrote."""
    row = type(row).objects.select_related("category", "event").get(pk=row.pk)
    return form(event, data, registration=row, **options)


@pytest.fixture
def allergic(event):
    """Somebody who has answered a sensitive question."""
    make_question(event, "text", "Allergi", sensitive=True)
    return registered(event, {"q_00000001": "Nøtter", "sensitive_consent": "on"})


def test_sensitive_answers_are_not_shown_back(event, allergic):
    html = drawn(editing(event, allergic))

    assert "Nøtter" not in html
    assert 'name="sensitive_action" value="keep"' in html


@pytest.mark.parametrize(
    ("action", "after"),
    [("keep", {"q_00000001": "Nøtter"}), ("replace", {"q_00000001": "Egg"}), ("remove", {})],
)
def test_sensitive_answers_are_kept_replaced_or_removed(event, allergic, action, after):
    data = {"sensitive_action": action}
    if action == "replace":
        data |= {"q_00000001": "Egg", "sensitive_consent": "on"}
    made = application(editing(event, allergic, data))
    seats.change(allergic, made, now=timezone.now(), row_version=allergic.row_version)
    allergic = type(allergic).objects.get(pk=allergic.pk)

    assert sensitive.decrypt(allergic.sensitive_answers.token, allergic.uid).answers == after


def test_new_sensitive_answers_count_only_when_replace_is_chosen(event, allergic):
    asked = editing(
        event, allergic, {"sensitive_action": "keep", "q_00000001": "Egg", "sensitive_consent": "on"}
    )

    assert said(asked, "sensitive_action")


def test_answers_that_cannot_be_read_are_kept_unless_somebody_replaces_them(event, allergic):
    allergic.sensitive_answers.token = "ødelagt"
    allergic.sensitive_answers.save()
    asked = editing(event, allergic, {})

    assert 'name="sensitive_action" value="keep"' in drawn(asked)
    assert application(asked).sensitive is None


# Editing


def test_an_edit_shows_what_was_written_and_changes_only_what_is_changed(event):
    event.registration_setup.ask_mobile = ASKED.OPTIONAL
    make_question(event, "date")
    make_question(event, "yes_no")
    make_question(event, "one", options=["o_a"], allow_other=True)
    data = {"mobile": "+46812345678", "q_00000001": "9.3.2027", "q_00000002": "no", "q_00000003": "other",
            "q_00000003-other": "Frukt"}  # fmt: skip
    row = registered(event, data)
    html = drawn(editing(event, row))

    for shown in ('value="Åse"', 'value="+46812345678"', 'value="9.3.2027"', 'value="Frukt"'):
        assert shown in html
    assert 'value="no" id="id_q_00000002_1" checked' in html
    assert application(editing(event, row, data)).answers == row.answers


def test_retired_questions_and_options_stay_with_those_who_answered(event):
    make_question(event, "text")
    question = make_question(event, "one", options=["o_a", "o_b"])
    row = registered(event, {"q_00000001": "Før", "q_00000002": "o_a"})
    Question.objects.filter(key="q_00000001").update(retired=True)
    question.options[0]["retired"] = True
    question.save()

    assert "o_a" not in dict(form(event).fields["q_00000002"].widget.choices)
    made = application(editing(event, row, {"q_00000002": "o_a"}))
    assert made.answers == {"q_00000001": "Før", "q_00000002": "o_a"}
    assert said(form(event, {"email": "ny@example.no", "q_00000002": "o_a"}), "q_00000002")


def test_a_newly_required_question_is_asked_at_the_next_edit(event):
    row = registered(event)
    make_question(event, "text", required=True)

    assert said(editing(event, row, {}), "q_00000001")


def test_an_edit_keeps_language_uid_and_listing_and_asks_no_consents_again(event):
    event.registration_setup.participant_list = True
    make_question(event, "consent")
    row = registered(event, {"listed": "on", "q_00000001": "on"})
    made = application(editing(event, row, {}, language="en"))

    assert (made.uid, made.language, made.listed) == (row.uid, "nb", True)
    assert made.consents == ()


# Others who use the form


def test_an_invited_person_registers_with_the_invited_address_and_category(event):
    make_category(event, "press")
    invitation = invite(
        event, category=make_category(event, "guests", invited_only=True), organisation="Nordvik"
    )
    asked = form(event, {"email": "annen@example.no", "category": "press"}, invitation=invitation)
    made = application(asked)

    assert (made.email, made.category.key, made.source) == (invitation.email, "guests", "invitation")
    assert "email" not in asked.fields
    assert 'value="Nordvik"' in drawn(form(event, invitation=invitation))


def test_an_unlocked_invitation_lets_the_address_be_changed(event):
    invitation = invite(event, locked_email=False)
    assert (
        application(form(event, {"email": "annen@example.no"}, invitation=invitation)).email
        == "annen@example.no"
    )


def test_organisers_may_leave_out_what_they_do_not_know_and_tick_for_nobody(event):
    event.registration_setup.participant_list = True
    event.registration_setup.ask_mobile = ASKED.REQUIRED
    make_question(event, "text", required=True)
    make_question(event, "text", sensitive=True)
    make_question(event, "consent")
    asked = form(event, {"email": "", "q_00000002": "Nøtter", "q_00000003": "on", "listed": "on"}, staff=True)
    made = application(asked)

    assert (made.email, made.listed, made.consents, made.answers) == ("", False, (), {})
    assert sensitive.decrypt(made.sensitive, made.uid).answers == {}
    assert not {"q_00000002", "q_00000003", "listed"} & set(asked.fields)


def test_a_later_domain_adds_a_section_that_is_saved_with_the_registration(event):
    seen = []
    section = sections.FormSection(
        key="moter",
        heading="Hurtigmøter",
        fields=lambda event, *, language, registration: {
            "tema": forms.CharField(label="Tema", required=False)
        },
        save=lambda registration, values: seen.append((registration.pk, values)),
    )
    sections.register(section)
    try:
        html = drawn(form(event))
        row = registered(event, {"moter-tema": "Insiderrisiko"})
    finally:
        sections.unregister("moter")

    assert "<h2>Hurtigmøter</h2>" in html
    assert seen == [(row.pk, {"tema": "Insiderrisiko"})]


# Consents and versions


def test_consents_keep_the_words_they_were_given_to(event):
    event.registration_setup.participant_list = True
    question = make_question(event, "consent", "Bilder er greit", help={"nb": "På intranettet"})
    first = registered(event, {"q_00000001": "on", "listed": "on"})
    question.label = {"nb": "Bilder og film er greit"}
    question.save()
    second = registered(event, {"email": "to@example.no", "q_00000001": "on"})

    words = [row.consents.get(text__key=question.key).text.text["nb"] for row in (first, second)]
    assert words == ["Bilder er greit\nPå intranettet", "Bilder og film er greit\nPå intranettet"]
    assert first.listed
    assert not second.listed
    assert set(first.consents.values_list("text__use", flat=True)) == {"question", "list", "privacy"}
    numbers = list(ConsentText.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_box_is_ticked_beforehand_or_needed(event):
    event.registration_setup.participant_list = True
    make_question(event, "consent", required=True)
    html = drawn(form(event))

    assert "checked" not in html
    assert application(form(event, {})).consents[0].text.use == "privacy"


def test_a_hidden_consent_is_not_given(event):
    make_question(event, "yes_no")
    make_question(event, "consent", condition={"source": "q_00000001", "values": ["yes"]})
    made = application(form(event, {"q_00000001": "no", "q_00000002": "on"}))

    assert [given.text.use for given in made.consents] == ["privacy"]


def test_the_privacy_text_is_the_editors_else_ours_in_every_language(event):
    assert set(application(form(event, {})).consents[0].text.text) == {"nb", "nn", "en"}
    event.registration_setup.privacy_text = {"nb": "Vi <b>sletter</b> alt."}
    html = drawn(form(event))

    assert "Vi &lt;b&gt;sletter&lt;/b&gt; alt." in html
    assert application(form(event, {})).consents[0].text.text == {"nb": "Vi <b>sletter</b> alt."}


def test_a_version_is_written_once_for_each_state_of_the_questions(event):
    question = make_question(event, "text")
    one, two = (application(form(event, {})).form_version for _n in range(2))
    question.label = {"nb": "Nytt"}
    question.save()
    three = application(form(event, {})).form_version

    assert one == two
    assert (one.number, three.number) == (1, 2)
    assert FormVersion.objects.get(number=1).content[0]["label"] == {"nb": "Spørsmål"}
