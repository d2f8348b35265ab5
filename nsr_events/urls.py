"""What a site includes: ``path("", include("nsr_events.urls"))`` and, before Wagtail's own pattern, ``page_files``."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from wagtail import views

from .calendars import personal_views
from .registration import colleagues, invited
from .registration.own.urls import IN_LINK
from .registration.own.urls import urlpatterns as own_pages

app_name = "nsr_events"

# Wagtail's pattern takes no dot and wants a final slash; without this every .ics address below a page is 404. They
# take no POST at all, so there is nothing for a token to protect: 405 is said before anybody asks for one.
page_files = re_path(
    r"^((?:[\w\-]+/)*[\w\-]+\.(?:ics|xml|json|atom|pdf))$",
    csrf_exempt(require_safe(views.serve)),
    name="nsr_events_file",
)

calendar_pages = [
    re_path(rf"^cal/{IN_LINK}\.ics$", personal_views.feed, name="personal_feed"),
    path("me/<str:reference>/calendar/", personal_views.switch, name="me_calendar"),
    path("me/<str:reference>/calendar.ics", personal_views.own_file, name="me_calendar_file"),
]

invitation_pages = [
    path("me/invitation/<uuid:uid>/", invited.form, name="invitation"),
    path("me/invitation/<uuid:uid>/receipt/", invited.receipt, name="invitation_receipt"),
    path("me/invitation/<uuid:uid>/decline/", invited.decline, name="invitation_decline"),
    path("me/invitation/<uuid:uid>/colleagues/", colleagues.propose, name="invitation_colleagues"),
]

urlpatterns = [*calendar_pages, *invitation_pages, *own_pages]
