"""Writes ``docs/reference/settings.md`` from ``nsr_events/conf.py``; ``--check`` compares."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nsr_events.conf import SETTINGS  # noqa: E402

TARGET = ROOT / "docs" / "reference" / "settings.md"


def page() -> str:
    """The reference as Markdown."""
    rows = [
        f"| `{key}` | `{setting.default!r}` | {setting.doc} |" for key, setting in sorted(SETTINGS.items())
    ]
    lead = "# Settings\n\nOne dict, `NSR_EVENTS`, read lazily. An unknown key or a wrong type is a system check.\n"
    return "\n".join([lead, "| key | default | meaning |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            TARGET.read_text() != page() and f"{TARGET.relative_to(ROOT)} is out of date: run {sys.argv[0]}"
        )
    TARGET.write_text(page())
