"""Addresses of the tab Participants below ``/admin/events/<pk>/participants/``."""

from django.urls import include, path

from .acting import ActView
from .adding import AddView, EditView, WalkInView
from .bringing_in import ImportView
from .consenting import WithdrawConsentView
from .inviting import InvitationActView, InvitationsView, InvitationView, InviteView, SendView
from .listing import ListView
from .many import BulkView
from .one import HandOverView, PersonView, SensitiveView
from .screens import NAMESPACE
from .searching import SEARCH_URL, ParticipantSearchView
from .taking_out import ExportView
from .totals import NumbersView, TextsView

patterns = [
    path("", ListView.as_view(), name="list"),
    path("bulk/", BulkView.as_view(), name="bulk"),
    path("new/", AddView.as_view(), name="new"),
    path("walk-in/", WalkInView.as_view(), name="walk_in"),
    path("numbers/", NumbersView.as_view(), name="numbers"),
    path("free-texts/", TextsView.as_view(), name="texts"),
    path("export/", ExportView.as_view(), name="export"),
    path("import/", ImportView.as_view(), name="import"),
    path("invitations/", InvitationsView.as_view(), name="invitations"),
    path("invitations/add/", InviteView.as_view(), name="invite"),
    path("invitations/send/", SendView.as_view(), name="send"),
    path("invitations/<uuid:uid>/", InvitationView.as_view(), name="invitation"),
    path("invitations/<uuid:uid>/do/<slug:verb>/", InvitationActView.as_view(), name="invitation_act"),
    path("<uuid:uid>/", PersonView.as_view(), name="person"),
    path("<uuid:uid>/edit/", EditView.as_view(), name="edit"),
    path("<uuid:uid>/sensitive/", SensitiveView.as_view(), name="sensitive"),
    path("<uuid:uid>/hand-over/<uuid:proposal>/", HandOverView.as_view(), name="hand_over"),
    path("<uuid:uid>/consents/<int:consent>/", WithdrawConsentView.as_view(), name="consent"),
    path("<uuid:uid>/do/<slug:verb>/", ActView.as_view(), name="act"),
]


def participant_urls():
    """For Wagtail's hook ``register_admin_urls``."""
    return [
        path("events/participants/", ParticipantSearchView.as_view(), name=SEARCH_URL),
        path("events/<int:event_pk>/participants/", include((patterns, NAMESPACE))),
    ]
