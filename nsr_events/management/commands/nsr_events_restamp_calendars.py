from django.core.management.base import BaseCommand
from django.utils import timezone

from nsr_events.calendars import stamps


class Command(BaseCommand):
    """The cron-friendly twin of the task ``restamp_calendars``."""

    help = "Looks at every event's calendar entries and stamps those that changed without anybody telling."

    def handle(self, *args, **options):
        """Print how many events were stamped."""
        changed = stamps.restamp_all(now=timezone.now())
        self.stdout.write(f"{changed} events stamped.")
