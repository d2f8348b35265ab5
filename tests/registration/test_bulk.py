"""One act for many: said beforehand, done in the order of submission, the skipped named."""

import datetime as dt

import pytest
from django.utils import timezone

from nsr_events.core.audit import AuditEntry
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import seats
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import Registration
from tests.admin.conftest import make_user
from tests.factories import make_category
from tests.registration.people import address, answer, ask, coming_event, fresh, pending_category, person

pytestmark = pytest.mark.django_db
S = Registration.Status


@pytest.fixture
def event(region):
    return coming_event(collection=region, capacity=12, waiting_list="automatic")


def look(client, event, verb, rows, **data):
    """What the list posts."""
    return client.post(address(event, "bulk"), {"verb": verb, "selected": [row.pk for row in rows], **data})


def press(client, response, **data):
    """The button on the screen that says what will happen."""
    context = response.context
    values = {"verb": context["verb"].key, "ids": context["ids"], "looked": "1", "confirmed": context["mark"],
              "notice": "standard", **data}  # fmt: skip
    return client.post(address(context["event"], "bulk"), values)


def ways(response):
    return dict(response.context["forecast"].ways)


def skipped(response):
    """Skipped people by reason."""
    return {why: [row.last_name for row in rows] for why, rows in response.context["skipped"].items()}


def statuses(rows):
    return [fresh(row).status for row in rows]


class TestApproving:
    @pytest.fixture
    def rows(self, event):
        """Fifteen who wait for approval, submitted one minute apart, the newest first in this list."""
        press_ = pending_category(event)
        start = timezone.now() - dt.timedelta(hours=1)
        rows = [
            person(event, number, category=press_, now=start + dt.timedelta(minutes=number))
            for number in range(15)
        ]
        return rows[::-1]

    def test_15_with_12_free_are_12_in_the_order_of_submission_and_3_who_wait_and_it_said_so(
        self, desk, event, rows
    ):
        looked = look(desk, event, "approve", rows)
        assert list(ways(looked).values()) == [12, 3]
        assert set(statuses(rows)) == {S.PENDING}
        done = press(desk, looked)
        assert done.context["result"].done == 15
        in_order = rows[::-1]
        assert statuses(in_order) == [S.CONFIRMED] * 12 + [S.WAITLISTED] * 3
        assert [fresh(row).queue_number for row in in_order[12:]] == [1, 2, 3]
        kinds = OutgoingMail.objects.values_list("kind", flat=True)
        assert list(kinds).count("registration.confirmed") == 12
        assert AuditEntry.objects.filter(action="registration.approve").count() == 15

    def test_without_a_list_the_three_are_skipped_with_the_reason(self, desk, event, rows):
        event.registration_setup.waiting_list = "off"
        event.registration_setup.save()
        looked = look(desk, event, "approve", rows)
        assert (looked.context["forecast"].changing, looked.context["forecast"].left_out) == (12, 3)
        done = press(desk, looked)
        assert sum(map(len, skipped(done).values())) == 3
        assert statuses(rows[::-1])[12:] == [S.PENDING] * 3

    def test_a_list_that_takes_two_more_takes_two_more(self, desk, event, rows):
        event.registration_setup.waiting_limit = 2
        event.registration_setup.save()
        looked = look(desk, event, "approve", rows)
        assert (list(ways(looked).values()), looked.context["forecast"].left_out) == ([12, 2], 1)
        assert press(desk, looked).context["result"].done == 14

    def test_twice_does_nothing_twice(self, desk, event, rows):
        looked = look(desk, event, "approve", rows)
        press(desk, looked)
        mails = OutgoingMail.objects.count()
        again = press(desk, looked)
        assert again.context["result"].done == 0
        assert sum(map(len, skipped(again).values())) == 15
        assert OutgoingMail.objects.count() == mails

    def test_above_capacity_is_looked_at_again_before_it_is_done(self, desk, event, rows):
        looked = look(desk, event, "approve", rows)
        again = press(desk, looked, above_capacity="on", reason="Salen er større")
        assert list(ways(again).values()) == [15]
        assert set(statuses(rows)) == {S.PENDING}
        press(desk, again, above_capacity="on", reason="Salen er større")
        assert set(statuses(rows)) == {S.CONFIRMED}
        assert AuditEntry.objects.filter(action="registration.above_capacity").count() == 15

    def test_nobody_is_told_where_that_is_chosen(self, desk, event, rows):
        before = OutgoingMail.objects.count()
        press(desk, look(desk, event, "approve", rows), notice="none")
        assert OutgoingMail.objects.count() == before


