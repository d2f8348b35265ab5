"""Who may see and change the rows of registration: as the event's collection says (privacy-security, section 1)."""

from __future__ import annotations

from nsr_events.core.permissions import register_event_rows

from . import models

PEOPLE = {
    "view": "see_registrations",
    "add": "manage_registrations",
    "change": "manage_registrations",
    "delete": "manage_registrations",
}
"""Rows about participants."""

SENSITIVE = dict.fromkeys(PEOPLE, "see_sensitive")


def register() -> None:
    """Register the policies of this package's models; from ``AppConfig.ready()``, before any viewset."""
    register_event_rows(
        models.RegistrationSetup,
        models.ParticipantCategory,
        models.Question,
        models.FormVersion,
        models.ConsentText,
    )
    register_event_rows(models.Registration, models.Invitation, actions=PEOPLE)
    register_event_rows(
        models.RegistrationDay,
        models.StatusChange,
        models.ChosenOption,
        models.Consent,
        models.SessionBooking,
        models.Attendance,
        models.HandOver,
        lookup="registration__event",
        actions=PEOPLE,
    )
    register_event_rows(models.SensitiveAnswers, lookup="registration__event", actions=SENSITIVE)
