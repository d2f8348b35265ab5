"""Screens that change one session: its form, moving, swapping, and what is done with one button."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from . import sessions
from .checking import check_programme
from .forms import PEOPLE_LIST, Choices, PlaceForm, SessionForm, part_formset
from .models import Session
from .screens import ProgrammeView, VerbView
from .sessions import SessionHasMaterials, SessionReleased, StaleSession, get_session
from .stale import changed, differences, place_words, read_base, who_did_what
from .table import chips_by_session
from .values import values_of, whole

ON_THE_FORM = ("version", "base", "key", "csrfmiddlewaretoken", "go_on")


class FormView(ProgrammeView):
    """A form with every field of a session and its people."""

    template_name = "nsr_events/programme/admin/session.html"
    session: Session | None = None

    @cached_property
    def choices(self) -> Choices:
        return Choices(self.event)

    @cached_property
    def may_add_people(self) -> bool:
        """Whether a name that nobody has may become a new person: the register is shared by all events."""
        return self.request.user.has_perm("nsr_events.add_person")

    def forms(self, data: Any = None, values: dict[str, Any] | None = None) -> tuple[Any, Any]:
        """The session's form and its people's rows, bound to ``data`` or filled with ``values``."""
        values = values or {}
        form = SessionForm(self.choices, data, session=self.session, initial=values)
        parts = values.get("people") or (values_of(self.session)["people"] if self.session else [])
        return form, part_formset(self.choices, may_add=self.may_add_people, data=data, parts=parts)

    def page(self, form: Any, people: Any, **context: Any) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(
                form=form, people=people, people_list=PEOPLE_LIST, names=list(self.choices.people), **context
            )
        )

    def refuse(self, form: Any, people: Any) -> HttpResponse:
        messages.error(self.request, _("Nothing is saved yet. Correct what is marked below."))
        return self.page(form, people, has_unsaved_changes=True)


class CreateView(FormView):
    """Add a row."""

    page_title = gettext_lazy("New programme item")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        initial = {"minutes": 45, "kind": Session.Kind.TALK, "status": Session.Status.CONFIRMED}
        given = {name: request.GET[name] for name in ("day", "start", "room", "kind") if name in request.GET}
        return self.page(*self.forms(values={**initial, **given, "key": uuid.uuid4()}))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, people = self.forms(request.POST)
        if not all([form.is_valid(), people.is_valid()]):
            return self.refuse(form, people)
        key = form.cleaned_data["key"]
        if self.is_made(key):
            return self.leave()
        try:
            with transaction.atomic():  # people who are new go with what is refused
                values = {**form.values(), "people": people.values()}
                saved = sessions.create_session(
                    self.event, now=timezone.now(), by=request.user, uid=key, **values
                )
        except ValidationError as error:
            form.add_errors(error)
            return self.refuse(form, people)
        except IntegrityError:
            get_session(self.event, key)  # made by the same click meanwhile, or none of this event's
            return self.leave()
        self.done(saved, _("“%(title)s” is added.") % {"title": saved.session})
        return self.leave()

    def is_made(self, key: uuid.UUID | None) -> bool:
        """Whether the same form was sent before: a second click must not make a second item."""
        return key is not None and self.event.sessions.filter(uid=key).exists()

    def leave(self) -> HttpResponse:
        """To the table, or to the next new item."""
        request = self.request
        if "another" in request.POST:
            return HttpResponseRedirect(self.address("new"))
        return self.back()


class EditView(FormView):
    """Every field of one session, saved only on the version that was opened."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.uid = str(kwargs["uid"])

    @property
    def page_title(self) -> str:
        return str(self.session)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.session = get_session(self.event, self.uid)
        values = values_of(self.session)
        form, people = self.forms(values={**values, "version": self.session.version, "base": values})
        return self.page(form, people, chips=self._chips())

    def _chips(self) -> list[Any]:
        checked = check_programme(self.working, now=timezone.now())
        return chips_by_session(checked, self.link).get(self.uid, [])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.session = get_session(self.event, self.uid)
        form, people = self.forms(request.POST)
        if not all([form.is_valid(), people.is_valid()]):
            return self.refuse(form, people)
        base = read_base(form.cleaned_data["base"])
        if "go_on" in request.POST:
            return self.page(form, people, has_unsaved_changes=True)
        version, mine = form.cleaned_data["version"] or 0, {}
        try:
            with transaction.atomic():  # people who are new go with what is refused
                mine = changed({**form.values(), "people": people.values()}, base)
                saved = sessions.update_session(
                    self.event, self.uid, version=version, now=timezone.now(), by=request.user, **mine
                )
        except StaleSession as stale:
            return self.choose(stale, mine, base)
        except ValidationError as error:
            form.add_errors(error)
            return self.refuse(form, people)
        self.done(saved, _("“%(title)s” is saved.") % {"title": saved.session})
        return self.back()

    def choose(self, stale: StaleSession, mine: dict[str, Any], base: dict[str, Any]) -> HttpResponse:
        """Who was first, what differs, and theirs or mine; everything that was typed stays on the page."""
        if stale.current is None:
            raise Http404
        self.template_name = "nsr_events/programme/admin/stale.html"
        typed = [
            (name, value)
            for name, values in self.request.POST.lists()
            if name not in ON_THE_FORM
            for value in values
        ]
        context = self.get_context_data(
            current=stale.current,
            sentence=who_did_what(stale.current, base),
            differences=differences(stale.current, mine, self.choices),
            typed=typed,
            base=self.request.POST.get("base", ""),
        )
        return self.render_to_response(context, status=409)


