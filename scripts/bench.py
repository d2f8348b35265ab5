"""Benchmarks: one JSON object a line, each speed beside a reference measured in the same run.

Machines are shared and noisy, so read the ratios: to an empty Wagtail page of the same depth, to a constant
response, and of 300 sessions to 30.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="nsr-events-bench-"))

import django  # noqa: E402

django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Page  # noqa: E402

from nsr_events.programme.checking import check_programme  # noqa: E402
from nsr_events.programme.current import current_programme  # noqa: E402
from nsr_events.programme.releases import release_programme  # noqa: E402
from nsr_events.programme.timetable import Placed, lay_out  # noqa: E402
from nsr_events.programme.working import load_working  # noqa: E402
from scripts.bench_known import known_and_unknown  # noqa: E402
from scripts.bench_mail import mails, reminders  # noqa: E402
from scripts.bench_registration import lists, registrations  # noqa: E402
from tests.empty_pages.models import EmptyRoutablePage  # noqa: E402
from tests.factories import make_conference, make_event, make_index, make_page  # noqa: E402

NEXT_YEAR = timezone.localdate() + dt.timedelta(days=300)


def say(name: str, value: float, unit: str, **detail) -> None:
    """Print one result."""
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, "detail": detail}), flush=True)


def median_ms(call: Callable[[], object], *, times: int = 15) -> float:
    """The median time of a call in milliseconds, after one warm-up."""
    call()
    taken = []
    for _turn in range(times):
        before = time.perf_counter()
        call()
        taken.append((time.perf_counter() - before) * 1000)
    return statistics.median(taken)


def queries(call: Callable[[], object]) -> int:
    """How many queries a call takes."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def pages(client: Client, big, small, empty) -> None:
    """Pages and feeds, against an empty Wagtail page and a constant response of the same run."""
    reference = median_ms(lambda: client.get(empty.url))
    with override_settings(ROOT_URLCONF="tests.empty_pages.urls", MIDDLEWARE=[]):
        nothing = median_ms(lambda: Client().get("/"))
    say("empty_wagtail_page", reference, "ms")
    say("constant_response", nothing, "ms")
    for name, path in (
        ("event_page", ""),
        ("programme_page", "programme/"),
        ("event_file", "calendar.ics"),
        ("programme_feed", "programme.ics"),
    ):
        _page(client, name, big.url + path, small.url + path, reference, nothing)


def _page(client: Client, name: str, big: str, small: str, reference: float, nothing: float) -> None:
    cache.clear()
    before = time.perf_counter()
    etag = client.get(big)["ETag"]
    cold = (time.perf_counter() - before) * 1000
    warm = median_ms(lambda: client.get(big))
    conditional = median_ms(lambda: client.get(big, headers={"if-none-match": etag}))
    of_thirty = median_ms(lambda: client.get(small))
    say(
        f"{name}_300",
        warm,
        "ms",
        per_second=round(1000 / warm, 1),
        cold_ms=round(cold, 1),
        conditional_ms=round(conditional, 1),
        to_30_sessions=round(warm / of_thirty, 2),
        to_empty_page=round(warm / reference, 2),
        to_constant_response=round(warm / nothing, 1),
        queries=queries(lambda: client.get(big)),
    )


def index_feed(client: Client, index) -> None:
    """The index and its feed with 200 events, as ratios to 20."""
    for number in range(20):
        make_page(make_event(f"Samling {number}", date=NEXT_YEAR), index)
    few = {name: median_ms(lambda a=address: client.get(a), times=5) for name, address in _of_index(index)}
    for number in range(20, 200):
        make_page(make_event(f"Samling {number}", date=NEXT_YEAR), index)
    for name, address in _of_index(index):
        many = median_ms(lambda a=address: client.get(a), times=5)
        count = queries(lambda a=address: client.get(a))
        say(f"{name}_200", many, "ms", to_20_events=round(many / few[name], 2), queries=count)


def feed_of_2000(client: Client, index) -> None:
    """The index feed with the most events it may hold, cold."""
    for number in range(200, 2000):
        make_page(make_event(f"Samling {number}", date=NEXT_YEAR), index, live=False)
    Page.objects.child_of(index).update(live=True)
    cache.clear()
    before = time.perf_counter()
    size = len(client.get(f"{index.url}calendar.ics").content)
    cold = (time.perf_counter() - before) * 1000
    say(
        "index_feed_2000",
        cold,
        "ms",
        kilobytes=size // 1000,
        queries=queries(lambda: client.get(f"{index.url}calendar.ics")),
    )


def _of_index(index) -> list[tuple[str, str]]:
    files = {"index_page": "", "index_feed": "calendar.ics", "news_feed": "feed.xml"}
    return [(name, index.url + path) for name, path in files.items()]


def programme(big, small) -> None:
    """The working programme's pure and database parts, each as a ratio of 300 sessions to 30."""
    for name, measure in (
        (
            "find_conflicts",
            lambda page: lambda: check_programme(load_working(page.event), now=timezone.now()),
        ),
        ("lay_out", lambda page: _layout_of(page)),
        ("release", lambda page: lambda: _release(page.event)),
    ):
        large = median_ms(measure(big), times=5)
        say(f"{name}_300", large, "ms", to_30_sessions=round(large / median_ms(measure(small), times=5), 2))


def _layout_of(page) -> Callable[[], object]:
    released = current_programme(page.event_id)
    placed = [Placed(i.uid, i.start, i.end, i.rooms, i.for_all) for i in released.shown]
    return lambda: lay_out(placed, list(released.rooms))


def _release(event) -> None:
    """Release one small change, and take it back."""
    with transaction.atomic():
        session = event.sessions.first()
        event.sessions.filter(pk=session.pk).update(bookable=not session.bookable)
        release_programme(event, now=timezone.now())
        transaction.set_rollback(True)


def main() -> None:
    """Build two conferences in a database of this run and measure."""
    parser = argparse.ArgumentParser(description="Print benchmarks, one JSON object a line.")
    parser.add_argument("--reminders", type=int, metavar="N", help="only reminders, N of them")
    only_reminders = parser.parse_args().reminders
    call_command("migrate", verbosity=0)
    if only_reminders:
        reminders(say, count=only_reminders)
        return
    index = make_index()
    small = make_conference(index, sessions=30, slug="liten")
    big = make_conference(index, sessions=300, slug="stor")
    empty = index.add_child(instance=EmptyRoutablePage(title="Tom", slug="tom", locale=index.locale))
    pages(Client(), big, small, empty)
    programme(big, small)
    registrations(say)
    lists(say)
    known_and_unknown(say)
    mails(say)
    reminders(say)
    index_feed(Client(), index)
    feed_of_2000(Client(), index)


if __name__ == "__main__":
    main()
