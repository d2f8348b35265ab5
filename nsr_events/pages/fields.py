"""StreamFields whose blocks never reach a migration.

The history holds an empty ``wagtail.fields.StreamField``: a change of blocks, ours or the site's, makes no migration.
"""

from django.utils.module_loading import import_string
from wagtail.fields import StreamField

from nsr_events import conf


class BlocksField(StreamField):
    """A StreamField that takes its blocks from a function, named by ``source`` as a dotted path.

    ``block_types`` is only passed when Django rebuilds the field from its deconstructed form.
    """

    def __init__(self, block_types=None, *, source="", **kwargs):
        super().__init__(import_string(source)() if block_types is None else block_types, **kwargs)

    def deconstruct(self):
        name, _path, _args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", [[]], {**kwargs, "block_lookup": {}}


class EventBodyField(BlocksField):
    """The body of an event page, with the blocks that ``NSR_EVENTS["BODY_BLOCKS"]`` names."""

    def __init__(self, block_types=None, **kwargs):
        super().__init__(block_types, source=conf.BODY_BLOCKS, **kwargs)