def test_the_forecast_is_what_happens_also_among_reserves_and_days(desk, region):
    """Whatever the seats look like, what was said is what came."""
    event = coming_event(collection=region, capacity=6, days=2, waiting_list="automatic")
    event.registration_setup.days = "choose"
    event.registration_setup.save()
    first, second = event.days.all()
    second.capacity = 2
    second.save()
    make_category(event, "crew", uses_event_seats=False)
    make_category(event, "board", reserved=2)
    press_ = pending_category(event)
    wishes = [(first,), (second,), (first, second), (second,), (first,), (first,), (second,)]
    rows = [person(event, number, category=press_, days=days) for number, days in enumerate(wishes)]
    looked = look(desk, event, "approve", rows)
    said = list(ways(looked).values())
    press(desk, looked)
    after = statuses(rows)
    assert said == [after.count(S.CONFIRMED), after.count(S.WAITLISTED)]
    assert said[0] < 6


class TestOthers:
    def test_cancelling_says_who_moves_up(self, desk, event):
        rows = [person(event, number) for number in range(15)]
        looked = look(desk, event, "cancel", rows[:2])
        assert looked.context["forecast"].moved == 2
        press(desk, looked, reason="Avlyst for dem")
        assert statuses(rows) == [S.CANCELLED] * 2 + [S.CONFIRMED] * 12 + [S.WAITLISTED]

    def test_those_who_cannot_are_named_with_why(self, desk, event):
        rows = [person(event, 1), person(event, 2, category=pending_category(event))]
        looked = look(desk, event, "approve", rows)
        assert looked.context["forecast"].changing == 1
        assert list(looked.context["forecast"].skipped.values()) == [[rows[0]]]
        done = press(desk, looked)
        assert list(skipped(done).values()) == [[rows[0].last_name]]

    def test_seats_out_of_turn_need_a_reason(self, desk, event):
        rows = [person(event, number) for number in range(14)]
        event.registration_setup.capacity = 13
        event.registration_setup.save()
        looked = look(desk, event, "give_seat", rows[12:])
        assert (looked.context["forecast"].changing, looked.context["forecast"].left_out) == (1, 1)
        assert press(desk, looked).context["forecast"]
        assert statuses(rows[12:]) == [S.WAITLISTED] * 2
        press(desk, looked, reason="Vertene")
        assert statuses(rows[12:]) == [S.CONFIRMED, S.WAITLISTED]

    def test_a_category_is_chosen_looked_at_and_set(self, desk, event):
        small = make_category(event, "small", capacity=1)
        dinner = ask(event, options=["Fisk", "Kjøtt"])
        rows = [answer(person(event, number), dinner, dinner.options[0]["key"]) for number in (1, 2)]
        looked = look(desk, event, "category", rows)
        assert looked.context["forecast"] is None
        chosen = press(desk, looked, category="small")
        assert (chosen.context["forecast"].changing, chosen.context["forecast"].left_out) == (1, 1)
        press(desk, chosen, category="small")
        assert [fresh(row).category == small for row in rows] == [True, False]
        assert fresh(rows[0]).answers == {dinner.key: dinner.options[0]["key"]}

    def test_another_category_than_was_looked_at_is_looked_at_first(self, desk, event):
        make_category(event, "small")
        make_category(event, "large")
        row = person(event)
        chosen = press(desk, look(desk, event, "category", [row]), category="small")
        again = press(desk, chosen, category="large")
        assert again.context["forecast"].changing == 1
        assert fresh(row).category.key == "participant"

    def test_days(self, desk, region):
        event = coming_event(collection=region, days=2)
        event.registration_setup.days = "choose"
        event.registration_setup.save()
        first, second = event.days.all()
        rows = [person(event, 1, days=(first,)), person(event, 2, days=(second,))]
        chosen = press(desk, look(desk, event, "days", rows), days=[str(second.uid)])
        assert (chosen.context["forecast"].changing, chosen.context["forecast"].left_out) == (1, 1)
        press(desk, chosen, days=[str(second.uid)])
        assert [fresh(row).attended_days for row in rows] == [[second], [second]]

    def test_links_go_to_those_with_an_address(self, desk, event, registrar):
        rows = [person(event, 1), person(event, 2, email="", by=registrar)]
        looked = look(desk, event, "link", rows)
        assert (looked.context["forecast"].changing, looked.context["forecast"].left_out) == (1, 1)
        press(desk, looked)
        assert OutgoingMail.objects.filter(kind="registration.link").count() == 1
        assert AuditEntry.objects.filter(action="link.sent").count() == 1

    def test_all_means_all_that_the_list_shows(self, desk, event):
        person(event, 1, organisation="Kripos")
        person(event, 2, organisation="Kripos")
        person(event, 3)
        looked = desk.post(address(event, "bulk"), {"verb": "cancel", "all": "1", "query": "q=kripos"})
        assert len(looked.context["rows"]) == 2

    def test_those_chosen_are_frozen_when_they_are_looked_at(self, desk, event):
        rows = [person(event, 1)]
        looked = desk.post(address(event, "bulk"), {"verb": "cancel", "all": "1", "query": ""})
        rows.append(person(event, 2))
        press(desk, looked)
        assert statuses(rows) == [S.CANCELLED, S.CONFIRMED]

    def test_nobody_ticked_or_nothing_chosen_changes_nothing(self, desk, event):
        row = person(event)
        assert look(desk, event, "cancel", []).status_code == 302
        assert look(desk, event, "", [row]).status_code == 302
        assert look(desk, event, "priority", [row]).status_code == 302
        assert fresh(row).status == S.CONFIRMED


