"""Addresses of the organisers' screens below ``/admin/events/``; other domains add theirs beside these."""

from django.urls import path

from nsr_events.core.admin import OverviewView, PlacesView, ReviveView, StatusView

from .deletion import DeleteEventView
from .editions import EditionView
from .events import EventIndexView
from .new_event import NewEventView
from .pages import MakePageView, PageView
from .relinking import RelinkView

app_name = "nsr_events_admin"

urlpatterns = [
    path("", EventIndexView.as_view(), name="index"),
    path("results/", EventIndexView.as_view(results_only=True), name="index_results"),
    path("new/", NewEventView.as_view(), name="new"),
    path("<int:event_pk>/", OverviewView.as_view(), name="overview"),
    path("<int:event_pk>/page/", PageView.as_view(), name="page"),
    path("<int:event_pk>/page/new/", MakePageView.as_view(), name="make_page"),
    path("<int:event_pk>/page/<int:page_pk>/relink/", RelinkView.as_view(), name="relink"),
    path("<int:event_pk>/days/", PlacesView.as_view(), name="days"),
    path("<int:event_pk>/status/", StatusView.as_view(), name="status"),
    path("<int:event_pk>/revive/", ReviveView.as_view(), name="revive"),
    path("<int:event_pk>/edition/", EditionView.as_view(), name="edition"),
    path("<int:event_pk>/delete/", DeleteEventView.as_view(), name="delete"),
]
