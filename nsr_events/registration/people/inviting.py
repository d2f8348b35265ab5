"""Invitations: the list with its numbers, adding, sending, and one invitation at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput

from nsr_events.core import audit
from nsr_events.core.models import validate_name
from nsr_events.core.texts import content_languages, default_language
from nsr_events.registration import columns, invitations
from nsr_events.registration.columns import INVITATION_TARGETS
from nsr_events.registration.invitations import Defaults, Examined, Verdict
from nsr_events.registration.locking import Busy
from nsr_events.registration.models import Invitation
from nsr_events.registration.seats import Problem, ProblemKind, Refused
from nsr_events.registration.tables import Table, Unreadable

from .acting import AddressField, PlainField
from .filters import plain
from .lists import ListForm, carried, column_choices, from_carried, mapping_from, sentence
from .screens import ManageView, PeopleView
from .words import moment, reasons

State = Invitation.State
PER_PAGE = 50
MOST_SHOWN = 200
"""Rows of a judged list that are shown one by one; those to look at come first."""

VERDICTS = {
    Verdict.NEW: gettext_lazy("new"),
    Verdict.INVITED: gettext_lazy("already invited"),
    Verdict.REGISTERED: gettext_lazy("already registered"),
    Verdict.TWICE: gettext_lazy("twice in the list"),
    Verdict.BAD_ADDRESS: gettext_lazy("no address that mail can be sent to"),
    Verdict.BAD_NAME: gettext_lazy("a name that holds an address or invisible signs, or is too long"),
    Verdict.BAD_CATEGORY: gettext_lazy("a category the event does not have"),
}
CHANGEABLE = {State.DRAFT, State.SENT, State.DECLINED}


class InvitationsView(PeopleView):
    """Who is invited and what they answered."""

    template_name = "nsr_events/registration/admin/people/invitations.html"
    page_title = gettext_lazy("Invitations")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        audit.record_once(
            "invitations.listed",
            event=self.event,
            actor=self.request.user,
            now=self.now,
            request=self.request,
        )
        categories = invitations.tallies(self.event, "category")
        page = Paginator(self.rows(), PER_PAGE).get_page(self.request.GET.get("p"))
        query = self.request.GET.copy()
        query.pop("p", None)
        return super().get_context_data(
            states=self.states(),
            state=self.state,
            q=self.typed,
            categories=categories,
            organisations=invitations.tallies(self.event, "organisation")[:50],
            page=page,
            pages=page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            paged=query.urlencode(),
            people=[
                (row, moment(row.sent_at, self.event), moment(row.answered_at, self.event)) for row in page
            ],
            drafts=invitations.drafts(self.event).count(),
            proposals=invitations.proposals(self.event).select_related("proposed_by")[:PER_PAGE],
            **kwargs,
        )

    @property
    def state(self) -> str:
        """The state asked for; "" for all."""
        wished = self.request.GET.get("state", "")
        return wished if wished in State.values else ""

    @property
    def typed(self) -> str:
        """What is searched for."""
        return plain(self.request.GET.get("q", ""))

    def states(self) -> list[tuple[str, str, int]]:
        """(state, words, number) of every state."""
        rows = Invitation.objects.filter(event=self.event).order_by().values_list("state", flat=True)
        counts = dict.fromkeys(State.values, 0)
        for state in rows:
            counts[state] += 1
        return [("", _("All"), sum(counts.values()))] + [
            (str(state), str(state.label), counts[state]) for state in State
        ]

    def rows(self) -> Any:
        """The invitations that fit."""
        found = Invitation.objects.filter(event=self.event).select_related("category")
        if self.state:
            found = found.filter(state=self.state)
        for word in self.typed.split():
            found = found.filter(
                Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
                | Q(organisation__icontains=word)
                | Q(email_key__contains=word.casefold())
            )
        return found


class DefaultsForm(forms.Form):
    """What everybody on the list gets."""

    use_required_attribute = False
    answer_by = forms.DateTimeField(
        label=gettext_lazy("Answer by"), required=False, widget=AdminDateTimeInput,
        help_text=gettext_lazy("Empty: until registration closes."),
    )  # fmt: skip
    locked_email = forms.BooleanField(
        label=gettext_lazy("Only for the invited address"), required=False, initial=True
    )
    skip_approval = forms.BooleanField(label=gettext_lazy("Needs no approval"), required=False, initial=True)
    extra_seats = forms.IntegerField(
        label=gettext_lazy("Colleagues each may propose"), min_value=0, max_value=50, initial=0
    )

    def __init__(self, *args: Any, event: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.every = list(event.categories.all())
        self.fields["category"] = forms.ChoiceField(
            label=_("Category"), choices=[(each.key, str(each.name)) for each in self.every]
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of the mails"), choices=content_languages(), initial=default_language()
        )
        self.order_fields(
            ["category", "language", "answer_by", "extra_seats", "locked_email", "skip_approval"]
        )

    def defaults(self) -> Defaults:
        """The values as invitations take them."""
        cleaned = self.cleaned_data
        category = next(each for each in self.every if each.key == cleaned["category"])
        return Defaults(
            category=category, language=cleaned["language"], answer_by=cleaned["answer_by"],
            locked_email=cleaned["locked_email"], skip_approval=cleaned["skip_approval"],
            extra_seats=cleaned["extra_seats"],
        )  # fmt: skip


class WithDates(ManageView):
    """A screen with a field for date and time, whose calendar Wagtail's scripts draw."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(media=AdminDateTimeInput().media, **kwargs)


