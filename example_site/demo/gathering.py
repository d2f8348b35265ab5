"""The introduction gathering: three days, three hosts, forty items.

A session is (from, to, bokmål, English, kind, rooms, track, people); a room of None is for everybody without a room.
"""

TRACKS = {
    "bilde": ({"nb": "Trusselbildet", "nn": "Trusselbiletet", "en": "Threats"}, 1),
    "samarbeid": ({"nb": "Samarbeid", "nn": "Samarbeid", "en": "Working together"}, 2),
    "metode": ({"nb": "Metode og verktøy", "nn": "Metode og verktøy", "en": "Methods and tools"}, 3),
    "praktisk": ({"nb": "Praktisk og sosialt", "nn": "Praktisk og sosialt", "en": "Practical and social"}, 4),
}

THEMES = [
    {"nb": "Rammene for rollen", "nn": "Rammene for rolla", "en": "The frame of the role"},
    {"nb": "Hjemme hos næringslivet", "nn": "Heime hos næringslivet", "en": "At home with business"},
    {"nb": "Fra varsel til sak", "nn": "Frå varsel til sak", "en": "From warning to case"},
]

DAYS = [
    [
        ("09:00", "09:30", "Kaffe og registrering", "Coffee and registration", "practical", ["stor"], "praktisk", []),
        ("09:30", "10:00", "Velkommen, og hvem vi er", "Welcome, and who we are", "opening", ["stor"], "", ["aasen", "lie"]),
        ("10:00", "10:45", "Næringslivskontaktens rolle", "The role of the liaison officer", "keynote", ["stor"], "samarbeid", ["bakkevold"]),
        ("10:45", "11:00", "Pause", "Break", "break", [], "praktisk", []),
        ("11:00", "11:45", "Slik er politiet organisert, og hvem du ringer til", "How the police are organised, and whom to call", "talk", ["stor"], "samarbeid", ["aasen"]),
        ("11:45", "12:45", "Lunsj", "Lunch", "meal", [], "praktisk", []),
        ("12:45", "13:30", "Taushetsplikt: hva kan du dele?", "Confidentiality: what may you share?", "talk", ["stor"], "metode", ["myklevoll", "nygard"]),
        ("13:45", "14:45", "Arbeidsøkt: den første samtalen med en virksomhet", "Workshop: the first talk with a company", "workshop", ["g1"], "metode", ["brenna"]),
        ("13:45", "14:45", "Arbeidsøkt: kart over ditt distrikt", "Workshop: a map of your district", "workshop", ["g2"], "metode", ["moen"]),
        ("13:45", "14:45", "Arbeidsøkt: når pressen ringer", "Workshop: when the press calls", "workshop", ["g3"], "metode", ["johansen"]),
        ("14:45", "15:00", "Pause", "Break", "break", [], "praktisk", []),
        ("15:00", "15:45", "Hva bedriftene faktisk spør om", "What companies really ask", "panel", ["stor"], "samarbeid", ["pedersen", "tveiten", "ekeland", "ostby"]),
        ("15:45", "16:00", "Dagen i dag og dagen i morgen", "Today and tomorrow", "talk", ["stor"], "", ["lie"]),
        ("18:30", "21:30", "Felles middag", "Dinner together", "social", [], "praktisk", []),
    ],
    [
        ("08:30", "09:00", "Kaffe i Middelthunsgate", "Coffee in Middelthunsgate", "practical", ["salen"], "praktisk", []),
        ("09:00", "09:45", "Trusselbildet sett fra næringslivet", "Threats as business sees them", "keynote", ["salen"], "bilde", ["tveiten"]),
        ("09:45", "10:30", "Økonomisk kriminalitet: de vanligste sporene", "Economic crime: the most common traces", "talk", ["salen"], "bilde", ["rahimi"]),
        ("10:30", "10:45", "Pause", "Break", "break", [], "praktisk", []),
        ("10:45", "11:30", "Finansnæringens varsler, og hvor de havner", "Warnings from finance, and where they go", "talk", ["salen"], "samarbeid", ["dahlberg"]),
        ("11:30", "12:15", "Havna: flyt, tyveri og falske papirer", "The port: flow, theft and false papers", "talk", ["salen"], "bilde", ["ekeland", "nilsen"]),
        ("12:15", "13:15", "Lunsj", "Lunch", "meal", [], "praktisk", []),
        ("13:15", "14:00", "Butikken: fra naskeri til organisert tyveri", "The shop: from pilfering to organised theft", "talk", ["salen"], "bilde", ["ostby"]),
        ("14:00", "14:45", "Insiderrisiko: fra magefølelse til metode", "Insider risk: from gut feeling to method", "talk", ["salen"], "metode", ["haugland", "lunde"]),
        ("14:45", "15:00", "Pause", "Break", "break", [], "praktisk", []),
        ("15:00", "15:45", "Digitale angrep på små bedrifter", "Digital attacks on small companies", "talk", ["salen"], "bilde", ["iversen"]),
        ("15:45", "16:30", "Samtale: når politi og næringsliv lykkes", "Talk: when police and business succeed", "panel", ["salen"], "samarbeid", ["lie", "bakkevold", "tveiten", "hagtun"]),
        ("19:00", "21:30", "Uformell samling", "Informal evening", "social", [], "praktisk", []),
    ],
    [
        ("08:30", "09:00", "Kaffe", "Coffee", "practical", ["stor"], "praktisk", []),
        ("09:00", "09:45", "Trusselbildet sett fra Kripos", "Threats as Kripos sees them", "keynote", ["stor"], "bilde", ["solheim", "grimstad"]),
        ("09:45", "10:30", "Fra anmeldelse til dom: saksgangen", "From report to sentence", "talk", ["stor"], "metode", ["fosse"]),
        ("10:30", "10:45", "Pause", "Break", "break", [], "praktisk", []),
        ("10:45", "12:15", "Øvelse: den første timen etter et datainnbrudd", "Exercise: the first hour after a breach", "workshop", ["stor", "g1"], "metode", ["brenna", "khan"]),
        ("10:45", "11:30", "Arbeidslivskriminalitet: tegnene du kan se", "Work-life crime: signs you can see", "talk", ["g2"], "bilde", ["rostad"]),
        ("11:30", "12:15", "Skattesporet", "The tax trail", "talk", ["g2"], "metode", ["sandvik"]),
        ("10:45", "11:30", "Spør juristen: åpen time", "Ask the lawyer: open hour", "talk", ["g3"], "metode", ["myklevoll"]),
        ("12:15", "13:15", "Lunsj", "Lunch", "meal", [], "praktisk", []),
        ("13:15", "14:00", "Din plan for det første halvåret", "Your plan for the first half-year", "workshop", ["stor"], "metode", ["moen", "pedersen"]),
        ("14:00", "14:30", "Nettverket: slik holder vi kontakten", "The network: how we keep in touch", "talk", ["stor"], "samarbeid", ["bakkevold"]),
        ("14:30", "14:45", "Oppsummering og vel hjem", "Summing up", "talk", ["stor"], "", ["aasen", "lie"]),
        ("14:45", "15:30", "Omvisning på laboratoriet for dem som vil", "A tour of the laboratory for those who wish", "social", [], "praktisk", []),
    ],
]

