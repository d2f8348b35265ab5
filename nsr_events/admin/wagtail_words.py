"""Words of Wagtail's own screens that our catalogues say again, since Wagtail's translation of them is not safe.

Wagtail 8.0's bokmål puts plain double quotes around the title of a page, inside an attribute that stands between
double quotes: a title such as ``x onmouseover=...`` becomes an attribute of the link in the page explorer. Django takes
a message from the first of ``INSTALLED_APPS`` that has it, so ours count where ``nsr_events`` stands before
``wagtail.admin``.
"""

from django.utils.translation import gettext_noop

IN_ATTRIBUTES = (
    gettext_noop("Add a child page to '%(title)s'"),
    gettext_noop("Explore child pages of '%(title)s'"),
    gettext_noop("Explore subpages of '%(title)s'"),
)
