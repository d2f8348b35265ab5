"""System checks of the settings."""

import pytest
from django.test import override_settings

from nsr_events import checks


def ids(found):
    return [problem.id for problem in found]


def test_an_unknown_key_is_named():
    with override_settings(NSR_EVENTS={"BASE_TEMPLAT": "base.html"}):
        found = checks.check_settings(None)

    assert ids(found) == ["nsr_events.E001"]
    assert "BASE_TEMPLAT" in found[0].msg


def test_a_value_of_the_wrong_type_is_named():
    with override_settings(NSR_EVENTS={"PAGE_TYPES": "yes"}):
        assert ids(checks.check_settings(None)) == ["nsr_events.E002"]


def test_a_missing_file_pattern_is_found():
    with override_settings(ROOT_URLCONF="tests.empty_pages.urls"):
        assert ids(checks.check_file_pattern(None)) == ["nsr_events.E003"]


def test_a_site_without_a_private_storage_is_told(settings):
    settings.STORAGES = {name: one for name, one in settings.STORAGES.items() if name != "nsr_events_private"}

    assert ids(checks.check_private_storage(None)) == ["nsr_events.E005"]


@pytest.mark.parametrize("folder", ["", "private", "private/deep"])
def test_a_private_storage_below_the_media_folder_is_told(settings, folder):
    backend = "django.core.files.storage.FileSystemStorage"
    place = {"location": f"{settings.MEDIA_ROOT}/{folder}"}
    settings.STORAGES = {**settings.STORAGES, "nsr_events_private": {"BACKEND": backend, "OPTIONS": place}}

    assert ids(checks.check_private_storage(None)) == ["nsr_events.E006"]


def test_a_private_storage_that_names_no_folder_is_told(settings):
    settings.STORAGES = {**settings.STORAGES, "nsr_events_private": settings.STORAGES["default"]}

    assert ids(checks.check_private_storage(None)) == ["nsr_events.E006"]


def test_a_site_that_takes_few_fields_is_warned(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

    assert ids(checks.check_number_of_fields(None)) == ["nsr_events.W007"]


@pytest.mark.django_db
def test_the_example_site_has_no_problem():
    found = checks.check_settings(None) + checks.check_file_pattern(None)
    assert found + checks.check_private_storage(None) + checks.check_number_of_fields(None) == []
