"""Smaller events of the demo, one in every status, past ones over three years, and the three reports."""

from __future__ import annotations

import datetime as dt

from nsr_events.core.events import change_status
from nsr_events.core.models import Event
from nsr_events.pages.reports import EventReportPage

from .events import add_event, add_page

SMALL = [
    # slug, title, type, days from today (None: last year's date), hours, status, note, intro
    ("nettseminar-insiderrisiko", "Nettseminar: Insiderrisiko på en time", "nettseminar", 75, ("12:00", "13:00"), "confirmed", "", "Tre grep som virker i små virksomheter, på én time."),
    ("frokostmote-meldeplikt", "Frokostmøte: Mørketall og meldeplikt", "frokostmote", 96, ("08:00", "09:30"), "planned", "", "Hva skjer med tallene når flere melder fra?"),
    ("fagdag-havn", "Fagdag om havn og logistikk", "konferanse", 120, ("09:00", "15:00"), "postponed", "Møtelokalet ble stengt. Vi kommer tilbake med ny dato.", "En dag om flyt, tyveri og falske papirer."),
    ("kurs-personellsikkerhet", "Kurs i personellsikkerhet", "kurs", 54, ("09:00", "15:30"), "moved_online", "Kurset holdes på nett. Lenken sendes til de påmeldte.", "Fra magefølelse til metode."),
    ("ovelse-krisestab", "Øvelse: Krisestab på en dag", "kurs", 88, ("09:00", "15:30"), "confirmed", "", "Dere får et oppdrag, en klokke og for lite informasjon."),
    ("omvisning-havnesenteret", "Omvisning på havnesenteret", "samling", 33, ("13:00", "15:00"), "confirmed", "", "Se hvordan varene kontrolleres fra kai til lager."),
    ("frokostmote-identitet", "Frokostmøte: Hvem ansetter du?", "frokostmote", 12, ("08:00", "09:30"), "confirmed", "", "Bakgrunnssjekk uten å trå over streken."),
    ("sikkerhetsdag-studenter", "Sikkerhetsdag for studenter", "konferanse", 140, ("10:00", "16:00"), "confirmed", "", "Møt dem som jobber med trygghet til daglig."),
    ("motested-losepenger", "Møtested: Løsepengevirus", "nettseminar", 64, ("14:00", "15:00"), "confirmed", "", "Tre virksomheter forteller hva de gjorde det første døgnet."),
    ("regionmote-vest", "Regionmøte Vest", "samling", 40, ("10:00", "14:00"), "cancelled", "For få hadde anledning. Neste møte blir til høsten.", "Erfaringer fra Vestlandet."),
]  # fmt: skip

PAST = [
    ("frokostmote-svindel", "Frokostmøte: Svindel i sosiale medier", "frokostmote", -45),
    ("samling-host", "Høstsamling for næringslivskontakter", "samling", -260),
    ("kurs-beredskap", "Kurs: Beredskap på en side", "kurs", -400),
    ("fagdag-handel", "Fagdag om organisert tyveri", "konferanse", -520),
    ("nettseminar-id", "Nettseminar: Falske identiteter", "nettseminar", -700),
    ("regionmote-nord", "Regionmøte Nord", "samling", -820),
]

TYPES = [
    ("nettseminar", {"nb": "Nettseminar", "nn": "Nettseminar", "en": "Webinar"}),
    ("frokostmote", {"nb": "Frokostmøte", "nn": "Frukostmøte", "en": "Breakfast meeting"}),
    ("kurs", {"nb": "Kurs", "nn": "Kurs", "en": "Course"}),
]

