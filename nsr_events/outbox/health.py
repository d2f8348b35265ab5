"""Whether mail flows: for the command, the panel on the start page and whoever watches from outside (mail, 10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from . import gate, poke
from .models import Heartbeat, OutgoingMail, SenderSlot

OLDEST = dt.timedelta(minutes=15)
BROKEN = dt.timedelta(minutes=5)
DAY = dt.timedelta(hours=24)

_expected: dict[str, dt.timedelta] = {"drain": dt.timedelta(minutes=5)}
_watched: list[Callable[[dt.datetime], Iterable[str]]] = []


def expect(task: str, *, minutes: int) -> None:
    """Let the health of the queue depend on ``task`` having run in the last ``minutes``."""
    _expected[task] = dt.timedelta(minutes=minutes)


def expected() -> tuple[str, ...]:
    """The recurring tasks whose silence is noticed."""
    return tuple(_expected)


def watch(problems: Callable[[dt.datetime], Iterable[str]]) -> None:
    """Let another package's sentences about what needs attention stand among the problems."""
    if problems not in _watched:
        _watched.append(problems)


def beat(task: str, now: dt.datetime, result: str = "") -> None:
    """Note that a recurring task ran."""
    Heartbeat.objects.update_or_create(task=task, defaults={"at": now, "result": result[:200]})


@dataclass
class Health:
    """The state of the queue. ``problems`` are sentences; none means healthy. Ages in seconds."""

    oldest_due: float | None
    counts: dict[str, int]
    failed_today: int
    unknown_today: int
    queue: str
    why: str
    slots: list[dict[str, str]]
    heartbeats: dict[str, str]
    broker: bool | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many mails have not left yet."""
        return sum(self.counts.get(status, 0) for status in ("pending", "claimed", "sending"))

    @property
    def is_healthy(self) -> bool:
        """Whether nothing needs anybody's attention."""
        return not self.problems


def check(now: dt.datetime, *, ask_broker: bool = False) -> Health:
    """Look at the queue. Seven small queries; ``ask_broker`` may take two seconds more."""
    queue = gate.state()
    oldest = OutgoingMail.objects.due(now).aggregate(oldest=Min("due"))["oldest"]
    counts = dict(OutgoingMail.objects.values_list("status").annotate(n=Count("pk")).order_by("status"))
    recent = OutgoingMail.objects.filter(created__gt=now - DAY)
    beats = {row.task: row.at for row in Heartbeat.objects.all()}
    state = "paused" if queue.paused_since else "breaker open" if gate.is_broken(queue) else "running"
    return Health(
        oldest_due=(now - oldest).total_seconds() if oldest else None,
        counts=counts,
        failed_today=recent.filter(status=OutgoingMail.Status.FAILED).count(),
        unknown_today=recent.filter(status=OutgoingMail.Status.UNKNOWN).count(),
        queue=state,
        why=queue.why,
        slots=[_slot(slot, now) for slot in SenderSlot.objects.order_by("number")],
        heartbeats={task: at.isoformat() for task, at in sorted(beats.items())},
        broker=poke.broker_answers() if ask_broker else None,
        problems=_problems(now, queue, oldest, beats),
    )


def _slot(slot: SenderSlot, now: dt.datetime) -> dict[str, str]:
    state = "free" if slot.until <= now else "taken" if slot.owner else "resting"
    return {"number": str(slot.number), "state": state, "until": slot.until.isoformat()}


def _problems(now, queue, oldest, beats) -> list[str]:
    found = []
    if oldest and now - oldest > OLDEST:
        found.append(_("Mail has been waiting for more than 15 minutes."))
    for task, most in _expected.items():
        if task not in beats:
            found.append(_("The task “%(task)s” has never run.") % {"task": task})
        elif now - beats[task] > most:
            found.append(
                _("The task “%(task)s” has not run for %(minutes)d minutes.")
                % {"task": task, "minutes": (now - beats[task]).total_seconds() // 60}
            )
    if queue.paused_since:
        found.append(_("Sending is paused: %(why)s") % {"why": queue.why})
    elif gate.is_broken(queue) and queue.failing_since and now - queue.failing_since > BROKEN:
        found.append(_("The mail server cannot be reached: %(why)s") % {"why": queue.why})
    return found + [words for problems in _watched for words in problems(now)]
