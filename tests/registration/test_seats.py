"""Every way from one status to another, under one lock, with its history and its mail."""

import datetime as dt
import uuid

import pytest

from nsr_events.core.events import change_status, save_days
from nsr_events.core.models import Event, EventDay
from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration import seats
from nsr_events.registration.models import HandOver, Invitation, Question, Registration
from nsr_events.registration.seats import OutcomeKind, ProblemKind, Refused, Stale
from tests.factories import NOW, application, invite, make_category, make_event, open_registration, register

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
S = Registration.Status


@pytest.fixture
def event():
    return make_event(days=3)


@pytest.fixture
def staff(django_user_model):
    return django_user_model.objects.create_user("registrar")


def status(row):
    row.refresh_from_db()
    return row.status


def mails(row):
    return list(OutgoingMail.objects.filter(registration=row).order_by("pk").values_list("kind", flat=True))


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [problem.kind for problem in caught.value.problems]


# Coming in


def test_a_new_event_has_a_setup_and_one_category_in_every_language(event):
    assert event.registration_setup.mode == "none"
    (category,) = event.categories.all()
    assert category.name.data == {"nb": "Deltaker", "nn": "Deltakar", "en": "Participant"}


def test_somebody_gets_the_free_seat_with_all_days_history_and_a_confirmation(event):
    open_registration(event, capacity=1)
    row = register(event)
    assert row.status == S.CONFIRMED
    assert [day.date for day in row.attended_days] == [day.date for day in event.days.all()]
    assert [(step.before, step.after, step.who) for step in row.history.all()] == [
        ("", "confirmed", "person")
    ]
    assert mails(row) == ["registration.confirmed"]
    assert str(row) == row.reference
    assert "Marte" not in str(row)


def test_the_next_waits_with_a_number_and_hears_so(event):
    open_registration(event, capacity=1)
    rows = [register(event, number) for number in (1, 2, 3)]
    assert [row.status for row in rows] == [S.CONFIRMED, S.WAITLISTED, S.WAITLISTED]
    assert [row.queue_number for row in rows] == [None, 1, 2]
    assert mails(rows[1]) == ["registration.waitlisted"]


def test_without_a_waiting_list_the_next_is_refused_and_nothing_is_stored(event):
    open_registration(event, capacity=1, waiting_list="off")
    register(event)
    assert refused(register, event, 2) == [ProblemKind.FULL]
    assert event.registrations.count() == 1


def test_a_full_waiting_list_is_full(event):
    open_registration(event, capacity=1, waiting_limit=1)
    register(event), register(event, 2)
    assert refused(register, event, 3) == [ProblemKind.FULL]


@pytest.mark.parametrize(
    "setup", [{"mode": "none"}, {"opens": None}, {"opens": NOW + HOUR}, {"paused": True}, {"closes": NOW}]
)
def test_nobody_comes_in_while_registration_is_not_open(event, setup):
    open_registration(event, **setup)
    assert refused(register, event) == [ProblemKind.CLOSED]


def test_a_form_shown_before_closing_is_taken_for_ten_minutes(event):
    open_registration(event, closes=NOW)
    shown = NOW - 5 * MINUTE
    late = NOW + 10 * MINUTE
    assert refused(seats.register, event, application(event), now=late, rendered_at=shown) == [
        ProblemKind.CLOSED
    ]
    outcome = seats.register(event, application(event), now=late - dt.timedelta(seconds=1), rendered_at=shown)
    assert outcome.kind == OutcomeKind.CONFIRMED


def test_a_form_shown_after_closing_is_not_taken(event):
    open_registration(event, closes=NOW)
    after = NOW + MINUTE
    assert refused(seats.register, event, application(event), now=after, rendered_at=NOW) == [
        ProblemKind.CLOSED
    ]


def test_the_same_form_sent_again_answers_the_same_and_makes_nothing(event):
    open_registration(event)
    sent = application(event, idempotency_key=uuid.uuid4())
    first = seats.register(event, sent, now=NOW)
    again = seats.register(event, application(event, idempotency_key=sent.idempotency_key), now=NOW + HOUR)
    assert (again.kind, again.registration, again.shown) == (
        OutcomeKind.REPEATED,
        first.registration,
        first.shown,
    )
    assert mails(first.registration) == ["registration.confirmed"]


