"""The tab Messages of the workspace: the outbox of one event, one mail, what may be done with them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import View
from wagtail.admin import messages

from nsr_events.core import audit, numbers, tabs
from nsr_events.core.models import Event
from nsr_events.core.permissions import EventScopedMixin, may
from nsr_events.core.workspace import WorkspaceView

from . import actions, gate, health, kinds, recipients, rendering
from .models import OutgoingMail
from .numbers import overview_numbers

NAMESPACE = "nsr_events_messages"
TAB = "messages"
SEND, SEE = "send_mail", "see_registrations"
PER_PAGE = 50
MOST_AT_ONCE = 500
Status = OutgoingMail.Status

STATES = {
    "waiting": (pgettext_lazy("mail", "Waiting"), OutgoingMail.UNDER_WAY),
    "sent": (gettext_lazy("Sent"), (Status.SENT,)),
    "failed": (gettext_lazy("Not delivered"), (Status.FAILED,)),
    "unknown": (gettext_lazy("Perhaps delivered"), (Status.UNKNOWN,)),
    "skipped": (gettext_lazy("Left out"), (Status.SKIPPED,)),
}
"""The lists of the outbox, and the statuses of a mail that each holds."""

FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
"""For a mail shown in a frame: it has inline styles, and nothing in it leads anywhere."""


@dataclass(frozen=True)
class Verb:
    """Something organisers do with mails of certain statuses; ``done`` says it of a number of them."""

    key: str
    label: Any
    statuses: tuple[str, ...]
    run: Any
    done: Any


VERBS = {
    verb.key: verb
    for verb in (
        Verb(
            "resend",
            gettext_lazy("Resend"),
            (Status.FAILED, Status.UNKNOWN),
            actions.resend,
            lambda n: ngettext("%d mail is in the queue again.", "%d mails are in the queue again.", n) % n,
        ),
        Verb(
            "send_again",
            gettext_lazy("Send again"),
            (Status.SENT,),
            actions.send_again,
            lambda n: ngettext("%d more copy is in the queue.", "%d more copies are in the queue.", n) % n,
        ),
        Verb(
            "skip",
            gettext_lazy("Skip"),
            (Status.PENDING,),
            actions.skip,
            lambda n: ngettext("%d mail will not be sent.", "%d mails will not be sent.", n) % n,
        ),
    )
}


@dataclass(frozen=True)
class ShownMail:
    """A row of the list."""

    mail: OutgoingMail
    kind: str
    recipient: recipients.Recipient
    verbs: tuple[Verb, ...]


@dataclass(frozen=True)
class Section:
    """One part of the tab, as its own navigation shows it; ``url_name`` is reversed with the event's key."""

    key: str
    label: Any
    url_name: str
    order: int = 100


_sections: dict[str, Section] = {}


def register_section(section: Section) -> None:
    """Add a part to the tab; a later domain brings its own."""
    _sections[section.key] = section


class MessagesMixin:
    """What every screen below the tab shares; ``section`` is the part of the tab it belongs to."""

    tab = TAB
    event_action = SEND
    section = "outbox"

    @cached_property
    def sections(self) -> list[dict[str, Any]]:
        """The parts of the tab, in order."""
        return [
            {
                "label": each.label,
                "url": reverse(each.url_name, args=[self.event.pk]),
                "current": each.key == self.section,
            }
            for each in sorted(_sections.values(), key=lambda each: each.order)
        ]

    @cached_property
    def may_see(self) -> bool:
        """Whether names may be shown: sending mail does not imply it."""
        return may(self.request.user, SEE, self.event)

    def mails(self) -> QuerySet[OutgoingMail]:
        """This event's mails, and no other's."""
        rows = OutgoingMail.objects.filter(event=self.event)
        return rows.select_related("event__venue", *recipients.related())

    def shown(self, mail: OutgoingMail) -> ShownMail:
        """A row with its words."""
        kind = kinds.find(mail.kind)
        verbs = tuple(verb for verb in VERBS.values() if kind and mail.status in verb.statuses)
        who = recipients.describe(mail, may_see=self.may_see)
        return ShownMail(mail, str(kind.label) if kind else mail.kind, who, verbs)


