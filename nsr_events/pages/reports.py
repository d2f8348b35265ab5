"""The page type that tells how an event went. It never owns the event: copying keeps the link."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

from nsr_events import conf
from nsr_events.core.models import Event

from .fields import BlocksField, EventBodyField
from .hero import HeroMixin
from .routes import ReportRoutes


class EventReportPageMixin(HeroMixin, ReportRoutes, models.Model):
    """A report with date, byline, pictures and, where there is one, the event it is about."""

    is_report = True

    event = models.ForeignKey(
        Event, verbose_name=_("event"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    date = models.DateField(_("date"), default=dt.date.today)
    byline = models.CharField(_("byline"), max_length=120, blank=True)
    intro = models.TextField(_("intro"), max_length=300, blank=True)
    hero_caption = models.CharField(_("caption"), max_length=300, blank=True)
    body = EventBodyField(verbose_name=_("body"), blank=True)
    documents = BlocksField(
        source="nsr_events.pages.blocks.document_blocks", verbose_name=_("documents"), blank=True
    )
    related = BlocksField(
        source="nsr_events.pages.blocks.related_blocks", verbose_name=_("read also"), blank=True
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("event"),
        FieldPanel("date"),
        FieldPanel("byline"),
        FieldPanel("intro"),
        MultiFieldPanel(
            [
                FieldPanel("hero_image"),
                FieldPanel("hero_alt"),
                FieldPanel("hero_caption"),
                FieldPanel("hero_credit"),
            ],
            heading=_("Picture"),
        ),
        FieldPanel("body"),
        FieldPanel("documents"),
        FieldPanel("related"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]
    template = "nsr_events/event_report_page.html"

    class Meta:
        abstract = True


class EventReportPage(EventReportPageMixin, Page):
    """The package's own report page."""

    class Meta:
        verbose_name = _("event report")
        verbose_name_plural = _("event reports")

    @classmethod
    def can_create_at(cls, parent):
        """Sites with page types of their own switch ours off."""
        return conf.PAGE_TYPES and super().can_create_at(parent)
