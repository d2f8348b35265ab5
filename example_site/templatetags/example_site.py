from django import template
from django.conf import settings
from django.utils.translation import get_language
from wagtail.models import Locale, Page, Site

register = template.Library()


@register.simple_tag(takes_context=True)
def site_menu(context):
    """The front page's address and the pages below it that are shown in menus, in the page's language."""
    request = context["request"]
    if not hasattr(request, "example_site_menu"):
        request.example_site_menu = _build(request)
    return request.example_site_menu


def _build(request):
    root = Site.find_for_request(request).root_page
    home = root if get_language() == settings.LANGUAGE_CODE else _translation(root, get_language())
    entries = [
        _entry(page, request)
        for page in Page.objects.child_of(home).live().in_menu().select_related("locale")
    ]
    return {"home": home.get_url(request), "entries": entries, "about": []}


def _translation(root, language):
    locale = Locale.objects.filter(language_code=language).first()
    return (locale and root.get_translation_or_none(locale)) or root


def _entry(page, request):
    url = page.get_url(request)
    return {"title": page.title, "url": url, "current": request.path.startswith(url)}
