from django.apps import AppConfig


class EmptyPagesConfig(AppConfig):
    name = "tests.empty_pages"
    label = "empty_pages"
    default_auto_field = "django.db.models.BigAutoField"
