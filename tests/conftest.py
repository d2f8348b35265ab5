"""Fixtures of the whole suite."""

import os
import shutil

import pytest
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck, settings

# A loaded machine is no failure: no test asserts a time.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def fresh_state():
    """Each test starts in bokmål and with an empty cache: both outlive a test's transaction."""
    cache.clear()
    with translation.override("nb"):
        yield
    cache.clear()


def chromium_binary():
    """The browser's path: CHROMIUM, else what is found on PATH."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser():
    """A real Chromium, shared by the session."""
    binary = chromium_binary()
    if not binary:
        pytest.skip("Chromium is not installed (set CHROMIUM or apt install chromium)")
    from playwright.sync_api import sync_playwright

    # Playwright's sync API runs an event loop in this thread; Django would refuse the database in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=binary,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield chromium
        chromium.close()