def test_the_same_address_in_other_letters_makes_no_second_row_but_gets_its_link(event):
    open_registration(event)
    row = register(event, email="Kari@Example.no")
    again = seats.register(event, application(event, email="kari@EXAMPLE.no", first_name="Evil"), now=NOW)
    assert (again.kind, again.registration, again.shown) == (OutcomeKind.KNOWN, None, OutcomeKind.CONFIRMED)
    row.refresh_from_db()
    assert row.first_name == "Marte"
    assert mails(row) == ["registration.confirmed", "registration.already"]


def test_a_known_address_is_answered_as_a_newcomer_would_be(event):
    open_registration(event, capacity=1)
    register(event)
    again = seats.register(event, application(event), now=NOW)
    assert again.shown == OutcomeKind.WAITLISTED


def test_who_was_not_approved_is_answered_like_one_who_is_known_but_organisers_may_add_them(event, staff):
    open_registration(event)
    event.categories.update(approval=True)
    row = register(event)
    seats.reject(row, now=NOW, by=staff)
    again = seats.register(event, application(event), now=NOW)
    assert (again.kind, again.shown) == (OutcomeKind.KNOWN, OutcomeKind.PENDING)
    assert mails(row) == ["registration.received", "registration.rejected"]
    assert seats.register(event, application(event), now=NOW, by=staff).kind == OutcomeKind.CONFIRMED


def test_an_address_is_confirmed_first_and_holds_no_seat_until_then(event):
    open_registration(event, capacity=1, verify_email=True)
    row = register(event)
    assert (row.status, mails(row)) == (S.UNVERIFIED, ["registration.verify"])
    other = register(event, 2)
    assert seats.verify(other, now=NOW).status == S.CONFIRMED
    assert seats.verify(row, now=NOW).status == S.WAITLISTED


def test_an_unconfirmed_row_is_replaced_and_its_links_die(event):
    open_registration(event, verify_email=True)
    false = register(event, first_name="Wrong")
    right = register(event)
    assert (status(false), false.token_version) == (S.LAPSED, 1)
    assert right.status == S.UNVERIFIED


def test_after_an_hour_unconfirmed_rows_lapse_without_a_mail(event):
    open_registration(event, verify_email=True)
    row = register(event)
    seats.promote(event, now=NOW + 59 * MINUTE)
    assert status(row) == S.UNVERIFIED
    seats.promote(event, now=NOW + HOUR)
    assert (status(row), mails(row)) == (S.LAPSED, ["registration.verify"])


def test_who_chooses_no_day_or_another_events_day_is_refused(event):
    open_registration(event, days="choose")
    other = make_event(date=dt.date(2027, 9, 1))
    assert refused(register, event, days=()) == [ProblemKind.NO_DAYS]
    assert refused(register, event, days=tuple(other.days.all())) == [ProblemKind.DAY_UNKNOWN]
    assert refused(register, event, category=other.categories.get()) == [ProblemKind.CATEGORY_CLOSED]


def test_a_full_day_holds_up_only_those_who_want_it(event):
    open_registration(event, days="choose")
    first, second, third = event.days.all()
    EventDay.objects.filter(pk=second.pk).update(capacity=1)
    register(event, days=(second,))
    waits = register(event, 2, days=(first, second, third))
    assert (waits.status, register(event, 3, days=(first, third)).status) == (S.WAITLISTED, S.CONFIRMED)


# The queue


def test_a_freed_seat_goes_to_the_next_at_once(event):
    open_registration(event, capacity=1, waiting_list="automatic")
    first, second, third = (register(event, number) for number in (1, 2, 3))
    seats.cancel(first, now=NOW + HOUR)
    assert [status(row) for row in (first, second, third)] == [S.CANCELLED, S.CONFIRMED, S.WAITLISTED]
    assert mails(second) == ["registration.waitlisted", "registration.promoted"]


def test_a_freed_seat_is_offered_and_held_until_the_answer(event):
    open_registration(event, capacity=1)
    first, second, third = (register(event, number) for number in (1, 2, 3))
    seats.cancel(first, now=NOW)
    assert (status(second), second.offer_expires > NOW, status(third)) == (S.OFFERED, True, S.WAITLISTED)
    seats.accept(second, now=NOW + HOUR)
    assert (status(second), second.offer_expires) == (S.CONFIRMED, None)


