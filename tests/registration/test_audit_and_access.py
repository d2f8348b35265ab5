"""What is written down of staff, what is not; and what Wagtail may know of participants: nothing."""

import pytest
from django.apps import apps
from wagtail.models import Collection, ModelLogEntry, ReferenceIndex, Revision
from wagtail.permissions import policy_registry
from wagtail.search.index import class_is_indexed
from wagtail.snippets.models import get_snippet_models

from nsr_events.core.audit import AuditEntry
from nsr_events.core.permissions import EventPermissionPolicy
from nsr_events.registration import models
from tests.admin.conftest import make_user
from tests.factories import invite
from tests.registration.people import address, coming_event, person

pytestmark = pytest.mark.django_db

ABOUT_PEOPLE = [
    models.Registration, models.Invitation, models.RegistrationDay, models.StatusChange, models.ChosenOption,
    models.SensitiveAnswers, models.Consent, models.SessionBooking, models.Attendance, models.HandOver,
    models.LinkRequest,
]  # fmt: skip


@pytest.fixture
def event(region):
    return coming_event(collection=region)


@pytest.mark.parametrize("model", ABOUT_PEOPLE)
def test_wagtail_neither_indexes_nor_references_nor_versions_participants(model):
    assert not class_is_indexed(model)
    assert model.wagtail_reference_index_ignore
    assert model not in get_snippet_models()
    assert not hasattr(model, "latest_revision")


def test_nothing_of_a_registered_person_is_in_wagtails_own_tables(desk, event):
    row = person(event, last_name="Markoer")
    values = {"notice": "none", "row_version": row.row_version, "reason": "Markoer ringte"}
    desk.post(address(event, "act", row.uid, "cancel"), values)
    assert ReferenceIndex.objects.filter(base_content_type__model="registration").count() == 0
    assert Revision.objects.filter(base_content_type__model="registration").count() == 0
    logged = [f"{entry.label} {entry.data}" for entry in ModelLogEntry.objects.all()]
    assert not any("Markoer" in words for words in logged)


def test_no_audit_entry_holds_a_name_an_address_or_a_reason(desk, event):
    row = person(event, last_name="Markoer", email="markoer@example.no")
    invitation = invite(event, email="markoer2@example.no")
    for name, args in (
        ("list", []),
        ("person", [row.uid]),
        ("invitation", [invitation.uid]),
        ("invitations", []),
    ):
        desk.get(address(event, name, *args))
    version = row.row_version
    desk.post(
        address(event, "act", row.uid, "cancel"),
        {"notice": "none", "row_version": version, "reason": "markoer"},
    )
    desk.post(address(event, "export"), {"kind": "csv", "columns": ["last_name", "email"]})
    entries = AuditEntry.objects.all()
    assert {entry.action for entry in entries} == {
        "registrations.listed", "registration.opened", "invitation.opened", "invitations.listed",
        "registration.cancel", "registrations.exported",
    }  # fmt: skip
    for entry in entries:
        words = f"{entry.action} {entry.fields} {entry.counts} {entry.object_uid} {entry.address}"
        assert "markoer" not in words.lower()
        assert entry.event_uid == event.uid
        assert entry.address == "127.0.0.0/24"


@pytest.mark.parametrize("model", [model for model in ABOUT_PEOPLE if model is not models.LinkRequest])
def test_each_model_asks_the_collection_of_its_event(model, region, event):
    policy = policy_registry.get_by_type(model)
    assert isinstance(policy, EventPermissionPolicy)
    sees = make_user("sees", collection=region, actions=["see_registrations"])
    cares = make_user("cares", collection=region, actions=["see_sensitive"])
    manages = make_user("manages", collection=region, actions=["manage_registrations"])
    sensitive = model is models.SensitiveAnswers
    assert policy.user_has_permission(sees, "view") is not sensitive
    assert policy.user_has_permission(cares, "view") is sensitive
    assert policy.user_has_permission(manages, "change") is not sensitive
    assert not policy.user_has_permission(sees, "change")


def test_the_policy_narrows_to_the_collection(region, other_region, event):
    own = person(event)
    person(coming_event(collection=other_region, name="Åpning"))
    sees = make_user("sees", collection=region, actions=["see_registrations"])
    policy = policy_registry.get_by_type(models.Registration)
    assert list(policy.instances_user_has_permission_for(sees, "view")) == [own]
    assert policy.user_has_permission_for_instance(sees, "view", own)


def test_every_model_of_registration_has_a_policy():
    """A new model about people without one would fall back to plain model permissions."""
    ours = [model for model in apps.get_app_config("nsr_events").get_models()
            if model.__module__ == "nsr_events.registration.models"]  # fmt: skip
    without = {
        model for model in ours if not isinstance(policy_registry.get_by_type(model), EventPermissionPolicy)
    }
    assert without == {models.LinkRequest}


def test_a_collection_that_moves_takes_its_people_along(client, event, region, registrar):
    """Who sees them is decided by where the event lies now."""
    row = person(event)
    event.collection = Collection.get_first_root_node().add_child(name="Ny")
    event.save()
    client.force_login(registrar)
    assert client.get(address(event, "person", row.uid)).status_code == 404
