"""Registrations of the demo: every public state, a few hundred invented people, made through the package's verbs."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from typing import Any

from django.utils import timezone

from nsr_events.core.models import Event
from nsr_events.registration import seats, sensitive
from nsr_events.registration.models import (
    Invitation,
    ParticipantCategory,
    Question,
    Registration,
    RegistrationSetup,
)

from .load import FAMILY, GIVEN

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EMPLOYERS = (
    ("Nordvik Energi", "nordvik.example"), ("Havn 24", "havn24.example"), ("Tindra Logistikk", "tindra.example"),
    ("Fjellbank", "fjellbank.example"), ("Kystbygg", "kystbygg.example"), ("Oppdiktet politidistrikt", "politi.example"),
    ("Oppdiktet kommune", "kommune.example"), ("Lysmo Handel", "lysmo.example"),
)  # fmt: skip
TITLES = (
    "Sikkerhetsleder (oppdiktet)",
    "Rådgiver (oppdiktet)",
    "Næringslivskontakt (oppdiktet)",
    "Leder (oppdiktet)",
)
NEXT_IN_LINE = "neste.i.koen@nordvik.example"
"""The one who is offered a seat at the full course: ask for the link at /me/ to answer."""

PRIVACY = {
    "nb": "Vi bruker opplysningene til å gjennomføre arrangementet. Navn og adresse slettes seks måneder etterpå, svar om mat og tilrettelegging en uke etterpå.",
    "nn": "Vi bruker opplysningane til å gjennomføre arrangementet. Namn og adresse blir sletta seks månader etterpå, svar om mat og tilrettelegging ei veke etterpå.",
    "en": "We use this to run the event. Names and addresses are deleted after six months, answers about food and access after a week.",
}


def add_registrations(demo: Any) -> None:
    """Set up every event's registration and register invented people for it."""
    for slug, fill in FILLED.items():
        fill(demo, demo.events[slug])


def set_up(demo: Any, event: Event, **values: Any) -> RegistrationSetup:
    """Open an event's registration three weeks ago, unless ``values`` say otherwise."""
    setup = event.registration_setup
    defaults = {"mode": "open", "opens": morning(demo, -21), "privacy_text": PRIVACY}
    for name, value in {**defaults, **values}.items():
        setattr(setup, name, value)
    setup.full_clean(exclude=["event"])
    setup.save()
    return setup


def morning(demo: Any, days: int) -> dt.datetime:
    """Nine o'clock in so many days, or today's midnight for none."""
    zone = dt.datetime.combine(demo.today + days * DAY, dt.time(9 if days else 0))
    return timezone.make_aware(zone)


def people(demo: Any, event: Event, count: int, *, newest: int = 0, **values: Any) -> list[Registration]:
    """Register ``count`` invented people, one an hour until now; only the ``newest`` get their mail."""
    dice = random.Random(f"{event.pk} {event.registrations.count()}")
    made = []
    for number in range(count):
        moment = demo.now - (count - number) * HOUR
        application = seats.Application(**_person(event, dice, number, **values))
        outcome = seats.register(event, application, now=moment, notify=count - number <= newest)
        made += [outcome.registration] if outcome.registration else []
    return made


def _person(event: Event, dice: random.Random, number: int, **values: Any) -> dict[str, Any]:
    first, last = dice.choice(GIVEN), dice.choice(FAMILY)
    employer, domain = dice.choice(EMPLOYERS)
    days = list(event.days.all())
    if event.registration_setup.days == "choose" and len(days) > 1 and dice.random() < 0.4:
        days = sorted(dice.sample(days, 2), key=lambda day: day.date)
    return {
        "category": values.pop("category", None) or event.categories.first(),
        "days": tuple(days),
        "first_name": first,
        "last_name": last,
        "email": f"deltaker{number}.{event.pk}.{dice.randrange(10**6)}@{domain}",
        "organisation": employer,
        "job_title": dice.choice(TITLES),
        "language": "nb",
        **_sensitive(event, dice),
        **values,
    }


def _sensitive(event: Event, dice: random.Random) -> dict[str, Any]:
    """Encrypted answers where the event asks: most people eat everything."""
    if not event.questions.filter(sensitive=True).exists():
        return {}
    uid = uuid.uuid4()
    food = dice.choice([None] * 6 + ["o_glut01", "o_veget1", "o_halal1", "o_nott01"])
    answers = {"q_matmat01": [food]} if food else {}
    return {"uid": uid, "sensitive": sensitive.encrypt(uid, answers)}


def add_question(event: Event, key: str, label: dict[str, str], **values: Any) -> Question:
    """One more question of an event's form."""
    order = event.questions.count()
    return Question.objects.create(event=event, key=key, label=label, sort_order=order, **values)