class OutboxView(MessagesMixin, WorkspaceView):
    """Every mail about the event, the newest first, by state, kind, person and error."""

    template_name = "nsr_events/outbox/admin/outbox.html"

    def get_context_data(self, **kwargs):
        state, rows = self.request.GET.get("state", ""), self.filtered()
        counts = dict(
            OutgoingMail.objects.filter(event=self.event)
            .values_list("status")
            .annotate(Count("pk"))
            .order_by()
        )
        if state in STATES:
            rows = rows.filter(status__in=STATES[state][1])
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(
            states=list(self.state_links(counts)),
            state=state,
            page=page,
            total=sum(counts.values()),
            rows=[self.shown(mail) for mail in page],
            kinds=self.kinds_in_use(),
            chosen={name: self.request.GET.get(name, "") for name in ("kind", "q", "error")},
            active=any(self.request.GET.get(name) for name in ("kind", "q", "error", "state", "cause")),
            pages=self.page_links(page),
            verbs=[
                verb for verb in VERBS.values() if any(verb in row.verbs for row in map(self.shown, page))
            ],
            health=health.check(timezone.now()),
            query=self.request.GET.urlencode(),
            **kwargs,
        )

    def filtered(self) -> QuerySet[OutgoingMail]:
        """The mails the form asks for, in every state."""
        rows, asked = self.mails(), self.request.GET
        if kind := asked.get("kind"):
            rows = rows.filter(kind=kind)
        if words := asked.get("q", "").replace("\0", "").strip():
            rows = rows.filter(recipients.search(words, may_see=self.may_see))
        if _is_uid(asked.get("cause", "")):
            rows = rows.filter(Q(rule__uid=asked["cause"]) | Q(part_of__uid=asked["cause"]))
        if words := asked.get("error", "").replace("\0", "").strip():
            rows = rows.filter(error__icontains=words)
        return rows

    def state_links(self, counts: dict[str, int]) -> Iterator[dict[str, Any]]:
        """All, then each state, with its number."""
        current = self.request.GET.get("state", "")
        yield self.link(_("All"), "", sum(counts.values()), current not in STATES)
        for key, (label, statuses) in STATES.items():
            yield self.link(label, key, sum(counts.get(each, 0) for each in statuses), key == current)

    def link(self, label: Any, state: str, count: int, current: bool) -> dict[str, Any]:
        return {"label": label, "count": count, "current": current, "url": self.url_with(state=state, p="")}

    def url_with(self, **changes: str) -> str:
        query = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return f"?{query.urlencode()}"

    def page_links(self, page) -> dict[str, str]:
        """Addresses of the pages before and after this one."""
        found = {}
        if page.has_previous():
            found["previous"] = self.url_with(p=str(page.previous_page_number()))
        if page.has_next():
            found["next"] = self.url_with(p=str(page.next_page_number()))
        return found

    def kinds_in_use(self) -> list[tuple[str, str]]:
        """The kinds this event has mails of, by label."""
        keys = (
            OutgoingMail.objects.filter(event=self.event).values_list("kind", flat=True).distinct().order_by()
        )
        labels = [(key, str(kind.label) if (kind := kinds.find(key)) else key) for key in keys]
        return sorted(labels, key=lambda pair: pair[1].casefold())


