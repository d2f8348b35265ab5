"""Middleware a site adds for clean caching of public pages."""

from django.utils.cache import patch_vary_headers


class FixedLanguageMiddleware:
    """Take ``Accept-Language`` out of ``Vary`` where the address alone decides the language.

    Django's ``LocaleMiddleware`` adds it on every path without a language prefix, which would make a shared cache keep
    one copy per browser setting. Our public pages and feeds mark their responses with ``ne_fixed_language``. Put this
    before ``LocaleMiddleware`` in ``MIDDLEWARE``.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(response, "ne_fixed_language", False) and response.has_header("Vary"):
            kept = [name for name in response["Vary"].split(", ") if name.lower() != "accept-language"]
            del response["Vary"]
            if kept:
                patch_vary_headers(response, kept)
        return response
