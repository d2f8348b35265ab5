"""Exports: chosen columns as text, streamed, without anything sensitive; and what comes back unchanged."""

import csv
import io

import pytest
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from nsr_events.core import spreadsheets
from nsr_events.core.audit import AuditEntry
from nsr_events.registration import exports, sensitive
from nsr_events.registration.models import Registration, SensitiveAnswers
from tests.admin.conftest import make_user
from tests.registration.people import CORPUS, address, answer, ask, coming_event, person
from tests.registration.test_participants import many

pytestmark = pytest.mark.django_db
BASIC = [
    "reference",
    "status",
    "first_name",
    "last_name",
    "email",
    "organisation",
    "category",
    "days",
    "created",
]


@pytest.fixture
def event(region):
    return coming_event(collection=region, name="Samling på Åsgårdstrand")


def export(client, event, *columns, kind="csv", **data):
    return client.post(address(event, "export"), {"kind": kind, "columns": columns or BASIC, **data})


def body(response):
    return b"".join(response.streaming_content)


def table(response):
    """The rows of a CSV export, headings first, as a program reads them."""
    text = body(response).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


class TestCSV:
    def test_it_begins_with_the_mark_and_quotes_every_cell(self, desk, event):
        person(event, organisation="Kripos")
        data = body(export(desk, event, "last_name", "organisation"))
        assert data.startswith(b"\xef\xbb\xbf")
        assert data.decode("utf-8-sig") == '"Etternavn";"Virksomhet"\r\n"Oppdiktet 1";"Kripos"\r\n'.replace(
            "Etternavn", str(exports.FIELDS[3].label)
        ).replace("Virksomhet", str(exports.FIELDS[5].label))

    def test_the_file_name_is_plain_and_nothing_is_cached(self, desk, event):
        response = export(desk, event)
        name = response["Content-Disposition"]
        assert name.isascii()
        assert name.startswith('attachment; filename="samling-pa-asgardstrand-')
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize("text", CORPUS)
    def test_nothing_becomes_a_formula(self, desk, event, text):
        question = ask(event, "text", "=1+1")
        row = person(event)
        Registration.objects.filter(pk=row.pk).update(organisation=text)
        row.refresh_from_db()
        answer(row, question, text)
        for line in table(export(desk, event, "organisation", question.key)):
            for cell in line:
                assert not cell.startswith(spreadsheets.FORMULA_STARTS), cell

    @pytest.mark.parametrize(
        "value", [*CORPUS, "'", "''", "\tx", "\rx", "\nx", "vanlig", "", "O'Brien", "-", "＋47"]
    )
    def test_the_apostrophe_comes_off_again(self, value):
        assert spreadsheets.from_text(spreadsheets.as_text(value)) == value

    @pytest.mark.parametrize("typed", ["'vanlig", "' x", "O'Brien", "'", "vanlig"])
    def test_an_apostrophe_that_somebody_typed_stays(self, typed):
        assert spreadsheets.from_text(typed) == typed


class TestXLSX:
    def cells(self, response):
        return list(load_workbook(io.BytesIO(body(response))).active.iter_rows())

    @pytest.mark.parametrize("text", [*CORPUS, "#N/A", "1e5", "\x0bx", "TRUE"])
    def test_every_cell_is_a_string(self, desk, event, text):
        row = person(event)
        Registration.objects.filter(pk=row.pk).update(organisation=text)
        heading, line = self.cells(export(desk, event, "organisation", "created", kind="xlsx"))
        assert {cell.data_type for cell in (*heading, *line)} <= {"s", "inlineStr"}
        assert line[0].value == text.replace("\x0b", "")

    def test_it_has_a_type_and_a_name(self, desk, event):
        response = export(desk, event, kind="xlsx")
        assert response["Content-Disposition"].endswith('.xlsx"')
        assert "spreadsheetml" in response["Content-Type"]


class TestWhatIsInIt:
    def test_answers_with_labels_and_those_no_longer_asked_last(self, desk, event):
        old = ask(event, "text", "Gammelt", retired=True)
        dinner = ask(event, "several", "Middag", options=["Fisk", "Kjøtt"])
        row = answer(person(event), dinner, [option["key"] for option in dinner.options])
        answer(row, old, "svar")
        headings, line = table(export(desk, event, "last_name", old.key, dinner.key))
        assert headings[1] == "Middag"
        assert line[1:] == ["Fisk | Kjøtt", "svar"]
        assert headings[2].startswith("Gammelt (")

    def test_sensitive_answers_are_no_column_and_in_no_file(self, desk, event, settings):
        settings.NSR_EVENTS = {
            **getattr(settings, "NSR_EVENTS", {}),
            "SENSITIVE_KEYS": [Fernet.generate_key()],
        }
        diet = ask(event, "text", "Allergier", sensitive=True)
        row = person(event)
        token = sensitive.encrypt(row.uid, {diet.key: "MARKOER"}, at=timezone.now())
        SensitiveAnswers.objects.create(registration=row, token=token)
        form = desk.get(address(event, "export")).context["form"]
        keys = [key for key, _label in form.fields["columns"].choices]
        assert diet.key not in keys
        assert export(desk, event, diet.key).status_code == 200
        assert "MARKOER" not in body(export(desk, event, *keys)).decode()

    def test_the_order_is_that_of_registering_whatever_the_names(self, desk, event):
        for number, name in enumerate(["Å", "A", "M"]):
            person(event, number, last_name=name)
        first = table(export(desk, event, "last_name"))
        assert [line[0] for line in first[1:]] == ["Å", "A", "M"]
        assert table(export(desk, event, "last_name")) == first

    def test_the_filters_of_the_list_narrow_it(self, desk, event):
        person(event, 1, organisation="Kripos")
        person(event, 2)
        assert desk.get(f"{address(event, 'export')}?q=kripos").context["count"] == 1
        assert len(table(export(desk, event, query="q=kripos"))) == 2

    def test_the_ticked_ones_and_nobody_else(self, desk, event):
        rows = [person(event, number) for number in (1, 2, 3)]
        looked = desk.post(address(event, "bulk"), {"verb": "export", "selected": [rows[0].pk, rows[2].pk]})
        ids = looked.context["ids"]
        assert desk.post(address(event, "export"), {"ids": ids}).context["count"] == 2
        found = table(export(desk, event, "last_name", ids=ids))
        assert [line[0] for line in found[1:]] == ["Oppdiktet 1", "Oppdiktet 3"]

    def test_an_id_of_another_event_refuses_the_whole(self, desk, event, other_region):
        foreign = person(coming_event(collection=other_region, name="Åpning"))
        own = person(event)
        assert export(desk, event, ids=f"{own.pk},{foreign.pk}").status_code == 404

    def test_no_column_is_asked_about_and_an_unknown_one_refused(self, desk, event):
        assert desk.post(address(event, "export"), {"kind": "csv"}).context["form"].errors["columns"]
        assert export(desk, event, "token_version").context["form"].errors["columns"]


