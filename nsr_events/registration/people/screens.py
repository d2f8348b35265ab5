"""What the screens of the tab Participants share: who may open them, where they are, and how they say no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin import messages

from nsr_events.core.models import Event
from nsr_events.core.permissions import may
from nsr_events.core.workspace import WorkspaceView
from nsr_events.registration.models import Registration, RegistrationSetup

NAMESPACE = "nsr_events_participants"
TAB = "participants"
SEE, MANAGE = "see_registrations", "manage_registrations"
SENSITIVE, EXPORT = "see_sensitive", "export_registrations"


def address(event: Event, name: str, *args: Any) -> str:
    """The address of a screen of the event's participants."""
    return reverse(f"{NAMESPACE}:{name}", args=[event.pk, *args])


class PeopleView(WorkspaceView):
    """A screen of the tab: for whoever may see registrations and holds everything in ``also``."""

    tab = TAB
    event_action = SEE
    also: Iterable[str] = ()

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not all(may(request.user, action, self.event) for action in self.also):
            raise PermissionDenied

    @cached_property
    def now(self) -> dt.datetime:
        """The moment of the request."""
        return timezone.now()

    @cached_property
    def registration_setup(self) -> RegistrationSetup:
        """How people register; every event has one."""
        setup = self.event.registration_setup
        setup.event = self.event
        return setup

    def may(self, action: str) -> bool:
        """Whether the user holds ``action`` on this event."""
        return may(self.request.user, action, self.event)

    def address(self, name: str, *args: Any) -> str:
        """A screen of this event's participants."""
        return address(self.event, name, *args)

    def to(self, name: str, *args: Any) -> HttpResponseRedirect:
        """Lead to a screen of this event's participants."""
        return HttpResponseRedirect(self.address(name, *args))

    def find(self, uid: Any) -> Registration:
        """The registration of this event with ``uid``, else 404."""
        rows = Registration.objects.filter(event=self.event)
        row = rows.select_related("category", "form_version", "invitation").filter(uid=uid).first()
        if row is None:
            raise Http404
        row.event = self.event
        return row

    def page(self, **context: Any) -> HttpResponse:
        """Draw the screen."""
        return self.render_to_response(self.get_context_data(**context))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_manage=self.may(MANAGE), may_export=self.may(EXPORT), **kwargs)

    def busy(self) -> None:
        """Say that somebody else holds the seats just now; nothing was done."""
        messages.warning(
            self.request, _("Many are registering just now. Nothing was changed. Try again in a moment.")
        )


class ManageView(PeopleView):
    """A screen that changes something about participants."""

    also = (MANAGE,)
