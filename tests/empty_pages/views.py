"""A view that does nothing: what a request costs at least."""

from django.http import HttpResponse


def constant(request):
    """The same few bytes every time."""
    return HttpResponse("ok")
