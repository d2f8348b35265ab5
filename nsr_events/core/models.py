"""Facts of an event: what takes place, when, where, who hosts it, and the people and places that take part.

An ``Event`` is no page (architecture, 1.1): everything operational hangs on it, so that drafts, copies, translations
and deletions of pages never touch a seat, a link or a calendar entry.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model_string
from wagtail.models import Collection, CollectionMember
from wagtail.search import index

from .fields import I18nCharField, I18nTextField
from .texts import as_dict

STAYS_NEWS = dt.timedelta(days=14)
"""How long a moved date is shown beside the new one."""

LATEST_CLOSE = dt.time(5)
"""A day may close after midnight, to 05:00 the next day."""

web_address = URLValidator(
    schemes=["http", "https"], message=_("Write a web address that starts with https://.")
)


NO_PLACES = frozenset({"Factory", "localtime"})
"""Names among the time zones that mean another time on each machine."""


def validate_zone(name: str) -> None:
    """Refuse what is no IANA time zone name."""
    if name not in available_timezones() - NO_PLACES:
        raise ValidationError(
            _("“%(name)s” is not a time zone. Write for example Europe/Oslo."), params={"name": name}
        )


NOT_IN_NAMES = re.compile(r"://|www\.|[@<>\u115f\u1160\u2028\u2029\u2800\u3164\uffa0]", re.IGNORECASE)
"""Web and mail addresses, markup, and letters that show as nothing."""

JOINERS = {"\u200c", "\u200d"}
"""Invisible, and part of how Persian, Kurdish and Indic names are written, between their letters."""


def validate_name(name: str) -> None:
    """Refuse what is no part of anybody's name (privacy-security, 9): mail would carry it on as a link."""
    if NOT_IN_NAMES.search(name) or any(_is_hidden(name, place) for place in range(len(name))):
        raise ValidationError(_("A name holds no addresses, no @ or < > and no invisible characters."))


def _is_hidden(name: str, place: int) -> bool:
    """Whether a sign is one that nobody sees: a control, or a format character that joins no letters."""
    kinds = [unicodedata.category(sign) for sign in f" {name} "[place : place + 3]]
    if name[place] in JOINERS:
        return kinds[0][0] not in "LM" or kinds[2][0] != "L"
    return kinds[1] in {"Cc", "Cf"}


