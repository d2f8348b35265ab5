"""The words of each kind of mail for the whole site: every event without words of its own says them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from nsr_events.core.models import Event
from nsr_events.core.permissions import visible_events
from nsr_events.core.workspace import INDEX_URL_NAME
from nsr_events.outbox.kinds import Kind
from nsr_events.outbox.models import OutgoingMail

from . import preview
from .kind_words import KindScreen, KindsScreen, Scope

NAMESPACE = "nsr_events_site_texts"
CHANGE = "nsr_events.change_mailtemplate"
MOST_EVENTS = 20
TITLE = gettext_lazy("Mail texts")


class OfSite(Scope, WagtailAdminTemplateMixin):
    """A screen about the words of the whole site: for those who may change mail texts."""

    page_title: Any = TITLE
    header_icon = "mail"
    _show_breadcrumbs = True

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = [{"url": reverse(INDEX_URL_NAME), "label": _("Events")}]
        if self.page_title != TITLE:
            above.append({"url": self.list_url(), "label": TITLE})
        return [*self.breadcrumbs_items, *above, {"url": "", "label": self.page_title}]

    def list_url(self) -> str:
        """The list of all kinds."""
        return reverse(f"{NAMESPACE}:texts")

    def url_of(self, kind: Kind) -> str:
        """The screen of one kind."""
        return reverse(f"{NAMESPACE}:text", args=[kind.key])


class SiteTextsView(KindsScreen, OfSite, TemplateView):
    """Every kind of mail, and whether the site has words of its own for it."""

    template_name = "nsr_events/reminders/admin/site_texts.html"


class SiteTextView(KindScreen, OfSite, TemplateView):
    """The words of one kind for the site. It is shown with an event of the editor's and an invented person."""

    template_name = "nsr_events/reminders/admin/site_text.html"

    @cached_property
    def events(self) -> list[Event]:
        """Events to look at a mail with: those the editor may write about, the newest first."""
        return list(visible_events(self.request.user, ["send_mail"]).order_by("-start")[:MOST_EVENTS])

    def unsent(self) -> QuerySet[OutgoingMail]:
        """Mails of this kind about events without words of their own for it."""
        rows = OutgoingMail.objects.filter(kind=self.kind.key).unsent()
        return rows.exclude(event__mail_templates__kind=self.kind.key)

    def look_at(self, words: preview.Words) -> preview.Preview | None:
        """As somebody at the chosen event would get it."""
        if not self.events:
            return None
        asked = preview.chosen(self.request)
        event = next((each for each in self.events if str(each.pk) == asked["who"]), self.events[0])
        return preview.show(event, words, who="", language=asked["in"], may_see=False, now=timezone.now())

    def ask_how(self) -> dict[str, Any]:
        """With which event, and in which language."""
        events = [preview.Choice(str(event.pk), str(event)) for event in self.events]
        return preview.question(self.request, label=_("At"), people=events)


class SiteTextsMenuItem(MenuItem):
    """Leads to the site's mail texts."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHANGE)


def menu_item() -> MenuItem:
    """For the menu of events."""
    return SiteTextsMenuItem(
        TITLE, reverse(f"{NAMESPACE}:texts"), name="nsr-events-mail-texts", icon_name="mail", order=900
    )


def permissions() -> QuerySet[Permission]:
    """What the screen of a group offers (Wagtail's hook ``register_permissions``)."""
    app, codename = CHANGE.split(".")
    return Permission.objects.filter(content_type__app_label=app, codename=codename)