def test_a_declined_offer_goes_to_the_next(event):
    open_registration(event, capacity=1)
    first, second, third = (register(event, number) for number in (1, 2, 3))
    seats.cancel(first, now=NOW)
    seats.decline(second, now=NOW)
    assert (status(second), status(third)) == (S.DECLINED, S.OFFERED)


def test_an_offer_is_taken_up_to_fifteen_minutes_late_and_never_both_taken_and_lapsed(event):
    open_registration(event, capacity=1)
    first, second, third = (register(event, number) for number in (1, 2, 3))
    seats.cancel(first, now=NOW)
    second.refresh_from_db()
    end = second.offer_expires + 15 * MINUTE
    seats.promote(event, now=end - dt.timedelta(seconds=1))
    assert status(second) == S.OFFERED
    assert refused(seats.accept, second, now=end) == [ProblemKind.TOO_LATE]
    seats.promote(event, now=end)
    assert (status(second), status(third)) == (S.LAPSED, S.OFFERED)
    assert refused(seats.accept, second, now=end) == [ProblemKind.NOT_POSSIBLE]
    assert mails(second)[-1] == "registration.lapsed"


def test_a_head_whose_category_is_full_blocks_nobody(event):
    open_registration(event, capacity=2, waiting_list="automatic")
    press = make_category(event, "presse", capacity=1)
    journalist, guest = register(event, category=press), register(event, 2)
    head, behind = register(event, 3, category=press), register(event, 4)
    seats.cancel(guest, now=NOW)
    assert (status(head), status(behind)) == (S.WAITLISTED, S.CONFIRMED)
    seats.cancel(journalist, now=NOW)
    assert status(head) == S.CONFIRMED


def test_going_from_three_days_to_two_lets_in_the_first_who_fits(event):
    open_registration(event, days="choose", waiting_list="automatic")
    first, second, third = event.days.all()
    EventDay.objects.filter(pk=second.pk).update(capacity=1)
    row = register(event)
    waits = register(event, 2)
    fewer = application(event, days=(first, third))
    seats.change(row, fewer, now=NOW, row_version=row.row_version)
    assert status(waits) == S.CONFIRMED
    assert mails(row) == ["registration.confirmed", "registration.changed"]


def test_a_cancelled_or_postponed_event_moves_nobody_and_lets_no_offer_run_out(event):
    open_registration(event, capacity=1)
    first, second, third = (register(event, number) for number in (1, 2, 3))
    seats.cancel(first, now=NOW)
    change_status(event, Event.Status.POSTPONED, now=NOW)
    seats.promote(event, now=NOW + 100 * HOUR)
    assert (status(second), status(third)) == (S.OFFERED, S.WAITLISTED)


def test_a_manual_list_and_every_list_late_moves_nobody(event, staff):
    setup = open_registration(event, capacity=1, waiting_list="manual")
    first, second = register(event), register(event, 2)
    seats.cancel(first, now=NOW)
    assert status(second) == S.WAITLISTED
    assert register(event, 3).status == S.WAITLISTED, "nobody passes those who wait for an organiser"
    setup.waiting_list = "automatic"
    setup.save()
    seats.promote(event, now=event.start - 23 * HOUR)
    assert status(second) == S.WAITLISTED
    assert refused(seats.give_seat, second, now=NOW, by=staff, reason="") == [ProblemKind.REASON_MISSING]
    seats.give_seat(second, now=NOW, by=staff, reason="Ringte")
    assert (status(second), second.history.last().reason) == (S.CONFIRMED, "Ringte")


def test_priority_moves_somebody_before_others_with_a_reason(event, staff):
    open_registration(event, capacity=1, waiting_list="automatic")
    first, second, third = (register(event, number) for number in (1, 2, 3))
    seats.set_priority(third, 1, now=NOW, by=staff, reason="Foreleser")
    seats.cancel(first, now=NOW)
    assert (status(second), status(third)) == (S.WAITLISTED, S.CONFIRMED)


def test_a_reserve_that_ended_is_given_to_those_who_wait(event):
    open_registration(event, capacity=1, waiting_list="automatic")
    make_category(event, "presse", reserved=1, reserved_until=NOW + HOUR)
    row = register(event)
    assert row.status == S.WAITLISTED
    seats.promote(event, now=NOW + HOUR)
    assert status(row) == S.CONFIRMED


# Changing