class WithUid(models.Model):
    """Identity that may leave the house (links, calendars); a primary key or slug never does."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Taxonomy(WithUid):
    """A named word that events are sorted by, with a slug for addresses and an order for lists."""

    name = I18nCharField(_("name"), characters=120)
    slug = models.SlugField(
        _("slug"), unique=True, help_text=_("Used in web addresses of filters and feeds.")
    )
    sort_order = models.IntegerField(_("order"), default=0, db_index=True)

    class Meta:
        abstract = True
        ordering = ["sort_order", "pk"]

    def __str__(self):
        return str(self.name)


class Series(Taxonomy):
    """Events that return, such as a yearly conference."""

    title_pattern = models.CharField(
        _("title pattern"),
        max_length=80,
        default="{name} {edition}",
        help_text=_("Uses {name} and {edition}."),
    )

    class Meta(Taxonomy.Meta):
        verbose_name = _("event series")
        verbose_name_plural = _("event series")


class EventType(Taxonomy):
    """Gathering, conference, seminar ..."""

    icon = models.SlugField(_("icon"), blank=True)
    preset = models.SlugField(_("preset"), blank=True, editable=False)

    class Meta(Taxonomy.Meta):
        verbose_name = _("event type")
        verbose_name_plural = _("event types")


class Region(Taxonomy):
    """A part of the country that holds its own events."""

    class Meta(Taxonomy.Meta):
        verbose_name = _("region")
        verbose_name_plural = _("regions")


class Organisation(index.Indexed, WithUid):
    """An authority, company or association that organises, hosts, supports or employs."""

    class Kind(models.TextChoices):
        AUTHORITY = "authority", _("Authority")
        MEMBER = "member", _("Member")
        COMPANY = "company", _("Company")
        ASSOCIATION = "association", _("Association")
        MEDIA = "media", _("Media")

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.COMPANY)
    number = models.CharField(_("organisation number"), max_length=20, blank=True)
    website = models.URLField(_("website"), blank=True, validators=[web_address])
    logo = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    logo_alt = models.CharField(_("logo, text alternative"), max_length=200, blank=True)

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("short_name"),
    ]

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self):
        return self.name

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name


class Person(index.Indexed, WithUid):
    """A speaker profile, shared by all events. E-mail and telephone are never public."""

    given_name = models.CharField(_("given name"), max_length=100, validators=[validate_name])
    family_name = models.CharField(_("family name"), max_length=100, validators=[validate_name])
    title = models.CharField(_("job title"), max_length=200, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    employer = models.CharField(
        _("employer"),
        max_length=200,
        blank=True,
        help_text=_("Only when the organisation is not in the list."),
    )
    photo = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("photo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    photo_credit = models.CharField(_("photo credit"), max_length=120, blank=True)
    biography = I18nTextField(_("biography"), characters=2000, blank=True)
    website = models.URLField(_("website"), blank=True, validators=[web_address])
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Never shown in public."))
    phone = models.CharField(_("telephone"), max_length=40, blank=True, help_text=_("Never shown in public."))
    public = models.BooleanField(
        _("has a page of their own"),
        default=True,
        help_text=_("Untick when the person does not want a public page."),
    )
    token_version = models.PositiveIntegerField(default=0, editable=False)

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("employer_name"),
    ]

    class Meta:
        ordering = ["family_name", "given_name", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return self.name

    def clean(self):
        """Write the names with composed letters, so that the same name is the same text."""
        super().clean()
        self.given_name = unicodedata.normalize("NFC", self.given_name)
        self.family_name = unicodedata.normalize("NFC", self.family_name)

    @property
    def name(self) -> str:
        """Given and family name as one line."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def employer_name(self) -> str:
        """Where the person works today: the organisation's name, else the text."""
        return self.organisation.name if self.organisation_id else self.employer

    @property
    def initials(self) -> str:
        """Two letters for the monogram that stands in for a photo."""
        return (self.given_name[:1] + self.family_name[:1]).upper()


