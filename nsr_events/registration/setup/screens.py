"""What the screens of the tab Registration share: addresses, the state in the header, saving with a second look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from wagtail.admin import messages

from nsr_events.core import presentations, tabs
from nsr_events.core.admin import who_saved
from nsr_events.core.models import Event
from nsr_events.core.permissions import may
from nsr_events.core.workspace import WorkspaceView
from nsr_events.registration import sentences
from nsr_events.registration.counting import occupancy, setup_rules
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import RegistrationSetup
from nsr_events.registration.room import Occupancy
from nsr_events.registration.saving import Saved, SavedMeanwhile, Unconfirmed
from nsr_events.registration.state import Name, PublicState, public_state

from .words import after_saving, before_saving

NAMESPACE = "nsr_events_registration"
TAB = "registration"


def address(event: Event, name: str, *args: Any) -> str:
    """The address of a screen of the event's registration."""
    return reverse(f"{NAMESPACE}:{name}", args=[event.pk, *args])


def address_of(cause: sentences.Cause, event: Event) -> str:
    """Where an organiser changes what caused a state; empty where nothing does."""
    if cause.screen == "setup":
        return f"{address(event, 'setup')}#id_{cause.field}"
    if cause.screen == "category":
        row = next((each for each in event.categories.all() if each.pk == cause.row), None)
        return f"{address(event, 'category', row.uid)}#id_{cause.field}" if row else ""
    if cause.screen == "categories":
        return f"{address(event, 'setup')}#groups"
    if cause.screen == "days":
        return f"{reverse('nsr_events_admin:days', args=[event.pk])}#days-heading"
    return reverse("nsr_events_admin:status", args=[event.pk]) if cause.screen == "status" else ""


def fresh_setup(event: Event) -> RegistrationSetup:
    """The setup as another instance than the header's: a bound form writes what was typed into its own."""
    return RegistrationSetup.objects.select_related("event").get(event=event)


@dataclass(frozen=True)
class Pressed:
    """The button that has the focus again after it moved a row: the row's uid and the verb."""

    uid: str = ""
    verb: str = ""


def pressed(
    request: HttpRequest, rows: Sequence[Sequence[Any]], parts: Sequence[Sequence[Any]] = ()
) -> Pressed:
    """Return which button was pressed, or its twin where the row has come to an end.

    ``rows`` are those that change places with one another, ``parts`` the first row of each section.
    """
    uid, _dot, verb = request.GET.get("moved", "").partition(".")
    whole = verb.startswith("section-")
    among = [[part[0] for part in parts]] if whole else rows
    order = next((group for group in among if uid in {str(row.uid) for row in group}), None)
    if order is None:
        return Pressed()
    first, last = str(order[0].uid) == uid, str(order[-1].uid) == uid
    up = (verb.endswith("up") and not first) or (verb.endswith("down") and last)
    return Pressed(uid, ("section-" if whole else "") + ("up" if up else "down"))


class SetupScreen(WorkspaceView):
    """A screen of the tab Registration: whoever may change the event."""

    tab = TAB
    event_action = "change"

    def address(self, name: str, *args: Any) -> str:
        """A screen of this event's registration."""
        return address(self.event, name, *args)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say that others hold the lock, where a screen has no form to keep."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except Busy:
            messages.error(request, _("Many are registering just now. Try again in a moment."))
            return redirect(self.address("setup"))


def public_form_address(event: Event) -> str:
    """Where the public registers: below the event's first live page; empty when there is none."""
    page = presentations.of([event.pk], get_language() or "en").get(event.pk)
    return f"{page.url.rstrip('/')}/register/" if page and page.url else ""


