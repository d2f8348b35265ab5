"""Gatherings run from inside Wagtail."""

__version__ = "0.1.0"
