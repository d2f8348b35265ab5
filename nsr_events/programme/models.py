"""The working programme as rows, and its releases (architecture, 1.2)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nsr_events.core.fields import I18nCharField, I18nTextField
from nsr_events.core.models import Event, EventDay, Person, Room, WithUid, web_address
from nsr_events.core.private_files import PrivateFileField, ascii_name

MOST_MINUTES = 24 * 60


class Track(WithUid):
    """A thread through the programme, with one of six colours whose contrast is guaranteed."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="tracks")
    name = I18nCharField(_("name"), characters=80)
    colour = models.PositiveSmallIntegerField(
        _("colour"), default=1, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    sort_order = models.IntegerField(_("order"), default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("track")
        verbose_name_plural = _("tracks")

    def __str__(self):
        return str(self.name)


class Session(WithUid):
    """One item of the working programme. ``programme.sessions`` holds the verbs that change it."""

    class Kind(models.TextChoices):
        TALK = "talk", _("Talk")
        KEYNOTE = "keynote", _("Keynote")
        PANEL = "panel", _("Panel talk")
        WORKSHOP = "workshop", _("Workshop")
        OPENING = "opening", _("Opening")
        MEETINGS = "meetings", _("Speed meetings")
        BREAK = "break", _("Break")
        MEAL = "meal", _("Meal")
        SOCIAL = "social", _("Social")
        PRACTICAL = "practical", _("Practical")
        INTERNAL = "internal", _("Internal (never public)")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONFIRMED = "confirmed", _("Confirmed")
        CANCELLED = "cancelled", _("Cancelled")

    FOR_ALL_KINDS = {Kind.KEYNOTE, Kind.OPENING, Kind.MEETINGS, Kind.BREAK, Kind.MEAL, Kind.SOCIAL}
    """Kinds that by default take everybody and so span all rooms."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    day = models.ForeignKey(
        EventDay,
        verbose_name=_("day"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    start = models.DateTimeField(_("start"), null=True, blank=True)
    end = models.DateTimeField(_("end"), null=True, blank=True)
    minutes = models.PositiveIntegerField(
        _("minutes"), default=45, validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)]
    )
    room = models.ForeignKey(
        Room, verbose_name=_("room"), null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    also_rooms = models.ManyToManyField(
        Room, verbose_name=_("also takes"), blank=True, related_name="+", help_text=_("Joined halls.")
    )
    where = I18nCharField(
        _("place in words"),
        characters=120,
        blank=True,
        help_text=_("When it is not a room, for example the foyer."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.TALK)
    for_all = models.BooleanField(
        _("for everyone"), default=False, help_text=_("Spans all rooms in the programme.")
    )
    title = I18nCharField(_("title"), characters=200)
    abstract = I18nTextField(_("description"), characters=5000, blank=True)
    track = models.ForeignKey(
        Track,
        verbose_name=_("track"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sessions",
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.CONFIRMED)
    language = models.CharField(_("language"), max_length=12, blank=True)
    bookable = models.BooleanField(_("booked in advance"), default=False)
    capacity = models.PositiveIntegerField(
        _("seats"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text=_("Empty: as many as the rooms seat."),
    )
    link = models.URLField(
        _("public stream"),
        max_length=500,
        blank=True,
        validators=[
            URLValidator(schemes=["https"], message=_("Write a web address that starts with https://."))
        ],
    )
    note = models.TextField(_("note to editors"), max_length=5000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    ical_sequence = models.PositiveIntegerField(default=0, editable=False)
    ical_stamp = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = [F("start").asc(nulls_last=True), "pk"]
        verbose_name = _("programme item")
        verbose_name_plural = _("programme items")
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="ne_session_ends_after_start"),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | Q(start__isnull=False, end__isnull=False),
                name="ne_session_start_and_end",
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(day__isnull=False), name="ne_session_start_has_day"
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=MOST_MINUTES), name="ne_session_at_most_a_day"
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="ne_session_seats"
            ),
        ]
        indexes = [models.Index(fields=["event", "start"], name="ne_session_event_start")]

    def __str__(self):
        return str(self.title)


class SessionPerson(models.Model):
    """A person's part in a session, with title and employer as they were when the link was made."""

    class Role(models.TextChoices):
        SPEAKER = "speaker", _("Speaker")
        MODERATOR = "moderator", _("Moderator")
        PANELIST = "panelist", _("Panellist")
        FACILITATOR = "facilitator", _("Facilitator")
        HOST = "host", _("Host")
        OPENER = "opener", _("Opens")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="session_roles"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.SPEAKER)
    title = models.CharField(_("job title"), max_length=200, blank=True)
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    sort_order = models.IntegerField(_("order"), default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("person in the session")
        verbose_name_plural = _("people in the session")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person", "role"],
                name="ne_session_person_once",
                violation_error_message=_("The person already has this role here."),
            )
        ]

    def __str__(self):
        return str(self.person)


