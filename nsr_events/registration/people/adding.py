"""Adding somebody by hand or at the door, and editing on somebody's behalf: the form as organisers fill it in."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin import messages

from nsr_events.core.texts import content_languages, default_language
from nsr_events.registration import seats
from nsr_events.registration.fields import Boxes, Radios
from nsr_events.registration.forms import RegistrationForm
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import Registration
from nsr_events.registration.seats import OutcomeKind, ProblemKind, Refused, Stale

from .acting import NoticeForm
from .screens import ManageView
from .verbs import Given, note
from .words import reasons, status_word

Source = Registration.Source


class HowForm(NoticeForm):
    """With which mail, in which language, above capacity or not."""

    def __init__(
        self, data: Any = None, *, mails: bool, needs_reason: bool = False, language: bool = True
    ) -> None:
        super().__init__(data, mails=mails, needs_reason=needs_reason, exceeds=True)
        if language:
            self.fields["language"] = forms.ChoiceField(
                label=_("Language of the mails"), choices=content_languages(), initial=default_language()
            )
            self.fields["key"] = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class StaffFormView(ManageView):
    """The registration form beside what only organisers say."""

    template_name = "nsr_events/registration/admin/people/form.html"

    def form_for(self, data: Any, *, row: Registration | None = None) -> RegistrationForm:
        """The form in the language of the screen; organisers may leave out what is required."""
        return RegistrationForm(
            data, event=self.event, setup=self.registration_setup, language=translation.get_language() or "nb",
            now=self.now, registration=row, staff=True,
        )  # fmt: skip

    def shown(self, form: RegistrationForm, how: NoticeForm, **context: Any) -> HttpResponse:
        """Draw both forms."""
        return self.page(form=form, fields=list(staff_fields(form)), how=how, **context)

    def say_errors(self) -> None:
        """Nothing is lost, something is to be mended."""
        messages.error(self.request, _("Nothing is saved yet. Correct what is marked below."))


def staff_fields(form: RegistrationForm) -> Any:
    """The fields of the form in its order, with whether they are a group of boxes."""
    for name, field in form.fields.items():
        bound = form[name]
        if bound.shape == "words":
            continue
        yield {"field": bound, "group": isinstance(field.widget, Boxes | Radios), "lead": bound.lead}


@method_decorator(sensitive_post_parameters(), name="dispatch")
class AddView(StaffFormView):
    """Add somebody by hand: may leave out answers and address, may go above capacity."""

    page_title = gettext_lazy("Add somebody")
    source: str = Source.STAFF
    mails = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.shown(self.form_for(None), HowForm(mails=self.mails))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, how = self.form_for(request.POST), HowForm(request.POST, mails=self.mails)
        if not (form.is_valid() & how.is_valid()):
            self.say_errors()
            return self.shown(form, how)
        try:
            return self.added(self.register(form, how))
        except Refused as refused:
            form.add_refusal(refused)
            if any(problem.kind == ProblemKind.FULL for problem in refused.problems):
                how.add_error(
                    "above_capacity",
                    _("There is no seat. Tick here and write why, to add them all the same."),
                )
            self.say_errors()
        except Busy:
            self.busy()
        return self.shown(form, how)

    def register(self, form: RegistrationForm, how: HowForm) -> seats.Outcome:
        """Through the same door as everybody, with its audit entry."""
        application = replace(
            form.application(idempotency_key=how.cleaned_data["key"]), source=self.source,
            language=how.cleaned_data["language"],
        )  # fmt: skip
        said = how.said() | ({} if self.mails else {"notify": False})
        with transaction.atomic():
            outcome = seats.register(self.event, application, now=self.now, by=self.request.user, **said)
            if outcome.registration and outcome.kind not in {OutcomeKind.KNOWN, OutcomeKind.REPEATED}:
                given = Given(now=self.now, by=self.request.user, request=self.request)
                note("registration.added", outcome.registration, given)
                if said["above_capacity"]:
                    note("registration.above_capacity", outcome.registration, given)
        return outcome

    def added(self, outcome: seats.Outcome) -> HttpResponse:
        """Say what became of them, and lead to the next."""
        row = outcome.registration
        if outcome.kind == OutcomeKind.KNOWN:
            messages.warning(self.request, _("This address is registered already. Nothing was added."))
            return self.to("person", row.uid)
        words = _("%(name)s is added. Status: %(status)s.")
        messages.success(self.request, words % {"name": row.full_name, "status": status_word(row.status)})
        return self.to("walk_in") if self.source == Source.WALK_IN else self.to("person", row.uid)


class WalkInView(AddView):
    """Somebody stands at the door: as few fields as possible are needed, nobody is told by mail."""

    page_title = gettext_lazy("Walk-in")
    source = Source.WALK_IN
    mails = False


@method_decorator(sensitive_post_parameters(), name="dispatch")
class EditView(StaffFormView):
    """Edit on somebody's behalf, with a reason. Sensitive answers are not shown and stay."""

    page_title = gettext_lazy("Edit on behalf")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row = self.find(kwargs["uid"])

    def how(self, data: Any = None) -> HowForm:
        """A reason is needed; the mail goes only when days, category or sessions changed."""
        return HowForm(data, mails=True, needs_reason=True, language=False)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.shown(self.form_for(None, row=self.row), self.how(), row=self.row)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, how = self.form_for(request.POST, row=self.row), self.how(request.POST)
        if not (form.is_valid() & how.is_valid()):
            self.say_errors()
        elif self.saved(form, how):
            messages.success(request, _("%(name)s is saved.") % {"name": self.row.full_name})
            return self.to("person", self.row.uid)
        return self.shown(form, how, row=self.row)

    def saved(self, form: RegistrationForm, how: HowForm) -> bool:
        """Write the change with its audit entry; says what keeps it from being written."""
        try:
            self._save(form, how)
        except Refused as refused:
            form.add_refusal(refused)
            if not form.errors:
                form.add_error(None, reasons(refused.problems))
            self.say_errors()
            return False
        except Stale as stale:
            self.row.row_version = stale.registration.row_version
            messages.warning(
                self.request,
                _(
                    "This registration was changed while you had it open. What you typed stands below and is not "
                    "saved. Save again to replace what is there."
                ),
            )
            return False
        except Busy:
            self.busy()
            return False
        return True

    def _save(self, form: RegistrationForm, how: HowForm) -> None:
        version = self.request.POST.get("row_version", "")
        application = form.application()
        with transaction.atomic():
            seats.change(
                self.row, application, now=self.now, by=self.request.user,
                row_version=int(version) if version.isdecimal() and len(version) < 10 else -1, **how.said(),
            )  # fmt: skip
            given = Given(now=self.now, by=self.request.user, request=self.request)
            changed = [name for name in form.changed_data if name in NAMED_FIELDS or name.startswith("q_")]
            note("registration.edited", self.row, given, fields=changed)
            if how.said()["above_capacity"]:
                note("registration.above_capacity", self.row, given)


NAMED_FIELDS = frozenset({
    "first_name", "last_name", "email", "organisation", "job_title", "mobile", "badge_name", "category", "days",
})  # fmt: skip
"""Names that the audit log may hold: of fields, never their values."""
