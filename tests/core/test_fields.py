"""Multilingual fields: what their inputs are called and what they store."""

import re

import pytest
from django import forms
from django.test import override_settings
from i18nfield.strings import LazyI18nString

from nsr_events.core.fields import I18nTextField
from nsr_events.core.models import Event, EventType
from nsr_events.core.texts import as_dict

ONE = [("nb", "Bokmål")]


class TypeForm(forms.ModelForm):
    class Meta:
        model = EventType
        fields = ["name"]


def labels(html):
    """The names a screen reader gives the inputs."""
    found = re.findall(r'<label for="[^"]+">(.*?)</label>', html)
    return [" ".join(re.sub(r"<[^>]+>", "", label).split()) for label in found]


def test_each_input_is_named_by_field_and_language():
    assert labels(str(TypeForm()["name"])) == ["Navn bokmål", "Navn nynorsk", "Navn engelsk"]


def test_with_one_language_there_is_one_ordinary_input():
    with override_settings(WAGTAIL_CONTENT_LANGUAGES=ONE, LANGUAGES=ONE):
        field = EventType._meta.get_field("name").formfield()

        assert field.widget.render("name", None).count("<input") == 1


def test_the_default_language_is_required_and_the_others_are_not():
    form = TypeForm({"name_nb": "", "name_nn": "Samling"})
    assert "bokmål" in form.errors["name"][0]

    assert TypeForm({"name_nb": "Samling"}).is_valid()


@pytest.mark.django_db
def test_a_text_comes_back_in_every_language_it_was_written_in():
    form = TypeForm({"name_nb": "Samling", "name_en": "Gathering æøå 🎉"})
    kind = form.save()

    assert EventType.objects.get(pk=kind.pk).name.data == {"nb": "Samling", "en": "Gathering æøå 🎉"}


def test_a_text_over_the_limit_is_refused_at_its_field():
    assert "name" in TypeForm({"name_nb": "x" * 1_000_000}).errors


def test_the_migration_names_no_class_of_ours():
    _name, path, _args, _kwargs = Event._meta.get_field("name").deconstruct()

    assert path == "i18nfield.fields.I18nCharField"


@pytest.mark.parametrize("sign", ["\x07", "\x0b", "\x1b", "\x7f", "\x85", "\x9f"])
def test_control_characters_come_along_with_no_text(sign):
    field = I18nTextField(blank=True, characters=20)
    assert as_dict(field.clean(LazyI18nString({"nb": f"Ærlig{sign} talt"}), None)) == {"nb": "Ærlig talt"}
    form_field = field.formfield()
    values = [f"Ærlig{sign} talt", sign, "", ""][: len(form_field.fields)]
    assert as_dict(form_field.clean(values)) == {"nb": "Ærlig talt"}


def test_tabs_and_line_ends_stay():
    field = I18nTextField(blank=True)
    assert as_dict(field.clean(LazyI18nString({"nb": "a\tb\r\nc"}), None)) == {"nb": "a\tb\r\nc"}
