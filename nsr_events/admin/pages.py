"""Which pages show an event and in which state: the tab, the header's word on it, making a draft page."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.coreutils import string_to_ascii
from wagtail.models import Locale, Page, Revision, get_page_models
from wagtail.permissions import page_permission_policy

from nsr_events.core import tabs
from nsr_events.core.models import Event
from nsr_events.core.permissions import may
from nsr_events.core.signals import Audience, event_changing
from nsr_events.core.texts import content_languages, text_in
from nsr_events.core.workspace import WorkspaceView
from nsr_events.pages.models import RESERVED_SLUGS, EventIndexPageMixin, get_event_page_models

PAGE_TAB = "page"
STATES = {
    "draft": (gettext_lazy("draft"), tabs.Tone.QUIET),
    "scheduled": (gettext_lazy("scheduled"), tabs.Tone.QUIET),
    "changed": (gettext_lazy("live, with changes not published"), tabs.Tone.ATTENTION),
    "live": (gettext_lazy("live"), tabs.Tone.GOOD),
}


@dataclass(frozen=True)
class Shown:
    """One page of an event, or the language that has none (``page`` is None then)."""

    language: str
    language_name: str
    page: Page | None = None

    @property
    def state(self) -> str:
        """none, draft, scheduled, changed or live."""
        if self.page is None:
            return "none"
        if self.page.live:
            return "changed" if self.page.has_unpublished_changes else "live"
        return "scheduled" if self.page.is_scheduled else "draft"

    @property
    def label(self):
        """The state in words."""
        return STATES[self.state][0] if self.page else _("no page")


def pages_of(event: Event) -> list[Page]:
    """Every page that shows ``event``, oldest first, with its language: one query for each page type.

    Kept on the event, since header, tab and checklist of one request all ask.
    """
    if not hasattr(event, "_pages"):
        scheduled = Revision.objects.filter(
            base_content_type=ContentType.objects.get_for_model(Page),
            object_id=Cast(OuterRef("pk"), CharField()),
            approved_go_live_at__isnull=False,
        )
        found = [
            page
            for model in get_event_page_models()
            for page in model.objects.filter(event=event)
            .select_related("locale", "latest_revision")
            .annotate(is_scheduled=Exists(scheduled))
        ]
        event._pages = sorted(found, key=lambda page: page.pk)
    return event._pages


def shown_of(event: Event) -> list[Shown]:
    """The pages of ``event`` by language, with the languages that have none."""
    return [
        Shown(code, str(name), page)
        for code, name in content_languages()
        for page in [page for page in pages_of(event) if page.locale.language_code == code] or [None]
    ]


def page_state(event: Event, request) -> tabs.State:
    """The header's word on pages: "no page", or the state in each language that has one."""
    shown = [row for row in shown_of(event) if row.page]
    url = reverse("nsr_events_admin:page", args=[event.pk]) if may(request.user, "change", event) else ""
    if not shown:
        return tabs.State(_("no page yet"), url, tabs.Tone.ATTENTION)
    tones = {STATES[row.state][1] for row in shown}
    tone = next(tone for tone in (tabs.Tone.ATTENTION, tabs.Tone.GOOD, tabs.Tone.QUIET) if tone in tones)
    if len(shown) == 1:
        return tabs.State(shown[0].label, url, tone)
    words = ", ".join(f"{row.language_name.lower()} {row.label}" for row in shown)
    return tabs.State(words, url, tone)


class PageView(WorkspaceView):
    """The event's pages, one line for each language."""

    tab = PAGE_TAB
    template_name = "nsr_events/admin/pages.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        rows = shown_of(self.event)
        for row in rows:
            if row.page:
                row.page.may_edit = row.page.permissions_for_user(user).can_edit()
        possible = {page.locale.language_code for page in index_pages_for(user)}
        has_page = any(row.page for row in rows)
        return super().get_context_data(rows=rows, has_page=has_page, languages_with_index=possible, **kwargs)


def index_pages_for(user) -> list[Page]:
    """The index pages under which ``user`` may make pages."""
    models = [model for model in get_page_models() if issubclass(model, EventIndexPageMixin)]
    allowed = page_permission_policy.instances_user_has_permission_for(user, "add")
    return list(allowed.type(*models).select_related("locale").order_by("path")) if models else []


