"""A thousand reminders, planned and sent to a real server by one sender and by two (mail, section 11)."""

import datetime as dt
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from example_site.demo.load import add_many
from nsr_events import conf
from nsr_events.outbox import delivery
from nsr_events.outbox.models import OutgoingMail
from nsr_events.reminders import planning
from nsr_events.reminders.models import ReminderRule
from tests.admin.conftest import restore_wagtail
from tests.factories import make_event, open_registration
from tests.outbox import processes, sink
from tests.outbox.conftest import lead_to

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 1000
ROWS_OF_A_PAGE = 30
"""Rows that SQLite takes in one insert, at least: it allows 999 values a statement, and a mail has fewer than 33."""


@pytest.fixture
def server(settings):
    """A server that takes every mail."""
    with sink.running() as running:
        lead_to(settings, running.port)
        yield running


@pytest.fixture
def event():
    """An event in three days, by the real clock: the senders are processes of their own and have no other."""
    restore_wagtail()
    now = timezone.now()
    event = make_event("Samling på Gjøvik", date=now.date() + dt.timedelta(days=3), now=now)
    open_registration(event, opens=now - dt.timedelta(days=1))
    return event


def fill(event, count):
    """``count`` people who registered the day before."""
    add_many(event, count, dice=random.Random(5), now=timezone.now())


def due_now(event, *, ago=1):
    """A rule whose time came ``ago`` minutes ago; in minutes, so that the night in which tests run matters little."""
    left = int((event.start - timezone.now()).total_seconds() // 60)
    before = timezone.now() - dt.timedelta(days=1)
    return ReminderRule.objects.create(event=event, minutes=-left - ago, counts_from=before)


def statements(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))]


def plan():
    return planning.plan_reminders(now=timezone.now())


def plan_in_thread():
    try:
        return plan()
    finally:
        connection.close()


@pytest.mark.parametrize("senders", [1, pytest.param(2, marks=pytest.mark.postgres)])
def test_a_thousand_reminders_reach_each_person_once(event, server, senders):
    fill(event, PEOPLE)
    due_now(event)
    assert plan().made == PEOPLE
    options = {"MAIL_SENDERS": senders}
    for _turn in range(10):
        running = [processes.start(server, **options) for _sender in range(senders)]
        assert {process.wait(timeout=180) for process in running} == {0}
        if not OutgoingMail.objects.filter(status="pending").exists():
            break
    assert set(OutgoingMail.objects.values_list("status", "attempts")) == {("sent", 1)}
    assert len(server.taken) == len({each.to for each in server.taken}) == PEOPLE
    assert set(server.ids().values()) == {1}
    assert plan().made == 0


@pytest.mark.postgres
def test_all_senders_killed_four_times_lose_no_reminder_and_double_few(event, server):
    """The planner goes on ticking meanwhile, as beat does."""
    fill(event, 500)
    due_now(event)
    plan()
    kills, senders = 4, 2
    server.before_rcpt.append(lambda: len(server.taken) % 100 or plan_in_thread())
    processes.kill_all(server, every=100, times=kills, senders=senders)
    rows = OutgoingMail.objects.filter(kind="reminder")
    assert set(rows.values_list("status", flat=True)) == {"sent"}
    copies = server.ids()
    assert set(copies) == set(rows.values_list("message_id", flat=True))
    assert len({each.to for each in server.taken}) == len(copies) == rows.count() == 500
    assert sum(copies.values()) - 500 <= kills * senders


def test_a_mail_costs_the_same_few_queries_in_a_small_run_and_a_large_one(event, server):
    def cost(count):
        before = len(server.taken)
        found = statements(lambda: delivery.drain(limit=count, max_seconds=300))
        assert len(server.taken) == before + count
        return len(found)

    fill(event, 200)
    due_now(event)
    plan()
    cost(20)  # fills what is kept for the whole process
    few, many = cost(20), cost(120)
    of_batches = 3 * 100 / conf.MAIL_BATCH  # twenty mails are claimed together
    assert many - few <= 8 * 100 + of_batches


def test_planning_a_thousand_takes_a_handful_of_statements(event):
    """On PostgreSQL. SQLite takes fewer rows in an insert, so that there the inserts, and nothing else, grow."""
    due_now(event)
    few = statements(plan)
    fill(event, PEOPLE)
    many = statements(plan)
    assert OutgoingMail.objects.filter(kind="reminder").count() == PEOPLE
    inserts = [sql for sql in many if sql.startswith("INSERT") and OutgoingMail._meta.db_table in sql]
    assert len(many) - len(inserts) <= len(few) + 1
    if connection.vendor == "postgresql":
        assert len(many) - len(few) < 10
    else:
        assert len(inserts) <= PEOPLE / ROWS_OF_A_PAGE + 1
    assert len(statements(plan)) <= len(few) + 1, "a tick that finds nothing to do"


@pytest.mark.postgres
def test_three_planners_and_four_drains_at_once_make_and_send_each_row_once(event, server, settings):
    """As with two beats and doubled pokes; two slots, so that two of the drains find none free."""
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MAIL_SENDERS": 2}
    fill(event, 100)
    for ago in (1, 2, 3):
        due_now(event, ago=ago)

    def drain(_number):
        try:
            return delivery.drain(max_seconds=300).sent
        finally:
            connection.close()

    with ThreadPoolExecutor(7) as pool:
        planners = pool.map(lambda _number: plan_in_thread(), range(3))
        drains = pool.map(drain, range(4))
        assert sum(each.made for each in planners) >= 300
        assert 0 <= sum(drains) <= 300
    delivery.drain(max_seconds=300)
    rows = OutgoingMail.objects.filter(kind="reminder")
    assert rows.count() == rows.values("rule", "registration").distinct().count() == 300
    assert set(rows.values_list("status", "attempts")) == {("sent", 1)}
    assert set(server.ids()) == set(rows.values_list("message_id", flat=True))
    assert set(server.ids().values()) == {1}
