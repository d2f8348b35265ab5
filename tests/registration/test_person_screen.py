"""One participant: what stands there, what may be done by status, and what is written down."""

import datetime as dt
import re
import uuid

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from django.utils.translation import gettext as _

from nsr_events.core.audit import AuditEntry
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import links, seats, sensitive
from nsr_events.registration.links import Purpose
from nsr_events.registration.models import HandOver, Registration, SensitiveAnswers
from nsr_events.registration.people.screens import PeopleView
from tests.admin.conftest import make_user
from tests.factories import make_category
from tests.registration.people import address, answer, ask, coming_event, fresh, pending_category, person

pytestmark = pytest.mark.django_db
S = Registration.Status


@pytest.fixture
def event(region):
    return coming_event(collection=region, capacity=2)


@pytest.fixture
def keys(settings):
    settings.NSR_EVENTS = {**getattr(settings, "NSR_EVENTS", {}), "SENSITIVE_KEYS": [Fernet.generate_key()]}


def page(client, row, name="person", *args):
    response = client.get(address(row.event, name, row.uid, *args))
    assert response.status_code == 200
    return response.content.decode()


def offered(client, row):
    """The acts offered for a person."""
    return [verb.key for verb in client.get(address(row.event, "person", row.uid)).context["verbs"]]


def do(client, row, verb, **data):
    """Press the button on the screen of an act."""
    values = {"row_version": fresh(row).row_version, "notice": "standard", **data}
    return client.post(address(row.event, "act", row.uid, verb), values)


def actions(row):
    """What the audit log says of a person, oldest first, without the openings."""
    entries = AuditEntry.objects.filter(object_uid=str(row.uid)).order_by("pk")
    return [entry.action for entry in entries if not entry.action.endswith("opened")]


def mails(row):
    return list(OutgoingMail.objects.filter(registration=row).order_by("pk").values_list("kind", flat=True))


class TestWhatStandsThere:
    def test_fields_history_and_mails(self, desk, event):
        row = person(event, organisation="Kripos", job_title="Analytiker")
        seats.cancel(row, now=timezone.now(), reason="Syk")
        text = page(desk, row)
        for words in ("Kripos", "Analytiker", row.shown_reference, "Syk", row.email):
            assert words in text
        assert len(re.findall(r"<strong>", text)) >= 2

    def test_answers_stand_with_the_words_that_were_asked(self, desk, event):
        dinner = ask(event, label="Middag?", options=["Fisk", "Kjøtt"])
        row = answer(person(event), dinner, dinner.options[0]["key"])
        dinner.label, dinner.retired = {"nb": "Festmiddag?"}, True
        dinner.options[0]["label"] = {"nb": "Torsk"}
        dinner.save()
        text = page(desk, row)
        assert "Middag?" in text
        assert "Fisk" in text
        assert "Torsk" not in text
        assert _("No longer asked") in text

    def test_what_is_typed_is_text(self, desk, event):
        why = ask(event, "paragraph", "<b>Hvorfor</b>")
        row = answer(
            person(event, organisation="<script>alert(1)</script>"), why, "<img src=x onerror=alert(1)>\nto"
        )
        text = page(desk, row)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>Hvorfor" not in text
        assert "&lt;img src=x" in text

    def test_a_link_is_never_shown(self, desk, event):
        row = person(event)
        text = page(desk, row)
        assert links.token(Purpose.ME, row) not in text
        assert "/me/" not in text

    def test_opening_it_is_written_down_without_a_name(self, desk, event, registrar):
        row = person(event)
        page(desk, row)
        entry = AuditEntry.objects.get(action="registration.opened")
        assert (entry.user, entry.object_uid, entry.event_uid) == (registrar, str(row.uid), event.uid)
        assert row.last_name not in str(vars(entry))

    def test_a_person_of_another_event_is_404(self, desk, event, region):
        row = person(coming_event(collection=region, name="Andre"))
        assert desk.get(address(event, "person", row.uid)).status_code == 404
        assert desk.post(address(event, "act", row.uid, "cancel")).status_code == 404
        assert desk.get(address(event, "edit", row.uid)).status_code == 404
        assert desk.get(address(event, "person", uuid.uuid4())).status_code == 404