class TestForeignIds:
    @pytest.fixture
    def foreign(self, other_region):
        return person(coming_event(collection=other_region, name="Åpning"), last_name="Hemmelig")

    @pytest.mark.parametrize("verb", ["cancel", "link", "export", "approve"])
    def test_one_id_of_another_event_refuses_the_whole_act(self, desk, event, foreign, verb):
        row = person(event)
        response = look(desk, event, verb, [row, foreign])
        assert response.status_code == 404
        assert b"Hemmelig" not in response.content
        assert statuses([row, foreign]) == [S.CONFIRMED] * 2

    def test_also_when_it_is_slipped_in_at_the_second_press(self, desk, event, foreign):
        row = person(event)
        looked = look(desk, event, "cancel", [row])
        assert press(desk, looked, ids=f"{row.pk},{foreign.pk}").status_code == 404
        assert statuses([row, foreign]) == [S.CONFIRMED] * 2

    @pytest.mark.parametrize("ids", ["abc", "-1", "1.5", "9" * 30, "0", "1;DROP", "²"])
    def test_ids_that_are_none_are_404(self, desk, event, ids):
        person(event)
        assert desk.post(address(event, "bulk"), {"verb": "cancel", "ids": ids}).status_code == 404

    def test_a_category_or_day_of_another_event_is_not_taken(self, desk, event, foreign):
        row = person(event)
        other = make_category(foreign.event, "secret")
        response = press(desk, look(desk, event, "category", [row]), category=other.key)
        assert response.context["form"].errors["category"]
        assert fresh(row).category.key == "participant"


def test_those_who_may_only_see_may_do_nothing(client, event, region):
    row = person(event)
    client.force_login(
        make_user("host", collection=region, actions=["see_registrations", "export_registrations"])
    )
    assert look(client, event, "cancel", [row]).status_code == 302
    assert fresh(row).status == S.CONFIRMED


def test_a_busy_part_is_told_and_may_be_pressed_again(desk, event, monkeypatch):
    rows = [person(event, number) for number in (1, 2)]
    looked = look(desk, event, "cancel", rows)
    real = seats.cancel

    def busy(*args, **kwargs):
        raise Busy

    monkeypatch.setattr(seats, "cancel", busy)
    done = press(desk, looked)
    assert done.context["result"].done == 0
    assert sum(map(len, skipped(done).values())) == 2
    monkeypatch.setattr(seats, "cancel", real)
    assert press(desk, looked).context["result"].done == 2


def test_a_row_that_fails_takes_no_other_with_it(desk, event, monkeypatch):
    rows = [person(event, number) for number in (1, 2, 3)]
    looked = look(desk, event, "cancel", rows)
    real = seats.cancel

    def refuse_one(row, **kwargs):
        if row.pk == rows[1].pk:
            real(row, **kwargs)
            raise seats.Refused(seats.Problem(seats.ProblemKind.TOO_LATE))
        return real(row, **kwargs)

    monkeypatch.setattr(seats, "cancel", refuse_one)
    assert press(desk, looked).context["result"].done == 2
    assert statuses(rows) == [S.CANCELLED, S.CONFIRMED, S.CANCELLED]


def test_no_more_than_fifty_share_a_transaction(desk, event, monkeypatch):
    from nsr_events.registration.people import many

    event.registration_setup.capacity = None
    event.registration_setup.save()
    rows = [person(event, number) for number in range(53)]
    parts = []
    real = many._each

    def counted(verb, setup, part, given):
        parts.append(len(part))
        return real(verb, setup, part, given)

    monkeypatch.setattr(many, "_each", counted)
    press(desk, look(desk, event, "cancel", rows))
    assert parts == [50, 3]
    assert set(statuses(rows)) == {S.CANCELLED}
