"""System checks of the mail settings."""

from django.conf import settings
from django.core.checks import Error, Warning, register

from nsr_events import conf

from .delivery import MAX_SECONDS

SLOWEST = 8
"""Answers a server gives for one mail, from greeting to QUIT; each may take ``MAIL_TIMEOUT`` seconds."""

SILENT = ("console", "filebased", "dummy")


@register
def check_lease(app_configs, **kwargs):
    """A lease that ends while its mail is still being sent would send it twice."""
    least = MAX_SECONDS + SLOWEST * conf.MAIL_TIMEOUT
    if least < conf.MAIL_LEASE:
        return []
    return [
        Error(
            f"NSR_EVENTS['MAIL_LEASE'] is {conf.MAIL_LEASE} s, but a mail may take {least} s.",
            hint="Raise MAIL_LEASE, or lower MAIL_TIMEOUT.",
            id="nsr_events.E020",
        )
    ]


@register
def check_numbers(app_configs, **kwargs):
    """Senders, batch and rate are at least one, and every pause between tries is longer than none."""
    least = {
        "MAIL_SENDERS": conf.MAIL_SENDERS >= 1,
        "MAIL_BATCH": conf.MAIL_BATCH >= 1,
        "MAIL_RATE": conf.MAIL_RATE is None or conf.MAIL_RATE > 0,
        "MAIL_RETRY": all(isinstance(pause, (int, float)) and pause > 0 for pause in conf.MAIL_RETRY),
    }
    return [
        Error(f"NSR_EVENTS[{key!r}] must be more than nothing.", id="nsr_events.E021")
        for key, good in least.items()
        if not good
    ]


@register
def check_backend(app_configs, **kwargs):
    """Outside development, mail that is written to a console or thrown away is mail lost silently."""
    backend = _backend()
    if settings.DEBUG or not any(f"backends.{name}" in backend for name in SILENT):
        return []
    return [
        Warning(
            f"Mail goes to {backend} and reaches nobody.",
            hint="Set EMAIL_BACKEND (from Django 6.1: MAILERS) to a backend that delivers.",
            id="nsr_events.W022",
        )
    ]


def _backend() -> str:
    if hasattr(settings, "MAILERS"):
        return settings.MAILERS.get(conf.MAILER, {}).get("BACKEND", "")
    return settings.EMAIL_BACKEND