class TestWhatMayBeDone:
    def test_the_table_of_transitions_decides(self, desk, event, registrar):
        press = pending_category(event)
        now = timezone.now()
        rows = {
            S.CONFIRMED: person(event, 1),
            S.PENDING: person(event, 2, category=press),
            S.CANCELLED: seats.cancel(person(event, 3), now=now, by=registrar),
        }
        person(event, 4)
        rows[S.WAITLISTED] = person(event, 5)
        for row in rows.values():
            row.event = event
        common = {"link", "new_link", "bad_address"}
        assert set(offered(desk, rows[S.CONFIRMED])) == {"cancel", "category", "transfer"} | common
        assert set(offered(desk, rows[S.PENDING])) == {"approve", "reject", "cancel", "category"} | common
        assert (
            set(offered(desk, rows[S.WAITLISTED])) == {"give_seat", "priority", "cancel", "category"} | common
        )
        assert set(offered(desk, rows[S.CANCELLED])) == {"reopen"} | common

    def test_what_is_not_offered_is_refused_politely(self, desk, event):
        row = person(event)
        response = do(desk, row, "approve")
        assert response.url == address(event, "person", row.uid)
        assert fresh(row).status == S.CONFIRMED
        assert desk.get(address(event, "act", row.uid, "approve")).status_code == 302
        assert desk.get(address(event, "act", row.uid, "explode")).status_code == 404

    def test_those_who_only_see_are_offered_nothing(self, client, event, region):
        row = person(event)
        client.force_login(make_user("host", collection=region, actions=["see_registrations"]))
        text = page(client, row)
        assert "/do/" not in text
        assert address(event, "edit", row.uid) not in text
        response = client.post(address(event, "act", row.uid, "cancel"), {"notice": "none", "row_version": 1})
        assert response.status_code == 302
        assert fresh(row).status == S.CONFIRMED

    def test_cancelling_passes_the_seat_on_and_says_why(self, desk, event, registrar):
        event.registration_setup.waiting_list = "automatic"
        event.registration_setup.save()
        rows = [person(event, number) for number in (1, 2, 3)]
        assert do(desk, rows[0], "cancel", reason="Ringte").url == address(event, "person", rows[0].uid)
        assert [fresh(row).status for row in rows] == [S.CANCELLED, S.CONFIRMED, S.CONFIRMED]
        step = fresh(rows[0]).history.last()
        assert (step.reason, step.by, step.mail) == ("Ringte", registrar, "registration.cancelled")
        assert actions(rows[0]) == ["registration.cancel"]

    def test_no_mail_is_written_where_none_is_wanted_and_the_history_says_so(self, desk, event):
        row = person(event)
        do(desk, row, "cancel", notice="none")
        assert mails(row) == ["registration.confirmed"]
        assert fresh(row).history.last().mail == ""
        assert _("No mail.") in page(desk, row)

    def test_a_note_goes_with_the_mail(self, desk, event):
        row = person(event)
        do(desk, row, "cancel", notice="note", note="Vi ses neste år.")
        mail = OutgoingMail.objects.get(registration=row, kind="registration.cancelled")
        assert mail.facts["note"] == "Vi ses neste år."

    def test_a_note_that_is_missing_is_asked_for(self, desk, event):
        row = person(event)
        assert do(desk, row, "cancel", notice="note", note=" ").status_code == 200
        assert fresh(row).status == S.CONFIRMED

    def test_a_seat_out_of_turn_needs_a_reason(self, desk, event):
        rows = [person(event, number) for number in (1, 2, 3)]
        event.registration_setup.capacity = 3
        event.registration_setup.save()
        assert do(desk, rows[2], "give_seat").status_code == 200
        assert fresh(rows[2]).status == S.WAITLISTED
        do(desk, rows[2], "give_seat", reason="Innleder")
        assert fresh(rows[2]).status == S.CONFIRMED

    def test_going_above_capacity_is_ticked_explained_and_written_down(self, desk, event):
        rows = [person(event, number) for number in (1, 2, 3)]
        response = do(desk, rows[2], "give_seat", reason="Innleder")
        assert response.status_code == 200
        assert fresh(rows[2]).status == S.WAITLISTED
        assert do(desk, rows[2], "give_seat", above_capacity="on").status_code == 200
        assert fresh(rows[2]).status == S.WAITLISTED
        do(desk, rows[2], "give_seat", above_capacity="on", reason="Innleder")
        assert fresh(rows[2]).status == S.CONFIRMED
        assert actions(rows[2]) == ["registration.give_seat", "registration.above_capacity"]

    def test_a_refused_act_leaves_no_trace_in_the_log(self, desk, event):
        rows = [person(event, number) for number in (1, 2, 3)]
        do(desk, rows[2], "give_seat", reason="Innleder")
        assert actions(rows[2]) == []

    def test_priority_days_and_category(self, desk, region):
        event = coming_event(collection=region, capacity=1, days=2)
        event.registration_setup.days = "choose"
        event.registration_setup.save()
        press = make_category(event, "press")
        first, second = event.days.all()
        person(event, 1)
        row = person(event, 2, days=(first, second))
        do(desk, row, "priority", priority="5", reason="Vert")
        do(desk, row, "category", category="press")
        do(desk, row, "days", days=[str(second.uid)])
        after = fresh(row)
        assert (after.priority, after.category, after.attended_days) == (5, press, [second])
        assert [step.reason for step in after.history.all()] == ["", "Vert", "", ""]

    def test_a_change_of_category_keeps_answers_and_choices(self, desk, event):
        dinner = ask(event, options=["Fisk", "Kjøtt"])
        row = answer(person(event), dinner, dinner.options[0]["key"])
        make_category(event, "press")
        do(desk, row, "category", category="press")
        after = fresh(row)
        assert after.answers == {dinner.key: dinner.options[0]["key"]}
        assert after.chosen_options.get().option == dinner.options[0]["key"]
        assert after.email == row.email

    def test_somebody_rejected_is_taken_back(self, desk, event):
        row = person(event, category=pending_category(event))
        do(desk, row, "reject", reason="Ikke målgruppen")
        assert fresh(row).status == S.REJECTED
        do(desk, row, "reopen")
        assert fresh(row).status == S.CONFIRMED

    def test_handing_over_for_somebody(self, desk, event):
        row = person(event)
        colleague = {"first_name": "Kari", "last_name": "Nordmann", "email": "kari@example.no"}
        do(desk, row, "transfer", **colleague)
        new = Registration.objects.get(email="kari@example.no")
        assert (fresh(row).status, new.status, new.replaces) == (S.CANCELLED, S.CONFIRMED, row)

    def test_an_offer_is_accepted_for_somebody_on_the_telephone(self, desk, event, registrar):
        rows = [person(event, number) for number in (1, 2, 3)]
        seats.cancel(rows[0], now=timezone.now(), by=registrar)
        assert fresh(rows[2]).status == S.OFFERED
        do(desk, rows[2], "accept")
        assert fresh(rows[2]).status == S.CONFIRMED

    def test_a_stale_screen_does_nothing(self, desk, event):
        row = person(event)
        old = row.row_version
        Registration.objects.filter(pk=row.pk).update(row_version=old + 1)
        response = do(desk, row, "cancel", row_version=old)
        assert response.status_code == 200
        assert fresh(row).status == S.CONFIRMED

    def test_two_clicks_cancel_once(self, desk, event):
        row = person(event)
        version = row.row_version
        for _time in range(2):
            do(desk, row, "cancel", row_version=version)
        assert fresh(row).history.count() == 2
        assert mails(row) == ["registration.confirmed", "registration.cancelled"]

    def test_a_busy_lock_is_answered_politely(self, desk, event, monkeypatch):
        row = person(event)

        def busy(*args, **kwargs):
            raise seats.Busy

        monkeypatch.setattr(seats, "cancel", busy)
        assert do(desk, row, "cancel", reason="Behold meg").status_code == 200
        assert fresh(row).status == S.CONFIRMED
        assert "Behold meg" in do(desk, row, "cancel", reason="Behold meg").content.decode()