class TestWhoMay:
    def test_only_with_the_permission(self, client, event, region):
        client.force_login(
            make_user("see", collection=region, actions=["see_registrations", "manage_registrations"])
        )
        assert client.get(address(event, "export")).status_code == 302
        assert export(client, event).status_code == 302
        assert AuditEntry.objects.filter(action="registrations.exported").count() == 0

    def test_it_is_written_down_with_columns_and_rows(self, desk, event, registrar):
        for number in (1, 2):
            person(event, number)
        body(export(desk, event, "last_name", "email"))
        entry = AuditEntry.objects.get(action="registrations.exported")
        assert (entry.user, entry.fields, entry.counts) == (registrar, ["email", "last_name"], {"rows": 2})

    def test_twenty_an_hour_are_enough(self, desk, event):
        for _time in range(20):
            assert export(desk, event).status_code == 200
        response = export(desk, event)
        assert response.status_code == 429
        assert int(response["Retry-After"]) > 0
        assert AuditEntry.objects.filter(action="registrations.exported").count() == 20


def test_queries_grow_by_three_a_thousand_and_rows_are_not_held(desk, event, monkeypatch):
    ask(event, "text", "Hvorfor?")
    many(event, 5)
    every = [column.key for column in exports.columns_of(event, "nb")]

    def cost():
        columns = exports.columns_of(event, "nb")
        with CaptureQueriesContext(connection) as captured:
            found = exports.lines(Registration.objects.filter(event=event), columns, event, "nb")
            lines = sum(1 for _line in exports.as_csv(found))
        return lines, len(captured)

    lines, few = cost()
    assert lines == 7
    many(event, 2500)
    lines, lots = cost()
    assert lines == 2507
    assert lots - few == 2 * 3
    assert few <= 10
    with CaptureQueriesContext(connection) as captured:
        assert len(table(export(desk, event, *every))) == 2506
    assert len(captured) <= 10 + 3 * 3 + 12


class TestThereAndBack:
    def test_a_csv_export_imports_back_unchanged(self, desk, event, region):
        dinner = ask(event, "several", "Middag", options=["Fisk", "Kjøtt"])
        why = ask(event, "paragraph", "Hvorfor?")
        when = ask(event, "date", "Ankomst")
        yes = ask(event, "yes_no", "Middag fredag?")
        rows = []
        for number, text in enumerate(CORPUS[:7]):
            row = person(
                event, number, organisation=text, mobile="+4721000000", first_name="Åse-Marie", language="nn"
            )
            answer(row, dinner, [dinner.options[1]["key"]])
            answer(row, why, f'{text}\nto linjer; "med" tegn')
            answer(row, when, "2027-03-09")
            rows.append(answer(row, yes, number % 2 == 0))
        columns = ["first_name", "last_name", "email", "organisation", "mobile", "category", "language", dinner.key,
                   why.key, when.key, yes.key]  # fmt: skip
        data = body(export(desk, event, *columns))
        before = {row.email: (row.first_name, row.last_name, row.organisation, row.mobile, row.language, row.answers)
                  for row in rows}  # fmt: skip
        for row in rows:
            row.history.all().delete()
            row.mails.all().delete()
            row.delete()
        looked = desk.post(
            address(event, "import"),
            {"file": SimpleUploadedFile("eksport.csv", data), "category": "participant", "language": "nb",
             "batch": "6f6a7c1e-6d38-4b9e-9a8e-6d7b0d9c4f11"},
        )  # fmt: skip
        chosen = {f"column-{each.number}": each.chosen for each in looked.context["choices"]}
        assert looked.context["new"] == len(rows), [
            (line.why, line.outcome) for line, _ in looked.context["lines"]
        ]
        desk.post(
            address(event, "import"),
            {"table": looked.context["table"], **chosen, "category": "participant", "language": "nb",
             "batch": "6f6a7c1e-6d38-4b9e-9a8e-6d7b0d9c4f11", "import": "1"},
        )  # fmt: skip
        after = {row.email: (row.first_name, row.last_name, row.organisation, row.mobile, row.language, row.answers)
                 for row in Registration.objects.all()}  # fmt: skip
        assert after == before
