"""Senders that die at each point of the protocol, several at once (mail, section 11).

The sink kills the sending process from outside. Copies are counted where they arrive.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection
from django.utils import timezone

from nsr_events.outbox import actions, claims, delivery
from nsr_events.outbox.models import OutgoingMail

from . import processes
from .making import put
from .processes import LEASES_OVER

pytestmark = pytest.mark.django_db(transaction=True)


def put_now(event, to, **values):
    return put(event, to, now=timezone.now(), **values)


def statuses():
    return sorted(OutgoingMail.objects.values_list("status", flat=True))


def test_killed_after_the_claim_all_arrive_once(event, server):
    for number in range(3):
        put_now(event, f"a{number}")
    server.kill_at_connect = True
    assert processes.run(server) == -9
    assert statuses() == ["claimed"] * 3
    server.kill_at_connect = False
    processes.run(server)
    assert statuses() == ["claimed"] * 3, "the lease is not over"
    processes.run(server, later=LEASES_OVER)
    assert statuses() == ["sent"] * 3
    assert set(server.ids().values()) == {1}


def test_killed_before_the_server_took_it_a_confirmation_arrives_once(event, server):
    mail = put_now(event, "kill-rcpt")
    assert processes.run(server) == -9
    assert statuses() == ["sending"]
    processes.run(server, later=LEASES_OVER)
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("sent", 2)
    assert len(server.taken) == 1


def test_killed_before_the_server_took_it_a_mass_mail_waits_for_staff(event, server):
    mail = put_now(event, "kill-rcpt", kind="test.parked")
    processes.run(server)
    processes.run(server, later=LEASES_OVER)
    mail.refresh_from_db()
    assert (mail.status, server.taken) == ("unknown", [])
    assert actions.resend([mail], now=timezone.now()) == 1
    processes.run(server, later=LEASES_OVER)
    assert server.ids() == {mail.message_id: 1}


def test_killed_after_the_server_took_it_a_confirmation_arrives_twice_with_one_id(event, server):
    mail = put_now(event, "kill-data")
    processes.run(server)
    processes.run(server, later=LEASES_OVER)
    mail.refresh_from_db()
    assert mail.status == "sent"
    assert server.ids() == {mail.message_id: 2}


def test_killed_after_the_server_took_it_a_mass_mail_arrives_once(event, server):
    mail = put_now(event, "kill-data", kind="test.parked")
    processes.run(server)
    processes.run(server, later=LEASES_OVER)
    mail.refresh_from_db()
    assert mail.status == "unknown"
    assert server.ids() == {mail.message_id: 1}


def test_among_a_hundred_mails_the_troubled_ones_disturb_no_other(event, server, settings):
    """550, twice 451, a stall past the timeout, a drop after DATA (mail, section 11)."""
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MAIL_RETRY": (0.001,) * 5}
    troubled = {name: put_now(event, name) for name in ("refused", "later", "slow", "drop")}
    others = [put_now(event, f"a{number}") for number in range(96)]
    for _n in range(4):
        delivery.drain()
        time.sleep(0.1)
    for mail in [*troubled.values(), *others]:
        mail.refresh_from_db()
    assert {name: (mail.status, mail.attempts) for name, mail in troubled.items()} == {
        "refused": ("failed", 1),
        "later": ("sent", 3),
        "slow": ("sent", 2),
        "drop": ("sent", 2),
    }
    assert {(mail.status, mail.attempts) for mail in others} == {("sent", 1)}
    copies = server.ids()
    assert {copies[mail.message_id] for mail in others} == {1}
    assert [copies[troubled[name].message_id] for name in ("refused", "later")] == [0, 1]
    assert max(copies[troubled[name].message_id] for name in ("slow", "drop")) <= 2


def drain_in_thread(**options):
    try:
        return delivery.drain(**options)
    finally:
        connection.close()


@pytest.mark.postgres
@pytest.mark.parametrize("senders", [1, 4])
def test_four_drains_at_once_send_each_mail_once(event, server, settings, senders):
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MAIL_SENDERS": senders, "MAIL_BATCH": 5}
    for number in range(200):
        put_now(event, f"a{number}")
    with ThreadPoolExecutor(4) as pool:
        tallies = [future.result() for future in [pool.submit(drain_in_thread) for _n in range(4)]]
    assert sum(tally.sent for tally in tallies) == 200
    assert set(server.ids().values()) == {1}
    assert statuses() == ["sent"] * 200
    assert (sum(tally.sent > 0 for tally in tallies) > 1) == (senders > 1)


class TestTwoClaimsAtOnce:
    """The guard of the claim, shown off and on."""

    def both(self):
        def claim(owner):
            try:
                return claims.claim(owner, timezone.now(), most=5)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(claim, ["one", "two"]))

    @pytest.fixture
    def meet(self, monkeypatch):
        """Let each thread read before either writes."""
        barrier = threading.Barrier(2)
        real = claims.lease

        def lease():
            with suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=3)
            return real()

        monkeypatch.setattr(claims, "lease", lease)

    @pytest.mark.postgres
    def test_without_the_lock_they_take_the_same(self, event, meet, monkeypatch):
        for number in range(10):
            put_now(event, f"a{number}")
        queryset = type(OutgoingMail.objects.all())
        monkeypatch.setattr(queryset, "select_for_update", lambda self, **options: self)
        first, second = self.both()
        assert set(first) & set(second)

    @pytest.mark.postgres
    def test_with_it_they_do_not(self, event, meet):
        for number in range(10):
            put_now(event, f"a{number}")
        first, second = self.both()
        assert (len(first), len(second)) == (5, 5)
        assert not set(first) & set(second)
