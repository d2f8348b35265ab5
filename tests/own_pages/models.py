"""Page types of a site that wants more fields than ours have: the mixins joined to Wagtail's page."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from nsr_events.pages.models import EventIndexPageMixin, EventPageMixin


class CourseIndexPage(EventIndexPageMixin, Page):
    """A list of courses with a sentence of its own."""

    notice = models.CharField(max_length=100, blank=True)

    content_panels = [*EventIndexPageMixin.content_panels, FieldPanel("notice")]


class CoursePage(EventPageMixin, Page):
    """A course: an event that gives credits."""

    credits = models.PositiveSmallIntegerField(default=0)

    content_panels = [*EventPageMixin.content_panels, FieldPanel("credits")]