class ActView(MessagesMixin, EventScopedMixin, View):
    """Do something with the ticked mails, or with one."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        back = reverse(f"{NAMESPACE}:outbox", args=[self.event.pk])
        verb, chosen = VERBS.get(request.POST.get("verb", "")), self.chosen()
        if verb is None or not chosen:
            messages.error(request, _("Tick at least one mail and choose what to do with it."))
        else:
            self.run(verb, chosen)
        query = request.POST.get("query", "")
        return redirect(f"{back}?{query}" if query else back)

    def chosen(self) -> list[OutgoingMail]:
        """The ticked mails of this event. Raises ``Http404`` when one is another event's."""
        ticked = {uid for uid in self.request.POST.getlist("mail")[:MOST_AT_ONCE] if _is_uid(uid)}
        found = list(self.mails().filter(uid__in=ticked))
        if len(found) != len(ticked):
            raise Http404
        return found

    def run(self, verb: Verb, chosen: list[OutgoingMail]) -> None:
        """Do it to those whose status allows it, say how many, write it down."""
        now = timezone.now()
        able = [mail for mail in chosen if mail.status in verb.statuses and kinds.find(mail.kind)]
        count = verb.run(able, now=now)
        left = len(chosen) - count
        if count:
            messages.success(self.request, verb.done(count))
            one = str(able[0].uid) if len(chosen) == 1 else ""
            audit.record(
                f"mail.{verb.key}", event=self.event, actor=self.request.user, object_uid=one,
                counts={"mails": count}, request=self.request, now=now,
            )  # fmt: skip
        if left:
            text = ngettext(
                "%d mail was left as it is: its state does not allow this.",
                "%d mails were left as they are: their state does not allow this.",
                left,
            )
            messages.warning(self.request, text % left)


class ResumeView(EventScopedMixin, View):
    """Let mail go out again after somebody put the settings right."""

    event_action = SEND
    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        if gate.resume():
            audit.record(
                "mail.resumed", event=self.event, actor=request.user, request=request, now=timezone.now()
            )
            messages.success(request, _("Mail goes out again with the next tick."))
        return redirect(f"{NAMESPACE}:outbox", self.event.pk)


class OneMailMixin(MessagesMixin):
    """A screen about one mail of the event."""

    @cached_property
    def mail(self) -> OutgoingMail:
        """The mail the address names."""
        return get_object_or_404(self.mails(), uid=self.kwargs["uid"])


class MailView(OneMailMixin, WorkspaceView):
    """One mail: what became of it, and what may be done."""

    template_name = "nsr_events/outbox/admin/mail.html"
    page_title = gettext_lazy("One mail")

    def get_context_data(self, **kwargs):
        return super().get_context_data(row=self.shown(self.mail), may_see=self.may_see, **kwargs)


class ShowView(OneMailMixin, WorkspaceView):
    """The mail's words as they would be today, for those who may see whom they are about. Links lead nowhere."""

    template_name = "nsr_events/outbox/admin/show.html"
    page_title = gettext_lazy("Text of a mail")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        _need_to_see(request, self.event)

    def get_context_data(self, **kwargs):
        now = timezone.now()
        audit.record_once(
            "mail.shown", event=self.event, actor=self.request.user, now=now, request=self.request
        )
        return super().get_context_data(
            row=self.shown(self.mail), rendered=_rendered(self.mail, now), **kwargs
        )


@method_decorator(xframe_options_sameorigin, name="dispatch")
class ShowFrameView(OneMailMixin, EventScopedMixin, View):
    """The HTML alone, for the frame on that screen."""

    http_method_names = ["get", "head", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        _need_to_see(request, self.event)

    def get(self, request, *args, **kwargs):
        rendered = _rendered(self.mail, timezone.now())
        if rendered is None:
            raise Http404
        response = HttpResponse(rendered.html)
        response["Content-Security-Policy"] = FRAMED
        response["Cache-Control"] = "private, no-store"
        return response


def _rendered(mail: OutgoingMail, now) -> rendering.Rendered | None:
    """The mail from today's data; None where it cannot be made any more."""
    try:
        return rendering.render(mail, now, inert=True)
    except Exception:  # a placeholder may miss what is gone since
        return None


def _need_to_see(request, event: Event) -> None:
    if not may(request.user, SEE, event):
        raise PermissionDenied


def _is_uid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def register() -> None:
    """Add the tab to the workspace, and the number of what did not arrive to the overview."""
    tabs.register(tabs.Tab(TAB, gettext_lazy("Messages"), f"{NAMESPACE}:outbox", SEND, 70))
    register_section(Section("outbox", gettext_lazy("Outbox"), f"{NAMESPACE}:outbox", 90))
    numbers.register(overview_numbers)
