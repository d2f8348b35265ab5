"""The front page of the example site; everything about events comes from the package."""

from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from nsr_events.pages import listing
from nsr_events.pages.models import EventIndexPage

SHOWN = 3


class FrontPage(Page):
    """A greeting and the way to the next events."""

    intro = models.TextField(blank=True, max_length=400)

    content_panels = [*Page.content_panels, FieldPanel("intro")]
    template = "example_site/front_page.html"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        index = EventIndexPage.objects.live().child_of(self).first()
        return {
            **context,
            "ne_base_template": "base.html",
            "index": index,
            "rows": self._rows(index, request),
        }

    def _rows(self, index, request):
        if index is None:
            return []
        now = timezone.now()
        events = listing.upcoming(listing.listed_events(index), now=now).select_related("type", "venue")[
            :SHOWN
        ]
        return listing.rows(
            list(events), locale_id=index.locale_id, language=index.language, now=now, request=request
        )
