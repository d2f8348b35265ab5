"""The introduction gathering in nynorsk: titles of its items by their bokmål title, and the text of its page."""

TITLES = {
    "Kaffe og registrering": "Kaffi og registrering",
    "Velkommen, og hvem vi er": "Velkomen, og kven vi er",
    "Næringslivskontaktens rolle": "Rolla til næringslivskontakten",
    "Slik er politiet organisert, og hvem du ringer til": "Slik er politiet organisert, og kven du ringjer til",
    "Lunsj": "Lunsj",
    "Pause": "Pause",
    "Taushetsplikt: hva kan du dele?": "Teieplikt: kva kan du dele?",
    "Arbeidsøkt: den første samtalen med en virksomhet": "Arbeidsøkt: den første samtalen med ei verksemd",
    "Arbeidsøkt: kart over ditt distrikt": "Arbeidsøkt: kart over distriktet ditt",
    "Arbeidsøkt: når pressen ringer": "Arbeidsøkt: når pressa ringjer",
    "Hva bedriftene faktisk spør om": "Kva bedriftene faktisk spør om",
    "Dagen i dag og dagen i morgen": "Dagen i dag og dagen i morgon",
    "Felles middag": "Felles middag",
    "Kaffe i Middelthunsgate": "Kaffi i Middelthunsgate",
    "Trusselbildet sett fra næringslivet": "Trusselbiletet sett frå næringslivet",
    "Økonomisk kriminalitet: de vanligste sporene": "Økonomisk kriminalitet: dei vanlegaste spora",
    "Finansnæringens varsler, og hvor de havner": "Varsla frå finansnæringa, og kvar dei hamnar",
    "Havna: flyt, tyveri og falske papirer": "Hamna: flyt, tjuveri og falske papir",
    "Butikken: fra naskeri til organisert tyveri": "Butikken: frå naskeri til organisert tjuveri",
    "Insiderrisiko: fra magefølelse til metode": "Innsiderisiko: frå magekjensle til metode",
    "Digitale angrep på små bedrifter": "Digitale åtak på små bedrifter",
    "Samtale: når politi og næringsliv lykkes": "Samtale: når politi og næringsliv lukkast",
    "Uformell samling": "Uformell samling",
    "Kaffe": "Kaffi",
    "Trusselbildet sett fra Kripos": "Trusselbiletet sett frå Kripos",
    "Fra anmeldelse til dom: saksgangen": "Frå melding til dom: saksgangen",
    "Øvelse: den første timen etter et datainnbrudd": "Øving: den første timen etter eit datainnbrot",
    "Arbeidslivskriminalitet: tegnene du kan se": "Arbeidslivskriminalitet: teikna du kan sjå",
    "Skattesporet": "Skattesporet",
    "Spør juristen: åpen time": "Spør juristen: open time",
    "Din plan for det første halvåret": "Planen din for det første halvåret",
    "Nettverket: slik holder vi kontakten": "Nettverket: slik held vi kontakten",
    "Oppsummering og vel hjem": "Oppsummering og vel heim",
    "Omvisning på laboratoriet for dem som vil": "Omvising på laboratoriet for dei som vil",
}

TITLE = "Introduksjonssamling for næringslivs\u00adkontaktar"
KICKER = "Samling over tre dagar"
INTRO = (
    "Tre dagar om trusselbiletet, om samarbeidet mellom politi og næringsliv – og med menneska du skal arbeide "
    "saman med."
)
BODY = [
    ("heading", {"text": "Kom raskt inn i rolla"}),
    (
        "text",
        "<p>Samlinga er for deg som er ny som næringslivskontakt i politiet. Du får det faglege grunnlaget for det første året: korleis politiet er organisert, kva verksemder faktisk spør om, og kva rammer som gjeld når de deler informasjon.</p><p>Dag to er vi heime hos næringslivet. Der møter du folk frå fleire bransjar som fortel kva dei treng frå deg, og kva dei kan bidra med.</p>",
    ),
    (
        "points",
        {
            "heading": "Dette sit du att med",
            "points": [
                "Oversyn over trusselbiletet slik det ser ut no",
                "Tryggleik på kva du kan dele, og med kven",
                "Metodar du kan bruke alt veka etter",
                "Eit nettverk du kan ringje til",
            ],
        },
    ),
    (
        "question",
        {
            "question": "Må eg vere med alle tre dagane?",
            "answer": "<p>Helst, men du kan velje dagar. Dag to er den einaste vi held heime hos næringslivet.</p>",
        },
    ),
    (
        "question",
        {
            "question": "Kven dekkjer reisa?",
            "answer": "<p>Ditt eige distrikt dekkjer reise og overnatting. Mat og program er gratis.</p>",
        },
    ),
]
PRACTICAL = [
    ("row", {"label": "Overnatting", "text": "<p>Vi har halde av 40 rom på eit hotell i gangavstand.</p>"}),
    ("row", {"label": "Mat", "text": "<p>Lunsj alle dagar og felles middag den første kvelden.</p>"}),
]
