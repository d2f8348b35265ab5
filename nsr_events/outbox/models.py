"""Outgoing mail as rows, and the state of those who send it (mail, section 1).

A row holds no body and no address but a fixed one: text and address are made when it is sent, so that a corrected
address, a moved event and an edited text are what people get.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nsr_events.core.fields import I18nCharField, I18nTextField
from nsr_events.core.models import Event, Person

MOST_SUBJECT = 150
MOST_BODY = 10_000
"""Characters that the words of a mail may have."""


class Reason(models.TextChoices):
    """Why a mail was not sent, in words that staff read. Guards of the kinds answer one of these."""

    EXPIRED = "expired", _("It would have come too late.")
    EVENT_OFF = "event_off", _("The event is cancelled or postponed.")
    EVENT_OVER = "event_over", _("The event is over.")
    CHANGED = "changed", _("The registration has changed since; a newer mail says how it stands.")
    ANSWERED = "answered", _("The invitation is answered.")
    WITHDRAWN = "withdrawn", _("The invitation is withdrawn.")
    SUPERSEDED = "superseded", _("A newer mail takes its place.")
    NEARER = "nearer", _("It was late, and a later reminder takes its place.")
    STOPPED = "stopped", _("Sending was stopped.")
    UNSUBSCRIBED = "unsubscribed", _("The person wants no reminders.")
    BAD_ADDRESS = "bad_address", _("Mail to this address does not arrive.")
    NO_ADDRESS = "no_address", _("There is no address.")
    ERASED = "erased", _("The person's data are deleted.")
    BY_STAFF = "by_staff", _("An organiser chose not to send it.")


class OutgoingMailQuerySet(models.QuerySet):
    """Questions about many mails."""

    def due(self, now: dt.datetime):
        """Those waiting whose time has come."""
        return self.filter(status=OutgoingMail.Status.PENDING, due__lte=now)

    def unsent(self):
        """Those that have not begun to leave: what an edit still reaches and a stop still holds."""
        return self.filter(status__in=OutgoingMail.UNSENT)

    def undelivered(self):
        """Those that did not arrive, or perhaps not."""
        return self.filter(status__in=(OutgoingMail.Status.FAILED, OutgoingMail.Status.UNKNOWN))


class OutgoingMail(models.Model):
    """One mail to one person. ``outbox.queue.enqueue`` makes it, ``outbox.delivery.drain`` sends it.

    A ``rule`` caused it, for the ``occurrence`` of that name, or the message that it is ``part_of``. ``any_hour``: the
    night does not hold it back.
    """

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("mail", "Waiting")
        CLAIMED = "claimed", _("About to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not delivered")
        UNKNOWN = "unknown", _("Perhaps delivered")
        SKIPPED = "skipped", _("Not sent")

    UNSENT = (Status.PENDING, Status.CLAIMED)
    UNDER_WAY = (*UNSENT, Status.SENDING)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="mails")
    registration = models.ForeignKey(
        "nsr_events.Registration", null=True, on_delete=models.CASCADE, related_name="mails"
    )
    invitation = models.ForeignKey(
        "nsr_events.Invitation", null=True, on_delete=models.CASCADE, related_name="mails"
    )
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="mails")
    rule = models.ForeignKey(
        "nsr_events.ReminderRule", null=True, on_delete=models.SET_NULL, related_name="mails"
    )
    part_of = models.ForeignKey(
        "nsr_events.Message", null=True, on_delete=models.SET_NULL, related_name="mails"
    )
    occurrence = models.CharField(max_length=60, blank=True)
    any_hour = models.BooleanField(default=False)
    to = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=12)
    facts = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=200, unique=True)
    priority = models.PositiveSmallIntegerField()
    due = models.DateTimeField()
    expires = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    reason = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    owner = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    message_id = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body_digest = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = OutgoingMailQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        constraints = [
            models.CheckConstraint(
                condition=Q(registration=None, invitation=None)
                | Q(registration=None, person=None)
                | Q(invitation=None, person=None),
                name="ne_mail_to_one",
            )
        ]
        indexes = [
            models.Index(fields=["priority", "due"], condition=Q(status="pending"), name="ne_mail_pending"),
            models.Index(
                fields=["lease_until"], condition=Q(status__in=("claimed", "sending")), name="ne_mail_lease"
            ),
            models.Index(fields=["event", "status", "-created"], name="ne_mail_event"),
            models.Index(
                fields=["rule", "occurrence"], condition=Q(rule__isnull=False), name="ne_mail_of_rule"
            ),
        ]

    def __str__(self):
        return str(self.uid)

    @property
    def reason_label(self) -> str:
        """Why it was not sent, in words."""
        return str(Reason(self.reason).label) if self.reason in Reason.values else self.reason


class MailTemplate(models.Model):
    """The words of one kind of mail as editors want them, for one event or (without event) for the whole site.

    A language without subject and body has the words of the next level (``texts.text_of``).
    """

    event = models.ForeignKey(Event, null=True, on_delete=models.CASCADE, related_name="mail_templates")
    kind = models.CharField(max_length=40)
    subject = I18nCharField(_("subject"), characters=MOST_SUBJECT, blank=True)
    body = I18nTextField(_("text"), characters=MOST_BODY, blank=True)

    class Meta:
        verbose_name = _("mail text")
        verbose_name_plural = _("mail texts")
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="ne_template_once_an_event"),
            models.UniqueConstraint(fields=["kind"], condition=Q(event=None), name="ne_template_once_a_site"),
        ]

    def __str__(self):
        return self.kind


class SenderSlot(models.Model):
    """The right to send, for one drain at a time: relays limit connections. ``until`` in the past: free.

    ``next_at``: not before this, where a rate is set.
    """

    number = models.PositiveSmallIntegerField(unique=True)
    owner = models.CharField(max_length=32, blank=True)
    until = models.DateTimeField()
    next_at = models.DateTimeField(null=True)

    def __str__(self):
        return str(self.number)


class MailQueue(models.Model):
    """The one row that says whether mail may go out. ``failures`` counts connections that failed in a row."""

    ONLY = 1

    paused_since = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    failures = models.PositiveIntegerField(default=0)
    probe_after = models.DateTimeField(null=True)

    def __str__(self):
        return "paused" if self.paused_since else "running"


class Heartbeat(models.Model):
    """When a recurring task last ran, and what it said."""

    task = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    result = models.CharField(max_length=200, blank=True)

    def __str__(self):
        return self.task
