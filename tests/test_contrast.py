"""Computes the contrast of every pair of colours in the design guide's table from the style sheet.

WCAG 2.2, 1.4.3 (text) and 1.4.11 (edges of controls).
"""

import re
from pathlib import Path

import pytest

THEME = Path(__file__).resolve().parent.parent / "nsr_events" / "static" / "nsr_events" / "theme.css"
TEXT, EDGE = 4.5, 3.0

PAIRS = [
    *[("ink", ground, TEXT) for ground in ("paper", "tint", "tint-2")],
    *[("ink-2", ground, TEXT) for ground in ("paper", "tint", "tint-2")],
    *[("brand", ground, TEXT) for ground in ("paper", "tint", "tint-2")],
    ("brand-hover", "paper", TEXT),
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-hover", TEXT),
    *[(text, ground, TEXT) for text in ("on-night", "on-night-2", "mint") for ground in ("night", "night-2")],
    *[("line-strong", ground, EDGE) for ground in ("paper", "tint")],
    *[(tone, f"{tone}-tint", TEXT) for tone in ("ok", "warn", "danger", "info")],
    ("paper", "now", TEXT),
    *[(f"track-{number}", ground, TEXT) for number in range(1, 7) for ground in ("paper", "tint")],
    ("focus", "paper", EDGE),
    ("paper", "ink", TEXT),
]


def colours(scheme):
    """The tokens of a scheme as hex colours; dark inherits what it does not set."""
    css = THEME.read_text()
    light, dark = css.split("[data-bs-theme=dark]{")
    found = dict(re.findall(r"--ne-([\w-]+):(#[0-9A-Fa-f]{3,6})\b", light))
    return (
        {**found, **dict(re.findall(r"--ne-([\w-]+):(#[0-9A-Fa-f]{3,6})\b", dark))}
        if scheme == "dark"
        else found
    )


def luminance(colour):
    """Relative luminance of a hex colour (WCAG 2.2, definition)."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Contrast ratio of two hex colours."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_pair_has_enough_contrast(scheme, text, ground, least):
    tokens = colours(scheme)

    assert contrast(tokens[text], tokens[ground]) >= least
