"""The small markup: parsed before values are put in."""

from hypothesis import given
from hypothesis import strategies as st

from nsr_events.outbox import markup
from nsr_events.outbox.markup import Address, Form

LINKS = {"own_page": Address("https://example.org/me/x/", "Open my page")}


def filled(text, values=None, links=LINKS):
    return markup.fill(markup.parse(text), values or {}, links)


def test_paragraphs_headings_lists_and_bold_are_told_apart():
    blocks = filled("## Head\n\nOne **two**\nthree\n\n- a\n- b")
    assert [block.form for block in blocks] == [Form.HEADING, Form.PARAGRAPH, Form.LIST]
    assert [[span.words for span in line] for line in blocks[1].lines] == [["One ", "two"], ["three"]]
    assert blocks[1].lines[0][1].bold
    assert len(blocks[2].lines) == 2


def test_a_paragraph_that_is_only_a_link_becomes_a_button():
    for text, words in (("{own_page}", "Open my page"), ("[Go **now**]({own_page})", "Go now")):
        [block] = filled(text)
        assert (block.form, block.lines[0][0].words) == (Form.BUTTON, words)
        assert block.lines[0][0].link == "https://example.org/me/x/"


def test_a_link_in_a_sentence_stays_in_the_sentence():
    [block] = filled("See [your page]({own_page}).")
    assert (block.form, markup.as_text([block])) == (
        Form.PARAGRAPH,
        "See your page (https://example.org/me/x/).",
    )


def test_in_plain_text_an_address_stands_once():
    before = "Cancel on [your page]({own_page})."
    assert markup.as_text(filled(f"{before}\n\n{{own_page}}\n\n{before}")) == (
        "Cancel on your page.\n\nOpen my page:\nhttps://example.org/me/x/\n\nCancel on your page."
    )
    assert markup.as_text(filled(f"{before} {before}")) == (
        "Cancel on your page (https://example.org/me/x/). Cancel on your page."
    )


def test_two_braces_are_a_brace():
    assert markup.as_text(filled("{{own_page} and {{")) == "{own_page} and {"


def test_a_line_without_its_value_is_left_out():
    text = "Hello {name}!\nSecond line.\n\n- Place: {place}\n- Time: {time}\n\n{note}"
    assert markup.as_text(filled(text, {"name": "", "place": "", "time": "10:00", "note": ""})) == (
        "Second line.\n\n- Time: 10:00"
    )


def test_a_list_of_values_becomes_a_list_of_lines():
    assert markup.as_text(filled("- {days}", {"days": ["one", "two"]})) == "- one\n- two"
    assert markup.as_text(filled("Days: {days}", {"days": ["one", "two"]})) == "Days: one, two"


def test_an_address_typed_with_another_scheme_stays_text():
    [block] = filled("[x](javascript:alert(1)) [y](http://example.org) [z](https://example.org)")
    assert [span.link for span in block.lines[0] if span.link] == ["https://example.org"]


HOSTILE = [
    "{own_page}",
    "<b>x</b>",
    "[x](https://evil.example)",
    "**fat**",
    "## head",
    "- item",
    "{{",
    "a\r\nBcc: x@y.z",
]


@given(st.one_of(st.sampled_from(HOSTILE), st.text()))
def test_no_value_becomes_markup(value):
    plain = markup.fill(markup.parse("Hello {name}, **{name}**."), {"name": "Kari"}, LINKS)
    [*blocks] = markup.fill(markup.parse("Hello {name}, **{name}**."), {"name": value}, LINKS)
    if blocks:
        assert [(span.bold, span.link) for span in blocks[0].lines[0]] == [
            (span.bold, span.link) for span in plain[0].lines[0]
        ]
        assert len(blocks) == len(blocks[0].lines) == 1


@given(st.text())
def test_a_subject_is_one_line(value):
    subject = markup.fill_line("About {name}", {"name": value})
    assert "\n" not in subject
    assert "\r" not in subject
    assert subject.isprintable() or not markup.CONTROLS.search(subject)


@given(st.text(alphabet=st.sampled_from("{}[]()*#- \nabc_own/https:.")))
def test_every_text_can_be_parsed(text):
    markup.names(markup.parse(text))


def test_what_helps_a_title_to_break_is_in_the_html_alone():
    """Subjects and plain text would show a soft hyphen."""
    name = {"event_name": "Sikkerhets\u00adkonferansen"}
    filled = markup.fill(markup.parse("Om {event_name}."), name, {})
    assert markup.as_text(filled) == "Om Sikkerhetskonferansen."
    assert markup.fill_line("Endring: {event_name}", name) == "Endring: Sikkerhetskonferansen"
