"""Exporting participants: which columns, which people, which kind of file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from nsr_events.core import audit
from nsr_events.core.throttling import Limit, use
from nsr_events.registration import exports
from nsr_events.registration.models import Registration

from .filters import PeopleFilterSet
from .many import chosen_ids, rows_in_order
from .screens import EXPORT, PeopleView
from .words import language

EXPORTS = Limit("export", most=20, seconds=3600)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportForm(forms.Form):
    """Columns and kind of file."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=gettext_lazy("File"), choices=[("xlsx", gettext_lazy("Excel (XLSX)")), ("csv", gettext_lazy("CSV"))],
        widget=forms.RadioSelect, initial="xlsx",
    )  # fmt: skip

    def __init__(self, *args: Any, columns: list[exports.Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.every = columns
        self.fields["columns"] = forms.MultipleChoiceField(
            label=_("Columns"), choices=[(each.key, str(each.label)) for each in columns],
            widget=forms.CheckboxSelectMultiple, initial=[each.key for each in columns if each.chosen],
            error_messages={"required": _("Choose at least one column")},
        )  # fmt: skip

    @property
    def chosen(self) -> list[exports.Column]:
        """The chosen columns, in the order of the form."""
        return [each for each in self.every if each.key in self.cleaned_data["columns"]]


class ExportView(PeopleView):
    """A file of the people the list showed, or of those that were ticked; without anything sensitive."""

    event_action = EXPORT
    template_name = "nsr_events/registration/admin/people/export.html"
    page_title = gettext_lazy("Export")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ExportForm(columns=exports.columns_of(self.event, language()))
        return self.shown(form, self.people(request.GET), request.GET.urlencode())

    def people(self, query: QueryDict) -> QuerySet:
        """Those who fit the filters of the list."""
        return PeopleFilterSet(query, event=self.event, setup=self.registration_setup).qs

    def shown(self, form: ExportForm, rows: QuerySet, query: str, ids: str = "") -> HttpResponse:
        """Draw the form with the exact number."""
        return self.page(form=form, count=rows.count(), query=query, ids=ids)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query, ids = request.POST.get("query", "")[:2000], request.POST.get("ids", "")
        rows = self.ticked(ids) if ids else self.people(QueryDict(query))
        form = ExportForm(
            request.POST if "kind" in request.POST else None,
            columns=exports.columns_of(self.event, language()),
        )
        if not form.is_valid():
            return self.shown(form, rows, query, ids)
        verdict = use(EXPORTS, request.user.pk, now=self.now)
        if not verdict.allowed:
            messages.error(request, _("You have exported very often within an hour. Try again later."))
            response = self.shown(form, rows, query, ids)
            response.status_code = 429
            response["Retry-After"] = str(verdict.retry_after)
            return response
        return self.file(form, rows)

    def ticked(self, ids: str) -> QuerySet:
        """Those who were ticked; one of another event refuses the whole."""
        data = QueryDict(mutable=True)
        data["ids"] = ids
        rows = rows_in_order(self.event, chosen_ids(data, self.event, self.registration_setup))
        return Registration.objects.filter(event=self.event, pk__in=[row.pk for row in rows])

    def file(self, form: ExportForm, rows: QuerySet) -> HttpResponse:
        """Write down who took what, then stream it."""
        audit.record(
            "registrations.exported", event=self.event, actor=self.request.user,
            fields=[column.key for column in form.chosen], counts={"rows": rows.count()}, request=self.request,
            now=self.now,
        )  # fmt: skip
        name = f"{slugify(str(self.event)) or 'participants'}-{self.now:%Y-%m-%d}"
        lines = exports.lines(rows, form.chosen, self.event, language())
        if form.cleaned_data["kind"] == "xlsx":
            return FileResponse(
                exports.as_xlsx(lines), as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX
            )
        response = StreamingHttpResponse(exports.as_csv(lines), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
