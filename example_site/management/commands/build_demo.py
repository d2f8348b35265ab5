from django.core.management.base import BaseCommand
from wagtail.models import Site

from example_site.demo.build import build


class Command(BaseCommand):
    help = "Build the demo content unless it is there."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="the port the demo will answer at")

    def handle(self, *args, port, **options):
        self.stdout.write("Demo content built." if build() else "Demo content is there already.")
        # Addresses in feeds and links come from the site's row, never from a request.
        Site.objects.filter(is_default_site=True).update(port=port)
        Site.clear_site_root_paths_cache()
