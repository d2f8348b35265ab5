"""Invented people of the demo: (given name, family name, title, organisation key). Any likeness is accidental."""

PEOPLE = {
    "solheim": ("Ingrid", "Solheim", "Avdelingsleder, analyse", "kripos"),
    "bakkevold": ("Jonas", "Bakkevold", "Politioverbetjent og næringslivskontakt", "pod"),
    "tveiten": ("Mari", "Tveiten", "Sikkerhetsleder", "nordvik"),
    "rahimi": ("Aisha", "Rahimi", "Spesialetterforsker", "okokrim"),
    "hagtun": ("Erlend", "Hagtun", "Beredskapssjef", "tindra"),
    "myklevoll": ("Sunniva", "Myklevoll", "Advokat", "myklevoll"),
    "lie": ("Hanne", "Lie", "Seniorrådgiver", "nsr"),
    "nygard": ("Tore", "Nygård", "Personvernombud", "pod"),
    "brenna": ("Live", "Brenna", "Øvingsleder", "nsr"),
    "aasen": ("Magnus", "Åsen", "Seksjonssjef", "pod"),
    "dahlberg": ("Silje", "Dahlberg", "Fagdirektør", "finans"),
    "ekeland": ("Vegard", "Ekeland", "Sikkerhetssjef", "havn24"),
    "fosse": ("Ragnhild", "Fosse", "Politiadvokat", "kripos"),
    "grimstad": ("Ole-Martin", "Grimstad", "Etterretningsanalytiker", "kripos"),
    "haugland": ("Nina", "Haugland", "Leder for granskning", "nordvik"),
    "iversen": ("Kjetil", "Iversen", "Rådgiver, digital sikkerhet", "nsr"),
    "johansen": ("Berit", "Johansen", "Kommunikasjonsrådgiver", "pod"),
    "khan": ("Omar", "Khan", "Etterforsker, datakriminalitet", "kripos"),
    "lunde": ("Anne-Grete", "Lunde", "HR-direktør", "tindra"),
    "moen": ("Stian", "Moen", "Næringslivskontakt", "pod"),
    "nilsen": ("Elin", "Nilsen", "Avdelingsdirektør", "tollet"),
    "ostby": ("Håvard", "Østby", "Butikksjef, sikkerhet", "handel"),
    "pedersen": ("Thea", "Pedersen", "Kriminolog", "nsr"),
    "rostad": ("Leif", "Røstad", "Tilsynsleder", "arbeidstilsynet"),
    "sandvik": ("Yngvild", "Sandvik", "Underdirektør", "skatt"),
}

BIOGRAPHY = {
    "nb": "Oppdiktet person, laget for demonstrasjonen.",
    "nn": "Oppdikta person, laga for demonstrasjonen.",
    "en": "An invented person, made for the demonstration.",
}

ORGANISATIONS = {
    "nsr": ("Næringslivets Sikkerhetsråd", "NSR", "association"),
    "pod": ("Politidirektoratet", "", "authority"),
    "kripos": ("Kripos", "", "authority"),
    "okokrim": ("Økokrim", "", "authority"),
    "tollet": ("Tolletaten", "", "authority"),
    "skatt": ("Skatteetaten", "", "authority"),
    "arbeidstilsynet": ("Arbeidstilsynet", "", "authority"),
    "nav": ("NAV", "", "authority"),
    "finans": ("Finans Norge", "", "association"),
    "nordvik": ("Nordvik Energi (oppdiktet)", "Nordvik Energi", "company"),
    "tindra": ("Tindra Logistikk (oppdiktet)", "Tindra Logistikk", "company"),
    "havn24": ("Havn 24 (oppdiktet)", "Havn 24", "company"),
    "handel": ("Torgkjeden (oppdiktet)", "Torgkjeden", "company"),
    "myklevoll": ("Myklevoll & Aas (oppdiktet)", "Myklevoll & Aas", "company"),
    "trondheim": ("Trondheim kommune", "", "authority"),
}
"""Key to (name, short name, kind). Authorities and associations are real, companies are invented."""
