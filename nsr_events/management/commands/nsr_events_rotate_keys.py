"""Re-encrypts sensitive answers with the newest key."""

from django.core.management.base import BaseCommand, CommandError

from nsr_events.registration import sensitive


class Command(BaseCommand):
    """Put the new key first in SENSITIVE_KEYS, run this, then take the old key away. May be repeated."""

    help = "Re-encrypt sensitive answers with the first of NSR_EVENTS['SENSITIVE_KEYS']."

    def handle(self, *args, **options):
        """Print how many rows were re-encrypted; exit with an error when some could not be read."""
        if not sensitive.available():
            raise CommandError("NSR_EVENTS['SENSITIVE_KEYS'] holds no usable key.")
        done, unreadable = sensitive.rotate()
        self.stdout.write(f"re-encrypted {done}, unreadable {unreadable}")
        if unreadable:
            raise CommandError(
                "Some rows need a key that is missing: keep the old keys until this says unreadable 0."
            )
