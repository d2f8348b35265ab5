"""Reading the demo's mail: list, message, and each message's HTML, text, source and attachments."""

import ipaddress
from functools import wraps

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from . import mailbox

FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation allow-popups "
    "allow-popups-to-escape-sandbox"
)
"""A mail has inline styles, as mail programs want them, and nothing else: no scripts, no forms."""


def on_this_machine(view):
    """Answer only who sits at the machine that runs the demo."""

    @require_safe
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            raise Http404
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


def found_or_404(name):
    mail = mailbox.find(name)
    if mail is None:
        raise Http404
    return mail


@on_this_machine
def index(request):
    """Every mail, the newest first."""
    return render(request, "example_site/mailbox.html", {"mails": mailbox.newest()})


@on_this_machine
def message(request, name):
    """One mail: HTML in a frame, text, headers, attachments."""
    mail = found_or_404(name)
    headers = [(key, str(value)) for key, value in mail.message.items()]
    return render(request, "example_site/mail.html", {"mail": mail, "headers": headers})


@xframe_options_sameorigin
@on_this_machine
def html(request, name):
    """The HTML as it was sent; links lead out of the frame."""
    content = found_or_404(name).html.replace("<head>", '<head><base target="_top">', 1)
    response = HttpResponse(content)
    response["Content-Security-Policy"] = FRAMED
    return response


@on_this_machine
def text(request, name):
    """The plain text."""
    return HttpResponse(found_or_404(name).text, content_type="text/plain; charset=utf-8")


@on_this_machine
def raw(request, name):
    """The whole source."""
    return HttpResponse(found_or_404(name).raw, content_type="text/plain; charset=utf-8")


@on_this_machine
def attachment(request, name, number):
    """One attachment, to be saved."""
    parts = {part.number: part for part in found_or_404(name).attachments}
    if number not in parts:
        raise Http404
    part = parts[number]
    headers = {"Content-Disposition": f'attachment; filename="mail-{number}"'}
    if part.name.isascii() and '"' not in part.name and part.name.isprintable():
        headers["Content-Disposition"] = f'attachment; filename="{part.name}"'
    return HttpResponse(part.content, content_type=part.type, headers=headers)


urlpatterns = [
    path("demo/mail/", index, name="demo_mailbox"),
    path("demo/mail/<slug:name>/", message, name="demo_mail"),
    path("demo/mail/<slug:name>/html/", html, name="demo_mail_html"),
    path("demo/mail/<slug:name>/text/", text, name="demo_mail_text"),
    path("demo/mail/<slug:name>/raw/", raw, name="demo_mail_raw"),
    path("demo/mail/<slug:name>/attachments/<int:number>/", attachment, name="demo_mail_attachment"),
]