REPORTS = [
    {
        "slug": "forste-samling",
        "title": "Første samling for næringslivskontaktene",
        "about": "gathering-2016",
        "date": dt.date(2016, 10, 3),
        "byline": "NSR",
        "intro": "Politiets nye næringslivskontakter møttes for første gang over tre dager for å dele erfaringer med samarbeidspartnere.",
        "body": [
            ("text", "<p>NSR var vertskap for hele dag to. Da møtte kontaktene flere bransjer som fortalte hva de trenger, og hva de selv kan bidra med.</p><p>Ordningen er en del av politireformen. Den skal forebygge kriminalitet i og mot næringslivet, gi et felles bilde av truslene og hjelpe andre med å beskytte seg.</p>"),
            ("heading", {"text": "Erfaringer fra den første"}),
            ("text", "<p>Anne-Catherine Gustafson, den første næringslivskontakten, har hatt stillingen ved Kripos siden 2013. Hun fortalte om årene sine. Lena Reif, seksjonssjef i Politidirektoratet, og Jack Fischer Eriksen, direktør i NSR, var også der.</p><p>Finans Norge og NSR hadde lenge arbeidet for ordningen. NSR ønsker en kontakt på heltid i hvert distrikt.</p>"),
        ],
    },
    {
        "slug": "konferansen-korte-moter",
        "title": "Korte møter slo an på Sikkerhetskonferansen",
        "about": "",
        "date": dt.date(2017, 11, 14),
        "byline": "NSR",
        "intro": "Kripos kom for å knytte bånd til virksomheter og kontrolletater, og flere fant de korte møtene mer effektive enn foredrag.",
        "body": [
            ("text", "<p>Kripos, ledet av Eivind Borge, brukte dagen til å bygge forbindelser. Stefan Hyttfors snakket om å dele informasjon for å holde tritt med endringene.</p><p>Arnfinn Norheim, sikkerhetsdirektør i Posten, var med for tredje gang. Han fant de korte møtene effektive.</p>"),
        ],
    },
    {
        "slug": "apning-trondheim-2016",
        "title": "A-krimsenteret i Trondheim åpnet",
        "about": "opening-2016",
        "date": dt.date(2016, 5, 2),
        "byline": "NSR",
        "intro": "Statsråd Anniken Hauglie åpnet senteret der seks etater arbeider sammen mot arbeidslivskriminalitet.",
        "body": [
            ("text", "<p>Arbeidstilsynet, NAV, politiet, Skatteetaten, Tolletaten og kemneren i Trondheim er samlet. En felles plan ble signert året før. Senteret begynner i Trondheim, og tar saker fra hele Trøndelag.</p><p>Fra før var det sentre i Oslo, Bergen, Stavanger og Kristiansand. Regiondirektør Stig Magnar Løvås i Arbeidstilsynet var til stede.</p>"),
        ],
    },
]  # fmt: skip

HELD = {
    "gathering-2016": (
        "introduksjonssamling-2016",
        "Første samling for næringslivskontaktene",
        "samling",
        dt.date(2016, 9, 28),
        3,
    ),
    "opening-2016": (
        "apning-trondheim-2016-dagen",
        "Åpning av A-krimsenteret i Trondheim",
        "apning",
        dt.date(2016, 5, 2),
        1,
    ),
}


def add_small(demo) -> None:
    """One event in every status, and the archive."""
    for slug, title, kind, days, hours, status, note, intro in SMALL:
        event = _event(demo, title, kind, demo.today + dt.timedelta(days=days), hours)
        add_page(demo, event, slug, title=title, kicker=str(event.type), intro=intro, body=[])
        if status != "confirmed":
            change_status(event, status, note={"nb": note} if note else None, now=demo.now, by=demo.admin)
    for slug, title, kind, days in PAST:
        event = _event(demo, title, kind, demo.today + dt.timedelta(days=days), ("09:00", "12:00"))
        add_page(
            demo, event, slug, title=title, kicker=str(event.type), intro="Et tidligere arrangement.", body=[]
        )


def add_reports(demo) -> None:
    """The reports of what really took place, and the events they are about."""
    held = {}
    for key, (slug, title, kind, first, days) in HELD.items():
        event = _event(demo, title, kind, first, ("09:00", "15:00"), days=days)
        held[key] = add_page(demo, event, slug, title=title, kicker=str(event.type), intro="", body=[])
    for report in REPORTS:
        about = held.get(report["about"])
        page = EventReportPage(
            title=report["title"],
            slug=report["slug"],
            date=report["date"],
            byline=report["byline"],
            intro=report["intro"],
            body=report["body"],
            event=about.event if about else None,
            locale=demo.locales["nb"],
            related=[("page", demo.index)],
        )
        demo.index.add_child(instance=page)
        page.save_revision(user=demo.admin).publish()


def _event(demo, title: str, kind: str, first: dt.date, hours: tuple[str, str], *, days: int = 1) -> Event:
    online = kind == "nettseminar"
    return add_event(
        demo,
        name={"nb": title},
        type=demo.types[kind],
        region=demo.regions["nasjonalt"],
        collection=demo.national,
        venue=None if online else demo.vika,
        format="online" if online else "onsite",
        first=first,
        now=min(demo.now, dt.datetime.combine(first, dt.time(), tzinfo=dt.UTC) - dt.timedelta(days=60)),
        hours=[hours] * days,
        themes=[{}] * days,
        hosts=["nsr"],
        organisations=[("nsr", "organiser")],
    )