class TestLinks:
    def test_the_link_is_sent_as_it_is(self, desk, event):
        row = person(event)
        old = links.token(Purpose.ME, row)
        do(desk, row, "link")
        do(desk, row, "link")
        assert links.token(Purpose.ME, fresh(row)) == old
        assert mails(row).count("registration.link") == 2
        assert actions(row) == ["link.sent", "link.sent"]

    @pytest.mark.parametrize(("notice", "sent"), [("standard", 1), ("none", 0)])
    def test_a_revoked_link_opens_nothing_any_more(self, desk, event, notice, sent):
        row = person(event)
        token = links.token(Purpose.ME, row)
        do(desk, row, "new_link", notice=notice)
        opened = links.open_token(Purpose.ME, token)
        assert not links.opens(Purpose.ME, opened, fresh(row), now=timezone.now())
        assert mails(row).count("registration.link") == sent
        assert actions(row) == ["link.revoked"]

    def test_an_address_is_marked_as_bad_and_as_good_again(self, desk, event):
        row = person(event)
        do(desk, row, "bad_address")
        assert fresh(row).bad_address
        assert "good_address" in offered(desk, row)
        do(desk, row, "good_address")
        assert not fresh(row).bad_address

    def test_who_has_no_address_is_offered_no_link(self, desk, event, registrar):
        row = person(event, email="", by=registrar)
        assert "link" not in offered(desk, row)


