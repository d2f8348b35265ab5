"""What the processes of ``site_server`` load: the site on the test's database."""

import json
import logging
import os
import time

import django
from django.conf import settings

wished = json.loads(os.environ["SITE_TEST"])
settings.DATABASES["default"]["NAME"] = wished["database"]
settings.NSR_EVENTS = wished["nsr_events"]
settings.CELERY_BROKER_URL = wished["broker"]
if wished["patience"] is not None and "sqlite" in settings.DATABASES["default"]["ENGINE"]:
    settings.DATABASES["default"]["OPTIONS"]["timeout"] = wished["patience"]
django.setup()
# So that a test that met an error page says which error.
logging.getLogger("django.request").addHandler(logging.StreamHandler())

from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

from nsr_events.registration import locking, seats  # noqa: E402
from nsr_events.registration.models import RegistrationSetup  # noqa: E402

application = get_wsgi_application()
if "whitenoise.middleware.WhiteNoiseMiddleware" not in settings.MIDDLEWARE:
    application = StaticFilesHandler(application)


def take_no_lock(event_id):
    """As in ``take_lock``, but for the lock."""
    return RegistrationSetup.objects.select_related("event").get(event_id=event_id)


def slowly(count):
    """Count, then think."""

    def counting(setup, *, now):
        counts = count(setup, now=now)
        time.sleep(1)
        return counts

    return counting


if wished["without_lock"]:
    locking.take_lock = take_no_lock
    seats.arriving.occupancy = slowly(seats.arriving.occupancy)
