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


@pytest.mark.django_db
def test_the_example_site_has_no_problem():
    assert checks.check_settings(None) + checks.check_file_pattern(None) == []
