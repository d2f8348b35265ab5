"""Multilingual model fields whose inputs a screen reader can tell apart.

django-i18nfield's stock inputs are named by a placeholder only, appear for every entry of ``LANGUAGES`` and require
English. These give each input a label ("Navn (nynorsk)"), show the site's content languages and require the default
one. They deconstruct to i18nfield's own paths, so the migrations hold no class of ours.

SQL cannot search or sort these columns: lookups answer wrongly instead of failing (tests/core/test_fields.py
forbids them).
"""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from i18nfield import fields as stock
from i18nfield.strings import LazyI18nString

from .texts import as_dict, content_languages, default_language

CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Characters that no reader sees and HTML, XML and calendars cannot hold; tabs and line ends stay.

NUL is not among them: forms refuse it, as no database takes it.
"""


def without_controls(text: str) -> str:
    """Take out control characters, which come along when a text is pasted."""
    return CONTROLS.sub("", text)


class I18nWidget(forms.MultiWidget):
    """One labelled input for each content language; with one language, one ordinary input."""

    def __init__(self, widget=forms.TextInput, attrs=None):
        self.languages = content_languages()
        self.field_label = ""
        super().__init__({code: widget({"lang": code}) for code, _name in self.languages}, attrs)

    @property
    def is_hidden(self):
        return False

    def decompress(self, value):
        data = value.data if isinstance(value, LazyI18nString) else value
        if isinstance(data, dict):
            return [data.get(code, "") for code, _name in self.languages]
        return [str(data or "")] + [""] * (len(self.languages) - 1)

    def value_omitted_from_data(self, data, files, name):
        return all(
            widget.value_omitted_from_data(data, files, f"{name}_{code}")
            for widget, (code, _name) in zip(self.widgets, self.languages, strict=True)
        )

    def id_for_label(self, id_):
        return f"{id_}_0" if id_ else id_

    def _render(self, template_name, context, renderer=None):
        rows = context["widget"]["subwidgets"]
        if len(rows) == 1:
            return self._input(rows[0], renderer)
        return format_html(
            '<div class="ne-i18n">{}</div>',
            format_html_join(
                "",
                '<div class="ne-i18n__row"><label for="{}"><span class="w-sr-only">{}</span> {}</label>{}</div>',
                (
                    (row["attrs"].get("id", ""), capfirst(self.field_label), name, self._input(row, renderer))
                    for row, (_code, name) in zip(rows, self.languages, strict=True)
                ),
            ),
        )

    def _input(self, row, renderer):
        return super()._render(row["template_name"], {"widget": row}, renderer)


class I18nFormField(forms.MultiValueField):
    """Collects one text per content language into a ``LazyI18nString``; the default language may be required."""

    def __init__(self, *, widget=None, max_length=None, required=True, require_all_fields=False, **kwargs):
        kwargs.pop("strip", None)
        self.languages = content_languages()
        fields = [
            forms.CharField(required=required and code == default_language(), max_length=max_length)
            for code, _name in self.languages
        ]
        widget = widget() if isinstance(widget, type) else widget
        if not isinstance(widget, I18nWidget):
            widget = I18nWidget(type(widget) if widget else forms.TextInput)
        super().__init__(fields, widget=widget, required=required, require_all_fields=False, **kwargs)
        self.widget.field_label = self.label or ""
        for field, sub in zip(self.fields, self.widget.widgets, strict=True):
            sub.attrs.update(field.widget_attrs(sub))
            sub.is_required = field.required

    def compress(self, values):
        """Nothing in any language is stored as nothing, so that an unchanged form is no change of its row."""
        pairs = zip(self.languages, values or [], strict=False)
        texts = {code: without_controls(text) for (code, _name), text in pairs if text}
        texts = {code: text for code, text in texts.items() if text}
        return LazyI18nString(texts) if texts else ""

    def clean(self, value):
        """Say which language is missing: the stock messages speak of an incomplete value."""
        name, default = dict(self.languages)[default_language()], self._default_text(value)
        if self.required and len(self.languages) > 1 and not default.strip():
            message = _("Write this in %(language)s.") % {"language": name}
            raise ValidationError(message, code="required")
        return super().clean(value)

    def _default_text(self, value) -> str:
        codes = [code for code, _name in self.languages]
        texts = list(value or [])
        position = codes.index(default_language())
        return str(texts[position] or "") if position < len(texts) else ""

    def has_changed(self, initial, data):
        return self.widget.decompress(initial) != [text or "" for text in data or []]


class _ContentLanguages:
    """What the two model fields share: our form field, and a path in migrations that is not ours."""

    textarea = forms.TextInput

    def __init__(self, *args, characters=None, **kwargs):
        self.characters = characters
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, f"i18nfield.fields.{type(self).__name__}", args, kwargs

    def formfield(self, **kwargs):
        kwargs.pop("max_length", None)
        defaults = {
            "form_class": I18nFormField,
            "widget": I18nWidget(self.textarea),
            "max_length": self.characters,
        }
        if isinstance(kwargs.get("widget"), type) or not isinstance(kwargs.get("widget"), I18nWidget):
            kwargs.pop("widget", None)
        return super().formfield(**{**defaults, **kwargs})

    def clean(self, value, model_instance):
        value = super().clean(value, model_instance)
        texts = as_dict(value)
        if any(CONTROLS.search(text) for text in texts.values()):
            texts = {code: without_controls(text) for code, text in texts.items()}
            value = LazyI18nString(texts)
        if not self.blank and not texts.get(default_language(), "").strip():
            name = dict(content_languages())[default_language()]
            raise ValidationError(_("Write this in %(language)s.") % {"language": name}, code="required")
        longest = max(map(len, texts.values()), default=0)
        if self.characters and longest > self.characters:
            raise ValidationError(
                _("Write at most %(limit)d characters (now %(length)d).")
                % {"limit": self.characters, "length": longest}
            )
        return value


class I18nCharField(_ContentLanguages, stock.I18nCharField):
    """A line of text in each content language; ``characters`` limits each of them."""


class I18nTextField(_ContentLanguages, stock.I18nTextField):
    """Paragraphs of plain text in each content language; ``characters`` limits each of them."""

    textarea = forms.Textarea