def option(key: str, places: int | None = None, **label: str) -> dict[str, Any]:
    """An option with its label by language."""
    return {"key": key, "label": label, "places": places, "retired": False}


def ask_about_food(event: Event) -> None:
    """Diet and access needs: sensitive, deleted early."""
    section = {"nb": "Mat og tilrettelegging", "nn": "Mat og tilrettelegging", "en": "Food and access"}
    add_question(
        event, "q_matmat01", {"nb": "Allergier og matønsker", "nn": "Allergiar og matønske", "en": "Allergies and food"},
        kind="several", sensitive=True, section=section,
        options=[
            option("o_glut01", nb="Glutenfri", nn="Glutenfri", en="Gluten free"),
            option("o_veget1", nb="Vegetar", nn="Vegetar", en="Vegetarian"),
            option("o_halal1", nb="Halal", nn="Halal", en="Halal"),
            option("o_nott01", nb="Nøtteallergi", nn="Nøtteallergi", en="Nut allergy"),
        ],
    )  # fmt: skip
    add_question(
        event, "q_tilret01", {"nb": "Trenger du tilrettelegging?", "nn": "Treng du tilrettelegging?", "en": "Do you need anything adjusted?"},
        kind="paragraph", sensitive=True, section=section,
        help={"nb": "For eksempel tegnspråktolk, teleslynge eller plass til rullestol.", "nn": "Til dømes teiknspråktolk, teleslynge eller plass til rullestol.", "en": "For example a sign language interpreter, a hearing loop or room for a wheelchair."},
    )  # fmt: skip


def gathering(demo: Any, event: Event) -> None:
    """Invited officers choose their days; most have answered, some have not."""
    set_up(
        demo, event, mode="invited", capacity=60, days="choose", closes=event.start - 7 * DAY, edit_until=event.start - 3 * DAY,
        waiting_list="offer", ask_mobile="optional", ask_organisation="required", ask_job_title="optional",
    )  # fmt: skip
    add_question(
        event, "q_hotell01", {"nb": "Trenger du hotellrom?", "nn": "Treng du hotellrom?", "en": "Do you need a hotel room?"},
        kind="yes_no", required=True, section={"nb": "Overnatting", "nn": "Overnatting", "en": "Overnight stay"},
    )  # fmt: skip
    add_question(
        event, "q_netter01", {"nb": "Hvilke netter?", "nn": "Kva netter?", "en": "Which nights?"}, kind="days",
        condition={"source": "q_hotell01", "values": ["yes"]}, section={"nb": "Overnatting", "nn": "Overnatting", "en": "Overnight stay"},
    )  # fmt: skip
    ask_about_food(event)
    for number, invitation in enumerate(_invite(event, 60, demo.now)):
        moment = demo.now - (60 - number) * HOUR
        if number < 31:
            answers = {"q_hotell01": number % 3 == 0}
            application = seats.Application(
                **_person(
                    event, random.Random(number), number, first_name=invitation.first_name, last_name=invitation.last_name,
                    organisation=invitation.organisation, email=invitation.email, answers=answers, invitation=invitation,
                    source="invitation",
                )
            )  # fmt: skip
            seats.register(event, application, now=moment, notify=number > 27)
        elif number < 37:
            seats.decline_invitation(invitation, now=moment, reason="Er på tjenestereise")


def _invite(event: Event, count: int, now: dt.datetime) -> list[Invitation]:
    dice = random.Random("invited")
    category = event.categories.first()
    return [
        Invitation.objects.create(
            event=event, category=category, language="nn" if number % 9 == 0 else "nb", state=Invitation.State.SENT,
            first_name=dice.choice(GIVEN), last_name=dice.choice(FAMILY), email=f"invitert{number + 1}@politi.example",
            organisation="Oppdiktet politidistrikt", sent_at=now - 10 * DAY,
            answer_by=event.start - 14 * DAY, extra_seats=1 if number % 10 == 0 else 0,
        )
        for number in range(count)
    ]  # fmt: skip


