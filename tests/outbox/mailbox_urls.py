"""The addresses of the example site with those of the demo's mailbox."""

from example_site import mailbox_views
from example_site.urls import urlpatterns as site

urlpatterns = [*mailbox_views.urlpatterns, *site]
