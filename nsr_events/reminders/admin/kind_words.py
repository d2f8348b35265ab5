"""The words of each kind of mail, listed and changed: what the screens of one event and of the site share."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages as notes

from nsr_events.core import audit
from nsr_events.core.models import Event
from nsr_events.core.texts import as_dict, content_languages
from nsr_events.outbox import kinds, texts
from nsr_events.outbox.kinds import Kind
from nsr_events.outbox.models import MailTemplate, OutgoingMail

from . import preview
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


class Scope:
    """Whose words a screen is about: those of ``scope``, an event, or without one those of the whole site."""

    scope: Event | None = None

    @cached_property
    def templates(self) -> dict[tuple[str, bool], MailTemplate]:
        """What has words of its own here, and what the site says to an event."""
        return texts.templates_of(self.scope.pk if self.scope else None)

    def list_url(self) -> str:
        """The list of all kinds."""
        raise NotImplementedError

    def url_of(self, kind: Kind) -> str:
        """The screen of one kind."""
        raise NotImplementedError


class KindsScreen(Scope):
    """Every kind of mail, and whose words it has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(groups=list(self.groups()), **kwargs)

    def groups(self) -> list[dict[str, Any]]:
        """The kinds with words, by what they are about."""
        left = [kind for kind in kinds.all_kinds() if kind.editable and kind.texts]
        groups = []
        for label, prefix in GROUPS:
            found = [kind for kind in left if kind.key.startswith(prefix)]
            left = [kind for kind in left if kind not in found]
            rows = [
                {"url": self.url_of(kind), "label": kind.label, "whose": whose(kind, self.templates)}
                for kind in found
            ]
            if rows:
                groups.append({"label": label, "rows": rows})
        return groups


class KindScreen(Scope):
    """The words of one kind: change them, look at them, go back to those of the next level."""

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

    def own(self) -> QuerySet[MailTemplate]:
        """The words that stand here and not on the next level."""
        return MailTemplate.objects.filter(event=self.scope, kind=self.kind.key)

    def unsent(self) -> QuerySet[OutgoingMail]:
        """Mails that would follow a change."""
        raise NotImplementedError

    def look_at(self, words: preview.Words) -> preview.Preview | None:
        """The mail with these words; None where there is no event to show it with."""
        raise NotImplementedError

    def ask_how(self) -> dict[str, Any]:
        """What the template needs to ask as whom and in which language to look."""
        raise NotImplementedError

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
        return redirect(self.list_url())

    def form(self, data: Any = None) -> TextForm:
        return TextForm(data, mail_kind=self.kind, initial=self.words_now())

    def words_now(self) -> dict[str, dict[str, str]]:
        """The words in force, by language."""
        found = {code: texts.words_at(self.kind, code, self.templates) for code, _name in content_languages()}
        return {
            "subject": {code: text.subject for code, text in found.items() if text},
            "body": {code: text.body.strip() for code, text in found.items() if text},
        }

    @transaction.atomic
    def save(self, form: TextForm) -> None:
        """Keep the words here, or none where they are the next level's; unsent mail follows."""
        if not form.has_changed() and not self.own().exists():
            notes.info(self.request, _("These are the standard words: nothing is changed."))
            return
        values = form.cleaned_data
        MailTemplate.objects.update_or_create(
            event=self.scope, kind=self.kind.key,
            defaults={"subject": values["subject"], "body": values["body"]},
        )  # fmt: skip
        self.record("mail_text.save")
        notes.success(self.request, _("“%(name)s” is saved.") % {"name": self.kind.label})
        if count := self.unsent().count():
            notes.info(self.request, following_words(count))

    def reset(self) -> HttpResponse:
        """Forget the words that stand here."""
        self.own().delete()
        self.record("mail_text.reset")
        notes.success(self.request, _("“%(name)s” has the standard words again.") % {"name": self.kind.label})
        return redirect(self.list_url())

    def record(self, action: str) -> None:
        """Write down who did it."""
        audit.record(
            action, event=self.scope, actor=self.request.user, fields=[self.kind.key],
            request=self.request, now=timezone.now(),
        )  # fmt: skip

    def look(self, form: TextForm) -> HttpResponse:
        """Show the mail with the words that were typed, without saving."""
        values = form.cleaned_data
        template = MailTemplate(
            event=self.scope, kind=self.kind.key, subject=values["subject"], body=values["body"]
        )
        shown = self.look_at(preview.Words(self.kind.key, template=template))
        if shown is None:
            notes.info(self.request, _("There is no event of yours to show it with."))
        elif "send_to_me" in self.request.POST:
            preview.send_and_tell(self.request, shown)
        return self.show(form, shown=shown, warnings=form.warnings(), has_unsaved_changes=True)

    def show(self, form: TextForm, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            kind=self.kind,
            has_own=self.own().exists(),
            waiting=self.unsent().count(),
            required=sorted(self.kind.required),
            placeholders=placeholder_help(self.kind.key),
            list_url=self.list_url(),
            **self.ask_how(),
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


def following_words(count: int) -> str:
    """That mails which wait already follow an edit."""
    words = ngettext(
        "%(count)d mail that waits already follows the change.",
        "%(count)d mails that wait already follow the change.",
        count,
    )
    return words % {"count": count}
