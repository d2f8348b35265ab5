"""Small phrases that several domains build."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _


def joined(names: Iterable[str]) -> str:
    """ "A, B and C" in the active language."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
