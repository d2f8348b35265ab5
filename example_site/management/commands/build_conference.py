import json
from dataclasses import fields

from django.core.management.base import BaseCommand, CommandError

from example_site.demo.build import build
from example_site.demo.load import Size, add_conference
from nsr_events.pages.models import EventIndexPage, EventPage


class Command(BaseCommand):
    help = "Build a published event of any size below /arrangementer/, the same for the same seed."

    def add_arguments(self, parser):
        parser.add_argument("--slug", required=True)
        parser.add_argument("--days", type=int, default=3)
        parser.add_argument("--rooms", type=int, default=6)
        parser.add_argument("--sessions", type=int, default=300)
        parser.add_argument("--speakers", type=int, default=250)
        parser.add_argument("--registrations", type=int, default=2000)
        parser.add_argument("--capacity", type=int, help="seats; registrations beyond them wait")
        parser.add_argument(
            "--meetings-participants", type=int, default=0, help="not built yet: meetings are to come"
        )
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args, slug, seed, **options):
        build()
        index = EventIndexPage.objects.get(slug="arrangementer")
        if EventPage.objects.child_of(index).filter(slug=slug).exists():
            raise CommandError(f"/arrangementer/{slug}/ is there already; choose another --slug.")
        size = Size(**{field.name: options[field.name] for field in fields(Size)})
        page = add_conference(index, slug, size=size, seed=seed)
        self.stdout.write(json.dumps(self.addresses(page), indent=2))

    def addresses(self, page):
        """The public addresses and ids of what was built."""
        return {
            "event": page.event_id,
            "uid": str(page.event.uid),
            "page": page.pk,
            "url": page.full_url,
            "register": page.full_url + page.reverse_subpage("register"),
            "registrations": page.event.registrations.count(),
            "programme": page.full_url + page.reverse_subpage("programme"),
            "calendar": page.full_file_url("calendar"),
            "programme_calendar": page.full_file_url("programme_calendar"),
        }
