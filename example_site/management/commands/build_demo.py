from django.core.management.base import BaseCommand

from example_site.demo.build import build


class Command(BaseCommand):
    help = "Build the demo content unless it is there."

    def handle(self, *args, **options):
        self.stdout.write("Demo content built." if build() else "Demo content is there already.")
