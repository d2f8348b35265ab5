"""Which column of a list is what: guessed from headings and cells, corrected by the organiser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .tables import Table, heading_key


@dataclass(frozen=True)
class Target:
    """Something a column may hold; ``names`` are the headings under which it is usually found."""

    key: str
    label: str | Promise
    names: tuple[str, ...] = ()


FIRST_NAME = Target("first_name", _("First name"), ("first name", "fornavn", "førenamn", "given name"))
LAST_NAME = Target(
    "last_name", _("Last name"), ("last name", "etternavn", "etternamn", "surname", "family name")
)
NAME = Target("name", _("Full name"), ("name", "navn", "namn", "full name", "fullt navn", "deltaker"))
EMAIL = Target(
    "email",
    _("E-mail"),
    ("e-mail", "email", "e-post", "epost", "e-postadresse", "mail", "e-mail address", "adresse"),
)
ORGANISATION = Target(
    "organisation",
    _("Organisation"),
    ("organisation", "organization", "organisasjon", "virksomhet", "verksemd", "firma", "bedrift", "company"),
)  # fmt: skip
CATEGORY = Target(
    "category", _("Category"), ("category", "kategori", "deltakergruppe", "deltakargruppe", "gruppe")
)
LANGUAGE = Target("language", _("Language"), ("language", "språk", "målform"))
JOB_TITLE = Target(
    "job_title", _("Job title"), ("job title", "title", "stilling", "tittel", "rolle", "stilling eller rolle")
)
MOBILE = Target("mobile", _("Mobile"), ("mobile", "mobil", "mobilnummer", "telefon", "phone", "tlf"))
BADGE_NAME = Target(
    "badge_name", _("Name on the badge"), ("badge name", "navneskilt", "navn på skiltet", "namneskilt")
)
DAYS = Target("days", _("Days"), ("days", "dager", "dagar"))

INVITATION_TARGETS = (FIRST_NAME, LAST_NAME, NAME, EMAIL, ORGANISATION, CATEGORY, LANGUAGE)
PERSON_TARGETS = (*INVITATION_TARGETS, JOB_TITLE, MOBILE, BADGE_NAME, DAYS)

Mapped = Mapping[int, str]
"""A target's key by the column's number."""


def headings_of(targets: Sequence[Target]) -> list[str]:
    """Every heading that names a target, in English as here and as the screen says it."""
    return [name for target in targets for name in (*target.names, str(target.label))]


def guess(table: Table, targets: Sequence[Target]) -> dict[int, str]:
    """Return what each column seems to hold: by its heading, else an address by its @, a name before it."""
    found: dict[int, str] = {}
    by_name = {
        heading_key(name): target.key for target in targets for name in (*target.names, str(target.label))
    }
    for number, heading in enumerate(table.headings):
        key = by_name.get(heading_key(heading))
        if key and key not in found.values():
            found[number] = key
    return found if table.headings else _by_cells(table)


def _by_cells(table: Table) -> dict[int, str]:
    """A list without headings: the address is known by its sign; names stand before it, the organisation after."""
    share = {number: sum("@" in cell for cell in table.column(number)) for number in range(table.width)}
    at = max(share, key=lambda number: share[number])
    if not share[at]:
        return {}
    before = list(range(at))[:2]
    names = (
        {before[0]: "name"}
        if len(before) == 1
        else dict(zip(before, ("first_name", "last_name"), strict=False))
    )
    rest = [number for number in range(table.width) if number not in {at, *before}]
    if not before and rest:
        names, rest = {rest[0]: "name"}, rest[1:]
    return {at: "email", **names, **({rest[0]: "organisation"} if rest else {})}


def cells_of(row: Sequence[str], mapped: Mapped) -> dict[str, str]:
    """Return the cells of a row by target; a full name becomes first and last name."""
    found = {key: row[number] for number, key in sorted(mapped.items()) if number < len(row)}
    full = found.pop("name", "")
    if full and not (found.get("first_name") or found.get("last_name")):
        found["first_name"], found["last_name"] = split_name(full)
    return found


def split_name(full: str) -> tuple[str, str]:
    """ "Kari Nordmann" and "Nordmann, Kari" as first and last name; the last word is the last name."""
    last, comma, first = full.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _blank, last = full.strip().rpartition(" ")
    return (first.strip(), last) if first else (last, "")
