"""Takes the pictures of README and guide from a demo of its own: ``python scripts/screenshots.py`` (needs Chromium)."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.demo_server import running_demo  # noqa: E402

IMAGES = ROOT / "docs" / "images"
GATHERING = "/arrangementer/introduksjonssamling/"

PUBLIC = {
    "event": GATHERING,
    "programme": "/arrangementer/sikkerhetskonferansen/programme/",
    "month": "/arrangementer/month/{month}/",
}
WORKSPACE = {
    "all-events": "/admin/events/",
    "overview": "/admin/events/1/",
    "days-and-places": "/admin/events/1/days/",
    "programme-table": "/admin/events/1/programme/",
    "release": "/admin/events/1/programme/release/",
}


def main() -> None:
    """Start a demo, photograph it, stop it."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="nb-NO")
        month = _month_of_the_gathering(page, address)
        for name, path in PUBLIC.items():
            _take(page, name, address + path.format(month=month))
        _sign_in(page, address)
        for name, path in WORKSPACE.items():
            _take(page, name, address + path)
        browser.close()


def _month_of_the_gathering(page, address: str) -> str:
    page.goto(address + GATHERING)
    return page.locator(".ne-facts time").first.get_attribute("datetime")[:7]


def _sign_in(page, address: str) -> None:
    page.goto(f"{address}/admin/login/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", "demo")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def _take(page, name: str, address: str) -> None:
    page.goto(address)
    page.wait_for_timeout(600)
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
