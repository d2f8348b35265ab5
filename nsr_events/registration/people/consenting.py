"""A consent that somebody withdrew by telephone or mail: organisers record it, they never tick for anybody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from nsr_events.core.texts import text_in
from nsr_events.registration import consents
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import Consent, ConsentText, Registration

from .acting import PlainField
from .screens import ManageView
from .verbs import Given, note
from .words import moment

Use = ConsentText.Use
FOLLOWS = {
    Use.LIST: gettext_lazy("The name leaves the list of participants at once."),
    Use.SENSITIVE: gettext_lazy("The sensitive answers are deleted at once, and cannot be brought back."),
}
"""What ends with a consent, beside that nobody may rely on it any more."""


class WithdrawForm(forms.Form):
    """How the organiser got to know."""

    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"] = PlainField(
            label=_("How they told us"), most=500,
            help_text=_("Stays with the registration; the person may ask to see it."),
            error_messages={"required": _("Write how and when they told us")},
        )  # fmt: skip


def consents_of(row: Registration) -> list[dict[str, Any]]:
    """What somebody agreed to, in the words they saw, with when it was given and taken back."""
    given = row.consents.exclude(text__use=Use.PRIVACY).select_related("text")
    return [
        {
            "pk": each.pk,
            "use": each.text.get_use_display(),
            "words": text_in(each.text.text, each.language),
            "given": moment(each.given_at, row.event),
            "withdrawn": moment(each.withdrawn_at, row.event),
        }
        for each in given
    ]


class WithdrawConsentView(ManageView):
    """What was agreed to, what follows, how they told us; then the button."""

    template_name = "nsr_events/registration/admin/people/consent.html"
    page_title = gettext_lazy("Record that a consent is withdrawn")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row = self.find(kwargs["uid"])
        self.consent = self._consent(kwargs["consent"])

    def _consent(self, pk: int) -> Consent:
        given = self.row.consents.exclude(text__use=Use.PRIVACY).select_related("text").filter(pk=pk).first()
        if given is None:
            raise Http404
        given.registration = self.row
        return given

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What is withdrawn already is not withdrawn twice."""
        if self.consent.withdrawn_at:
            messages.warning(request, _("This consent is withdrawn already."))
            return self.to("person", self.row.uid)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.shown(WithdrawForm())

    def shown(self, form: WithdrawForm) -> HttpResponse:
        """Draw the screen."""
        text = self.consent.text
        return self.page(
            form=form, row=self.row, words=text_in(text.text, self.consent.language), use=text.get_use_display(),
            given=moment(self.consent.given_at, self.event), follows=FOLLOWS.get(Use(text.use), ""),
        )  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = WithdrawForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Nothing is done yet. Correct what is marked below."))
            return self.shown(form)
        reason = _("Consent withdrawn (%(use)s): %(how)s") % {
            "use": self.consent.text.get_use_display(), "how": form.cleaned_data["reason"],
        }  # fmt: skip
        try:
            with transaction.atomic():
                consents.withdraw(self.consent, now=self.now, by=request.user, reason=reason)
                note("consent.withdrawn", self.row, Given(now=self.now, by=request.user, request=request))
        except Busy:
            self.busy()
            return self.shown(form)
        messages.success(request, _("Recorded: the consent is withdrawn."))
        return self.to("person", self.row.uid)