class Venue(index.Indexed, WithUid):
    """A house where events take place."""

    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("street address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=100, blank=True)
    country = models.CharField(_("country code"), max_length=2, default="NO")
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    directions = I18nTextField(_("directions"), characters=2000, blank=True)
    accessibility = I18nTextField(_("accessibility"), characters=2000, blank=True)
    map_image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("map"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    map_alt = I18nCharField(_("map, text alternative"), characters=300, blank=True)
    website = models.URLField(_("website"), blank=True, validators=[web_address])

    search_fields = [index.SearchField("name"), index.AutocompleteField("name"), index.SearchField("city")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("venue")
        verbose_name_plural = _("venues")

    def __str__(self):
        return f"{self.name}, {self.city}" if self.city else self.name

    @property
    def address_line(self) -> str:
        """Street, postal code and town on one line."""
        return ", ".join(filter(None, [self.address, f"{self.postal_code} {self.city}".strip()]))


class Room(WithUid):
    """A room of a venue. Rooms in use are switched off, not deleted."""

    venue = models.ForeignKey(Venue, verbose_name=_("venue"), on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(_("name"), max_length=80)
    floor = models.CharField(_("floor"), max_length=40, blank=True)
    seats = models.PositiveIntegerField(
        _("seats"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    step_free = models.BooleanField(_("step-free access"), default=True)
    sort_order = models.IntegerField(_("order"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "name"],
                name="ne_room_name_once",
                violation_error_message=_("The venue already has a room with this name."),
            )
        ]

    def __str__(self):
        return self.name


class Event(index.Indexed, CollectionMember, WithUid):
    """What takes place, when, where and by whom. ``core.events`` holds the verbs that change it."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CONFIRMED = "confirmed", _("Confirmed")
        POSTPONED = "postponed", _("Postponed")
        MOVED_ONLINE = "moved_online", _("Moved online")
        CANCELLED = "cancelled", _("Cancelled")

    class Format(models.TextChoices):
        ONSITE = "onsite", _("On site")
        ONLINE = "online", _("Online")
        MIXED = "mixed", _("On site and online")

    # Wagtail's CollectionMember cascades: deleting a collection would delete its events.
    collection = models.ForeignKey(
        Collection, verbose_name=_("collection"), on_delete=models.PROTECT, related_name="+"
    )
    name = I18nCharField(_("name"), characters=120)
    series = models.ForeignKey(
        Series,
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    edition = models.CharField(_("edition"), max_length=40, blank=True, help_text=_("For example 2027."))
    type = models.ForeignKey(
        EventType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="events"
    )
    region = models.ForeignKey(
        Region,
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    start = models.DateTimeField(_("start"), db_index=True, editable=False)
    end = models.DateTimeField(_("end"), db_index=True, editable=False)
    timezone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Oslo", validators=[validate_zone]
    )
    times_known = models.BooleanField(
        _("times are known"), default=True, help_text=_("Otherwise calendars show whole days.")
    )
    format = models.CharField(_("format"), max_length=10, choices=Format.choices, default=Format.ONSITE)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.PLANNED)
    status_note = I18nTextField(_("note on the status"), characters=600, blank=True)
    status_changed_at = models.DateTimeField(null=True, editable=False)
    previous_start = models.DateTimeField(null=True, editable=False)
    rescheduled_at = models.DateTimeField(null=True, editable=False)
    venue = models.ForeignKey(
        Venue, verbose_name=_("venue"), null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    online_url = models.URLField(
        _("link to take part online"),
        max_length=500,
        blank=True,
        validators=[
            URLValidator(schemes=["https"], message=_("Write a web address that starts with https://."))
        ],
    )
    online_open = models.BooleanField(
        _("show the link to everyone"),
        default=False,
        help_text=_("Otherwise only confirmed participants see it."),
    )
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact telephone"), max_length=40, blank=True)
    audience = I18nTextField(_("who it is for"), characters=600, blank=True)
    fee_note = I18nCharField(_("price"), characters=200, blank=True)
    ical_sequence = models.PositiveIntegerField(default=0, editable=False)
    ical_stamp = models.DateTimeField(default=now, editable=False)
    ical_digest = models.CharField(max_length=64, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    search_fields = [
        index.SearchField("search_text"),
        index.AutocompleteField("search_text"),
        index.FilterField("collection"),
        index.FilterField("status"),
        index.FilterField("type"),
        index.FilterField("region"),
        index.FilterField("series"),
        index.FilterField("start"),
        index.FilterField("end"),
    ]

    class Meta:
        ordering = ["start", "pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        # One box per action on Wagtail's group screen, given per collection (privacy-security, section 1).
        permissions = [
            ("see_registrations_event", _("Can see registrations")),
            ("manage_registrations_event", _("Can manage registrations")),
            ("see_sensitive_event", _("Can see sensitive answers")),
            ("export_registrations_event", _("Can export registrations")),
            ("check_in_event", _("Can check in participants")),
            ("send_mail_event", _("Can send mail to participants")),
            ("plan_meetings_event", _("Can plan speed meetings")),
            ("see_audit_event", _("Can see the audit log")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="ne_event_ends_after_start"
            )
        ]

    def __str__(self):
        return str(self.name)

    @property
    def zone(self) -> ZoneInfo:
        """The event's time zone."""
        return ZoneInfo(self.timezone)

    followed: tuple[str, ...] = ()
    """What the newest change of this instance did beyond itself, in sentences; for the screen that saves it."""

    @property
    def search_text(self) -> str:
        """The name in every language, for the search index."""
        return " ".join(as_dict(self.name).values())

    @property
    def local_start(self) -> dt.datetime:
        """The start on the event's own clocks."""
        return self.start.astimezone(self.zone)

    @property
    def local_end(self) -> dt.datetime:
        """The end on the event's own clocks."""
        return self.end.astimezone(self.zone)

    @property
    def is_off(self) -> bool:
        """Whether it will not take place at its date: cancelled or postponed."""
        return self.status in {self.Status.CANCELLED, self.Status.POSTPONED}

    @property
    def is_online(self) -> bool:
        """Whether it takes place on the net only, from the start or since it was moved there."""
        return self.format == self.Format.ONLINE or self.status == self.Status.MOVED_ONLINE

    def former_start(self, now: dt.datetime) -> dt.datetime | None:
        """The start it was announced with, on its own clocks, as long as the new one is news; else None."""
        takes_place = self.status in {self.Status.CONFIRMED, self.Status.MOVED_ONLINE}
        if not (takes_place and self.previous_start and self.rescheduled_at):
            return None
        if now - self.rescheduled_at > STAYS_NEWS:
            return None
        return self.previous_start.astimezone(self.zone)


class EventDay(WithUid):
    """One date of an event. Hosts, hours, capacity and attendance belong to days."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(
        _("closes"), null=True, blank=True, help_text=_("To 05:00 counts as the night after this day.")
    )
    theme = I18nCharField(_("theme"), characters=200, blank=True)
    capacity = models.PositiveIntegerField(
        _("seats"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    venue = models.ForeignKey(
        Venue,
        verbose_name=_("venue"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: the event's venue."),
    )
    hosts = models.ManyToManyField(
        Organisation, verbose_name=_("hosts"), through="EventDayHost", related_name="hosted_days", blank=True
    )

    class Meta:
        ordering = ["date"]
        verbose_name = _("day")
        verbose_name_plural = _("days")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "date"],
                name="ne_day_once",
                violation_error_message=_("The event already has this date."),
            )
        ]

    def __str__(self):
        return self.date.isoformat()

    def clean(self):
        """Refuse a day that closes before it opens, save in the night after it."""
        if self.opens and self.closes and self.closes <= self.opens and self.closes > LATEST_CLOSE:
            raise ValidationError({"closes": _("The day closes before it opens.")})

    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """The day's hours as naive local times: 00:00 and 24:00 where none are set."""
        starts = dt.datetime.combine(self.date, self.opens or dt.time())
        midnight = dt.datetime.combine(self.date + dt.timedelta(days=1), dt.time())
        if self.closes is None:
            return starts, midnight
        ends = dt.datetime.combine(self.date, self.closes)
        return starts, ends if ends > starts else ends + dt.timedelta(days=1)


class EventDayHost(models.Model):
    """An organisation that hosts a day, in the order shown."""

    day = models.ForeignKey(EventDay, on_delete=models.CASCADE, related_name="day_hosts")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="+"
    )
    sort_order = models.IntegerField(default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        constraints = [models.UniqueConstraint(fields=["day", "organisation"], name="ne_day_host_once")]

    def __str__(self):
        return str(self.organisation)


class EventOrganisation(models.Model):
    """An organisation's part in an event."""

    class Role(models.TextChoices):
        ORGANISER = "organiser", _("Organiser")
        HOST = "host", _("Host")
        PARTNER = "partner", _("Partner")
        SPONSOR = "sponsor", _("Sponsor")
        EXHIBITOR = "exhibitor", _("Exhibitor")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="organisations")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="takes_part"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.ORGANISER)
    level = models.CharField(_("level"), max_length=40, blank=True)
    sort_order = models.IntegerField(_("order"), default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("organisation of the event")
        verbose_name_plural = _("organisations of the event")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organisation", "role"],
                name="ne_organisation_role_once",
                violation_error_message=_("The organisation already has this role."),
            )
        ]

    def __str__(self):
        return f"{self.organisation} ({self.get_role_display()})"
