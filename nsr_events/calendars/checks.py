"""System checks of the calendar settings."""

from email.utils import parseaddr

from django.core.checks import Error, register

from nsr_events import conf
from nsr_events.outbox.sender import sender


@register
def check_organizer(app_configs, **kwargs):
    """Calendars trust an invitation whose organizer is the sender of its mail, and no other."""
    if not conf.ICAL_ORGANIZER:
        return []
    address = parseaddr(conf.ICAL_ORGANIZER)[1]
    if address and address.casefold() == parseaddr(sender())[1].casefold():
        return []
    return [
        Error(
            "NSR_EVENTS['ICAL_ORGANIZER'] does not have the address that mail comes from.",
            hint="Give it the address of MAIL_FROM, or None for plain calendar files.",
            id="nsr_events.E030",
        )
    ]
