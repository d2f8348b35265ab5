"""What was sent into people's calendars (calendars, section 10)."""

from __future__ import annotations

from django.db import models

from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration.models import Private, Registration


class CalendarInvite(Private):
    """An entry that a mail put into somebody's calendar, and its state as last told.

    One row for each run of attended days, named by the first of them (``first_day``, a uid). A uid once cancelled is
    never used again: the next invitation takes the next ``generation``. ``place`` is a digest of time and place alone,
    ``digest`` of everything shown. ``mail`` is the one that told it: a second try of that mail tells the same.
    """

    class Method(models.TextChoices):
        REQUEST = "REQUEST"
        CANCEL = "CANCEL"

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="calendar_invites")
    uid = models.UUIDField(unique=True, editable=False)
    first_day = models.UUIDField()
    generation = models.PositiveIntegerField(default=0)
    days = models.JSONField(default=list)
    sequence = models.PositiveIntegerField(default=0)
    stamp = models.DateTimeField()
    method = models.CharField(max_length=7, choices=Method.choices)
    digest = models.CharField(max_length=64)
    place = models.CharField(max_length=64)
    mail = models.ForeignKey(OutgoingMail, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "first_day", "generation"], name="ne_invite_generation_once"
            ),
            models.UniqueConstraint(
                fields=["registration", "first_day"],
                condition=models.Q(method="REQUEST"),
                name="ne_one_live_invite_a_run",
            ),
        ]

    def __str__(self):
        return str(self.uid)
