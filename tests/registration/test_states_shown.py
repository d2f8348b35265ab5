"""Each public state on the page in three languages, its rule in the workspace, and no page that says it too long."""

import datetime as dt
import re
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.events import change_status
from nsr_events.core.models import Event
from tests.factories import make_event, make_index, make_page, open_registration, register

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def event(now):
    """Two people have registered."""
    event = make_event(date=now.date() + 60 * DAY, now=now, contact_email="arrangor@example.no")
    open_registration(event, opens=now - 2 * DAY)
    for number in range(2):
        register(event, number, now=now)
    return event


def card_of(client, page):
    """The tag and the sentence of the card."""
    card = BeautifulSoup(client.get(page.url).content, "html.parser").select_one(".ne-reg")
    return card.select_one(".ne-tag").text.strip(), card.select_one(".ne-reg__big").text.strip()


# What is set, then the card in bokmål, nynorsk and English, then the rule in the workspace and the field that decided.
STATES = {
    "elsewhere": (
        {"mode": "external", "external_url": "https://annet.example/"},
        ("På et annet nettsted", "på et annet nettsted."), ("På ein annan nettstad", "på ein annan nettstad."),
        ("On another site", "is on another site."), "På et annet nettsted: ", "#id_mode",
    ),
    "cancelled": (
        {"status": "cancelled"}, ("Avlyst", "Arrangementet er avlyst."), ("Avlyst", "Arrangementet er avlyst."),
        ("Cancelled", "The event is cancelled."), "Avlyst: arrangementet er avlyst.", "/status/",
    ),
    "postponed": (
        {"status": "postponed"}, ("Utsatt", "beholder plassen."), ("Utsett", "held på plassen."),
        ("Postponed", "keep their seats."), "Utsatt: arrangementet er utsatt.", "/status/",
    ),
    "over": (
        {"over": True}, ("Over", "Arrangementet er over."), ("Over", "Arrangementet er over."),
        ("Over", "The event is over."), "Over: arrangementet er over.", "#days-heading",
    ),
    "paused": (
        {"paused": True}, ("Stengt", "Påmeldingen er satt på pause."), ("Stengt", "Påmeldinga er sett på pause."),
        ("Closed", "Registration is paused."), "Stengt: påmeldingen er satt på pause.", "#id_paused",
    ),
    "closed": (
        {"closes": -1}, ("Stengt", "Påmeldingen stengte "), ("Stengt", "Påmeldinga stengde "),
        ("Closed", "Registration closed "), "Stengt: påmeldingen stengte ", "#id_closes",
    ),
    "invited": (
        {"mode": "invited"}, ("Bare for inviterte", "som er invitert."), ("Berre for inviterte", "som er inviterte."),
        ("By invitation only", "who are invited."), "Bare for inviterte: oppsettet sier", "#id_mode",
    ),
    "planned": (
        {"status": "planned"}, ("Ikke åpnet ennå", "når datoen er fastsatt."), ("Ikkje opna enno", "er fastsett."),
        ("Not open yet", "when the date is fixed."), "Ikke åpnet ennå: datoen er fortsatt", "/status/",
    ),
    "not announced": (
        {"opens": None}, ("Ikke åpnet ennå", "Vi har ikke bestemt"), ("Ikkje opna enno", "Vi har ikkje bestemt"),
        ("Not open yet", "We have not decided"), "Ikke åpnet ennå: det er ikke satt noen dato", "#id_opens",
    ),
    "opens later": (
        {"opens": 1}, ("Ikke åpnet ennå", "Påmeldingen åpner "), ("Ikkje opna enno", "Påmeldinga opnar "),
        ("Not open yet", "Registration opens "), "Ikke åpnet ennå: påmeldingen åpner ", "#id_opens",
    ),
    "waiting list": (
        {"capacity": 2}, ("Fullt, venteliste", "på ventelisten."), ("Fullt, venteliste", "på ventelista."),
        ("Full, waiting list", "join the waiting list."), "Fullt, venteliste: alle plassene", "#id_capacity",
    ),
    "list off": (
        {"capacity": 2, "waiting_list": "off"}, ("Fullt", "Alle plassene er tatt."),
        ("Fullt", "Alle plassane er tekne."), ("Full", "All seats are taken."),
        "Det er ingen venteliste.", "#id_capacity",
    ),
    "list full": (
        {"capacity": 2, "waiting_limit": 0}, ("Fullt", "Ventelisten er også full."), ("Fullt", "er òg full."),
        ("Full", "The waiting list is full too."), "Fullt: ventelisten tar ikke flere", "#id_waiting_limit",
    ),
    "few left": (
        {"capacity": 4}, ("Få plasser igjen", "Bare to plasser igjen."), ("Få plassar igjen", "Berre to plassar"),
        ("Few seats left", "Only two seats left."), "Få plasser igjen: to plasser igjen.", "#id_few_left",
    ),
    "open": (
        {"capacity": 40}, ("Åpent", "Det er 38 plasser igjen."), ("Ope", "Det er 38 plassar igjen."),
        ("Open", "There are 38 seats left."), "Åpent: 38 plasser igjen.", "#id_capacity",
    ),
}  # fmt: skip


