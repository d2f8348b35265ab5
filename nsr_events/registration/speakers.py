"""Participants who are speakers too: which profile is theirs (registration, section 1)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from nsr_events.core.models import Event, Person

from .addresses import email_key


def profile_of(email: str) -> Person | None:
    """Return the one speaker profile with this address; None where there is none or more than one."""
    key = email_key(email)
    if not key:
        return None
    alike = Person.objects.filter(Q(email__iexact=email.strip()) | Q(email__iexact=key))
    found = [each for each in alike.only("pk", "email") if email_key(each.email) == key]
    return found[0] if len(found) == 1 else None


def speakers_of(event: Event) -> QuerySet[Person]:
    """Return everybody with a part in the programme, also as it stands before it is released."""
    return Person.objects.filter(session_roles__session__event=event).distinct()
