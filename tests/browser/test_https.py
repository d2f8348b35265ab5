"""Production's own settings behind a certificate, a real Chromium and a second origin that watches (privacy, 13.9)."""

from __future__ import annotations

import http.server
import os
import re
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from django.core import mail as django_mail
from django.utils import timezone
from wagtail.models import Site

from nsr_events.outbox import delivery
from nsr_events.registration.models import Registration
from tests.admin.conftest import restore_wagtail
from tests.certificates import Authority
from tests.conftest import chromium_binary
from tests.factories import make_event, make_index, make_page, open_registration
from tests.site_server import ROOT, running_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOST, WATCHER = "samling.example", "vokter.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Signs for the site and for the watcher."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def watcher(authority):
    """Another origin that notes what reaches it: path and headers."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, dict(self.headers)))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Annet sted</title>")

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.sign("watcher", WATCHER))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.seen = seen
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(watcher):
    """An open event whose participants meet at the watcher's address; the site is at home at HTTPS."""
    restore_wagtail()
    event = make_event(
        "Samling", date=timezone.localdate() + timezone.timedelta(days=60), online_url=f"https://{WATCHER}/mote/"
    )  # fmt: skip
    open_registration(event, opens=timezone.now() - timezone.timedelta(days=1), form_traps=False)
    page = make_page(event, make_index())
    Site.objects.update(hostname=HOST, port=443)
    Site.clear_site_root_paths_cache()
    return page


@pytest.fixture
def site(page, authority, tmp_path, settings):
    """Production's settings behind gunicorn with a certificate; its own folder of hashed static files."""
    environment = {
        "DATA_DIR": str(tmp_path),
        "LINK_KEYS": settings.NSR_EVENTS["LINK_KEYS"][0],
        "DJANGO_SETTINGS_MODULE": "tests.https.settings",
    }
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "django",
        "collectstatic",
        "--noinput",
        "--verbosity",
        "0",
    ]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
    with running_site(
        workers=1,
        settings_module="tests.https.settings",
        certificate=authority.sign("site", HOST),
        environment=environment,
    ) as address:
        yield address


@contextmanager
def chromium(browser, site, watcher):
    """A Chromium that finds the two hosts on this machine, at the port that HTTPS has in life."""
    ports = {HOST: int(site.rpartition(":")[2]), WATCHER: watcher.server_port}
    rules = ", ".join(f"MAP {host} 127.0.0.1:{port}" for host, port in ports.items())
    launched = browser.browser_type.launch(
        executable_path=chromium_binary(),
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            f"--host-resolver-rules={rules}",
        ],
    )
    yield launched
    launched.close()


def test_from_the_form_to_the_own_page_over_https_nothing_leaks(browser, site, page, watcher):
    with chromium(browser, site, watcher) as secure:
        context = secure.new_context(ignore_https_errors=True, locale="nb-NO")
        tab = context.new_page()
        sent, problems = [], []
        context.on("request", lambda request: sent.append(request))
        tab.on("console", lambda message: message.type == "error" and problems.append(message.text))
        home = f"https://{HOST}"

        tab.goto(f"{home}{page.url}")
        assert context.cookies() == [], "none for a reader"
        tab.goto(f"{home}{page.url}register/")
        tab.get_by_label("Fornavn").fill("Marte")
        tab.get_by_label("Etternavn").fill("Oppdiktet")
        tab.get_by_label("E-post").fill("marte@nordvik.example")
        tab.get_by_role("button", name="Send påmelding").click()
        tab.wait_for_url("**/register/receipt/")

        delivery.drain()
        [link] = re.findall(rf"{home}/me/\S+", django_mail.outbox[0].body)
        token = link.split("/")[4]
        answer = tab.goto(link)
        assert token not in tab.url
        own_page = tab.url
        assert "Hei, Marte" in tab.content()
        headers = answer.all_headers()
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "private, no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow, noarchive"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["strict-transport-security"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"

        tab.get_by_role("link", name="Endre påmeldingen").click()
        tab.get_by_label("Virksomhet").fill("Nordvik Energi")
        tab.get_by_role("button", name="Lagre").click()
        tab.get_by_text("Endringene er lagret").wait_for()
        tab.get_by_role("link", name="Meld deg av").click()
        tab.get_by_role("button", name="Meld meg av").click()
        tab.get_by_role("button", name="Angre").click()
        tab.get_by_text("Du er påmeldt").first.wait_for()

        _check_cookies(context.cookies())
        tab.goto(own_page)
        tab.get_by_role("link", name="Åpne lenken").click()
        tab.wait_for_url(f"https://{WATCHER}/mote/")

        assert [request.url for request in sent if not request.url.startswith((f"{home}/", "data:"))] == [
            f"https://{WATCHER}/mote/"
        ]
        referers = [request.all_headers().get("referer", "") for request in sent]
        assert [referer for referer in referers if token in referer] == []
        visit = next(headers for path, headers in watcher.seen if path == "/mote/")
        assert "Referer" not in visit
        assert "Cookie" not in visit
        tab.go_back()
        assert token not in tab.url
        assert problems == []
        context.close()
    assert Registration.objects.get().organisation == "Nordvik Energi"


def _check_cookies(cookies):
    """The two that are needed, as privacy-security.md 8 has them."""
    found = {cookie["name"]: cookie for cookie in cookies}
    assert set(found) == {"csrftoken", "sessionid"}
    for cookie in found.values():
        assert (cookie["secure"], cookie["sameSite"], cookie["domain"]) == (True, "Lax", HOST)
    assert found["sessionid"]["httpOnly"]


def test_plain_http_is_led_to_https(site, page, client, settings):
    """What the settings of production say about it, asked of the middleware in this process."""
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(page.url, HTTP_HOST="testserver")
    assert (answer.status_code, answer["Location"]) == (301, f"https://testserver{page.url}")
