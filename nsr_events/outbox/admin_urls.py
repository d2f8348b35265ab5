"""Addresses of the tab Messages below ``/admin/events/<pk>/messages/``."""

from django.urls import include, path

from .admin import NAMESPACE, ActView, MailView, OutboxView, ResumeView, ShowFrameView, ShowView

patterns = [
    path("", OutboxView.as_view(), name="outbox"),
    path("do/", ActView.as_view(), name="act"),
    path("resume/", ResumeView.as_view(), name="resume"),
    path("<uuid:uid>/", MailView.as_view(), name="mail"),
    path("<uuid:uid>/show/", ShowView.as_view(), name="show"),
    path("<uuid:uid>/show/html/", ShowFrameView.as_view(), name="show_html"),
]


def messages_urls():
    """For Wagtail's hook ``register_admin_urls``."""
    return [path("events/<int:event_pk>/messages/", include((patterns, NAMESPACE)))]
