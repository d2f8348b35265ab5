"""What happens to the event when a page is made, copied or carried into a new edition.

The rules stand in pages-and-workspace, section 2 ("What happens to the event"): one page for each language and event;
whatever else would show the event in the same language, and is no alias, gets an event of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.forms.pages import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from nsr_events.core.choosers import (
    EDITING,
    ChooseResultsView,
    EventChooserViewSet,
    EventChooseView,
    EventCreateView,
)
from nsr_events.core.copying import Copying, EventPart, register_part, renamed
from nsr_events.core.models import Event
from nsr_events.core.permissions import may, visible_events

from .page_types import get_event_page_models

MOST_CHARACTERS_OF_SLUG = 200


def is_shown_in(event_id: int, locale_id: int) -> bool:
    """Whether a page that is no alias shows the event in this language."""
    return any(
        model.objects.filter(event_id=event_id, locale_id=locale_id, alias_of__isnull=True).exists()
        for model in get_event_page_models()
    )


def without_page_in(events: QuerySet[Event], language: str) -> QuerySet[Event]:
    """Those of ``events`` that no page shows in ``language`` (a language code)."""
    for model in get_event_page_models():
        shown = model.objects.filter(locale__language_code=language, alias_of__isnull=True)
        events = events.exclude(pk__in=shown.values("event_id"))
    return events


class ForPageMixin:
    """Offers only events that lack a page in the language of the page that is being made."""

    def choosable(self):
        language = self.request.GET.get("language", "")
        return without_page_in(super().choosable(), language) if language else super().choosable()


class EventForPageChooseView(ForPageMixin, EventChooseView):
    """The dialog on the form of a new page."""


class EventForPageResultsView(ForPageMixin, ChooseResultsView):
    """Its list alone."""


class EventForPageChooserViewSet(EventChooserViewSet):
    """The event chooser of a new page's form."""

    choose_view_class = EventForPageChooseView
    choose_results_view_class = EventForPageResultsView
    create_view_class = EventCreateView
    preserve_url_parameters = ["multiple", "language"]
    register_widget = False


event_for_page_chooser = EventForPageChooserViewSet(
    "nsr_events_event_for_page_chooser", url_prefix="events/choose/event-for-page"
)


class EventForPageChooser(event_for_page_chooser.widget_class):
    """The widget, which tells the dialog the page's language and names no event that the user may not work with."""

    language = ""
    offered: QuerySet[Event] | None = None

    def get_instance(self, value):
        event = super().get_instance(value)
        if event is None or self.offered is None:
            return event
        return self.offered.filter(pk=event.pk).first()

    def get_chooser_modal_url(self):
        return f"{super().get_chooser_modal_url()}?language={self.language}"