def conference(demo: Any, event: Event) -> None:
    """Categories share 120 seats; companies have a limit of their own, the press awaits approval. Few seats left."""
    set_up(
        demo,
        event,
        capacity=120,
        waiting_list="automatic",
        closes=event.start - 5 * DAY,
        ask_organisation="required",
        participant_list=True,
    )
    event.categories.update(
        key="authority",
        name={"nb": "Politi og myndigheter", "nn": "Politi og styresmakter", "en": "Police and authorities"},
    )
    company = ParticipantCategory.objects.create(
        event=event,
        key="company",
        name={"nb": "Virksomhet", "nn": "Verksemd", "en": "Company"},
        capacity=80,
        sort_order=1,
    )
    press = ParticipantCategory.objects.create(
        event=event,
        key="press",
        name={"nb": "Presse", "nn": "Presse", "en": "Press"},
        approval=True,
        sort_order=2,
    )
    ParticipantCategory.objects.create(
        event=event,
        key="speaker",
        name={"nb": "Foredragsholder", "nn": "Foredragshaldar", "en": "Speaker"},
        uses_event_seats=False,
        invited_only=True,
        sort_order=3,
    )
    add_question(
        event, "q_tema0001", {"nb": "Hva vil du helst snakke om i de korte møtene?", "nn": "Kva vil du helst snakke om i dei korte møta?", "en": "What would you like to talk about in the short meetings?"},
        kind="text", maximum=140, section={"nb": "Korte møter", "nn": "Korte møte", "en": "Short meetings"},
    )  # fmt: skip
    ask_about_food(event)
    people(demo, event, 33, category=event.categories.get(key="authority"))
    companies = people(demo, event, 80, category=company, newest=3)
    people(demo, event, 4, category=company)
    journalists = people(demo, event, 6, category=press)
    seats.reject(journalists[0], now=demo.now, by=demo.admin, reason="Ukjent redaksjon", notify=False)
    seats.cancel(companies[0], now=demo.now, notify=False)


def opening(demo: Any, event: Event) -> None:
    """Open to all, three fields, plenty of room."""
    set_up(demo, event, capacity=90, ask_organisation="optional", identity_kept=14, privacy_text="")
    people(demo, event, 22, newest=2)


def webinar(demo: Any, event: Event) -> None:
    """Open without a limit; the address is confirmed first."""
    set_up(demo, event, verify_email=True, ask_organisation="off")
    for row in people(demo, event, 40):
        if row.pk % 8:
            seats.verify(row, now=demo.now)


def course(demo: Any, event: Event) -> None:
    """Full, with a waiting list, an offer that waits for its answer and one that was declined."""
    set_up(demo, event, capacity=24, waiting_list="offer", ask_organisation="required")
    made = people(demo, event, 24)
    next_in_line = _person(event, random.Random("next"), 24, first_name="Nora", email=NEXT_IN_LINE)
    seats.register(event, seats.Application(**next_in_line), now=demo.now - 12 * HOUR, notify=False)
    people(demo, event, 11, newest=2)
    for row in made[:2]:
        seats.cancel(row, now=demo.now - HOUR, notify=False)
    offered = event.registrations.filter(status="offered").order_by("queue_number")
    seats.decline(offered[1], now=demo.now)


def exercise(demo: Any, event: Event) -> None:
    """Everybody awaits approval."""
    set_up(demo, event, capacity=20, ask_organisation="required", ask_job_title="required")
    event.categories.update(approval=True)
    for row in people(demo, event, 17, newest=1)[:6]:
        seats.approve(row, now=demo.now, by=demo.admin, notify=False)


def tour(demo: Any, event: Event) -> None:
    """Full, and nobody can wait."""
    set_up(demo, event, capacity=15, waiting_list="off")
    people(demo, event, 15)


def off(demo: Any, event: Event) -> None:
    """Cancelled or postponed with people registered."""
    setup = set_up(demo, event, capacity=30)
    status, event.status = event.status, Event.Status.CONFIRMED
    Event.objects.filter(pk=event.pk).update(status=event.status)
    people(demo, event, 11)
    Event.objects.filter(pk=event.pk).update(status=status)
    event.status = status
    setup.event = event


def closed(demo: Any, event: Event) -> None:
    """The deadline has passed."""
    set_up(demo, event, capacity=40, closes=demo.now + HOUR)
    people(demo, event, 28)
    set_up(demo, event, closes=morning(demo, 0))


def opens_later(demo: Any, event: Event) -> None:
    """Opens in three weeks."""
    set_up(demo, event, capacity=50, opens=morning(demo, 20))


def elsewhere(demo: Any, event: Event) -> None:
    """Registration is on another site."""
    set_up(demo, event, mode="external", external_url="https://example.org/pamelding")


def planned(demo: Any, event: Event) -> None:
    """Open by its dates, but the date of the event is preliminary."""
    set_up(demo, event, capacity=60)


FILLED = {
    "introduksjonssamling": gathering,
    "sikkerhetskonferansen": conference,
    "apning-trondheim": opening,
    "nettseminar-insiderrisiko": webinar,
    "frokostmote-meldeplikt": planned,
    "fagdag-havn": off,
    "regionmote-vest": off,
    "kurs-personellsikkerhet": course,
    "ovelse-krisestab": exercise,
    "omvisning-havnesenteret": tour,
    "frokostmote-identitet": closed,
    "sikkerhetsdag-studenter": opens_later,
    "motested-losepenger": elsewhere,
}
