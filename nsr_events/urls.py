"""What a site includes: ``path("", include("nsr_events.urls"))`` and, before Wagtail's own pattern, ``page_files``."""

from django.urls import re_path
from wagtail import views

from .registration.own.urls import urlpatterns as own_pages

app_name = "nsr_events"

# Wagtail's pattern takes no dot and wants a final slash; without this every .ics address below a page is 404.
page_files = re_path(
    r"^((?:[\w\-]+/)*[\w\-]+\.(?:ics|xml|json|atom|pdf))$", views.serve, name="nsr_events_file"
)

urlpatterns = [*own_pages]
