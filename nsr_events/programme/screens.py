"""What the programme's screens share: rows read once a request, saying what happened, taking it back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from nsr_events.core import tabs
from nsr_events.core.models import Event
from nsr_events.core.permissions import may
from nsr_events.core.workspace import WorkspaceView

from .releases import State, programme_state
from .sessions import Command, Saved, SessionReleased, StaleSession, carry_out
from .stale import who_did_what
from .values import NotInEvent
from .working import Working, working_of

NAMESPACE = "nsr_events_programme"
UNDO = "nsr_events_programme_undo"
MOST_UNDONE = 100
TAB = "programme"


def address(event: Event, name: str, *args: Any) -> str:
    """The address of a screen of the event's programme."""
    return reverse(f"{NAMESPACE}:{name}", args=[event.pk, *args])


class ProgrammeView(WorkspaceView):
    """A screen of the tab Programme: whoever may change the event."""

    tab = TAB
    event_action = "change"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 404 for anything that is not this event's."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except NotInEvent:
            raise Http404 from None

    @property
    def working(self) -> Working:
        """The event's rows."""
        return working_of(self.event)

    def address(self, name: str, *args: Any) -> str:
        """A screen of this event's programme."""
        return address(self.event, name, *args)

    def link(self, uid: str) -> str:
        """The screen of a session."""
        return self.address("session", uid)

    def back(self) -> HttpResponseRedirect:
        """To the table, where it was left."""
        return HttpResponseRedirect(self.address("table") + self._query())

    def _query(self) -> str:
        query = self.request.POST.get("query", "")
        return "?" + query[:500] if query and "\n" not in query and "\r" not in query else ""

    def done(self, saved: Saved | list[Command], words: str) -> None:
        """Say what happened and remember how to take it back."""
        commands = list(saved.undo) if isinstance(saved, Saved) else saved
        remember_undo(self.request, self.event, commands, words)
        messages.success(self.request, words)


class VerbView(ProgrammeView):
    """Something that is done by POST only."""

    http_method_names = ["post"]


def remember_undo(request: HttpRequest, event: Event, commands: list[Command], words: str) -> None:
    """Keep the commands that take the last step back in the editor's session."""
    if not commands or len(commands) > MOST_UNDONE:
        request.session.pop(UNDO, None)
        return
    kept = [[each.verb, each.uid, each.version, dict(each.values)] for each in commands]
    request.session[UNDO] = {"event": event.pk, "words": words, "commands": kept}


def undo_words(request: HttpRequest, event: Event) -> str:
    """What would be taken back; empty when there is nothing."""
    kept = request.session.get(UNDO) or {}
    return str(kept.get("words", "")) if kept.get("event") == event.pk else ""


class UndoView(VerbView):
    """Take the last step back, unless somebody has changed the same rows since."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kept = request.session.pop(UNDO, None) or {}
        if kept.get("event") != self.event.pk:
            messages.warning(request, _("There is nothing to undo."))
            return self.back()
        undone, refused = 0, []
        for command in kept["commands"]:
            try:
                carry_out(self.event, Command(*command), now=timezone.now(), by=request.user)
                undone += 1
            except StaleSession as stale:
                refused.append(who_did_what(stale.current, None) if stale.current else _("The item is gone."))
            except SessionReleased:
                refused.append(_("It was released, or slides and documents lie with it."))
            except (ValidationError, NotInEvent):
                refused.append(_("Its day, room or people are not there any more."))
        if undone:
            messages.success(request, _("Undone: %(what)s") % {"what": kept["words"]})
        for reason in dict.fromkeys(refused):
            messages.error(request, _("Not undone: %(reason)s") % {"reason": reason})
        return self.back()


def state_words(state: State) -> str:
    """ "Release 7 + 3 changes"."""
    if state.kind == "none":
        return _("None yet")
    if state.kind == "working":
        return _("Working programme only, never released")
    if state.kind == "released":
        return _("Release %(number)d") % {"number": state.number}
    words = ngettext(
        "Release %(number)d + %(changes)d change", "Release %(number)d + %(changes)d changes", state.changes
    )
    return words % {"number": state.number, "changes": state.changes}


def state_of(event: Event) -> State:
    """The state of the programme, worked out once for this instance: header and checklist say the same."""
    if "_programme_state" not in event.__dict__:
        state = programme_state(event, now=timezone.now(), working=working_of(event))
        event.__dict__["_programme_state"] = state
    return event.__dict__["_programme_state"]


def header_state(event: Event, request: HttpRequest) -> tabs.State:
    """What the workspace's header says of the programme, on every tab."""
    state = state_of(event)
    tones = {"released": tabs.Tone.GOOD, "changed": tabs.Tone.ATTENTION}
    name = "release" if state.kind in {"working", "changed"} else "table"
    url = address(event, name) if may(request.user, "change", event) else ""
    return tabs.State(state_words(state), url, tones.get(state.kind, tabs.Tone.QUIET))
