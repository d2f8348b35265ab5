"""Signals of the programme, sent inside the transaction that changes it (architecture, section 2)."""

from django.dispatch import Signal

programme_checked = Signal()
"""Asks for more conflicts: ``event``, ``programme``. Receivers answer a list of ``Conflict``."""

programme_releasing = Signal()
"""Asks whom a release would concern: ``event``, ``changes``. Receivers answer ``core.signals.Audience``."""

programme_released = Signal()
"""Tells of a new release, in its transaction: ``event``, ``release``, ``changes``."""
