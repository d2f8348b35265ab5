"""Builds what tests need in one line each; everything goes through the package's verbs."""

from __future__ import annotations

import datetime as dt

from wagtail.models import Collection, Locale, Page, Site

from example_site.demo.load import Size, add_conference
from nsr_events.core.events import create_event
from nsr_events.core.models import Event, EventDay, EventType
from nsr_events.pages.models import (
    EventIndexPageMixin,
    EventPageMixin,
    get_event_index_page_models,
    get_event_page_models,
)
from nsr_events.registration import seats
from nsr_events.registration.models import Invitation, ParticipantCategory, Registration, RegistrationSetup

NOW = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)


def make_index(
    language: str = "nb", *, title: str = "Arrangementer", slug: str = "arrangementer"
) -> EventIndexPageMixin:
    """An index of events right below the site's root page; the root of another language is made when missing.

    Pages are of the type that editors may create: ours, or the site's own where ours are switched off.
    """
    locale, _made = Locale.objects.get_or_create(language_code=language)
    home = _home()
    parent = home if home.locale_id == locale.pk else home.copy_for_translation(locale)
    parent.live = True
    parent.save()
    model = next(model for model in get_event_index_page_models() if model.can_create_at(parent))
    return parent.add_child(instance=model(title=title, slug=slug, locale=locale))


def _home() -> Page:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site and site.root_page.slug == "forside":
        return site.root_page
    locale, _made = Locale.objects.get_or_create(language_code="nb")
    home = Page.objects.get(depth=1).add_child(instance=Page(title="Forside", slug="forside", locale=locale))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
    )
    Site.clear_site_root_paths_cache()
    return home


def make_event(
    name="Samling", *, date=dt.date(2027, 6, 8), days=1, hours=("09:00", "16:00"), **facts
) -> Event:
    """A confirmed event of ``days`` days in a row with the same hours."""
    opens, closes = (dt.time.fromisoformat(hour) if hour else None for hour in hours)
    rows = [EventDay(date=date + dt.timedelta(days=n), opens=opens, closes=closes) for n in range(days)]
    kind, _made = EventType.objects.get_or_create(slug="samling", defaults={"name": {"nb": "Samling"}})
    facts = {
        "type": kind,
        "collection": Collection.get_first_root_node(),
        "status": Event.Status.CONFIRMED,
        **facts,
    }
    return create_event(days=rows, now=facts.pop("now", NOW), name=name, **facts)


def make_page(event: Event, index: EventIndexPageMixin, *, live: bool = True, **fields) -> EventPageMixin:
    """A page of ``event`` below ``index``, published as an editor would."""
    fields = {"title": str(event.name), "slug": f"arrangement-{event.pk}", "intro": "Kort sagt.", **fields}
    model = next(model for model in get_event_page_models() if model.can_create_at(index))
    page = index.add_child(instance=model(event=event, locale=index.locale, live=False, **fields))
    if live:
        page.save_revision().publish()
        page = model.objects.get(pk=page.pk)
    return page


def make_conference(
    index: EventIndexPageMixin, *, sessions: int, slug: str = "stor", **size
) -> EventPageMixin:
    """A published conference with a released programme of ``sessions`` sessions."""
    return add_conference(index, slug, size=Size(sessions=sessions, **size))


def open_registration(event: Event, **setup) -> RegistrationSetup:
    """Open the registration of ``event`` to everybody, a day before ``NOW``; other fields of the setup by name."""
    row = event.registration_setup
    defaults = {"mode": RegistrationSetup.Mode.OPEN, "opens": NOW - dt.timedelta(days=1)}
    for name, value in {**defaults, **setup}.items():
        setattr(row, name, value)
    row.save()
    return row


def make_category(event: Event, key: str, **fields) -> ParticipantCategory:
    """One more category of participants."""
    return ParticipantCategory.objects.create(event=event, key=key, name={"nb": key.capitalize()}, **fields)


def application(event: Event, number: int = 1, **fields) -> seats.Application:
    """What participant ``number`` asks for: an invented person, all days, the first category."""
    values = {
        "category": event.categories.first(),
        "days": tuple(event.days.all()),
        "first_name": "Marte",
        "last_name": f"Oppdiktet {number}",
        "email": f"deltaker{number}@example.no",
        "language": "nb",
        **fields,
    }
    return seats.Application(**values)


def register(event: Event, number: int = 1, *, now: dt.datetime = NOW, **fields) -> Registration:
    """The registration of participant ``number``, made as the form would."""
    return seats.register(event, application(event, number, **fields), now=now).registration


def invite(event: Event, number: int = 1, **fields) -> Invitation:
    """A sent invitation of an invented person."""
    values = {
        "category": event.categories.first(), "first_name": "Iver", "last_name": f"Oppdiktet {number}",
        "email": f"invitert{number}@example.no", "language": "nb", "state": Invitation.State.SENT, "sent_at": NOW,
        **fields,
    }  # fmt: skip
    return Invitation.objects.create(event=event, **values)
