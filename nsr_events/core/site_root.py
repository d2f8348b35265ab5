"""Where the site is found: the root of addresses that are made without a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from wagtail.models import Site

_known: ContextVar[list[str] | None] = ContextVar("nsr_events_site_root", default=None)


def site_root() -> str:
    """The default site's address without a final slash, or Wagtail's base address where there is no site."""
    known = _known.get()
    if known is None:
        return _read()
    if not known:
        known.append(_read())
    return known[0]


@contextmanager
def read_once() -> Iterator[None]:
    """Ask the database for the address once within the block: a drain writes three addresses into every mail."""
    token = _known.set([])
    try:
        yield
    finally:
        _known.reset(token)


def _read() -> str:
    site = Site.objects.filter(is_default_site=True).first()
    return site.root_url if site else settings.WAGTAILADMIN_BASE_URL.rstrip("/")
