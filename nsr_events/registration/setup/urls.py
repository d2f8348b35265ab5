"""Addresses of the tab Registration, below ``/admin/events/<pk>/registration/``."""

from django.urls import include, path

from .category_views import AddCategoryView, DeleteCategoryView, EditCategoryView, MoveCategoryView
from .preview import PreviewView
from .question_views import (
    AddQuestionView,
    DeleteQuestionView,
    EditQuestionView,
    QuestionsView,
    QuestionVerbView,
)
from .screens import NAMESPACE
from .setup_views import SetupView

VERBS = ("up", "down", "section-up", "section-down", "retire", "restore")

patterns = [
    path("", SetupView.as_view(), name="setup"),
    path("preview/", PreviewView.as_view(), name="preview"),
    path("groups/new/", AddCategoryView.as_view(), name="category_new"),
    path("groups/<uuid:uid>/", EditCategoryView.as_view(), name="category"),
    path("groups/<uuid:uid>/delete/", DeleteCategoryView.as_view(), name="category_delete"),
    path("groups/<uuid:uid>/up/", MoveCategoryView.as_view(), {"where": "up"}, name="category_up"),
    path("groups/<uuid:uid>/down/", MoveCategoryView.as_view(), {"where": "down"}, name="category_down"),
    path("questions/", QuestionsView.as_view(), name="questions"),
    path("questions/new/", AddQuestionView.as_view(), name="question_new"),
    path("questions/<uuid:uid>/", EditQuestionView.as_view(), name="question"),
    path("questions/<uuid:uid>/delete/", DeleteQuestionView.as_view(), name="question_delete"),
    *(
        path(
            f"questions/<uuid:uid>/{verb}/",
            QuestionVerbView.as_view(),
            {"verb": verb},
            name=f"question_{verb.replace('-', '_')}",
        )
        for verb in VERBS
    ),
]


def setup_urls():
    """For Wagtail's hook ``register_admin_urls``."""
    return [path("events/<int:event_pk>/registration/", include((patterns, NAMESPACE)))]
