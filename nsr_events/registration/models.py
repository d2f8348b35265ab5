"""Rows of registration and what the database itself guarantees about them; ``seats`` holds the verbs.

Nothing about a participant is indexed, versioned or referenced by Wagtail (privacy-security, section 1): ``Private``
switches its reference index off, and none of these models is ``index.Indexed`` or has revisions.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nsr_events.core.fields import I18nCharField, I18nTextField
from nsr_events.core.models import Event, EventDay, Person, WithUid, validate_name
from nsr_events.programme.models import Session

from .addresses import domain_of, email_key

MOST_SEATS = 100_000
UNAMBIGUOUS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that nobody mistakes for one another when a reference is read aloud."""

seats = [MaxValueValidator(MOST_SEATS)]
https = URLValidator(schemes=["https"], message=_("Write a web address that starts with https://."))


def days_kept(default: int, most: int) -> models.PositiveSmallIntegerField:
    """Return a column that holds how many days something is kept after its time."""
    return models.PositiveSmallIntegerField(default=default, validators=[MaxValueValidator(most)])


class Private(models.Model):
    """Rows about a participant, which Wagtail's reference index shall not know."""

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True


class RegistrationSetup(models.Model):
    """How people register for one event; made with the event. Its row is the lock on all seats (architecture, 1.3).

    Empty moments mean: ``opens`` not announced (never "now"), ``closes`` the start of the event, ``edit_until`` the
    same as ``closes``, ``booking_until`` the same as ``edit_until``, ``offers_until`` 24 hours before the start.
    """

    class Mode(models.TextChoices):
        NONE = "none", _("No registration")
        OPEN = "open", _("Open to everyone")
        INVITED = "invited", _("By invitation only")
        EXTERNAL = "external", _("On another site")

    class Days(models.TextChoices):
        ALL = "all", _("Everybody comes all days")
        CHOOSE = "choose", _("Participants choose their days")

    class WaitingList(models.TextChoices):
        OFF = "off", _("No waiting list")
        AUTOMATIC = "automatic", _("Free seats go to the next in line at once")
        OFFER = "offer", _("Free seats are offered to the next in line, with a deadline")
        MANUAL = "manual", _("We choose who gets a free seat")

    class Transfer(models.TextChoices):
        OFF = "off", _("Nobody may hand over a seat")
        SAME_DOMAIN = (
            "same_domain",
            _("At once to a colleague with the same mail domain, else after approval"),
        )
        APPROVAL = "approval", _("After approval")

    class Asked(models.TextChoices):
        OFF = "off", _("Not asked")
        OPTIONAL = "optional", _("Optional")
        REQUIRED = "required", _("Required")

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="registration_setup")
    mode = models.CharField(_("registration"), max_length=10, choices=Mode.choices, default=Mode.NONE)
    external_url = models.URLField(
        _("address of the other site"), max_length=500, blank=True, validators=[https]
    )
    opens = models.DateTimeField(_("opens"), null=True, blank=True)
    closes = models.DateTimeField(_("closes"), null=True, blank=True)
    paused = models.BooleanField(_("paused"), default=False)
    paused_text = I18nCharField(_("why it is paused"), characters=300, blank=True)
    capacity = models.PositiveIntegerField(
        _("seats"), null=True, blank=True, validators=[MinValueValidator(1), *seats]
    )
    few_left = models.PositiveIntegerField(
        _("“few seats left” from"),
        null=True,
        blank=True,
        validators=seats,
        help_text=_("Empty: 10 % of the seats, at least 3."),
    )
    days = models.CharField(_("days"), max_length=10, choices=Days.choices, default=Days.ALL)
    edit_until = models.DateTimeField(_("changes until"), null=True, blank=True)
    booking_until = models.DateTimeField(_("booking of sessions until"), null=True, blank=True)
    verify_email = models.BooleanField(_("confirm the address first"), default=False)
    transfer = models.CharField(
        _("handing over a seat"), max_length=12, choices=Transfer.choices, default=Transfer.SAME_DOMAIN
    )
    privacy_text = I18nTextField(_("privacy text"), characters=2000, blank=True)
    participant_list = models.BooleanField(_("list of participants for participants"), default=False)
    invites = models.BooleanField(_("calendar invitations in mails"), default=True)
    rate_limit = models.BooleanField(_("limit registrations from one address"), default=True)
    form_traps = models.BooleanField(_("traps for robots in the form"), default=True)

    ask_organisation = models.CharField(
        _("organisation"), max_length=8, choices=Asked.choices, default=Asked.OPTIONAL
    )
    ask_job_title = models.CharField(_("job title"), max_length=8, choices=Asked.choices, default=Asked.OFF)
    ask_mobile = models.CharField(_("mobile"), max_length=8, choices=Asked.choices, default=Asked.OFF)
    ask_badge_name = models.CharField(
        _("name on the badge"), max_length=8, choices=Asked.choices, default=Asked.OFF
    )

    waiting_list = models.CharField(
        _("waiting list"), max_length=10, choices=WaitingList.choices, default=WaitingList.OFFER
    )
    waiting_limit = models.PositiveIntegerField(
        _("most people waiting"), null=True, blank=True, validators=seats
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("hours to answer an offer"),
        default=24,
        validators=[MinValueValidator(2), MaxValueValidator(24 * 14)],
    )
    offers_until = models.DateTimeField(_("offers until"), null=True, blank=True)
    approve_colleagues = models.BooleanField(
        _("approve colleagues that invited people propose"), default=True
    )

    links_kept = days_kept(14, 30)
    sensitive_kept = days_kept(7, 30)
    unfinished_kept = days_kept(7, 30)
    meetings_kept = days_kept(30, 180)
    answers_kept = days_kept(30, 365)
    invitations_kept = days_kept(30, 365)
    mail_kept = days_kept(30, 365)
    identity_kept = days_kept(180, 730)

    class Meta:
        verbose_name = _("registration setup")
        verbose_name_plural = _("registration setups")

    def __str__(self):
        return str(self.event)

    @property
    def closing(self) -> dt.datetime:
        """When registration closes for those whose category says nothing else."""
        return self.closes or self.event.start

    @property
    def editing_ends(self) -> dt.datetime:
        """Until when participants change their registration."""
        return self.edit_until or self.closing

    @property
    def booking_ends(self) -> dt.datetime:
        """Until when participants book sessions."""
        return self.booking_until or self.editing_ends

    @property
    def last_offer(self) -> dt.datetime:
        """After this nobody is moved up by itself: 24 hours before the doors open, if nothing else is set."""
        return self.offers_until or self.event.start - dt.timedelta(hours=24)


