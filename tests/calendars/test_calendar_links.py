"""The links under "Add to your calendar"."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from django.template import Context, Template
from django.utils import translation

ADDRESS = "https://example.no/arrangementer/calendar.ics"


class Elements(HTMLParser):
    """Collects start tags with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


def rendered(name="Arrangementer"):
    template = Template("{% load nsr_events_calendars %}{% calendar_links address name %}")
    with translation.override("en"):
        return template.render(Context({"address": ADDRESS, "name": name}))


def test_each_calendar_app_gets_the_address_in_the_form_it_takes():
    links = [attrs["href"] for attrs in Elements(rendered()).all("a")]
    assert links[0] == "webcal://example.no/arrangementer/calendar.ics"
    google, work, home = (parse_qs(urlsplit(link).query) for link in links[1:4])
    assert google == {"cid": ["webcal://example.no/arrangementer/calendar.ics"]}
    assert work == home == {"url": [ADDRESS], "name": ["Arrangementer"]}
    assert links[4] == ADDRESS


def test_the_address_can_be_copied_with_and_without_scripts():
    elements = Elements(rendered())
    (field,) = elements.all("input")
    assert field["value"] == ADDRESS
    assert "readonly" in field
    assert "Arrangementer" in field["aria-label"]
    (button,) = elements.all("button")
    assert (button["type"], "hidden" in button) == ("button", True)
    assert len(elements.all("ne-copy")) == 1


def test_it_says_that_google_may_take_a_day():
    assert "Google may take a day" in rendered()


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>', "A&B 'x'"])
def test_a_name_is_only_ever_text(name):
    elements = Elements(rendered(name))
    assert elements.all("script") == []
    assert name in elements.all("input")[0]["aria-label"]
    assert all("style" not in attrs and "onclick" not in attrs for _tag, attrs in elements.found)
