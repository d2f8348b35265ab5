"""Staff of one collection and of another, for the screens of registration."""

import pytest
from wagtail.models import Collection

from nsr_events.core.permissions import ACTIONS
from tests.admin.conftest import make_user, restore_wagtail


@pytest.fixture
def region(db):
    """A region's collection."""
    restore_wagtail()
    return Collection.get_first_root_node().add_child(name="Oslo krets")


@pytest.fixture
def other_region(region):
    """Another's."""
    return Collection.get_first_root_node().add_child(name="Trøndelag krets")


@pytest.fixture
def registrar(region):
    """Sees and manages registrations of the region, and exports."""
    actions = ["see_registrations", "manage_registrations", "export_registrations"]
    return make_user(
        "registrar", collection=region, actions=actions, first_name="Rita", last_name="Registrar"
    )


@pytest.fixture
def neighbour(other_region):
    """May do everything, but elsewhere."""
    return make_user("neighbour", collection=other_region, actions=ACTIONS)


@pytest.fixture
def desk(client, registrar):
    """A browser signed in as the registrar."""
    client.force_login(registrar)
    return client
