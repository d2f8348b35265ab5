"""Messages to many: write, look who gets it, confirm the number, follow it, stop it; and notices that were proposed."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from wagtail.admin import messages as notes

from nsr_events import conf
from nsr_events.calendars import invites
from nsr_events.core import audit
from nsr_events.core.texts import text_in
from nsr_events.programme.current import current_programme
from nsr_events.reminders import messages, words
from nsr_events.reminders.models import Message

from . import preview
from .frame import MessageScreen
from .message_form import MessageForm, NoticeForm
from .texts_form import placeholder_help
from .words import at_words, left_out_words, segment_words

State = Message.State


class MessagesView(MessageScreen):
    """Everything that was written to many, drafts first."""

    section = "messages"
    template_name = "nsr_events/reminders/admin/messages.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Message.objects.filter(event=self.event).exclude(state=State.DISCARDED).select_related("by")
        newest = list(rows[:100])
        progress = messages.progress_of(newest)
        shown = [
            {
                "message": row,
                "title": title_of(row),
                "progress": progress.get(row.pk, messages.Progress()),
                "when": at_words(row.confirmed_at or row.created, self.event),
            }
            for row in newest
        ]
        drafts = [row for row in shown if row["message"].state == State.DRAFT]
        return super().get_context_data(
            drafts=drafts, done=[row for row in shown if row not in drafts], **kwargs
        )


class OneMessage(MessageScreen):
    """One message of this event, found by its uid."""

    section = "messages"

    @cached_property
    def message(self) -> Message:
        """The row as it is now. Raises ``Http404`` for another event's."""
        rows = Message.objects.select_related("by").exclude(state=State.DISCARDED)
        found = rows.filter(event=self.event, uid=self.kwargs["uid"]).first()
        if found is None:
            raise Http404("No message of this event.")
        found.event = self.event
        return found

    @property
    def page_title(self) -> str:
        return title_of(self.message)

    def too_late(self) -> HttpResponse:
        """Say that it is no draft any more, and show how far it has come."""
        notes.warning(self.request, _("It has been confirmed or stopped already."))
        return redirect(self.address("message", self.message.uid))

    def changes(self) -> list[str]:
        """What a notice tells, in the editor's language."""
        language, facts = get_language() or "en", self.message.facts
        if self.message.kind == Message.Kind.PROGRAMME:
            programme = current_programme(self.event.pk)
            return words.session_lines(facts.get("sessions", {}), programme, language)
        return words.fact_lines(facts, language) if self.message.is_notice else []


