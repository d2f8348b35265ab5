import json
import sys
from dataclasses import asdict

from django.core.management.base import BaseCommand
from django.utils import timezone

from nsr_events.outbox import health


class Command(BaseCommand):
    """Health for whoever watches: an alarm cannot travel through the queue that is broken."""

    help = "Tells how mail and recurring tasks are; exit code 1 when somebody must look."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args, **options):
        """Print the state of the queue; exit 1 when unhealthy."""
        found = health.check(timezone.now(), ask_broker=True)
        if options["json"]:
            self.stdout.write(json.dumps({"healthy": found.is_healthy, **asdict(found)}))
        else:
            self.stdout.write("\n".join(_lines(found)))
        if not found.is_healthy:
            sys.exit(1)


def _lines(found):
    waiting = "nothing waits" if found.oldest_due is None else f"oldest due for {found.oldest_due:.0f} s"
    counts = ", ".join(f"{status} {n}" for status, n in found.counts.items()) or "none"
    broker = {None: "not configured", True: "answers", False: "does not answer"}[found.broker]
    return [
        f"queue       {found.queue}{f' ({found.why})' if found.why else ''}; {waiting}",
        f"mails       {counts}",
        f"in 24 h     failed {found.failed_today}, unknown {found.unknown_today}",
        "slots       "
        + (", ".join(f"{slot['number']} {slot['state']}" for slot in found.slots) or "none yet"),
        *(f"last run    {task} {at}" for task, at in found.heartbeats.items()),
        f"broker      {broker}",
        *(f"PROBLEM     {problem}" for problem in found.problems),
    ]
