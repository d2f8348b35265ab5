"""Every domain's models in one place, so that Django finds them."""

from .core.models import (
    Event,
    EventDay,
    EventDayHost,
    EventOrganisation,
    EventType,
    Organisation,
    Person,
    Region,
    Room,
    Series,
    Venue,
)
from .pages.models import EventIndexPage, EventPage
from .pages.reports import EventReportPage
from .programme.models import ConflictAcceptance, ProgrammeRelease, Session, SessionPerson, Track

__all__ = [
    "ConflictAcceptance",
    "Event",
    "EventDay",
    "EventDayHost",
    "EventIndexPage",
    "EventOrganisation",
    "EventPage",
    "EventReportPage",
    "EventType",
    "Organisation",
    "Person",
    "ProgrammeRelease",
    "Region",
    "Room",
    "Series",
    "Session",
    "SessionPerson",
    "Track",
    "Venue",
]
