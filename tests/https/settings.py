"""Production's settings on the test's database: HTTPS only, cookies for it, hashed static files; no Redis."""

import os

os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-long-enough-for-the-checks-of-django")
os.environ.setdefault("ALLOWED_HOSTS", "samling.example")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")

from example_site.settings.production import *

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