class WriteView(OneMessage):
    """Write a draft, and look at it as somebody would get it."""

    template_name = "nsr_events/reminders/admin/write.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.message.state != State.DRAFT:
            return redirect(self.address("message", self.message.uid))
        return self.show(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.message.state != State.DRAFT:
            return self.too_late()
        form = self.form(request.POST)
        if not form.is_valid():
            notes.error(request, _("Nothing is saved yet. Correct what is marked below."))
            return self.show(form)
        try:
            message = messages.save_draft(
                form.filled(self.message), everybody_of=form.cleaned_data.get("everybody_of"), by=request.user
            )
        except messages.NotADraft:
            return self.too_late()
        if "check" in request.POST:
            return redirect(self.address("check", message.uid))
        notes.success(request, _("The draft is saved. Nothing is sent yet."))
        return redirect(self.address("messages"))

    def form(self, data: Any = None) -> MessageForm | NoticeForm:
        form = NoticeForm if self.message.is_notice else MessageForm
        return form(data, event=self.event, message=self.message)

    def show(self, form: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            message=self.message,
            changes=self.changes(),
            placeholders=placeholder_help(self.message.kind),
            **kwargs,
        )
        return self.render_to_response(context)


class NewMessageView(WriteView):
    """Write a new message; the form carries its uid, so that a second click makes no second one."""

    page_title = gettext_lazy("New message")

    @cached_property
    def message(self) -> Message:
        try:
            uid = uuid.UUID(self.request.POST.get("uid", ""))
        except ValueError:
            uid = uuid.uuid4()
        made = Message.objects.filter(uid=uid).first()
        if made and made.event_id != self.event.pk:
            raise Http404("A message of another event.")
        return made or Message(event=self.event, uid=uid)


class CheckView(OneMessage):
    """Who gets it, who does not and why, how it looks; confirming says the number."""

    template_name = "nsr_events/reminders/admin/check.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.message.state != State.DRAFT:
            return redirect(self.address("message", self.message.uid))
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "confirm" in request.POST:
            return self.confirm()
        if "discard" in request.POST:
            return self.discard()
        if "send_to_me" in request.POST:
            preview.send_and_tell(request, self.preview(self.words))
        return self.render_to_response(self.get_context_data())

    def confirm(self) -> HttpResponse:
        """Put it in the queue, if the number is still the one that was shown."""
        now, request = timezone.now(), self.request
        count = request.POST.get("count", "")
        try:
            sent = messages.confirm(
                self.message, count=int(count) if count.isdigit() else -1, now=now, by=request.user,
                seen=request.POST.get("seen", ""),
            )  # fmt: skip
        except messages.NotADraft:
            return self.too_late()
        except messages.ChangedMeanwhile:
            notes.warning(request, _("Nothing is sent yet: somebody changed what it says. Look at it again."))
            return redirect(self.address("check", self.message.uid))
        except messages.NumberChanged as changed:
            notes.warning(
                request,
                _("Nothing is sent yet: it would reach %(count)d people now.") % {"count": changed.count},
            )
            return self.render_to_response(self.get_context_data())
        audit.record(
            "message.confirm", event=self.event, actor=request.user, object_uid=str(self.message.uid),
            fields=[self.message.kind], counts={"mails": sent}, request=request, now=now,
        )  # fmt: skip
        said = ngettext(
            "The mail to %(count)d person is on its way.",
            "The mails to %(count)d people are on their way.",
            sent,
        )
        notes.success(request, said % {"count": sent})
        return redirect(self.address("message", self.message.uid))

    def discard(self) -> HttpResponse:
        """Drop the draft."""
        try:
            messages.discard(self.message)
        except messages.NotADraft:
            return self.too_late()
        audit.record(
            "message.discard", event=self.event, actor=self.request.user, object_uid=str(self.message.uid),
            request=self.request, now=timezone.now(),
        )  # fmt: skip
        notes.success(self.request, _("It is discarded. Nobody gets anything."))
        return redirect(self.address("messages"))

    @cached_property
    def words(self) -> preview.Words:
        return preview.Words(self.message.kind, part_of=self.message)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reach = messages.reach(self.message, now=timezone.now())
        return super().get_context_data(
            message=self.message,
            reach=reach,
            seen=messages.content(self.message),
            left_out=left_out_words(reach.left_out),
            to=audience_words(self.message),
            changes=self.changes(),
            delay=int(conf.MESSAGE_DELAY),
            outdated=invites.outdated(self.event) if self.message.kind in Message.FACT_NOTICES else 0,
            shown=self.preview(self.words),
            **self.choices(self.words),
            **kwargs,
        )


class MessageView(OneMessage):
    """How far a message has come, and the button that stops it."""

    template_name = "nsr_events/reminders/admin/message.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.message.state == State.DRAFT:
            return redirect(self.address("check", self.message.uid))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        count = messages.stop(self.message)
        audit.record(
            "message.stop", event=self.event, actor=request.user, object_uid=str(self.message.uid),
            counts={"mails": count}, request=request, now=timezone.now(),
        )  # fmt: skip
        said = ngettext("%(count)d mail is stopped.", "%(count)d mails are stopped.", count)
        notes.success(request, said % {"count": count})
        return redirect(self.address("message", self.message.uid))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        progress = messages.progress(self.message)
        first = self.message.mails.filter(messages.waiting()).order_by("due").first()
        return super().get_context_data(
            message=self.message,
            progress=progress,
            leaves=at_words(first.due, self.event) if first else "",
            confirmed=at_words(self.message.confirmed_at, self.event),
            to=audience_words(self.message),
            changes=self.changes(),
            percent=100 * progress.done // progress.total if progress.total else 100,
            **kwargs,
        )


def title_of(message: Message) -> str:
    """The subject, else what kind of notice it is."""
    subject = text_in(message.subject, get_language() or "en").value
    return subject or str(Message.Kind(message.kind).label)


def audience_words(message: Message) -> str:
    """Whom it is for, in words."""
    if message.kind == Message.Kind.PROGRAMME:
        return _("Those on stage in what changed, and those who booked what moved")
    return segment_words(message.event, message.segment)
