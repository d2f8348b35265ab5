"""The words of each kind of mail: what the package says, what the site or the event says instead."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages as notes

from nsr_events.core import audit
from nsr_events.core.texts import as_dict, content_languages
from nsr_events.outbox import kinds, texts
from nsr_events.outbox.kinds import Kind
from nsr_events.outbox.models import MailTemplate, OutgoingMail

from . import preview
from .frame import MessageScreen
from .texts_form import MailTextForm, placeholder_help

GROUPS = [
    (gettext_lazy("Registration"), "registration."),
    (gettext_lazy("Invitations and reminders"), ("invitation.", "reminder")),
    (gettext_lazy("Changes"), ("event.", "programme.")),
    (gettext_lazy("Other"), ""),
]


class TextForm(MailTextForm):
    """Subject and text of one kind of mail."""

    def __init__(self, *args: Any, mail_kind: Kind, **kwargs: Any) -> None:
        self.mail_kind = mail_kind
        super().__init__(*args, **kwargs)

    def kind(self) -> Kind:
        """The kind whose words these are."""
        return self.mail_kind


class TextsView(MessageScreen):
    """Every kind of mail, and whose words it has."""

    section = "texts"
    template_name = "nsr_events/reminders/admin/texts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        templates = texts.templates_of(self.event.pk)
        left = [kind for kind in kinds.all_kinds() if kind.editable and kind.texts]
        groups = []
        for label, prefix in GROUPS:
            found = [kind for kind in left if kind.key.startswith(prefix)]
            left = [kind for kind in left if kind not in found]
            rows = [{"key": kind.key, "label": kind.label, "whose": whose(kind, templates)} for kind in found]
            if rows:
                groups.append({"label": label, "rows": rows})
        return super().get_context_data(groups=groups, **kwargs)


class TextView(MessageScreen):
    """The words of one kind for this event: change them, look at them, go back to the standard."""

    section = "texts"
    template_name = "nsr_events/reminders/admin/text.html"

    @cached_property
    def kind(self) -> Kind:
        """The kind that the address names. Raises ``Http404``."""
        found = kinds.find(self.kwargs["kind"])
        if found is None or not found.editable or not found.texts:
            raise Http404("No kind of mail with texts.")
        return found

    @property
    def page_title(self) -> str:
        return str(self.kind.label)

    @cached_property
    def template(self) -> MailTemplate | None:
        """The event's own words, None where it has none."""
        return MailTemplate.objects.filter(event=self.event, kind=self.kind.key).first()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "reset" in request.POST:
            return self.reset()
        form = self.form(request.POST)
        if not form.is_valid():
            notes.error(request, _("Nothing is saved yet. Correct what is marked below."))
            return self.show(form)
        if "save" not in request.POST:
            return self.look(form)
        self.save(form)
        return redirect(self.address("texts"))

    def form(self, data: Any = None) -> TextForm:
        return TextForm(data, mail_kind=self.kind, initial=self.words_now())

    def words_now(self) -> dict[str, dict[str, str]]:
        """The words in force, by language."""
        templates = texts.templates_of(self.event.pk)
        found = {code: texts.words_at(self.kind, code, templates) for code, _name in content_languages()}
        return {
            "subject": {code: text.subject for code, text in found.items() if text},
            "body": {code: text.body.strip() for code, text in found.items() if text},
        }

    @transaction.atomic
    def save(self, form: TextForm) -> None:
        """Keep the words for this event, or none where they are the standard's; unsent mail follows."""
        values, now = form.cleaned_data, timezone.now()
        if not form.has_changed() and self.template is None:
            notes.info(self.request, _("These are the standard words: nothing is changed."))
            return
        MailTemplate.objects.update_or_create(
            event=self.event, kind=self.kind.key,
            defaults={"subject": values["subject"], "body": values["body"]},
        )  # fmt: skip
        audit.record(
            "mail_text.save", event=self.event, actor=self.request.user, fields=[self.kind.key],
            request=self.request, now=now,
        )  # fmt: skip
        notes.success(self.request, _("“%(name)s” is saved.") % {"name": self.kind.label})
        if count := self.waiting():
            said = ngettext(
                "%(count)d mail that waits already follows the change.",
                "%(count)d mails that wait already follow the change.",
                count,
            )
            notes.info(self.request, said % {"count": count})

    def reset(self) -> HttpResponse:
        """Forget the event's words."""
        MailTemplate.objects.filter(event=self.event, kind=self.kind.key).delete()
        audit.record(
            "mail_text.reset", event=self.event, actor=self.request.user, fields=[self.kind.key],
            request=self.request, now=timezone.now(),
        )  # fmt: skip
        notes.success(self.request, _("“%(name)s” has the standard words again.") % {"name": self.kind.label})
        return redirect(self.address("texts"))

    def look(self, form: TextForm) -> HttpResponse:
        """Show the mail with the words that were typed, without saving."""
        values = form.cleaned_data
        template = MailTemplate(
            event=self.event, kind=self.kind.key, subject=values["subject"], body=values["body"]
        )
        shown = self.preview(preview.Words(self.kind.key, template=template))
        if "send_to_me" in self.request.POST:
            preview.send_and_tell(self.request, self.event, shown, kind=self.kind.key)
        return self.show(form, shown=shown, warnings=form.warnings(), has_unsaved_changes=True)

    def waiting(self) -> int:
        """How many mails of this kind have not left yet."""
        return OutgoingMail.objects.filter(event=self.event, kind=self.kind.key).unsent().count()

    def show(self, form: TextForm, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            kind=self.kind,
            has_own=self.template is not None,
            waiting=self.waiting(),
            required=sorted(self.kind.required),
            placeholders=placeholder_help(self.kind.key),
            **self.choices(preview.Words(self.kind.key)),
            **kwargs,
        )
        return self.render_to_response(context)


def whose(kind: Kind, templates: Any) -> str:
    """Whose words a kind has: the event's, the site's or the standard ones."""
    if (kind.key, True) in templates and as_dict(templates[kind.key, True].body):
        return _("This event's own")
    if (kind.key, False) in templates and as_dict(templates[kind.key, False].body):
        return _("The site's")
    return _("Standard")
