"""Builds the demo through the package's public functions; running it twice changes nothing."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site

from example_site.models import FrontPage
from nsr_events.calendars.stamps import restamp
from nsr_events.core.models import Event, EventType, Organisation, Person, Region, Room, Series, Venue
from nsr_events.pages.models import EventIndexPage

from . import conference, gathering, gathering_nn
from .events import add_event, add_page, add_programme, next_date
from .messages import add_messages
from .others import TYPES, add_reports, add_small
from .people import BIOGRAPHY, ORGANISATIONS, PEOPLE
from .registrations import add_registrations

SLUGS = {
    "gathering": "introduksjonssamling",
    "conference": "sikkerhetskonferansen",
    "opening": "apning-trondheim",
}


def build(*, now: dt.datetime | None = None) -> bool:
    """Make the demo unless it is there; returns whether it was made."""
    if EventIndexPage.objects.exists():
        return False
    with transaction.atomic():
        _Demo(now or timezone.now()).build()
    restamp(Event.objects.all(), now=timezone.now())
    call_command("update_index", verbosity=0)
    return True


class _Demo:
    """What the parts of the demo refer to while it is built."""

    def __init__(self, now: dt.datetime):
        self.now = now
        self.today = timezone.localdate(now)
        self.events: dict[str, Event] = {}

    def build(self) -> None:
        self.admin = get_user_model().objects.create_superuser("admin", "admin@example.no", "demo")
        self.locales = {
            code: Locale.objects.get_or_create(language_code=code)[0] for code in ("nb", "nn", "en")
        }
        self.collections()
        self.taxonomies()
        self.organisations = {
            key: Organisation.objects.create(name=name, short_name=short, kind=kind)
            for key, (name, short, kind) in ORGANISATIONS.items()
        }
        self.people = {key: self.person(*facts) for key, facts in PEOPLE.items()}
        self.venues()
        self.pages()
        self.gathering()
        self.conference()
        self.opening()
        add_small(self)
        add_reports(self)
        add_registrations(self)
        add_messages(self)

    def collections(self) -> None:
        root = Collection.get_first_root_node()
        self.national = root.add_child(name="Nasjonalt")
        self.trondelag = root.add_child(name="Trøndelag")
        for collection, username in (
            (self.national, "redaktor.nasjonalt"),
            (self.trondelag, "redaktor.trondelag"),
        ):
            self.editor(collection, username)

    def editor(self, collection: Collection, username: str) -> None:
        group = Group.objects.create(name=f"Redaktører, {collection.name}")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        for codename in ("add_event", "change_event", "delete_event"):
            permission = Permission.objects.get(content_type__app_label="nsr_events", codename=codename)
            GroupCollectionPermission.objects.create(
                group=group, collection=collection, permission=permission
            )
        user = get_user_model().objects.create_user(username, f"{username}@example.no", "demo")
        user.groups.add(group)

    def allow_pages(self, collection: Collection, page: Page, *codenames: str) -> None:
        """Page permissions are Wagtail's own: a region's editors get their region's pages."""
        group = Group.objects.get(name=f"Redaktører, {collection.name}")
        for codename in codenames:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
            GroupPagePermission.objects.create(group=group, page=page, permission=permission)

    def taxonomies(self) -> None:
        types = [
            ("samling", {"nb": "Samling", "nn": "Samling", "en": "Gathering"}),
            ("konferanse", {"nb": "Konferanse", "nn": "Konferanse", "en": "Conference"}),
            ("apning", {"nb": "Åpning", "nn": "Opning", "en": "Opening"}),
            *TYPES,
        ]
        self.types = {
            slug: EventType.objects.create(slug=slug, name=name, sort_order=order)
            for order, (slug, name) in enumerate(types)
        }
        regions = [
            ("nasjonalt", {"nb": "Hele landet", "nn": "Heile landet", "en": "Nationwide"}),
            ("trondelag", {"nb": "Trøndelag"}),
        ]
        self.regions = {
            slug: Region.objects.create(slug=slug, name=name, sort_order=order)
            for order, (slug, name) in enumerate(regions)
        }
        self.series = Series.objects.create(
            slug="introduksjonssamling", name={"nb": "Introduksjonssamling for næringslivskontakter"}
        )

    def person(self, given: str, family: str, title: str, organisation: str) -> Person:
        return Person.objects.create(
            given_name=given,
            family_name=family,
            title=title,
            organisation=self.organisations[organisation],
            biography=BIOGRAPHY,
        )

    def venues(self) -> None:
        self.vika = Venue.objects.create(
            name="Møtestedet Vika",
            address="Eksempelgata 12",
            postal_code="0161",
            city="Oslo",
            latitude="59.911500",
            longitude="10.733500",
            directions={
                "nb": "Fem minutter til fots fra Nationaltheatret stasjon. Stedet er oppdiktet.",
                "nn": "Fem minutt til fots frå Nationaltheatret stasjon. Staden er oppdikta.",
                "en": "Five minutes on foot from Nationaltheatret station. The place is invented.",
            },
            accessibility={
                "nb": "Trinnfri adkomst, teleslynge i Storsalen og HC-parkering ved inngangen.",
                "nn": "Trinnfri tilkomst, teleslynge i Storsalen og HC-parkering ved inngangen.",
                "en": "Step-free access, a hearing loop in Storsalen and accessible parking at the door.",
            },
        )
        self.house = Venue.objects.create(
            name="NSRs hus",
            address="Middelthunsgate 27",
            postal_code="0368",
            city="Oslo",
            latitude="59.929000",
            longitude="10.709000",
            directions={"nb": "T-banen til Majorstuen, så sju minutter til fots."},
            accessibility={"nb": "Heis fra gateplan til alle etasjer."},
        )
        self.conference_house = Venue.objects.create(
            name="Kongressgården", address="Eksempelveien 3", postal_code="0155", city="Oslo",
            directions={"nb": "Ti minutter til fots fra Oslo S. Stedet er oppdiktet."},
            accessibility={"nb": "Trinnfritt overalt, teleslynge i Storsalen."},
        )  # fmt: skip
        self.trondheim = Venue.objects.create(
            name="A-krimsenteret", address="Eksempelkaia 8", postal_code="7010", city="Trondheim",
            directions={"nb": "Åtte minutter til fots fra Trondheim S. Adressen er oppdiktet."},
            accessibility={"nb": "Trinnfri inngang fra kaia."},
        )  # fmt: skip
        rooms = [
            ("stor", self.vika, "Storsalen", 80), ("g1", self.vika, "Grupperom Nord", 16),
            ("g2", self.vika, "Grupperom Sør", 16), ("g3", self.vika, "Grupperom Øst", 12),
            ("salen", self.house, "Salen", 60),
            ("kstor", self.conference_house, "Storsalen", 160), ("floyen", self.conference_house, "Fløyen", 60),
            ("nordlys", self.conference_house, "Nordlys", 40), ("verkstedet", self.conference_house, "Verkstedet", 24),
            ("aula", self.trondheim, "Aulaen", 90),
        ]  # fmt: skip
        self.rooms = {
            key: Room.objects.create(venue=venue, name=name, seats=seats, sort_order=order)
            for order, (key, venue, name, seats) in enumerate(rooms)
        }

    def pages(self) -> None:
        root = Page.get_first_root_node()
        root.get_children().delete()
        root = Page.objects.get(depth=1)
        self.front = root.add_child(
            instance=FrontPage(
                title="Møteplasser for trygghet",
                slug="hjem",
                locale=self.locales["nb"],
                intro="Her finner du samlingene der politi, myndigheter og næringsliv møtes for å forebygge sammen.",
            )
        )
        Site.objects.all().delete()
        Site.objects.create(
            hostname="127.0.0.1",
            port=8000,
            site_name="Sikkerhetsforum",
            root_page=self.front,
            is_default_site=True,
        )
        self.index = self.front.add_child(
            instance=EventIndexPage(
                title="Arrangementer",
                slug="arrangementer",
                locale=self.locales["nb"],
                intro="Samlinger, konferanser og åpninger. Alt du trenger å vite, på ett sted.",
                default_collection=self.national,
                show_in_menus=True,
            )
        )
        self.english_front = self.translate(
            self.front, "en", root, title="Meeting places for security", slug="home-en"
        )
        self.english_front.intro = (
            "Gatherings where police, authorities and business meet to prevent crime together."
        )
        self.english_front.save()
        self.english_index = self.translate(
            self.index, "en", self.english_front, title="Events", slug="events"
        )
        self.english_index.intro = "Gatherings, conferences and openings."
        self.english_index.save()
        self.nynorsk_front = self.translate(
            self.front, "nn", root, title="Møteplassar for tryggleik", slug="heim"
        )
        self.nynorsk_front.intro = (
            "Her finn du samlingane der politi, styresmakter og næringsliv møtest for å førebyggje saman."
        )
        self.nynorsk_front.save()
        self.nynorsk_index = self.translate(
            self.index, "nn", self.nynorsk_front, title="Arrangement", slug="arrangement"
        )
        self.nynorsk_index.intro = "Samlingar, konferansar og opningar. Alt du treng å vite, på éin stad."
        self.nynorsk_index.save()
        self.allow_pages(self.national, self.index, "add_page", "change_page", "publish_page")
        self.allow_pages(self.trondelag, self.index, "add_page")

    def translate(self, page: Page, code: str, parent: Page, *, title: str, slug: str) -> Page:
        """Make the page's translation below ``parent``."""
        translation = page.copy_for_translation(self.locales[code], copy_parents=False)
        translation.title, translation.draft_title, translation.slug = title, title, slug
        translation.save()
        translation.save_revision().publish()
        return type(page).objects.get(pk=translation.pk)

    def gathering(self) -> None:
        first = next_date(self.today, month=9, day=28)
        event = add_event(
            self,
            name={"nb": "Introduksjonssamling for næringslivskontakter", "nn": "Introduksjonssamling for næringslivskontaktar", "en": "Introduction gathering for business liaison officers"},
            type=self.types["samling"],
            series=self.series,
            edition=str(first.year),
            region=self.regions["nasjonalt"],
            collection=self.national,
            venue=self.vika,
            first=first,
            hours=[("09:00", "16:00"), ("08:30", "16:30"), ("08:30", "14:45")],
            themes=gathering.THEMES,
            hosts=["pod", "nsr", "kripos"],
            day_venues={1: self.house},
            organisations=[("pod", "organiser"), ("nsr", "organiser"), ("finans", "partner"), ("okokrim", "partner"), ("tollet", "partner"), ("skatt", "partner")],
            audience={"nb": "Nye næringslivskontakter i politiet, etter invitasjon", "nn": "Nye næringslivskontaktar i politiet, etter invitasjon", "en": "New business liaison officers in the police, by invitation"},
            fee_note={"nb": "Gratis", "nn": "Gratis", "en": "Free"},
        )  # fmt: skip
        add_programme(self, event, gathering.DAYS, tracks=gathering.TRACKS, abstracts=gathering.ABSTRACTS)
        page = add_page(
            self, event, SLUGS["gathering"],
            title="Introduksjonssamling for næringslivs\u00adkontakter",
            kicker="Samling over tre dager",
            intro="Tre dager om trusselbildet, om samarbeidet mellom politi og næringsliv – og med menneskene du skal jobbe sammen med.",
            body=gathering.BODY,
            practical=gathering.PRACTICAL,
        )  # fmt: skip
        english = self.translate(
            page,
            "en",
            self.english_index,
            title="Introduction gathering for business liaison officers",
            slug="introduction",
        )
        english.kicker = "A gathering over three days"
        english.intro = "Three days on threats, on how police and business work together – and with the people you will work with."
        english.body, english.practical = gathering.BODY_EN, gathering.PRACTICAL_EN
        english.save_revision().publish()
        nynorsk = self.translate(
            page, "nn", self.nynorsk_index, title=gathering_nn.TITLE, slug="introduksjonssamling"
        )
        nynorsk.kicker, nynorsk.intro = gathering_nn.KICKER, gathering_nn.INTRO
        nynorsk.body, nynorsk.practical = gathering_nn.BODY, gathering_nn.PRACTICAL
        nynorsk.save_revision().publish()

    def conference(self) -> None:
        event = add_event(
            self,
            name={"nb": "Sikkerhetskonferansen", "en": "The Security Conference"},
            type=self.types["konferanse"],
            edition=str(next_date(self.today, month=10, day=20).year),
            region=self.regions["nasjonalt"],
            collection=self.national,
            venue=self.conference_house,
            first=next_date(self.today, month=10, day=20),
            hours=[("08:30", "16:15")],
            themes=[{}],
            hosts=["nsr"],
            organisations=[("nsr", "organiser"), ("nordvik", "partner"), ("tindra", "partner"), ("havn24", "partner"), ("handel", "partner")],
            audience={"nb": "Sikkerhetsansvarlige i virksomheter, politi og andre myndigheter"},
            fee_note={"nb": "Gratis for medlemmer"},
        )  # fmt: skip
        rooms = {"stor": "kstor"}
        add_programme(self, event, [conference.CONFERENCE], tracks=conference.CONFERENCE_TRACKS, rooms=rooms)
        add_page(
            self, event, SLUGS["conference"],
            title="Sikkerhets\u00adkonferansen",
            kicker="Konferanse på én dag",
            intro="Én dag med korte møter i stedet for lange foredrag: inntil seks samtaler med dem du selv vil treffe.",
            body=conference.CONFERENCE_BODY,
        )  # fmt: skip

    def opening(self) -> None:
        event = add_event(
            self,
            name={"nb": "Åpning av nye lokaler for A-krimsenteret i Trondheim"},
            type=self.types["apning"],
            region=self.regions["trondelag"],
            collection=self.trondelag,
            venue=self.trondheim,
            first=next_date(self.today, month=5, day=2),
            hours=[("10:30", "13:00")],
            themes=[{}],
            hosts=["arbeidstilsynet"],
            organisations=[
                (key, "organiser") for key in ("arbeidstilsynet", "nav", "skatt", "tollet", "trondheim")
            ],
            audience={"nb": "Samarbeidspartnere, presse og naboer"},
            fee_note={"nb": "Gratis"},
        )
        add_programme(self, event, [conference.OPENING], tracks={})
        page = add_page(
            self, event, SLUGS["opening"],
            title="Åpning i Trondheim",
            kicker="Åpning av nye lokaler",
            intro="Senteret mot arbeidslivskriminalitet flytter inn i nye lokaler. Vær med når statsråden åpner dørene.",
            body=conference.OPENING_BODY,
        )  # fmt: skip
        self.allow_pages(self.trondelag, page, "change_page", "publish_page")
