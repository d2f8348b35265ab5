"""One participant: who they are, what they answered, what happened and what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from wagtail.admin import messages

from nsr_events.core import audit
from nsr_events.core.texts import content_languages
from nsr_events.outbox import kinds
from nsr_events.outbox.models import OutgoingMail
from nsr_events.programme.current import current_programme
from nsr_events.registration import questions, seats, sensitive, wording
from nsr_events.registration.counting import place_in_line
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import HandOver, Registration, SensitiveAnswers, StatusChange
from nsr_events.registration.questions import Asked
from nsr_events.registration.seats import Refused
from nsr_events.registration.values import phone_words
from nsr_events.registration.versions import form_of

from .consenting import consents_of
from .numbers import in_words
from .screens import MANAGE, SENSITIVE, ManageView, PeopleView
from .verbs import Given, note, verbs_for
from .words import day_words, moment, reasons

Status = Registration.Status
MOST_MAILS = 50


@dataclass(frozen=True)
class Answer:
    """A question as it was asked, and what was answered in words; ``gone`` when it is no longer asked."""

    label: str
    lines: list[str]
    gone: bool = False


@dataclass(frozen=True)
class Happened:
    """One step of the history in words."""

    at: str
    what: str
    who: str
    reason: str
    mail: str


class PersonView(PeopleView):
    """Everything about one person but what is sensitive, and what may be done."""

    template_name = "nsr_events/registration/admin/people/person.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.find(kwargs["uid"])
        audit.record(
            "registration.opened", event=self.event, actor=request.user, object_uid=row.uid, request=request,
            now=self.now,
        )  # fmt: skip
        self.page_title = row.full_name or row.shown_reference
        return self.page(**self.of(row))

    def of(self, row: Registration) -> dict[str, Any]:
        """What the template shows."""
        managed = self.may(MANAGE)
        return {
            "row": row,
            "facts": self.facts(row),
            "answers": answers_of(row),
            "sessions": sessions_of(row),
            "history": [happened(step, self.event) for step in row.history.select_related("by")],
            "mails": mails_of(row),
            "verbs": verbs_for(row, self.registration_setup, now=self.now) if managed else [],
            "may_edit": managed and row.status in EDITABLE and row.anonymised_at is None,
            "may_sensitive": self.may(SENSITIVE),
            "has_sensitive": SensitiveAnswers.objects.filter(registration=row).exists(),
            "proposal": row.hand_over_proposals.filter(state=HandOver.State.PROPOSED).first(),
            "replaced_by": row.replaced_by.first(),
            "consents": consents_of(row),
        }

    def facts(self, row: Registration) -> list[tuple[str, str]]:
        """The person's fields with their labels; what is empty is left out."""
        found = [
            (_("Reference"), row.shown_reference),
            (_("E-mail"), row.email or "–"),
            (_("Address that waits to be confirmed"), row.new_email),
            (_("Organisation"), row.organisation),
            (_("Job title"), row.job_title),
            (_("Mobile"), phone_words(row.mobile) if row.mobile else ""),
            (_("Name on the badge"), row.badge_name),
            (_("Category"), str(row.category.name)),
            (_("Days"), ", ".join(day_words(day) for day in row.attended_days)),
            (_("Language"), dict(content_languages()).get(row.language, row.language)),
            (_("Source"), str(row.get_source_display())),
            (_("Speaker profile"), row.person.name if row.person else ""),
            (_("Registered"), moment(row.created, self.event)),
            (_("Offer ends"), moment(row.offer_expires, self.event)),
            (_("Place in the queue"), self._position(row)),
            (_("Priority"), str(row.priority) if row.priority else ""),
        ]
        return [(label, value) for label, value in found if value]

    def _position(self, row: Registration) -> str:
        if row.status != Status.WAITLISTED:
            return ""
        count = Registration.objects.filter(event=self.event).waiting().count()
        return _("%(number)d of %(count)d") % {"number": place_in_line(row), "count": count}


EDITABLE = {Status.PENDING, Status.WAITLISTED, Status.CONFIRMED}


def answers_of(row: Registration) -> list[Answer]:
    """The ordinary answers in the words of the form that was answered, also where it was changed since."""
    form = form_of(row.form_version)
    today = {each.key: each for each in questions.as_form(row.event.questions.all()).questions}
    days = {str(day.uid): day_words(day) for day in row.event.days.all()}
    known = [each.key for each in form.questions]
    # An answer whose question is in no version is kept readable by its key.
    keys = [*known, *sorted(set(row.answers) - set(known))]
    found = []
    for key in keys:
        asked = form.get(key) or today.get(key)
        if key not in row.answers or (asked and asked.sensitive):
            continue
        gone = key not in today or today[key].retired
        found.append(
            Answer(in_words(asked.label) if asked else key, _lines(asked, row.answers[key], days), gone)
        )
    return found


