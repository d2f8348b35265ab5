"""What may be a person's name, and a time zone's."""

import pytest
from django.core.exceptions import ValidationError

from nsr_events.core.models import Person, validate_name, validate_zone

JOINED = ["می\u200cراد", "ශ්\u200dරී", "کوه\u200cنورد"]
"""Persian and Sinhala names with joiners between their letters."""


@pytest.mark.parametrize(
    "name", ["O'Brien", "A. Hansen", "Åse-Marie", "张伟", "Nguyễn", "d’Arc", "Wwwilson", *JOINED]
)
def test_names_of_people_pass(name):
    validate_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "http://x",
        "WWW.x.no",
        "a@b",
        "<b>",
        "x>",
        "a\u202eb",
        "a\u2066b",
        "a\u2069b",
        "a\u200bb",
        "a\ufeffb",
        "a\nb",
        "a\x85b",
        "a\x07b",
        "\u200cKari",
        "Kari\u200d",
        "Kari \u200cNordmann",
        "Kari\u200c\u200cNordmann",
        "👩\u200d🚒",
        "a\u00adb",
        "a\u061cb",
        "a\u2060b",
        "a\u2061b",
        "a\u2028b",
        "a\u3164b",
        "a\U000e0041b",
    ],
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValidationError):
        validate_name(name)
    person = Person(given_name=name, family_name=name)
    with pytest.raises(ValidationError) as refusal:
        person.clean_fields()
    assert {"given_name", "family_name"} <= set(refusal.value.message_dict)


def test_names_are_written_with_composed_letters():
    person = Person(given_name="A\u030ase", family_name="Bø")
    person.clean()
    assert person.given_name == "\u00c5se"


@pytest.mark.parametrize("name", ["Factory", "localtime", "Europe/Nowhere"])
def test_a_zone_that_is_no_place_is_refused(name):
    with pytest.raises(ValidationError):
        validate_zone(name)
