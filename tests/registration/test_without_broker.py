"""People register while the broker is down or silent: the page answers, the mail leaves with cron (mail, 11)."""

import io
import socket

import pytest
from django.core import mail as django_mail
from django.core.management import call_command
from django.utils.translation import gettext

from nsr_events.outbox.models import OutgoingMail
from nsr_events.registration.models import RegistrationSetup
from tests.admin.conftest import restore_wagtail
from tests.site_server import free_port, running_site
from tests.visitor import Visitor

from .asking import open_page, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(db):
    """An open form without traps."""
    restore_wagtail()
    page = open_page()
    RegistrationSetup.objects.update(form_traps=False)
    return page


@pytest.fixture(params=["down", "silent", "none"])
def broker(request):
    """A broker that is not there, one that takes connections and says nothing, and a site without Celery."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)
        silent = server.getsockname()[1]
        yield {
            "down": f"redis://127.0.0.1:{free_port()}/0",
            "silent": f"redis://127.0.0.1:{silent}/0",
            "none": "",
        }[request.param]


def test_everybody_gets_a_receipt_and_later_the_mail(page, broker):
    people = [f"person{number}@example.no" for number in range(3)]
    with running_site(workers=1, broker=broker) as site:
        for email in people:
            visitor = Visitor(site)
            shown = visitor.get(page.url + "register/")
            answer = visitor.send(shown, shown.form(), **person(email=email))
            assert (answer.status, gettext("You are registered") in answer.text) == (200, True)
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {"pending"}
    call_command("nsr_events_drain", stdout=io.StringIO())
    assert sorted(message.to[0] for message in django_mail.outbox) == people
