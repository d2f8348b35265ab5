"""Adding by hand, at the door, and editing on somebody's behalf."""

import uuid

import pytest
from django.utils.translation import gettext as _

from nsr_events.core.audit import AuditEntry
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration.models import Registration, RegistrationSetup
from tests.factories import make_category
from tests.registration.people import CORPUS, address, answer, ask, coming_event, fresh, person

pytestmark = pytest.mark.django_db
S = Registration.Status


@pytest.fixture
def event(region):
    return coming_event(collection=region, capacity=1)


def add(client, event, screen="new", **data):
    values = {"first_name": "Kari", "last_name": "Nordmann", "notice": "standard", "language": "nb",
              "key": str(uuid.uuid4()), **data}  # fmt: skip
    return client.post(address(event, screen), values)


def test_the_screen_opens_and_asks_for_name_address_and_how(desk, event):
    ask(event, "text", "Hvorfor?", required=True)
    for screen in ("new", "walk_in"):
        text = desk.get(address(event, screen)).content.decode()
        assert 'name="first_name"' in text
        assert "Hvorfor?" in text
    assert 'name="notice"' not in text


def test_somebody_is_added_without_address_and_without_answers(desk, event, registrar):
    ask(event, "text", "Hvorfor?", required=True)
    response = add(desk, event)
    row = Registration.objects.get()
    assert response.url == address(event, "person", row.uid)
    assert (row.status, row.source, row.email) == (S.CONFIRMED, "staff", "")
    assert row.history.get().by == registrar
    assert OutgoingMail.objects.count() == 0
    assert AuditEntry.objects.filter(action="registration.added", object_uid=str(row.uid)).count() == 1


def test_the_mail_goes_in_the_chosen_language(desk, event):
    add(desk, event, email="kari@example.no", language="nn")
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.language) == ("registration.confirmed", "nn")


def test_a_walk_in_tells_nobody_and_leads_to_the_next(desk, event):
    response = add(desk, event, "walk_in", email="kari@example.no")
    assert response.url == address(event, "walk_in")
    assert Registration.objects.get().source == "walk_in"
    assert OutgoingMail.objects.count() == 0


def test_also_before_registration_opens_and_after_it_closes(desk, event):
    RegistrationSetup.objects.update(opens=None, mode="invited")
    add(desk, event)
    assert Registration.objects.count() == 1


def test_the_full_event_puts_them_on_the_list(desk, event):
    person(event)
    add(desk, event)
    assert Registration.objects.get(last_name="Nordmann").status == S.WAITLISTED


class TestAboveCapacity:
    @pytest.fixture(autouse=True)
    def full(self, event):
        event.registration_setup.waiting_list = "off"
        event.registration_setup.save()
        person(event)

    def test_without_a_list_it_says_how(self, desk, event):
        response = add(desk, event)
        assert response.context["how"].errors["above_capacity"]
        assert Registration.objects.count() == 1

    def test_ticked_without_a_reason_is_asked_for_one(self, desk, event):
        response = add(desk, event, above_capacity="on")
        assert response.context["how"].errors["reason"]
        assert Registration.objects.count() == 1

    def test_ticked_with_a_reason_they_are_in_and_it_is_written_down(self, desk, event):
        add(desk, event, above_capacity="on", reason="Innleder")
        row = Registration.objects.get(last_name="Nordmann")
        assert row.status == S.CONFIRMED
        assert row.history.get().reason == "Innleder"
        assert AuditEntry.objects.filter(action="registration.above_capacity").count() == 1


def test_a_known_address_leads_to_the_person(desk, event):
    row = person(event, email="kari@example.no")
    response = add(desk, event, email="KARI@example.no")
    assert response.url == address(event, "person", row.uid)
    assert Registration.objects.count() == 1


def test_pressing_twice_adds_once(desk, event):
    key = str(uuid.uuid4())
    for _time in range(2):
        add(desk, event, key=key)
    assert Registration.objects.count() == 1