class InviteView(WithDates):
    """Add a list: paste or upload it, look at what becomes of each row, then add. Nothing is sent here."""

    template_name = "nsr_events/registration/admin/people/invite.html"
    page_title = gettext_lazy("Add invitations")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(lists=ListForm(targets=INVITATION_TARGETS), defaults=DefaultsForm(event=self.event))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        defaults = DefaultsForm(request.POST, event=self.event)
        if "table" in request.POST:
            return self.second(defaults)
        lists = ListForm(request.POST, request.FILES, targets=INVITATION_TARGETS)
        if not (lists.is_valid() & defaults.is_valid()):
            messages.error(request, _("Nothing is added yet. Correct what is marked below."))
            return self.page(lists=lists, defaults=defaults)
        return self.look(lists.table, columns.guess(lists.table, INVITATION_TARGETS), defaults)

    def second(self, defaults: DefaultsForm) -> HttpResponse:
        """The list comes back with its columns: look again, or add."""
        try:
            table = from_carried(self.request.POST["table"])
        except Unreadable as error:
            messages.error(self.request, sentence(error))
            return self.to("invite")
        mapped = mapping_from(self.request.POST, table, INVITATION_TARGETS)
        if not defaults.is_valid() or "add" not in self.request.POST:
            return self.look(table, mapped, defaults)
        examined = self.examined(table, mapped, defaults)
        added = invitations.add(self.event, examined, now=self.now)
        audit.record(
            "invitations.added", event=self.event, actor=self.request.user, counts={"added": added},
            request=self.request, now=self.now,
        )  # fmt: skip
        words = ngettext("%(n)d invitation is added.", "%(n)d invitations are added.", added) % {"n": added}
        messages.success(
            self.request, f"{words} {_('Nothing is sent yet.')}" if added else _("Nothing new to add.")
        )
        return self.to("invitations")

    def examined(self, table: Table, mapped: columns.Mapped, defaults: DefaultsForm) -> Examined:
        """Every row, judged."""
        rows = (columns.cells_of(row, mapped) for row in table.rows)
        return invitations.examine(self.event, rows, defaults.defaults())

    def look(self, table: Table, mapped: columns.Mapped, defaults: DefaultsForm) -> HttpResponse:
        """What becomes of each row; nothing is written."""
        examined = self.examined(table, mapped, defaults) if defaults.is_valid() else Examined()
        counts = examined.counts
        shown = sorted(examined.entries, key=lambda entry: (entry.verdict == Verdict.NEW, entry.number))
        return self.page(
            defaults=defaults, table=carried(table), choices=column_choices(table, mapped),
            targets=INVITATION_TARGETS, new=counts[Verdict.NEW], total=len(examined.entries),
            counts=[(VERDICTS[verdict], counts[verdict]) for verdict in Verdict if counts[verdict]],
            entries=[(entry, VERDICTS[entry.verdict]) for entry in shown[:MOST_SHOWN]],
            more=max(0, len(shown) - MOST_SHOWN), no_address="email" not in mapped.values(),
        )  # fmt: skip


