"""Addresses of the programme's screens below ``/admin/events/<pk>/programme/``."""

from django.urls import include, path

from .admin import AcceptView, BulkView, ConflictsView, ReopenView, TableView, TracksView
from .editing import CreateView, EditView, MoveView, RowVerbView, SwapView
from .material_screens import (
    AddMaterialView,
    DeleteMaterialView,
    EditMaterialView,
    MaterialFileView,
    MaterialsView,
)
from .releasing import ReleaseView, RepeatView
from .screens import NAMESPACE, UndoView

patterns = [
    path("", TableView.as_view(), name="table"),
    path("bulk/", BulkView.as_view(), name="bulk"),
    path("undo/", UndoView.as_view(), name="undo"),
    path("sessions/new/", CreateView.as_view(), name="new"),
    path("sessions/<uuid:uid>/", EditView.as_view(), name="session"),
    path("sessions/<uuid:uid>/move/", MoveView.as_view(), name="move"),
    path("sessions/<uuid:uid>/swap/", SwapView.as_view(), name="swap"),
    path("sessions/<uuid:uid>/<slug:verb>/", RowVerbView.as_view(), name="verb"),
    path("conflicts/", ConflictsView.as_view(), name="conflicts"),
    path("conflicts/accept/", AcceptView.as_view(), name="accept"),
    path("conflicts/reopen/", ReopenView.as_view(), name="reopen"),
    path("tracks/", TracksView.as_view(), name="tracks"),
    path("materials/", MaterialsView.as_view(), name="materials"),
    path("materials/new/", AddMaterialView.as_view(), name="material_new"),
    path("materials/<uuid:uid>/", EditMaterialView.as_view(), name="material"),
    path("materials/<uuid:uid>/delete/", DeleteMaterialView.as_view(), name="material_delete"),
    path("materials/<uuid:uid>/file/", MaterialFileView.as_view(), name="material_file"),
    path("release/", ReleaseView.as_view(), name="release"),
    path("releases/<int:number>/", RepeatView.as_view(), name="repeat"),
]


def programme_urls():
    """For Wagtail's hook ``register_admin_urls``."""
    return [path("events/<int:event_pk>/programme/", include((patterns, NAMESPACE)))]