class EventPageForm(WagtailAdminPageForm):
    """The form of an event page: a new page chooses its event, an old one keeps it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "event" not in self.fields:
            return
        if self.instance.pk:
            del self.fields["event"]
        else:
            self._offer_events_without_page(self.fields["event"])

    def _offer_events_without_page(self, field):
        if self.for_user:
            field.queryset = visible_events(self.for_user, EDITING)
        field.widget = EventForPageChooser()
        field.widget.language, field.widget.offered = self._language(), field.queryset

    def _language(self):
        return self.instance.locale.language_code if self.instance.locale_id else ""

    def clean_event(self):
        """A second page in the same language would split what readers find; the chooser does not offer it."""
        event = self.cleaned_data.get("event")
        if event and self.instance.locale_id and is_shown_in(event.pk, self.instance.locale_id):
            raise ValidationError(
                _("“%(event)s” has a page in this language already. Choose another event, or edit that page.")
                % {"event": event}
            )
        return event


class EventPanel(FieldPanel):
    """The field of the event: a chooser while the page is made, afterwards a link to the event's workspace."""

    def format_value_for_display(self, value):
        url = reverse("nsr_events_admin:overview", args=[value.pk])
        return format_html('<a href="{}">{}</a>', url, value)

    class BoundPanel(FieldPanel.BoundPanel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            if self.form is None or self.bound_field is not None:
                return
            self.read_only = True
            self.heading = self.panel.heading or capfirst(self.panel.db_field.verbose_name)
            self.help_text = _("A page keeps the event it was made for.")


def lead_to_new_edition(request: Any, page: Page) -> Any:
    """Hook ``before_copy_page``: the button Copy of an event page leads to "Copy to new edition".

    ``?plain=1`` (the link there) and what is posted from Wagtail's own form go on to Wagtail, where an alias can be
    made. A copy makes events, so whoever copies needs to be allowed to in the collection of each.
    """
    event = (
        getattr(page.specific, "event", None) if getattr(page.specific_class, "shows_event", False) else None
    )
    if request.method == "POST":
        return _check_copy(request, page)
    if event is None or request.GET.get("plain") or not _may_copy(request.user, event):
        return None
    return redirect("nsr_events_admin:edition", event.pk)


def _check_copy(request: Any, page: Page) -> None:
    if request.POST.get("alias"):
        return
    pages = page.get_descendants(inclusive=True) if request.POST.get("copy_subpages") else [page]
    if not all(_may_copy(request.user, event) for event in _events_on(pages)):
        raise PermissionDenied


def _may_copy(user: Any, event: Event) -> bool:
    return may(user, "add", event) and may(user, "change", event)


def _events_on(pages: Iterable[Page]) -> list[Event]:
    keys = [page.pk for page in pages]
    return [
        page.event
        for model in get_event_page_models()
        for page in model.objects.filter(pk__in=keys).select_related("event__collection")
    ]


def say_which_events_were_made(request: Any, page: Page, new_page: Page) -> None:
    """Hook ``after_copy_page``: tell that copied pages have events of their own."""
    if new_page.alias_of_id:
        return
    events = {event.pk for event in _events_on(new_page.get_descendants(inclusive=True))}
    if not events:
        return
    text = ngettext(
        "The copy has an event of its own, planned and without registration.",
        "The copies have %(count)d events of their own, planned and without registration. "
        "Pages in several languages that were copied apart no longer share an event.",
        len(events),
    )
    messages.info(request, text % {"count": len(events)})


def pages_to_copy(event: Event, by: Any) -> list[Page]:
    """The pages of ``event`` that a new edition gets copies of: no aliases, and only where ``by`` may copy to."""
    found = [
        page
        for model in get_event_page_models()
        for page in model.objects.filter(event=event, alias_of__isnull=True)
        .select_related("locale")
        .order_by("pk")
    ]
    return [page for page in found if _may_copy_page(page, by)]


def _may_copy_page(page: Page, by: Any) -> bool:
    return by is None or page.permissions_for_user(by).can_copy_to(page.get_parent())


def copy_pages(copying: Copying) -> None:
    """Give the new event a draft beside each page of the old one, with its texts, blocks and pictures."""
    keys: dict[uuid.UUID, uuid.UUID] = {}
    copies = copying.made["pages"] = {}
    for page in pages_to_copy(copying.source, copying.by):
        key = keys.setdefault(page.translation_key, uuid.uuid4())
        attributes = _attributes_of_copy(page, copying) | {"translation_key": key}
        copies[page.pk] = page.copy(
            update_attrs=attributes, copy_revisions=False, keep_live=False, user=copying.by
        )


def _attributes_of_copy(page: Page, copying: Copying) -> dict[str, Any]:
    title = renamed(page.title, copying.replaced)
    return {
        "event": copying.target,
        "title": title if len(title) <= 255 else page.title,
        "slug": _free_slug(page, copying),
        "go_live_at": None,
        "expire_at": None,
        "expired": False,
    }


def _free_slug(page: Page, copying: Copying) -> str:
    old, new = (_as_slug(name) for name in copying.replaced)
    stem = (
        page.slug.replace(old, new) if old and old in page.slug else "-".join(filter(None, [page.slug, new]))
    )
    stem = stem[:MOST_CHARACTERS_OF_SLUG]
    taken = set(page.get_siblings().filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if slug not in taken)


def _as_slug(edition: str) -> str:
    return "".join(
        letter for letter in edition.lower().replace(" ", "-") if letter.isalnum() or letter == "-"
    )


def register() -> None:
    """Make the part "pages" known: a new edition copies them, a copied page makes its event by itself."""
    register_part(
        EventPart(
            "pages",
            gettext_lazy("Pages, as drafts"),
            copy=copy_pages,
            count=lambda event, by: len(pages_to_copy(event, by)),
            with_page=False,
        )
    )