def test_a_change_on_an_older_version_is_refused(event):
    open_registration(event)
    row = register(event)
    with pytest.raises(Stale):
        seats.change(row, application(event), now=NOW, row_version=row.row_version - 1)


def test_added_days_need_room_but_what_one_holds_is_kept(event):
    open_registration(event, days="choose", capacity=2)
    first, second, _third = event.days.all()
    EventDay.objects.filter(pk=second.pk).update(capacity=1)
    mine, _other = register(event, days=(first,)), register(event, 2, days=(second,))
    wish = application(event, days=(first, second))
    assert refused(seats.change, mine, wish, now=NOW, row_version=1) == [ProblemKind.FULL]
    assert [day.pk for day in mine.attended_days] == [first.pk]


def test_who_waits_may_change_and_keeps_the_number(event):
    open_registration(event, days="choose", capacity=1)
    register(event)
    waits = register(event, 2)
    first, *_rest = event.days.all()
    changed = seats.change(waits, application(event, 2, days=(first,)), now=NOW, row_version=1)
    assert (changed.status, changed.queue_number) == (S.WAITLISTED, 1)


def test_nobody_changes_into_a_category_with_approval(event, staff):
    open_registration(event)
    press = make_category(event, "presse", approval=True)
    row = register(event)
    wish = application(event, category=press)
    assert refused(seats.change, row, wish, now=NOW, row_version=1) == [ProblemKind.APPROVAL]
    assert seats.change(row, wish, now=NOW, row_version=1, by=staff, reason="Avtalt").category == press


def test_changes_end_at_their_deadline_for_participants_only(event, staff):
    open_registration(event, edit_until=NOW)
    row = register(event, now=NOW - MINUTE)
    late = application(event, job_title="Leder")
    assert refused(seats.change, row, late, now=NOW, row_version=1) == [ProblemKind.TOO_LATE]
    assert seats.change(row, late, now=NOW, row_version=1, by=staff, reason="x").job_title == "Leder"


def test_an_unchanged_registration_sends_no_mail(event):
    open_registration(event)
    row = register(event)
    seats.change(row, application(event, job_title="Ny tittel"), now=NOW, row_version=1)
    assert mails(row) == ["registration.confirmed"]


def test_a_new_address_is_confirmed_there_first_and_the_old_one_is_told(event):
    open_registration(event)
    row = register(event)
    seats.change(row, application(event, email="ny@example.no"), now=NOW, row_version=1)
    row.refresh_from_db()
    assert (row.email, row.new_email) == ("deltaker1@example.no", "ny@example.no")
    seats.confirm_address(row, now=NOW)
    row.refresh_from_db()
    assert (row.email, row.new_email, row.token_version) == ("ny@example.no", "", 1)
    told = OutgoingMail.objects.filter(registration=row).exclude(to="").values_list("to", flat=True)
    assert set(told) == {"ny@example.no", "deltaker1@example.no"}


def test_a_new_address_that_somebody_else_has_is_refused_when_confirmed(event):
    open_registration(event)
    row = register(event)
    seats.change(row, application(event, email="deltaker2@example.no"), now=NOW, row_version=1)
    register(event, 2)
    assert refused(seats.confirm_address, row, now=NOW) == [ProblemKind.ADDRESS_TAKEN]


# Leaving and coming back


def test_cancelling_gives_back_the_seat_and_can_be_undone_for_fifteen_minutes(event):
    open_registration(event, capacity=1)
    row = register(event)
    seats.cancel(row, now=NOW)
    assert (status(row), row.ended_by, mails(row)[-1]) == (S.CANCELLED, "person", "registration.cancelled")
    seats.undo(row, now=NOW + 14 * MINUTE)
    assert (status(row), row.ended_at) == (S.CONFIRMED, None)
    seats.cancel(row, now=NOW)
    assert refused(seats.undo, row, now=NOW + 15 * MINUTE) == [ProblemKind.TOO_LATE]


def test_an_undo_after_the_seat_is_gone_goes_to_the_front(event):
    open_registration(event, capacity=1, waiting_list="automatic")
    row, second, third = (register(event, number) for number in (1, 2, 3))
    seats.cancel(row, now=NOW)
    seats.undo(row, now=NOW + MINUTE)
    assert (status(second), status(row)) == (S.CONFIRMED, S.WAITLISTED)
    assert list(event.registrations.waiting()) == [row, third]


