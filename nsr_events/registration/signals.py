"""Signals of registrations, sent inside the transaction: receivers touch the database only (registration, 4)."""

from django.dispatch import Signal

registration_confirmed = Signal()
"""``registration``, ``now``: somebody has a confirmed seat."""

registration_cancelled = Signal()
"""``registration``, ``now``: somebody who was confirmed is no more."""
