"""Importing registrations: the list, what becomes of each row, then the same door as everybody."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from nsr_events.core import audit
from nsr_events.core.texts import content_languages, default_language
from nsr_events.registration import columns, importing
from nsr_events.registration.models import Registration
from nsr_events.registration.tables import Table, Unreadable

from .lists import ListForm, carried, column_choices, from_carried, mapping_from, sentence
from .screens import ManageView
from .words import reasons

MOST_SHOWN = 200
OUTCOMES = {
    "confirmed": gettext_lazy("get a seat"),
    "waitlisted": gettext_lazy("go on the waiting list"),
    "full": gettext_lazy("left out: there is no seat and no waiting list"),
    "known": gettext_lazy("left out: already registered"),
    "twice": gettext_lazy("left out: twice in the list"),
    "wrong": gettext_lazy("left out: something is wrong in the row"),
}


class OptionsForm(forms.Form):
    """What everybody on the list gets."""

    use_required_attribute = False
    notify = forms.BooleanField(
        label=gettext_lazy("Send each of them the standard mail"), required=False,
        help_text=gettext_lazy("Otherwise nobody is told; you can send links later."),
    )  # fmt: skip
    batch = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, event: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.every = list(event.categories.all())
        self.fields["category"] = forms.ChoiceField(
            label=_("Category"), choices=[(each.key, str(each.name)) for each in self.every],
            help_text=_("Where the row names none."),
        )  # fmt: skip
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of the mails"), choices=content_languages(), initial=default_language()
        )
        self.order_fields(["category", "language", "notify", "batch"])

    @property
    def category(self) -> Any:
        """The chosen category."""
        return next(each for each in self.every if each.key == self.cleaned_data["category"])


class ImportView(ManageView):
    """Paste or upload, map the columns, look, then register."""

    template_name = "nsr_events/registration/admin/people/import.html"
    page_title = gettext_lazy("Import registrations")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.targets = importing.targets(self.event)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(lists=ListForm(targets=self.targets), options=OptionsForm(event=self.event))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        options = OptionsForm(request.POST, event=self.event)
        if "table" in request.POST:
            return self.second(options)
        lists = ListForm(request.POST, request.FILES, targets=self.targets)
        if not (lists.is_valid() & options.is_valid()):
            messages.error(request, _("Nothing is imported yet. Correct what is marked below."))
            return self.page(lists=lists, options=options)
        return self.look(lists.table, columns.guess(lists.table, self.targets), options)

    def second(self, options: OptionsForm) -> HttpResponse:
        """The list comes back with its columns: look again, or import."""
        try:
            table = from_carried(self.request.POST["table"])
        except Unreadable as error:
            messages.error(self.request, sentence(error))
            return self.to("import")
        mapped = mapping_from(self.request.POST, table, self.targets)
        if not options.is_valid():
            messages.error(self.request, _("Nothing is imported yet. Correct what is marked below."))
            return self.to("import")
        if "import" not in self.request.POST:
            return self.look(table, mapped, options)
        return self.imported(table, mapped, options)

    def judged(self, table: Table, mapped: columns.Mapped, options: OptionsForm) -> importing.Judged:
        """Every row, judged with the seats there are now."""
        reader = importing.reader_for(
            self.event, self.registration_setup, batch=options.cleaned_data["batch"],
            language=options.cleaned_data["language"], category=options.category, now=self.now,
        )  # fmt: skip
        return importing.judge(reader, (columns.cells_of(row, mapped) for row in table.rows), now=self.now)

    def look(self, table: Table, mapped: columns.Mapped, options: OptionsForm) -> HttpResponse:
        """What would become of each row; nobody is registered."""
        judged = self.judged(table, mapped, options)
        shown = sorted(judged.lines, key=lambda line: (line.application is not None, line.number))
        return self.page(
            options=options, table=carried(table), choices=column_choices(table, mapped), targets=self.targets,
            new=len(judged.applications), total=len(judged.lines),
            counts=[(words, judged.counts[key]) for key, words in OUTCOMES.items() if judged.counts[key]],
            lines=[(line, OUTCOMES[line.outcome]) for line in shown[:MOST_SHOWN]],
            more=max(0, len(shown) - MOST_SHOWN),
        )  # fmt: skip

    def imported(self, table: Table, mapped: columns.Mapped, options: OptionsForm) -> HttpResponse:
        """Register everybody who can be, and say what came of it."""
        judged = self.judged(table, mapped, options)
        result = importing.import_registrations(
            self.event, judged.applications, now=self.now, by=self.request.user,
            notify=options.cleaned_data["notify"], refusal=lambda refused: reasons(refused.problems),
        )  # fmt: skip
        made = sum(result.made.values())
        fields = [key for key in mapped.values() if not key.startswith(importing.ANSWER)]
        fields += [
            key.removeprefix(importing.ANSWER) for key in mapped.values() if key.startswith(importing.ANSWER)
        ]
        audit.record(
            "registrations.imported", event=self.event, actor=self.request.user, fields=fields,
            counts={"rows": len(table.rows), "made": made}, request=self.request, now=self.now,
        )  # fmt: skip
        words = ngettext("%(n)d person is registered.", "%(n)d people are registered.", made) % {"n": made}
        messages.success(self.request, words) if made else messages.warning(self.request, words)
        skipped = [
            (line, str(OUTCOMES[line.outcome]), line.why) for line in judged.lines if not line.application
        ]
        late = dict(result.skipped)
        skipped += [(line, late[line.number], "") for line in judged.lines if line.number in late]
        self.template_name = "nsr_events/registration/admin/people/imported.html"
        labels = {str(status): str(status.label) for status in Registration.Status}
        ways = [(labels.get(key, key), count) for key, count in result.made.items()]
        return self.page(made=made, ways=ways, skipped=skipped)
