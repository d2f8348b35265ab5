"""The screen that gives a page another event, and says what becomes of the one it leaves."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from nsr_events.core.permissions import may, visible_events
from nsr_events.core.workspace import WorkspaceView
from nsr_events.pages.life import EventForPageChooser
from nsr_events.pages.relinking import events_for, relink_page

from .pages import PAGE_TAB, pages_of


class RelinkForm(forms.Form):
    """Which event the page shall present: one the user may change, without a page in its language."""

    def __init__(self, *args, page, user, **kwargs):
        super().__init__(*args, **kwargs)
        offered = events_for(page, visible_events(user, ("change",)))
        widget = EventForPageChooser()
        widget.language, widget.offered = page.locale.language_code, offered
        self.fields["event"] = forms.ModelChoiceField(
            queryset=offered, widget=widget, label=gettext_lazy("Event the page shall present")
        )


class RelinkView(WorkspaceView):
    """Asks which event, and moves the page there."""

    tab = PAGE_TAB
    template_name = "nsr_events/admin/relink.html"
    page_title = gettext_lazy("Move a page to another event")

    @cached_property
    def page(self):
        found = next((page for page in pages_of(self.event) if page.pk == self.kwargs["page_pk"]), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def refusal(self):
        """Why this page cannot be moved by this user; empty when it can."""
        if self.page.alias_of_id:
            return _("This page is an alias: it follows its original.")
        if not self.page.permissions_for_user(self.request.user).can_edit():
            return _("You may not edit this page. Ask someone who may.")
        return ""

    def get(self, request, *args, **kwargs):
        return self._show(self._form())

    def post(self, request, *args, **kwargs):
        form = self._form(request.POST)
        if self.refusal or not form.is_valid():
            return self._show(form)
        event = form.cleaned_data["event"]
        try:
            relink_page(self.page, event, now=timezone.now(), by=request.user)
        except ValidationError as refusal:
            form.add_error("event", refusal)
            return self._show(form)
        words = {"page": self.page.title, "event": event}
        messages.success(request, _("“%(page)s” now presents “%(event)s”.") % words)
        self._tell_of_the_event_left()
        return redirect("nsr_events_admin:page", event.pk)

    def _tell_of_the_event_left(self):
        if len(pages_of(self.event)) > 1:
            return
        buttons = [
            messages.button(reverse("nsr_events_admin:overview", args=[self.event.pk]), _("Look at it"))
        ]
        if may(self.request.user, "delete", self.event):
            url = reverse("nsr_events_admin:delete", args=[self.event.pk])
            buttons.append(messages.button(url, _("Delete the event")))
        text = _("“%(event)s” is kept, without a page. Delete it if nobody needs it.")
        messages.warning(self.request, text % {"event": self.event}, buttons=buttons)

    def _form(self, data=None):
        return RelinkForm(data, page=self.page, user=self.request.user)

    def _show(self, form):
        others = [page for page in pages_of(self.event) if page.pk != self.page.pk]
        return self.render_to_response(
            self.get_context_data(
                form=form,
                media=form.media,
                page=self.page,
                refusal=self.refusal,
                others=others,
                sessions=self.event.sessions.count(),
                releases=self.event.releases.count(),
            )
        )
