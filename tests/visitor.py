"""Somebody with a browser of their own, as far as HTTP goes: cookies, forms as they stand on the page, redirects."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin

PATIENCE = 120
"""Seconds to wait for an answer: far more than any may take, so that a stuck server fails the test."""


@dataclass
class Page:
    """What came back."""

    url: str
    status: int
    headers: Message
    text: str

    def form(self, action: str = "") -> Form:
        """The form that posts to an address with these words; the first one that posts for none."""
        forms = [form for form in forms_in(self.text) if form.method == "post" and action in form.action]
        return forms[0]


@dataclass
class Form:
    """A form's address and what pressing its button would send: names and values in order."""

    action: str = ""
    method: str = "get"
    values: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The value of a field."""
        return dict(self.values)[name]

    def filled(self, **values: str | list[str]) -> list[tuple[str, str]]:
        """What is sent once these fields were filled in."""
        rest = [pair for pair in self.values if pair[0] not in values]
        pairs = [(name, value if isinstance(value, list) else [value]) for name, value in values.items()]
        return rest + [(name, each) for name, several in pairs for each in several]


class Visitor:
    """A browser without scripts."""

    def __init__(self, site: str):
        self.site = site
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str, *, method: str = "GET") -> Page:
        """Open an address, below the site or anywhere."""
        return self._ask(urllib.request.Request(urljoin(self.site, path), method=method))

    def send(self, page: Page, form: Form, **values: str | list[str]) -> Page:
        """Press the button of a form that stands on a page, and follow where it leads."""
        return self.post(urljoin(page.url, form.action), form.filled(**values))

    def post(self, url: str, pairs) -> Page:
        """Post names and values."""
        return self._ask(
            urllib.request.Request(urljoin(self.site, url), data=urlencode(list(pairs)).encode())
        )

    def _ask(self, request) -> Page:
        try:
            answer = self._opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Page(answer.url, answer.status, answer.headers, answer.read().decode("utf-8", "replace"))


def forms_in(html: str) -> list[Form]:
    """Every form of a page, as a browser reads it."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms: list[Form] = []
        self.open = self.area = self.select = None

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag == "form":
            self.open = Form(has.get("action") or "", (has.get("method") or "get").lower())
            self.forms.append(self.open)
        elif self.open is None or "disabled" in has:
            return
        elif tag == "input" and has.get("name"):
            self._input(has)
        elif tag == "textarea":
            self.area = [has.get("name", ""), ""]
        elif tag == "select":
            self.select = has.get("name", "")
        elif tag == "option" and self.select and "selected" in has:
            self.open.values.append((self.select, has.get("value", "")))

    def _input(self, has):
        kind = has.get("type", "text")
        if kind in {"submit", "button"} or (kind in {"checkbox", "radio"} and "checked" not in has):
            return
        self.open.values.append((has["name"], has.get("value") or ("on" if kind == "checkbox" else "")))

    def handle_data(self, data):
        if self.area is not None:
            self.area[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area is not None:
            # The line break right after the tag is the parser's, not the person's.
            self.open.values.append((self.area[0], self.area[1].removeprefix("\n")))
            self.area = None