class SavingScreen(SetupScreen):
    """A screen with a form that is saved under the lock, after a second look where people are concerned."""

    def attempt(
        self, form: BaseForm, save: Callable[[], Saved], *, stale: Callable[[], str] | None = None
    ) -> Saved | HttpResponse:
        """Return what was saved, or the page with everything typed and the reason why not."""
        try:
            return save()
        except SavedMeanwhile:
            messages.error(self.request, stale() if stale else self.stale_message(form))
            return self.again(form)
        except Unconfirmed as question:
            messages.warning(
                self.request, _("Nothing is saved yet. Look at what this does, then save again.")
            )
            return self.again(form, effects=question.effects)
        except ValidationError as refusal:
            self.show(refusal, form)
            return self.refuse(form)
        except Busy:
            messages.error(
                self.request,
                _("Many are registering just now. What you typed stands below. Save again in a moment."),
            )
            return self.again(form, status=503)

    def refuse(self, form: BaseForm) -> HttpResponse:
        """The page with the reasons at the fields."""
        number = sum(len(errors) for errors in form.errors.values())
        words = ngettext(
            "Nothing is saved yet. Correct what is marked below (%(number)d place).",
            "Nothing is saved yet. Correct what is marked below (%(number)d places).",
            number,
        )
        messages.error(self.request, words % {"number": number})
        return self.again(form)

    def show(self, refusal: ValidationError, form: BaseForm) -> None:
        """Put what a verb refused at the fields it names, else at ``form.refusal_field``, else above the form."""
        named = hasattr(refusal, "error_dict")
        by_field = refusal.message_dict if named else {form.refusal_field: refusal.messages}
        for name, words in by_field.items():
            form.add_error(name if name in form.fields else None, words)

    def again(self, form: BaseForm, *, effects: Any = None, status: int = 200) -> HttpResponse:
        """The page with everything typed; with ``effects`` it asks for a second look."""
        question = self.question(effects) if effects else None
        context = self.page_context(form, question=question, has_unsaved_changes=True)
        return self.render_to_response(context, status=status)

    def question(self, effects: Any) -> dict[str, Any]:
        """What the second look shows."""
        return {"answer": effects.answer, "sentences": before_saving(effects, self.event)}

    def page_context(self, form: BaseForm, **kwargs: Any) -> dict[str, Any]:
        """The context of the form's page."""
        return self.get_context_data(form=form, media=form.media, **kwargs)

    def stale_message(self, form: BaseForm) -> str:
        """Who was faster, and what differs; the next save is made knowingly."""
        current = type(form.instance).objects.filter(pk=form.instance.pk).first()
        differs = ", ".join(differing(form, current)) if current else ""
        return _(
            "%(who)s saved this while you had it open. What you typed stands below and is not saved. "
            "It differs from theirs in: %(fields)s. Save again to replace theirs."
        ) % {"who": who_saved(self.event), "fields": differs or "–"}

    def tell(self, saved: Saved, words: str) -> None:
        """Say that it is saved, whom it moved, and what the public sees now."""
        said = [words, after_saving(saved)]
        messages.success(self.request, " ".join(filter(None, said)))


def differing(form: BaseForm, current: Any) -> list[str]:
    """The labels of the fields in which what was typed differs from the row as it is now."""
    return [
        str(form.fields[name].label)
        for name in form._meta.fields
        if name in form.fields
        and form.fields[name].has_changed(
            form.fields[name].prepare_value(getattr(current, name)),
            form[name].data,
        )
    ]


def state_now(event: Event, setup: RegistrationSetup) -> tuple[PublicState, Occupancy]:
    """The public state at this moment, and the seats it was decided by."""
    now = timezone.now()
    counts = occupancy(setup, now=now)
    return public_state(setup_rules(setup), counts, now=now), counts


def header_state(event: Event, request: HttpRequest) -> tabs.State | None:
    """What the workspace's header says of registration, on every tab."""
    setup = RegistrationSetup.objects.select_related("event").filter(event=event).first()
    if setup is None:
        return None
    state, counts = state_now(event, setup)
    url = ""
    if may(request.user, "change", event):
        cause = sentences.organiser_sentence(state, event, setup, get_language() or "en")
        url = address_of(cause, event)
    return tabs.State(header_words(state, counts, event, setup), url, TONES.get(state.state, tabs.Tone.QUIET))


TONES = {
    Name.OPEN: tabs.Tone.GOOD, Name.FEW_LEFT: tabs.Tone.GOOD, Name.WAITING_LIST: tabs.Tone.ATTENTION,
    Name.FULL: tabs.Tone.ATTENTION, Name.CLOSED: tabs.Tone.ATTENTION,
}  # fmt: skip


def header_words(state: PublicState, counts: Occupancy, event: Event, setup: RegistrationSetup) -> str:
    """ "Åpen, 31 av 80", "Fullt, 12 venter", or the rule that decided."""
    language = get_language() or "en"
    if state.state == Name.NONE:
        return _("Not set up")
    if state.state in {Name.CLOSED, Name.NOT_OPEN}:
        return sentences.organiser_sentence(state, event, setup, language).words.rstrip(".")
    tag = sentences.tag(state, language)
    taken = sum(counts.taken[rules.id] for rules in counts.categories.values() if rules.uses_event_seats)
    if state.state in {Name.WAITING_LIST, Name.FULL}:
        waiting = len(counts.queue)
        words = ngettext("%(state)s: %(number)d waits", "%(state)s: %(number)d wait", waiting)
        return words % {"state": tag, "number": waiting} if waiting else tag
    if state.state in {Name.OPEN, Name.FEW_LEFT, Name.INVITED}:
        return _with_numbers(tag, taken, setup.capacity)
    return tag


def _with_numbers(tag: str, taken: int, capacity: int | None) -> str:
    if capacity is None:
        return _("%(state)s: %(taken)d registered") % {"state": tag, "taken": taken}
    return _("%(state)s: %(taken)d of %(capacity)d") % {"state": tag, "taken": taken, "capacity": capacity}