class ParticipantCategory(WithUid):
    """A group of participants with seats and rules of its own. Hidden in the form when there is only one."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="categories")
    key = models.SlugField(_("key"), max_length=40, editable=False)
    name = I18nCharField(_("name"), characters=80)
    description = I18nCharField(_("description"), characters=200, blank=True)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True, validators=seats)
    reserved = models.PositiveIntegerField(_("reserved seats"), default=0, validators=seats)
    reserved_until = models.DateTimeField(_("reserved until"), null=True, blank=True)
    uses_event_seats = models.BooleanField(
        _("counts against the seats of the event"), default=True, help_text=_("Untick for speakers and crew.")
    )
    opens = models.DateTimeField(_("opens"), null=True, blank=True, help_text=_("Replaces the event's."))
    closes = models.DateTimeField(_("closes"), null=True, blank=True, help_text=_("Replaces the event's."))
    approval = models.BooleanField(_("needs approval"), default=False)
    invited_only = models.BooleanField(_("by invitation only"), default=False)
    sort_order = models.IntegerField(_("order"), default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("participant category")
        verbose_name_plural = _("participant categories")
        constraints = [models.UniqueConstraint(fields=["event", "key"], name="ne_category_key_once")]

    def __str__(self):
        return str(self.name)


class Question(WithUid):
    """A question of the registration form. Its key and those of its options are made once and never change.

    ``options``: ``[{"key": "o_xxxxxx", "label": {language: words}, "places": int | None, "retired": bool}]``.
    ``condition``: ``{}`` or ``{"source": question key | "category" | "days", "values": [...]}``: shown when the source
    has one of the values ("yes" and "no", option keys, category keys, day uids).
    ``minimum`` and ``maximum`` mean a number's range, a text's length or how many choices, by kind.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Text, one line")
        PARAGRAPH = "paragraph", _("Text, several lines")
        NUMBER = "number", _("Number")
        YES_NO = "yes_no", _("Yes or no")
        ONE = "one", _("One choice")
        SEVERAL = "several", _("Several choices")
        DAYS = "days", _("Choice of days (dinner, hotel night)")
        DATE = "date", _("Date")
        PHONE = "phone", _("Telephone")
        EMAIL = "email", _("E-mail address")
        CONSENT = "consent", _("Consent")
        INFORMATION = "information", _("Information, no answer")

    CHOICE_KINDS = frozenset({Kind.ONE, Kind.SEVERAL})
    SILENT_KINDS = frozenset({Kind.CONSENT, Kind.INFORMATION})
    """Kinds without an answer of their own: a consent is a row, information is text."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="questions")
    key = models.CharField(max_length=20, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.TEXT)
    section = I18nCharField(_("section"), characters=120, blank=True)
    label = I18nCharField(_("question"), characters=300)
    help = I18nTextField(_("help"), characters=1000, blank=True)
    required = models.BooleanField(_("required"), default=False)
    sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_(
            "Health, belief, diet, access needs: encrypted, seen by few, deleted early, never required."
        ),
    )
    options = models.JSONField(_("options"), default=list, blank=True)
    allow_other = models.BooleanField(_("“other” with a text"), default=False)
    minimum = models.IntegerField(_("least"), null=True, blank=True)
    maximum = models.IntegerField(_("most"), null=True, blank=True)
    earliest = models.DateField(_("earliest date"), null=True, blank=True)
    latest = models.DateField(_("latest date"), null=True, blank=True)
    condition = models.JSONField(_("shown when"), default=dict, blank=True)
    retention = models.PositiveSmallIntegerField(
        _("days kept"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(365)],
        help_text=_("After the event; empty: as the event says."),
    )
    retired = models.BooleanField(_("no longer asked"), default=False)
    sort_order = models.IntegerField(_("order"), default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="ne_question_key_once"),
            models.CheckConstraint(
                condition=Q(sensitive=False) | Q(required=False), name="ne_sensitive_question_is_optional"
            ),
        ]

    def __str__(self):
        return str(self.label)


class FormVersion(models.Model):
    """The questions as they stood when somebody answered them: immutable, so that old answers stay readable."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="form_versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="ne_form_version_number_once"),
            models.UniqueConstraint(fields=["event", "digest"], name="ne_form_version_content_once"),
        ]

    def __str__(self):
        return str(self.number)


