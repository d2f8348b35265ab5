"""A routable page that shows nothing: query budgets count what comes on top of it."""

from django.http import HttpResponse
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import Page


class EmptyRoutablePage(RoutablePageMixin, Page):
    @path("")
    def nothing(self, request):
        return HttpResponse("")

    @path("sub/")
    def nothing_below(self, request):
        return HttpResponse("")
