"""Who has a seat: the only code that changes a registration's status, days, category or bookings (architecture, 1.3).

Each verb runs in one transaction under the event's lock, counts rows, writes history and the mail's row, and moves up
whoever waits for what was freed. Verbs raise ``Refused`` when the rules say no, ``Stale`` when the row changed since
it was shown, ``Busy`` when somebody else holds the lock; then nothing was changed. ``by`` is the organiser who
acts, None for the person by link. What the table of registration.md, section 4, does not list is refused.
"""

from nsr_events.registration.applications import (
    Application,
    Choice,
    GivenConsent,
    Outcome,
    OutcomeKind,
    Problem,
    ProblemKind,
    Refused,
    Stale,
)
from nsr_events.registration.locking import Busy

from .approving import approve, reject
from .arriving import decline_invitation, register, verify
from .changing import book, change, confirm_address, link_person, renew_links
from .handing_over import MOST_HAND_OVERS, decide_hand_over, transfer
from .leaving import UNDO, can_undo, cancel, reopen, undo
from .waiting import accept, decline, give_seat, promote, set_priority

__all__ = [
    "MOST_HAND_OVERS", "UNDO", "Application", "Busy", "Choice", "GivenConsent", "Outcome",
    "OutcomeKind", "Problem", "ProblemKind", "Refused", "Stale", "accept", "approve", "book",
    "can_undo", "cancel", "change", "confirm_address", "decide_hand_over", "decline",
    "decline_invitation", "give_seat", "link_person", "promote", "register", "reject", "renew_links", "reopen",
    "set_priority", "transfer", "undo", "verify",
]  # fmt: skip
