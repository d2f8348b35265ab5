"""The small markup of mail texts: paragraphs, ``## heading``, ``- list``, ``**bold**``, ``[text](address)``. Pure.

A text is parsed **before** values are put in, so no value can become markup. ``{name}`` is a placeholder, ``{{`` a
brace. Three rules make one text do for many cases: a paragraph that is only a link becomes a button, a line that is
only a list of values becomes that list, and a line with a placeholder that has no value is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

INLINE = re.compile(
    r"\{\{|\{(?P<name>[a-z_]+)\}|\*\*|\[(?P<words>[^\[\]\n]+)\]\((?P<address>[^()\s]+)\)", re.ASCII
)
NAMED = re.compile(r"\{([a-z_]+)\}", re.ASCII)
GOOD_ADDRESS = re.compile(r"(?:https://|mailto:)[^\s{}]+")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
SOFT_HYPHEN = "\u00ad"
"""Helps HTML to break a long title; subjects and plain text would show it as a hyphen."""

Value = str | Sequence[str]


class UnknownPlaceholder(ValueError):  # noqa: N818
    """A text names a placeholder that its kind of mail does not have."""


class Form(StrEnum):
    """What a block of text is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    BUTTON = "button"


@dataclass(frozen=True)
class Span:
    """Words of one look. With ``name`` they are a placeholder's value, with ``link`` they lead somewhere.

    ``is_value``: they came from a placeholder; ``marked``: staff shall see that.
    """

    words: str = ""
    name: str = ""
    bold: bool = False
    link: str = ""
    is_value: bool = False
    marked: bool = False


Line = list[Span]


@dataclass(frozen=True)
class Block:
    """Lines that belong together. A button has one line of one linked span."""

    form: Form
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Address:
    """The value of a placeholder that is a link, and the words on its button."""

    url: str
    label: str


def parse(text: str) -> list[Block]:
    """Return the blocks of ``text``; links and names are not looked up yet."""
    paragraphs = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return [block for paragraph in paragraphs for block in _blocks(paragraph)]


def parse_line(text: str) -> Line:
    """Return the spans of one line."""
    return list(_spans(text))


def names(blocks: Sequence[Block]) -> set[str]:
    """Return the placeholders that a text uses, in words and in addresses."""
    spans = [span for block in blocks for line in block.lines for span in line]
    return {span.name for span in spans if span.name} | {
        name for span in spans for name in NAMED.findall(span.link)
    }


def fill(blocks: Sequence[Block], values: Mapping[str, Value], links: Mapping[str, Address]) -> list[Block]:
    """Put values in. Raises ``UnknownPlaceholder``."""
    return [block for each in blocks if (block := _filled(each, values, links)).lines]


def marked(blocks: Sequence[Block]) -> list[Block]:
    """Return filled blocks in which staff see what came from placeholders."""
    return [
        Block(block.form, [[replace(span, marked=span.is_value) for span in line] for line in block.lines])
        for block in blocks
    ]


def fill_line(text: str, values: Mapping[str, Value]) -> str:
    """Return a subject: one line, without markup, control characters or doubled spaces."""
    words = "".join(span.words for span in _fill_spans(_plain_spans(text), values, {}) or [])
    return " ".join(CONTROLS.sub(" ", words.replace("\n", " ")).replace(SOFT_HYPHEN, "").split())


def as_text(blocks: Sequence[Block]) -> str:
    """Return filled blocks as plain text, in which an address stands once: at its button, else at its first words."""
    told = {block.lines[0][0].link for block in blocks if block.form == Form.BUTTON}
    return "\n\n".join(_text_of(block, told) for block in blocks).replace(SOFT_HYPHEN, "")


def _blocks(paragraph: str) -> Iterator[Block]:
    lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
    run: list[Line] = []
    form = Form.PARAGRAPH
    for line in lines:
        kind, words = _form_of(line)
        if run and (kind != form or kind == Form.HEADING):
            yield Block(form, run)
            run = []
        form = kind
        run.append(parse_line(words))
    if run:
        yield Block(form, run)


def _form_of(line: str) -> tuple[Form, str]:
    if line.startswith("## "):
        return Form.HEADING, line[3:]
    if line.startswith("- "):
        return Form.LIST, line[2:]
    return Form.PARAGRAPH, line


def _spans(text: str, *, bold: bool = False, link: str = "") -> Iterator[Span]:
    position = 0
    for match in INLINE.finditer(text):
        if match.start() > position:
            yield Span(text[position : match.start()], bold=bold, link=link)
        position = match.end()
        if match["name"]:
            yield Span(name=match["name"], bold=bold, link=link)
        elif match["words"]:
            yield from _link_spans(match, bold)
        elif match[0] == "**":
            bold = not bold
        else:
            yield Span("{", bold=bold, link=link)
    if position < len(text):
        yield Span(text[position:], bold=bold, link=link)


