"""Known and unknown addresses side by side: whoever measures the answer learns nothing (registration, 13.13).

The two kinds take turns in the same run, each from a browser and a network of its own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from nsr_events.registration import seats
from tests.factories import application, make_index, make_page
from tests.registration.asking import hidden, make_question, open_event, person

Say = Callable[..., None]
Send = Callable[[Client, str, str], float]


def known_and_unknown(say: Say, *, times: int = 60) -> None:
    """Print both medians and their ratio, at the form and at "send my link again"."""
    page = make_page(open_event(days=2, form_traps=False), make_index(slug="kjent"))
    make_question(page.event, "several", "Mat", options=["o_fish", "o_lamb"])
    make_question(page.event, "text", "Allergier", sensitive=True)
    for number in range(times + 1):
        seats.register(page.event, application(page.event, number, email=_known(number)), now=timezone.now())
    for name, path, send in (
        ("form", page.url + "register/", _fill_in),
        ("send_my_link_again", "/me/", _ask_for_link),
    ):
        _compare(say, name, path, send, times=times)


def _compare(say: Say, name: str, path: str, send: Send, *, times: int) -> None:
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    for number, (kind, address) in enumerate(_by_turns(name, times + 1)):
        client = Client(REMOTE_ADDR=f"10.{len(name)}.{number // 200}.{number % 200}")
        milliseconds = send(client, path, address)
        if number > 1:  # each kind once to warm up
            taken[kind].append(milliseconds)
    known, unknown = (statistics.median(taken[kind]) for kind in ("known", "unknown"))
    say(
        f"known_at_{name}",
        known,
        "ms",
        unknown_ms=round(unknown, 3),
        known_to_unknown=round(known / unknown, 3),
    )


def _by_turns(name: str, times: int) -> Iterator[tuple[str, str]]:
    """Each kind first every other time, so that neither profits from what the other warmed up."""
    for number in range(times):
        pair = [("known", _known(number)), ("unknown", f"{name}{number}@ukjent.example")]
        yield from pair if number % 2 else reversed(pair)


def _known(number: int) -> str:
    return f"kjent{number}@example.no"


def _fill_in(client: Client, path: str, address: str) -> float:
    typed = hidden(client.get(path).content.decode())
    data = {
        **typed,
        **person(email=address),
        "q_00000001": ["o_fish"],
        "q_00000002": "Nøtter",
        "sensitive_consent": "on",
    }
    return _timed(lambda: client.post(path, data), status=303)


def _ask_for_link(client: Client, path: str, address: str) -> float:
    return _timed(lambda: client.post(path, {"email": address}), status=200)


def _timed(call: Callable[[], HttpResponse], *, status: int) -> float:
    before = time.perf_counter()
    answer = call()
    taken = (time.perf_counter() - before) * 1000
    if answer.status_code != status:
        raise RuntimeError(f"{answer.status_code} instead of {status}")
    return taken
