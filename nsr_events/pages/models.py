"""Page types that present events. Everything is in abstract mixins; a site may build its own types from them.

No other code names the concrete classes and no table of ours has a foreign key to a page
(pages-and-workspace, section 2: Own page types).
"""

from __future__ import annotations

import json

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Collection, Page
from wagtail.search import index

from nsr_events import conf
from nsr_events.core.copying import copy_event
from nsr_events.core.models import Event, EventType, Region

from .fields import BlocksField, EventBodyField
from .hero import HeroMixin
from .life import EventPageForm, EventPanel, is_shown_in
from .page_types import get_event_index_page_models, get_event_page_models  # noqa: F401
from .routes import EventIndexRoutes, EventRoutes
from .searching import words_of

RESERVED_SLUGS = {
    "archive", "calendar", "feed", "materials", "month", "people", "programme", "register", "rooms", "sessions",
}  # fmt: skip
"""A child page with one of these slugs would be hidden by a route of its parent."""


class ReservedSlugMixin(models.Model):
    """Keeps slugs free that the routes of an event or an index answer."""

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        refuse_reserved_slug(self)

    def minimal_clean(self):
        """Wagtail checks drafts by this alone; a hidden slug is wrong from the start."""
        super().minimal_clean()
        refuse_reserved_slug(self)


def refuse_reserved_slug(page: Page) -> None:
    """Raise a ``ValidationError`` when ``page`` would be hidden by a route of its parent."""
    if page.slug in RESERVED_SLUGS:
        raise ValidationError(
            {"slug": _("“%(slug)s” is used by the event itself. Choose another.") % {"slug": page.slug}}
        )


class OurTemplateMixin(models.Model):
    """Shows a type of a site's own with our template, unless the site has one by Wagtail's naming."""

    our_template = ""

    class Meta:
        abstract = True

    def get_template(self, request, *args, **kwargs):
        # Wagtail's metaclass names a template after every type and overrides what a mixin says.
        return [super().get_template(request, *args, **kwargs), self.our_template]


class EventIndexPageMixin(OurTemplateMixin, EventIndexRoutes, RoutablePageMixin, models.Model):
    """A page that lists the events presented below it, with archive and feed."""

    lists_events = True

    intro = models.CharField(_("intro"), max_length=300, blank=True)
    types = ParentalManyToManyField(
        EventType,
        verbose_name=_("only these types"),
        blank=True,
        related_name="+",
        help_text=_("Empty: all."),
    )
    regions = ParentalManyToManyField(
        Region, verbose_name=_("only these regions"), blank=True, related_name="+", help_text=_("Empty: all.")
    )
    default_collection = models.ForeignKey(
        Collection,
        verbose_name=_("collection of new events"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [FieldPanel("types"), FieldPanel("regions"), FieldPanel("default_collection")],
            heading=_("What it lists"),
        ),
    ]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    our_template = "nsr_events/event_index_page.html"

    class Meta:
        abstract = True


class EventPageMixin(
    OurTemplateMixin, ReservedSlugMixin, HeroMixin, EventRoutes, RoutablePageMixin, models.Model
):
    """A page that presents one event to the public in one language."""

    shows_event = True

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.PROTECT, related_name="+")
    intro = models.TextField(
        _("intro"), max_length=300, blank=True, help_text=_("One sentence: what one gets.")
    )
    kicker = models.CharField(
        _("line above the title"),
        max_length=80,
        blank=True,
        help_text=_("For example “Seminar over three days”."),
    )
    body = EventBodyField(verbose_name=_("body"), blank=True)
    practical = BlocksField(
        source="nsr_events.pages.blocks.practical_blocks", verbose_name=_("practical information"), blank=True
    )
    programme_note = models.TextField(
        _("note on the programme"),
        max_length=600,
        blank=True,
        help_text=_("Shown with the programme, and in its place before the first release."),
    )
    documents = BlocksField(
        source="nsr_events.pages.blocks.document_blocks", verbose_name=_("documents"), blank=True
    )
    related = BlocksField(
        source="nsr_events.pages.blocks.related_blocks", verbose_name=_("read also"), blank=True
    )

    content_panels = [
        *Page.content_panels,
        EventPanel("event"),
        FieldPanel("kicker"),
        FieldPanel("intro"),
        MultiFieldPanel(
            [FieldPanel("hero_image"), FieldPanel("hero_alt"), FieldPanel("hero_credit")],
            heading=_("Picture"),
        ),
        FieldPanel("body"),
        FieldPanel("practical"),
        FieldPanel("programme_note"),
        FieldPanel("documents"),
        FieldPanel("related"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("intro"),
        index.SearchField("body"),
        index.SearchField("search_words"),
        index.FilterField("event"),
    ]
    our_template = "nsr_events/event_page.html"
    base_form_class = EventPageForm

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        """Give a page its own event when it is a copy: another page, no alias, shows the event in its language.

        The rule goes by language, since aliases get a translation key of their own.
        """
        with transaction.atomic():
            if self._state.adding and self.event_id and not self.alias_of_id and self._language_is_taken():
                self.event = copy_event(self.event, now=timezone.now(), by=self.owner)
            super().save(*args, **kwargs)

    def _language_is_taken(self):
        return is_shown_in(self.event_id, self.locale_id or self.get_default_locale().pk)

    @property
    def search_words(self) -> str:
        """What the page is found by beyond its own text."""
        return words_of(self)

    def with_content_json(self, content):
        """Keep the row's own event, whatever revision is opened or published.

        Wagtail does the same for owner and translation_key; an old or copied revision must not bring another event.
        """
        if isinstance(content, str):
            content = json.loads(content)
        return super().with_content_json({**content, "event": self.event_id})


class EventIndexPage(EventIndexPageMixin, Page):
    """The package's own index page."""

    class Meta:
        verbose_name = _("event index")
        verbose_name_plural = _("event indexes")

    @classmethod
    def can_create_at(cls, parent):
        """Sites with page types of their own switch ours off."""
        return conf.PAGE_TYPES and super().can_create_at(parent)


class EventPage(EventPageMixin, Page):
    """The package's own event page."""

    class Meta:
        verbose_name = _("event page")
        verbose_name_plural = _("event pages")

    @classmethod
    def can_create_at(cls, parent):
        """Sites with page types of their own switch ours off."""
        return conf.PAGE_TYPES and super().can_create_at(parent)