def path_of_material(material: SessionMaterial, name: str) -> str:
    """Where a file lies in the private storage: below its event, under a name nobody typed or can guess."""
    return f"materials/{material.event.uid}/{uuid.uuid4().hex}-{ascii_name(name)}"


class SessionMaterial(WithUid):
    """Slides or a document of a session, or of the whole event: a private file or a link, never in a release.

    ``programme.materials`` decides who may open it.
    """

    class Access(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        REGISTERED = "registered", _("Participants")
        ATTENDED = "attended", _("Participants who were there that day")

    class Visible(models.TextChoices):
        NOW = "now", _("At once")
        AFTER_SESSION = "after_session", _("When the item is over")
        AFTER_EVENT = "after_event", _("When the event is over")
        MOMENT = "moment", _("From a date and time")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="materials")
    session = models.ForeignKey(
        Session,
        verbose_name=_("programme item"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="materials",
    )
    title = I18nCharField(_("title"), characters=200)
    file = PrivateFileField(_("file"), upload_to=path_of_material, max_length=255, blank=True)
    file_name = models.CharField(max_length=150, blank=True, editable=False)
    file_size = models.PositiveBigIntegerField(default=0, editable=False)
    link = models.URLField(_("or a link"), max_length=500, blank=True, validators=[web_address])
    language = models.CharField(_("language"), max_length=12, blank=True)
    access = models.CharField(
        _("who may open it"), max_length=20, choices=Access.choices, default=Access.REGISTERED
    )
    visible_from = models.CharField(
        _("visible"), max_length=20, choices=Visible.choices, default=Visible.AFTER_SESSION
    )
    visible_at = models.DateTimeField(_("date and time"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("slides or document")
        verbose_name_plural = _("slides and documents")
        constraints = [
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(link="")) | (~Q(file="") & Q(link="")),
                name="ne_material_file_or_link",
                violation_error_message=_("Choose a file or write a link, one of the two."),
            ),
            models.CheckConstraint(
                condition=~Q(visible_from="moment") | Q(visible_at__isnull=False),
                name="ne_material_moment",
                violation_error_message=_("Write from when it is visible."),
            ),
        ]

    def __str__(self):
        return str(self.title)


class ProgrammeRelease(models.Model):
    """An immutable, numbered snapshot of the whole programme: what the world sees."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField(_("number"))
    snapshot = models.JSONField()
    changes = models.JSONField(default=list)
    note = I18nTextField(_("sentence for the change log"), characters=600, blank=True)
    in_log = models.BooleanField(_("shown in the change log"), default=True)
    repeats = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("programme release")
        verbose_name_plural = _("programme releases")
        constraints = [models.UniqueConstraint(fields=["event", "number"], name="ne_release_number_once")]

    def __str__(self):
        return f"{self.event} {self.number}"


class ConflictAcceptance(models.Model):
    """An editor's word that a conflict is meant, kept until time, room or people of its sessions change.

    ``fingerprint`` covers the rule, its sessions and the facts they clash by, so that any change wakes the conflict.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="conflict_acceptances")
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "fingerprint"], name="ne_conflict_accepted_once")
        ]

    def __str__(self):
        return self.reason
