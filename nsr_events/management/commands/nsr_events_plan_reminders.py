from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from nsr_events.reminders.planning import plan_reminders


class Command(BaseCommand):
    help = "Make the mails of reminders that are due within the hour."

    def add_arguments(self, parser):
        parser.add_argument("--now", help="pretend it is this moment (ISO 8601, with an offset)")

    def handle(self, *args, now, **options):
        self.stdout.write(str(plan_reminders(now=parse_datetime(now) if now else timezone.now())))