def _lines(asked: Asked | None, answer: Any, days: Mapping[str, str]) -> list[str]:
    if asked is None:
        return [str(answer)]
    simple = {questions.YES: _("Yes"), questions.NO: _("No")}
    words = [each if isinstance(each, str) else in_words(each) for each in _spoken(asked, answer, days)]
    return [simple.get(each, each) for each in words] if asked.kind == "yes_no" else words


def _spoken(asked: Asked, answer: Any, days: Mapping[str, str]) -> list[Any]:
    if asked.kind == "phone" and isinstance(answer, str):
        return [phone_words(answer)]
    return questions.label_of(asked, answer, days=days, gone=wording.day_gone())


def sessions_of(row: Registration) -> list[tuple[str, str]]:
    """The booked sessions with their times, as released; else as they stand in the working programme."""
    booked = list(row.bookings.select_related("session"))
    programme = current_programme(row.event_id) if booked else None
    found = []
    for booking in booked:
        item = programme.get(str(booking.session.uid)) if programme else None
        start = item.start if item else booking.session.start
        found.append((start, in_words(item.title if item else booking.session.title)))
    dated = sorted(found, key=lambda pair: (pair[0] is None, pair[0] or row.created))
    return [(moment(start, row.event), title) for start, title in dated]


def happened(step: StatusChange, event: Any) -> Happened:
    """One step of the history in words."""
    before = str(Status(step.before).label) if step.before in Status.values else ""
    after = str(Status(step.after).label) if step.after in Status.values else step.after
    what = after if step.before != step.after else _("Changed, still: %(status)s") % {"status": after.lower()}
    if before and step.before != step.after:
        what = _("%(before)s → %(after)s") % {"before": before, "after": after}
    return Happened(moment(step.at, event), what, _who(step), step.reason, _mail_label(step.mail))


def _who(step: StatusChange) -> str:
    if step.who == StatusChange.Who.STAFF:
        return (step.by.get_full_name() or step.by.get_username()) if step.by else _("Organiser")
    return str(step.get_who_display())


def _mail_label(key: str) -> str:
    kind = kinds.find(key) if key else None
    return str(kind.label) if kind else ""


def mails_of(row: Registration) -> list[dict[str, Any]]:
    """The newest mails to the person, with what became of them."""
    found = OutgoingMail.objects.filter(registration=row)[:MOST_MAILS]
    return [
        {
            "at": moment(mail.sent_at or mail.due, row.event),
            "label": _mail_label(mail.kind) or mail.kind,
            "status": mail.get_status_display(),
            "why": mail.reason_label or mail.error,
            "bad": mail.status in {OutgoingMail.Status.FAILED, OutgoingMail.Status.UNKNOWN},
        }
        for mail in found
    ]


class SensitiveView(PeopleView):
    """The sensitive answers of one person; each view is written down."""

    also = (SENSITIVE,)
    template_name = "nsr_events/registration/admin/people/sensitive.html"
    page_title = gettext_lazy("Sensitive answers")

    @method_decorator(sensitive_variables())
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.find(kwargs["uid"])
        audit.record(
            "sensitive.opened", event=self.event, actor=request.user, object_uid=row.uid, request=request,
            now=self.now,
        )  # fmt: skip
        return self.page(row=row, **self.opened(row))

    @sensitive_variables()
    def opened(self, row: Registration) -> dict[str, Any]:
        """The answers in words, or that they cannot be read; nothing is overwritten."""
        stored = SensitiveAnswers.objects.filter(registration=row).first()
        if stored is None:
            return {"answers": []}
        try:
            opened = sensitive.decrypt(stored.token, row.uid)
        except sensitive.Unreadable:
            return {"unreadable": True}
        days = {str(day.uid): day_words(day) for day in self.event.days.all()}
        asked = questions.as_form(self.event.questions.all())
        form = form_of(row.form_version)
        found = []
        for key, answer in opened.answers.items():
            question = form.get(key) or asked.get(key)
            found.append(
                Answer(in_words(question.label) if question else key, _lines(question, answer, days))
            )
        return {"answers": found, "answered_at": moment(opened.at, self.event)}


class HandOverView(ManageView):
    """Decide whether a proposed colleague gets the seat."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.find(kwargs["uid"])
        proposal = row.hand_over_proposals.filter(uid=kwargs["proposal"]).first()
        if proposal is None:
            raise Http404
        proposal.registration.event = self.event
        approved = request.POST.get("decision") == "approve"
        try:
            with transaction.atomic():
                new = seats.decide_hand_over(proposal, approved=approved, now=self.now, by=request.user)
                given = Given(now=self.now, by=request.user, request=request)
                note("registration.transfer" if approved else "registration.transfer_refused", row, given)
        except Refused as refused:
            messages.warning(request, _("Nothing was changed: %(why)s.") % {"why": reasons(refused.problems)})
            return self.to("person", row.uid)
        except Busy:
            self.busy()
            return self.to("person", row.uid)
        if new is None:
            messages.success(request, _("The seat stays. Tell the person why, if they do not know."))
            return self.to("person", row.uid)
        messages.success(request, _("The colleague has the seat now. Both are told by mail."))
        return self.to("person", new.uid)
