"""What axe finds on a page in a browser without scripts, where axe itself cannot run.

The markup the browser holds is opened once more at the same address by a browser with scripts that gets none of
ours: neither ``noscript`` nor ``@media (scripting)`` is used, so both draw the same.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

DRAWN = """root => [...root.querySelectorAll("*")].filter(one => one.checkVisibility()).map(
    one => [one.tagName, ...Object.values(one.getBoundingClientRect().toJSON()).map(Math.round)].join(" "))"""


def violations(page, *, scheme: str = "light") -> list[dict]:
    """Return what axe finds on ``page`` (opened with scripts switched off), whose drawing is shown to be the same."""
    markup = page.content()

    def answer(route):
        if route.request.resource_type == "script":
            route.abort()
        elif route.request.is_navigation_request():
            route.fulfill(body=markup, content_type="text/html; charset=utf-8")
        else:
            route.continue_()

    context = page.context.browser.new_context(
        viewport=page.viewport_size, color_scheme=scheme, locale="nb-NO"
    )
    try:
        twin = context.new_page()
        twin.route("**/*", answer)
        twin.goto(page.url)
        assert twin.locator("body").evaluate(DRAWN) == page.locator("body").evaluate(DRAWN)
        return Axe().run(twin).response["violations"]
    finally:
        context.close()