def test_who_waited_gets_the_same_number_back_and_who_awaited_approval_is_not_approved_by_undoing(event):
    open_registration(event, capacity=1)
    register(event)
    waits, behind = register(event, 2), register(event, 3)
    seats.cancel(waits, now=NOW)
    assert mails(waits)[-1] == "registration.left_list"
    seats.undo(waits, now=NOW)
    assert list(event.registrations.waiting()) == [waits, behind]
    event.categories.update(approval=True)
    pending = register(event, 4)
    seats.cancel(pending, now=NOW)
    assert seats.undo(pending, now=NOW).status == S.PENDING


def test_an_organisers_cancellation_is_not_the_participants_to_undo(event, staff):
    open_registration(event)
    row = register(event)
    seats.cancel(row, now=NOW, by=staff, reason="Dobbelt", notify=False)
    assert mails(row) == ["registration.confirmed"]
    assert row.history.last().mail == ""
    assert refused(seats.undo, row, now=NOW) == [ProblemKind.TOO_LATE]
    assert seats.reopen(row, now=NOW, by=staff).status == S.CONFIRMED


def test_nobody_cancels_after_the_start(event):
    open_registration(event)
    row = register(event)
    assert refused(seats.cancel, row, now=event.start) == [ProblemKind.TOO_LATE]


def test_a_late_cancellation_tells_the_organiser(event):
    Event.objects.filter(pk=event.pk).update(contact_email="arrangor@example.no")
    open_registration(event, edit_until=NOW)
    row = register(event)
    seats.cancel(row, now=NOW + HOUR)
    assert OutgoingMail.objects.filter(kind="staff.notice").count() == 1


def test_undoing_after_registering_again_is_refused(event):
    open_registration(event)
    row = register(event)
    seats.cancel(row, now=NOW)
    register(event)
    assert refused(seats.undo, row, now=NOW) == [ProblemKind.TOO_LATE]


# Approval


def test_fifteen_approved_with_twelve_free_give_twelve_seats_in_the_order_of_submission(event, staff):
    open_registration(event, capacity=12)
    event.categories.update(approval=True)
    rows = [register(event, number) for number in range(15)]
    assert {row.status for row in rows} == {S.PENDING}
    for row in rows:
        seats.approve(row, now=NOW, by=staff)
    assert [status(row) for row in rows] == [S.CONFIRMED] * 12 + [S.WAITLISTED] * 3


def test_who_is_not_approved_loses_every_link(event, staff):
    open_registration(event)
    event.categories.update(approval=True)
    row = register(event)
    seats.reject(
        row, now=NOW, by=staff, reason="Ukjent", note="Vi har dessverre ikke plass til flere presse."
    )
    row.refresh_from_db()
    assert (row.status, row.token_version) == (S.REJECTED, 1)
    mail = OutgoingMail.objects.get(kind="registration.rejected")
    assert mail.facts == {"note": "Vi har dessverre ikke plass til flere presse."}


def test_above_capacity_needs_an_organiser_and_a_reason(event, staff):
    open_registration(event, capacity=1)
    register(event)
    asked = application(event, 2)
    assert refused(seats.register, event, asked, now=NOW, by=staff, above_capacity=True) == [
        ProblemKind.REASON_MISSING
    ]
    assert seats.register(event, asked, now=NOW, above_capacity=True).kind == OutcomeKind.WAITLISTED
    other = application(event, 3)
    done = seats.register(event, other, now=NOW, by=staff, above_capacity=True, reason="Statsråden")
    assert done.kind == OutcomeKind.CONFIRMED


# Invitations


def test_an_invitation_opens_the_closed_circle_and_skips_approval(event):
    open_registration(event, mode="invited")
    event.categories.update(approval=True)
    assert refused(register, event) == [ProblemKind.CLOSED]
    invitation = invite(event)
    row = register(event, email="noen-andre@example.no", invitation=invitation, source="invitation")
    assert (row.status, row.email) == (S.CONFIRMED, "invitert1@example.no")
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.ACCEPTED


@pytest.mark.parametrize("change", [{"state": "withdrawn"}, {"state": "draft"}, {"answer_by": NOW}])
def test_a_withdrawn_unsent_or_late_invitation_opens_nothing(event, change):
    open_registration(event, mode="invited")
    invitation = invite(event)
    Invitation.objects.filter(pk=invitation.pk).update(**change)
    assert refused(register, event, invitation=invitation) == [ProblemKind.CLOSED]


