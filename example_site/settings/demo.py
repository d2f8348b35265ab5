"""The demo: SQLite, one process, nothing to set up. Never for the open internet."""

import os

from .base import *
from .mail import mail_settings

DEBUG = True
SECRET_KEY = os.environ.get("SECRET_KEY", "demo-only-key-that-protects-nothing-but-a-demo-on-loopback")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
NSR_EVENTS = {
    **NSR_EVENTS,
    "LINK_KEYS": NSR_EVENTS["LINK_KEYS"] or ["demo-only-key-for-links-that-protects-nothing-but-a-demo"],
    "SENSITIVE_KEYS": NSR_EVENTS["SENSITIVE_KEYS"] or ["ZGVtby1vbmx5LWtleS10aGF0LXByb3RlY3RzLW5vdGg="],
}
# The in-memory broker looks for work once a second by itself.
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}
MAILBOX_DIR = DATA_DIR / "mailbox"
vars().update(mail_settings("example_site.mailbox.EmailBackend"))
