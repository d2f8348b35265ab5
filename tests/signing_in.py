"""A browser whose pages are signed in to the admin."""

from __future__ import annotations

from contextlib import contextmanager


@contextmanager
def pages_as(user, *, browser, live_server, client):
    """Yield a function that opens a page as ``user``: of a width, in a colour scheme, with scripts or without."""
    client.force_login(user)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    contexts = []

    def open_page(*, width=1280, height=900, scheme="light", scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts
        )
        context.add_cookies([session])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