class ConsentText(models.Model):
    """The words somebody consented to, in every language shown; immutable and numbered."""

    class Use(models.TextChoices):
        PHOTO = "photo", _("Photo")
        LIST = "list", _("In the list of participants")
        SENSITIVE = "sensitive", _("Sensitive answers")
        LATER = "later", _("Mail about later events")
        QUESTION = "question", _("Another consent")
        PRIVACY = "privacy", _("Privacy text that was shown (information, no consent)")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="consent_texts")
    use = models.CharField(max_length=10, choices=Use.choices)
    key = models.CharField(max_length=20, blank=True, help_text=_("Key of the question it belongs to."))
    number = models.PositiveIntegerField()
    text = models.JSONField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "use", "key", "digest"], name="ne_consent_text_once"),
            models.UniqueConstraint(fields=["event", "number"], name="ne_consent_text_number_once"),
        ]

    def __str__(self):
        return f"{self.get_use_display()} {self.number}"


class Invitation(Private, WithUid):
    """An invitation of one person to one event. It holds no seat; nobody records whether it was opened."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="invitations")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    first_name = models.CharField(_("first name"), max_length=100, blank=True, validators=[validate_name])
    last_name = models.CharField(_("last name"), max_length=100, blank=True, validators=[validate_name])
    email = models.EmailField(_("e-mail"), max_length=254)
    email_key = models.CharField(max_length=254, editable=False)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    category = models.ForeignKey(
        ParticipantCategory, verbose_name=_("category"), on_delete=models.PROTECT, related_name="invitations"
    )
    language = models.CharField(_("language"), max_length=12)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    locked_email = models.BooleanField(_("only for this address"), default=True)
    skip_approval = models.BooleanField(_("needs no approval"), default=True)
    extra_seats = models.PositiveSmallIntegerField(
        _("colleagues they may propose"), default=0, validators=[MaxValueValidator(50)]
    )
    proposed_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="proposed"
    )
    token_version = models.PositiveIntegerField(default=0, editable=False)
    decline_reason = models.CharField(_("reason"), max_length=500, blank=True)
    reminders_stopped = models.DateTimeField(null=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email_key"], condition=~Q(state="withdrawn"), name="ne_invited_once"
            )
        ]

    def __str__(self):
        return str(self.uid)

    def save(self, *args, **kwargs):
        self.email_key = email_key(self.email)
        super().save(*args, **kwargs)

    def is_valid(self, now: dt.datetime) -> bool:
        """Whether it still opens the form: sent, not withdrawn, not past its date. A "no" may be changed."""
        open_states = {self.State.SENT, self.State.ACCEPTED, self.State.DECLINED}
        return self.state in open_states and (self.answer_by is None or now < self.answer_by)


def make_reference() -> str:
    """Return eight characters that are easy to read aloud; 32**8 make a clash as good as impossible."""
    return "".join(secrets.choice(UNAMBIGUOUS) for _n in range(8))


class RegistrationQuerySet(models.QuerySet):
    """Questions about many registrations."""

    def active(self):
        """Those who have or may get a seat."""
        return self.filter(status__in=Registration.ACTIVE)

    def holding_seats(self):
        """Those whose seat is taken: confirmed and offered; pending never."""
        return self.filter(status__in=Registration.HOLDING)

    def waiting(self):
        """The queue in its order."""
        return self.filter(status=Registration.Status.WAITLISTED).order_by("-priority", "queue_number", "pk")


class Registration(Private, WithUid):
    """One person's registration: one seat at one event. ``__str__`` is the reference, so no log holds a name."""

    class Status(models.TextChoices):
        UNVERIFIED = "unverified", _("Address not confirmed")
        PENDING = "pending", _("Awaiting approval")
        CONFIRMED = "confirmed", _("Confirmed")
        WAITLISTED = "waitlisted", _("On the waiting list")
        OFFERED = "offered", _("Offered a seat")
        DECLINED = "declined", _("Declined the seat")
        LAPSED = "lapsed", _("Lapsed")
        REJECTED = "rejected", _("Not approved")
        CANCELLED = "cancelled", pgettext_lazy("a registration", "Cancelled")

    class Source(models.TextChoices):
        WEB = "web", _("Form")
        INVITATION = "invitation", _("Invitation")
        STAFF = "staff", _("Organiser")
        IMPORT = "import", _("Import")
        WALK_IN = "walk_in", _("Walk-in")

    class EndedBy(models.TextChoices):
        PERSON = "person", _("Participant")
        STAFF = "staff", _("Organiser")
        TIME = "time", _("Deadline")

    ACTIVE = ("unverified", "pending", "confirmed", "waitlisted", "offered")
    HOLDING = ("confirmed", "offered")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="registrations")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    category = models.ForeignKey(
        ParticipantCategory,
        verbose_name=_("category"),
        on_delete=models.PROTECT,
        related_name="registrations",
    )
    first_name = models.CharField(_("first name"), max_length=100, validators=[validate_name])
    last_name = models.CharField(_("last name"), max_length=100, validators=[validate_name])
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    email_domain = models.CharField(max_length=254, blank=True, editable=False, db_index=True)
    new_email = models.EmailField(max_length=254, blank=True, editable=False)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    job_title = models.CharField(_("job title"), max_length=200, blank=True)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)
    badge_name = models.CharField(_("name on the badge"), max_length=100, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    form_version = models.ForeignKey(
        FormVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(_("language"), max_length=12)
    queue_number = models.PositiveIntegerField(null=True, blank=True)
    priority = models.IntegerField(_("priority"), default=0)
    offer_expires = models.DateTimeField(_("offer ends"), null=True, blank=True)
    reference = models.CharField(
        _("reference"), max_length=8, unique=True, default=make_reference, editable=False
    )
    token_version = models.PositiveIntegerField(default=0, editable=False)
    feed_version = models.PositiveIntegerField(default=0, editable=False)
    row_version = models.PositiveIntegerField(default=1, editable=False)
    calendar_version = models.PositiveIntegerField(default=0, editable=False)
    calendar_changed = models.DateTimeField(null=True, editable=False)
    idempotency_key = models.UUIDField(null=True, blank=True, editable=False)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.WEB)
    invitation = models.ForeignKey(
        Invitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="registrations"
    )
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    hand_overs = models.PositiveSmallIntegerField(default=0, editable=False)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="registrations"
    )
    listed = models.BooleanField(_("in the list of participants"), default=False)
    reminders_stopped = models.DateTimeField(null=True, editable=False)
    bad_address = models.BooleanField(_("mail does not arrive"), default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.CharField(max_length=6, choices=EndedBy.choices, blank=True, editable=False)
    anonymised_at = models.DateTimeField(null=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email_key"],
                condition=Q(status__in=("unverified", "pending", "confirmed", "waitlisted", "offered"))
                & ~Q(email_key=""),
                name="ne_registered_once",
            ),
            models.UniqueConstraint(
                fields=["invitation"],
                condition=Q(status__in=("unverified", "pending", "confirmed", "waitlisted", "offered")),
                name="ne_invitation_used_once",
            ),
            models.UniqueConstraint(fields=["event", "idempotency_key"], name="ne_form_sent_once"),
            models.CheckConstraint(
                condition=~Q(status="waitlisted") | Q(queue_number__isnull=False),
                name="ne_waiting_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_expires__isnull=False), name="ne_offer_has_an_end"
            ),
        ]
        indexes = [
            models.Index(fields=["event", "status", "-priority", "queue_number"], name="ne_queue"),
            models.Index(fields=["event", "last_name", "first_name"], name="ne_registration_names"),
            models.Index(fields=["email_key"], name="ne_registration_email"),
        ]

    def __str__(self):
        return self.reference

    def save(self, *args, **kwargs):
        self.email_key, self.email_domain = email_key(self.email), domain_of(self.email)
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """First and last name as one line."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def shown_reference(self) -> str:
        """The reference as it is shown, in two halves: 7F3K-2QWX."""
        return f"{self.reference[:4]}-{self.reference[4:]}"

    @property
    def is_active(self) -> bool:
        """Whether the person has or may get a seat."""
        return self.status in self.ACTIVE

    @property
    def holds_seat(self) -> bool:
        """Whether a seat is taken by this row."""
        return self.status in self.HOLDING

    @property
    def has_feed(self) -> bool:
        """Whether the personal calendar feed is on: switching on, renewing and stopping each raise its version.

        Odd versions are on, even ones off (0: never switched on), so that no address is ever good again.
        """
        return self.feed_version % 2 == 1

    @property
    def attended_days(self) -> list[EventDay]:
        """The days the person comes, in order; one query where ``days__day`` is not prefetched."""
        prefetched = "days" in getattr(self, "_prefetched_objects_cache", {})
        rows = self.days.all() if prefetched else self.days.select_related("day")
        return sorted((row.day for row in rows), key=lambda day: day.date)


class RegistrationDay(Private):
    """A day that a registered person comes; rows also when everybody comes all days."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="days")
    day = models.ForeignKey(EventDay, on_delete=models.PROTECT, related_name="registration_days")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "day"], name="ne_day_attended_once")]

    def __str__(self):
        return str(self.day)


