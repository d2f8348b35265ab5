"""The tab Registration: the state and why, saving with a second look, groups, in the workspace."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from nsr_events.registration.models import RegistrationSetup
from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = User.objects.create_superuser("boss", "boss@example.org", "pass")
    client.force_login(user)
    return user


@pytest.fixture
def event(boss):
    return make_event("Samling", days=2, date=dt.date(2027, 6, 8))


def address(event, name, *args):
    return reverse(f"nsr_events_registration:{name}", args=[event.pk, *args])


@pytest.mark.parametrize("name", ["setup", "preview", "category_new", "questions", "question_new"])
def test_every_screen_opens(client, event, name):
    response = client.get(address(event, name))
    assert response.status_code == 200
