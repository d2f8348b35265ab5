"""What becomes of a mail, by what the server answers (mail, sections 5 and 11)."""

import datetime as dt

import pytest

from nsr_events.outbox import claims, connections, delivery, gate, kinds, queue, slots
from nsr_events.outbox.models import MailQueue, OutgoingMail, Reason, SenderSlot

from . import making, sink
from .conftest import lead_to
from .making import NOW, put

pytestmark = pytest.mark.django_db


def status_of(mail):
    mail.refresh_from_db()
    return mail.status


def test_a_due_mail_arrives_once_and_its_row_says_so(event, server, drain):
    mail = put(event)
    assert str(drain()) == "sent 1, retry 0, failed 0, unknown 0, skipped 0"
    assert str(drain()) == "sent 0, retry 0, failed 0, unknown 0, skipped 0"
    [delivered] = server.taken
    mail.refresh_from_db()
    assert (mail.status, mail.attempts, mail.sent_at, mail.owner) == ("sent", 1, NOW, "")
    assert mail.subject == "Beskjed om Samling på Gjøvik" == delivered.message["Subject"]
    assert delivered.id == mail.message_id == f"<{mail.uid}@sikkerhetsforum.example>"
    assert mail.body_digest


def test_what_is_not_due_waits(event, server, drain, clock):
    mail = put(event, due=NOW + dt.timedelta(minutes=10))
    drain()
    assert status_of(mail) == "pending"
    clock.on(minutes=10)
    drain()
    assert status_of(mail) == "sent"


def test_the_same_fact_is_told_once(event):
    for _n in range(2):
        queue.enqueue("test.note", event=event, to="a@sink.test", dedupe_key="fact", now=NOW)
    assert OutgoingMail.objects.count() == 1


def test_putting_a_mail_in_the_queue_is_one_insert(event, django_assert_num_queries):
    with django_assert_num_queries(1):
        queue.enqueue("test.mass", event=event, to="a@sink.test", dedupe_key="fact", now=NOW)


def test_a_mailbox_that_does_not_exist_fails_after_one_try(event, server, drain):
    mail, other = put(event, "refused"), put(event)
    drain()
    assert (status_of(mail), mail.attempts, mail.error) == ("failed", 1, "550 5.1.1 No such mailbox")
    assert status_of(other) == "sent"


@pytest.mark.parametrize("local", ["full", "rejected"])
def test_a_mail_that_the_server_refuses_for_good_fails(event, server, drain, local):
    mail = put(event, local)
    drain()
    assert (status_of(mail), mail.attempts) == ("failed", 1)


def test_a_temporary_refusal_is_tried_again_later_and_later(event, server, drain, clock):
    mail = put(event, "later")
    drain()
    first = mail.due
    assert (status_of(mail), mail.attempts) == ("pending", 1)
    assert dt.timedelta(seconds=30) <= mail.due - first <= dt.timedelta(seconds=90)
    drain()
    assert server.tried["later@sink.test"] == 1
    for _n in range(2):
        clock.now = mail.due
        drain()
        mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("sent", 3)
    assert len(server.taken) == 1


def test_six_temporary_refusals_are_enough(event, server, drain, clock):
    mail = put(event, "never")
    for _n in range(8):
        drain()
        mail.refresh_from_db()
        clock.now = max(clock.now, mail.due)
    assert (mail.status, mail.attempts) == ("failed", 6)
    assert server.tried["never@sink.test"] == 6


def test_no_try_comes_after_the_mail_has_expired(event, server, drain, clock):
    mail = put(event, "never")
    OutgoingMail.objects.update(expires=NOW + dt.timedelta(seconds=20))
    drain()
    assert status_of(mail) == "failed"


@pytest.mark.parametrize("local", ["slow", "drop", "bye"])
def test_an_unclear_answer_sends_a_confirmation_again_and_parks_a_mass_mail(
    event, server, drain, clock, local
):
    one, many, other = put(event, local), put(event, f"{local}+mass", kind="test.mass"), put(event, "fine")
    drain()
    assert (status_of(one), status_of(many), status_of(other)) == ("pending", "unknown", "sent")
    clock.on(minutes=2)
    drain()
    assert (status_of(one), status_of(many)) == ("sent", "unknown")
    copies = server.ids()
    assert copies[one.message_id] <= 2
    assert copies[many.message_id] <= 1