def test_one_invitation_gives_one_registration(event):
    open_registration(event, mode="invited")
    invitation = invite(event, locked_email=False)
    register(event, 1, invitation=invitation)
    again = seats.register(event, application(event, 2, invitation=invitation), now=NOW)
    assert (again.kind, event.registrations.count()) == (OutcomeKind.KNOWN, 1)


def test_a_no_to_an_invitation_may_be_changed_to_a_yes(event):
    open_registration(event, mode="invited")
    invitation = invite(event)
    seats.decline_invitation(invitation, now=NOW, reason="Reise")
    assert register(event, invitation=invitation).status == S.CONFIRMED


# Handing over


def test_a_colleague_with_the_same_domain_gets_the_seat_and_nothing_else(event):
    open_registration(event, capacity=1)
    row = register(event, email="marte@politiet.no", answers={"q_12345678": "hemmelig"}, mobile="+4791234567")
    waits = register(event, 2)
    new = seats.transfer(row, first_name="Odd", last_name="Ny", email="odd@politiet.no", now=NOW)
    assert (new.status, new.replaces, new.answers, new.mobile) == (S.CONFIRMED, row, {}, "")
    assert (status(row), row.token_version, status(waits)) == (S.CANCELLED, 1, S.WAITLISTED)
    assert (mails(row)[-1], mails(new)) == ("registration.transferred", ["registration.taken_over"])
    assert refused(seats.undo, row, now=NOW) == [ProblemKind.TOO_LATE]


@pytest.mark.parametrize("address", ["odd@annet.no", "odd@gmail.com"])
def test_other_domains_and_public_mailboxes_need_approval(event, staff, address):
    open_registration(event)
    row = register(event, email="marte@gmail.com" if "gmail" in address else "marte@politiet.no")
    proposal = seats.transfer(row, first_name="Odd", last_name="Ny", email=address, now=NOW)
    assert (proposal.state, status(row)) == (HandOver.State.PROPOSED, S.CONFIRMED)
    new = seats.decide_hand_over(proposal, approved=True, now=NOW, by=staff)
    assert (new.email, status(row)) == (address, S.CANCELLED)


def test_a_seat_is_handed_over_three_times_at_most(event):
    open_registration(event)
    row = register(event, email="a0@politiet.no")
    for number in range(1, 4):
        row = seats.transfer(row, first_name="A", last_name="B", email=f"a{number}@politiet.no", now=NOW)
    with pytest.raises(Refused):
        seats.transfer(row, first_name="A", last_name="B", email="a4@politiet.no", now=NOW)


def test_a_seat_is_not_handed_to_somebody_who_is_here_already(event):
    open_registration(event)
    row, _other = register(event, email="a@politiet.no"), register(event, 2, email="b@politiet.no")
    hand_over = {"first_name": "B", "last_name": "B", "email": "B@politiet.no", "now": NOW}
    assert refused(seats.transfer, row, **hand_over) == [ProblemKind.ADDRESS_TAKEN]


# Days


def test_a_new_day_is_everybodys_where_all_come_all_days(event):
    open_registration(event)
    row = register(event)
    days = [*event.days.all(), EventDay(date=dt.date(2027, 6, 11))]
    save_days(event, days, now=NOW)
    row = Registration.objects.get(pk=row.pk)
    assert (len(row.attended_days), row.calendar_version) == (4, 1)
    save_days(event, days[:2], now=NOW)
    assert len(Registration.objects.get(pk=row.pk).attended_days) == 2


def test_a_day_that_people_chose_stays_until_they_have_others(event):
    open_registration(event, days="choose")
    first, second, third = event.days.all()
    register(event, days=(third,))
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="påmeldt"):
        save_days(event, [first, second], now=NOW)
    assert event.days.count() == 3


def test_an_answer_to_a_question_that_became_sensitive_meanwhile_is_never_stored_in_clear(event):
    open_registration(event)
    row = register(event)
    Question.objects.create(
        event=event, key="q_12345678", kind="text", label={"nb": "Allergi?"}, sensitive=True
    )
    told = {"answers": {"q_12345678": "nøtter"}}
    assert refused(register, event, 2, **told) == [ProblemKind.FORM_CHANGED]
    wish = application(event, **told)
    assert refused(seats.change, row, wish, now=NOW, row_version=1) == [ProblemKind.FORM_CHANGED]