def test_what_is_missing_comes_back_with_what_was_typed(desk, event):
    response = add(desk, event, last_name="", email="kari@", first_name="Kåre <3>")
    text = response.content.decode()
    assert response.status_code == 200
    assert "Kåre &lt;3&gt;" in text
    assert "kari@" in text
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("text", CORPUS)
def test_the_hostile_corpus_is_refused_or_stays_text(desk, event, text):
    ask(event, "paragraph", "Hvorfor?")
    question = event.questions.get()
    response = add(
        desk, event, **{"organisation": text, question.key: text, "reason": text, "first_name": text}
    )
    assert response.status_code in (200, 302)
    add(desk, event, **{"organisation": text, question.key: text, "reason": text})
    for row in Registration.objects.all():
        page = desk.get(address(event, "person", row.uid)).content.decode()
        assert "<script>alert" not in page
    page = desk.get(address(event, "list")).content.decode()
    assert "<script>alert" not in page


class TestEditing:
    def edit(self, client, row, **data):
        values = {"first_name": row.first_name, "last_name": row.last_name, "email": row.email, "notice": "standard",
                  "reason": "Ringte", "row_version": fresh(row).row_version, **data}  # fmt: skip
        return client.post(address(row.event, "edit", row.uid), values)

    def test_it_opens_with_what_is_there(self, desk, event):
        row = person(event, organisation="Kripos")
        text = desk.get(address(event, "edit", row.uid)).content.decode()
        assert "Kripos" in text
        assert row.email in text

    def test_a_reason_is_needed(self, desk, event):
        row = person(event)
        assert self.edit(desk, row, reason="", first_name="Ny").status_code == 200
        assert fresh(row).first_name == "Marte"

    def test_changes_are_written_with_the_names_of_fields_in_the_log(self, desk, event):
        row = person(event)
        self.edit(desk, row, first_name="Ny", organisation="Hemmelig AS")
        assert (fresh(row).first_name, fresh(row).organisation) == ("Ny", "Hemmelig AS")
        entry = AuditEntry.objects.get(action="registration.edited")
        assert entry.fields == ["first_name", "organisation"]
        assert "Hemmelig" not in str(vars(entry))
        assert fresh(row).history.last().reason == "Ringte"

    def test_answers_are_changed_and_required_ones_may_stay_empty(self, desk, event):
        dinner = ask(event, options=["Fisk", "Kjøtt"])
        ask(event, "text", "Påkrevd", required=True)
        row = answer(person(event), dinner, dinner.options[0]["key"])
        self.edit(desk, row, **{dinner.key: dinner.options[1]["key"]})
        assert fresh(row).answers[dinner.key] == dinner.options[1]["key"]
        assert fresh(row).chosen_options.get().option == dinner.options[1]["key"]

    def test_somebody_faster_is_not_overwritten(self, desk, event):
        row = person(event)
        old = row.row_version
        Registration.objects.filter(pk=row.pk).update(row_version=old + 1, organisation="Kripos")
        response = self.edit(desk, row, row_version=old, organisation="Min")
        assert response.status_code == 200
        assert "Min" in response.content.decode()
        assert fresh(row).organisation == "Kripos"
        self.edit(desk, row, organisation="Min", row_version=response.context["row"].row_version)
        assert fresh(row).organisation == "Min"

    @pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40])
    def test_a_forged_version_is_stale(self, desk, event, version):
        row = person(event)
        assert self.edit(desk, row, row_version=version, first_name="Ny").status_code == 200
        assert fresh(row).first_name == "Marte"

    def test_a_full_category_is_refused_unless_exceeded(self, desk, event):
        make_category(event, "small", capacity=0)
        row = person(event)
        assert self.edit(desk, row, category="small").status_code == 200
        assert fresh(row).category.key == "participant"
        self.edit(desk, row, category="small", above_capacity="on")
        assert fresh(row).category.key == "small"
        assert AuditEntry.objects.filter(action="registration.above_capacity").count() == 1

    def test_an_address_somebody_else_has_is_refused_at_the_field(self, desk, event):
        RegistrationSetup.objects.update(capacity=5)
        person(event, 1, email="a@example.no")
        row = person(event, 2)
        response = self.edit(desk, row, email="A@example.no")
        assert response.context["form"].errors["email"]
        assert fresh(row).email == row.email

    def test_somebody_cancelled_is_not_edited(self, desk, event):
        from django.utils import timezone

        from nsr_events.registration import seats

        row = person(event)
        seats.cancel(row, now=timezone.now())
        response = self.edit(desk, row, first_name="Ny")
        assert response.status_code == 200
        assert fresh(row).first_name == "Marte"
        assert (
            address(event, "edit", row.uid)
            not in desk.get(address(event, "person", row.uid)).content.decode()
        )
        assert _("Edit on behalf")
