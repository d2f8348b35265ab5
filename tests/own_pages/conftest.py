"""The tests in ``site`` need the settings of this package; ``test_own_pages`` runs them."""

from django.conf import settings

collect_ignore = [] if "tests.own_pages" in settings.INSTALLED_APPS else ["site"]
