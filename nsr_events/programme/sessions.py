"""The verbs that change sessions: the functions behind table, board and import.

Each is one transaction and one entry in the event's history. A save is one ``UPDATE ... WHERE uid AND
version``; a session's people and joined rooms are part of its version. Nothing here touches what the world
sees: only releases do. Every verb returns ``Saved`` with the commands that undo it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils.translation import gettext as _

from nsr_events.core.models import Event

from .clock import date_on
from .history import note
from .models import Session, SessionPerson
from .values import PLACE, PLAIN, TEXTS, Links, NotInEvent, set_values, values_of
from .working import load_sessions

COLUMNS = (*TEXTS, *PLAIN, "day", "start", "end", "room", "track")


class StaleSession(Exception):  # noqa: N818
    """Somebody saved the session meanwhile; ``current`` is the row as it is now, None when it was removed."""

    def __init__(self, current: Session | None) -> None:
        super().__init__("the session was changed meanwhile")
        self.current = current


class SessionReleased(Exception):  # noqa: N818
    """The session was released or booked: it can be cancelled, not removed."""


class SessionHasMaterials(SessionReleased):
    """Slides or documents lie with the session, and would be lost without a way back."""


@dataclass(frozen=True)
class Command:
    """A verb (update, create, remove) to carry out on the session ``uid`` when it still has ``version``."""

    verb: str
    uid: str
    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Saved:
    """The rows as they are now, and the commands that take the verb back while nobody changes them again."""

    sessions: tuple[Session, ...]
    undo: tuple[Command, ...] = ()

    @property
    def session(self) -> Session:
        """The first row."""
        return self.sessions[0]


def get_session(event: Event, uid: Any) -> Session:
    """Return a session of ``event`` with all that belongs to it. Raises ``NotInEvent``."""
    try:
        session = load_sessions(event).get(uid=uid)
    except (Session.DoesNotExist, ValidationError):
        raise NotInEvent(f"session {uid}") from None
    session.event = event
    return session


@transaction.atomic
def create_session(
    event: Event, *, now: dt.datetime, by: Any = None, uid: Any = None, verb: str = "create", **values: Any
) -> Saved:
    """Add a session with the given values (names as of ``values.NAMES``).

    A kind that takes everybody sets ``for_all`` unless it is given. Raises ``ValidationError`` by field.
    """
    session = Session(event=event, changed_at=now, changed_by=by, ical_stamp=now.replace(microsecond=0))
    session.uid = uuid.UUID(str(uid)) if uid else session.uid
    values.setdefault("for_all", values.get("kind") in Session.FOR_ALL_KINDS)
    links = set_values(session, values)
    session.save(force_insert=True)
    _write_links(session, links)
    saved = get_session(event, session.uid)
    note(event, f"session.{verb}", by, uid=str(saved.uid), after=values_of(saved))
    return Saved((saved,), (Command("remove", str(saved.uid), saved.version),))


@transaction.atomic
def update_session(
    event: Event,
    uid: Any,
    *,
    version: int,
    now: dt.datetime,
    by: Any = None,
    verb: str = "update",
    **values: Any,
) -> Saved:
    """Save ``values`` on a session that still has ``version``; saving what it has already writes nothing.

    Raises ``StaleSession``, ``ValidationError`` by field, and ``NotInEvent`` for a foreign uid.
    """
    changed = _save(event, uid, version, values, now=now, by=by)
    if changed.before:
        note(event, f"session.{verb}", by, uid=str(uid), before=changed.before, after=changed.after)
    return Saved((changed.session,), changed.undo)


def place(
    event: Event,
    uid: Any,
    *,
    version: int,
    day: Any,
    start: Any,
    now: dt.datetime,
    by: Any = None,
    **values: Any,
) -> Saved:
    """Put a session at a day (uid) and a time on the wall; ``minutes``, ``room`` only where they change."""
    return update_session(
        event, uid, version=version, now=now, by=by, verb="place", day=day, start=start, **values
    )


def unplace(event: Event, uid: Any, *, version: int, now: dt.datetime, by: Any = None) -> Saved:
    """Take a session out of the programme, into the tray; its minutes are kept."""
    return update_session(event, uid, version=version, now=now, by=by, verb="unplace", day=None, start=None)


def cancel(event: Event, uid: Any, *, version: int, now: dt.datetime, by: Any = None) -> Saved:
    """Cancel a session: released, it stays in public, struck through, until the event ends."""
    values = {"status": Session.Status.CANCELLED.value}
    return update_session(event, uid, version=version, now=now, by=by, verb="cancel", **values)


def restore(event: Event, uid: Any, *, version: int, now: dt.datetime, by: Any = None) -> Saved:
    """Let a cancelled session take place after all."""
    values = {"status": Session.Status.CONFIRMED.value}
    return update_session(event, uid, version=version, now=now, by=by, verb="restore", **values)


@transaction.atomic
def swap(
    event: Event, one: Any, two: Any, *, versions: Mapping[str, int], now: dt.datetime, by: Any = None
) -> Saved:
    """Let two sessions trade day, time and rooms; each keeps its minutes. ``versions`` by uid."""
    first, second = values_of(get_session(event, one)), values_of(get_session(event, two))
    done = [
        _save(event, one, versions[str(one)], {name: second[name] for name in PLACE}, now=now, by=by),
        _save(event, two, versions[str(two)], {name: first[name] for name in PLACE}, now=now, by=by),
    ]
    return _several(event, "swap", done, by)


@transaction.atomic
def shift(
    event: Event, versions: Mapping[str, int], *, minutes: int, now: dt.datetime, by: Any = None
) -> Saved:
    """Move sessions (``versions`` by uid) by ``minutes`` on the clock, all or none.

    Raises ``ValidationError`` when one lies in the tray or would leave its day.
    """
    done = []
    for uid, version in versions.items():
        session = get_session(event, uid)
        values = {"start": _shifted(session, minutes)}
        done.append(_save(event, uid, version, values, now=now, by=by))
    return _several(event, "shift", done, by)


@transaction.atomic
def duplicate(event: Event, uid: Any, *, now: dt.datetime, by: Any = None) -> Saved:
    """Copy a session with its people into the tray."""
    values = values_of(get_session(event, uid))
    if values["status"] == Session.Status.CANCELLED:
        values["status"] = Session.Status.CONFIRMED.value
    return create_session(event, now=now, by=by, verb="duplicate", **{**values, "day": None, "start": None})


@transaction.atomic
def remove(event: Event, uid: Any, *, version: int, by: Any = None) -> Saved:
    """Delete a session that the world never saw.

    Raises ``SessionReleased`` when it was released or booked, ``SessionHasMaterials`` when slides or documents
    lie with it, ``StaleSession`` when it was saved meanwhile.
    """
    session = get_session(event, uid)
    if _was_released(event, str(session.uid)):
        raise SessionReleased
    if session.materials.exists():
        raise SessionHasMaterials
    values = values_of(session)
    try:
        _count, rows = at_version(session, version).delete()
    except ProtectedError:
        raise SessionReleased from None
    if not rows.get(Session._meta.label):
        raise StaleSession(session)
    note(event, "session.remove", by, uid=str(session.uid), before=values)
    return Saved((session,), (Command("create", str(session.uid), None, values),))


def carry_out(event: Event, command: Command, *, now: dt.datetime, by: Any = None) -> Saved:
    """Run a command, for example one of ``Saved.undo``. Raises what its verb raises."""
    if command.verb == "create":
        return create_session(event, now=now, by=by, uid=command.uid, **command.values)
    if command.verb == "remove":
        return remove(event, command.uid, version=command.version or 0, by=by)
    return update_session(event, command.uid, version=command.version or 0, now=now, by=by, **command.values)


@dataclass(frozen=True)
class _Change:
    """One saved row: the fields that changed, before and after."""

    session: Session
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def undo(self) -> tuple[Command, ...]:
        if not self.before:
            return ()
        return (Command("update", str(self.session.uid), self.session.version, self.before),)


def _save(
    event: Event, uid: Any, version: int, values: Mapping[str, Any], *, now: dt.datetime, by: Any
) -> _Change:
    session = get_session(event, uid)
    if session.version != version:
        raise StaleSession(session)
    before = values_of(session)
    links = set_values(session, values)
    if not _differs(session, before, links):
        return _Change(session, {}, {})
    columns = {name: getattr(session, name) for name in COLUMNS}
    touched = at_version(session, version).update(
        **columns, version=F("version") + 1, changed_at=now, changed_by=by
    )
    if not touched:
        raise StaleSession(_as_it_is(event, uid))
    _write_links(session, links)
    saved = get_session(event, uid)
    after = values_of(saved)
    names = [name for name in before if before[name] != after[name]]
    return _Change(saved, {name: before[name] for name in names}, {name: after[name] for name in names})


def at_version(session: Session, version: int) -> Any:
    """The row, only as long as nobody saved it since ``version``: the guard against lost updates."""
    return Session.objects.filter(pk=session.pk, version=version)


def _as_it_is(event: Event, uid: Any) -> Session | None:
    try:
        return get_session(event, uid)
    except NotInEvent:
        return None


def _differs(session: Session, before: Mapping[str, Any], links: Links) -> bool:
    """Whether saving would change anything, told without asking the database again."""
    after = values_of(session)
    rooms, people = links.also_rooms, links.people
    if rooms is not None and sorted(str(room.uid) for room in rooms) != sorted(before["also_rooms"]):
        return True
    if people is not None:
        wished = [(str(p.person.uid), str(p.role), p.title, p.employer) for p in people]
        if wished != [tuple(part.values()) for part in before["people"]]:
            return True
    return any(after[name] != before[name] for name in before if name not in {"also_rooms", "people"})


def _write_links(session: Session, links: Links) -> None:
    if links.also_rooms is not None:
        session.also_rooms.set(links.also_rooms)
    if links.people is None:
        return
    session.people.all().delete()
    for link in links.people:
        link.session = session
    SessionPerson.objects.bulk_create(links.people)


def _several(event: Event, verb: str, done: list[_Change], by: Any) -> Saved:
    changed = [change for change in done if change.before]
    if changed:
        data = [{"uid": str(c.session.uid), "before": c.before, "after": c.after} for c in changed]
        note(event, f"session.{verb}", by, sessions=data)
    undo = tuple(command for change in done for command in change.undo)
    return Saved(tuple(change.session for change in done), undo)


def _shifted(session: Session, minutes: int) -> dt.time:
    """The time on the wall ``minutes`` later, on the same day."""
    if session.start is None:
        raise ValidationError({"start": [_("“%(title)s” has no time yet.") % {"title": session}]})
    local = session.start.astimezone(session.event.zone).replace(tzinfo=None)
    later = local + dt.timedelta(minutes=minutes)
    if later.date() != date_on(session.day.date, later.time(), session.day.opens):
        raise ValidationError({"start": [_("“%(title)s” would leave its day.") % {"title": session}]})
    return later.time()


def _was_released(event: Event, uid: str) -> bool:
    newest = event.releases.order_by("-number").values_list("snapshot", flat=True).first()
    return bool(newest) and any(entry["uid"] == uid for entry in newest["sessions"])
