"""Importing registrations: judged with the seats there are, then through the same door as everybody."""

import io
import uuid
import zipfile

import pytest
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from nsr_events.core.audit import AuditEntry
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import sensitive, tables
from nsr_events.registration.models import Registration, SensitiveAnswers
from nsr_events.registration.tables import Unreadable
from tests.factories import make_category
from tests.registration.people import address, ask, coming_event, person

pytestmark = pytest.mark.django_db
S = Registration.Status


@pytest.fixture
def event(region):
    return coming_event(collection=region, capacity=3)


@pytest.fixture
def options():
    return {"category": "participant", "language": "nb", "batch": str(uuid.uuid4())}


def look(client, event, text, options):
    return client.post(address(event, "import"), {"pasted": text, **options})


def take(client, response, options, **data):
    columns = {f"column-{each.number}": each.chosen for each in response.context["choices"]}
    values = {"table": response.context["table"], **columns, **options, "import": "1", **data}
    return client.post(address(response.context["event"], "import"), values)


def outcomes(response):
    return [
        line.outcome for line, _words in sorted(response.context["lines"], key=lambda each: each[0].number)
    ]


def names(number):
    return "Navn;E-post\n" + "\n".join(f"Iver Nummer{n};iver{n}@example.no" for n in range(number))


class TestJudging:
    def test_it_says_who_would_wait_and_registers_nobody(self, desk, event, options):
        response = look(desk, event, names(5), options)
        assert outcomes(response) == ["confirmed"] * 3 + ["waitlisted"] * 2
        assert Registration.objects.count() == 0
        take(desk, response, options)
        rows = Registration.objects.order_by("pk")
        assert [row.status for row in rows] == [S.CONFIRMED] * 3 + [S.WAITLISTED] * 2
        assert {row.source for row in rows} == {"import"}

    def test_without_a_list_the_rest_is_left_out(self, desk, event, options):
        event.registration_setup.waiting_list = "off"
        event.registration_setup.save()
        response = look(desk, event, names(5), options)
        assert outcomes(response)[3:] == ["full", "full"]
        result = take(desk, response, options)
        assert (result.context["made"], len(result.context["skipped"])) == (3, 2)

    def test_known_twice_and_wrong_rows_are_named(self, desk, event, options):
        person(event, email="kjent@example.no")
        text = (
            "Navn;E-post;Mobil\nA B;kjent@example.no;\nC D;c@example.no;\nE F;C@example.no;\nG H;ikke;\n"
            "I J;i@example.no;123\n;k@example.no;\nhttp://x.no L;l@example.no;"
        )
        response = look(desk, event, text, options)
        assert outcomes(response) == ["known", "confirmed", "twice", "wrong", "wrong", "wrong", "wrong"]
        assert all(line.why for line, _words in response.context["lines"] if line.outcome == "wrong")

    def test_mail_is_off_unless_ticked(self, desk, event, options):
        take(desk, look(desk, event, names(1), options), options)
        assert OutgoingMail.objects.count() == 0
        other = {**options, "batch": str(uuid.uuid4()), "notify": "on"}
        take(desk, look(desk, event, "A B;a@example.no", other), other)
        assert OutgoingMail.objects.count() == 1

    def test_pressing_twice_registers_once_also_without_addresses(self, desk, event, options):
        response = look(desk, event, "Fornavn;Etternavn\nKari;Nordmann\nOla;Hansen", options)
        for _time in range(2):
            take(desk, response, options)
        assert Registration.objects.count() == 2

    def test_it_is_written_down_with_fields_and_numbers(self, desk, event, options, registrar):
        take(desk, look(desk, event, names(2), options), options)
        entry = AuditEntry.objects.get(action="registrations.imported")
        assert (entry.user, entry.fields, entry.counts) == (
            registrar,
            ["email", "name"],
            {"rows": 2, "made": 2},
        )
        assert "iver0" not in str(vars(entry))


class TestColumns:
    def test_category_days_and_answers_by_their_words(self, desk, region, options):
        event = coming_event(collection=region, days=2)
        event.registration_setup.days = "choose"
        event.registration_setup.save()
        make_category(event, "press")
        dinner = ask(event, label="Middag", options=["Fisk", "Kjøtt"])
        guests = ask(event, "number", "Antall", maximum=5)
        second = event.days.last()
        text = (
            f"Navn;E-post;Deltakergruppe;Dager;Middag;Antall\nA B;a@example.no;Press;{second.date:%d.%m.%Y};kjøtt;3\n"
            "C D;c@example.no;;;;9\nE F;e@example.no;;1.1.1999;;\nG H;g@example.no;;;Pølse;"
        )
        response = look(desk, event, text, options)
        assert outcomes(response) == ["confirmed", "wrong", "wrong", "wrong"]
        take(desk, response, options)
        row = Registration.objects.get()
        assert (row.category.key, row.attended_days) == ("press", [second])
        assert row.answers == {dinner.key: dinner.options[1]["key"], guests.key: 3}
        assert row.chosen_options.get().option == dinner.options[1]["key"]
        assert row.form_version is not None

    def test_a_hidden_question_is_dropped(self, desk, event, options):
        lead = ask(event, "yes_no", "Med på middag")
        ask(event, "text", "Ved siden av", condition={"source": lead.key, "values": ["yes"]})
        text = "Navn;E-post;Med på middag;Ved siden av\nA B;a@example.no;nei;Kari"
        take(desk, look(desk, event, text, options), options)
        assert Registration.objects.get().answers == {lead.key: False}

    def test_sensitive_questions_are_no_target_but_everybody_gets_a_row(self, desk, event, options, settings):
        settings.NSR_EVENTS = {
            **getattr(settings, "NSR_EVENTS", {}),
            "SENSITIVE_KEYS": [Fernet.generate_key()],
        }
        diet = ask(event, "text", "Allergier", sensitive=True)
        response = look(desk, event, "Navn;E-post;Allergier\nA B;a@example.no;MARKOER", options)
        assert f"answer:{diet.key}" not in [target.key for target in response.context["targets"]]
        take(desk, response, options, **{"column-2": f"answer:{diet.key}"})
        row = Registration.objects.get()
        stored = SensitiveAnswers.objects.get(registration=row)
        assert sensitive.decrypt(stored.token, row.uid).answers == {}

    def test_a_sensitive_question_keeps_nobody_out_of_the_count_of_places(self, desk, event, options):
        dinner = ask(event, label="Middag", options=["Fisk", "Kjøtt"])
        dinner.options[0]["places"] = 1
        dinner.save()
        text = "Navn;E-post;Middag\nA B;a@example.no;Fisk\nC D;c@example.no;Fisk"
        result = take(desk, look(desk, event, text, options), options)
        assert (result.context["made"], len(result.context["skipped"])) == (1, 1)


