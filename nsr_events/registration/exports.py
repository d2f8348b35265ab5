"""Exporting participants: CSV and XLSX of chosen columns, streamed, without anything sensitive.

Rows come in the order in which people registered. However many there are, 1,000 are held at a time: one query for
them, one for their days, one for their sessions.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from nsr_events.core.models import Event
from nsr_events.core.spreadsheets import as_text
from nsr_events.core.texts import text_in

from . import questions, wording
from .models import Attendance, Registration, RegistrationDay, SessionBooking
from .questions import Asked

A_TIME = 1_000
MARK = "\ufeff"
"""Excel takes a CSV file for UTF-8 only when it begins with this."""

BETWEEN = " | "
"""Between several values of one cell; ``importing`` reads it."""


@dataclass
class Context:
    """What all rows share: the event's words, looked up once."""

    event: Event
    language: str
    days: Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """One column: ``value`` of a registration as text. ``chosen``: ticked at first."""

    key: str
    label: str | Promise
    value: Callable[[Registration, Context], str]
    chosen: bool = True


def _of(name: str) -> Callable[[Registration, Context], str]:
    return lambda row, context: str(getattr(row, name) or "")


def _days(row: Registration, context: Context) -> str:
    return BETWEEN.join(f"{day.date.day}.{day.date.month}.{day.date.year}" for day in row.attended_days)


def _created(row: Registration, context: Context) -> str:
    return f"{row.created.astimezone(context.event.zone):%Y-%m-%d %H:%M}"


def _sessions(row: Registration, context: Context) -> str:
    titles = [text_in(each.session.title, context.language).value for each in row.bookings.all()]
    return BETWEEN.join(sorted(titles))


def _yes_no(value: Any) -> str:
    return _("Yes") if value else _("No")


FIELDS = (
    Column("reference", gettext_lazy("Reference"), lambda row, context: row.shown_reference),
    Column("status", gettext_lazy("Status"), lambda row, context: str(row.get_status_display())),
    Column("first_name", gettext_lazy("First name"), _of("first_name")),
    Column("last_name", gettext_lazy("Last name"), _of("last_name")),
    Column("email", gettext_lazy("E-mail"), _of("email")),
    Column("organisation", gettext_lazy("Organisation"), _of("organisation")),
    Column("job_title", gettext_lazy("Job title"), _of("job_title"), chosen=False),
    Column("mobile", gettext_lazy("Mobile"), _of("mobile"), chosen=False),
    Column("badge_name", gettext_lazy("Name on the badge"), _of("badge_name"), chosen=False),
    Column(
        "category", gettext_lazy("Category"),
        lambda row, context: text_in(row.category.name, context.language).value,
    ),
    Column("days", gettext_lazy("Days"), _days),
    Column("language", gettext_lazy("Language"), _of("language"), chosen=False),
    Column("source", gettext_lazy("Source"), lambda row, context: str(row.get_source_display()), chosen=False),
    Column("created", gettext_lazy("Registered"), _created),
    Column("queue_number", gettext_lazy("Number in the queue"), _of("queue_number"), chosen=False),
    Column("sessions", gettext_lazy("Sessions"), _sessions, chosen=False),
    Column(
        "checked_in", gettext_lazy("Checked in"), lambda row, context: _yes_no(row.was_there), chosen=False
    ),
)  # fmt: skip


def columns_of(event: Event, language: str) -> list[Column]:
    """Return every column that can be exported: fields, then ordinary questions, those no longer asked last."""
    form = questions.as_form(event.questions.all())
    asked = [each for each in form.questions if not each.sensitive and not each.silent]
    return [*FIELDS, *(_column(each, language) for each in sorted(asked, key=lambda each: each.retired))]


def _column(asked: Asked, language: str) -> Column:
    label = text_in(asked.label, language).value
    if asked.retired:
        label = _("%(question)s (no longer asked)") % {"question": label}
    return Column(
        asked.key, label, lambda row, context: _answer(asked, row, context), chosen=not asked.retired
    )


def _answer(asked: Asked, row: Registration, context: Context) -> str:
    answer = row.answers.get(asked.key)
    if isinstance(answer, bool):
        return _yes_no(answer)
    words = questions.label_of(asked, answer, days=context.days, gone=wording.day_gone())
    return BETWEEN.join(
        each if isinstance(each, str) else text_in(each, context.language).value for each in words
    )


def batches(rows: QuerySet) -> Iterator[list[Registration]]:
    """Yield the rows in the order of registering, ``A_TIME`` at a time, whatever happens to others meanwhile."""
    inside = Attendance.objects.filter(registration=OuterRef("pk"), checked_in__isnull=False)
    rows = (
        rows.order_by("pk")
        .select_related("category")
        .annotate(was_there=Exists(inside))
        .prefetch_related(
            Prefetch("days", RegistrationDay.objects.select_related("day")),
            Prefetch("bookings", SessionBooking.objects.select_related("session")),
        )
    )
    last = 0
    while part := list(rows.filter(pk__gt=last)[:A_TIME]):
        yield part
        last = part[-1].pk


def lines(rows: QuerySet, columns: Sequence[Column], event: Event, language: str) -> Iterator[list[str]]:
    """Yield the headings and then one list of texts a registration."""
    days = {str(day.uid): f"{day.date.day}.{day.date.month}.{day.date.year}" for day in event.days.all()}
    context = Context(event, language, days)
    yield [str(column.label) for column in columns]
    for part in batches(rows):
        for row in part:
            yield [column.value(row, context) for column in columns]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(found: Iterator[list[str]]) -> Iterator[bytes]:
    """Yield a CSV file: UTF-8 with its mark, ``;``, every cell quoted, nothing that is taken for a formula."""
    writer = csv.writer(_Echo(), delimiter=";", quoting=csv.QUOTE_ALL)
    yield MARK.encode()
    for cells in found:
        yield writer.writerow([as_text(cell) for cell in cells]).encode()


def as_xlsx(found: Iterator[list[str]]) -> IO[bytes]:
    """Return an XLSX file in a temporary file, every cell a string; written row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Participants")[:31])
    for cells in found:
        sheet.append([_string(sheet, cell) for cell in cells])
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it
    book.save(file)
    file.seek(0)
    return file


def _string(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text)[:32_767])
    # openpyxl takes "=1" for a formula and "#N/A" for an error; to us everything is text.
    cell.data_type = "s"
    return cell
