"""The security conference: one day, short meetings instead of long lectures; and the opening in Trondheim."""

CONFERENCE_TRACKS = {
    "bilde": ({"nb": "Trusselbildet", "en": "Threats"}, 1),
    "samarbeid": ({"nb": "Samarbeid", "en": "Working together"}, 2),
    "metode": ({"nb": "Metode og verktøy", "en": "Methods and tools"}, 3),
}

CONFERENCE = [
    ("08:30", "09:00", "Kaffe og registrering", "Coffee and registration", "practical", ["stor"], "", []),
    ("09:00", "09:15", "Velkommen", "Welcome", "opening", ["stor"], "", ["lie"]),
    (
        "09:15",
        "10:00",
        "Trusselbildet akkurat nå",
        "The threats right now",
        "keynote",
        ["stor"],
        "bilde",
        ["solheim"],
    ),
    ("10:00", "10:20", "Pause", "Break", "break", [], "", []),
    (
        "10:20",
        "11:00",
        "Leverandørkjeden som angrepsflate",
        "The supply chain as a target",
        "talk",
        ["floyen"],
        "bilde",
        ["hagtun"],
    ),
    (
        "10:20",
        "11:00",
        "Personvern når du anmelder",
        "Privacy when you report",
        "talk",
        ["nordlys"],
        "metode",
        ["nygard"],
    ),
    (
        "10:20",
        "11:45",
        "Øvelse: falske fakturaer",
        "Exercise: false invoices",
        "workshop",
        ["verkstedet"],
        "metode",
        ["brenna", "rahimi"],
    ),
    (
        "11:05",
        "11:45",
        "Beredskap som tåler en mandag",
        "Preparedness that survives a Monday",
        "talk",
        ["floyen"],
        "metode",
        ["ekeland"],
    ),
    (
        "11:05",
        "11:45",
        "Dele mer, dele trygt",
        "Share more, share safely",
        "panel",
        ["nordlys"],
        "samarbeid",
        ["pedersen", "dahlberg", "bakkevold", "tveiten"],
    ),
    ("11:45", "12:45", "Lunsj i vestibylen", "Lunch in the foyer", "meal", [], "", []),
    (
        "12:45",
        "13:00",
        "Før hurtigmøtene: få mest mulig ut av tolv minutter",
        "Before the speed meetings",
        "talk",
        ["stor"],
        "samarbeid",
        ["lie"],
    ),
    ("13:00", "15:00", "Hurtigmøter", "Speed meetings", "meetings", ["stor", "floyen"], "samarbeid", []),
    ("15:00", "15:20", "Kaffe", "Coffee", "break", [], "", []),
    (
        "15:20",
        "16:00",
        "Samtale: hva gjør vi på mandag?",
        "Talk: what do we do on Monday?",
        "panel",
        ["stor"],
        "samarbeid",
        ["iversen", "solheim", "haugland", "moen"],
    ),
    ("16:00", "16:15", "Takk for i dag", "Thank you", "talk", ["stor"], "", ["lie"]),
]

CONFERENCE_BODY = [
    ("heading", {"text": "Korte møter i stedet for lange foredrag"}),
    (
        "text",
        "<p>Du kommer ikke for å sitte stille. Etter lunsj møter du inntil seks andre deltakere i korte samtaler ved nummererte bord, med mennesker du selv har ønsket å snakke med.</p><p>Formiddagen gir det felles bildet: hva truer norske virksomheter nå, og hva virker?</p>",
    ),
    (
        "points",
        {
            "heading": "Derfor kommer folk",
            "points": [
                "De rette samtalene på én dag",
                "Et felles bilde av det som truer",
                "Myndigheter og næringsliv ved samme bord",
            ],
        },
    ),
]

OPENING = [
    ("10:30", "11:00", "Dørene åpner", "Doors open", "practical", ["aula"], "", []),
    (
        "11:00",
        "11:10",
        "Velkommen til nye lokaler",
        "Welcome to new premises",
        "opening",
        ["aula"],
        "",
        ["rostad"],
    ),
    ("11:10", "11:25", "Åpning ved statsråden", "Opened by the minister", "opening", ["aula"], "", []),
    (
        "11:25",
        "11:55",
        "Slik arbeider etatene under samme tak",
        "How the agencies work under one roof",
        "talk",
        ["aula"],
        "",
        ["sandvik", "rostad"],
    ),
    (
        "11:55",
        "12:20",
        "Fra tips til tilsyn: en sak fra Trøndelag",
        "From a tip to an inspection",
        "talk",
        ["aula"],
        "",
        ["moen"],
    ),
    ("12:20", "12:30", "Snoren klippes", "The ribbon is cut", "social", [], "", []),
    ("12:30", "13:00", "Omvisning og enkel servering", "A tour and light food", "social", [], "", []),
]

OPENING_BODY = [
    ("heading", {"text": "Flere etater, én dør"}),
    (
        "text",
        "<p>Arbeidstilsynet, NAV, politiet, Skatteetaten, Tolletaten og kommunen samler innsatsen mot arbeidslivskriminalitet i nye lokaler. Senteret tar saker fra hele Trøndelag.</p>",
    ),
]
