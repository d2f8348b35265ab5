"""Writes one text into everything an editor may type, and reads back what became of it in a page's markup."""

from __future__ import annotations

import json
import re
from functools import cached_property
from html.parser import HTMLParser

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import escape
from i18nfield.fields import I18nCharField, I18nTextField
from i18nfield.strings import LazyI18nString
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page

from nsr_events.core.texts import content_languages

NOT_TYPED = {"country", "fingerprint", "key", "language", "mail", "timezone", "url_path"}
"""Texts that a list or the code chooses."""

TYPED_IN = [
    "Series", "EventType", "Region", "Organisation", "Person", "Venue", "Room", "Event", "EventDay",
    "EventOrganisation", "Track", "Session", "SessionPerson", "SessionMaterial", "ProgrammeRelease",
    "RegistrationSetup", "ParticipantCategory", "Question", "Invitation", "Registration",
]  # fmt: skip

RICH = 10_000


def rows():
    """Every row that an editor fills in, pages last."""
    config = apps.get_app_config("nsr_events")
    pages = [model for model in config.get_models() if issubclass(model, Page)]
    for model in [*map(config.get_model, TYPED_IN), *pages]:
        yield from model.objects.all()


def fill(text: str, *, address: str, media: dict, dress=str) -> int:
    """Write ``text`` into every row as its model takes it, and ``address`` into links; count the fields that did.

    What is stored is ``dress(text)``, so that two forms of a text land in the very same fields.
    """
    filled = 0
    for row in rows():
        for field in fields_of(row):
            filled += _fill(row, field, text, dress, address=address, media=media)
        if isinstance(row, Page):
            row.save_revision().publish()
        else:
            row.save()
    return filled


def fields_of(row: models.Model):
    """The fields of ``row`` that hold what somebody types."""
    for field in row._meta.fields:
        ours = field.model._meta.app_label == "nsr_events" or field.name in OF_EVERY_PAGE
        typed = isinstance(field, TYPED) and field.editable and not field.choices
        if ours and typed and field.name not in NOT_TYPED and not isinstance(field, NOT_FREE):
            yield field


TYPED = (models.CharField, models.TextField, StreamField)
NOT_FREE = (models.SlugField, models.EmailField)
OF_EVERY_PAGE = {"title", "seo_title", "search_description"}


def _fill(row, field, text, dress, *, address, media) -> bool:
    """Write the text as long as the field allows; a name takes the mildest form of it, or keeps what it has."""
    if isinstance(field, models.URLField) and getattr(row, "file", None):
        return False  # a file or a link, one of the two
    for candidate in (text, re.sub(r"[<>@]|www\.|://", "", text)):
        try:
            field.clean(_value(field, candidate, address, media), row)
        except ValidationError:
            continue
        value = _value(field, dress(candidate), dress(address), media)
        setattr(row, field.name, field.clean(value, row))
        return True
    return False


def _value(field, text, address, media):
    if isinstance(field, StreamField):
        return [
            (name, sample(block, text, address, media))
            for name, block in field.stream_block.child_blocks.items()
        ]
    if isinstance(field, models.URLField):
        return address
    if isinstance(field, I18nTextField):
        return LazyI18nString({code: long(text, field.characters) for code, _name in content_languages()})
    if isinstance(field, I18nCharField):
        return LazyI18nString(
            {code: long(one_line(text), field.characters) for code, _name in content_languages()}
        )
    return long(text if isinstance(field, models.TextField) else one_line(text), field.max_length or RICH)


def sample(block, text, address, media):
    """A value of a block with ``text`` in all that may be typed; choosers take what ``media`` holds."""
    if isinstance(block, blocks.StructBlock):
        return {name: sample(child, text, address, media) for name, child in _children(block)}
    if isinstance(block, blocks.ListBlock):
        return [sample(block.child_block, text, address, media)]
    if isinstance(block, blocks.RichTextBlock):
        return f"<p>{escape(long(text, RICH))}</p>"
    if isinstance(block, blocks.URLBlock):
        return address
    if isinstance(block, blocks.BooleanBlock):
        return False
    for kind, key in (
        (ImageChooserBlock, "image"),
        (DocumentChooserBlock, "document"),
        (blocks.PageChooserBlock, "page"),
    ):
        if isinstance(block, kind):
            return media[key]
    return long(text, getattr(block.field, "max_length", None) or RICH)


def _children(block):
    """A link goes to a page or to an address, never to both."""
    either = {"page", "url"} <= set(block.child_blocks)
    return [(name, child) for name, child in block.child_blocks.items() if not (either and name == "page")]


def one_line(text: str) -> str:
    """As a browser sends what was typed into one line."""
    return re.sub(r"[\r\n]+", " ", text)


def long(text: str, length: int) -> str:
    """The text again and again, until no further one fits; cut where not even one does."""
    times = (length + 1) // (len(text) + 1)
    return " ".join([text] * times) if times else text[:length].strip()


def twin(text: str) -> str:
    """The same text with a letter for every sign that some language of machines knows."""
    return re.sub(r"[^\w\s:/.,]|[\x00-\x08\x0b\x0c\x0e-\x1f]", "x", text)


class Markup(HTMLParser):
    """A document as a parser meets it: elements with the names of their attributes, comments, links, words, scripts."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.links: set[str] = set()
        self.scripts: list[str] = []
        self._words: list[str] = []
        self.feed(html.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, *sorted(name for name, _value in attrs)))
        self.links |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}

    def handle_data(self, data):
        (self.scripts if self.cdata_elem in self.CDATA_CONTENT_ELEMENTS else self._words).append(data)

    def handle_comment(self, data):
        self.elements.append(("!--",))

    def unknown_decl(self, data):
        self.elements.append(("![",))

    def handle_pi(self, data):
        self.elements.append(("?",))

    @cached_property
    def words(self) -> str:
        """What a reader sees, with every run of space as one."""
        return plain("".join(self._words))

    @property
    def data(self) -> list[dict]:
        """The JSON-LD of the document."""
        return [json.loads(script) for script in self.scripts if script.startswith('{"@context"')]


def plain(text: str) -> str:
    """Text with every run of space as one."""
    return " ".join(text.split())
