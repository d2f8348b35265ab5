"""Builds events with questions, and posts forms as a browser would."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from django.utils import timezone

from nsr_events.registration.forms import RegistrationForm
from nsr_events.registration.models import Question
from nsr_events.registration.questions import Asked, Condition, Form
from tests.factories import make_event, make_index, make_page, open_registration

VECTORS = json.loads((Path(__file__).parent / "condition_vectors.json").read_text())


def make_question(event, kind, label="Spørsmål", **fields):
    """A question of ``event``; options as ``{key: label}``."""
    number = event.questions.count() + 1
    options = [
        option if isinstance(option, dict) else {"key": option, "label": {"nb": option}}
        for option in fields.pop("options", [])
    ]
    fields = {"key": f"q_{number:08d}", "sort_order": number, "help": "", "section": "", **fields}
    return Question.objects.create(event=event, kind=kind, label={"nb": label}, options=options, **fields)


def form_of_vector(vector) -> Form:
    """The questions of a test vector."""
    return Form(
        tuple(
            Asked(
                key=entry["key"],
                kind="yes_no",
                label={},
                sensitive=entry.get("sensitive", False),
                retired=entry.get("retired", False),
                condition=Condition(entry["condition"]["source"], tuple(entry["condition"]["values"]))
                if entry.get("condition")
                else None,
            )
            for entry in vector["questions"]
        )
    )


def open_event(*, days=1, **setup):
    """An event whose registration is open right now."""
    event = make_event(days=days, date=(timezone.now() + dt.timedelta(days=200)).date())
    open_registration(event, opens=timezone.now() - dt.timedelta(days=9), **setup)
    return event


def open_page(*, days=1, **setup):
    """The published page of such an event."""
    return make_page(open_event(days=days, **setup), make_index())


def person(**values):
    """What everybody must write."""
    return {"first_name": "Åse", "last_name": "Nordmann", "email": "ase@example.no", **values}


def form(event, data=None, **options):
    """The form of ``event``, with ``data`` on top of a person's name and address."""
    options = {"language": "nb", "now": timezone.now(), **options}
    data = None if data is None else person(**data)
    return RegistrationForm(data, event=event, setup=event.registration_setup, **options)


def said(form, name):
    """The errors at a field."""
    return [str(error) for error in form.errors.get(name, [])]


def hidden(html):
    """The key and stamp a form carries."""
    return dict(re.findall(r'name="(idempotency_key|stamp)" value="([^"]*)"', html))


def send(client, page, data=None, *, wait=3, **headers):
    """Open the form, fill it in for ``wait`` seconds, send it; returns the answer to the POST."""
    from unittest import mock

    url = page.url + "register/"
    started = timezone.now() - dt.timedelta(seconds=wait)
    with mock.patch("nsr_events.pages.registering.timezone.now", return_value=started):
        carried = hidden(client.get(url).content.decode())
    return client.post(url, {**carried, **person(**(data or {}))}, headers=headers or None)
