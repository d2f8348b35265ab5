"""What people type into a search field, as every search backend takes it.

SQLite's full-text search takes quotes, semicolons and words such as AND for its own language.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet
from wagtail.search.index import class_is_indexed


def plain_words(text: str) -> str:
    """Return the words of ``text`` in small letters without any signs; empty when there are none."""
    return " ".join(re.sub(r"[^\w\s]", " ", text).lower().split())


class PlainSearchMixin:
    """A listing of the admin that searches for the words and shows what was typed."""

    def search_queryset(self, queryset: QuerySet) -> QuerySet:
        """Narrow ``queryset``; signs alone find nothing."""
        typed = self.search_query
        if not typed or not class_is_indexed(queryset.model):
            return super().search_queryset(queryset)
        if not (words := plain_words(typed)):
            return queryset.none()
        self.search_query = words
        try:
            return super().search_queryset(queryset)
        finally:
            self.search_query = typed


class PlainFilterMixin:
    """The same for the form above a chooser's list."""

    def filter(self, objects: Any) -> Any:
        """Narrow ``objects``; signs alone find nothing."""
        typed = self.cleaned_data.get("q", "")
        self.cleaned_data["q"] = plain_words(typed)
        found = super().filter(objects)
        if typed:
            self.is_searching, self.search_query = True, typed
        return found if self.cleaned_data["q"] or not typed else found.none()