def _link_spans(match: re.Match[str], bold: bool) -> Iterator[Span]:
    """A link to a placeholder or a good address; anything else stays the text it is."""
    address = match["address"]
    if NAMED.fullmatch(address) or GOOD_ADDRESS.fullmatch(address):
        yield from _spans(match["words"], bold=bold, link=address)
    else:
        yield Span(match[0], bold=bold)


def _plain_spans(text: str) -> Iterator[Span]:
    """A line in which only placeholders mean anything."""
    position = 0
    for match in re.finditer(r"\{\{|\{([a-z_]+)\}", text):
        yield Span(text[position : match.start()])
        yield Span(name=match[1]) if match[1] else Span("{")
        position = match.end()
    yield Span(text[position:])


def _filled(block: Block, values: Mapping[str, Value], links: Mapping[str, Address]) -> Block:
    if button := _button(block, values, links):
        return button
    lines = [filled for line in block.lines for filled in _fill_lines(line, values, links)]
    return Block(block.form, lines)


def _button(block: Block, values: Mapping[str, Value], links: Mapping[str, Address]) -> Block | None:
    """A paragraph that is nothing but one link to a placeholder."""
    if block.form != Form.PARAGRAPH or len(block.lines) != 1:
        return None
    line = block.lines[0]
    if len(line) == 1 and line[0].name in links:
        target = links[line[0].name]
        return Block(Form.BUTTON, [[Span(target.label, link=target.url)]] if target.url else [])
    targets = {span.link for span in line}
    if len(targets) != 1 or not (name := NAMED.fullmatch(targets.pop())):
        return None
    target = _link(name[1], links)
    filled = _fill_spans([replace(span, link="") for span in line], values, links)
    words = "".join(span.words for span in filled or [])
    return Block(Form.BUTTON, [[Span(words, link=target.url)]] if words and target.url else [])


def _fill_lines(line: Line, values: Mapping[str, Value], links: Mapping[str, Address]) -> Iterator[Line]:
    """A line that is one placeholder may become many lines: a list, or a text of several lines."""
    if len(line) == 1 and line[0].name in values:
        value = values[line[0].name]
        for words in value.split("\n") if isinstance(value, str) else value:
            if words.strip():
                yield [replace(line[0], words=_clean(words), name="", is_value=True)]
    elif filled := _fill_spans(line, values, links):
        yield filled


def _fill_spans(
    line: Sequence[Span] | Iterator[Span], values: Mapping[str, Value], links: Mapping[str, Address]
) -> Line | None:
    """Return the line with values, None when one of them is missing."""
    found: Line = []
    for span in line:
        filled = _fill_span(span, values, links)
        if filled is None:
            return None
        found.append(filled)
    return found


def _fill_span(span: Span, values: Mapping[str, Value], links: Mapping[str, Address]) -> Span | None:
    link = span.link
    if name := NAMED.fullmatch(link):
        link = _link(name[1], links).url
        if not link:
            return None
    if not span.name:
        return replace(span, link=link)
    if span.name in links:
        url = links[span.name].url
        return replace(span, words=url, name="", link=link or url) if url else None
    if span.name not in values:
        raise UnknownPlaceholder(span.name)
    value = values[span.name]
    words = _clean(value.replace("\n", " ") if isinstance(value, str) else ", ".join(value))
    return replace(span, words=words, name="", link=link, is_value=True) if words.strip() else None


def _link(name: str, links: Mapping[str, Address]) -> Address:
    try:
        return links[name]
    except KeyError:
        raise UnknownPlaceholder(name) from None


def _clean(words: str) -> str:
    return CONTROLS.sub("", words)


def _text_of(block: Block, told: set[str]) -> str:
    if block.form == Form.BUTTON:
        span = block.lines[0][0]
        return f"{span.words}:\n{span.link}"
    lead = "- " if block.form == Form.LIST else ""
    return "\n".join(lead + _line_as_text(line, told) for line in block.lines)


def _line_as_text(line: Line, told: set[str]) -> str:
    """Words, and after those that lead somewhere their address, where it is not ``told`` yet."""
    parts = []
    for position, span in enumerate(line):
        parts.append(span.words)
        ends = position + 1 == len(line) or line[position + 1].link != span.link
        if span.link and ends and span.link not in told:
            told.add(span.link)
            address = span.link.removeprefix("mailto:")
            parts.append("" if span.words == address else f" ({address})")
    return "".join(parts)
