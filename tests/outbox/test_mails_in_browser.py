"""Mails of every kind as a mail program draws them: a table's width and a telephone's, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from nsr_events.outbox import kinds, rendering
from nsr_events.outbox.models import OutgoingMail
from nsr_events.pages.models import EventIndexPage
from tests.admin.conftest import restore_wagtail
from tests.factories import make_index
from tests.registration.letters import Letters

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
"""A mail is no page: it has no landmarks."""
OUTSIDE = """() => [...document.body.querySelectorAll('*')]
    .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def mails(db, settings, django_user_model):
    """The HTML of one mail of each kind that is there, by kind."""
    restore_wagtail()
    make_index()
    now = timezone.now()
    Letters(EventIndexPage.objects.get(), django_user_model.objects.create_user("registrar"), now).write()
    rows = OutgoingMail.objects.exclude(kind__startswith="test.").order_by("pk")
    newest = {mail.kind: mail for mail in rows}
    return {kind: rendering.render(mail, now).html for kind, mail in newest.items()}


def test_every_mail_fits_and_axe_finds_nothing(browser, mails):
    assert len(mails) >= len([kind for kind in kinds.all_kinds() if not kind.key.startswith("test.")]) - 2
    found = []
    for width, scheme in ((600, "light"), (600, "dark"), (360, "light"), (360, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        for kind, html in mails.items():
            page.set_content(html)
            found += [f"{kind} {width}: {wide}" for wide in page.evaluate(OUTSIDE)]
            result = Axe().run(page, options=WCAG)
            found += [
                f"{kind} {scheme}: {each['id']} {node['html'][:120]}"
                for each in result.response["violations"]
                for node in each["nodes"]
            ]
        context.close()
    assert found == []
