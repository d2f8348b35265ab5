"""Forms of the programme's screens. They translate between fields and ``values``; the verbs decide."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from i18nfield.strings import LazyI18nString
from wagtail.admin.forms.formsets import BaseFormSetMixin

from nsr_events.core.models import Event, Organisation, Person, Room
from nsr_events.core.texts import as_dict, content_languages

from .models import ProgrammeRelease, Session, SessionPerson, Track
from .phrases import day_words
from .values import MOST_PEOPLE, TEXTS, allowed_rooms

PEOPLE_LIST = "nsr-events-people"
"""The id of the page's one list of people; every name field suggests from it."""


class Choices:
    """What a session of an event may be given: days, rooms, tracks and people, read once for a page."""

    def __init__(self, event: Event) -> None:
        self.event = event

    @cached_property
    def days(self) -> list[tuple[str, str]]:
        """(uid, words) of the days."""
        return [(str(day.uid), day_words(day.date)) for day in self.event.days.all()]

    @cached_property
    def rooms(self) -> list[Any]:
        """(uid, name) of the rooms, under their venue where there are several."""
        return room_choices(allowed_rooms(self.event).select_related("venue"))

    @cached_property
    def flat_rooms(self) -> list[tuple[str, str]]:
        """(uid, name) of the rooms in use, for one plain list."""
        rooms = allowed_rooms(self.event).filter(active=True).select_related("venue")
        return [(str(room.uid), f"{room.name}, {room.venue.name}") for room in rooms]

    @cached_property
    def room_names(self) -> dict[str, str]:
        """Every room's name by uid, also of rooms that are out of use or elsewhere."""
        return {str(uid): name for uid, name in Room.objects.values_list("uid", "name")}

    @cached_property
    def tracks(self) -> list[tuple[str, str]]:
        """(uid, name) of the tracks."""
        return [(str(track.uid), str(track)) for track in self.event.tracks.all()]

    @cached_property
    def people(self) -> dict[str, Person]:
        """Everybody who may be chosen, by the words that stand for them."""
        return people_by_label(Person.objects.select_related("organisation"))


def room_choices(rooms: Any) -> list[Any]:
    """Rooms as choices; those out of use say so."""
    by_venue: dict[str, list[tuple[str, str]]] = {}
    for room in sorted(rooms, key=lambda room: (room.venue_id, room.sort_order, room.pk)):
        name = room.name if room.active else _("%(room)s (out of use)") % {"room": room.name}
        by_venue.setdefault(room.venue.name, []).append((str(room.uid), name))
    return (
        list(by_venue.items())
        if len(by_venue) > 1
        else [pair for pairs in by_venue.values() for pair in pairs]
    )


def people_by_label(people: Any) -> dict[str, Person]:
    """Give each person words of their own: name and employer, and a number where two would share them."""
    labelled: dict[str, Person] = {}
    for person in people:
        label = ", ".join(filter(None, [person.name, person.employer_name]))
        labelled[label if label not in labelled else f"{label} ({person.pk})"] = person
    return labelled


FIELD_OPTIONS: dict[str, dict[str, Any]] = {
    **{name: {"required": False} for name in TEXTS},
    "link": {"assume_scheme": "https"},
}


def _of_session(name: str, **kwargs: Any) -> forms.Field:
    return Session._meta.get_field(name).formfield(**kwargs)


MOST_IN_BASE = 200_000
"""Characters of the values a form was opened with: a session with every text full, in many languages."""


