"""Screens of slides and documents: the list, the form, deleting, and an editor's own look at a file."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.forms.models import formfield_for_dbfield

from nsr_events.core.events import lock_event
from nsr_events.core.models import Event
from nsr_events.core.texts import content_languages

from .materials import Material, check_file, delete_material, save_material, serve
from .models import Session, SessionMaterial
from .phrases import day_words
from .screens import ProgrammeView


class EventTimeField(forms.DateTimeField):
    """A date and time on the event's own clocks, whatever zone the editor sits in."""

    zone: dt.tzinfo | None = None

    def to_python(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)


class MaterialForm(forms.ModelForm):
    """What it is, where it belongs, who may open it and from when."""

    opened = forms.CharField(required=False, widget=forms.HiddenInput)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    visible_at = EventTimeField(
        label=gettext_lazy("Date and time"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Only for “From a date and time”, on the event's own clocks."),
    )

    class Meta:
        model = SessionMaterial
        fields = ["title", "session", "file", "link", "language", "access", "visible_from", "visible_at"]
        widgets = {
            "file": forms.FileInput,
            "access": forms.RadioSelect,
            "visible_from": forms.RadioSelect,
        }
        formfield_callback = formfield_for_dbfield

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("instance", SessionMaterial(event=event))
        super().__init__(*args, **kwargs)
        self.event = self.instance.event = event
        sessions = Session.objects.filter(event=event).select_related("day")
        self.fields["session"].queryset = sessions
        self.fields["session"].empty_label = _("The whole event")
        self.fields["session"].label_from_instance = session_label
        self.fields["link"].assume_scheme = "https"
        self.fields["language"].choices = [("", _("Not stated")), *content_languages()]
        self.fields["visible_at"].zone = event.zone
        self.fields["visible_from"].choices = SessionMaterial.Visible.choices
        self.fields["access"].choices = SessionMaterial.Access.choices
        if self.instance.pk:
            self.initial["opened"] = self.instance.changed_at.isoformat()
            self.was = self.instance.changed_at.isoformat()
        self.kept_file = self.instance.file.name if self.instance.pk else ""

    def clean_file(self) -> Any:
        """Refuse what is too large or of a wrong type."""
        uploaded = self.files.get(self.add_prefix("file"))
        if uploaded is not None:
            check_file(uploaded)
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        """A file or a link, one of the two; a moment where one is asked for; nobody else's later save undone."""
        values = super().clean()
        uploaded, link = self.files.get(self.add_prefix("file")), values.get("link")
        if uploaded and link:
            self.add_error("link", _("Choose a file or write a link, one of the two."))
        elif not (uploaded or link or self.kept_file) and not {"file", "link"} & set(self.errors):
            self.add_error("file", _("Choose a file or write a link."))
        waits = values.get("visible_from") == SessionMaterial.Visible.MOMENT
        if waits and not values.get("visible_at") and "visible_at" not in self.errors:
            self.add_error("visible_at", _("Write from when it is visible."))
        if self.instance.pk and values.get("opened") != self.was:
            self.data = {**self.data.dict(), self.add_prefix("opened"): self.was}
            self.add_error(
                None,
                _(
                    "Somebody saved this while you had it open. Look at it, then save again to replace theirs."
                ),
            )
        return values

    def _post_clean(self) -> None:
        """The model is checked by ``save_material``, once the file has its place."""
        excluded = {"file"} if self.errors else set()
        self.instance = forms.models.construct_instance(self, self.instance, self._meta.fields, excluded)

    def save(self, *, by: Any) -> SessionMaterial:  # type: ignore[override]
        """Save through ``programme.materials``. Raises ``ValidationError`` by field."""
        if self.instance.visible_from != SessionMaterial.Visible.MOMENT:
            self.instance.visible_at = None
        return save_material(self.instance, uploaded=self.files.get(self.add_prefix("file")), by=by)


def session_label(session: Session) -> str:
    """ "tirsdag 9. mars 10:00 Trusselbildet"."""
    if session.start is None:
        return str(session)
    local = session.start.astimezone(session.event.zone)
    return f"{day_words(session.day.date)} {local:%H:%M} {session}"


class MaterialsView(ProgrammeView):
    """Everything that lies with the event and its items."""

    template_name = "nsr_events/programme/admin/materials.html"
    page_title = gettext_lazy("Slides and documents")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(self.event.materials.select_related("session__day"))
        rows.sort(key=lambda row: (row.session is not None, _start(row), row.session_id or 0, row.pk))
        for row in rows:
            if row.session:
                row.session.event = self.event  # asked for its zone
        groups = [
            (session_label(found[0].session) if key else "", found)
            for key, found in ((key, list(each)) for key, each in groupby(rows, lambda row: row.session_id))
        ]
        return super().get_context_data(groups=groups, **kwargs)


def _start(row: SessionMaterial) -> float:
    return row.session.start.timestamp() if row.session and row.session.start else 0.0


class AddMaterialView(ProgrammeView):
    """Add slides or a document."""

    template_name = "nsr_events/programme/admin/material.html"
    page_title = gettext_lazy("New slides or document")

    def form(self, data: Any = None, files: Any = None) -> MaterialForm:
        session = self.event.sessions.filter(uid=self._session_uid()).first() if data is None else None
        return MaterialForm(self.event, data, files, initial={"session": session})

    def _session_uid(self) -> Any:
        try:
            return forms.UUIDField(required=False).clean(self.request.GET.get("session", ""))
        except ValidationError:
            return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(self.form())

    def page(self, form: MaterialForm) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(form=form, media=form.media, material=form.instance)
        )

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lock_event(self.event.pk)  # two saves of the same row come one after the other
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                with transaction.atomic():
                    saved = form.save(by=request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("“%(title)s” is saved.") % {"title": saved})
                return HttpResponseRedirect(self.address("materials"))
        messages.error(request, _("Nothing is saved yet. Correct what is marked below."))
        if request.FILES:
            messages.warning(request, _("The file must be chosen again: browsers do not keep it."))
        return self.page(form)


class OneMaterialMixin:
    """Finds the material of the address, of this event only."""

    @cached_property
    def material(self) -> SessionMaterial:
        found = self.event.materials.filter(uid=self.kwargs["uid"]).select_related("session__day").first()
        if found is None:
            raise Http404
        found.event = self.event
        return found


class EditMaterialView(OneMaterialMixin, AddMaterialView):
    """Change it: other words, another file, other people."""

    @property
    def page_title(self) -> str:
        return str(self.material)

    def form(self, data: Any = None, files: Any = None) -> MaterialForm:
        fresh = SessionMaterial.objects.get(pk=self.material.pk)  # a bound form writes into its own
        return MaterialForm(self.event, data, files, instance=fresh)


class DeleteMaterialView(OneMaterialMixin, ProgrammeView):
    """Asks before it deletes, as there is no way back."""

    template_name = "nsr_events/programme/admin/material_delete.html"

    @property
    def page_title(self) -> str:
        return _("Delete “%(title)s”") % {"title": self.material}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(material=self.material, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        title = str(self.material)
        delete_material(self.material, by=request.user)
        messages.success(request, _("“%(title)s” is deleted.") % {"title": title})
        return HttpResponseRedirect(self.address("materials"))


class MaterialFileView(OneMaterialMixin, ProgrammeView):
    """The file itself, for whoever may change the event, whatever the public may see."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return serve(Material(self.material, self.event))
