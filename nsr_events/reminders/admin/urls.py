"""Addresses of reminders, messages and texts below ``/admin/events/<pk>/messages/``, and of the site's texts."""

from django.urls import include, path

from .frame import NAMESPACE
from .rules import AddRuleView, DeleteRuleView, EditRuleView, SendMissedView, TimelineView
from .site_texts import NAMESPACE as SITE_NAMESPACE
from .site_texts import SiteTextsView, SiteTextView
from .texts import TextsView, TextView
from .writing import CheckView, MessagesView, MessageView, NewMessageView, WriteView

patterns = [
    path("reminders/", TimelineView.as_view(), name="timeline"),
    path("reminders/new/", AddRuleView.as_view(), name="rule_new"),
    path("reminders/<uuid:uid>/", EditRuleView.as_view(), name="rule"),
    path("reminders/<uuid:uid>/delete/", DeleteRuleView.as_view(), name="rule_delete"),
    path("reminders/<uuid:uid>/send-missed/", SendMissedView.as_view(), name="send_missed"),
    path("written/", MessagesView.as_view(), name="messages"),
    path("written/new/", NewMessageView.as_view(), name="message_new"),
    path("written/<uuid:uid>/", MessageView.as_view(), name="message"),
    path("written/<uuid:uid>/write/", WriteView.as_view(), name="write"),
    path("written/<uuid:uid>/check/", CheckView.as_view(), name="check"),
    path("texts/", TextsView.as_view(), name="texts"),
    path("texts/<str:kind>/", TextView.as_view(), name="text"),
]

site_patterns = [
    path("", SiteTextsView.as_view(), name="texts"),
    path("<str:kind>/", SiteTextView.as_view(), name="text"),
]


def reminder_urls():
    """For Wagtail's hook ``register_admin_urls``."""
    return [
        path("events/<int:event_pk>/messages/", include((patterns, NAMESPACE))),
        path("events/mail-texts/", include((site_patterns, SITE_NAMESPACE))),
    ]