class TestHandOverProposals:
    @pytest.fixture
    def proposal(self, event):
        row = person(event)
        proposal = seats.transfer(
            row, first_name="Kari", last_name="Nordmann", email="kari@nsr-org.no", now=timezone.now()
        )
        assert isinstance(proposal, HandOver)
        return proposal

    def decide(self, client, proposal, decision):
        row = proposal.registration
        return client.post(address(row.event, "hand_over", row.uid, proposal.uid), {"decision": decision})

    def test_it_stands_on_the_screen_and_in_the_filter(self, desk, proposal, event):
        assert "kari@nsr-org.no" in page(desk, proposal.registration)
        people = desk.get(f"{address(event, 'list')}?only=hand_over").context["people"]
        assert [each.registration for each in people] == [proposal.registration]

    def test_approved_the_colleague_has_the_seat(self, desk, proposal):
        response = self.decide(desk, proposal, "approve")
        new = Registration.objects.get(email="kari@nsr-org.no")
        assert response.url.endswith(f"/{new.uid}/")
        assert (fresh(proposal.registration).status, new.status) == (S.CANCELLED, S.CONFIRMED)
        assert "registration.transfer" in actions(proposal.registration)

    def test_refused_the_seat_stays(self, desk, proposal):
        self.decide(desk, proposal, "refuse")
        self.decide(desk, proposal, "approve")
        assert fresh(proposal.registration).status == S.CONFIRMED
        assert Registration.objects.count() == 1


class TestSensitiveAnswers:
    @pytest.fixture
    def diet(self, event, keys):
        return ask(event, "text", "Allergier", sensitive=True)

    @pytest.fixture
    def row(self, event, diet):
        row = person(event)
        token = sensitive.encrypt(row.uid, {diet.key: "MARKOER"}, at=timezone.now())
        SensitiveAnswers.objects.create(registration=row, token=token, answered_at=timezone.now())
        return row

    @pytest.fixture
    def care(self, region):
        return make_user("care", collection=region, actions=["see_registrations", "see_sensitive"])

    def test_only_with_the_permission_and_each_view_is_written_down(self, client, row, registrar, care):
        client.force_login(registrar)
        assert client.get(address(row.event, "sensitive", row.uid)).status_code == 302
        assert AuditEntry.objects.filter(action="sensitive.opened").count() == 0
        client.force_login(care)
        for _time in range(2):
            assert "MARKOER" in page(client, row, "sensitive")
        entries = AuditEntry.objects.filter(action="sensitive.opened", user=care, object_uid=str(row.uid))
        assert entries.count() == 2

    def test_the_marker_stands_nowhere_else(self, client, row, event, care, registrar):
        boss = make_user("boss", is_superuser=True)
        for user in (registrar, boss):
            client.force_login(user)
            for name, args in (("list", []), ("person", [row.uid]), ("edit", [row.uid]), ("numbers", []),
                               ("export", [])):  # fmt: skip
                assert "MARKOER" not in client.get(address(event, name, *args)).content.decode(), name
        assert client.get(f"{address(event, 'list')}?q=MARKOER").context["people"] == []

    def test_another_key_says_that_they_cannot_be_read_and_overwrites_nothing(
        self, client, row, care, settings
    ):
        stored = SensitiveAnswers.objects.get().token
        settings.NSR_EVENTS = {**settings.NSR_EVENTS, "SENSITIVE_KEYS": [Fernet.generate_key()]}
        client.force_login(care)
        assert "MARKOER" not in page(client, row, "sensitive")
        assert SensitiveAnswers.objects.get().token == stored

    def test_editing_on_behalf_keeps_them(self, desk, row):
        form = {"first_name": "Ny", "last_name": "Nymann", "email": row.email, "reason": "Giftet seg",
                "notice": "none", "row_version": row.row_version}  # fmt: skip
        stored = SensitiveAnswers.objects.get().token
        assert desk.post(address(row.event, "edit", row.uid), form).status_code == 302
        assert SensitiveAnswers.objects.get().token == stored
        assert fresh(row).first_name == "Ny"


