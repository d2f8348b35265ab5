"""Other blocks than ours for the body of event pages."""

from wagtail import blocks

from nsr_events.pages.blocks import body_blocks as our_blocks


def body_blocks():
    """Ours, and one more that no migration may ever hear of."""
    return [*our_blocks(), ("syllabus", blocks.ListBlock(blocks.CharBlock()))]
