"""What changed, in words (mail, section 8)."""

import pytest

from nsr_events.reminders.words import fact_lines


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "Form: nå på nett (før: på stedet)"),
        ("nn", "Form: no på nett (før: på staden)"),
        ("en", "Format: now online (before: on site)"),
    ],
)
def test_a_form_stands_in_the_line_as_any_other_word(language, words):
    facts = {"before": {"format": "onsite"}, "after": {"format": "online"}}
    assert fact_lines(facts, language) == [words]
