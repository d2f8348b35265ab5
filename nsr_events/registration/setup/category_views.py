"""Screens of one participant category: add, edit, delete, order."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from nsr_events.registration import saving
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import ParticipantCategory

from .category_form import CategoryForm
from .screens import SavingScreen, SetupScreen, fresh_setup


class CategoryScreen(SavingScreen):
    """One category of this event, found by its uid."""

    template_name = "nsr_events/registration/admin/category.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.category = self.find(kwargs.get("uid"))

    def find(self, uid: uuid.UUID | None) -> ParticipantCategory:
        """The row as it is now. Raises ``Http404`` for another event's."""
        found = self.event.categories.filter(uid=uid).first()
        if found is None:
            raise Http404("No group of this event.")
        return found

    @property
    def page_title(self) -> str:
        return str(self.category)

    def form(self, data: Any = None) -> CategoryForm:
        """The form on an instance of its own."""
        return CategoryForm(data, instance=self.instance(), setup=fresh_setup(self.event))

    def instance(self) -> ParticipantCategory:
        return ParticipantCategory.objects.get(pk=self.category.pk)

    def back(self) -> HttpResponse:
        """To the list of groups."""
        return HttpResponseRedirect(f"{self.address('setup')}#groups")


class EditCategoryView(CategoryScreen):
    """Change a group."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.page_context(self.form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.refuse(form)
        saved = self.attempt(form, lambda: self.save(form))
        if isinstance(saved, HttpResponse):
            return saved
        self.tell(saved, _("“%(name)s” is saved.") % {"name": saved.row})
        return self.back()

    def save(self, form: CategoryForm) -> saving.Saved:
        """Save through the verb."""
        return saving.save_category(
            self.event,
            self.category,
            form.values(),
            stamp=self.request.POST.get("stamp", ""),
            confirmed=self.request.POST.get("confirmed", ""),
            now=timezone.now(),
            by=self.request.user,
        )

    def page_context(self, form: CategoryForm, **kwargs: Any) -> dict[str, Any]:
        row = self.instance()
        stamp = saving.stamp_of(row) if row.pk else ""
        return super().page_context(form, category=self.category, stamp=stamp, **kwargs)


class AddCategoryView(EditCategoryView):
    """Make a group; the form carries its uid, so that a second click makes no second one."""

    page_title = gettext_lazy("New group")

    def find(self, uid: uuid.UUID | None) -> ParticipantCategory:
        try:
            return ParticipantCategory(event=self.event, uid=uuid.UUID(self.request.POST.get("uid", "")))
        except ValueError:
            return ParticipantCategory(event=self.event)

    def instance(self) -> ParticipantCategory:
        return ParticipantCategory(event=self.event, uid=self.category.uid)


class DeleteCategoryView(CategoryScreen):
    """Ask, then delete; a group in use says who uses it."""

    template_name = "nsr_events/registration/admin/category_delete.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.page_context(self.form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        try:
            saved = saving.delete_category(
                self.event,
                self.category,
                confirmed=request.POST.get("confirmed", ""),
                now=timezone.now(),
                by=request.user,
            )
        except saving.Unconfirmed as question:
            return self.again(form, effects=question.effects)
        except (ValidationError, Busy) as refusal:
            said = getattr(refusal, "messages", [_("Many are registering just now. Try again in a moment.")])
            messages.error(request, " ".join(said))
            return self.again(form)
        self.tell(saved, _("“%(name)s” is deleted.") % {"name": self.category})
        return self.back()

    def page_context(self, form: CategoryForm, **kwargs: Any) -> dict[str, Any]:
        reasons = saving.reasons_to_keep(self.event, self.category)
        return super().page_context(form, category=self.category, reasons=reasons, **kwargs)


class MoveCategoryView(SetupScreen):
    """Let a group change places with its neighbour."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.event.categories.filter(uid=kwargs["uid"]).first()
        if row is None:
            raise Http404("No group of this event.")
        up = kwargs["where"] == "up"
        saving.move_row(
            self.event,
            row,
            up=up,
            siblings=self.event.categories.all(),
            by=request.user,
            action="category.move",
        )
        return HttpResponseRedirect(f"{self.address('setup')}?moved={row.uid}.{kwargs['where']}")
