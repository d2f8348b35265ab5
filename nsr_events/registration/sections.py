"""Sections of the registration form that later domains add, such as the wishes for speed meetings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from .models import Registration

Fields = Callable[..., Mapping[str, forms.Field]]
Save = Callable[[Registration, Mapping[str, Any]], None]


@dataclass(frozen=True)
class FormSection:
    """A part of the form. Names of its fields are prefixed with ``key``; no fields, no section.

    ``fields(event, language=, registration=)`` returns form fields by name; ``save(registration, values)`` runs inside
    ``seats.register`` under its lock and may touch the database only; ``heading`` is a lazy text.
    """

    key: str
    heading: Any
    fields: Fields
    save: Save

    def field_name(self, name: str) -> str:
        """The name a field of the section has in the whole form."""
        return f"{self.key}-{name}"


_sections: dict[str, FormSection] = {}


def register(section: FormSection) -> None:
    """Add a section; the same key again replaces it."""
    _sections[section.key] = section


def unregister(key: str) -> None:
    """Take a section away again."""
    _sections.pop(key, None)


def registered() -> tuple[FormSection, ...]:
    """The sections in the order they were added."""
    return tuple(_sections.values())
