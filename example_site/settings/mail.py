"""Mail settings for every supported Django: 6.1 has ``MAILERS`` in place of the ``EMAIL_*`` settings."""

from typing import Any

import dj_email_url
import django

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def mail_settings(backend: str = SMTP, **options: Any) -> dict[str, Any]:
    """Return the settings for one backend; ``options`` are named as in ``MAILERS`` (host, port, username ...)."""
    if django.VERSION >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options}}}
    names = {"username": "HOST_USER", "password": "HOST_PASSWORD"}
    return {
        "EMAIL_BACKEND": backend,
        **{f"EMAIL_{names.get(key, key.upper())}": value for key, value in options.items()},
    }


def mail_settings_from_url(url: str) -> dict[str, Any]:
    """Return the settings that ``EMAIL_URL`` stands for, such as ``submission://user:password@host:587``."""
    found = dj_email_url.parse(url)
    if found["EMAIL_BACKEND"] != SMTP:
        return mail_settings(found["EMAIL_BACKEND"])
    return mail_settings(
        host=found["EMAIL_HOST"],
        port=found["EMAIL_PORT"],
        username=found["EMAIL_HOST_USER"] or "",
        password=found["EMAIL_HOST_PASSWORD"] or "",
        use_tls=found.get("EMAIL_USE_TLS", False),
        use_ssl=found.get("EMAIL_USE_SSL", False),
        timeout=found.get("EMAIL_TIMEOUT"),
    )
