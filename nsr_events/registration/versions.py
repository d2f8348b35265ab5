"""Versions of a form: the questions as they stood, written when somebody first answers them."""

from __future__ import annotations

import datetime as dt

from nsr_events.core.models import Event

from . import questions
from .consents import digest_of, numbered
from .models import FormVersion


def version_of(event: Event, form: questions.Form | None = None, *, now: dt.datetime) -> FormVersion:
    """Return the version that holds the event's questions as they stand, made when nobody answered them before.

    Call it before the lock. ``form`` spares the query for the questions.
    """
    form = form or questions.as_form(event.questions.all())
    content = questions.to_content(form)
    digest = digest_of(content)
    same = FormVersion.objects.filter(event=event, digest=digest)
    return same.first() or numbered(
        lambda number: FormVersion.objects.create(
            event=event, number=number, digest=digest, content=content, made_at=now
        ),
        FormVersion.objects.filter(event=event),
        same,
    )


def form_of(version: FormVersion | None) -> questions.Form:
    """Return the questions of a version; none for registrations without one."""
    return questions.from_content(version.content) if version else questions.Form(())
