"""What an editor meets on the tab Programme."""

import pytest
from django.urls import reverse

from .making import make_event, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event()


def url(event, name="table", *args):
    return reverse(f"nsr_events_programme:{name}", args=[event.pk, *args])


@pytest.mark.parametrize("name", ["table", "new", "conflicts", "tracks", "release"])
def test_every_screen_opens(event, admin_client, name):
    make_session(event, "En")
    make_session(event, "To")
    assert admin_client.get(url(event, name)).status_code == 200


@pytest.mark.parametrize("name", ["session", "move", "swap"])
def test_every_screen_of_a_session_opens(event, admin_client, name):
    session = make_session(event, "En")
    assert admin_client.get(url(event, name, session.uid)).status_code == 200