class SendForm(forms.Form):
    """A note of the organiser in each mail."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = PlainField(label=_("Note in the mail"), lines=True, required=False, most=1000)


class SendView(ManageView):
    """Send what was added: a step of its own that names the exact number."""

    template_name = "nsr_events/registration/admin/people/send.html"
    page_title = gettext_lazy("Send invitations")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.asked(SendForm())

    def asked(self, form: SendForm) -> HttpResponse:
        """Name the number."""
        return self.page(form=form, count=invitations.drafts(self.event).count(), off=self.event.is_off)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SendForm(request.POST)
        pks = list(invitations.drafts(self.event).order_by("pk").values_list("pk", flat=True))
        if not form.is_valid():
            return self.asked(form)
        if request.POST.get("count") != str(len(pks)):
            messages.warning(request, _("The number has changed since you looked. Nothing is sent yet."))
            return self.asked(form)
        sent = invitations.send(self.event, pks, now=self.now, note=form.cleaned_data["note"])
        audit.record(
            "invitations.sent", event=self.event, actor=request.user, counts={"sent": sent}, request=request,
            now=self.now,
        )  # fmt: skip
        words = ngettext("%(n)d invitation is on its way.", "%(n)d invitations are on their way.", sent)
        messages.success(request, words % {"n": sent})
        return self.to("invitations")


class InvitationForm(forms.ModelForm):
    """Facts of one invitation."""

    use_required_attribute = False
    answer_by = forms.DateTimeField(
        label=gettext_lazy("Answer by"), required=False, widget=AdminDateTimeInput
    )

    class Meta:
        model = Invitation
        fields = [
            "first_name", "last_name", "email", "organisation", "category", "language", "answer_by", "extra_seats",
            "locked_email", "skip_approval",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in (("first_name", 100), ("last_name", 100), ("organisation", 200)):
            checks = [] if name == "organisation" else [validate_name]
            self.fields[name] = PlainField(
                label=self.fields[name].label, required=False, most=most, validators=checks
            )
        self.fields["email"] = AddressField(
            label=self.fields["email"].label, most=254, error_messages={"required": _("Write the address")}
        )
        self.fields["category"].queryset = self.instance.event.categories.all()
        self.fields["category"].label = _("Category")
        self.fields["category"].empty_label = None
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of the mails"), choices=content_languages()
        )


class InvitationView(WithDates):
    """One invitation: change its facts."""

    template_name = "nsr_events/registration/admin/people/invitation.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row = self.invitation(kwargs["uid"])
        self.page_title = f"{self.row.first_name} {self.row.last_name}".strip() or self.row.email

    def invitation(self, uid: Any) -> Invitation:
        """The invitation of this event with ``uid``, else 404."""
        rows = Invitation.objects.filter(event=self.event).select_related("category", "proposed_by")
        row = rows.filter(uid=uid).first()
        if row is None:
            raise Http404
        row.event = self.event
        return row

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        audit.record(
            "invitation.opened", event=self.event, actor=request.user, object_uid=self.row.uid, request=request,
            now=self.now,
        )  # fmt: skip
        return self.shown(InvitationForm(instance=self.row))

    def shown(self, form: InvitationForm) -> HttpResponse:
        """Draw the form and what may be done."""
        fresh = self.invitation(self.row.uid)
        return self.page(
            form=form, row=fresh, may_change=fresh.state in CHANGEABLE, acts=acts_for(fresh),
            sent=moment(fresh.sent_at, self.event), answered=moment(fresh.answered_at, self.event),
            registration=fresh.registrations.order_by("-pk").first(), mails=mails_of_invitation(fresh),
        )  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = InvitationForm(request.POST, instance=self.invitation(self.row.uid))
        if not form.is_valid():
            messages.error(request, _("Nothing is saved yet. Correct what is marked below."))
            return self.shown(form)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            after = invitations.change(self.row, **changed)
        except Refused as refused:
            form.add_error(None, _("Nothing was changed: %(why)s.") % {"why": reasons(refused.problems)})
            return self.shown(form)
        self.note("invitation.changed", fields=changed)
        messages.success(request, _("The invitation is saved."))
        if after.token_version != self.row.token_version and after.state != State.DRAFT:
            messages.warning(
                request, _("The old link is dead. Send the invitation again to the new address.")
            )
        return self.to("invitation", self.row.uid)

    def note(self, action: str, **details: Any) -> None:
        """Write down who did it."""
        audit.record(
            action, event=self.event, actor=self.request.user, object_uid=self.row.uid, request=self.request,
            now=self.now, **details,
        )  # fmt: skip


def mails_of_invitation(row: Invitation) -> list[tuple[str, str, str]]:
    """(when, status, why) of the mails of an invitation."""
    return [
        (
            moment(mail.sent_at or mail.due, row.event),
            mail.get_status_display(),
            mail.reason_label or mail.error,
        )
        for mail in row.mails.all()[:20]
    ]


ACTS = {
    "send": (gettext_lazy("Send"), {State.DRAFT}),
    "resend": (gettext_lazy("Send again with a new link"), {State.SENT, State.DECLINED}),
    "withdraw": (gettext_lazy("Withdraw"), {State.DRAFT, State.SENT, State.DECLINED}),
}


def acts_for(row: Invitation) -> list[tuple[str, Any]]:
    """(key, words) of what may be done with an invitation."""
    return [(key, label) for key, (label, states) in ACTS.items() if row.state in states]


class InvitationActView(InvitationView):
    """Send, send again or withdraw one invitation."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb = kwargs["verb"]
        if verb not in ACTS:
            raise Http404
        try:
            self.carry_out(verb)
        except Refused as refused:
            messages.warning(request, _("Nothing was changed: %(why)s.") % {"why": reasons(refused.problems)})
        except Busy:
            self.busy()
        else:
            self.note(f"invitation.{verb}")
            messages.success(request, _("Done: %(what)s.") % {"what": str(ACTS[verb][0]).lower()})
        back = request.POST.get("back") == "list"
        return self.to("invitations") if back else self.to("invitation", self.row.uid)

    def carry_out(self, verb: str) -> None:
        """Once only: who was sent to, or is withdrawn, is refused."""
        if verb == "withdraw":
            invitations.withdraw(self.row)
        elif verb == "resend":
            invitations.resend(self.row, now=self.now)
        elif not invitations.send(self.event, [self.row.pk], now=self.now):
            raise Refused(Problem(ProblemKind.NOT_POSSIBLE))