class StatusChange(Private):
    """One step in the history of a registration: a new status, or an edit on somebody's behalf."""

    class Who(models.TextChoices):
        PERSON = "person", _("Participant")
        STAFF = "staff", _("Organiser")
        TIME = "time", _("By itself")

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField()
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    who = models.CharField(max_length=6, choices=Who.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=1000, blank=True)
    mail = models.CharField(
        max_length=40, blank=True, help_text=_("Kind of the mail that was written, if any.")
    )

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.before} > {self.after}"


class ChosenOption(Private):
    """A chosen option of an ordinary question: limits, filters and counts ask here, as SQLite cannot ask in JSON."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="chosen_options")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="chosen")
    option = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "question", "option"], name="ne_option_chosen_once"
            )
        ]
        indexes = [models.Index(fields=["question", "option"], name="ne_chosen_option")]

    def __str__(self):
        return self.option


class SensitiveAnswers(Private):
    """Encrypted answers of one registration, at events that ask; there also when nothing was answered."""

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="sensitive_answers"
    )
    token = models.TextField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sensitive answers")
        verbose_name_plural = _("sensitive answers")

    def __str__(self):
        return str(self.registration_id)


class Consent(Private):
    """That somebody agreed to a text, and perhaps took it back."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=12)
    source = models.CharField(max_length=10, choices=Registration.Source.choices)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["given_at", "pk"]

    def __str__(self):
        return str(self.text_id)


