"""The demo: SQLite, one process, nothing to set up. Never for the open internet."""

import os

from .base import *

DEBUG = True
SECRET_KEY = os.environ.get("SECRET_KEY", "demo-only-key-that-protects-nothing-but-a-demo-on-loopback")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# Of the demo only: made up, the same on every machine, and so no secret.
NSR_EVENTS = {
    **NSR_EVENTS,
    "LINK_KEYS": NSR_EVENTS["LINK_KEYS"] or ["demo-only-key-for-links-that-is-long-enough"],
    "SENSITIVE_KEYS": NSR_EVENTS["SENSITIVE_KEYS"] or ["ZGVtby1vbmx5LWtleS0zMi1ieXRlcy1vZi1mZXJuZXQ="],
}
