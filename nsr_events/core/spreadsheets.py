"""Text in spreadsheets: nothing that somebody typed may become a formula (registration, section 11)."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell may not begin with: the signs, their full-width twins, and what a spreadsheet skips before them."""

MARK = "'"


def as_text(value: object) -> str:
    """Return ``value`` as text that no spreadsheet takes for a formula: an apostrophe stands in front.

    A value that begins with an apostrophe gets a second, so that ``from_text`` gives every value back.
    """
    words = "" if value is None else str(value)
    return f"{MARK}{words}" if words.startswith((*FORMULA_STARTS, MARK)) else words


def from_text(cell: str) -> str:
    """Take off the apostrophe that ``as_text`` put in front; others stay, since people type them too."""
    rest = cell[1:]
    return rest if cell.startswith(MARK) and rest.startswith((*FORMULA_STARTS, MARK)) else cell