class TestTotals:
    @pytest.fixture
    def event(self, region, keys):
        event = coming_event(collection=region, days=2)
        event.registration_setup.days = "choose"
        event.registration_setup.save()
        return event

    @pytest.fixture
    def diet(self, event):
        return ask(event, "several", "Mat", options=["Glutenfri", "Vegetar"], sensitive=True)

    @pytest.fixture
    def other(self, event):
        return ask(event, "text", "Annet om mat", sensitive=True)

    def eats(self, event, number, days, answers):
        row = person(event, number, days=days)
        token = sensitive.encrypt(row.uid, answers, at=timezone.now())
        SensitiveAnswers.objects.create(registration=row, token=token)
        return row

    def test_the_kitchen_gets_totals_per_day(self, desk, event, diet, other, registrar):
        first, second = event.days.all()
        gluten, veg = (option["key"] for option in diet.options)
        self.eats(event, 1, (first,), {diet.key: [gluten]})
        self.eats(event, 2, (first, second), {diet.key: [gluten, veg]})
        self.eats(event, 3, (second,), {diet.key: [gluten], other.key: "Nøtter"})
        gone = self.eats(event, 4, (first,), {diet.key: [gluten]})
        self.eats(event, 5, (first,), {})
        seats.cancel(gone, now=timezone.now(), by=registrar)
        response = desk.get(address(event, "numbers"))
        (totals,) = response.context["kitchen"].totals
        assert [(row.label, row.by_day, row.together) for row in totals.rows] == [
            ("Glutenfri", (2, 2), 3), ("Vegetar", (1, 1), 1),
        ]  # fmt: skip
        assert "Nøtter" not in response.content.decode()
        assert "Oppdiktet 1" not in response.content.decode().split(_("What happened last"))[0]

    def test_free_texts_are_alphabetical_nameless_and_written_down(self, client, event, other, region):
        first = event.days.first()
        for number, text in enumerate(["Nøtter", "Egg", "<b>Melk</b>", "Egg"], start=1):
            self.eats(event, number, (first,), {other.key: text})
        client.force_login(make_user("see", collection=region, actions=["see_registrations"]))
        assert client.get(address(event, "texts")).status_code == 302
        client.force_login(
            make_user("care", collection=region, actions=["see_registrations", "see_sensitive"])
        )
        response = client.get(address(event, "texts"))
        assert response.context["texts"] == [("Annet om mat", ["<b>Melk</b>", "Egg", "Nøtter"])]
        assert "<b>Melk" not in response.content.decode()
        assert "Oppdiktet" not in response.content.decode()
        assert AuditEntry.objects.filter(action="sensitive.texts").count() == 1

    def test_ordinary_answers_are_counted_too(self, desk, event):
        dinner = ask(event, options=["Fisk", "Kjøtt"])
        first, second = event.days.all()
        answer(person(event, 1, days=(first, second)), dinner, dinner.options[1]["key"])
        answer(person(event, 2, days=(second,)), dinner, dinner.options[1]["key"])
        (totals,) = desk.get(address(event, "numbers")).context["totals"]
        assert [(row.label, row.by_day, row.together) for row in totals.rows] == [
            ("Fisk", (0, 0), 0), ("Kjøtt", (1, 2), 2),
        ]  # fmt: skip


def test_days_after_the_event_nobody_is_offered_a_seat(desk, event, monkeypatch):
    row = person(event)
    seats.cancel(row, now=timezone.now())
    later = event.end + dt.timedelta(days=40)
    monkeypatch.setattr(PeopleView, "now", later)
    assert set(offered(desk, row)) == {"new_link", "bad_address"}
