"""What the story in the browser needs beside the demo: a gathering with two seats, whose clocks stand at day.

Run in the demo's own process: ``manage.py shell -c "from tests.browser.story import build; build()"``.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

from example_site.demo.registrations import PRIVACY, ask_about_food
from nsr_events.core.models import Room, Venue
from nsr_events.pages.models import EventIndexPage
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from nsr_events.registration import mails, seats
from tests.factories import application, invite, make_event, make_page, open_registration

SLUGS = {True: "historie-med", False: "historie-uten"}
"""The page of the story with scripts and the one without."""

WORKSHOP = "Øvelse i liten gruppe"
PLACES = ("Europe/Oslo", "Asia/Tokyo", "America/Los_Angeles")
"""Eight hours apart: somewhere it is always between eight and seventeen, when offers leave at once."""


def address(name: str, scripts: bool) -> str:
    """The address of somebody in the story."""
    return f"{name}.{'med' if scripts else 'uten'}@politi.example"


def build() -> None:
    """Make both gatherings and send the invitations."""
    for scripts, slug in SLUGS.items():
        _gathering(slug, scripts, timezone.now())


def _gathering(slug: str, scripts: bool, now: dt.datetime) -> None:
    venue = Venue.objects.create(name=f"Gården {slug}", city="Oslo")
    room = Room.objects.create(venue=venue, name="Loftet", seats=20)
    event = make_event(
        "Samling for kontakter", date=(now + dt.timedelta(days=60)).date(), days=3, venue=venue, now=now,
        timezone=_where_it_is_day(now), contact_name="Vert Vertsen", contact_email="vert@politi.example",
    )  # fmt: skip
    open_registration(
        event, mode="invited", opens=now - dt.timedelta(days=1), capacity=2, days="choose", waiting_list="offer",
        privacy_text=PRIVACY,
    )  # fmt: skip
    ask_about_food(event)
    day = str(event.days.all()[0].uid)
    create_session(
        event, now=now, title={"nb": WORKSHOP}, day=day, start="10:00", kind="workshop", room=str(room.uid),
        bookable=True, capacity=8,
    )  # fmt: skip
    release_programme(event, now=now)
    make_page(
        event, EventIndexPage.objects.get(slug="arrangementer"), slug=slug, title="Samling for kontakter"
    )
    seats.register(
        event, application(event, email=address("fast", scripts)), now=now, by=_admin(), notify=False
    )
    for number, name in enumerate(("kari", "neste")):
        invitation = invite(
            event, number, first_name=name.capitalize(), email=address(name, scripts), sent_at=now,
            organisation="Oppdiktet politidistrikt",
        )  # fmt: skip
        mails.invite(invitation, now=now)


def _where_it_is_day(now: dt.datetime) -> str:
    return next(name for name in PLACES if 8 <= now.astimezone(ZoneInfo(name)).hour < 18)


def _admin():
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username="admin")
