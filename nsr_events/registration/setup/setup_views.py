"""The tab's first screen: the state right now and why, the numbers, and everything about how people register."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nsr_events.core.permissions import may
from nsr_events.registration import saving, sensitive
from nsr_events.registration.models import RegistrationSetup
from nsr_events.registration.sentences import organiser_sentence, public_sentence, tag

from .numbers import SHOWN, numbers_of
from .retention import lines_of
from .screens import SavingScreen, address_of, fresh_setup, pressed, public_form_address, state_now
from .setup_form import SetupForm


class SetupView(SavingScreen):
    """One form, one save; groups and questions have screens of their own."""

    template_name = "nsr_events/registration/admin/setup.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.page_context(self.form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.refuse(form)
        saved = self.attempt(form, lambda: self.save(form))
        if isinstance(saved, HttpResponse):
            return saved
        cause = self.cause(fresh_setup(self.event))
        self.tell(saved, _("Saved. %(state)s") % {"state": cause.words})
        return HttpResponseRedirect(self.address("setup"))

    def form(self, data: Any = None) -> SetupForm:
        """The form on an instance of its own."""
        form = SetupForm(data, instance=fresh_setup(self.event))
        form.refusal_field = "capacity"
        return form

    def save(self, form: SetupForm) -> saving.Saved:
        """Save through the verb."""
        return saving.save_setup(
            self.event,
            form.values(),
            stamp=self.request.POST.get("stamp", ""),
            confirmed=self.request.POST.get("confirmed", ""),
            now=timezone.now(),
            by=self.request.user,
        )

    def cause(self, setup: RegistrationSetup) -> Any:
        """Why the state is as it is."""
        state, _counts = state_now(self.event, setup)
        return organiser_sentence(state, self.event, setup, get_language() or "en")

    def page_context(self, form: SetupForm, **kwargs: Any) -> dict[str, Any]:
        setup, language = fresh_setup(self.event), get_language() or "en"
        state, _counts = state_now(self.event, setup)
        cause = organiser_sentence(state, self.event, setup, language)
        categories, questions = list(self.event.categories.all()), list(self.event.questions.all())
        live = [each for each in questions if not each.retired]
        return super().page_context(
            form,
            parts=form.parts(),
            stamp=saving.stamp_of(setup),
            state_tag=tag(state, language),
            public=public_sentence(state, self.event, setup, language),
            cause=cause,
            cause_url=address_of(cause, self.event),
            public_form=public_form_address(self.event),
            focus=pressed(self.request, [categories]),
            questions=len(live),
            sensitive_blocked=any(each.sensitive for each in live) and not sensitive.available(),
            numbers=numbers_of(
                self.event,
                setup,
                categories=categories,
                questions=live,
                may_see=may(self.request.user, "see_registrations", self.event),
            ),
            statuses=[each.label for each in SHOWN],
            retention=lines_of(form),
            **kwargs,
        )
