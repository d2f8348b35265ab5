"""The content security policy of the example site, strict on everything a visitor can reach."""

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)


class ContentSecurityPolicyMiddleware:
    """Send the policy on public pages; Wagtail's admin and its preview frames need inline styles and frames."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path.startswith(("/admin/", "/django-admin/")) and not getattr(
            request, "is_preview", False
        ):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response
