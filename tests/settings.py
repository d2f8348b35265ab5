"""Settings of the tests: the example site on SQLite, or on the database TEST_DATABASE_URL names."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="nsr-events-tests-"))
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")

from example_site.settings.base import *
from example_site.settings.mail import mail_settings

INSTALLED_APPS = [*INSTALLED_APPS, "tests.empty_pages"]
SECRET_KEY = "a-key-for-tests-only-long-enough-for-the-checks-of-django"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
vars().update(mail_settings("django.core.mail.backends.locmem.EmailBackend"))
NSR_EVENTS = {
    **NSR_EVENTS,
    "ICAL_ORGANIZER": None,  # tests/calendars/test_invites.py sets it
    "LINK_KEYS": ["a-key-for-links-in-tests-that-is-long-enough"],
    "SENSITIVE_KEYS": ["dGVzdC1vbmx5LWtleS0zMi1ieXRlcy1vZi1mZXJuZXQ="],
}
if not os.environ["DATABASE_URL"]:
    # A file, so that the live server's threads see what the test wrote.
    DATABASES["default"]["TEST"] = {
        "NAME": str(
            Path(os.environ["DATA_DIR"]) / f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.sqlite3"
        )
    }
