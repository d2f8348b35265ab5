"""Slides and documents as public pages list them: links for everybody, and a word on the rest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from nsr_events.core.texts import Text, text_in
from nsr_events.programme.current import Programme
from nsr_events.programme.materials import Material, Viewer, materials_of, may_open


@dataclass(frozen=True)
class MaterialLine:
    """One line of the list; ``url`` is empty where the reader may not open it (yet), and ``note`` says why."""

    title: Text
    url: str
    kind: str
    note: str
    session: Text | None = None
    session_url: str = ""


def material_lines(
    page, programme: Programme | None, *, now: dt.datetime, session_uid: str | None = None
) -> list[MaterialLine]:
    """The materials of a page's event, or of one session of it. One query."""
    found = materials_of(page.facts, programme, session_uid=session_uid)
    base = page.get_url() or ""
    return [_line(material, page.language, base, now, alone=session_uid is not None) for material in found]


def _line(material: Material, language: str, base: str, now: dt.datetime, *, alone: bool) -> MaterialLine:
    opens = may_open(material, Viewer(), now=now)
    address = material.row.link or f"{base}materials/{material.uid}/"
    item = None if alone else material.item
    return MaterialLine(
        title=text_in(material.row.title, language),
        url=address if opens else "",
        kind=_kind(material) if opens else "",
        note="" if opens else _note(material),
        session=text_in(item.title, language) if item else None,
        session_url=f"{base}sessions/{item.uid}/" if item else "",
    )


def _kind(material: Material) -> str:
    """ "PDF, 2,3 MB"; nothing for a link."""
    if material.row.link:
        return ""
    ending = PurePosixPath(material.row.file_name).suffix.removeprefix(".").upper()
    return ", ".join(filter(None, [ending, filesizeformat(material.row.file_size)]))


def _note(material: Material) -> str:
    if not material.is_public:
        return _("for participants")
    return _("comes later")
