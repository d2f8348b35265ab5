"""Slides and documents of sessions and of the whole event: who may open which, and from when.

They are no part of a release: they come and go without one. What a session's material waits for, and whether the
session is public at all, is read from the newest release, so that unreleased edits open nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from nsr_events import conf
from nsr_events.core.models import Event
from nsr_events.core.private_files import (
    PRIVATE,
    answer_with_file,
    delete_later,
    extension_of,
    shown_name,
)

from .current import Item, Programme
from .history import note
from .models import SessionMaterial

MOST_BYTES = 50 * 1024 * 1024
ACCESS = SessionMaterial.Access
VISIBLE = SessionMaterial.Visible


@dataclass(frozen=True)
class Viewer:
    """Who asks: whether they hold a seat, and the days (uids) on which they were checked in."""

    registered: bool = False
    attended_days: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Material:
    """A material as the world meets it. ``item`` is its session in the newest release, None: the whole event."""

    row: SessionMaterial
    event: Event
    item: Item | None = None

    @property
    def uid(self) -> str:
        """What addresses name it by."""
        return str(self.row.uid)

    @property
    def is_public(self) -> bool:
        """Whether it is for everybody, once its time has come."""
        return self.row.access == ACCESS.PUBLIC

    def is_due(self, now: dt.datetime) -> bool:
        """Whether its time has come; "after" something that does not take place never does."""
        if self.row.visible_from == VISIBLE.NOW:
            return True
        if self.row.visible_from == VISIBLE.MOMENT:
            return self.row.visible_at is not None and self.row.visible_at <= now
        if self.event.is_off or (self.item and self.item.is_cancelled):
            return False
        waits_for_session = self.row.visible_from == VISIBLE.AFTER_SESSION and self.item
        return (self.item.end if waits_for_session else self.event.end) <= now

    def is_for(self, viewer: Viewer) -> bool:
        """Whether ``viewer`` is among those it is for, whatever the time."""
        if self.is_public:
            return True
        if self.row.access == ACCESS.REGISTERED:
            return viewer.registered
        return self.item.day in viewer.attended_days if self.item else bool(viewer.attended_days)


def may_open(material: Material, viewer: Viewer, *, now: dt.datetime) -> bool:
    """Whether ``viewer`` may open ``material``; asked anew on every request."""
    return material.is_for(viewer) and material.is_due(now)


def materials_of(
    event: Event, programme: Programme | None, *, session_uid: str | None = None
) -> list[Material]:
    """Return what the world may know of: the event's own materials and those of sessions that are public.

    ``session_uid`` narrows to one session. One query.
    """
    rows = event.materials.select_related("session")
    if session_uid is not None:
        rows = rows.filter(session__uid=session_uid)
    found = (_as_material(row, event, programme) for row in rows)
    return sorted(filter(None, found), key=_in_order)


def get_material(event: Event, uid: Any, programme: Programme | None) -> Material | None:
    """Return the material with this uid, None when the event has none or its session is not public."""
    row = event.materials.select_related("session").filter(uid=uid).first()
    return _as_material(row, event, programme) if row else None


def for_participant(
    event: Event, programme: Programme | None, *, viewer: Viewer, now: dt.datetime
) -> list[Material]:
    """Return what ``viewer`` may open now, the event's own first, then by session. One query."""
    found = materials_of(event, programme)
    return [material for material in found if may_open(material, viewer, now=now)]


def serve(material: Material, *, shared: bool = False) -> HttpResponse:
    """Answer with the file, or lead to the link; the caller has asked ``may_open``.

    ``shared`` lets caches keep what is public, where the page around it is public too. Raises ``Http404`` when the
    file is gone.
    """
    row = material.row
    if not row.link:
        return answer_with_file(row.file, row.file_name, shared=shared and material.is_public)
    response = HttpResponseRedirect(row.link)
    response["Cache-Control"] = PRIVATE
    return response


def _as_material(row: SessionMaterial, event: Event, programme: Programme | None) -> Material | None:
    if row.session_id is None:
        return Material(row, event)
    item = programme.get(str(row.session.uid)) if programme else None
    if item is None or item.gone:  # internal items are in no release
        return None
    return Material(row, event, item)


def _in_order(material: Material) -> tuple[Any, ...]:
    return (material.item is not None, material.item and material.item.start, material.row.pk)


def check_file(uploaded: Any) -> None:
    """Refuse files that are too large or of a type the site does not take. Raises ``ValidationError``."""
    allowed = [str(each).lower().lstrip(".") for each in conf.MATERIAL_EXTENSIONS]
    if extension_of(uploaded.name).removeprefix(".") not in allowed:
        raise ValidationError(
            _("Files of this type are not taken. Choose one of these: %(types)s.")
            % {"types": ", ".join(allowed)}
        )
    if uploaded.size > MOST_BYTES:
        raise ValidationError(
            _("The file is larger than %(most)d MB.") % {"most": MOST_BYTES // (1024 * 1024)}
        )


@transaction.atomic
def save_material(material: SessionMaterial, *, uploaded: Any = None, by: Any = None) -> SessionMaterial:
    """Save a material; ``uploaded`` takes the place of its file, a link that of any file.

    Raises ``ValidationError`` by field, also for a session of another event.
    """
    event, is_new = material.event, material._state.adding
    stored = None if is_new else SessionMaterial.objects.get(pk=material.pk).file
    if material.session_id and material.session.event_id != event.pk:
        raise ValidationError({"session": _("This programme item belongs to another event.")})
    _put_file(material, uploaded, stored)
    material.full_clean(exclude=["event", "session"])
    material.save()
    if stored and stored.name != material.file.name:
        delete_later(stored)
    note(event, "material.add" if is_new else "material.update", by, **_told(material))
    return material


def _put_file(material: SessionMaterial, uploaded: Any, stored: Any) -> None:
    if uploaded is not None:
        check_file(uploaded)
        material.file = uploaded
        material.file_name, material.file_size = shown_name(uploaded.name), uploaded.size
    elif material.link:
        material.file, material.file_name, material.file_size = "", "", 0
    elif stored is not None:
        material.file = stored.name


@transaction.atomic
def delete_material(material: SessionMaterial, *, by: Any = None) -> None:
    """Delete a material; its file goes when that is committed (``forget_file``)."""
    note(material.event, "material.delete", by, **_told(material))
    material.delete()


def forget_file(sender: Any, instance: SessionMaterial, **kwargs: Any) -> None:
    """Remove the file of a row that goes, in whatever way: with its session or its event too."""
    delete_later(instance.file)


def _told(material: SessionMaterial) -> dict[str, str]:
    """What the history keeps: who may open it is worth knowing later, names are not."""
    return {"uid": str(material.uid), "access": material.access, "visible_from": material.visible_from}
