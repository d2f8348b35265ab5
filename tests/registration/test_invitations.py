"""Invitations: a list is looked at, added, sent; and what becomes of each invitation."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from nsr_events.core.audit import AuditEntry
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import invitations, links
from nsr_events.registration.links import Purpose
from nsr_events.registration.models import Invitation
from nsr_events.registration.seats import ProblemKind, Refused
from tests.admin.conftest import make_user
from tests.factories import invite, make_category
from tests.registration.people import address, coming_event, person

pytestmark = pytest.mark.django_db
State = Invitation.State
OPTIONS = {"category": "participant", "language": "nb", "extra_seats": "0", "locked_email": "on",
           "skip_approval": "on"}  # fmt: skip


@pytest.fixture
def event(region):
    return coming_event(collection=region, mode="invited")


def paste(client, event, text, **data):
    """The first step: paste and look."""
    return client.post(address(event, "invite"), {"pasted": text, **OPTIONS, **data})


def add(client, response, **data):
    """The second step: add what is new."""
    context = response.context
    columns = {f"column-{each.number}": each.chosen for each in context["choices"]}
    values = {"table": context["table"], **columns, **OPTIONS, "add": "1", **data}
    return client.post(address(context["event"], "invite"), values)


def verdicts(response):
    return [
        str(entry.verdict) for entry, _words in sorted(response.context["entries"], key=lambda e: e[0].number)
    ]


def people(number):
    return "\n".join(f"Iver{n}\tOppdiktet\tiver{n}@example.no\tKripos" for n in range(number))


class TestReadingLists:
    @pytest.mark.parametrize(
        "text",
        [
            "Kari\tNordmann\tkari@example.no\tKripos",
            "Kari;Nordmann;kari@example.no;Kripos",
            "Kari,Nordmann,kari@example.no,Kripos",
            "Fornavn;Etternavn;E-post;Virksomhet\nKari;Nordmann;kari@example.no;Kripos",
            "Virksomhet;E-post;Navn\nKripos;kari@example.no;Kari Nordmann",
            "Navn\tE-post\tVirksomhet\r\nNordmann, Kari\tkari@example.no\tKripos\r\n\r\n",
        ],
    )
    def test_tabs_semicolons_commas_and_headings(self, desk, event, text):
        add(desk, paste(desk, event, text))
        row = Invitation.objects.get()
        assert (row.first_name, row.last_name, row.email, row.organisation) == (
            "Kari", "Nordmann", "kari@example.no", "Kripos",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "text",
        [
            "Kari Nordmann <kari@example.no>\nOla Hansen <ola@example.no>",
            'Kari Nordmann <kari@example.no>; "Ola Hansen" <ola@example.no>',
            "Kari Nordmann <kari@example.no>, Ola Hansen <ola@example.no>,",
        ],
    )
    def test_addresses_as_a_mail_program_writes_them(self, desk, event, text):
        add(desk, paste(desk, event, text))
        found = Invitation.objects.order_by("pk").values_list("first_name", "last_name", "email")
        assert list(found) == [("Kari", "Nordmann", "kari@example.no"), ("Ola", "Hansen", "ola@example.no")]

    def test_bare_addresses(self, desk, event):
        add(desk, paste(desk, event, "kari@example.no\nola@example.no"))
        assert Invitation.objects.count() == 2

    def test_a_column_is_corrected_by_hand(self, desk, event):
        response = paste(desk, event, "Nordmann\tKari\tkari@example.no")
        add(desk, response, **{"column-0": "last_name", "column-1": "first_name"})
        assert Invitation.objects.get().first_name == "Kari"

    @pytest.mark.parametrize("text", ["", "  \n ", "Fornavn;Etternavn;E-post"])
    def test_nothing_in_it_is_said_at_the_field(self, desk, event, text):
        response = paste(desk, event, text)
        assert response.context["lists"].errors["pasted"]

    def test_more_than_2000_rows_are_refused(self, desk, event):
        assert paste(desk, event, people(2001)).context["lists"].errors["pasted"]
        assert paste(desk, event, people(2000)).context["new"] == 2000


class TestJudging:
    def test_each_row_is_marked_and_nothing_is_written(self, desk, event, registrar):
        invite(event, 1, email="invitert@example.no")
        person(event, email="paameldt@example.no", by=registrar)
        response = paste(
            desk,
            event,
            "Ny\tEn\tny@example.no\nTo\tGanger\tNY@Example.no\nAlt\tInvitert\tINVITERT@example.no\n"
            "Alt\tPåmeldt\tpaameldt@example.no\nUten\tAdresse\tikke-en-adresse\nhttp://x.no\tRar\trar@example.no",
        )
        assert verdicts(response) == ["new", "twice", "invited", "registered", "bad_address", "bad_name"]
        assert Invitation.objects.count() == 1
        assert OutgoingMail.objects.exclude(kind="registration.confirmed").count() == 0

    def test_a_withdrawn_invitation_may_be_made_anew(self, desk, event):
        invitations.withdraw(invite(event, 1, email="kari@example.no"))
        add(desk, paste(desk, event, "Kari\tNordmann\tkari@example.no"))
        assert Invitation.objects.exclude(state=State.WITHDRAWN).count() == 1

    def test_a_category_and_language_of_its_own(self, desk, event):
        make_category(event, "press")
        text = "Navn;E-post;Kategori;Språk\nA B;a@example.no;Press;nn\nC D;c@example.no;;\nE F;e@example.no;Ukjent;"
        response = paste(desk, event, text)
        assert verdicts(response) == ["new", "new", "bad_category"]
        add(desk, response)
        found = Invitation.objects.order_by("pk").values_list("category__key", "language")
        assert list(found) == [("press", "nn"), ("participant", "nb")]

    def test_a_category_of_another_event_is_not_taken(self, desk, event, region):
        make_category(coming_event(collection=region, name="Andre"), "secret")
        assert (
            paste(desk, event, "Kari\tN\tk@example.no", category="secret")
            .context["defaults"]
            .errors["category"]
        )

    def test_300_pasted_twice_make_300(self, desk, event):
        for _time in range(2):
            add(desk, paste(desk, event, people(300)))
        assert Invitation.objects.count() == 300
        assert set(Invitation.objects.values_list("state", flat=True)) == {State.DRAFT}
        assert OutgoingMail.objects.count() == 0
        assert AuditEntry.objects.filter(action="invitations.added").first().counts in (
            {"added": 0},
            {"added": 300},
        )

    def test_the_second_press_of_the_same_screen_adds_nothing(self, desk, event):
        response = paste(desk, event, people(3))
        for _time in range(2):
            add(desk, response)
        assert Invitation.objects.count() == 3

    def test_a_forged_table_is_read_within_the_limits(self, desk, event):
        for table in (
            "",
            "{",
            "[]",
            '{"headings": [], "rows": [["a"]',
            '{"rows": 1, "headings": 2}',
            "[" * 5000,
        ):
            response = desk.post(address(event, "invite"), {"table": table, "add": "1", **OPTIONS})
            assert response.status_code in (200, 302)
        assert Invitation.objects.count() == 0

    def test_a_list_costs_the_same_whatever_its_length(self, desk, event, django_assert_max_num_queries):
        with django_assert_max_num_queries(45):
            paste(desk, event, people(500))


class TestFiles:
    def upload(self, client, event, data, name="liste.csv"):
        return client.post(address(event, "invite"), {"file": SimpleUploadedFile(name, data), **OPTIONS})

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    def test_csv_in_the_encodings_of_the_house(self, desk, event, encoding):
        text = "Navn;E-post\nÅse Ærlig;ase@example.no\n"
        add(desk, self.upload(desk, event, text.encode(encoding)))
        assert Invitation.objects.get().first_name == "Åse"

    def test_a_file_that_is_no_list_is_refused_at_the_field(self, desk, event):
        for data in (b"\x00\x01\x02\x03", b"PK\x03\x04 no zip", b"", b"\x89PNG\r\n\x1a\n\x00"):
            assert self.upload(desk, event, data).context["lists"].errors["file"]

    def test_more_than_2_mb_is_refused(self, desk, event):
        assert self.upload(desk, event, b"a;b@example.no\n" * 150_000).context["lists"].errors["file"]


class TestSending:
    @pytest.fixture
    def drafts(self, event):
        return [invite(event, number, state=State.DRAFT, sent_at=None) for number in range(3)]

    def send(self, client, event, **data):
        return client.post(address(event, "send"), data)

    def test_it_names_the_number_and_sends_exactly_those_once(self, desk, event, drafts, registrar):
        invite(event, 9)
        assert desk.get(address(event, "send")).context["count"] == 3
        for _time in range(2):
            self.send(desk, event, count="3", note="Velkommen")
        mails = OutgoingMail.objects.filter(kind="invitation.invite")
        assert {mail.invitation_id for mail in mails} == {row.pk for row in drafts}
        assert {mail.facts.get("note") for mail in mails} == {"Velkommen"}
        assert {mail.dedupe_key for mail in mails} == {f"invitation.invite:{row.uid}:0" for row in drafts}
        assert Invitation.objects.filter(state=State.SENT, sent_at__isnull=False).count() == 4
        entry = AuditEntry.objects.get(action="invitations.sent")
        assert (entry.counts, entry.user) == ({"sent": 3}, registrar)

    def test_two_presses_at_once_hold_the_same_ids_and_send_once(self, event, drafts):
        pks, now = [row.pk for row in drafts], timezone.now()
        assert invitations.send(event, pks, now=now) == 3
        assert invitations.send(event, pks, now=now + dt.timedelta(seconds=1)) == 0
        assert set(Invitation.objects.values_list("sent_at", flat=True)) == {now}

    def test_one_that_is_sent_is_not_sent_by_its_own_button(self, desk, event):
        row = invite(event)
        desk.post(address(event, "invitation_act", row.uid, "send"))
        assert OutgoingMail.objects.count() == 0

    def test_another_number_than_was_shown_sends_nothing(self, desk, event, drafts):
        assert self.send(desk, event, count="2").status_code == 200
        assert OutgoingMail.objects.count() == 0

    def test_colleagues_who_wait_for_approval_are_not_among_them(self, desk, event, drafts):
        Invitation.objects.filter(pk=drafts[0].pk).update(proposed_by=drafts[1])
        assert desk.get(address(event, "send")).context["count"] == 2


class TestOne:
    def act(self, client, row, verb, **data):
        return client.post(address(row.event, "invitation_act", row.uid, verb), data)

    def test_again_with_a_new_link_and_the_old_one_is_dead(self, desk, event):
        row = invite(event)
        token = links.token(Purpose.INVITE, row)
        for _time in range(2):
            self.act(desk, row, "resend")
        row.refresh_from_db()
        assert not links.opens(
            Purpose.INVITE, links.open_token(Purpose.INVITE, token), row, now=timezone.now()
        )
        assert OutgoingMail.objects.filter(invitation=row).count() == 2

    def test_withdrawn_and_not_sent_again(self, desk, event):
        row = invite(event)
        self.act(desk, row, "withdraw")
        self.act(desk, row, "resend")
        row.refresh_from_db()
        assert row.state == State.WITHDRAWN
        assert OutgoingMail.objects.count() == 0

    def test_one_that_is_accepted_is_neither_withdrawn_nor_changed(self, desk, event):
        row = invite(event, state=State.ACCEPTED)
        self.act(desk, row, "withdraw")
        with pytest.raises(Refused):
            invitations.change(row, first_name="Ny")
        row.refresh_from_db()
        assert row.state == State.ACCEPTED

    def edit(self, client, row, **data):
        values = {"first_name": row.first_name, "last_name": row.last_name, "email": row.email, "organisation": "",
                  "category": row.category_id, "language": "nb", "extra_seats": 0, "locked_email": "on",
                  **data}  # fmt: skip
        return client.post(address(row.event, "invitation", row.uid), values)

    def test_a_new_address_kills_the_old_link_and_says_to_send_again(self, desk, event):
        row = invite(event)
        self.edit(desk, row, email="ny@example.no")
        row.refresh_from_db()
        assert (row.email, row.email_key, row.token_version) == ("ny@example.no", "ny@example.no", 1)
        assert AuditEntry.objects.get(action="invitation.changed").fields == ["email", "skip_approval"]

    def test_another_name_leaves_the_link(self, desk, event):
        row = invite(event)
        self.edit(desk, row, last_name="Nymann", answer_by="")
        row.refresh_from_db()
        assert (row.last_name, row.token_version) == ("Nymann", 0)

    def test_an_address_that_is_invited_already_is_refused(self, desk, event):
        invite(event, 1, email="ny@example.no")
        row = invite(event, 2)
        assert self.edit(desk, row, email="NY@example.no").status_code == 200
        row.refresh_from_db()
        assert row.email == "invitert2@example.no"

    @pytest.mark.parametrize("name", ["http://evil.example", "a@b", "<b>", "x\u202ey", "a" * 101])
    def test_what_is_no_name_is_refused(self, desk, event, name):
        row = invite(event)
        assert self.edit(desk, row, first_name=name).status_code == 200
        row.refresh_from_db()
        assert row.first_name == "Iver"

    def test_a_category_of_another_event_is_refused(self, desk, event, region):
        foreign = make_category(coming_event(collection=region, name="Andre"), "secret")
        row = invite(event)
        assert self.edit(desk, row, category=foreign.pk).status_code == 200
        row.refresh_from_db()
        assert row.category.event == event

    def test_one_of_another_event_is_404(self, desk, event, region):
        row = invite(coming_event(collection=region, name="Andre"))
        assert desk.get(address(event, "invitation", row.uid)).status_code == 404
        assert desk.post(address(event, "invitation_act", row.uid, "withdraw")).status_code == 404
        row.refresh_from_db()
        assert row.state == State.SENT


class TestColleagues:
    def propose(self, row, email="kollega@example.no"):
        return invitations.propose(
            row, first_name="Kari", last_name="Nordmann", email=email, now=timezone.now()
        )

    def test_proposals_wait_for_approval_and_are_sent_when_approved(self, desk, event):
        row = invite(event, extra_seats=1)
        proposed = self.propose(row)
        assert (proposed.state, proposed.proposed_by) == (State.DRAFT, row)
        assert OutgoingMail.objects.count() == 0
        text = desk.get(address(event, "invitations")).content.decode()
        assert "kollega@example.no" in text
        desk.post(address(event, "invitation_act", proposed.uid, "send"), {"back": "list"})
        proposed.refresh_from_db()
        assert proposed.state == State.SENT
        assert OutgoingMail.objects.get().invitation == proposed

    def test_without_approval_they_are_sent_at_once(self, event):
        event.registration_setup.approve_colleagues = False
        event.registration_setup.save()
        assert self.propose(invite(event, extra_seats=1)).state == State.SENT
        assert OutgoingMail.objects.count() == 1

    def test_no_more_than_allowed_and_not_oneself(self, event):
        row = invite(event, extra_seats=1)
        with pytest.raises(Refused) as refused:
            self.propose(row, row.email.upper())
        assert refused.value.problems[0].kind == ProblemKind.ADDRESS_TAKEN
        self.propose(row)
        with pytest.raises(Refused):
            self.propose(row, "en-til@example.no")

    def test_who_is_here_already_gets_nothing_and_uses_up_a_place_like_anybody(self, event, registrar):
        row = invite(event, extra_seats=1)
        person(event, email="paameldt@example.no", by=registrar)
        before = OutgoingMail.objects.count()
        assert self.propose(row, "Paameldt@example.no").state == State.WITHDRAWN
        assert invitations.proposals_left(row) == 0
        assert not invitations.proposals(event).exists()
        assert OutgoingMail.objects.count() == before

    def test_a_refused_proposal_gives_its_place_back(self, event):
        row = invite(event, extra_seats=1)
        invitations.withdraw(self.propose(row))
        assert self.propose(row, "en-til@example.no").pk


class TestTheList:
    def test_answers_are_counted_by_category_and_organisation(self, desk, event):
        press = make_category(event, "press")
        for number, (state, category, organisation) in enumerate([
            (State.SENT, press, "NRK"), (State.ACCEPTED, press, "NRK"), (State.DECLINED, press, "NTB"),
            (State.DRAFT, press, "NTB"), (State.SENT, event.categories.first(), ""),
        ]):  # fmt: skip
            invite(event, number, state=state, category=category, organisation=organisation)
        context = desk.get(address(event, "invitations")).context
        first = context["categories"][0]
        assert (first.label, first.invited, first.accepted, first.declined, first.silent) == (
            "Press",
            3,
            1,
            1,
            1,
        )
        assert [(each.label, each.invited) for each in context["organisations"]] == [
            ("NRK", 2),
            ("", 1),
            ("NTB", 1),
        ]

    def test_states_and_search_narrow(self, desk, event):
        invite(event, 1, last_name="Aas", organisation="Kripos")
        invite(event, 2, last_name="Berg", state=State.DECLINED)
        for query, found in (
            ("?state=sent", ["Aas"]),
            ("?q=kripos", ["Aas"]),
            ("?q=berg", ["Berg"]),
            ("?q=zz", []),
        ):
            page = desk.get(f"{address(event, 'invitations')}{query}").context["page"]
            assert [row.last_name for row in page] == found, query

    def test_those_who_only_see_change_nothing(self, client, event, region):
        row = invite(event)
        client.force_login(make_user("host", collection=region, actions=["see_registrations"]))
        assert client.get(address(event, "invitations")).status_code == 200
        for name, args in (("invite", []), ("send", []), ("invitation", [row.uid]),
                           ("invitation_act", [row.uid, "withdraw"])):  # fmt: skip
            assert client.post(address(event, name, *args)).status_code == 302
        row.refresh_from_db()
        assert row.state == State.SENT

    def test_it_costs_the_same_however_many_there_are(self, desk, event, django_assert_max_num_queries):
        for number in range(60):
            invite(event, number)
        desk.get(address(event, "invitations"))
        with django_assert_max_num_queries(20 + 14):
            desk.get(address(event, "invitations"))


def test_an_answer_by_date_is_a_moment_of_the_form(desk, event):
    by = (timezone.localtime() + dt.timedelta(days=20)).replace(second=0, microsecond=0)
    add(desk, paste(desk, event, "Kari\tN\tk@example.no"), answer_by=f"{by:%Y-%m-%d %H:%M}")
    assert Invitation.objects.get().answer_by == by
