"""Addresses under ``/me/``. A secret stands only in the first; every other is opened by the browser's own session."""

from django.urls import path, re_path

from . import entering, views

IN_LINK = r"(?P<token>[\w\-]{10,60}\.[\w\-]{20,80})"

urlpatterns = [
    path("me/", entering.send_again, name="me"),
    path("me/handed-over/", views.handed_over, name="handed_over"),
    re_path(rf"^me/verify/{IN_LINK}/$", entering.verify, name="verify"),
    re_path(rf"^me/stop/{IN_LINK}/$", entering.stop, name="stop"),
    re_path(rf"^me/invite/{IN_LINK}/$", entering.enter_invited, name="invitation_link"),
    re_path(rf"^me/{IN_LINK}/$", entering.enter, name="me_link"),
    path("me/<str:reference>/", views.page, name="me_page"),
    path("me/<str:reference>/edit/", views.edit, name="me_edit"),
    path("me/<str:reference>/sessions/", views.sessions, name="me_sessions"),
    path("me/<str:reference>/cancel/", views.cancel, name="me_cancel"),
    path("me/<str:reference>/undo/", views.undo, name="me_undo"),
    path("me/<str:reference>/accept/", views.accept, name="me_accept"),
    path("me/<str:reference>/decline/", views.decline, name="me_decline"),
    path("me/<str:reference>/hand-over/", views.hand_over, name="me_hand_over"),
    path("me/<str:reference>/new-link/", views.renew, name="me_renew"),
    path("me/<str:reference>/reminders/", views.reminders, name="me_reminders"),
    path("me/<str:reference>/consents/<int:pk>/", views.withdraw, name="me_withdraw"),
    path("me/<str:reference>/close/", views.close, name="me_close"),
    path("me/<str:reference>/materials/<uuid:uid>/", views.material, name="me_material"),
]
