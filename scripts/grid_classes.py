"""Write the classes that place programme items in the grid: ``python scripts/grid_classes.py``.

A strict content security policy allows no ``style=""``, so every row, span, column, lane and height there can be is a
shipped class. ``tests/pages/test_programme_page.py`` compares the file with what this prints.
"""

from pathlib import Path

ROWS, SPANS, COLUMNS, LANES = 160, 60, 8, 4
TARGET = (
    Path(__file__).resolve().parent.parent / "nsr_events" / "static" / "nsr_events" / "programme-grid.css"
)
LEAD = "/* Positions in the programme grid. Written by scripts/grid_classes.py; edit that. */\n"


def rules() -> list[str]:
    """Return the placing rules, one a line."""
    found = [f".ne-rooms-{n}{{--ne-rooms:{n}}}" for n in range(1, COLUMNS * 2 + 1)]
    found += [f".ne-r{n}{{grid-row-start:{n}}}" for n in range(1, ROWS + 1)]
    found += [f".ne-rs{n}{{grid-row-end:span {n}}}" for n in range(1, SPANS + 1)]
    found += [f".ne-c{n}{{grid-column-start:{n + 1}}}" for n in range(1, COLUMNS * 2 + 1)]
    found += [f".ne-cs{n}{{grid-column-end:span {n}}}" for n in range(1, COLUMNS * 2 + 1)]
    found += [f".ne-h{n}{{min-height:{max(40, n * 2)}px}}" for n in range(5, 65, 5)]
    found += [f".ne-l{n}{{--ne-lane:{n}}}.ne-ls{n}{{--ne-lanes:{n}}}" for n in range(1, LANES + 1)]
    return found


def stylesheet() -> str:
    """Return the whole file. The rules hold only where the container is wide enough for a grid."""
    return (
        LEAD + "@media not print{@container ne-programme (min-width:62rem){\n" + "\n".join(rules()) + "\n}}\n"
    )


if __name__ == "__main__":
    TARGET.write_text(stylesheet())
    print(TARGET.name, len(stylesheet()))
