"""What the two list screens share: an upload or pasted text, its columns, and the way from one step to the next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nsr_events.registration import columns, tables
from nsr_events.registration.columns import Target
from nsr_events.registration.tables import Table, Unreadable

SAMPLES = 3

UNREADABLE = {
    "too_large": gettext_lazy("The list is too large. Take at most 2 MB and %(rows)d rows at a time."),
    "too_many_rows": gettext_lazy("The list has more than %(rows)d rows. Take it in parts."),
    "no_table": gettext_lazy("This is no list we can read. Save it as CSV or XLSX, or paste the rows."),
    "empty": gettext_lazy("There are no rows in it. Paste the list, or choose a file."),
}


def sentence(error: Unreadable) -> str:
    """Why a list cannot be taken."""
    return str(UNREADABLE[error.code]) % {"rows": tables.MOST_ROWS}


class ListForm(forms.Form):
    """Pasted rows or a file."""

    use_required_attribute = False
    pasted = forms.CharField(
        label=gettext_lazy("Paste the list"), required=False, strip=False,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One person a line: cells apart by tab, semicolon or comma, or addresses such as Kari Nordmann "
            "<kari@example.no>. Rows copied from a spreadsheet fit."
        ),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("or choose a file"), required=False, allow_empty_file=True,
        help_text=gettext_lazy("CSV or XLSX, at most 2 MB and 2,000 rows."),
    )  # fmt: skip

    def __init__(self, *args: Any, targets: Sequence[Target] = (), **kwargs: Any) -> None:
        self.targets = targets
        self.table: Table | None = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Read the list; what cannot be read is an error of the form."""
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        try:
            rows = (
                tables.read_file(file, file.name, file.size)
                if file
                else tables.read_pasted(cleaned.get("pasted", ""))
            )
            self.table = tables.with_headings(rows, columns.headings_of(self.targets))
        except Unreadable as error:
            self.add_error("file" if file else "pasted", sentence(error))
        return cleaned


@dataclass(frozen=True)
class ColumnChoice:
    """One column of the list with a few of its cells, and what it holds."""

    number: int
    heading: str
    samples: list[str]
    chosen: str


def column_choices(table: Table, mapped: columns.Mapped) -> list[ColumnChoice]:
    """The columns to choose for."""
    headings = [*table.headings, *[""] * table.width]
    return [
        ColumnChoice(
            number,
            headings[number] or _("Column %(number)d") % {"number": number + 1},
            [cell[:60] for cell in table.column(number)[:SAMPLES] if cell],
            mapped.get(number, ""),
        )
        for number in range(table.width)
    ]


def carried(table: Table) -> str:
    """The table as the form carries it to the next step: nothing of it is kept on the server."""
    return json.dumps(
        {"headings": table.headings, "rows": table.rows}, ensure_ascii=False, separators=(",", ":")
    )


def from_carried(text: str) -> Table:
    """Read the table back, within the same limits. Raises ``Unreadable``."""
    try:
        found = json.loads(text)
        headings = tuple(str(cell) for cell in found["headings"])
        rows = [[str(cell) for cell in row] for row in found["rows"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Unreadable("no_table") from None
    if len(rows) > tables.MOST_ROWS or sum(len(cell) for row in rows for cell in row) > tables.MOST_TEXT:
        raise Unreadable("too_many_rows")
    return Table(tables.cleaned(rows), headings[: tables.MOST_COLUMNS])


def mapping_from(data: Any, table: Table, targets: Sequence[Target]) -> dict[int, str]:
    """What the organiser chose for each column; a target is taken once, by the first that names it."""
    known = {target.key for target in targets}
    found: dict[int, str] = {}
    for number in range(table.width):
        key = data.get(f"column-{number}", "")
        if key in known and key not in found.values():
            found[number] = key
    return found
