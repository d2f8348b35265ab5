"""Own page types are possible only while nothing of ours depends on ours (pages-and-workspace, section 2)."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from wagtail.models import Page

import nsr_events
from nsr_events.pages.models import get_event_page_models

PACKAGE = Path(nsr_events.__file__).parent
CONCRETE = re.compile(r"\b(EventPage|EventIndexPage|EventReportPage)\b")
MAY_NAME_THEM = {"models.py", "pages/models.py", "pages/reports.py"}
"""The modules that define them, and the one through which Django finds them."""


def our_models():
    """Every model of ours that is no page."""
    return [model for model in apps.get_app_config("nsr_events").get_models() if not issubclass(model, Page)]


def test_no_table_of_ours_points_at_a_page():
    pointing = [
        f"{model.__name__}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and issubclass(field.related_model, Page)
    ]
    assert our_models()
    assert pointing == []


def sources():
    """Every module and template of the package, migrations apart: they are history."""
    found = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")]
    return [path for path in found if "migrations" not in path.parts]


def test_only_the_models_name_the_concrete_page_types():
    naming = {
        path.relative_to(PACKAGE).as_posix()
        for path in sources()
        if CONCRETE.search(path.read_text(encoding="utf-8"))
    }
    assert "pages/models.py" in naming
    assert naming <= MAY_NAME_THEM, "elsewhere: get_event_page_models(), or the mixins"


def test_the_concrete_types_only_join_a_mixin_to_wagtails_page():
    """What only our own type had, a site's type would miss."""
    ours = [model for model in apps.get_app_config("nsr_events").get_models() if issubclass(model, Page)]
    assert ours
    for model in ours:
        mixins = [base for base in model.__mro__ if hasattr(base, "_meta") and base._meta.abstract]
        from_mixins = {field.name for mixin in mixins for field in mixin._meta.local_fields}
        assert {field.name for field in model._meta.local_fields} <= {"page_ptr", *from_mixins}, model


@pytest.mark.parametrize("name", ["event", "intro", "body", "hero_image"])
def test_every_event_page_type_has_what_the_templates_show(name):
    for model in get_event_page_models():
        assert model._meta.get_field(name)