class OneView(ProgrammeView):
    """A screen about the session in the address."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.uid = str(kwargs["uid"])

    @cached_property
    def session(self) -> Session:
        return get_session(self.event, self.uid)

    def stale(self, stale: StaleSession) -> HttpResponse:
        """Say who was first; the screen shows the row as it is now."""
        words = who_did_what(stale.current, None) if stale.current else _("The item is gone.")
        messages.error(self.request, _("Nothing was changed. %(what)s") % {"what": words})
        return self.back()


class MoveView(OneView):
    """Move to a day, a time and a room."""

    template_name = "nsr_events/programme/admin/move.html"

    @property
    def page_title(self) -> str:
        return _("Move “%(title)s”") % {"title": self.session}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        initial = {**values_of(self.session), "version": self.session.version}
        return self.page(PlaceForm(Choices(self.event), self.session, initial=initial))

    def page(self, form: PlaceForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, session=self.session))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PlaceForm(Choices(self.event), self.session, request.POST)
        if not form.is_valid():
            return self.page(form)
        try:
            saved = sessions.place(
                self.event,
                self.uid,
                version=form.cleaned_data["version"],
                now=timezone.now(),
                by=request.user,
                **form.values(),
            )
        except StaleSession as stale:
            return self.stale(stale)
        except ValidationError as error:
            form.add_errors(error)
            return self.page(form)
        words = {"title": saved.session, "place": place_words(saved.session)}
        self.done(saved, _("“%(title)s” is moved to %(place)s.") % words)
        return self.back()


class SwapView(OneView):
    """Let two sessions trade day, time and rooms."""

    template_name = "nsr_events/programme/admin/swap.html"

    @property
    def page_title(self) -> str:
        return _("Swap “%(title)s”") % {"title": self.session}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        others = [
            (f"{each.uid}:{each.version}", f"{place_words(each)}: {each}")
            for each in self.working.sessions
            if str(each.uid) != self.uid
        ]
        return super().get_context_data(session=self.session, others=others, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        other, _colon, version = request.POST.get("other", "").partition(":")
        own = request.POST.get("version", "")
        if not other or whole(version) is None or whole(own) is None:
            return self.render_to_response(self.get_context_data(error=_("Choose an item to swap with.")))
        versions = {self.uid: whole(own) or 0, other: whole(version) or 0}
        try:
            saved = sessions.swap(
                self.event, self.uid, other, versions=versions, now=timezone.now(), by=request.user
            )
        except StaleSession as stale:
            return self.stale(stale)
        words = {"one": saved.sessions[0], "two": saved.sessions[1]}
        self.done(saved, _("“%(one)s” and “%(two)s” have traded places.") % words)
        return self.back()


class RowVerbView(OneView, VerbView):
    """Take out, cancel, restore, duplicate or remove: one button each."""

    words = {
        "unplace": gettext_lazy("“%(title)s” is taken out and lies in the tray."),
        "cancel": gettext_lazy("“%(title)s” is cancelled. The public sees it with the next release."),
        "restore": gettext_lazy("“%(title)s” takes place after all."),
        "duplicate": gettext_lazy("A copy of “%(title)s” lies in the tray."),
        "remove": gettext_lazy("“%(title)s” is removed."),
    }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb = kwargs["verb"]
        if verb not in self.words:
            raise Http404
        try:
            saved = self.carry_out(verb, whole(request.POST.get("version", "")) or 0)
        except StaleSession as stale:
            return self.stale(stale)
        except SessionHasMaterials:
            words = _("“%(title)s” has slides or documents. Delete them or move them to another item first.")
            messages.error(request, words % {"title": self.session})
            return self.back()
        except SessionReleased:
            messages.error(
                request,
                _("“%(title)s” was released or booked: cancel it instead.") % {"title": self.session},
            )
            return self.back()
        self.done(saved, self.words[verb] % {"title": saved.session})
        return self.back()

    def carry_out(self, verb: str, version: int) -> Any:
        if verb == "remove":
            return sessions.remove(self.event, self.uid, version=version, by=self.request.user)
        if verb == "duplicate":
            return sessions.duplicate(self.event, self.uid, now=timezone.now(), by=self.request.user)
        do = {"unplace": sessions.unplace, "cancel": sessions.cancel, "restore": sessions.restore}[verb]
        return do(self.event, self.uid, version=version, now=timezone.now(), by=self.request.user)
