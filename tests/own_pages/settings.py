"""The tests' site with page types and blocks of its own; ours are switched off."""

from tests.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "tests.own_pages"]
NSR_EVENTS = {
    **NSR_EVENTS,
    "PAGE_TYPES": False,
    "BODY_BLOCKS": "tests.own_pages.blocks.body_blocks",
}
