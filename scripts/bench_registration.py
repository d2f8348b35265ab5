"""Registrations a second at an open and at a full event, and what an export and the card cost at 2,000 rows.

The reference is a transaction that writes one row, in the same run: a registration writes six to eight of them.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from example_site.demo.load import Size, add_conference
from nsr_events.core.throttling import Limit, use
from nsr_events.registration import counting, exports, seats
from tests.factories import NOW, application, make_event, make_index, open_registration

Say = Callable[..., None]
TOGETHER = 20


def registrations(say: Say, *, count: int = 200) -> None:
    """Print the speed of registering, alone and (where the database can) by twenty at once."""
    plain = _per_second(lambda number: use(Limit("bench", 10**9, 3600), number, now=NOW), count)
    say("one_row_transaction", plain, "per second")
    for name, capacity in (("open", None), ("full", 10)):
        event = make_event(f"Benk {name}")
        open_registration(event, capacity=capacity)
        speed = _per_second(lambda number, of=event: _register(of, number), count)
        asked = application(event, 10**6)
        with CaptureQueriesContext(connection) as captured:
            seats.register(event, asked, now=NOW)
        ratio = round(speed / plain, 3)
        say(f"register_{name}", speed, "per second", to_one_row=ratio, queries=len(captured))
        if connection.vendor == "postgresql":
            together = _together(event, count)
            say(f"register_{name}_20_at_once", together, "per second", to_one_row=round(together / plain, 3))


def lists(say: Say) -> None:
    """Print what 2,000 registrations cost to count and to export."""
    page = add_conference(
        make_index(slug="benk"), "mange", size=Size(sessions=30, registrations=2000, capacity=1500)
    )
    event = page.event
    for name, call in (
        ("state_of_2000", lambda: counting.state_of(event, now=NOW)),
        ("export_2000_csv", lambda: _export(event)),
    ):
        with CaptureQueriesContext(connection) as captured:
            before = time.perf_counter()
            call()
            taken = (time.perf_counter() - before) * 1000
        say(name, taken, "ms", queries=len(captured))


def _register(event, number: int) -> None:
    seats.register(event, application(event, number), now=NOW)


def _per_second(call: Callable[[int], object], count: int) -> float:
    with transaction.atomic():
        pass
    before = time.perf_counter()
    for number in range(count):
        call(number)
    return count / (time.perf_counter() - before)


def _together(event, count: int) -> float:
    def one(number: int) -> None:
        try:
            _register(event, number)
        finally:
            connection.close()

    before = time.perf_counter()
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(one, range(10_000, 10_000 + count)))
    return count / (time.perf_counter() - before)


def _export(event) -> int:
    columns = exports.columns_of(event, "nb")
    rows = event.registrations.order_by("created", "pk")
    written = io.BytesIO()
    for piece in exports.as_csv(exports.lines(rows, columns, event, "nb")):
        written.write(piece)
    return written.tell()