class IndexPageField(forms.ModelChoiceField):
    """A choice among the index pages the user may add to, named with their language."""

    def __init__(self, *, user, language=None, **kwargs):
        pages = [page for page in index_pages_for(user) if language in (None, page.locale.language_code)]
        queryset = (
            Page.objects.filter(pk__in=[page.pk for page in pages]).select_related("locale").order_by("path")
        )
        super().__init__(queryset=queryset, **kwargs)
        if len(pages) == 1:
            self.initial = pages[0].pk

    def label_from_instance(self, page):
        return f"{page.get_admin_display_title()} ({page.locale.get_display_name()})"


def make_page(event: Event, *, parent: Page, by) -> Page:
    """Make a draft page of ``event`` below ``parent``, in the parent's language; a translation of the page it
    has.

    Raises ``PermissionDenied`` when no page type that shows events may stand there.
    """
    parent = parent.specific
    model = next((model for model in get_event_page_models() if model.can_create_at(parent)), None)
    if model is None:
        raise PermissionDenied
    title = text_in(event.name, parent.locale.language_code).value
    page = model(
        title=title, slug=_free_slug(parent, title), event=event, live=False, owner=by, locale=parent.locale
    )
    sibling = next(iter(pages_of(event)), None)
    if sibling and sibling.locale_id != parent.locale_id:
        page.translation_key = sibling.translation_key
    with transaction.atomic():
        parent.add_child(instance=page)
        page.save_revision(user=by, log_action="wagtail.create")
    event.__dict__.pop("_pages", None)
    return page


def _free_slug(parent, title):
    stem = slugify(string_to_ascii(title))[:200] or "event"
    taken = RESERVED_SLUGS | set(
        parent.get_children().filter(slug__startswith=stem).values_list("slug", flat=True)
    )
    return next(
        slug for slug in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if slug not in taken
    )


class MakePageForm(forms.Form):
    """Where the new page shall stand."""

    def __init__(self, *args, user, language, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"] = IndexPageField(
            user=user, language=language, label=gettext_lazy("Under the page"), empty_label=None
        )


class MakePageView(WorkspaceView):
    """Make a draft page in a language that has none."""

    tab = PAGE_TAB
    template_name = "nsr_events/admin/make_page.html"
    page_title = gettext_lazy("Make a page")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        given = request.POST if request.method == "POST" else request.GET
        free = [row.language for row in shown_of(self.event) if row.page is None]
        self.language = given.get("language") if given.get("language") in free else None

    def get(self, request, *args, **kwargs):
        if self.language is None:
            return redirect("nsr_events_admin:page", self.event.pk)
        return self.render_to_response(self.get_context_data(form=self._form()))

    def post(self, request, *args, **kwargs):
        if self.language is None:
            messages.error(request, _("The event has a page in this language already."))
            return redirect("nsr_events_admin:page", self.event.pk)
        form = self._form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        page = make_page(self.event, parent=form.cleaned_data["parent"], by=request.user)
        messages.success(
            request, _("The draft page “%(page)s” is made. Write its text.") % {"page": page.title}
        )
        return redirect("wagtailadmin_pages:edit", page.pk)

    def _form(self, data=None):
        return MakePageForm(data, user=self.request.user, language=self.language)

    def get_context_data(self, **kwargs):
        locale = Locale.objects.filter(language_code=self.language).first()
        name = locale.get_display_name() if locale else self.language
        return super().get_context_data(language=self.language, language_name=name, **kwargs)


def live_pages(sender, *, event, changes, **kwargs) -> Audience:
    """Whom a change of facts concerns: the readers of published pages."""
    return Audience(_("published pages"), sum(page.live for page in pages_of(event)))


def register():
    """Add the tab and the header's state of pages; answer before facts change."""
    event_changing.connect(live_pages, dispatch_uid="nsr_events.admin.pages")
    tabs.register(tabs.Tab(PAGE_TAB, gettext_lazy("Page"), "nsr_events_admin:page", "change", 20))
    tabs.register_state(tabs.HeaderState(PAGE_TAB, gettext_lazy("Page"), page_state, 10))