class SessionBooking(Private):
    """A seat in one session for one registered person."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="bookings")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "session"], name="ne_session_booked_once")
        ]

    def __str__(self):
        return str(self.session_id)


class Attendance(Private):
    """That somebody was there on a day; written at the door, read by materials, meetings and lists."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="attendances")
    day = models.ForeignKey(EventDay, on_delete=models.PROTECT, related_name="attendances")
    checked_in = models.DateTimeField(null=True)
    checked_out = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "day"], name="ne_attended_once")]

    def __str__(self):
        return str(self.day_id)


class HandOver(Private, WithUid):
    """A colleague whom a participant wants to give the seat to, when an organiser must approve first."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Awaiting approval")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Not approved")

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="hand_over_proposals"
    )
    first_name = models.CharField(_("first name"), max_length=100, validators=[validate_name])
    last_name = models.CharField(_("last name"), max_length=100, validators=[validate_name])
    email = models.EmailField(_("e-mail"), max_length=254)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(state="proposed"), name="ne_one_hand_over_at_a_time"
            )
        ]

    def __str__(self):
        return str(self.uid)


class LinkRequest(Private):
    """An address that asked for its links. The request stores it, a worker looks it up: same time for all."""

    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=12)
    requested_at = models.DateTimeField()

    class Meta:
        ordering = ["requested_at", "pk"]

    def __str__(self):
        return str(self.pk)


def check_reserves(event: Event, categories) -> None:
    """Refuse reserves that add up to more than the event has seats. Raises ``ValidationError``."""
    capacity = event.registration_setup.capacity
    reserved = sum(category.reserved for category in categories if category.uses_event_seats)
    if capacity is not None and reserved > capacity:
        raise ValidationError(
            _("%(reserved)d seats are reserved, but the event has only %(capacity)d."),
            params={"reserved": reserved, "capacity": capacity},
        )


__all__ = [
    "Attendance", "ChosenOption", "Consent", "ConsentText", "FormVersion", "HandOver", "Invitation", "LinkRequest",
    "ParticipantCategory", "Question", "Registration", "RegistrationDay", "RegistrationSetup", "SensitiveAnswers",
    "SessionBooking", "StatusChange",
]  # fmt: skip