ABSTRACTS = {
    "Næringslivskontaktens rolle": "Hva skal du være for bedriftene i distriktet ditt, og hva skal du la andre gjøre?\n\nVi går gjennom de oppgavene som går igjen i alle distrikter, og de valgene du selv må ta det første året.",
    "Taushetsplikt: hva kan du dele?": "Reglene er strengere enn mange tror, og rommet for å dele er større enn mange bruker. Vi tar seks hverdagslige tilfeller og finner svaret sammen.",
    "Trusselbildet sett fra næringslivet": "Hva bekymrer virksomhetene seg for nå, og hva sier de sjelden høyt?",
    "Trusselbildet sett fra Kripos": "En gjennomgang av utviklingen det siste året, med vekt på det som treffer vanlige virksomheter.",
    "Øvelse: den første timen etter et datainnbrudd": "Dere får en telefon fra en fortvilet daglig leder. Klokka går. Hvem ringer du, hva sier du, og hva lar du ligge?",
    "Insiderrisiko: fra magefølelse til metode": "Når uroen melder seg på en arbeidsplass, er det lett å gjøre for mye eller for lite. To virksomheter viser hvordan de arbeider.",
    "Fra anmeldelse til dom: saksgangen": "Veien en sak går, hvor lang tid hvert steg tar, og hva du kan si til den som venter på svar.",
    "Spør juristen: åpen time": "Ta med et spørsmål fra din egen hverdag.",
}

BODY = [
    ("heading", {"text": "Kom raskt inn i rollen"}),
    ("text", "<p>Samlingen er for deg som er ny som næringslivskontakt i politiet. Du får det faglige grunnlaget for det første året: hvordan politiet er organisert, hva virksomheter faktisk spør om, og hvilke rammer som gjelder når dere deler informasjon.</p><p>Dag to er vi hjemme hos næringslivet. Der møter du folk fra flere bransjer som forteller hva de trenger fra deg, og hva de kan bidra med.</p>"),
    ("points", {"heading": "Dette sitter du igjen med", "points": ["Oversikt over trusselbildet slik det ser ut nå", "Trygghet på hva du kan dele, og med hvem", "Metoder du kan bruke allerede uken etter", "Et nettverk du kan ringe til"]}),
    ("quote", {"text": "Det viktigste jeg tok med hjem, var tolv telefonnumre.", "name": "Jonas Bakkevold", "title": "næringslivskontakt (oppdiktet)", "organisation": "", "picture": None}),
    ("question", {"question": "Må jeg delta alle tre dagene?", "answer": "<p>Helst, men du kan velge dager. Dag to er den eneste vi holder hjemme hos næringslivet.</p>"}),
    ("question", {"question": "Hvem dekker reisen?", "answer": "<p>Ditt eget distrikt dekker reise og overnatting. Mat og program er gratis.</p>"}),
]

PRACTICAL = [
    ("row", {"label": "Overnatting", "text": "<p>Vi har holdt av 40 rom på et hotell i gangavstand.</p>"}),
    ("row", {"label": "Mat", "text": "<p>Lunsj alle dager og felles middag den første kvelden.</p>"}),
]

BODY_EN = [
    ("heading", {"text": "A quick start in the role"}),
    ("text", "<p>For those who are new as business liaison officers in the police: how the police are organised, what companies really ask, and what you may share with whom.</p><p>On day two we are at home with business, and you meet people from several industries.</p>"),
    ("points", {"heading": "What you take home", "points": ["An overview of the threats", "Confidence in what you may share", "Methods for the week after", "A network to call"]}),
]

PRACTICAL_EN = [
    ("row", {"label": "Overnight stay", "text": "<p>We hold 40 rooms at a hotel nearby.</p>"}),
    ("row", {"label": "Food", "text": "<p>Lunch every day, and dinner together on the first evening.</p>"}),
]
