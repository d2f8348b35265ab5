"""What nobody should send: an answer at the field or a refusal, never an error page, never a row."""

import uuid

import pytest

from nsr_events.registration.models import Registration
from tests.factories import make_category, make_page

from .asking import hidden, make_question, open_event, open_page, person, send

pytestmark = pytest.mark.django_db

CORPUS = [
    "</script><script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{ 7|add:7 }}{% debug %}",
    "=HYPERLINK(\"http://ond.example\")", "+47", "@SUM(1)", "-1+1", "\tTab", "a\r\nBcc: offer@example.no", "a\x00b",
    "\u202egnp.exe", "\u200b", "{link}", "%(name)s", "../../etc/passwd", "x" * 70_000, "𝕳𝖊𝖎 🎉", "' OR 1=1 --",
    "BEGIN:VCALENDAR", "javascript:alert(1)", "＝1+1", "\ud7ff", "\u2028", "null", "[]", "0", "-0", "1e999", "NaN",
]  # fmt: skip


@pytest.fixture
def page():
    """A form with every kind of question."""
    page = open_page(days=2)
    event = page.event
    event.registration_setup.__class__.objects.filter(event=event).update(
        days="choose", ask_mobile="optional", ask_job_title="optional", ask_badge_name="optional",
        participant_list=True, rate_limit=False,
    )  # fmt: skip
    make_category(event, "press")
    for kind in (
        "text",
        "paragraph",
        "number",
        "yes_no",
        "days",
        "date",
        "phone",
        "email",
        "consent",
        "information",
    ):
        make_question(event, kind)
    make_question(event, "one", options=["o_a"], allow_other=True)
    make_question(event, "several", options=["o_a", "o_b"])
    make_question(event, "text", sensitive=True)
    return page


def good(page):
    """What makes the form valid."""
    return {"category": "press", "days": [str(page.event.days.first().uid)]}


def fields(page):
    """Every name the form posts."""
    keys = [question.key for question in page.event.questions.all()]
    named = [
        "first_name",
        "last_name",
        "email",
        "organisation",
        "job_title",
        "mobile",
        "badge_name",
        "category",
        "days",
    ]
    return [*named, "sessions", "listed", "sensitive_consent", "q_00000011-other", *keys]


def free(page):
    """The fields whose text is kept as it is typed."""
    return {"organisation", "job_title", "q_00000001", "q_00000002", "q_00000011-other", "q_00000013"}


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_the_corpus_in_every_field_is_taken_as_text_or_refused_there(client, page, text):
    everywhere = {name: [text] if name in {"days", "sessions"} else text for name in fields(page)}
    chosen = {"q_00000011": "other", "sensitive_consent": "on"}
    for data in (everywhere, {**good(page), **chosen, **dict.fromkeys(free(page), text)}):
        before = Registration.objects.count()
        response = send(client, page, {**data, "email": f"{uuid.uuid4()}@example.no"})
        html = response.content.decode()
        if response.status_code == 303:
            html = client.get(response.url).content.decode()

        assert response.status_code in {200, 303, 413}
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert Registration.objects.count() - before == (response.status_code == 303)


def test_a_control_character_is_told_at_every_field_that_has_it(client, page):
    names = [
        "first_name",
        "organisation",
        "job_title",
        "badge_name",
        "q_00000001",
        "q_00000002",
        "q_00000003",
    ]
    html = send(client, page, {**good(page), **dict.fromkeys(names, "a\x00b")}).content.decode()

    assert [name for name in names if f'id="id_{name}_error"' in html] == names


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("category", "participant\x00"),
        ("category", "1"),
        ("days", [str(uuid.uuid4())]),
        ("days", ["tull"]),
        ("q_00000004", "perhaps"),
        ("q_00000005", [str(uuid.uuid4())]),
        ("q_00000011", "o_zzzzzz"),
        ("q_00000012", ["o_a", "o_zzzzzz"]),
    ],
)
def test_what_the_form_does_not_offer_is_an_error_at_its_field(client, page, name, value):
    response = send(client, page, {**good(page), name: value})

    assert response.status_code == 200
    assert f'id="id_{name}_error"' in response.content.decode()
    assert not Registration.objects.exists()


def test_unknown_names_are_ignored(client, page):
    response = send(
        client,
        page,
        {**good(page), "status": "confirmed", "form_version": "99", "uid": "x", "q_99999999": "x"},
    )

    assert response.status_code == 303
    assert Registration.objects.get().answers == {}


def test_two_thousand_fields_and_a_megabyte_are_refused(client, page, settings):
    carried = hidden(client.get(page.url + "register/").content.decode())
    url = page.url + "register/"
    many = client.post(url, {**carried, **person(), **{f"x{n}": "y" for n in range(2000)}})
    large = client.post(url, {**carried, **person(), "first_name": "x" * 1_000_000})
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
    default = client.post(url, {**carried, **person(), **{f"x{n}": "y" for n in range(2000)}})

    assert many.status_code in {200, 303, 400}
    assert (large.status_code, default.status_code) == (413, 400)
    assert Registration.objects.count() == (many.status_code == 303)


def test_a_name_posted_several_times_counts_once(client, page):
    response = send(
        client,
        page,
        {**good(page), "first_name": ["En", "To"], "q_00000004": ["yes", "no"], "q_00000001": ["a", "b"]},
    )

    assert response.status_code == 303
    assert Registration.objects.get().first_name == "To"


def test_bytes_that_are_no_text_are_no_error(client, page):
    carried = hidden(client.get(page.url + "register/").content.decode())
    body = (
        b"first_name=%FF%FE&last_name=%C3%28&email=a@b.no&"
        + "&".join(f"{name}={value}" for name, value in carried.items()).encode()
    )
    response = client.post(page.url + "register/", body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert client.post(page.url + "register/", b"{}", content_type="application/json").status_code == 400


@pytest.mark.parametrize("said", ["much", "-5", "1e9", "\u00b2", "9" * 30])
def test_a_length_without_sense_is_refused(client, page, said):
    answer = client.post(page.url + "register/", person(), CONTENT_LENGTH=said)

    assert answer.status_code in {400, 413}
    assert not Registration.objects.exists()


def test_another_events_form_registers_nobody_here(client, page):
    other = make_page(open_event(), page.get_parent().specific)
    carried = hidden(client.get(other.url + "register/").content.decode())

    assert client.post(page.url + "register/", {**carried, **person()}).status_code == 400
    assert not Registration.objects.exists()
