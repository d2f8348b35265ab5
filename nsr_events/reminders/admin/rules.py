"""Reminders: the time line, and the screens of one rule."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages as notes

from nsr_events.core import audit
from nsr_events.core.models import EventDay
from nsr_events.reminders import audiences, notices, occurrences, planning, rules, timeline
from nsr_events.reminders import messages as sending
from nsr_events.reminders.models import ReminderRule
from nsr_events.reminders.naming import rule_name

from . import preview
from .frame import MessageScreen
from .kind_words import following_words
from .rule_form import RuleForm
from .texts_form import placeholder_help
from .words import at_words, left_out_words, segment_words


class TimelineView(MessageScreen):
    """The event in time, with its reminders and messages; and notices that wait for an answer."""

    section = "reminders"
    template_name = "nsr_events/reminders/admin/timeline.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        entries = [self._shown(entry) for entry in timeline.draw(self.event, now=now)]
        waiting = [
            {"message": each, "count": sending.reach(each, now=now).count}
            for each in notices.open_notices(self.event)
        ]
        drawn = {entry["entry"].rule.pk for entry in entries if entry["entry"].rule}
        rules = ReminderRule.objects.filter(event=self.event)
        idle = [
            {"rule": rule, "name": rule_name(rule), "to": segment_words(self.event, rule.segment)}
            for rule in rules.exclude(pk__in=drawn)
        ]
        has_rules = bool(drawn or idle)
        return super().get_context_data(
            entries=entries, notices=waiting, idle=idle, has_rules=has_rules, **kwargs
        )

    def _shown(self, entry: timeline.Entry) -> dict[str, Any]:
        rule = entry.rule
        return {
            "entry": entry,
            "local": entry.at.astimezone(self.event.zone),
            "when": at_words(entry.at, self.event),
            "name": rule_name(rule) if rule else entry.label,
            "to": segment_words(self.event, rule.segment) if rule else "",
        }


class RuleScreen(MessageScreen):
    """One rule of this event, found by its uid."""

    section = "reminders"

    @cached_property
    def rule(self) -> ReminderRule:
        """The row as it is now. Raises ``Http404`` for another event's."""
        found = ReminderRule.objects.filter(event=self.event, uid=self.kwargs["uid"]).first()
        if found is None:
            raise Http404("No rule of this event.")
        found.event = self.event
        return found


class EditRuleView(RuleScreen):
    """Change a rule, or look at it as somebody would get it."""

    template_name = "nsr_events/reminders/admin/rule.html"

    @property
    def page_title(self) -> str:
        return rule_name(self.rule)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            notes.error(request, _("Nothing is saved yet. Correct what is marked below."))
            return self.show(form)
        if "save" not in request.POST:
            return self.look(form)
        now = timezone.now()
        rule, effect = rules.save_rule(form.filled(self.instance()), now=now, by=request.user)
        notes.success(request, _("“%(name)s” is saved.") % {"name": rule_name(rule)})
        if effect.following:
            notes.info(request, following_words(effect.following))
        return redirect(self.address("timeline"))

    def form(self, data: Any = None) -> RuleForm:
        return RuleForm(data, event=self.event, rule=self.instance(), now=timezone.now())

    def instance(self) -> ReminderRule:
        """A copy of the row for the form to fill."""
        row = ReminderRule.objects.get(pk=self.rule.pk)
        row.event = self.event
        return row

    def look(self, form: RuleForm) -> HttpResponse:
        """Show the mail that would go out, and the people who would get it, without saving."""
        rule = form.filled(self.instance())
        words = preview.Words(form.kind().key, rule=rule)
        shown = self.preview(words)
        reach = audiences.reach(self.event, rule.segment, now=timezone.now(), reminders=True)
        if "send_to_me" in self.request.POST:
            preview.send_and_tell(self.request, shown)
        return self.show(
            form, shown=shown, words=words, reach=reach, left_out=left_out_words(reach.left_out),
            warnings=form.warnings(), due=self.dues(rule), has_unsaved_changes=True,
        )  # fmt: skip

    def dues(self, rule: ReminderRule) -> list[str]:
        """When the rule fires, on the event's clocks."""
        days = list(EventDay.objects.filter(event=self.event))
        return [at_words(each.due, self.event) for each in occurrences.of_event(rule, self.event, days)]

    def show(self, form: RuleForm, **kwargs: Any) -> HttpResponse:
        words = kwargs.get("words") or preview.Words("reminder", rule=self.rule)
        context = self.get_context_data(
            form=form,
            rule=self.rule,
            placeholders=placeholder_help(
                "invitation.reminder" if self.rule.is_of_invitations else "reminder"
            ),
            **self.choices(words),
            **kwargs,
        )
        return self.render_to_response(context)


class AddRuleView(EditRuleView):
    """Make a rule; the form carries its uid, so that a second click makes no second one."""

    page_title = gettext_lazy("New reminder")

    @cached_property
    def rule(self) -> ReminderRule:
        try:
            uid = uuid.UUID(self.request.POST.get("uid", ""))
        except ValueError:
            uid = uuid.uuid4()
        made = ReminderRule.objects.filter(uid=uid).first()
        if made and made.event_id != self.event.pk:
            raise Http404("A rule of another event.")
        return made or ReminderRule(event=self.event, uid=uid, days=-2)

    def instance(self) -> ReminderRule:
        if self.rule.pk:
            return super().instance()
        return ReminderRule(event=self.event, uid=self.rule.uid, days=-2)


class DeleteRuleView(RuleScreen):
    """Ask, then delete a rule; what waits of it is not sent."""

    template_name = "nsr_events/reminders/admin/rule_delete.html"

    @property
    def page_title(self) -> str:
        return rule_name(self.rule)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rule=self.rule, waiting=self.rule.mails.unsent().count(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = rule_name(self.rule)
        rules.delete_rule(self.rule, now=timezone.now(), by=request.user)
        notes.success(request, _("“%(name)s” is deleted.") % {"name": name})
        return redirect(self.address("timeline"))


class SendMissedView(RuleScreen):
    """Send a reminder now to those who should have had it."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        days = list(EventDay.objects.filter(event=self.event))
        key = request.POST.get("occurrence", "")
        found = next(
            (each for each in occurrences.of_event(self.rule, self.event, days) if each.key == key), None
        )
        count = planning.send_missed(self.rule, found, now=now) if found else 0
        if count:
            audit.record(
                "reminder.send_missed", event=self.event, actor=request.user, object_uid=str(self.rule.uid),
                counts={"mails": count}, request=request, now=now,
            )  # fmt: skip
            words = ngettext(
                "%(count)d reminder is on its way.", "%(count)d reminders are on their way.", count
            )
            notes.success(request, words % {"count": count})
        else:
            notes.warning(request, _("There is nobody left to send it to, or it is too late."))
        return redirect(self.address("timeline"))
