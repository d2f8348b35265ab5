"""Rules that remind people, and messages that an organiser writes to many (mail, sections 7 and 8).

Neither holds a list of people: who gets a mail is asked when its rows are made, and again when it is sent.
"""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nsr_events.core.fields import I18nCharField, I18nTextField
from nsr_events.core.models import Event, WithUid
from nsr_events.outbox.models import MOST_BODY, MOST_SUBJECT

from .segments import Segment, To
from .timing import When

MOST_DAYS = 366
MOST_MINUTES = 7 * 24 * 60


class ReminderRule(WithUid):
    """When whom to remind of an event, relative to a point in its time, and in which words.

    ``counts_from``: occurrences due before this never fire, as the rule was made, moved or woken only then.
    ``moved_at``: when the event got other dates; who was reminded before is not reminded of a time already past.
    """

    class Anchor(models.TextChoices):
        START = "start", _("the event's start")
        END = "end", _("the event's end")
        DAY = "day", _("each day somebody attends")
        INVITED = "invited", _("the day the invitation was sent")
        ANSWER_BY = "answer_by", _("the day the answer is wanted")

    OF_INVITATIONS = frozenset({Anchor.INVITED, Anchor.ANSWER_BY})

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="reminder_rules")
    anchor = models.CharField(_("relative to"), max_length=9, choices=Anchor.choices, default=Anchor.START)
    days = models.SmallIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-MOST_DAYS), MaxValueValidator(MOST_DAYS)],
    )
    at = models.TimeField(_("time of day"), null=True, blank=True)
    minutes = models.IntegerField(
        _("minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-MOST_MINUTES), MaxValueValidator(MOST_MINUTES)],
    )
    late_by = models.PositiveIntegerField(
        _("useful for so many minutes after its time"),
        null=True,
        blank=True,
        validators=[MinValueValidator(10), MaxValueValidator(30 * 24 * 60)],
        help_text=_("Empty: half the time that is left, at least an hour."),
    )
    audience = models.JSONField(default=dict, blank=True)
    subject = I18nCharField(_("subject"), characters=MOST_SUBJECT, blank=True)
    body = I18nTextField(_("text"), characters=MOST_BODY, blank=True)
    active = models.BooleanField(_("active"), default=True)
    counts_from = models.DateTimeField(default=timezone.now, editable=False)
    moved_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__isnull=False, at__isnull=False, minutes=None)
                | Q(days=None, at=None, minutes__isnull=False),
                name="ne_rule_in_days_or_minutes",
            )
        ]

    def __str__(self):
        return str(self.uid)

    @property
    def when(self) -> When:
        """Its distance from the anchor."""
        return When(days=self.days, at=self.at, minutes=self.minutes, late_by=self.late_by)

    @property
    def segment(self) -> Segment:
        """Whom it is for; about an invitation those who have not answered it."""
        segment = Segment.from_json(self.audience)
        return replace(segment, to=To.SILENT) if self.is_of_invitations else segment

    @property
    def is_of_invitations(self) -> bool:
        """Whether it reminds people who were invited and have not answered."""
        return self.anchor in self.OF_INVITATIONS


class Message(WithUid):
    """A mail to many that a person confirms: written by hand, or a notice that a change proposed.

    ``facts`` of a notice hold old and new values. ``told`` is the number that was confirmed. Empty texts mean the
    text of its kind.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        CHANGED = "event.changed", _("Notice of a change")
        CANCELLED = "event.cancelled", _("Notice of cancellation")
        PROGRAMME = "programme.changed", _("Notice of programme changes")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONFIRMED = "confirmed", pgettext_lazy("a message", "On its way")
        STOPPED = "stopped", pgettext_lazy("a message", "Stopped")
        DISCARDED = "discarded", pgettext_lazy("a message", "Discarded")

    FACT_NOTICES = (Kind.CHANGED, Kind.CANCELLED)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.MESSAGE)
    subject = I18nCharField(_("subject"), characters=MOST_SUBJECT, blank=True)
    body = I18nTextField(_("text"), characters=MOST_BODY, blank=True)
    audience = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    urgent = models.BooleanField(
        _("urgent"),
        default=False,
        help_text=_("Goes out at once, also at night. It cannot be stopped."),
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    told = models.PositiveIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(state="draft", kind__in=("event.changed", "event.cancelled")),
                name="ne_one_open_notice_of_facts",
            ),
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(state="draft", kind="programme.changed"),
                name="ne_one_open_notice_of_programme",
            ),
        ]

    def __str__(self):
        return str(self.uid)

    @property
    def segment(self) -> Segment:
        """Whom it is for; a notice is for those whom its change concerns."""
        return Segment.from_json(self.audience)

    @property
    def is_notice(self) -> bool:
        """Whether a change proposed it."""
        return self.kind != self.Kind.MESSAGE