def workbook(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class TestFiles:
    def upload(self, client, event, data, options, name="liste.xlsx"):
        return client.post(address(event, "import"), {"file": SimpleUploadedFile(name, data), **options})

    def test_a_workbook_is_read_as_values(self, desk, event, options):
        data = workbook([["Navn", "E-post", "Mobil"], ["Åse Ås", "ase@example.no", 21000000]])
        take(desk, self.upload(desk, event, data, options), options)
        row = Registration.objects.get()
        assert (row.first_name, row.mobile) == ("Åse", "+4721000000")

    def test_a_formula_is_read_as_nothing(self, desk, event, options):
        data = workbook([["Navn", "E-post"], ['=HYPERLINK("https://evil.example")', "a@example.no"]])
        assert outcomes(self.upload(desk, event, data, options)) == ["wrong"]

    def rezipped(self, data, name, content):
        """The workbook with one member replaced."""
        file = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(data)) as old,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for member in old.namelist():
                new.writestr(member, content if member == name else old.read(member))
        return file.getvalue()

    def test_entities_are_refused(self, desk, event, options):
        bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
        data = self.rezipped(workbook([["a"]]), "xl/worksheets/sheet1.xml", bomb)
        assert self.upload(desk, event, data, options).context["lists"].errors["file"]

    def test_what_unpacks_to_more_than_50_mb_is_refused_before_it_is_unpacked(
        self, desk, event, options, monkeypatch
    ):
        data = self.rezipped(workbook([["a"]]), "xl/worksheets/sheet1.xml", b" " * (51 * 1024 * 1024))
        assert len(data) < tables.MOST_PACKED
        opened = []
        monkeypatch.setattr(tables, "load_workbook", lambda *args, **kwargs: opened.append(args))
        assert self.upload(desk, event, data, options).context["lists"].errors["file"]
        assert opened == []

    def test_a_sheet_that_claims_to_be_huge_is_read_as_far_as_is_taken(self):
        sheet = (
            b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a@example.no</t>'
            b'</is></c></row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>b</t></is></c></row>'
            b"</sheetData></worksheet>"
        )
        data = self.rezipped(workbook([["a"]]), "xl/worksheets/sheet1.xml", sheet)
        rows = tables.read_file(io.BytesIO(data), "x.xlsx", len(data))
        assert [[cell for cell in row if cell] for row in rows] == [["a@example.no"]]

    @pytest.mark.parametrize("member", ["xl/workbook.xml", "[Content_Types].xml", "xl/worksheets/sheet1.xml"])
    def test_a_broken_workbook_is_no_table(self, member):
        data = self.rezipped(workbook([["a"]]), member, b"<broken")
        with pytest.raises(Unreadable):
            tables.read_file(io.BytesIO(data), "x.xlsx", len(data))

    def test_what_no_database_takes_is_left_out_of_cells(self, desk, event, options):
        take(
            desk,
            self.upload(desk, event, b"Navn;E-post\nA\x07 B;a@example.no", options, "x.csv"),
            options,
        )
        assert Registration.objects.get().first_name == "A"


def test_2000_rows_are_registered_50_at_a_time(desk, event, options, monkeypatch):
    from nsr_events.registration import importing

    event.registration_setup.capacity = None
    event.registration_setup.save()
    taken = []
    real = importing.seats_locked

    def counted(pk):
        taken.append(pk)
        return real(pk)

    monkeypatch.setattr(importing, "seats_locked", counted)
    response = look(desk, event, names(130), options)
    assert take(desk, response, options).context["made"] == 130
    assert len(taken) == 3


def test_columns_the_form_does_not_offer_are_ignored(desk, event, options):
    response = look(desk, event, names(1), options)
    take(desk, response, options, **{"column-0": "status", "column-9": "email", "column-1": "token_version"})
    assert Registration.objects.count() == 0


def test_the_largest_list_that_is_read_can_also_be_carried_on(desk, event, options):
    """What a form carries must stay within what Django takes of a form."""
    rows = "\n".join(f"Iver;Nummer{n};iver{n}@example.no;{'å' * 480}" for n in range(2000))
    response = look(desk, event, f"Fornavn;Etternavn;E-post;Notat\n{rows}", options)
    assert response.context["total"] == 2000
    assert take(desk, response, {**options, "category": "participant"}, **{"column-3": ""}).status_code == 200
    too_much = rows.replace("å" * 480, "å" * 540)
    assert look(desk, event, f"Fornavn;Etternavn;E-post;Notat\n{too_much}", options).context["lists"].errors
