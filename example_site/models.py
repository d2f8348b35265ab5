"""The front page of the example site; everything about events comes from the package."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page


class FrontPage(Page):
    """A greeting and the way to the events."""

    intro = models.TextField(blank=True, max_length=400)

    content_panels = [*Page.content_panels, FieldPanel("intro")]
    template = "example_site/front_page.html"