def bring_about(event, given, now):
    given = {key: now + value * DAY if type(value) is int and key in {"opens", "closes"} else value
             for key, value in given.items()}  # fmt: skip
    if status := given.pop("status", ""):
        change_status(event, status, now=now)
    if given.pop("over", False):
        Event.objects.filter(pk=event.pk).update(start=now - 2 * DAY, end=now - DAY)
    open_registration(event, **{"opens": now - 2 * DAY, **given})


@pytest.mark.parametrize("case", STATES)
def test_each_state_is_told_in_three_languages_and_its_rule_to_the_organiser(
    client, admin_client, event, now, case
):
    given, *told, rule, field = STATES[case]
    bring_about(event, given, now)
    for language, (tag, words) in zip(("nb", "nn", "en"), told, strict=True):
        shown_tag, shown_words = card_of(
            client, make_page(event, make_index(language, slug=f"liste-{language}"))
        )
        assert (shown_tag, words in shown_words) == (tag, True), (language, shown_words)

    screen = admin_client.get(reverse("nsr_events_registration:setup", args=[event.pk])).content
    cause = BeautifulSoup(screen, "html.parser").select_one(".ne-now")
    assert rule in " ".join(cause.text.split())
    assert cause.select_one("a")["href"].endswith(field)


@pytest.mark.parametrize("left", [3600, 90, 61, 60, 59, 30, 1.5, 0.2, -0.2])
def test_nothing_a_cache_may_keep_says_open_a_minute_past_closing(client, event, now, left):
    """Whatever the moment at which a cache fetched the page, and also while it asks whether the page is fresh."""
    closes = now + DAY
    open_registration(event, opens=now - DAY, closes=closes)
    page = make_page(event, index := make_index())
    fetched = closes - dt.timedelta(seconds=left)
    with (
        mock.patch("nsr_events.pages.views.timezone.now", return_value=fetched),
        mock.patch("nsr_events.pages.registering.timezone.now", return_value=fetched),
    ):
        answer = client.get(page.url)
        again = client.get(page.url, headers={"if-none-match": answer["ETag"]})
        form = client.get(page.url + "register/")
        others = [client.get(page.url + path) for path in ("programme/", "calendar.ics")]
        others += [client.get(index.url + path) for path in ("", "feed.xml", "calendar.ics")]

    assert ("Åpent" in answer.content.decode()) is (left > 0)
    assert again.status_code == 304
    for each in (answer, again):
        assert "stale" not in each["Cache-Control"]
        kept = int(re.search(r"max-age=(\d+)", each["Cache-Control"])[1])
        assert fetched + dt.timedelta(seconds=kept) <= max(closes, fetched + dt.timedelta(seconds=60))
        assert left <= 0 or fetched + dt.timedelta(seconds=kept) <= closes
    assert form["Cache-Control"] == "private, no-store"
    for each in others:
        assert b"register/" not in each.content
        assert "Åpent" not in each.content.decode()


def test_a_list_of_what_is_open_is_never_served_stale(client, event, now):
    """Under other filters it may be: it does not say what is open."""
    index = make_index()
    make_page(event, index)
    for path in ("", "archive/", f"month/{event.local_start:%Y-%m}/"):
        answer = client.get(index.url + path + "?registration=open")
        assert answer["Cache-Control"] == "public, max-age=60", path
        assert "stale" in client.get(index.url + path)["Cache-Control"]
    assert str(event.name) in client.get(index.url + "?registration=open").content.decode()
