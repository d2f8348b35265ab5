import signal
import threading

from django.core.management.base import BaseCommand

from nsr_events.outbox import delivery


class Command(BaseCommand):
    """The cron-friendly twin of the task ``drain``."""

    help = "Sends the mail that is due."

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, help="send at most so many mails")
        parser.add_argument("--max-seconds", type=float, default=delivery.MAX_SECONDS)

    def handle(self, *args, limit=None, max_seconds=delivery.MAX_SECONDS, **options):
        """Print how many mails took which way; a SIGTERM lets the mail in hand finish."""
        stopping = threading.Event()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: stopping.set())
        tally = delivery.drain(limit, max_seconds, should_stop=stopping.is_set)
        self.stdout.write(str(tally))