def test_a_server_that_wants_less_lets_this_sender_rest_and_counts_no_try(event, server, drain, clock):
    mail = put(event, "much")
    drain()
    assert (status_of(mail), mail.attempts) == ("pending", 0)
    clock.on(seconds=59)
    drain()
    assert status_of(mail) == "pending"
    clock.on(seconds=2)
    drain()
    assert (status_of(mail), mail.attempts) == ("sent", 1)


def test_a_mail_that_cannot_be_made_fails_and_disturbs_no_other(event, server, drain, monkeypatch):
    broken, unknown = put(event), put(event)
    OutgoingMail.objects.filter(pk=unknown.pk).update(kind="gone.kind")
    OutgoingMail.objects.filter(pk=broken.pk).update(facts={"note": 5})
    other = put(event)
    drain()
    assert [status_of(mail) for mail in (broken, unknown, other)] == ["failed", "failed", "sent"]
    assert "gone.kind" in unknown.error


def test_a_guard_that_breaks_fails_its_own_mail_only(event, server, drain):
    def guard(mail, now):
        raise RuntimeError("a bug of the domain")

    making.register(kinds.Kind(key="test.bad", label="", texts=making.TEXTS, guard=guard))
    bad, other = put(event, kind="test.bad"), put(event)
    drain()
    assert (status_of(bad), status_of(other)) == ("failed", "sent")


def test_a_guard_is_asked_when_the_mail_is_sent_and_its_reason_kept(event, server, drain):
    off = lambda mail, now: Reason.EVENT_OFF if mail.event.is_off else None  # noqa: E731
    making.register(
        kinds.Kind(
            key="test.on", label="", texts=making.TEXTS, guard=off, placeholders=making.NOTE.placeholders
        )
    )
    mail = put(event, kind="test.on")
    type(event).objects.update(status="cancelled")
    drain()
    assert (status_of(mail), mail.reason, mail.attempts) == ("skipped", "event_off", 0)
    assert server.taken == []


def test_what_comes_too_late_is_not_sent(event, server, drain, clock):
    mail = put(event)
    clock.now = mail.expires
    drain()
    assert (status_of(mail), mail.reason) == ("skipped", "expired")


def test_without_an_address_nothing_is_sent(event, server, drain):
    queue.enqueue("test.note", event=event, dedupe_key="nobody", now=NOW)
    drain()
    assert OutgoingMail.objects.get().reason == "no_address"


class TestQuietHours:
    def test_a_mass_mail_made_at_night_waits_for_the_morning(self, event, server, drain, clock):
        night = dt.datetime(2027, 3, 1, 22, 40, tzinfo=event.zone)
        mail = put(event, kind="test.mass", now=night)
        assert mail.due.astimezone(event.zone) == dt.datetime(2027, 3, 2, 7, tzinfo=event.zone)

    def test_a_backlog_that_reaches_the_night_waits_too(self, event, server, drain, clock):
        mail = put(event, kind="test.mass")
        clock.now = dt.datetime(2027, 3, 1, 21, tzinfo=event.zone)
        drain()
        assert (status_of(mail), mail.attempts) == ("pending", 0)
        assert mail.due.astimezone(event.zone).hour == 7

    def test_but_not_when_it_would_be_too_late_by_then(self, event, server, drain, clock):
        mail = put(event, kind="test.mass")
        clock.now = dt.datetime(2027, 3, 1, 21, tzinfo=event.zone)
        OutgoingMail.objects.update(expires=clock.now + dt.timedelta(hours=3))
        drain()
        assert status_of(mail) == "sent"

    def test_a_confirmation_knows_no_night(self, event, server, drain, clock):
        clock.now = dt.datetime(2027, 3, 1, 23, tzinfo=event.zone)
        mail = put(event, now=clock.now)
        drain()
        assert status_of(mail) == "sent"


