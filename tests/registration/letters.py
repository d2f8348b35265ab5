"""One mail of each kind, made by the verbs that write them in life."""

from __future__ import annotations

import datetime as dt
import uuid
from itertools import count

from nsr_events.core.events import change_status, save_days
from nsr_events.programme.models import Session
from nsr_events.programme.releases import release_programme
from nsr_events.registration import mails, seats
from nsr_events.registration.models import RegistrationSetup
from nsr_events.reminders import messages, planning
from nsr_events.reminders.models import Message, ReminderRule
from tests.factories import application, invite, make_category, make_event, make_page, open_registration

SOON = dt.timedelta(days=60)


class Letters:
    """Events and people in every state that somebody is written to about; all of it at ``now``."""

    def __init__(self, index, staff, now: dt.datetime):
        self.index, self.staff, self.now = index, staff, now
        self.numbers = count(1)

    def write(self) -> None:
        """Let everything happen once."""
        self.arriving()
        self.changing()
        self.leaving()
        self.waiting()
        self.lapsing()
        self.inviting()
        self.reminding()
        self.telling_many()
        self.booking_days_apart()

    def event(self, **setup):
        """An event with a public page, open since ten days."""
        date = (self.now + SOON).date()
        event = make_event(days=3, date=date, contact_email="vert@sink.test", contact_name="Vert")
        open_registration(event, opens=self.now - dt.timedelta(days=10), **setup)
        make_page(event, self.index)
        return event

    def person(self, event, *, now=None, **fields):
        """Somebody new."""
        number = next(self.numbers)
        wished = application(event, number, **{"email": f"person{number}@sink.test", **fields})
        return seats.register(event, wished, now=now or self.now).registration

    def arriving(self):
        self.person(self.event(verify_email=True))
        event = self.event()
        known = self.person(event)
        seats.register(event, application(event, email=known.email), now=self.now)
        press = make_category(event, "press", approval=True)
        self.person(event, category=press)
        seats.reject(self.person(event, category=press), now=self.now, by=self.staff)
        mails.tell_staff(event, "hand_over", now=self.now, registration=known)

    def changing(self):
        event = self.event(days=RegistrationSetup.Days.CHOOSE)
        days = tuple(event.days.all())
        seats.renew_links(self.person(event), now=self.now)
        self.change(self.person(event), days=days[:2])
        self.change(self.person(event), email="nyperson@sink.test")
        moved = self.person(event)
        self.change(moved, email="flyttet@sink.test")
        moved.refresh_from_db()
        seats.confirm_address(moved, now=self.now)
        seats.transfer(
            self.person(event, email="gir@politiet.no"), first_name="Odd", last_name="Ny", email="far@politiet.no",
            now=self.now,
        )  # fmt: skip

    def change(self, row, **fields):
        """Send the edit form with other values in some fields."""
        wished = application(row.event, email=row.email, days=tuple(day.day for day in row.days.all()))
        for name, value in fields.items():
            object.__setattr__(wished, name, value)
        seats.change(row, wished, now=self.now, row_version=row.row_version)

    def leaving(self):
        seats.cancel(self.person(self.event()), now=self.now)

    def waiting(self):
        event = self.event(capacity=1, waiting_list="offer")
        seated, declines, _offered, leaves, _waits = (self.person(event) for _n in range(5))
        seats.cancel(leaves, now=self.now)
        seats.cancel(seated, now=self.now)
        declines.refresh_from_db()
        seats.decline(declines, now=self.now)
        event = self.event(capacity=1, waiting_list="automatic")
        seated, _promoted = self.person(event), self.person(event)
        seats.cancel(seated, now=self.now)

    def lapsing(self):
        event = self.event(capacity=1, waiting_list="offer")
        then = self.now - dt.timedelta(days=6)
        seated, _lapses = self.person(event, now=then), self.person(event, now=then)
        seats.cancel(seated, now=then)
        seats.promote(event, now=self.now)

    def inviting(self):
        event = self.event(mode="invited")
        invitation = invite(event, email="invitert@sink.test", sent_at=self.now)
        mails.invite(invitation, now=self.now, occasion=str(uuid.uuid4()))

    def reminding(self):
        event = self.event()
        invite(event, email="taus@sink.test", sent_at=self.now, answer_by=self.now + dt.timedelta(hours=2))
        self.person(event, now=self.now - dt.timedelta(days=1))
        long_ago = self.now - dt.timedelta(days=1)
        until_start = int((event.start - self.now).total_seconds()) // 60
        for values in ({"minutes": -until_start}, {"anchor": "answer_by", "minutes": -119}):
            ReminderRule.objects.create(event=event, counts_from=long_ago, **values)
        planning.plan_reminders(now=self.now)

    def telling_many(self):
        moved, cancelled, changed = self.event(), self.event(), self.event()
        for event in (moved, cancelled, changed):
            self.person(event)
        words = {"subject": {"nb": "Til alle"}, "body": {"nb": "Hei, {first_name}! [Min side]({own_page})"}}
        Message.objects.create(event=moved, urgent=True, **words)
        days = list(moved.days.all())
        for day in days:
            day.date += dt.timedelta(days=7)
        save_days(moved, days, now=self.now)
        change_status(cancelled, "cancelled", now=self.now)
        self.moved_session(changed)
        for draft in Message.objects.filter(state=Message.State.DRAFT):
            messages.confirm(draft, count=messages.reach(draft, now=self.now).count, now=self.now)

    def moved_session(self, event):
        """A booked session that moves in a release."""
        day = event.days.first()
        start = event.start + dt.timedelta(hours=1)
        session = Session.objects.create(
            event=event, day=day, start=start, end=start + dt.timedelta(hours=1), title={"nb": "Verksted"},
            bookable=True, capacity=5, status="confirmed",
        )  # fmt: skip
        release_programme(event, now=self.now)
        row = self.person(event)
        seats.book(row, {str(session.uid)}, now=self.now, row_version=row.row_version)
        session.start, session.end = (
            session.start + dt.timedelta(hours=1),
            session.end + dt.timedelta(hours=1),
        )
        session.save()
        release_programme(event, now=self.now)

    def booking_days_apart(self):
        event = self.event(days=RegistrationSetup.Days.CHOOSE)
        first, _second, third = event.days.all()
        self.person(event, days=(first, third))
