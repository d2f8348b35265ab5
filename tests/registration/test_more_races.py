"""Proposals, days and bookings at the same moment, on PostgreSQL."""

import time

import pytest
from django.utils import timezone

from nsr_events.core import events
from nsr_events.core.models import Event
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from nsr_events.registration import consents, invitations, receivers, saving, seats
from nsr_events.registration.models import ConsentText, Invitation, Registration
from tests.factories import NOW, application, invite, make_event, open_registration, register

from .test_races import a_collection, at_once  # noqa: F401

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
S = Registration.Status


def test_twenty_proposals_at_once_are_no_more_than_the_invitation_allows():
    event = make_event()
    open_registration(event, mode="invited")
    invitation = invite(event, extra_seats=3)

    def propose(number):
        names = {
            "first_name": "Kari",
            "last_name": f"Nummer {number}",
            "email": f"kollega{number}@example.no",
        }
        return invitations.propose(Invitation.objects.get(pk=invitation.pk), now=NOW, **names)

    at_once([lambda n=number: propose(n) for number in range(20)])
    assert invitation.proposed.count() == 3


def test_one_colleague_proposed_by_twenty_at_once_is_invited_once():
    event = make_event()
    open_registration(event, mode="invited", approve_colleagues=False)
    rows = [invite(event, number, extra_seats=1) for number in range(20)]

    def propose(row):
        return invitations.propose(
            Invitation.objects.get(pk=row.pk),
            first_name="Kari",
            last_name="Kollega",
            email="kari@example.no",
            now=NOW,
        )

    answers = at_once([lambda each=row: propose(each) for row in rows])
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Invitation.objects.filter(email_key="kari@example.no", state="sent").count() == 1


def test_people_register_while_an_editor_saves_the_days(monkeypatch):
    """Without the lock taken first each waits for the other: PostgreSQL ends one of them with an error."""
    event = make_event(days=3)
    open_registration(event)
    first = event.days.first()
    written = saving.follow_days

    def slowly(*args, **kwargs):
        time.sleep(0.5)
        return written(*args, **kwargs)

    monkeypatch.setattr(receivers.saving, "follow_days", slowly)

    def save():
        mine = Event.objects.get(pk=event.pk)
        days = list(mine.days.all())
        days[0].capacity = 5
        return events.save_facts(mine, now=NOW, days=days)

    def come(number):
        time.sleep(0.1)
        return seats.register(event, application(event, number), now=NOW)

    answers = at_once([save, *(lambda n=number: come(n) for number in range(8))])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert first.registration_days.filter(registration__status=S.CONFIRMED).count() == 5
    assert event.registrations.filter(status=S.WAITLISTED).count() == 3


def test_the_last_seat_of_a_session_is_booked_by_one_unless_an_organiser_says_why(django_user_model):
    event = make_event()
    open_registration(event)
    made = create_session(
        event, day=event.days.get().uid, start="10:00", minutes=60, title={"nb": "Smal"}, now=NOW, bookable=True,
        capacity=1,
    )  # fmt: skip
    staff = django_user_model.objects.create_user("boss")
    release_programme(event, now=NOW, by=staff)
    uid = str(made.sessions[0].uid)
    rows = [register(event, number) for number in range(10)]
    at_once([lambda each=row: seats.book(each, [uid], now=NOW) for row in rows])
    assert made.sessions[0].bookings.count() == 1
    without = next(row for row in rows if not row.bookings.exists())
    seats.book(without, [uid], now=NOW, by=staff, reason="Innleder", above_capacity=True)
    assert made.sessions[0].bookings.count() == 2


def test_a_withdrawn_consent_and_an_open_edit_at_once_never_leave_the_name_listed():
    event = make_event()
    open_registration(event)
    text = ConsentText.objects.create(
        event=event, use="list", number=1, text={"nb": "Ja"}, digest="x", made_at=NOW
    )
    for number in range(5):
        row = register(event, number, listed=True)
        consent = row.consents.create(text=text, language="nb", source="web", given_at=NOW)
        wish = application(event, number, listed=True)
        at_once([
            lambda c=consent: consents.withdraw(c, now=timezone.now()),
            lambda r=row, w=wish: seats.change(r, w, now=NOW, row_version=r.row_version),
        ])  # fmt: skip
        row.refresh_from_db()
        assert row.listed is False