def test_a_confirmation_overtakes_a_running_mass_mail(event, server, drain, settings):
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MAIL_BATCH": 2}
    for number in range(6):
        put(event, f"mass{number}", kind="test.mass")
    made = []
    server.before_rcpt.append(lambda: None)
    drain(2)
    made.append(put(event, "urgent"))
    drain()
    assert [delivery_.to for delivery_ in server.taken].index("urgent@sink.test") == 2


class TestTheQueueStops:
    def test_a_wrong_password_pauses_and_burns_no_try(self, event, settings, drain, clock, caplog):
        mails = [put(event, f"a{number}") for number in range(3)]
        with sink.running(sink.Sink(password="right")) as server:
            lead_to(settings, server.port, username="me", password="wrong")
            drain()
            assert MailQueue.objects.get().paused_since == NOW
            assert {(status_of(mail), mail.attempts) for mail in mails} == {("pending", 0)}
            ours = [record.levelname for record in caplog.records if record.name == "nsr_events.outbox"]
            assert ours == ["ERROR"]
            connections = server.connections
            clock.on(minutes=14)
            drain()
            assert server.connections == connections, "no probe before its time"
            clock.on(minutes=2)
            lead_to(settings, server.port, username="me", password="right")
            drain()
        assert {status_of(mail) for mail in mails} == {"sent"}
        assert MailQueue.objects.get().paused_since is None

    def test_a_sender_that_the_server_refuses_pauses(self, event, server, drain):
        server.refuse_sender = "553 5.1.8 Not your address"
        mail = put(event)
        drain()
        assert (status_of(mail), mail.attempts) == ("pending", 0)
        assert "Not your address" in MailQueue.objects.get().why

    def test_the_button_lets_mail_go_out_before_the_probe(self, event, server, drain):
        server.refuse_sender = "553 5.1.8 Not your address"
        mail = put(event)
        drain()
        server.refuse_sender = ""
        assert gate.resume()
        drain()
        assert status_of(mail) == "sent"

    def test_a_relay_that_is_away_for_an_hour_is_asked_rarely_and_costs_no_try(
        self, event, settings, drain, clock, monkeypatch
    ):
        port, opened = sink.free_port(), []
        lead_to(settings, port)
        monkeypatch.setattr(delivery.Connection, "ready", _counted(delivery.Connection.ready, opened))
        mail, brief = put(event), put(event, "brief")
        OutgoingMail.objects.filter(pk=brief.pk).update(expires=NOW + dt.timedelta(minutes=30))
        for _tick in range(120):
            drain()
            drain()  # a poke between two ticks
            clock.on(seconds=30)
        assert len(opened) <= 126
        assert (status_of(mail), mail.attempts) == ("pending", 0)
        with sink.running(port=port) as server:
            drain()
            assert [each.to for each in server.taken] == ["kari@sink.test"]
        assert (status_of(brief), brief.reason) == ("skipped", "expired")
        assert MailQueue.objects.get().failures == 0


def _counted(real, calls):
    def ready(self):
        if self._backend is None:
            calls.append(1)
        return real(self)

    return ready


class TestSlots:
    def test_there_are_no_more_senders_than_the_setting_says(self, event, clock, settings):
        settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MAIL_SENDERS": 2}
        taken = [slots.take(f"owner{number}", NOW) for number in range(3)]
        assert [slot and slot.number for slot in taken] == [0, 1, None]

    def test_of_two_that_saw_the_same_free_slot_one_gets_it(self, event):
        slots.release(slots.take("before", NOW), NOW)
        seen_by_one, seen_by_two = SenderSlot.objects.get(), SenderSlot.objects.get()
        assert slots.seize(seen_by_one, "one", NOW)
        assert not slots.seize(seen_by_two, "two", NOW)
        assert SenderSlot.objects.get().owner == "one"

    def test_a_slot_whose_sender_died_is_free_after_its_lease(self, event, clock):
        slots.take("dead", NOW)
        assert slots.take("next", NOW + dt.timedelta(seconds=119)) is None
        assert slots.take("next", NOW + dt.timedelta(seconds=121)) is not None

    def test_who_lost_the_slot_sends_nothing_more(self, event, server, drain):
        for number in range(3):
            put(event, f"a{number}")
        server.before_rcpt.append(lambda: None)
        real = slots.renew

        def lose(slot, now):
            SenderSlot.objects.update(owner="another")
            return real(slot, now)

        slots.renew = lose
        try:
            drain()
        finally:
            slots.renew = real
        assert server.taken == []
        assert set(OutgoingMail.objects.values_list("status", flat=True)) == {"pending"}

    def test_a_taken_slot_ends_a_second_drain_at_once(self, event, server, drain):
        slots.take("somebody", NOW)
        mail = put(event)
        drain()
        assert status_of(mail) == "pending"


