"""From a valid form to an application: everything that is written or encrypted before the lock."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.views.decorators.debug import sensitive_variables

from . import consents, questions, sections, sensitive, texts
from .applications import Application, Choice, GivenConsent
from .models import ConsentText, Registration
from .versions import version_of

REMOVE, REPLACE = "remove", "replace"
PERSON = ("first_name", "last_name", "organisation", "job_title", "mobile", "badge_name")


def application_of(form: Any, *, idempotency_key: uuid.UUID | None = None) -> Application:
    """Return the application a valid form makes; its uid is the registration's when one is edited."""
    registration, cleaned = form.registration, form.cleaned_data
    uid = registration.uid if registration else uuid.uuid4()
    return Application(
        category=form.category,
        days=form.days,
        email=form.locked_email or cleaned.get("email", ""),
        language=registration.language if registration else form.language,
        answers={**_retired_answers(form), **form.answers},
        choices=_choices(form),
        form_version=version_of(form.event, form.offering.form, now=form.now)
        if form.offering.form.questions
        else None,
        sensitive=_token(form, uid),
        consents=_consents(form),
        listed=registration.listed if registration else bool(cleaned.get("listed")),
        sessions=tuple(cleaned.get("sessions") or ()),
        idempotency_key=idempotency_key,
        source=_source(form),
        invitation=form.invitation,
        uid=uid,
        save_sections=_savers(form),
        **_person(form),
    )


def _person(form: Any) -> dict[str, str]:
    """What was typed; what the form does not ask stays as it was."""
    before = form.registration or form.invitation
    return {name: form.cleaned_data.get(name, getattr(before, name, "") if before else "") for name in PERSON}


def _source(form: Any) -> str:
    if form.registration:
        return str(form.registration.source)
    if form.staff:
        return Registration.Source.STAFF
    return Registration.Source.INVITATION if form.invitation else Registration.Source.WEB


def _retired_answers(form: Any) -> dict[str, Any]:
    """Answers to questions that are no longer asked stay with those who gave them."""
    retired = {asked.key for asked in form.offering.form.questions if asked.retired}
    before = form.registration.answers if form.registration else {}
    return {key: answer for key, answer in before.items() if key in retired}


def _choices(form: Any) -> tuple[Choice, ...]:
    return tuple(
        Choice(asked.id, option.key, option.places, form.offering.words(option.label))
        for asked in form.asked
        if asked.key in form.answers
        for option in questions.chosen_options(asked, form.answers[asked.key])
    )


@sensitive_variables()
def _token(form: Any, uid: uuid.UUID) -> str | None:
    """Return the encrypted sensitive answers, None when there is nothing to write or what is there stays.

    Everybody at an event that asks gets a row, so that having one tells nothing.
    """
    asks = any(asked.sensitive and not asked.silent for asked in form.offering.form.asked)
    if not asks or not sensitive.available():
        return None
    if form.registration is None:
        return sensitive.encrypt(uid, form.sensitive_answers, at=form.now)
    if form.staff or (form.answered is not None and form.sensitive_action not in {REPLACE, REMOVE}):
        return None
    return sensitive.encrypt(uid, form.sensitive_answers, at=form.now)


def _consents(form: Any) -> tuple[GivenConsent, ...]:
    """What was ticked, with the words beside it; and which privacy text was shown, which is no consent."""
    use, cleaned, found = ConsentText.Use, form.cleaned_data, []
    if form.staff:
        return ()
    if form.sensitive_answers and cleaned.get("sensitive_consent"):
        found.append((use.SENSITIVE, "", texts.in_every_language(texts.sensitive)))
    if form.registration is None:
        found.append((use.PRIVACY, "", texts.privacy(form.setup)))
        if cleaned.get("listed"):
            words = texts.in_every_language(lambda: f"{texts.listed()}\n{texts.listed_hint()}")
            found.append((use.LIST, "", words))
        found += [(use.QUESTION, asked.key, _consent_words(asked)) for asked in _ticked(form)]
    rows = [
        consents.text_for(form.event, use, key=key, words=words, now=form.now) for use, key, words in found
    ]
    return tuple(GivenConsent(row, form.language) for row in rows)


def _ticked(form: Any) -> list[questions.Asked]:
    ticked = [asked for asked in form.asked if asked.kind == "consent" and form.cleaned_data.get(asked.key)]
    return [asked for asked in ticked if asked.key in form.shown]


def _consent_words(asked: questions.Asked) -> dict[str, str]:
    return {
        code: "\n".join(filter(None, [words, asked.help.get(code, "")]))
        for code, words in asked.label.items()
    }


def _savers(form: Any) -> tuple[Any, ...]:
    found = []
    for section in sections.registered():
        prefix = section.field_name("")
        names = [name for name in form.fields if name.startswith(prefix)]
        if names:
            values = {name.removeprefix(prefix): form.cleaned_data.get(name) for name in names}
            found.append(partial(section.save, values=values))
    return tuple(found)
