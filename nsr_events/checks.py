"""System checks: a mistake in the settings is found at start, not by a participant."""

from pathlib import Path

from django.conf import settings
from django.core.checks import Error, Warning, register
from django.core.files.storage import storages
from django.urls import NoReverseMatch, reverse

from . import conf
from .core import presets
from .core.private_files import ALIAS

FEWEST_FIELDS = 10_000


@register
def check_settings(app_configs, **kwargs):
    """Every key of ``NSR_EVENTS`` is known and has a value of a right type."""
    return [
        problem
        for key, value in getattr(settings, "NSR_EVENTS", {}).items()
        if (problem := _problem(key, value))
    ]


def _problem(key, value):
    if key not in conf.SETTINGS:
        known = ", ".join(sorted(conf.SETTINGS))
        return Error(
            f"NSR_EVENTS has an unknown key {key!r}.", hint=f"Known keys: {known}.", id="nsr_events.E001"
        )
    types = conf.SETTINGS[key].types
    if not isinstance(value, types):
        names = " or ".join(kind.__name__ for kind in types)
        return Error(
            f"NSR_EVENTS[{key!r}] must be {names}, not {type(value).__name__}.", id="nsr_events.E002"
        )
    return None


@register
def check_file_pattern(app_configs, **kwargs):
    """Wagtail serves no page address with a dot, so the site must include our pattern before Wagtail's own."""
    try:
        reverse("nsr_events_file", args=["event/calendar.ics"])
    except NoReverseMatch:
        return [
            Error(
                "The URL pattern nsr_events.urls.page_files is missing.",
                hint="Put it before include(wagtail_urls) in the site's urls.py; without it every .ics address is 404.",
                id="nsr_events.E003",
            )
        ]
    return []


@register
def check_private_storage(app_configs, **kwargs):
    """Slides and documents for participants lie where the web server hands nothing out by itself."""
    if ALIAS not in settings.STORAGES:
        return [
            Error(
                f"STORAGES has no {ALIAS!r}.",
                hint="Name a storage for private files, outside MEDIA_ROOT (docs/how-to/production).",
                id="nsr_events.E005",
            )
        ]
    place = getattr(storages[ALIAS], "location", None)
    public = [Path(root).resolve() for root in (settings.MEDIA_ROOT, settings.STATIC_ROOT) if root]
    if place and any(Path(place).resolve().is_relative_to(root) for root in public):
        return [
            Error(
                f"The private files of {ALIAS!r} lie in a public folder, below MEDIA_ROOT or STATIC_ROOT.",
                hint="Set its OPTIONS['location'] to a folder that the web server does not serve.",
                id="nsr_events.E006",
            )
        ]
    return []


@register
def check_number_of_fields(app_configs, **kwargs):
    """The screen of days and places sends more fields than Django takes by default; Wagtail's guide raises it too."""
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    if most is None or most >= FEWEST_FIELDS:
        return []
    return [
        Warning(
            f"DATA_UPLOAD_MAX_NUMBER_FIELDS is {most}: long events with many organisations cannot be saved.",
            hint=f"Set it to at least {FEWEST_FIELDS}.",
            id="nsr_events.W007",
        )
    ]


@register
def check_presets(app_configs, **kwargs):
    """Every preset file can be read and names only sections and keys that a part of an event knows."""
    if any(problem.id == "nsr_events.E002" for problem in check_settings(app_configs)):
        return []
    return [Error(f"A preset for new events: {text}", id="nsr_events.E004") for text in presets.problems()]
