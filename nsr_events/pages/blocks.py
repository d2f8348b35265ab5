"""The blocks of event pages. A site may name its own list in ``NSR_EVENTS["BODY_BLOCKS"]``."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

RICH_TEXT = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link"]
"""No h1 or h2 (the page owns them) and no colours."""


class HeadingBlock(blocks.StructBlock):
    """A heading of a part of the body."""

    text = blocks.CharBlock(label=_("Heading"), max_length=120)

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "nsr_events/blocks/heading.html"


class QuoteBlock(blocks.StructBlock):
    """What somebody said, with name and office."""

    text = blocks.TextBlock(label=_("Quote"), max_length=600)
    name = blocks.CharBlock(label=_("Name"), max_length=100)
    title = blocks.CharBlock(label=_("Job title"), max_length=200, required=False)
    organisation = blocks.CharBlock(label=_("Organisation"), max_length=200, required=False)
    picture = ImageChooserBlock(label=_("Picture"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "nsr_events/blocks/quote.html"


class PictureBlock(blocks.StructBlock):
    """A picture that says what it shows, or that it only decorates."""

    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("Text alternative"), max_length=300, required=False, help_text=_("What the picture shows.")
    )
    decorative = blocks.BooleanBlock(label=_("Only decoration"), required=False)
    caption = blocks.CharBlock(label=_("Caption"), max_length=300, required=False)
    credit = blocks.CharBlock(label=_("Photo credit"), max_length=120, required=False)

    def clean(self, value):
        value = super().clean(value)
        if not value["alt"] and not value["decorative"]:
            raise blocks.StructBlockValidationError(
                block_errors={
                    "alt": ValidationError(_("Say what the picture shows, or tick that it only decorates."))
                }
            )
        return value

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "nsr_events/blocks/picture.html"


class FactBoxBlock(blocks.StructBlock):
    """Something one should know, set apart."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT)

    class Meta:
        icon = "info-circle"
        label = _("Fact box")
        template = "nsr_events/blocks/fact_box.html"


class PointsBlock(blocks.StructBlock):
    """What one takes home, ticked off."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    points = blocks.ListBlock(
        blocks.CharBlock(max_length=200, label=_("Point")), label=_("Points"), min_num=1
    )

    class Meta:
        icon = "list-ul"
        label = _("Points")
        template = "nsr_events/blocks/points.html"


class QuestionBlock(blocks.StructBlock):
    """A question that opens to its answer."""

    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = blocks.RichTextBlock(label=_("Answer"), features=RICH_TEXT)

    class Meta:
        icon = "help"
        label = _("Question and answer")
        template = "nsr_events/blocks/question.html"


class VideoBlock(blocks.StructBlock):
    """A film as a picture and a link: nothing is fetched from others before the reader chooses."""

    title = blocks.CharBlock(label=_("Title"), max_length=200)
    poster = ImageChooserBlock(label=_("Picture"))
    url = blocks.URLBlock(label=_("Link to the film"))

    class Meta:
        icon = "media"
        label = _("Film")
        template = "nsr_events/blocks/video.html"


class DocumentBlock(blocks.StructBlock):
    """A document with the words of its link."""

    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(label=_("Link text"), max_length=200, required=False)

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "nsr_events/blocks/document.html"


class ButtonBlock(blocks.StructBlock):
    """A link that stands out; its label is a verb."""

    label = blocks.CharBlock(label=_("Button text"), max_length=60)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    url = blocks.URLBlock(label=_("or web address"), required=False)

    def clean(self, value):
        value = super().clean(value)
        if bool(value["page"]) == bool(value["url"]):
            raise blocks.StructBlockValidationError(
                block_errors={
                    "url": ValidationError(_("Choose a page or write a web address, one of the two."))
                }
            )
        return value

    class Meta:
        icon = "link"
        label = _("Button")
        template = "nsr_events/blocks/button.html"


class PersonBlock(blocks.StructBlock):
    """A person shown on the page who need not stand in the programme."""

    name = blocks.CharBlock(label=_("Name"), max_length=100)
    title = blocks.CharBlock(label=_("Job title"), max_length=200, required=False)
    organisation = blocks.CharBlock(label=_("Organisation"), max_length=200, required=False)
    picture = ImageChooserBlock(label=_("Picture"), required=False)

    class Meta:
        icon = "user"
        label = _("Person")


class GalleryBlock(blocks.StructBlock):
    """Several pictures with one heading."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, required=False)
    pictures = blocks.ListBlock(PictureBlock(), label=_("Pictures"), min_num=1)

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "nsr_events/blocks/gallery.html"


class PracticalRowBlock(blocks.StructBlock):
    """A row of the practical section: overnight stay, food, arrival ..."""

    label = blocks.CharBlock(label=_("Label"), max_length=60)
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "italic", "link"])

    class Meta:
        icon = "list-ul"
        label = _("Row")


class LinkBlock(blocks.StructBlock):
    """A link to another site."""

    title = blocks.CharBlock(label=_("Title"), max_length=200)
    url = blocks.URLBlock(label=_("Web address"))

    class Meta:
        icon = "link-external"
        label = _("Outside link")


def body_blocks():
    """The blocks editors may use in the body of an event page."""
    return [
        ("heading", HeadingBlock()),
        (
            "text",
            blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT, template="nsr_events/blocks/text.html"),
        ),
        ("points", PointsBlock()),
        ("quote", QuoteBlock()),
        ("picture", PictureBlock()),
        ("fact_box", FactBoxBlock()),
        ("question", QuestionBlock()),
        ("video", VideoBlock()),
        ("document", DocumentBlock()),
        ("button", ButtonBlock()),
        (
            "people",
            blocks.ListBlock(
                PersonBlock(), icon="group", label=_("People"), template="nsr_events/blocks/people.html"
            ),
        ),
        ("gallery", GalleryBlock()),
    ]


def practical_blocks():
    """Rows of the practical section that the venue does not know."""
    return [("row", PracticalRowBlock())]


def document_blocks():
    """Documents of an event page."""
    return [("document", DocumentBlock())]


def related_blocks():
    """What else to read: pages of the site, or links out."""
    return [("page", blocks.PageChooserBlock(label=_("Page"))), ("link", LinkBlock())]
