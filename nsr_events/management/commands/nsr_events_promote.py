from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from nsr_events.registration.promoting import promote_all


class Command(BaseCommand):
    help = "Let offers that nobody answered lapse, fill freed seats, and mail links that were asked for."

    def add_arguments(self, parser):
        parser.add_argument("--now", help="pretend it is this moment (ISO 8601, with an offset)")

    def handle(self, *args, now, **options):
        result = promote_all(now=parse_datetime(now) if now else timezone.now())
        self.stdout.write(
            f"confirmed {result.confirmed}, offered {result.offered}, links {result.links}, busy {result.busy}"
        )