class BaseField(forms.JSONField):
    """The values a form was opened with, as it sent them; what nests too deep or is too long is refused."""

    def to_python(self, value: Any) -> Any:
        """Read the JSON."""
        problem = ValidationError(self.error_messages["invalid"], code="invalid", params={"value": ""})
        if isinstance(value, str) and len(value) > MOST_IN_BASE:
            raise problem
        try:
            return super().to_python(value)
        except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
            raise problem from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was posted, for the form to show again."""
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return None


class SessionForm(forms.Form):
    """Every field of a session. ``initial`` and ``values()`` are as of ``values.values_of``.

    No field asks for more than the verbs do: a double-booked session is saved and shown as a conflict.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    base = BaseField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    day = forms.ChoiceField(label=gettext_lazy("Day"), required=False)
    start = forms.CharField(
        label=gettext_lazy("Starts"),
        required=False,
        max_length=5,
        help_text=gettext_lazy("For example 09:30. Empty: in the tray, not placed yet."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "size": 6}),
    )
    room = forms.ChoiceField(label=gettext_lazy("Room"), required=False)
    also_rooms = forms.MultipleChoiceField(
        label=gettext_lazy("Also takes"),
        required=False,
        help_text=gettext_lazy("Joined halls."),
        widget=forms.CheckboxSelectMultiple,
    )
    track = forms.ChoiceField(label=gettext_lazy("Track"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    field_order = (
        "title", "kind", "status", "day", "start", "minutes", "room", "also_rooms", "where", "for_all",
        "track", "language", "abstract", "link", "bookable", "capacity", "note", "version", "base", "key",
    )  # fmt: skip

    def __init__(self, choices: Choices, *args: Any, session: Session | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*TEXTS, "kind", "status", "minutes", "for_all", "bookable", "capacity", "link", "note"):
            self.fields[name] = _of_session(name, **FIELD_OPTIONS.get(name, {}))
        self.fields["kind"].choices = Session.Kind.choices
        self.fields["status"].choices = Session.Status.choices
        rooms = (
            room_choices(allowed_rooms(choices.event, session).select_related("venue"))
            if session
            else choices.rooms
        )
        self.fields["day"].choices = [("", _("Not placed yet")), *choices.days]
        self.fields["room"].choices = [("", _("No room")), *rooms]
        self.fields["also_rooms"].choices = rooms
        self.fields["track"].choices = [("", _("No track")), *choices.tracks]
        self.fields["language"].choices = [("", _("Not stated")), *content_languages()]
        self._keep_language(session)
        self.order_fields(self.field_order)

    def _keep_language(self, session: Session | None) -> None:
        """A language that is no content language any more stays a choice where it is set."""
        code = session.language if session else ""
        if code and code not in dict(content_languages()):
            self.fields["language"].choices += [(code, code)]

    def values(self) -> dict[str, Any]:
        """What was typed, as the verbs take it."""
        cleaned = self.cleaned_data
        values = {name: value for name, value in cleaned.items() if name not in {"version", "base", "key"}}
        for name in ("day", "start", "room", "track"):
            values[name] = cleaned[name] or None
        return values

    def add_errors(self, error: ValidationError) -> None:
        """Show a verb's messages by the fields they are about."""
        for name, messages in error.message_dict.items():
            self.add_error(name if name in self.fields else None, messages)


class PersonField(forms.CharField):
    """A person by the words of ``Choices.people``: typed or picked from the list of suggestions."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"list": PEOPLE_LIST, "autocomplete": "off"})
        super().__init__(widget=widget, max_length=400, **kwargs)


class PartForm(forms.Form):
    """A person's part in the session."""

    person = PersonField(label=gettext_lazy("Person"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=SessionPerson.Role.choices)
    title = forms.CharField(label=gettext_lazy("Job title here"), max_length=200, required=False)
    employer = forms.CharField(label=gettext_lazy("Employer here"), max_length=200, required=False)
    refresh = forms.BooleanField(label=gettext_lazy("Copy title and employer anew"), required=False)
    is_new = forms.BooleanField(label=gettext_lazy("Add as a new person"), required=False)

    def __init__(self, *args: Any, choices: Choices, may_add: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        if not may_add:
            del self.fields["is_new"]

    def clean_person(self) -> str:
        """Keep the words; whether somebody goes by them is told in ``clean``."""
        return " ".join(self.cleaned_data["person"].split())

    def clean(self) -> dict[str, Any]:
        """Find the person, or take the words for a new one when asked to."""
        words = self.cleaned_data.get("person", "")
        if not words or words in self.choices.people:
            return self.cleaned_data
        if not self.cleaned_data.get("is_new"):
            self.add_error("person", self._unknown(words))
            return self.cleaned_data
        person = self._new_person(words)
        try:
            person.full_clean(exclude=_nameless(person))
        except ValidationError as error:
            self.add_error("person", error.messages)
        return self.cleaned_data

    def _unknown(self, words: str) -> str:
        near = [label for label in self.choices.people if label.split(",")[0].casefold() == words.casefold()]
        if near:
            return _("Several people may be meant, or more is needed: %(names)s.") % {
                "names": "; ".join(near)
            }
        if "is_new" in self.fields:
            return _("Nobody in the register has this name. Tick “Add as a new person”, or correct it.")
        return _("Nobody in the register has this name.")

    @property
    def is_filled(self) -> bool:
        """Whether the row names somebody who stays."""
        return bool(self.cleaned_data.get("person")) and not self.cleaned_data.get("DELETE")

    def value(self) -> dict[str, Any]:
        """The part as the verbs take it; makes the person where they are new.

        Empty words are copied from the person for a new part, and meant for one that was there.
        """
        cleaned = self.cleaned_data
        person = self.choices.people.get(cleaned["person"]) or self._make(cleaned["person"])
        part: dict[str, Any] = {"person": str(person.uid), "role": cleaned["role"]}
        if cleaned["refresh"]:
            return {**part, "refresh": True}
        was_there = self.initial.get("person") == cleaned["person"]
        for name in ("title", "employer"):
            if cleaned[name] or was_there:
                part[name] = cleaned[name]
        return part

    def _make(self, words: str) -> Person:
        person = self._new_person(words)
        person.full_clean(exclude=_nameless(person))
        person.save()
        return self.choices.people.setdefault(words, person)

    def _new_person(self, words: str) -> Person:
        """Return a person of "Given Family, Employer"; an organisation of that name becomes the employer."""
        name, _comma, employer = (part.strip() for part in words.partition(","))
        given, _space, family = name.rpartition(" ")
        organisation = Organisation.objects.filter(name=employer).first() if employer else None
        return Person(
            given_name=given or family,
            family_name=family if given else "",
            organisation=organisation,
            employer="" if organisation else employer,
            title=self.cleaned_data.get("title", ""),
        )


def _nameless(person: Person) -> set[str]:
    """Somebody may go by one name."""
    return set() if person.family_name else {"family_name"}


class _PartFormSet(BaseFormSetMixin, BaseFormSet):
    """The rows of people; Wagtail's script adds more, without it there are empty ones to fill."""

    deletion_widget = forms.CheckboxInput

    def __init__(self, *args: Any, choices: Choices, may_add: bool, **kwargs: Any) -> None:
        kwargs["form_kwargs"] = {"choices": choices, "may_add": may_add}
        super().__init__(*args, prefix="people", **kwargs)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Order")
        form.fields["DELETE"].label = _("Remove")

    def values(self) -> list[dict[str, Any]]:
        """The parts in order, as the verbs take them."""
        return [form.value() for form in self.ordered_forms if form.is_filled]


def part_formset(
    choices: Choices, *, may_add: bool, data: Any = None, parts: list[dict[str, str]] | None = None
) -> _PartFormSet:
    """Return the rows of people; ``parts`` are as of ``values.values_of``, with three empty rows below."""
    factory = forms.formset_factory(
        PartForm,
        formset=_PartFormSet,
        extra=3,
        can_delete=True,
        can_order=True,
        max_num=MOST_PEOPLE,
        absolute_max=MOST_PEOPLE + 10,
    )
    words = {str(person.uid): label for label, person in choices.people.items()}
    initial = [{**part, "person": words.get(part["person"], "")} for part in parts or []]
    return factory(data, choices=choices, may_add=may_add, initial=initial)


class PlaceForm(forms.Form):
    """Move one session: day, time and room."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.ChoiceField(label=gettext_lazy("Day"))
    start = forms.CharField(
        label=gettext_lazy("Starts"), max_length=5, help_text=gettext_lazy("For example 09:30.")
    )
    minutes = _of_session("minutes")
    room = forms.ChoiceField(label=gettext_lazy("Room"), required=False)

    def __init__(self, choices: Choices, session: Session, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].choices = choices.days
        rooms = room_choices(allowed_rooms(choices.event, session).select_related("venue"))
        self.fields["room"].choices = [("", _("No room")), *rooms]

    def values(self) -> dict[str, Any]:
        """What was chosen, as the verbs take it."""
        cleaned = dict(self.cleaned_data)
        cleaned.pop("version")
        return {**cleaned, "room": cleaned["room"] or None}

    add_errors = SessionForm.add_errors


COLOURS = [
    (1, gettext_lazy("Blue")),
    (2, gettext_lazy("Green")),
    (3, gettext_lazy("Plum")),
    (4, gettext_lazy("Grey")),
    (5, gettext_lazy("Amber")),
    (6, gettext_lazy("Violet")),
]


class TrackForm(forms.ModelForm):
    """A track's name in each language, and its colour."""

    colour = forms.IntegerField(
        label=gettext_lazy("Colour"),
        min_value=1,
        max_value=6,
        initial=1,
        widget=forms.Select(choices=COLOURS),
    )

    class Meta:
        model = Track
        fields = ["name", "colour", "sort_order"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.is_bound:
            self.initial.update(_opened_track(self.opened))

    @property
    def opened(self) -> str:
        """The values the form was opened with, to be sent back: only what differs from them is written."""
        if self.is_bound:
            return self.data.get(self.add_prefix("opened"), "")
        track = self.instance
        return json.dumps([as_dict(track.name), track.colour, track.sort_order])

    def clean(self) -> dict[str, Any]:
        """Leave what the editor did not touch as it is by now."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            kept = [name for name in self.Meta.fields if name in cleaned and name not in self.changed_data]
            cleaned.update({name: getattr(self.instance, name) for name in kept})
        return cleaned


def _opened_track(text: str) -> dict[str, Any]:
    """Read ``TrackForm.opened``; what has another shape is left out, and the row counts as opened now."""
    try:
        name, colour, order = json.loads(text) if len(text) < MOST_IN_BASE else None
    except (ValueError, TypeError, RecursionError):
        return {}
    if not isinstance(name, dict) or not isinstance(colour, int) or not isinstance(order, int):
        return {}
    texts = {code: words for code, words in name.items() if isinstance(words, str)}
    return {"name": LazyI18nString(texts), "colour": colour, "sort_order": order}


class _TrackFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["id"].error_messages["invalid_choice"] = _(
            "Somebody has removed this track meanwhile. Open the screen again to go on without it."
        )


TrackFormSet = forms.inlineformset_factory(
    Event, Track, form=TrackForm, formset=_TrackFormSet, extra=2, can_delete=True, max_num=30, absolute_max=40
)


class ReasonForm(forms.Form):
    """Why a conflict is meant to be so."""

    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        error_messages={"required": gettext_lazy("Write why this is meant to be so.")},
    )


class ReleaseForm(forms.Form):
    """The release number and the newest change the screen was drawn from, and the sentence for the log."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    change = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = ProgrammeRelease._meta.get_field("note").formfield(required=False)
    in_log = forms.BooleanField(
        label=gettext_lazy("Show in the public change log"), required=False, initial=True
    )


class RepeatForm(forms.Form):
    """As ``ReleaseForm``, for using an older release again."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    change = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reset_rows = forms.BooleanField(
        label=gettext_lazy("Also reset the working programme"),
        required=False,
        help_text=gettext_lazy("Items made since go to the tray."),
    )