class TestLeases:
    def crashed(self, event, status, kind="test.note", attempts=1):
        mail = put(event, kind=kind)
        OutgoingMail.objects.filter(pk=mail.pk).update(
            status=status, owner="dead", lease_until=NOW + dt.timedelta(minutes=5), attempts=attempts
        )
        return mail

    @pytest.mark.parametrize(
        ("status", "kind", "becomes"),
        [
            ("claimed", "test.note", "pending"),
            ("claimed", "test.mass", "pending"),
            ("sending", "test.note", "pending"),
            ("sending", "test.mass", "unknown"),
            ("sending", "gone.kind", "unknown"),
        ],
    )
    def test_after_the_lease_a_crash_is_put_right_by_policy(self, event, status, kind, becomes):
        mail = self.crashed(event, status)
        OutgoingMail.objects.update(kind=kind)
        claims.hand_back_expired(NOW + dt.timedelta(minutes=4))
        assert status_of(mail) == status
        claims.hand_back_expired(NOW + dt.timedelta(minutes=5))
        assert (status_of(mail), mail.owner) == (becomes, "")

    def test_a_mail_that_kills_its_sender_every_time_fails_in_the_end(self, event):
        mail = self.crashed(event, "sending", attempts=6)
        claims.hand_back_expired(NOW + dt.timedelta(minutes=5))
        assert status_of(mail) == "failed"

    def test_a_mail_that_was_taken_back_is_not_sent_by_its_former_owner(self, event):
        mail = put(event)
        claims.claim("slow", NOW, most=5)
        OutgoingMail.objects.update(owner="another")
        assert claims.begin(mail.pk, "slow", NOW) is None

    def test_the_outcome_of_a_former_owner_changes_nothing(self, event):
        mail = put(event)
        claims.claim("slow", NOW, most=5)
        held = claims.begin(mail.pk, "slow", NOW)
        OutgoingMail.objects.update(status="claimed", owner="another")
        assert not claims.settle(held, "sent")
        assert status_of(mail) == "claimed"


def test_a_stop_between_two_mails_hands_the_rest_back(event, server, drain):
    for number in range(5):
        put(event, f"a{number}")
    drain(should_stop=lambda: len(server.taken) >= 2)
    assert len(server.taken) == 2
    assert OutgoingMail.objects.filter(status="pending", owner="").count() == 3


def test_a_backend_without_a_timeout_gets_one(settings):
    lead_to(settings, 25, timeout=None)
    assert connections.new_backend().timeout == 10
    lead_to(settings, 25, timeout=3)
    assert connections.new_backend().timeout == 3


def test_one_connection_serves_a_hundred_mails(event, server, drain):
    for number in range(120):
        put(event, f"a{number}")
    drain()
    assert (len(server.taken), server.connections) == (120, 2)


def test_the_rate_holds_over_drains(event, server, drain, clock, settings, monkeypatch):
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MAIL_RATE": 6}
    monkeypatch.setattr(delivery.time, "sleep", lambda seconds: clock.on(seconds=seconds))
    for number in range(4):
        put(event, f"a{number}")
    at = []
    server.before_rcpt.append(lambda: at.append((clock.now - NOW).total_seconds()))
    drain(2)
    drain()
    assert at == [0, 10, 20, 30]


def test_a_mail_costs_few_queries(event, server, drain):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(count):
        for number in range(count):
            put(event, f"a{number}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            drain()
        return len(
            [q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
        )

    few, many = cost(5), cost(15)
    assert (many - few) / 10 <= 8
