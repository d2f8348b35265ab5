"""A sink, the settings that lead to it, and an event to write about."""

from collections import defaultdict
from copy import deepcopy

import django
import pytest

from nsr_events.outbox import delivery, kinds, parts, poke
from tests.admin.conftest import restore_wagtail
from tests.factories import make_event

from . import making, sink


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch):
    """The kinds of the tests, beside the real ones and gone afterwards; the broker is asked anew."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(parts, "_providers", defaultdict(list, deepcopy(parts._providers)))
    monkeypatch.setattr(poke, "_muted_until", 0.0)
    making.register()


@pytest.fixture
def event(db):
    """An event with a contact."""
    restore_wagtail()
    return make_event("Samling på Gjøvik", contact_email="post@example.org", contact_name="Ola Vert")


def lead_to(settings, port, **options):
    """Send through the server at ``port``; ``options`` as in Django 6.1's MAILERS."""
    options = {"host": "127.0.0.1", "port": port, "timeout": 1, **options}
    if django.VERSION >= (6, 1):
        backend = "django.core.mail.backends.smtp.EmailBackend"
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        return
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    names = {"username": "HOST_USER", "password": "HOST_PASSWORD"}
    for key, value in options.items():
        setattr(settings, f"EMAIL_{names.get(key, key.upper())}", value)


@pytest.fixture
def server(settings):
    """A sink that the site sends to."""
    with sink.running() as running:
        lead_to(settings, running.port)
        yield running


@pytest.fixture
def clock():
    """A clock that stands still at noon until it is moved on."""
    return making.Clock()


@pytest.fixture
def drain(clock):
    """One run of the drain at the clock's time."""
    return lambda *args, **kwargs: delivery.drain(*args, clock=clock, **kwargs)
