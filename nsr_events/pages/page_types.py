"""Finds every page type that shows events: ours, and those a site built from the mixins."""

from __future__ import annotations

from wagtail.models import Page, get_page_models


def get_event_page_models() -> list[type[Page]]:
    """Page types with an event: those that join ``EventPageMixin``."""
    return [model for model in get_page_models() if getattr(model, "shows_event", False)]


def get_event_index_page_models() -> list[type[Page]]:
    """Page types that list events: those that join ``EventIndexPageMixin``."""
    return [model for model in get_page_models() if getattr(model, "lists_events", False)]


def get_event_report_page_models() -> list[type[Page]]:
    """Page types that tell how an event went: those that join ``EventReportPageMixin``."""
    return [model for model in get_page_models() if getattr(model, "is_report", False)]
