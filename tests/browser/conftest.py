"""A real Chromium in front of the real demo."""

import pytest

from tests.demo_server import running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The address of a running demo, with a big conference at /arrangementer/stor/."""
    big = ["build_conference", "--slug", "stor", "--sessions", "300", "--registrations", "20"]
    story = ["shell", "-c", "from tests.browser.story import build; build()"]
    with running_demo(tmp_path_factory.mktemp("demo"), big, story) as address:
        yield address


@pytest.fixture
def visit(browser, demo):
    """Open an address of the demo; fails when a request leaves the origin or the policy stops something."""
    contexts, problems = [], []

    def open_page(path, *, width=1280, height=900, scheme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request", lambda request: request.url.startswith((demo, "data:")) or problems.append(request.url)
        )
        page.on("console", lambda message: message.type == "error" and problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        response = page.goto(demo + path)
        assert response.status == 200, path
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []
