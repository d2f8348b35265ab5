from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NsrEventsConfig(AppConfig):
    """The one Django app; each domain package is wired up here and nowhere else."""

    name = "nsr_events"
    label = "nsr_events"
    verbose_name = _("Events")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register checks, permission policies, providers and receivers."""
        from . import checks  # noqa: F401
        from .calendars import checks as calendar_checks  # noqa: F401
        from .calendars import invites, personal_views
        from .calendars import receivers as calendar_receivers
        from .core import copying, permissions
        from .outbox import checks as outbox_checks  # noqa: F401
        from .pages import life, presentations, searching
        from .programme import copying as programme_copying
        from .programme import receivers as programme_receivers
        from .registration import access, mails
        from .registration import checks as registration_checks  # noqa: F401
        from .registration import copying as registration_copying
        from .registration import receivers as registration_receivers
        from .reminders import copying as reminder_copying
        from .reminders import kinds as reminder_kinds
        from .reminders import receivers as reminder_receivers

        permissions.register_policies()
        access.register()
        copying.register()
        programme_copying.register()
        registration_copying.register()
        reminder_copying.register()
        life.register()
        presentations.register()
        searching.connect()
        programme_receivers.connect()
        registration_receivers.connect()
        calendar_receivers.connect()
        personal_views.register()
        invites.register()
        mails.register()
        reminder_kinds.register()
        reminder_receivers.connect()
